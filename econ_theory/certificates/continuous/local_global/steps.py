"""Piecewise-linear functions of a bid that may jump: distributions of bids, and sums of them.

A `Steps` stands for a function that it is never farther from than `error`. So whatever is computed
of it exactly holds of the function itself up to a known distance. Distributions of piecewise-linear
bids of uniform types are such functions exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.continuous.priors import Prior, Uniform
from econ_theory.strategies.bids import BidFunction

__all__ = ["MOST_KNOTS", "Steps", "bids_below"]

MOST_KNOTS = 4096
CLOSE = 1e-10
EDGE = 1e-14
"""Kinks this near the end of an interval, in units of the argument, bend nothing inside it."""


@dataclass(frozen=True, eq=False)
class Steps:
    """A piecewise-linear function with jumps, constant beyond its knots.

    Attributes
    ----------
    x : (L,) array
        Knots, rising.
    below, upto : (L,) arrays
        Limits from the left and from the right at each.
    error : float
        Largest distance from the function meant, plus
    off : (L - 1,) array, optional
        what is added to it between two knots.

    Examples
    --------
    >>> f = Steps(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.array([0.5, 1.0]))
    >>> f(np.array([0.0, 0.5])), f.integral(np.array([1.0]))
    (array([0.25, 0.75]), array([0.75]))
    """

    x: Array
    below: Array
    upto: Array
    error: float = 0.0
    off: Array | None = None

    @cached_property
    def slopes(self) -> Array:
        """Slopes on the L + 1 intervals that the knots make, zero on the outer two."""
        inner = (self.below[1:] - self.upto[:-1]) / np.diff(self.x)
        return np.concatenate([[0.0], inner, [0.0]])

    @cached_property
    def kinks(self) -> Array:
        """Changes of slope at the knots, ``(L,)``."""
        return np.diff(self.slopes)

    @cached_property
    def jumps(self) -> Array:
        """Jumps at the knots, ``(L,)``."""
        return self.upto - self.below

    @cached_property
    def smooth(self) -> bool:
        """Whether there is no jump."""
        return not self.jumps.any()

    @cached_property
    def _area(self) -> Array:
        pieces = (self.upto[:-1] + self.below[1:]) / 2 * np.diff(self.x)
        return np.concatenate([[0.0], np.cumsum(pieces)])

    @cached_property
    def _rise(self) -> Steps:
        """The variation up to a point."""
        jumps = np.abs(self.jumps)
        rise = np.concatenate([[0.0], np.cumsum(np.abs(self.below[1:] - self.upto[:-1]))])
        upto = rise + np.cumsum(jumps)
        return Steps(self.x, upto - jumps, upto)

    @cached_property
    def _turn(self) -> tuple[Array, Array]:
        """Sums of the changes of slope, and numbers of the jumps, before each knot."""
        turn = np.concatenate([[0.0], np.cumsum(np.abs(self.kinks))])
        return turn, np.concatenate([[0], np.cumsum(self.jumps != 0)])

    @cached_property
    def _astray(self) -> Array:
        off = np.zeros(len(self.x) - 1) if self.off is None else self.off
        return self.error + np.concatenate([[0.0, 0.0], np.maximum.accumulate(off)])

    def astray(self, high: Array) -> Array:
        """Return a bound on the distance from the function meant up to `high`."""
        if self.off is None:
            return np.full(np.shape(high), self.error)
        return self._astray[np.searchsorted(self.x, high, side="left")]

    def __call__(self, x: Array) -> Array:
        """Return the values at `x`, at jumps the mean of both sides."""
        if self.smooth:
            return np.interp(x, self.x, self.upto)
        return (self.before(x) + self.after(x)) / 2

    def after(self, x: Array) -> Array:
        """Return the limits from the right."""
        return self._side(x, np.searchsorted(self.x, x, side="right"))

    def before(self, x: Array) -> Array:
        """Return the limits from the left."""
        return self._side(x, np.searchsorted(self.x, x, side="left"))

    def _side(self, x: Array, k: Array) -> Array:
        base = np.maximum(k - 1, 0)
        inner = self.upto[base] + self.slopes[k] * (x - self.x[base])
        return np.where(k == 0, self.below[0], inner)

    def rate(self, x: Array) -> Array:
        """Return the slopes to the right of `x`."""
        return self.slopes[np.searchsorted(self.x, x, side="right")]

    def integral(self, x: Array) -> Array:
        """Return the integral from the first knot to `x`."""
        k = np.searchsorted(self.x, x, side="right")
        base = np.maximum(k - 1, 0)
        dx = x - self.x[base]
        first = np.where(k == 0, self.below[0], self.upto[base])
        return self._area[base] + dx * (first + self.slopes[k] * dx / 2)

    def variation(self, low: Array, high: Array) -> Array:
        """Return the variation on [low, high], jumps at the ends included."""
        return self._rise.after(high) - self._rise.before(low)

    def bend(self, low: Array, high: Array) -> Array:
        """Return a bound on the distance from a chord, for every part of [low, high].

        A quarter of the width times the variation of the slope or, with a jump in it, the whole
        variation. Values at the ends are limits from inside.
        """
        turn, _ = self._turn
        first = np.searchsorted(self.x, low + EDGE, side="right")
        then = np.searchsorted(self.x, high - EDGE, side="left")
        bent = np.where(then > first, turn[then] - turn[first], 0.0) * (high - low) / 4
        if self.smooth:
            return bent
        return np.where(self.broken(low, high), self.variation(low, high), bent)

    def inside(self, x: Array, low: Array, high: Array) -> Array:
        """Return the values at `x` within [low, high]; at an end, the limit from inside."""
        if self.smooth:
            return self(x)
        open_ = low < high
        found = np.where(open_ & (x == low), self.after(x + EDGE), self(x))
        return np.where(open_ & (x == high), self.before(x - EDGE), found)

    def broken(self, low: Array, high: Array) -> Array:
        """Return whether there is a jump between `low` and `high`, ends apart."""
        if self.smooth:
            return np.zeros(np.shape(low), dtype=bool)
        first = np.searchsorted(self.x, low + EDGE, side="right")
        then = np.searchsorted(self.x, high - EDGE, side="left")
        count = self._turn[1]
        return (then > first) & (count[then] > count[first])

    def mirrored(self) -> Steps:
        """Return the function of minus the argument."""
        off = None if self.off is None else self.off[::-1]
        return Steps(-self.x[::-1], self.upto[::-1], self.below[::-1], self.error, off)

    def thinned(self, most: int = MOST_KNOTS) -> Steps:
        """Return a function with about `most` knots at most; jumps are kept."""
        n_knots = len(self.x)
        if n_knots <= most:
            return self
        kept = np.zeros(n_knots, dtype=bool)
        # Evenly in the turning of the slope: straight pieces need no knots.
        turning = np.sqrt(np.abs(self.kinks)) + 1e-3 * np.sqrt(np.abs(self.kinks).max())
        rank = np.cumsum(turning) / turning.sum()
        kept[np.searchsorted(rank, np.linspace(0, rank[-1], most)).clip(0, n_knots - 1)] = True
        kept[[0, -1]] = True
        kept |= self.jumps != 0
        new = Steps(self.x[kept], self.below[kept], self.upto[kept])
        off = np.maximum(
            np.abs(new.before(self.x) - self.below), np.abs(new.after(self.x) - self.upto)
        )
        return Steps(new.x, new.below, new.upto, self.error + float(off.max()))


def bids_below(function: BidFunction, prior: Prior, most: int = 4 * MOST_KNOTS) -> Steps:
    """Return the distribution of a rising function's bids, with about `most` knots of its own.

    >>> from econ_theory.games import Power
    >>> half = bids_below(BidFunction([0, 1], [0, 0.5]), Power(2.0))
    >>> float(half(np.array([0.25])).round(6)[0]), half.error < 1e-6
    (0.25, True)
    """
    turns = np.array(prior.turns, dtype=float)
    turns = turns[(turns > function.types[0]) & (turns < function.types[-1])]
    where = np.searchsorted(function.types, turns)
    types = np.insert(function.types, where, turns)
    bids = np.insert(function.bids, where, function(turns))
    error = 0.0
    if not isinstance(prior, Uniform):
        types, bids, error = _finer(types, bids, prior, most)
    chance = np.asarray(prior.cdf(types), dtype=float)
    chance[0], chance[-1] = 0.0, 1.0
    x, first = np.unique(bids, return_index=True)
    last = np.append(first[1:] - 1, len(bids) - 1)
    if len(x) == 1:
        x, first, last = np.append(x, x + 1.0), np.append(first, last), np.append(last, last)
    return Steps(x, chance[first], chance[last], error)


def _finer(types: Array, bids: Array, prior: Prior, most: int) -> tuple[Array, Array, float]:
    """Split where the distribution function strays farthest from its chords; return how far.

    The density is monotone on every piece, so the distribution function lies between the chord
    and the tangents at both ends.
    """
    while True:
        width, step = np.diff(types), np.diff(prior.cdf(types))
        with np.errstate(invalid="ignore"):
            off = np.fmin(width * np.abs(np.diff(prior.pdf(types))) / 4, step)
        off = np.where(np.diff(bids) > 0, off, 0.0)
        worst = float(off.max())
        wide = np.flatnonzero((off > worst / 3) & (width > 1e-13 * types[-1]))
        room = most - len(types)
        if worst < CLOSE or not len(wide) or room <= 0:
            return types, bids, worst
        if len(wide) > room:
            wide = np.sort(wide[np.argsort(off[wide])[-room:]])
        middle = (types[wide] + types[wide + 1]) / 2
        between = (bids[wide] + bids[wide + 1]) / 2
        types = np.insert(types, wide + 1, middle)
        bids = np.insert(bids, wide + 1, between)
