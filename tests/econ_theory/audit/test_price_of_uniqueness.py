"""DICE-W: certified uniqueness has a price in teams, and none where welfare is constant."""

from __future__ import annotations

import pytest
from scipy.optimize import brentq
from scipy.special import expit

from econ_theory.audit import run_audit
from econ_theory.audit.conventions import two_conventions
from econ_theory.audit.price_of_uniqueness import UniquenessIsFree
from econ_theory.catalog import matching_pennies


def finding(claim):
    return run_audit([claim], quick=True)[claim.id].finding


@pytest.mark.parametrize("gap", [0.3, 0.6])
def test_price_in_the_game_of_two_conventions(gap):
    found = finding(UniquenessIsFree(two_conventions(gap)))
    assert found.verdict == "open"
    assert found.explanation.startswith("no: at L_c")
    # Both play the better one with probability expit(x), at L_c = (1 + worse) / 4.
    worse = 1 - gap
    least = (1 + worse) / 4
    p = expit(brentq(lambda x: (1 + worse) * expit(x) - worse - least * x, 0.1, 10))
    assert found.number == pytest.approx(p**2 + worse * (1 - p) ** 2, abs=1e-8)
    assert gap != 0.3 or found.number == pytest.approx(0.745, abs=5e-4)
    assert "(best equilibrium: 1)" in found.quantity
    assert set(found.picture.marks) == {"L_c", "phase change"}


def test_constant_sum_games_are_not_flagged():
    found = finding(UniquenessIsFree(matching_pennies().game, correlation=-1.0))
    assert found.verdict == "open"
    assert found.explanation.startswith("yes, in all games tried: at L_c")
    assert found.counterexample == ""
    assert set(found.picture.marks) == {"L_c"}


def test_random_teams_alone_are_enough_to_fail():
    found = finding(UniquenessIsFree(matching_pennies().game))
    assert found.verdict == "open"
    assert found.explanation.startswith("no: at L_c")
    assert found.counterexample
