"""Array checks at the door: read-only copies, finite numbers, simplex rows, exact rationals."""

from __future__ import annotations

import numbers
import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from econ_theory.errors import EconError

__all__ = ["Array", "as_fractions", "as_numbers", "frozen", "is_exact", "simplex_fault"]

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
