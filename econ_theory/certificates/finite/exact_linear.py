"""Linear systems over the integers: enclosed in floats with exact residuals, or solved exactly.

A rational solution of n equations has some n times as many digits as the equations. Whether there
is just one, and where it lies, is cheaper to prove: an approximate inverse R of A with
``|I - R A| < 1`` shows that A is regular, and ``|R (b - A x)| / (1 - |I - R A|)`` bounds how far
the solution is from any x.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array, is_exact
from econ_theory.errors import require

__all__ = ["BITS", "Enclosure", "enclose", "integers", "solve_by_elimination", "solve_by_flint"]

Solve = Callable[[Array, Array, Array], list[Fraction] | None]
"""``(equations, right, guess)`` to a solution, or None if there is none."""

BITS = 80
"""Binary digits after the point of an enclosure's centre."""

ROUNDING = 2.0**-52
"""Twice the relative error of one float operation: it covers errors of second order."""


class Enclosure(NamedTuple):
    """The one solution of a system is within `radius` of `centre`, both integers times 2 ** -80."""

    centre: Array
    radius: int

    @property
    def floating(self) -> Array:
        """The centre in float64, ``(n,)``."""
        return np.array([k / 2**BITS for k in self.centre])


def enclose(equations: Array, right: Array) -> Enclosure | None:
    """Return where the one solution of ``equations @ x = right`` lies; None if not proved.

    Rounding is bounded throughout; residuals are exact. Not proved are systems that are not
    square, that are singular or nearly so, or whose rows do not fit into floats.

    Source: Rump (2010), "Verification methods", Acta Numerica 19, Theorem 10.2.

    >>> third = enclose(np.array([[3]], dtype=object), np.array([1], dtype=object))
    >>> abs(Fraction(int(third.centre[0]), 2**80) - Fraction(1, 3)) * 2**80 <= third.radius
    True
    >>> enclose(np.array([[1, 1], [2, 2]], dtype=object), np.array([1, 2], dtype=object))
    """
    n = len(equations)
    if equations.shape != (n, n):
        return None
    try:
        matrix = equations.astype(float)
        exponents = np.frexp(np.abs(matrix).max(axis=1))[1]
        matrix = np.ldexp(matrix, -exponents[:, None])
        inverse = np.linalg.inv(matrix)
        sizes = np.abs(inverse)
        # Of the product, of the rows' conversion to floats, and of the sums below.
        rounding = (2 * n + 10) * ROUNDING
        defects = np.abs(inverse @ matrix - np.eye(n)).sum(axis=1)
        defect = float((defects + rounding * (sizes @ np.abs(matrix).sum(axis=1))).max())
        if not defect < 0.5:
            return None
        centre, left = np.array([0] * n, dtype=object), np.inf
        while True:
            missed = (right << BITS) - equations @ centre
            residual = np.ldexp(missed.astype(float), -exponents)
            before, left = left, float((sizes @ np.abs(residual)).max())
            if not left < before / 2:
                break
            centre = centre + np.array([round(k) for k in inverse @ residual], dtype=object)
    except (OverflowError, ValueError, np.linalg.LinAlgError):
        return None
    return Enclosure(centre, math.ceil(left / (1 - defect) * (1 + rounding)) + 1)


def integers(array: Array) -> Array:
    """Return `array` times a positive constant that makes all its entries integers.

    >>> integers(np.array([Fraction(1, 2), Fraction(1, 3)]))
    array([3, 2], dtype=object)
    """
    if is_exact(array):
        scale = math.lcm(*(value.denominator for value in array.ravel()))
        result = np.empty(array.shape, dtype=object)
        result.ravel()[:] = [v.numerator * (scale // v.denominator) for v in array.ravel()]
        return result
    mantissa, exponent = np.frexp(array)
    whole = (mantissa * 2.0**53).astype(np.int64).astype(object)
    lowest = exponent[array != 0].min(initial=0)
    return whole << np.maximum(exponent - lowest, 0).astype(object)


def solve_by_flint(equations: Array, right: Array, guess: Array) -> list[Fraction] | None:
    """Solve over the rationals with python-flint; free unknowns take their value in `guess`."""
    fmpz_mat = require("flint", "exact").fmpz_mat
    n_rows, n_columns = equations.shape
    if n_rows == n_columns:
        square = fmpz_mat(n_rows, n_columns, equations.ravel().tolist())
        try:
            solved = square.solve(fmpz_mat(n_rows, 1, right.tolist()))
        except ZeroDivisionError:
            pass
        else:
            return [Fraction(int(x.p), int(x.q)) for x in solved.entries()]
    augmented = np.column_stack([equations, right])
    reduced, denominator, rank = fmpz_mat(n_rows, n_columns + 1, augmented.ravel().tolist()).rref()
    table = [[int(x) for x in row] for row in reduced.tolist()[:rank]]
    return _back_substituted(table, int(denominator), guess)


def solve_by_elimination(equations: Array, right: Array, guess: Array) -> list[Fraction] | None:
    """Solve as `solve_by_flint` does, by fraction-free Gauss-Jordan elimination (Bareiss 1968)."""
    table = np.column_stack([equations, right])
    previous, rank = 1, 0
    for column in range(table.shape[1]):
        below = np.flatnonzero(table[rank:, column])
        if not len(below):
            continue
        pivot_row = rank + int(below[0])
        table[[rank, pivot_row]] = table[[pivot_row, rank]]
        pivot = table[rank, column]
        others = np.arange(len(table)) != rank
        factors = table[others, column]
        table[others] = (table[others] * pivot - np.outer(factors, table[rank])) // previous
        previous = pivot
        rank += 1
        if rank == len(table):
            break
    return _back_substituted([list(row) for row in table[:rank]], int(previous), guess)


def _back_substituted(table: list[list[int]], den: int, guess: Array) -> list[Fraction] | None:
    """Return the solution of ``den * x_pivot + free terms = last entry``, row by row."""
    n = len(guess)
    pivots = [next(k for k, entry in enumerate(row) if entry) for row in table]
    if n in pivots:
        return None
    free = [k for k in range(n) if k not in set(pivots)]
    solution = [Fraction(float(value)) for value in guess]
    for row, pivot in zip(table, pivots, strict=True):
        rest = sum((row[k] * solution[k] for k in free if row[k]), Fraction(0))
        solution[pivot] = (row[n] - rest) / den
    return solution
