"""DICE-6: the stated slope, in a game with types too; and drift that fades is caught."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from econ_theory import BayesianGame, StrategyProfile, certify
from econ_theory.audit import run_audit
from econ_theory.audit.mis_selection import MisSelectionIsLinear
from econ_theory.errors import SettingError

# Player 1 sees which convention is the better one for it; both do well to follow player 2's habit.
SIGHT = np.array(
    [
        [[4.0, 0.0], [0.0, 1.0]],
        [[3.0, 0.0], [0.0, 2.0]],
    ]
).reshape(2, 1, 2, 2)
TYPED = BayesianGame([[0.25], [0.75]], [SIGHT, SIGHT / 2])


def finding(claim):
    return run_audit([claim], quick=True)[claim.id].finding


def test_slope_is_the_stated_one():
    found = finding(MisSelectionIsLinear())
    assert found.verdict == "holds"
    low, high = found.interval
    assert low <= 0.18 <= high
    assert found.number == pytest.approx(0.18, rel=0.1)


def test_slope_in_a_bayesian_asymmetric_game():
    claim = MisSelectionIsLinear(
        TYPED, better=((0, 0), (0,)), worse=((1, 1), (1,)), share=0.5, first=1, inertia=0.5
    )
    for plans in (claim.better, claim.worse):
        assert certify(TYPED, StrategyProfile.pure(TYPED, plans)).epsilon == 0
    found = finding(claim)
    # Welfare 1.5 (4/4 + 9/4) at the better, 1.5 (1/4 + 6/4) at the worse one.
    assert "stated p0 dW: 1.125" in found.quantity
    assert found.verdict == "holds"
    assert found.interval[0] <= 1.125 <= found.interval[1]


def test_drift_that_fades_is_caught():
    found = finding(MisSelectionIsLinear(fading=0.5))
    assert found.verdict == "fails"
    assert "k^-0.5" in found.counterexample


def test_few_runs_decide_nothing():
    claim = MisSelectionIsLinear(inertia=0.95)
    results = [claim.trial(np.random.default_rng(seed), True) for seed in range(5)]
    assert claim.judge(results).verdict == "undecided"


def test_mis_selection_has_the_stated_share_from_the_stated_round_on():
    claim = MisSelectionIsLinear(share=0.3, first=20)
    drawn = np.array([claim._conventions(60, np.random.default_rng(seed)) for seed in range(4000)])
    assert not drawn[:, :19].any()
    assert drawn[:, 19:].mean(axis=0) == pytest.approx(np.full(41, 0.3), abs=0.035)


def test_bad_settings_say_so():
    with pytest.raises(SettingError, match=r"share is 0\.0"):
        replace(MisSelectionIsLinear(), share=0.0)
