"""ECON-R: vacuous where the paper trains, informative without discount, and it can be violated."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from econ_theory.audit import run_audit
from econ_theory.audit.regret_bound import RegretBound


@dataclass(frozen=True)
class FewGames(RegretBound):
    def n_trials(self, quick: bool) -> int:
        return 4


def finding(claim):
    return run_audit([claim], quick=True, rng=0)[claim.id].finding


def test_bound_says_nothing_within_the_paper_s_episodes():
    found = finding(FewGames())
    assert found.verdict == "vacuous"
    assert found.number > 40_000
    assert found.interval[0] > 200
    # 2 N C sqrt(k) < 2 k with N = 2 and C = 1 / (1 - 0.99).
    assert "nothing before episode 40001" in found.explanation


@pytest.mark.slow
def test_without_discount_and_long_enough_it_says_something():
    found = finding(FewGames(discount=0.0, n_episodes=5000))
    assert found.verdict == "holds"
    assert found.interval[1] <= 5000


def test_a_constant_that_is_too_small_is_violated():
    found = finding(FewGames(constant=1e-3))
    assert found.verdict == "fails"
    assert "exceeds the bound at episode" in found.counterexample


@pytest.mark.parametrize("discount", [0.0, 0.9])
def test_hypotheses_name_what_was_run(discount):
    assert f"discount {discount:g}" in RegretBound(discount).hypotheses[-1]
