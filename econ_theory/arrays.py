"""Arrays: checks at the door, read-only copies, exact rationals, and when two are the same."""

from __future__ import annotations

import math
import numbers
import sys
from collections.abc import Sequence
from dataclasses import fields
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from econ_theory.errors import EconError

__all__ = [
    "Array",
    "ByContent",
    "as_fractions",
    "as_numbers",
    "frozen",
    "is_exact",
    "same",
    "simplex_fault",
]

Array = NDArray[Any]
"""A numpy array of float64, or of `Fraction` objects where arithmetic is exact."""

SUM_TOLERANCE = 1e-9
LARGEST_FLOAT = sys.float_info.max


def frozen(array: Array) -> Array:
    """Return `array`, contiguous, as a read-only view that no caller can write through.

    >>> frozen(np.zeros(2)).flags.writeable
    False
    """
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array


def is_exact(array: Array) -> bool:
    """Return whether `array` holds rationals (object dtype) rather than floats."""
    return array.dtype == object


def as_numbers(data: Any, error: type[EconError], what: str) -> Array:
    """Return a fresh array of float64, or of `Fraction` where `data` holds exact rationals.

    Integers become floats; an object array must hold rationals only.

    >>> as_numbers([1, 2], EconError, "x")
    array([1., 2.])
    >>> as_numbers([Fraction(1, 3), 1], EconError, "x")
    array([Fraction(1, 3), Fraction(1, 1)], dtype=object)
    """
    if np.ma.is_masked(data) or any(
        map(np.ma.is_masked, data if type(data) in (list, tuple) else ())
    ):
        raise error(
            f"{what} has masked entries, want a number in each; pass array.filled(value) to say "
            "which."
        )
    try:
        array = np.array(data)
    except ValueError as problem:
        raise error(f"{what} is ragged ({problem}), want one rectangular array.") from None
    if array.dtype == object:
        flat = array.ravel()
        for value in flat:
            if not isinstance(value, numbers.Rational):
                raise error(
                    f"{what} has an entry {value!r} of type {type(value).__name__}, want real "
                    "numbers; pass floats, or Fractions throughout for exact arithmetic."
                )
            if abs(Fraction(value)) > LARGEST_FLOAT:
                raise error(f"{what} has an entry beyond {LARGEST_FLOAT:.3g}, want a smaller one.")
        return as_fractions(array)
    if array.dtype.kind not in "buif":
        raise error(f"{what} has entries of type {array.dtype}, want real numbers.")
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        where = tuple(int(k) for k in np.argwhere(~np.isfinite(array))[0])
        raise error(f"{what} has {array[where]} at index {where}, want finite numbers.")
    return array


def as_fractions(array: Array) -> Array:
    """Return `array` with every entry the `Fraction` equal to it (floats are dyadic rationals).

    >>> as_fractions(np.array([0.5, 0.25]))
    array([Fraction(1, 2), Fraction(1, 4)], dtype=object)
    """
    result = np.empty(array.shape, dtype=object)
    result.ravel()[:] = [Fraction(value) for value in array.ravel().tolist()]
    return result


def simplex_fault(array: Array, axes: Sequence[int] | None = None) -> str | None:
    """Return why `array` is no probability distribution over `axes` (default all), or None.

    Float sums may be off by 1e-9; rational sums must be one exactly.

    >>> simplex_fault(np.array([0.5, 0.6]))
    'sums to 1.1, want 1'
    >>> simplex_fault(np.array([1.5, -0.5]))
    'has -0.5 at index (1,), want no negative entry'
    """
    if array.size == 0:
        return f"has shape {array.shape}, want at least one entry"
    if (array < 0).any():
        where = tuple(int(k) for k in np.argwhere(array < 0)[0])
        return f"has {array[where]} at index {where}, want no negative entry"
    total = np.asarray(array.sum(axis=tuple(axes) if axes is not None else None))
    off = np.abs(np.asarray(total - 1, dtype=float))
    if (total == 1).all() if is_exact(array) else off.max(initial=0.0) <= SUM_TOLERANCE:
        return None
    if off.ndim == 0:
        return f"sums to {float(total.item()):.12g}, want 1"
    where = tuple(int(k) for k in np.unravel_index(int(off.argmax()), off.shape))
    return f"sums to {float(total[where]):.12g} in row {where}, want 1"


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal all through: arrays, sequences of them, anything else.

    Arrays are the same if shape and every entry are (nan is nan) and both are exact or neither is:
    a profile of Fractions is not the same as its rounding. A list is not a tuple.

    >>> same((np.zeros(2), [0.5]), (np.zeros(2), [0.5])), same(np.zeros(2), np.zeros(1))
    (True, False)
    >>> same(np.array([0.5]), as_fractions(np.array([0.5])))
    False
    """
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
            return False
        if is_exact(one) != is_exact(other):
            return False
        nan = one.dtype.kind == "f" and other.dtype.kind == "f"
        return np.array_equal(one, other, equal_nan=nan)
    if isinstance(one, (tuple, list)) and type(one) is type(other):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or (_is_nan(one) and _is_nan(other))


class ByContent:
    """Equality and hash of a frozen dataclass with arrays in its fields: `same`, field by field.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, eq=False)
    ... class Point(ByContent):
    ...     at: Array
    >>> Point(np.zeros(2)) == Point(np.zeros(2)), len({Point(np.zeros(2)), Point(np.ones(2))})
    (True, 2)
    """

    def _content(self) -> list[Any]:
        return [getattr(self, f.name) for f in fields(self) if f.compare]  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        assert isinstance(other, ByContent)
        return self is other or same(self._content(), other._content())

    def __hash__(self) -> int:
        return hash((type(self), *map(_key, self._content())))


def _key(value: Any) -> Any:
    """Return something hashable that is equal wherever values are the `same`."""
    if isinstance(value, np.ndarray):
        if is_exact(value):
            return value.shape, tuple(value.ravel().tolist())
        # Plus zero: minus zero is equal to zero, but its bytes are not.
        return value.shape, (np.nan_to_num(value.astype(float)) + 0.0).tobytes()
    if isinstance(value, (tuple, list)):
        return type(value), tuple(map(_key, value))
    return "nan" if _is_nan(value) else value


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)
