"""A game that pays a bonus for actions: its equilibria on one support, by Newton's method."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.solvers.finite.algebra.interim import InterimSystem

__all__ = ["BonusGame", "Landing", "Piece", "Point"]

NEAR = 3e-5
"""Step of Newton's method after which payoffs are carried on to first order: an error of 1e-9."""

MOST_STEPS = 8


class Point(NamedTuple):
    """Strategies x at one level of the bonus, payoffs u there, both ``(N,)``, and ``du / dx``."""

    x: Array
    level: float
    u: Array
    matrix: Array


class Landing(NamedTuple):
    """Where Newton's method ended.

    `y` are the point's coordinates on its piece, `rate` the derivative of y as the condition's left
    side grows, `sign` that of the square's determinant, `miss` the size of the first step.
    """

    point: Point
    y: Array
    rate: Array
    sign: float
    miss: float


class BonusGame:
    """The game where action a of a type pays ``u[a] + level * bonus[a]``.

    Parameters
    ----------
    system : InterimSystem
    bonus : (N,) one an action of a live type
    """

    def __init__(self, system: InterimSystem, bonus: Array) -> None:
        from scipy.linalg import get_lapack_funcs

        self.system, self.bonus = system, bonus
        # Payoffs of one or two players are affine: each piece of the path is straight.
        self.straight = system.n_players <= 2
        self._factorize, self._substitute = get_lapack_funcs(
            ("getrf", "getrs"), dtype=np.dtype(float)
        )

    def at(self, x: Array, level: float) -> Point:
        """Return the point with its payoffs."""
        return Point(x, level, *self.system.at(x))

    def factor(self, square: Array) -> tuple[Callable[[Array], Array], float] | None:
        """Return what solves ``square @ y = right``, and the determinant's sign; None if singular.

        `square` is in Fortran order and is written over.
        """
        lu, pivots, fault = self._factorize(square, overwrite_a=True)
        if fault:
            return None
        swaps = np.count_nonzero(pivots != np.arange(len(pivots)))
        negative = np.count_nonzero(lu.diagonal() < 0)
        sign = -1.0 if (swaps + negative) % 2 else 1.0
        return lambda right: self._substitute(lu, pivots, right)[0], sign


