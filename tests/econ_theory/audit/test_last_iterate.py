"""ECON-C.2: the verdict follows the learner."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from econ_theory.audit import run_audit
from econ_theory.audit.last_iterate import LastIterateInherits
from econ_theory.learners import Hedge, OptimisticHedge, PredictiveRegretMatchingPlus


@dataclass(frozen=True)
class Boasting(Hedge):
    """Hedge with a bound that is not true."""

    def bound(self, n_steps, n_actions):
        return 1e-6


@dataclass(frozen=True)
class Cautious(Hedge):
    """Hedge that promises nothing."""

    def bound(self, n_steps, n_actions):
        return float(n_steps)


def finding(claim):
    return run_audit([claim], quick=True)[claim.id].finding


def test_hedge_circles_away_while_its_average_converges():
    found = finding(LastIterateInherits())
    assert found.verdict == "fails"
    assert found.interval[0] > 2
    assert found.number > 5
    assert "matching pennies" in found.counterexample
    last, average, bound = found.picture.curves
    assert last.y[-1] > bound.y[-1] >= average.y[-1]


def test_regret_matching_is_caught_too():
    assert finding(LastIterateInherits(PredictiveRegretMatchingPlus())).verdict == "fails"


def test_optimistic_hedge_converges_and_is_not_flagged():
    found = finding(LastIterateInherits(OptimisticHedge()))
    assert found.verdict == "holds"
    assert found.interval[1] < 1
    assert found.counterexample == ""
    assert "no counterexample among" in found.explanation


@pytest.mark.parametrize(
    ("learner", "verdict", "words"),
    [(Boasting(), "undefined", "break the bound"), (Cautious(), "vacuous", "says anything")],
)
def test_a_bound_that_is_false_or_says_nothing_is_called_so(learner, verdict, words):
    found = finding(LastIterateInherits(learner))
    assert found.verdict == verdict
    assert words in found.explanation
