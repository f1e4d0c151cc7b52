"""Array checks: what counts as numbers, what counts as a distribution."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pytest

from econ_theory.arrays import (
    ByContent,
    as_fractions,
    as_numbers,
    frozen,
    is_exact,
    same,
    simplex_fault,
)
from econ_theory.errors import EconError, GameError


def test_numbers_become_floats_or_fractions_and_are_fresh():
    data = np.arange(3.0)
    assert as_numbers(data, EconError, "x") is not data
    assert as_numbers([True, False], EconError, "x").tolist() == [1.0, 0.0]
    exact = as_numbers([Fraction(1, 3), np.int64(2)], EconError, "x")
    assert exact.tolist() == [Fraction(1, 3), 2]
    assert is_exact(exact)
    assert not is_exact(as_numbers(np.float32([0.5]), EconError, "x"))
    assert as_numbers([10**30, 1], EconError, "x").tolist() == [10**30, 1]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ([1, [2, 3]], "x is ragged"),
        (["a"], "x has entries of type <U1"),
        ([None], "x has an entry None of type NoneType"),
        ([Fraction(1), 0.5], "x has an entry 0.5 of type float"),
        ([np.nan], r"x has nan at index \(0,\), want finite"),
        ([1j], "x has entries of type complex128"),
        ([10**400], "x has an entry beyond 1.8e.308"),
        ([-Fraction(10**400)], "x has an entry beyond"),
    ],
)
def test_what_is_no_number_is_refused(data, complaint):
    with pytest.raises(EconError, match=complaint):
        as_numbers(data, EconError, "x")


def test_fractions_keep_shape_and_value():
    array = as_fractions(np.array([[0.1, 0.5]]))
    assert array.shape == (1, 2)
    assert array[0, 0] == Fraction(0.1) != Fraction(1, 10)
    assert as_fractions(np.zeros((0, 2))).shape == (0, 2)


def test_simplex_faults():
    assert simplex_fault(np.array([0.1] * 10)) is None
    assert simplex_fault(np.array([0.5, 0.5 + 5e-10])) is None
    assert "want 1" in (simplex_fault(np.array([0.5, 0.5 + 5e-9])) or "")
    assert simplex_fault(np.array([[1.0, 0.0], [0.5, 0.5]]), axes=(1,)) is None
    assert simplex_fault(np.array([])) == "has shape (0,), want at least one entry"
    third = as_fractions(np.zeros(3)) + Fraction(1, 3)
    assert simplex_fault(third) is None
    assert simplex_fault(third + Fraction(1, 10**400)) == "sums to 1, want 1"
    assert simplex_fault(np.stack([third, third * 2]), axes=(1,)) == "sums to 2 in row (1,), want 1"


def test_frozen_arrays_are_contiguous_and_read_only():
    array = frozen(np.arange(6.0).reshape(2, 3).T)
    assert array.flags.c_contiguous
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 1


def test_same_is_equality_all_through():
    exact = as_fractions(np.array([0.5, 0.25]))
    assert same(np.array([0.5, np.nan]), np.array([0.5, np.nan]))
    assert same((np.arange(3), [1.0, float("nan")]), (np.arange(3.0), [1.0, float("nan")]))
    assert same(exact, exact.copy())
    assert not same(exact, exact.astype(float))
    assert not same(np.zeros(2), [0.0, 0.0])
    assert not same(np.zeros((1, 2)), np.zeros(2))
    assert not same((1, 2), [1, 2])
    assert not same((1, 2), (1, 2, 3))
    assert not same(np.array([1.0]), np.array([1.5]))


@dataclass(frozen=True, eq=False)
class Point(ByContent):
    at: object
    note: str = field(default="", compare=False)


class Other(Point):
    pass


@pytest.mark.parametrize(
    "at", [np.zeros(2), as_fractions(np.array([0.5])), (np.arange(2), [1.0]), 0.5, float("nan")]
)
def test_content_decides_and_hashes_agree(at):
    twin = Point(copy.deepcopy(at), "another note")
    assert Point(at) == twin
    assert hash(Point(at)) == hash(twin)
    assert Point(at) != Point(np.ones(3))
    assert Point(at) != Other(at)
    assert len({Point(at), twin}) == 1


def test_minus_zero_is_zero_and_hashes_alike():
    assert Point(np.array([-0.0])) == Point(np.array([0.0]))
    assert hash(Point(np.array([-0.0]))) == hash(Point(np.array([0.0])))


def test_masked_entries_are_refused_wherever_they_are():
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    for data in (masked, [masked, masked], (masked,)):
        with pytest.raises(GameError, match="x has masked entries, want a number in each"):
            as_numbers(data, GameError, "x")
    assert as_numbers(np.ma.array([1.0, 2.0]), GameError, "x").tolist() == [1.0, 2.0]
    assert as_numbers([np.ma.masked_array([1.0])], GameError, "x").tolist() == [[1.0]]
