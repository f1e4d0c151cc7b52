"""ECON-R±: the verdict follows the game, in both directions."""

from __future__ import annotations

from econ_theory import catalog
from econ_theory.audit import run_audit
from econ_theory.audit.regret_sign import RegretIsDistance


def finding(claim):
    return run_audit([claim])[claim.id].finding


def test_cooperation_has_regret_minus_two_a_round():
    found = finding(RegretIsDistance())
    assert found.verdict == "fails"
    assert found.number == -2
    assert "cooperate, cooperate" in found.counterexample


def test_other_payoffs_give_another_number():
    found = finding(RegretIsDistance(catalog.prisoners_dilemma(9, 8, 1, 0)))
    assert (found.verdict, found.number) == ("fails", -7)


def test_zero_sum_game_is_not_flagged():
    # What one player gains on the value the other loses: never negative for both.
    found = finding(RegretIsDistance(catalog.matching_pennies()))
    assert found.verdict == "holds"
    assert found.counterexample == ""
