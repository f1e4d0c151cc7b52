"""ECON-alpha: only an update that keeps to the simplex passes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econ_theory.audit import run_audit
from econ_theory.audit.reward_weights import (
    WeightsStayOnSimplex,
    onto_simplex,
    projected_descent,
    softmax_descent,
)


def centred_descent(weights, slope, rate):
    """Keep the sum, but not the signs."""
    return weights - rate * (slope - slope.mean())


def finding(claim):
    return run_audit([claim], quick=True)[claim.id].finding


def test_raw_descent_leaves_and_ends_near_a_sum_of_two():
    found = finding(WeightsStayOnSimplex())
    assert found.verdict == "fails"
    assert found.interval[0] > 0.3
    kind, twice = found.picture.curves
    assert kind.y[0] == twice.y[0] == 1
    assert twice.y[-1] == pytest.approx(2, abs=0.1)
    assert "after 1 steps" in found.counterexample


def test_raw_descent_leaves_even_with_its_minimum_on_the_simplex():
    found = finding(WeightsStayOnSimplex(scales=(1.0,)))
    assert found.verdict == "fails"
    assert 0 < found.number < 0.2


@pytest.mark.parametrize("update", [projected_descent, softmax_descent])
def test_updates_that_stay_are_not_flagged(update):
    found = finding(WeightsStayOnSimplex(update))
    assert found.verdict == "holds"
    assert found.number == pytest.approx(0, abs=1e-12)
    assert found.counterexample == ""


def test_negative_weights_of_sum_one_are_caught():
    found = finding(WeightsStayOnSimplex(centred_descent, rate=0.5))
    assert found.verdict == "fails"
    assert found.picture.curves[0].y[-1] == pytest.approx(1)


def test_softmax_step_is_descent_in_the_logits():
    weights, slope = np.array([0.5, 0.3, 0.2]), np.array([1.0, -2.0, 0.5])
    logits, h = np.log(weights), 1e-6

    def loss(z):
        raised = np.exp(z)
        return slope @ (raised / raised.sum())

    gradient = [(loss(logits + h * e) - loss(logits - h * e)) / (2 * h) for e in np.eye(3)]
    expected = np.exp(logits - 0.1 * np.array(gradient))
    assert softmax_descent(weights, slope, 0.1) == pytest.approx(expected / expected.sum())


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=5))
def test_projection_is_the_nearest_point(point):
    point = np.array(point)
    nearest = onto_simplex(point)
    assert nearest.min() >= 0
    assert nearest.sum() == pytest.approx(1)
    for corner in np.eye(len(point)):
        # No direction into the simplex comes closer.
        assert (point - nearest) @ (corner - nearest) <= 1e-9
