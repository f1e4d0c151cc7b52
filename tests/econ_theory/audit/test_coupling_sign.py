"""DICE-Lc: L_c = 0 is the zero-sum side; a measure of conflict would be zero on the other."""

from __future__ import annotations

import numpy as np

from econ_theory.audit import run_audit
from econ_theory.audit.coupling_sign import ZeroMeansCooperative


def conflict(game) -> float:
    """The largest difference between the two players' payoffs: zero if fully cooperative."""
    return float(np.abs(game.payoffs[0] - game.payoffs[1]).max())


def never_zero(game) -> float:
    return 1.0


def finding(measure=None):
    claim = ZeroMeansCooperative() if measure is None else ZeroMeansCooperative(measure)
    return run_audit([claim], quick=True)[claim.id].finding


def test_zero_sum_games_have_no_coupling_and_common_interest_has():
    found = finding()
    assert found.verdict == "fails"
    assert found.interval[0] > 0
    assert found.counterexample.startswith("BayesianGame(")
    (curve,) = found.picture.curves
    assert curve.y[0] < 1e-9
    assert (np.diff(curve.y) > 0).all()


def test_a_measure_of_conflict_is_not_flagged():
    found = finding(conflict)
    assert found.verdict == "holds"
    assert found.interval[1] < 0
    assert found.counterexample == ""


def test_a_measure_that_is_never_zero_says_nothing():
    assert finding(never_zero).verdict == "vacuous"
