"""The equations of a logit equilibrium in log-probabilities, and their linear algebra."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.solvers.finite.algebra.interim import InterimSystem

__all__ = ["LogitEquations", "State"]

NEGLIGIBLE = 1e-4
"""Largest derivative of a log-odds that the matrix leaves out."""

LARGE, ROUGH = 200, 3e-3
"""Unknowns from which the matrix is rough: in single precision, and up to this much left out.

The corrector makes good what that loses, so the path is the same.
"""

MOST_REPAIRS, STRAIGHT = 6, 1e-2
"""Corrections of a tangent, and the last one's share of it at which it is straight enough."""


class State(NamedTuple):
    """What is known at log-probabilities x, ``(N,)``, and a rate."""

    s: Array
    """Probabilities."""
    rate: float
    u: Array
    """Interim payoffs over relative temperature."""
    matrix: Array
    """Derivatives of interim payoffs by probabilities, ``(N, N)``."""
    against: Array
    """Entry of each entry's type that log-odds are taken against."""
    slope: Array
    """Payoffs less those of `against`: derivative of the reply's log-odds by the rate."""
    miss: Array
    """Log-odds of the logit reply less those of x."""


class LogitEquations:
    """``log-odds of x = rate * differences of u(exp(x))``, for each type.

    Log-odds are taken against each type's likeliest action: the simplex's redundant direction is
    gone, and rounding stays small however high the rate.

    Parameters
    ----------
    system : InterimSystem
    heat : (n_live,) relative temperatures
    shares : (n_live,) what a gain of one unit is as a share of the player's payoff range
    """

    def __init__(self, system: InterimSystem, heat: Array, shares: Array) -> None:
        self.system = system
        self.cool = 1.0 / heat[system.type_of]
        self._worth = shares * heat
        self._rough: tuple[Array, Array] | None = None

    def state(self, x: Array, rate: float, likeliest: Array | None = None) -> State:
        """Return the `State` at x; log-odds against `likeliest`, or the likeliest actions there."""
        s = np.exp(x)
        u, matrix = self.system.at(s)
        u = u * self.cool
        if likeliest is None:
            top = np.flatnonzero(
                s == np.maximum.reduceat(s, self.system.first)[self.system.type_of]
            )
            likeliest = top[np.searchsorted(top, self.system.first)]
        against = likeliest[self.system.type_of]
        slope = u - u[against]
        return State(s, rate, u, matrix, against, slope, rate * slope - (x - x[against]))

    def rough(self, matrix: Array) -> Array:
        """Return `matrix` in single precision."""
        if self._rough is None or self._rough[0] is not matrix:
            self._rough = matrix, matrix.astype(np.float32)
        return self._rough[1]

    def factor(self, state: State, border: Array, *, fine: bool = False) -> _Factor:
        """Return the linearized equations at `state` with one more row, `border`, factorized."""
        return _Factor(self, state, border, fine)

    def step(self, state: State, factor: _Factor) -> tuple[Array, float]:
        """Return the Newton step at `state` by `factor`, which may be of a point nearby."""
        odds, drate = factor.solve(state.miss[factor.free], 0.0)
        full = self._reply(state, factor, odds, drate) + state.miss
        full[factor.free] = odds
        return self.centred(state.s, full), drate

    def tangent(self, state: State, factor: _Factor) -> Array | None:
        """Return the direction of the curve at `state`, ``(N + 1,)``, not normalized.

        `factor` is of a point nearby, so what it misses here is corrected. None if that fails.
        """
        odds, drate = factor.solve(np.zeros(len(factor.free)), 1.0)
        for _ in range(MOST_REPAIRS):
            full = self._reply(state, factor, odds, drate)
            miss = full[factor.free] - odds
            more, drate_more = factor.solve(miss, 0.0)
            odds, drate = odds + more, drate + drate_more
            weight = np.sqrt(state.s[factor.free])
            if np.linalg.norm(weight * more) <= STRAIGHT * np.linalg.norm(weight * odds):
                full[factor.free] = odds
                return np.append(self.centred(state.s, full), drate)
        return None

    def _reply(self, state: State, factor: _Factor, odds: Array, drate: float) -> Array:
        """Return how the reply's log-odds, ``(N,)``, move with the free log-odds and the rate."""
        change = np.zeros(self.system.size)
        change[factor.free] = odds
        moved = state.s * self.centred(state.s, change)
        matrix = self.rough(state.matrix) if factor.large else state.matrix
        du = self.system.apply(matrix, moved.astype(matrix.dtype)) * (state.rate * self.cool)
        return du - du[state.against] + state.slope * drate

    def centred(self, s: Array, change: Array) -> Array:
        """Return `change`, ``(N,)``, less its mean over each type's actions."""
        return change - np.add.reduceat(s * change, self.system.first)[self.system.type_of]

    def normalized(self, x: Array) -> Array:
        """Return x less the logarithm of each type's sum of ``exp(x)``."""
        first, type_of = self.system.first, self.system.type_of
        x = x - np.maximum.reduceat(x, first)[type_of]
        return x - np.log(np.add.reduceat(np.exp(x), first))[type_of]

    def gain(self, state: State) -> float:
        """Return the largest gain of any type as a share of its player's payoff range."""
        first = self.system.first
        gaps = np.maximum.reduceat(state.u, first)[self.system.type_of] - state.u
        return float((np.add.reduceat(state.s * gaps, first) * self._worth).max())


