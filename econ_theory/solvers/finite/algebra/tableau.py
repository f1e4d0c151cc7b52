"""Lemke's pivots on a condensed tableau, with the lexicographic ratio test."""

from __future__ import annotations

import numpy as np

from econ_theory.arrays import Array

__all__ = ["LemkeTableau"]

PIVOT_TOLERANCE = 1e-11
TIE_TOLERANCE = 1e-11


class LemkeTableau:
    """The linear complementarity problem ``w = M z + b + d z0``, one pivot at a time.

    Only the non-basic columns are stored, so a pivot is one rank-one update of an ``(N, N + 2)``
    array. Variables are numbered ``w_k = k``, ``z_k = N + k``, ``z0 = 2 N``.

    >>> tableau = LemkeTableau(np.array([[1.0]]), np.array([-2.0]), np.array([1.0]))
    >>> tableau.pivot()
    'solved'
    >>> tableau.solution()
    array([2.])
    """

    def __init__(self, matrix: Array, constant: Array, cover: Array) -> None:
        n = len(constant)
        self.size = n
        self._matrix, self._constant = matrix, constant
        # basic + table @ nonbasic = right side; columns: z_1..z_N, z0, right side.
        self._table = np.column_stack([-matrix, -cover, constant])
        self._basic = np.arange(n)
        self._nonbasic = np.arange(n, 2 * n + 1)
        self._column_of = np.full(2 * n + 1, -1)
        self._column_of[self._nonbasic] = np.arange(n + 1)
        ratio = -constant / cover
        # All rows become lexicographically positive when the last of the tied rows leaves.
        row = int(np.flatnonzero(ratio >= ratio.max() * (1 - TIE_TOLERANCE))[-1])
        self._entering = self._exchange(row, n)

    def pivot(self) -> str | None:
        """Make one pivot; return "solved" when z0 has left, a fault if stuck, None to go on."""
        column = int(self._column_of[self._entering])
        row = self._leaving_row(column)
        if row is None:
            return "a secondary ray"
        left = self._exchange(row, column)
        if left is None:
            return "solved"
        self._entering = left
        return None

    def point(self) -> tuple[Array, float]:
        """Return z, shape ``(N,)``, and z0 at the current vertex."""
        values = np.zeros(2 * self.size + 1)
        values[self._basic] = self._table[:, -1]
        return values[self.size : -1], float(values[-1])

    def solution(self) -> Array:
        """Return z, shape ``(N,)``, solved afresh from the final basis: no accumulated rounding."""
        rows = np.flatnonzero(self._basic < self.size)
        n = self.size
        positive = self._basic[self._basic >= n] - n
        tight = np.setdiff1d(np.arange(n), self._basic[rows])
        z = np.zeros(n)
        try:
            z[positive] = np.linalg.solve(
                self._matrix[np.ix_(tight, positive)], -self._constant[tight]
            )
        except np.linalg.LinAlgError:
            return self.point()[0]
        return z if (z > -1e-7).all() else self.point()[0]

    def _leaving_row(self, column: int) -> int | None:
        entries = self._table[:, column]
        candidates = np.flatnonzero(entries > PIVOT_TOLERANCE)
        if not len(candidates):
            return None
        ratios = np.maximum(self._table[candidates, -1], 0.0) / entries[candidates]
        tied = candidates[ratios <= ratios.min() + TIE_TOLERANCE]
        artificial = tied[self._basic[tied] == 2 * self.size]
        if len(artificial):
            return int(artificial[0])
        # Compare the tied rows of the basis inverse, one column at a time.
        for slack in range(self.size):
            if len(tied) == 1:
                break
            where = self._column_of[slack]
            if where >= 0:
                key = self._table[tied, where] / entries[tied]
            else:
                key = (self._basic[tied] == slack) / entries[tied]
            tied = tied[key <= key.min() + TIE_TOLERANCE]
        return int(tied[0])

    def _exchange(self, row: int, column: int) -> int | None:
        """Swap a basic and a non-basic variable; return who enters next, None when z0 left."""
        table = self._table
        pivot = table[row, column]
        pivot_row = table[row] / pivot
        factors = table[:, column].copy()
        factors[row] = 0.0
        table -= np.outer(factors, pivot_row)
        table[:, column] = -factors / pivot
        pivot_row[column] = 1.0 / pivot
        table[row] = pivot_row
        entered, left = int(self._nonbasic[column]), int(self._basic[row])
        self._basic[row], self._nonbasic[column] = entered, left
        self._column_of[left], self._column_of[entered] = column, -1
        if left == 2 * self.size:
            return None
        return left + self.size if left < self.size else left - self.size
