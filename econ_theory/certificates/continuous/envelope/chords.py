"""Functions on the cells of a grid: their ends, and how far they stray from the chord between.

A `Chord` encloses a function f on every cell: ``|f(t) - chord(t)| <= dev``. Sums and products of
enclosed functions are enclosed, and so are integrals of one against another; nothing is assumed
about smoothness but what went into `dev`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array

__all__ = ["Chord", "bent", "constant", "straight"]


@dataclass(frozen=True, eq=False)
class Chord:
    """A function on C cells: its values at both ends of each, and its distance from the chord.

    Attributes
    ----------
    left, right : (C,) arrays
    dev : (C,) array
        Largest distance from the straight line between the ends.

    Examples
    --------
    >>> x = straight(np.array([0.0, 1.0, 2.0]))
    >>> x.points, x[x.left > 0].points
    (array([0., 1., 2.]), array([1., 2.]))
    >>> (x * x).right, (x * x).dev
    (array([1., 4.]), array([0.25, 0.25]))
    """

    left: Array
    right: Array
    dev: Array

    @property
    def points(self) -> Array:
        """Values from the first end to the last, ``(C + 1,)``, where each cell goes on."""
        return np.concatenate([self.left[:1], self.right])

    @property
    def step(self) -> Array:
        """Right less left."""
        return self.right - self.left

    @property
    def middle(self) -> Array:
        """Mean of the two ends."""
        return (self.left + self.right) / 2

    @property
    def size(self) -> Array:
        """A bound on the absolute value in each cell."""
        return np.maximum(np.abs(self.left), np.abs(self.right)) + self.dev

    def __getitem__(self, cells: Array) -> Chord:
        return Chord(self.left[cells], self.right[cells], self.dev[cells])

    def __add__(self, other: Chord | float) -> Chord:
        if not isinstance(other, Chord):
            return Chord(self.left + other, self.right + other, self.dev)
        return Chord(self.left + other.left, self.right + other.right, self.dev + other.dev)

    def __neg__(self) -> Chord:
        return Chord(-self.left, -self.right, self.dev)

    def __sub__(self, other: Chord) -> Chord:
        return self + (-other)

    def __mul__(self, other: Chord | float | Array) -> Chord:
        """Multiply by a function, or by a constant in each cell."""
        if not isinstance(other, Chord):
            with np.errstate(invalid="ignore"):
                return Chord(self.left * other, self.right * other, self.dev * np.abs(other))
        ends = np.maximum(np.abs(self.left), np.abs(self.right))
        dev = np.abs(self.step * other.step) / 4 + self.dev * other.size + other.dev * ends
        return Chord(self.left * other.left, self.right * other.right, dev)

    def power(self, m: int) -> Chord:
        """Return the m-th power of a function that is not negative."""
        if m == 0:
            return constant(1.0, len(self.left))
        top = self.size
        dev = m * top ** (m - 1) * self.dev
        if m >= 2:
            dev = dev + m * (m - 1) / 8 * top ** (m - 2) * self.step**2
        return Chord(self.left**m, self.right**m, dev)

    def against(self, other: Chord) -> tuple[Array, Array, Array]:
        """Return each cell's integral of this with respect to `other`, which is monotone.

        Second, the error of that; third, how far the integral up to a point inside the cell may
        be from the straight line between 0 and the whole.
        """
        rise, turn = np.abs(self.step), np.abs(other.step)
        whole = self.middle * other.step
        error = other.dev * rise + self.dev * turn
        inside = np.abs(self.middle) * other.dev + (rise / 2 + self.dev) * turn
        return whole, error, inside

    def integral(self, b: Chord) -> tuple[Chord, float]:
        """Return the running integral of a monotone function along straight b, and its error."""
        whole, error, _ = self.against(b)
        points = np.concatenate([[0.0], np.cumsum(whole)])
        bend = np.abs(self.step * b.step) / 4 + error
        return Chord(points[:-1], points[1:], bend), float(error.sum())


def straight(points: Array) -> Chord:
    """Return the function that is linear between `points`, ``(C + 1,)``."""
    return Chord(points[:-1], points[1:], np.zeros(len(points) - 1))


def constant(value: float, n_cells: int) -> Chord:
    """Return a constant function."""
    level = np.full(n_cells, value)
    return Chord(level, level, np.zeros(n_cells))


def bent(left: Array, right: Array, slope_left: Array, slope_right: Array, width: Array) -> Chord:
    """Return a monotone function whose slope is monotone, from its slopes at the ends.

    Between the chord and the tangents at both ends: ``dev <= width * |change of slope| / 4``, and
    never more than the function's step.
    """
    with np.errstate(invalid="ignore"):
        bend = np.abs(width * (slope_right - slope_left)) / 4
    return Chord(left, right, np.fmin(bend, np.abs(right - left)))
