"""A rival's pair of asks, for the whole and for half a contract, as a deviator meets it.

With S(t) and P(t) the rival's asks, rising in its cost t, and ``D = S - P``, a supplier that asks
s and p, ``q = s - p``, gets the whole contract if ``P(t) > q`` and ``S(t) > s``, and a half if
``P(t) <= q`` and ``D(t) >= p``. The first is a set ``t > x``; D need not be monotone, so it is cut
into runs that are, the falling ones mirrored, and the second is a sum over runs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.envelope.chords import Chord, bent
from econ_theory.games.continuous.priors import Prior, Reversed
from econ_theory.strategies.bids import BidFunction, BidSchedule

__all__ = ["Place", "Rival", "Run", "before", "runs_of"]

SAME = 1e-13
"""Differences of asks this close, as a share of the largest, are one: rounding."""


@dataclass(frozen=True, eq=False)
class Place:
    """A type that moves straight from left to right in each cell, and the probability up to it."""

    left: Array
    right: Array
    below: Chord

    @classmethod
    def of(cls, prior: Prior, left: Array, right: Array) -> Place:
        """Return the place, enclosed between its ends."""
        ends, slopes = prior.cdf(left), prior.pdf(left)
        below = bent(ends, prior.cdf(right), slopes, prior.pdf(right), right - left)
        return cls(left, right, below)

    def most(self, other: Place, *, sign: float = 1.0) -> Place:
        """Return the higher of two places, with ``sign=-1`` the lower; loosely where they cross."""
        ahead = [sign * (a - b) for a, b in ((self.left, other.left), (self.right, other.right))]
        mine, its = np.minimum(*ahead) >= 0, np.maximum(*ahead) <= 0
        pick = [
            np.where(a >= 0, x, y)
            for a, x, y in (
                (ahead[0], self.left, other.left),
                (ahead[1], self.right, other.right),
                (ahead[0], self.below.left, other.below.left),
                (ahead[1], self.below.right, other.below.right),
            )
        ]
        one, two = self.below, other.below
        loose = np.abs(one.step) + np.abs(two.step) + one.dev + two.dev
        dev = np.where(mine, one.dev, np.where(its, two.dev, loose))
        return Place(pick[0], pick[1], Chord(pick[2], pick[3], dev))

    def mass_from(self, start: Place) -> Chord:
        """Return the probability between `start` and this, zero where it lies below."""
        gap = self.below - start.below
        ends = self.left - start.left, self.right - start.right
        ahead, behind = np.minimum(*ends) >= 0, np.maximum(*ends) <= 0
        loose = gap.dev + np.abs(self.below.step) + np.abs(start.below.step)
        dev = np.where(ahead, gap.dev, np.where(behind, 0.0, loose))
        left = np.where(ends[0] > 0, gap.left, 0.0)
        return Chord(
            np.maximum(left, 0.0), np.maximum(np.where(ends[1] > 0, gap.right, 0.0), 0.0), dev
        )


@dataclass(frozen=True, eq=False)
class Run:
    """A stretch of types on which a difference is monotone, as a rising function; or its mirror."""

    function: BidFunction
    prior: Prior
    mirrored: bool

    def inverse(self, values: Array, *, upper: bool = False) -> Array:
        """Return the type, mirrored if the run is, from which on the function is at least this."""
        return self.function.inverse(values, upper=upper)

    def mass(self, start: Array, limit: Array) -> Array:
        """Return the probability of types from `start` on (mirrored), among types up to `limit`."""
        low, high = self.function.types[[0, -1]]
        if self.mirrored:
            start, end = np.maximum(start, np.clip(-limit, low, high)), high
        else:
            end = np.clip(limit, low, high)
        return np.maximum(self.prior.cdf(end) - self.prior.cdf(np.minimum(start, end)), 0.0)

    def moving_mass(self, start: tuple[Array, Array], limit: tuple[Array, Array]) -> Chord:
        """Return `mass` in cells along which `start` and `limit` move straight."""
        low, high = self.function.types[[0, -1]]
        ends = [np.full(len(start[0]), end) for end in (low, high)]
        first = Place.of(self.prior, *start)
        bottom, top = (Place.of(self.prior, end, end) for end in ends)
        if self.mirrored:
            edge = Place.of(self.prior, -limit[0], -limit[1])
            return top.mass_from(first.most(edge.most(bottom)))
        edge = Place.of(self.prior, *limit)
        return edge.most(top, sign=-1.0).mass_from(first.most(bottom))


class Rival:
    """A rival's asks: `single` S, `split` P (less what a tie is worth), `runs` of S - P."""

    def __init__(self, schedule: BidSchedule, prior: Prior, tie: float) -> None:
        self.prior = prior
        self.single, split = schedule.functions
        self.split = BidFunction(split.types, split.bids - tie)
        self.runs = runs_of(self.single, self.split, prior)

    def sole(self, s: Array, q: Array) -> Array:
        """Return the chance of the whole contract at asks just below s, at most s - q."""
        x = np.maximum(self.single.inverse(s), self.split.inverse(q, upper=True))
        return 1.0 - self.prior.cdf(x)

    def share(self, p: Array, limit: Array) -> Array:
        """Return the chance of a half at the ask p, from types up to `limit`."""
        return sum((run.mass(run.inverse(p), limit) for run in self.runs), np.zeros(np.shape(p)))

    @property
    def gaps(self) -> tuple[float, float]:
        """Lowest and highest S - P."""
        ends = [run.function.bids[[0, -1]] for run in self.runs]
        return float(min(e[0] for e in ends)), float(max(e[1] for e in ends))


def before(function: BidFunction, types: Array) -> Array:
    """Return the limits of a rising function from below; at its first type its value."""
    return -function.turned(negate=True)(-types)


def runs_of(single: BidFunction, split: BidFunction, prior: Prior) -> list[Run]:
    """Return the runs of ``single - split``."""
    turns = [t for t in prior.turns if single.types[0] < t < single.types[-1]]
    knots = np.unique(np.concatenate([single.types, split.types, turns]))
    low = before(single, knots) - before(split, knots)
    high = single(knots) - split(knots)
    t = np.repeat(knots, 2)[1:-1]
    gap = np.stack([low, high], axis=1).ravel()[1:-1]
    size = SAME * float(np.abs(single.bids).max() + np.abs(split.bids).max())
    held = gap[0]
    for k in range(1, len(gap)):
        if abs(gap[k] - held) <= size:
            gap[k] = held
        held = gap[k]
    steps = np.sign(np.diff(gap))
    runs, start, way = [], 0, 0.0
    for k, step in enumerate([*steps, np.nan]):
        if step != step or (step and way and step != way):
            if t[k] > t[start]:
                runs.append(_run(t[start : k + 1], gap[start : k + 1], prior, way < 0))
            start, way = k, step
        elif step:
            way = step
    return runs


def _run(types: Array, gap: Array, prior: Prior, falls: bool) -> Run:
    function = BidFunction(types, gap)
    if falls:
        return Run(function.turned(negate=False), Reversed(prior), True)
    return Run(function, prior, False)
