"""DICE-11/12: one equilibrium above the proven bound, and a wrong bound is caught."""

from __future__ import annotations

import pytest

from econ_theory.audit import run_audit
from econ_theory.audit.conventions import proven_coupling
from econ_theory.audit.quantal_uniqueness import UniqueAboveCoupling


def a_quarter(game):
    return proven_coupling(game) / 4


def finding(claim):
    return run_audit([claim], quick=True)[claim.id].finding


def test_one_equilibrium_above_the_proven_bound():
    found = finding(UniqueAboveCoupling())
    assert found.verdict == "holds"
    assert found.number == 0
    assert 0 < found.interval[1] < 0.2
    assert "at a fifth of them the same search finds several" in found.explanation
    assert "one at 0.2600" in found.explanation
    picture = found.picture
    # Several become one at the fold, not at the bound.
    assert abs(picture.marks["L_c"] - 0.425) < 1e-9
    assert abs(picture.marks["phase change"] - 0.26) < 1e-4
    (curve,) = picture.curves
    assert (curve.y[curve.x < picture.marks["phase change"]] == 3).all()
    assert (curve.y[curve.x > picture.marks["phase change"]] == 1).all()


@pytest.mark.slow
def test_a_bound_that_is_too_low_is_caught():
    found = finding(UniqueAboveCoupling(bound=a_quarter, correlation=1.0))
    assert found.verdict == "fails"
    assert found.interval[0] > 0
    assert found.counterexample.startswith("BayesianGame([[")
    assert "It is proven" not in found.explanation


@pytest.mark.slow
def test_zero_sum_games_are_not_flagged_however_low_the_bound():
    assert finding(UniqueAboveCoupling(bound=a_quarter, correlation=-1.0)).verdict == "holds"
