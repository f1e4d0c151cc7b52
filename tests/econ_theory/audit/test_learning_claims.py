"""NR-ext, NR-cce, NR-zs: what is known of learning holds, and what breaks it is caught."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from econ_theory.audit import run_audit
from econ_theory.audit.joint_play import JointPlayIsCorrelated
from econ_theory.audit.learner_bounds import LearnerBounds, shipped_learners
from econ_theory.audit.zero_sum_averages import ZeroSumAverages
from econ_theory.learners import Exp3, FollowTheLeader, Hedge, RegretMatching, SwapRegret


def finding(claim):
    return run_audit([claim], quick=True, rng=1)[claim.id].finding


# NR-ext -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Boastful(RegretMatching):
    """Promises half of what regret matching keeps."""

    def bound(self, n_steps: int, n_actions: int) -> float:
        return 0.5 * super().bound(n_steps, n_actions)


@dataclass(frozen=True)
class RootLeader(FollowTheLeader):
    """Follows the leader, whose regret is linear, and promises a root."""

    def bound(self, n_steps: int, n_actions: int) -> float:
        return 2 * float(np.sqrt(n_steps))


@dataclass(frozen=True)
class BoastfulBandit(Exp3):
    """Promises what no bandit can keep."""

    def bound(self, n_steps: int, n_actions: int) -> float:
        return 0.05 * super().bound(n_steps, n_actions)


def test_every_shipped_learner_keeps_its_bound():
    found = finding(LearnerBounds())
    assert found.verdict == "holds"
    assert 0.3 < found.number <= 1 + 1e-9
    assert str(len(shipped_learners())) in found.explanation


@pytest.mark.parametrize("learner", [Boastful(), RootLeader(), BoastfulBandit()])
def test_a_broken_promise_is_caught_beside_a_kept_one(learner):
    found = finding(LearnerBounds((Hedge(), learner)))
    assert found.verdict == "fails"
    assert type(learner).__name__ in found.counterexample
    assert "Hedge" not in found.explanation


def test_kept_promises_alone_are_not_flagged():
    assert finding(LearnerBounds((Hedge(), Exp3()))).verdict == "holds"


# NR-cce -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("learner", [SwapRegret(), RegretMatching()])
def test_joint_play_has_the_epsilon_of_its_regret(learner):
    found = finding(JointPlayIsCorrelated(learner))
    assert found.verdict == "holds"
    assert found.number < 1e-12


def test_averaging_players_apart_is_caught():
    found = finding(JointPlayIsCorrelated(RegretMatching(), average="separate"))
    assert found.verdict == "fails"
    assert "swap regret per step" in found.counterexample


# NR-zs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("learner", [Hedge(), FollowTheLeader()])
def test_gains_on_averages_are_regrets(learner):
    found = finding(ZeroSumAverages(learner))
    assert found.verdict == "holds"
    assert found.number < 1e-12


def test_general_sum_games_are_caught():
    found = finding(ZeroSumAverages(zero_sum=False))
    assert found.verdict == "fails"
    assert found.number > 1e-3
    assert "regret per step" in found.counterexample