class _Factor:
    """``[[I - K, -slope], [border]]`` over the log-odds of actions whose probability matters.

    No player's payoff depends on its own strategy, so the diagonal blocks of K vanish and one
    player's unknowns are eliminated by a product, before anything is factorized.
    """

    def __init__(self, equations: LogitEquations, state: State, border: Array, fine: bool) -> None:
        system, s, rate = equations.system, state.s, state.rate
        self.likeliest = state.against[system.first]
        # Columns of actions that nobody plays do not matter; their rows follow by substitution.
        played = s * (1.0 + abs(rate)) > NEGLIGIBLE
        self.large = not fine and np.count_nonzero(played) > LARGE
        if self.large:
            played = s * (1.0 + abs(rate)) > ROUGH
        played[self.likeliest] = True
        kept = np.flatnonzero(played)
        played[self.likeliest] = False
        self.free = free = np.flatnonzero(played)
        cut = np.searchsorted(free, system.ends)
        largest = int(np.diff(cut).argmax())
        matrix = equations.rough(state.matrix) if self.large else state.matrix
        kind = matrix.dtype
        self._gone = gone = slice(cut[largest], cut[largest + 1])
        self._rest = rest = np.r_[0 : gone.start, gone.stop : len(free)]

        def block(rows: Array, columns: Array, among: Array) -> Array:
            """Return K at free entries `rows` and `columns`, the latter's types all of `among`."""
            part = matrix[np.ix_(rows, among)]
            part -= matrix[np.ix_(self.likeliest, among)][system.type_of[rows]]
            part *= rate * equations.cool[rows, None]
            part *= s[among]
            first = np.flatnonzero(np.diff(system.type_of[among], prepend=-1))
            means = np.add.reduceat(part, first, axis=1)
            part = part[:, np.searchsorted(among, columns)]
            of = np.searchsorted(system.type_of[among][first], system.type_of[columns])
            part -= means[:, of] * s[columns].astype(kind)
            return part

        low, high = system.ends[largest], system.ends[largest + 1]
        inside = (kept >= low) & (kept < high)
        self._from = block(free[rest], free[gone], kept[inside])
        self._to = block(free[gone], free[rest], kept[~inside])
        # The rate in units of itself: all unknowns are then of a size.
        self._unit = 1.0 + abs(rate)
        self._slope = (-self._unit * state.slope[free]).astype(kind)
        edge = (s[free] * border[:-1][free]).astype(kind)
        self._edge, corner = edge, border[-1] / self._unit
        m = len(rest)
        square = np.empty((m + 1, m + 1), kind, order="F")
        np.matmul(-self._from, self._to, out=square[:-1, :-1])
        if system.n_players > 2:
            square[:-1, :-1] -= block(free[rest], free[rest], kept[~inside])
        square[np.arange(m), np.arange(m)] += 1.0
        square[:-1, -1] = self._slope[rest] + self._from @ self._slope[gone]
        square[-1, :-1] = edge[rest] + edge[gone] @ self._to
        square[-1, -1] = corner - edge[gone] @ self._slope[gone]
        from scipy.linalg import get_lapack_funcs

        factorize, self._substitute = get_lapack_funcs(("getrf", "getrs"), (square,))
        self._lu, self._pivots, self._fault = factorize(square, overwrite_a=True)

    @property
    def flipped(self) -> bool:
        """Whether the determinant is negative."""
        swaps = np.count_nonzero(self._pivots != np.arange(len(self._pivots)))
        return bool((swaps + np.count_nonzero(self._lu.diagonal() < 0)) % 2)

    def solve(self, right: Array, last: float) -> tuple[Array, float]:
        """Return the free log-odds and the rate that give `right` and `last`; NaN if singular."""
        rest, gone = self._rest, self._gone
        if self._fault:
            return np.full(len(self.free), np.nan), np.nan
        right = right.astype(self._lu.dtype)
        known = np.append(
            right[rest] + self._from @ right[gone], last - self._edge[gone] @ right[gone]
        )
        solved, _ = self._substitute(self._lu, self._pivots, known)
        odds = np.empty(len(self.free))
        odds[rest] = solved[:-1]
        odds[gone] = right[gone] + self._to @ solved[:-1] - self._slope[gone] * solved[-1]
        return odds, float(solved[-1]) * self._unit
