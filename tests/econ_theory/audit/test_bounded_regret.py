"""DICE-14: bounded against the updates' own limit, not against the best equilibrium."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory.audit import run_audit
from econ_theory.audit.bounded_regret import RegretIsBounded
from econ_theory.errors import SettingError


def finding(claim):
    return run_audit([claim], quick=True)[claim.id].finding


@pytest.mark.slow
def test_bounded_against_its_own_limit_and_both_curves_are_shown():
    found = finding(RegretIsBounded())
    assert found.verdict == "holds"
    assert found.number == 0
    own, best = found.picture.curves
    half = len(own.y) // 2
    assert np.ptp(own.y[half:]) < 1e-6
    rates = np.diff(best.y[half:]) / np.diff(best.x[half:])
    assert rates == pytest.approx(np.full(len(rates), rates[0]), abs=1e-6)
    assert rates[0] > 0.5


@pytest.mark.slow
def test_the_best_equilibrium_as_comparator_is_caught():
    found = finding(RegretIsBounded("best"))
    assert found.verdict == "fails"
    assert found.interval[0] > 0
    assert "at temperature" in found.counterexample
    assert RegretIsBounded("best").hypotheses != RegretIsBounded().hypotheses


@pytest.mark.slow
def test_zero_sum_games_are_not_flagged_by_either():
    # Welfare is the same at every profile.
    assert finding(RegretIsBounded("best", correlation=-1.0)).verdict == "holds"


def test_play_that_has_not_arrived_decides_nothing():
    assert finding(RegretIsBounded(n_rounds=4)).verdict == "undecided"


def test_bad_settings_say_so():
    with pytest.raises(SettingError, match="comparator is 'worst'"):
        RegretIsBounded("worst")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="n_rounds is 1"):
        RegretIsBounded(n_rounds=1)
