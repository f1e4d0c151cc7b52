"""Gauss's rule and the grids it is used on: exact where it should be, and nothing left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from econ_theory.quadrature import (
    cosine_shares,
    even_shares,
    integrals,
    nodes_of,
    placed,
    running,
    unit_rule,
)


@given(st.integers(1, 12), st.data())
def test_the_rule_is_exact_for_polynomials_up_to_its_degree(n, data):
    degree = data.draw(st.integers(0, 2 * n - 1))
    x, weights = unit_rule(n)
    assert (x > 0).all()
    assert (x < 1).all()
    assert weights @ x**degree == pytest.approx(1 / (degree + 1), rel=1e-13)
    if n <= 5:
        assert abs(weights @ x ** (2 * n) - 1 / (2 * n + 1)) > 1e-7, "one degree more is too much"


@given(
    st.lists(st.floats(-3, 3), min_size=2, max_size=9, unique_by=lambda v: round(v, 3)),
    st.integers(0, 15),
)
def test_running_integrals_add_up_to_those_of_pieces(points, degree):
    points = np.sort(points)
    exact = (points ** (degree + 1) - points[0] ** (degree + 1)) / (degree + 1)
    size = max(1.0, np.abs(points).max() ** (degree + 1))
    found = running(lambda v: v**degree, points)
    assert found[0] == 0
    assert np.abs(found - exact).max() <= 1e-13 * size
    pieces = integrals(lambda v: v**degree, points[:-1], points[1:])
    assert np.abs(np.diff(found) - pieces).max() <= 1e-13 * size


def test_nodes_of_any_shape_lie_inside_and_weigh_the_width():
    low = np.array([[0.0, 2.0, -1.0], [5.0, 1.0, 1.0]])
    high = np.array([[1.0, 2.5, 4.0], [5.1, 9.0, 1.0]])
    s, weights = nodes_of(low, high)
    assert s.shape == weights.shape == (2, 3, 8)
    assert (s >= low[..., None]).all()
    assert (s <= high[..., None]).all()
    assert weights.sum(axis=-1) == pytest.approx(high - low)
    assert (weights * s).sum(axis=-1) == pytest.approx((high**2 - low**2) / 2)


@pytest.mark.parametrize("shares_of", [even_shares, cosine_shares])
@given(n=st.integers(2, 200), halvings=st.integers(0, 25))
def test_shares_run_from_0_to_1_and_halve_the_ends(shares_of, n, halvings):
    plain, shares = shares_of(n), shares_of(n, halvings)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert (np.diff(shares) > 0).all()
    assert np.isin(plain, shares).all()
    assert shares[1] == pytest.approx(plain[1] * 0.5**halvings)
    assert np.abs(shares + shares[::-1] - 1).max() <= 1e-15
    assert len(shares) == n + 1 + 2 * halvings


@given(
    st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)).filter(lambda e: abs(e[1] - e[0]) > 1e-6),
    st.lists(st.floats(-2e3, 2e3), max_size=5),
)
@example((-0.3, 0.1), [])
def test_points_placed_keep_the_ends_and_what_lies_between(ends, more):
    low, high = sorted(ends)
    points = placed(cosine_shares(16, 5), low, high, more)
    assert points[0] == low
    assert points[-1] == high
    assert (np.diff(points) > 0).all()
    assert {v for v in more if low < v < high} <= set(points.tolist())


def test_an_infinite_slope_at_the_end_costs_no_digits():
    """The integral of v ** 0.1 over [0, 1]: halved pieces leave next to nothing unresolved."""
    rough = running(lambda v: v**0.1, placed(cosine_shares(256), 0.0, 1.0))[-1]
    fine = running(lambda v: v**0.1, placed(cosine_shares(256, 35), 0.0, 1.0))[-1]
    assert fine == pytest.approx(1 / 1.1, abs=1e-13)
    assert abs(rough - 1 / 1.1) > 1e-9
