"""ECON-C.4: which regret is linear decides, and equilibrium play is the yardstick."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from econ_theory import StrategyProfile, catalog
from econ_theory.audit import run_audit
from econ_theory.audit.debate_regret import (
    DebateRegretIsLinear,
    clairvoyant_at,
    least_clairvoyant,
)
from econ_theory.learners import RegretMatching
from econ_theory.regret import PlayTrace, external_regret


@dataclass(frozen=True)
class Stubborn:
    """Always the same strategy, whatever it sees."""

    first: float = 1.0
    source = "these tests"

    def init(self, n_types, n_actions):
        return np.tile(
            [self.first, *[(1 - self.first) / (n_actions - 1)] * (n_actions - 1)], (n_types, 1)
        )

    def strategy(self, state):
        return state

    def observe(self, state, utility):
        return np.broadcast_to(state, utility.shape)

    def bound(self, n_steps, n_actions):
        return float(n_steps)


def asymmetric(rng):
    return catalog.matching_pennies(2)


def dilemma(rng):
    return catalog.prisoners_dilemma()


def finding(claim):
    return run_audit([claim], quick=True)[claim.id].finding


@pytest.mark.parametrize("claim", [DebateRegretIsLinear(), DebateRegretIsLinear(RegretMatching())])
def test_only_what_equilibrium_play_has_too_is_linear(claim):
    found = finding(claim)
    assert found.verdict == "vacuous"
    assert found.interval[1] < 0.8
    assert "epsilon 0" in found.explanation
    external, clairvoyant, resting = found.picture.curves
    assert external.y[-1] < clairvoyant.y[-1] / 5
    assert clairvoyant.y[-1] == pytest.approx(resting.y[-1], rel=0.1)


def test_learners_that_do_not_learn_have_linear_external_regret():
    found = finding(DebateRegretIsLinear(Stubborn(), asymmetric))
    assert found.verdict == "holds"
    assert found.number == pytest.approx(1)


def test_where_learning_reaches_a_pure_equilibrium_nothing_is_linear():
    found = finding(DebateRegretIsLinear(game=dilemma))
    assert found.verdict == "fails"


def test_equilibrium_itself_is_vacuous():
    # Heads with probability 2/5: no external regret in expectation, clairvoyant all along.
    found = finding(DebateRegretIsLinear(Stubborn(0.4), asymmetric))
    assert found.verdict == "vacuous"
    assert "clairvoyant regret 2.4 a step" in found.counterexample
    assert clairvoyant_at(asymmetric(None), asymmetric(None).equilibria[0]) == Fraction(12, 5)


def test_one_a_player_and_step_at_the_equilibrium_of_matching_pennies():
    entry = catalog.matching_pennies(1)
    assert clairvoyant_at(entry, entry.equilibria[0]) == 2
    rows = [row.astype(float) for row in entry.equilibria[0].rows]
    values = [entry.game.kernel.values(rows, i) for i in range(2)]
    still = PlayTrace([rows] * 5, [values] * 5)
    assert external_regret(still).total[-1] == 0


def test_no_play_at_all_has_less_than_the_least():
    entry = catalog.matching_pennies(3)
    least = least_clairvoyant(entry)
    assert least > 0
    rng = np.random.default_rng(0)
    for _ in range(20):
        p, q = rng.dirichlet([1, 1], size=2)
        assert clairvoyant_at(entry, StrategyProfile([[p], [q]])) >= least
