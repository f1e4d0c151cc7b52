"""Enclosures contain the rational solution; singular and wild systems are not enclosed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory.certificates.finite.exact_linear import (
    BITS,
    enclose,
    integers,
    solve_by_elimination,
    solve_by_flint,
)


def system(n: int, high: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    equations, right = rng.integers(-high, high + 1, (n, n)), rng.integers(-high, high + 1, n)
    return equations.astype(object), right.astype(object)


@given(st.integers(1, 6), st.sampled_from([1, 3, 2**62]), st.integers(0, 9999), st.integers(0, 300))
@settings(max_examples=150)
def test_the_rational_solution_is_in_the_box(n: int, high: int, seed: int, shift: int) -> None:
    equations, right = system(n, high, seed)
    equations[0] = equations[0] << shift
    box = enclose(equations, right)
    one = solve_by_flint(equations, right, np.zeros(n))
    two = solve_by_elimination(equations, right, np.zeros(n))
    assert one == two
    if box is None:
        return
    assert one is not None
    for centre, value in zip(box.centre, one, strict=True):
        assert abs(int(centre) - value * 2**BITS) <= box.radius
    assert box.radius < 2**20, "a few units in the last place, times the condition"
    assert box.floating == pytest.approx([float(value) for value in one], rel=1e-12, abs=1e-15)


@given(st.integers(1, 6), st.integers(0, 9999))
@settings(max_examples=60)
def test_small_regular_systems_are_enclosed_and_singular_ones_are_not(n: int, seed: int) -> None:
    equations, right = system(n, 5, seed)
    regular = round(np.linalg.det(equations.astype(float))) != 0
    assert (enclose(equations, right) is not None) == regular


def test_nearly_singular_and_unrepresentable_systems_are_not_enclosed() -> None:
    near = np.array([[2**60, 2**60], [2**60, 2**60 + 1]], dtype=object)
    assert enclose(near, np.array([1, 1], dtype=object)) is None
    assert enclose(np.array([[10**400]], dtype=object), np.array([1], dtype=object)) is None
    assert enclose(near[:1], np.array([1], dtype=object)) is None


def test_integers_are_the_array_times_one_positive_constant() -> None:
    floats = np.array([1e-300, -0.75, 0.0, 3.0])
    whole = integers(floats)
    assert all(isinstance(value, int) for value in whole)
    factor = Fraction(whole[3], 3)
    assert factor > 0
    assert [Fraction(float(x)) * factor for x in floats] == list(whole)
