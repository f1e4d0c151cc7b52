"""ECON-H: coupled clusters do not compose, separate ones do."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from econ_theory import BayesianGame, StrategyProfile, certify, solve_all
from econ_theory.audit import run_audit
from econ_theory.audit.local_to_global import CLUSTERS, LocalComposes, cluster_game
from econ_theory.errors import SettingError


def finding(claim):
    return run_audit([claim], quick=True)[claim.id].finding


def test_coupled_clusters_do_not_compose():
    found = finding(LocalComposes())
    assert found.verdict == "fails"
    assert 0 < found.interval[0] < found.number
    assert "1111" in found.counterexample


def test_counterexample_has_local_equilibria_and_no_global_one_among_their_unions():
    found = finding(LocalComposes(coupling=1.0))
    tables = found.counterexample.split("1111: ")[1].split(". Clusters")[0].split("; ")
    payoffs = [
        np.array([Fraction(u) for u in table.split(": ")[1].split()]).reshape((1,) * 4 + (2,) * 4)
        for table in tables
    ]
    game = BayesianGame(np.full((1,) * 4, Fraction(1)), payoffs)
    uniform = StrategyProfile([[[Fraction(1, 2)] * 2]] * 4)
    inner = [cluster_game(game, cluster, uniform) for cluster in CLUSTERS]
    local = [[each.profile for each in solve_all(part)] for part in inner]
    assert min(map(len, local)) >= 1
    for first, second in product(*local):
        assert certify(inner[0], first, arithmetic="exact").epsilon == 0
        assert certify(inner[1], second, arithmetic="exact").epsilon == 0
        assert certify(game, [*first.rows, *second.rows], arithmetic="exact").relative > 0.1


def test_separate_clusters_are_not_flagged():
    found = finding(LocalComposes(coupling=0.0))
    assert (found.verdict, found.number, found.counterexample) == ("holds", 0, "")
    assert "no counterexample among" in found.explanation


def test_cluster_game_averages_over_the_others():
    rng = np.random.default_rng(0)
    payoffs = [rng.integers(0, 9, (1,) * 4 + (2,) * 4).astype(float) for _ in range(4)]
    game = BayesianGame(np.ones((1,) * 4), payoffs)
    profile = StrategyProfile.random(game, rng=1)
    inner = cluster_game(game, (0, 2), profile)
    inside = StrategyProfile([profile.rows[0], profile.rows[2]])
    for k, i in enumerate((0, 2)):
        assert inner.action_values(inside, k) == pytest.approx(game.action_values(profile, i))


def test_bad_coupling_is_named():
    with pytest.raises(SettingError, match="coupling is 2, want a weight"):
        LocalComposes(coupling=2)