class Piece:
    """The curve of equilibria of a `BonusGame` on one support.

    Each type's likeliest action, its top, gets what the others leave, and indifference is measured
    against it. A point has coordinates ``y = (x[free], level)``, ``(m + 1,)``, and m equations.

    Parameters
    ----------
    game : BonusGame
    support : (N,) bool, at least one action a type
    x : (N,) strategies that the likeliest actions are read from
    """

    def __init__(self, game: BonusGame, support: Array, x: Array) -> None:
        system = game.system
        self.game, self.support = game, support
        likeliest = np.flatnonzero(support)
        likeliest = likeliest[np.lexsort((-x[likeliest], system.type_of[likeliest]))]
        first = np.searchsorted(system.type_of[likeliest], np.arange(system.n_live))
        self._tops = likeliest[first]
        self.top = self._tops[system.type_of]
        rest = support.copy()
        rest[self._tops] = False
        self.free = np.flatnonzero(rest)
        self._against = self.top[self.free]
        self._types = system.type_of[self.free]
        self._slope = game.bonus[self.free] - game.bonus[self._against]

    def unknowns(self, point: Point) -> Array:
        """Return the coordinates of `point`, ``(m + 1,)``."""
        return np.append(point.x[self.free], point.level)

    def strategies(self, y: Array) -> Array:
        """Return the strategies at coordinates `y`, ``(N,)``."""
        x = self.change(y)
        x[self._tops] += 1.0
        return x

    def change(self, dy: Array) -> Array:
        """Return the change of strategies that goes with `dy`, ``(N,)``."""
        dx = np.zeros(self.game.system.size)
        dx[self.free] = dy[:-1]
        dx[self._tops] = -np.bincount(self._types, dy[:-1], minlength=len(self._tops))
        return dx

    def equations(self, point: Point) -> tuple[Array, Array]:
        """Return what is short of indifference, ``(m,)``, and its derivatives, ``(m + 1, m + 1)``.

        The last row of the square is to be filled.
        """
        free, against = self.free, self._against
        miss = point.u[free] - point.u[against] + point.level * self._slope
        square = np.empty((len(free) + 1, len(free) + 1), order="F")
        rows = point.matrix[free] - point.matrix[against]
        np.subtract(rows[:, free], rows[:, against], out=square[:-1, :-1])
        square[:-1, -1] = self._slope
        return miss, square

    def margins(self, point: Point) -> Array:
        """Return what stays above zero, ``(N,)``: probabilities; losses of unplayed actions."""
        pay = point.u + point.level * self.game.bonus
        return np.where(self.support, point.x, pay[self.top] - pay)

    def margin_rates(self, point: Point, tangent: Array) -> Array:
        """Return the derivatives of `margins` along `tangent`, ``(N,)``."""
        dx = self.change(tangent)
        pay = self.game.system.apply(point.matrix, dx) + tangent[-1] * self.game.bonus
        return np.where(self.support, dx, pay[self.top] - pay)

    def margin(self, point: Point, k: int) -> tuple[float, Array]:
        """Return the k-th margin (for k = N the level) and its gradient, ``(m + 1,)``."""
        row = np.zeros(len(self.free) + 1)
        if k == len(point.x):
            row[-1] = 1.0
            return point.level, row
        if self.support[k]:
            row[:-1] = self.free == k if self.top[k] != k else -1.0 * (self._against == k)
            return float(point.x[k]), row
        top, bonus = self.top[k], self.game.bonus
        worth = point.matrix[top] - point.matrix[k]
        row[:-1] = worth[self.free] - worth[self._against]
        row[-1] = bonus[top] - bonus[k]
        return float(point.u[top] - point.u[k] + point.level * row[-1]), row

    def tangent(self, rate: Array) -> Array:
        """Return `rate` scaled to length one, in strategies and level."""
        return rate / np.sqrt(self.cosine(rate, rate))

    def cosine(self, one: Array, two: Array) -> float:
        """Return the inner product of two tangents, in strategies and level."""
        return float(self.change(one) @ self.change(two) + one[-1] * two[-1])

    def entering(self, point: Point, k: int) -> tuple[Array, float] | None:
        """Return the tangent along which margin k grows, and the determinant's sign for it."""
        _, square = self.equations(point)
        square[-1] = self.margin(point, k)[1]
        factor = self.game.factor(square)
        if factor is None:
            return None
        return self.tangent(factor[0](_last(len(square)))), factor[1]

    def onto_plane(self, guess: Array, tangent: Array, reach: float) -> Landing | None:
        """Return the curve's point with ``tangent @ (y - guess) = 0``; see `onto_margin`."""
        return self._newton(guess, lambda _, y: (float(tangent @ (y - guess)), tangent), reach)

    def onto_margin(
        self, guess: Array, k: int, reach: float, accuracy: float = 0.0
    ) -> Landing | None:
        """Return the curve's point where margin k is zero, close to `guess`.

        None if a step is longer than `reach`, or than half the step before. The equations hold to
        `accuracy`; if it is zero, to about 1e-9.
        """
        return self._newton(guess, lambda point, _: self.margin(point, k), reach, accuracy)

    def _newton(
        self,
        y: Array,
        condition: Callable[[Point, Array], tuple[float, Array]],
        reach: float,
        accuracy: float = 0.0,
    ) -> Landing | None:
        game, longest, first = self.game, reach, None
        for _ in range(MOST_STEPS):
            point = game.at(self.strategies(y), float(y[-1]))
            short, square = self.equations(point)
            value, square[-1] = condition(point, y)
            factor = game.factor(square)
            if factor is None:
                return None
            solve, sign = factor
            right = np.append(short, value)
            step = -solve(right)
            size = float(np.abs(step).max())
            first = size if first is None else first
            wrong = float(np.abs(right).max())
            if accuracy and (wrong <= accuracy or (size > longest and wrong <= 100 * accuracy)):
                return Landing(point, y, solve(_last(len(y))), sign, first)
            if not size <= longest:
                return None
            y = y + step
            if size <= NEAR and not accuracy:
                x = self.strategies(y)
                u = point.u + game.system.apply(point.matrix, x - point.x)
                point = Point(x, float(y[-1]), u, point.matrix)
                return Landing(point, y, solve(_last(len(y))), sign, first)
            longest = 0.5 * size
        return None


def _last(length: int) -> Array:
    unit = np.zeros(length)
    unit[-1] = 1.0
    return unit
