"""ECON-2.1: proof, counterexample and neither are three different verdicts."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from econ_theory import BayesianGame, StrategyProfile
from econ_theory.audit import run_audit
from econ_theory.audit.equilibrium_exists import EquilibriumExists
from econ_theory.audit.intervals import mean_interval, share_interval


@dataclass(frozen=True)
class Uniform:
    """Proposes no equilibria, only uniform play."""

    source = "these tests"
    exact = False

    def refuses(self, game):
        return None

    def propose(self, game, start, rng):
        yield StrategyProfile.uniform(game)
        return "there is one uniform profile"


def finding(claim):
    return run_audit([claim], quick=True)[claim.id].finding


def test_every_random_game_has_a_proved_equilibrium():
    found = finding(EquilibriumExists())
    assert found.verdict == "holds"
    assert found.number == 1
    assert 0.9 < found.interval[0] < 1 == found.interval[1]
    assert found.explanation.startswith("48 of 48 random games, all finite and with at most 729 ")
    assert "Nash's theorem (1951), not this experiment" in found.explanation


def test_a_solver_that_finds_none_leaves_it_open():
    found = finding(EquilibriumExists(Uniform(), sizes=((1, 3, 2), (1, 2, 3))))
    assert found.verdict == "undecided"
    assert found.number < 0.2
    assert "no counterexample" in found.explanation
    assert found.counterexample == ""


def test_games_without_pure_equilibrium_are_caught():
    claim = EquilibriumExists(pure=True, sizes=((1, 2, 2),))
    found = finding(claim)
    assert found.verdict == "fails"
    assert "pure" in claim.statement
    # One 2x2 game in eight has none.
    assert found.interval[0] < 7 / 8 < found.interval[1]
    prior, payoffs = eval(found.counterexample.replace("prior ", "").replace("payoffs ", ""))
    game = BayesianGame(prior, payoffs)
    for a in range(2):
        for b in range(2):
            assert game.payoffs[0][0, 0, 1 - a, b] > game.payoffs[0][0, 0, a, b] or (
                game.payoffs[1][0, 0, a, 1 - b] > game.payoffs[1][0, 0, a, b]
            )


def test_pure_equilibria_of_one_player_are_not_flagged():
    found = finding(EquilibriumExists(pure=True, sizes=((3, 4, 1),)))
    assert (found.verdict, found.number, found.counterexample) == ("holds", 1, "")


@pytest.mark.parametrize(("hits", "trials"), [(0, 10), (3, 10), (10, 10)])
def test_share_interval_is_the_exact_test_turned_round(hits, trials):
    from scipy.stats import binomtest

    exact = binomtest(hits, trials).proportion_ci(0.95, method="exact")
    assert share_interval(hits, trials) == pytest.approx((exact.low, exact.high))


def test_mean_interval_covers_and_one_value_says_nothing():
    assert mean_interval([3.0])[1] == float("inf")
    low, high = mean_interval([1.0, 2.0, 3.0, 4.0])
    assert low < 2.5 < high
