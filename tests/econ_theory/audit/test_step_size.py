"""ECON-C.1: the exponent follows the step size, in both directions."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory.audit import run_audit
from econ_theory.audit.step_size import Errors, StepSizeRate
from econ_theory.markov import StepSize


def finding(claim):
    return run_audit([claim], quick=True, rng=0)[claim.id].finding


@pytest.mark.slow
def test_root_steps_miss_the_claimed_rate():
    found = finding(StepSizeRate())
    assert found.verdict == "fails"
    assert found.number == pytest.approx(-0.25, abs=0.05)
    assert "breaks Robbins-Monro" in found.explanation


@pytest.mark.slow
def test_steps_that_fall_fast_enough_are_not_flagged():
    # One over (1 - discount) t contracts like 1/t, and the noise averages like t^-0.5.
    found = finding(StepSizeRate(StepSize(10.0, power=1.0)))
    assert found.verdict == "holds"
    assert "meets Robbins-Monro" in found.explanation
    assert found.counterexample == ""


@pytest.mark.parametrize(
    ("powers", "verdict"),
    [((-0.5, -0.5), "holds"), ((-0.3, -0.31), "fails"), ((-0.3, -0.6), "undecided")],
)
def test_verdict_follows_the_interval(powers, verdict):
    steps = np.geomspace(1, 1e4, 60)
    found = StepSizeRate().judge([Errors(steps, steps**power) for power in powers])
    assert found.verdict == verdict
    assert found.number == pytest.approx(np.mean(powers))
