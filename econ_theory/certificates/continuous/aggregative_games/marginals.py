"""Interim payoffs of smooth games at many own actions, and how their slopes are enclosed between.

The interim payoff of type t from action a is ``U(t, a) = t W(a) + R(a)``, its slope by the action
``M(t, a) = t w(a) + r(a)``. Both are computed for a discrete distribution of the others' sum, close
to the true one (`aggregates`). Between neighbouring actions the slopes w and r lie near their
chords; how near follows

* quadratic payoffs: they are straight lines;
* contests: w is convex and falls, as a mixture of ``y / (x + y) ** 2``, so chord and tangents hold
  it (`chords.bent`); the distance to the true w follows from means of ``(x + y) ** -m``;
* other smooth payoffs: from the bounds that are stated with them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.aggregative_games.aggregates import Aggregate, Atoms
from econ_theory.games.continuous.aggregate_payoffs import Contest, SmoothPayoff
from econ_theory.games.continuous.aggregative_game import AggregativeGame
from econ_theory.games.continuous.quadratic_payoffs import LinearQuadratic

__all__ = ["Interim", "interim"]

ROUNDING = 2.3e-16
MOST_ENTRIES = 60_000
"""Entries of a table that fits the cache."""


@dataclass(frozen=True, eq=False)
class Interim:
    """Payoffs and slopes at K actions, and in the K - 1 cells between them.

    Attributes
    ----------
    actions : (K,) array
    worth : (W, R), (K,) arrays
    marginal : (w, r), (K,) arrays
    steep : ((w', r') lowest, (w', r') highest), (K - 1,) arrays
        Between which the slopes of the marginals lie in each cell.
    bend : (w, r), (K - 1,) arrays
        How far the marginals stray from their chords.
    above, below : (w, r), (K - 1,) arrays
        How far the true marginals may lie above and below these; in the first cell of a contest,
        on average over the cell.
    jump : float
        What leaving action 0 at once gains a type of 1.
    """

    actions: Array
    worth: tuple[Array, Array]
    marginal: tuple[Array, Array]
    steep: tuple[tuple[Array, Array], tuple[Array, Array]]
    bend: tuple[Array, Array]
    above: tuple[Array, Array]
    below: tuple[Array, Array]
    jump: float = 0.0

    @property
    def slopes(self) -> tuple[Array, Array]:
        """The slopes (w', r') of the marginals at the actions: means of what is known beside."""
        low, high = self.steep
        each = []
        for below, above in zip(low, high, strict=True):
            centre = np.pad((below + above) / 2, 1, mode="edge")
            each.append(np.append(below, above[-1:]) / 2 + np.append(below[:1], above) / 2)
            each[-1][[0, -1]] = centre[[0, -1]]
        return each[0], each[1]

    @property
    def mirrored(self) -> Interim:
        """The same payoffs as functions of minus the action."""
        low, high = self.steep
        return replace(
            self,
            actions=-self.actions[::-1],
            worth=_turned(self.worth),
            marginal=_turned(self.marginal, -1.0),
            steep=(_turned(low), _turned(high)),
            bend=_turned(self.bend),
            above=_turned(self.below),
            below=_turned(self.above),
        )


def interim(game: AggregativeGame, i: int, others: Aggregate, actions: Array) -> Interim:
    """Return the `Interim` of player `i` at `actions`, sorted and distinct, against `others`."""
    payoff = game.payoff
    if isinstance(payoff, LinearQuadratic):
        return _quadratic(payoff, others, actions)
    if isinstance(payoff, Contest):
        return _contest(payoff, game.n_players, others, actions)
    return _smooth(payoff, game.priors[i].low, others, actions)


def _quadratic(q: LinearQuadratic, others: Aggregate, a: Array) -> Interim:
    low, high = others.mean
    mean = (low + high) / 2
    square = mean**2 + others.variance
    cells, flat = np.zeros(len(a) - 1), np.zeros_like(a)
    rest = (q.linear[0] + q.cross * mean) * a - q.curvature / 2 * a**2
    steep = cells, cells - q.curvature
    sums = ROUNDING * max(
        len(x.points) * np.abs(x.points).max() for x in (others.lower, others.upper)
    )
    off = cells, cells + abs(q.cross) * (abs(high - low) / 2 + sums)
    return Interim(
        actions=a,
        worth=(
            q.typed[0] + q.typed[1] * a + q.typed[2] * mean,
            rest + q.linear[1] * mean - q.rivals / 2 * square,
        ),
        marginal=(flat + q.typed[1], q.linear[0] + q.cross * mean - q.curvature * a),
        steep=(steep, steep),
        bend=(cells, cells),
        above=off,
        below=off,
    )


def _contest(payoff: Contest, n_players: int, others: Aggregate, a: Array) -> Interim:
    power = payoff.exponent
    x = a**power
    low, high = (_success(x, atoms) for atoms in (others.lower, others.upper))
    # Jensen is off by half of what the chord is, the other way: the mixture is nearly exact.
    mixed = [(2 * one + other) / 3 for one, other in zip(low[:3], high[:3], strict=True)]
    chance, first, second = mixed
    with np.errstate(divide="ignore", invalid="ignore"):
        chain = power * a ** (power - 1)
        turn = power * (power - 1) * a ** (power - 2) if power < 1 else np.zeros_like(a)
        w, slope = first * chain, second * chain**2 + first * turn
        gaps = high[3] - low[3], high[4] - low[4]
        off = (gaps[0][:-1] + x[1:] * gaps[1][:-1]) * chain[:-1]
    width = np.diff(a)
    if a[0] == 0 and len(a) > 1:
        # Slopes may be infinite at no effort; what the first cell is worth is not.
        w[0], slope[0] = w[1], slope[1]
    cells = saved = np.zeros(len(width))
    bend = np.fmin(width * np.abs(np.diff(slope)) / 4, np.abs(np.diff(w)))
    steep_low, steep_high = slope[:-1].copy(), slope[1:].copy()
    above, below = off.copy(), np.fmin(off, w[:-1])
    if a[0] == 0 and len(a) > 1:
        most = x[1] * high[3][1] - others.still
        above[0] = max(most / width[0] - w[1], (most - chance[1] + chance[0]) / width[0], 0.0)
        below[0], steep_low[0], steep_high[0] = w[1], 0.0, 0.0
        # Who stops short of the end of the first cell saves less than its width.
        saved = cells.copy()
        saved[0] = 1.0
    return Interim(
        actions=a,
        worth=(chance, -a),
        marginal=(w, np.full(len(a), -1.0)),
        steep=((steep_low, cells), (steep_high, cells)),
        bend=(bend, cells),
        above=(above, saved),
        below=(below, cells),
        jump=others.still * (1 - 1 / n_players),
    )


def _success(x: Array, atoms: Atoms) -> tuple[Array, Array, Array, Array, Array]:
    """Return the mean of ``x / (x + Y)``, its two derivatives, and those of ``(x + Y) ** -m``."""
    some = atoms.points > 0
    y, mass = atoms.points[some], atoms.masses[some]
    none = float(atoms.masses[~some].sum())
    rows = []
    for part in np.array_split(x, max(1, len(x) * len(y) // MOST_ENTRIES)):
        d = 1 / (part[:, None] + y)
        first, square = d @ mass, d * d
        second, slope = square @ mass, square @ (mass * y)
        square *= d
        rows.append((first, second, slope, -2 * (square @ (mass * y))))
    first, second, slope, bend = (np.concatenate(each) for each in zip(*rows, strict=True))
    chance = x * first + none
    if none > 0:
        with np.errstate(divide="ignore"):
            first, second = first + none / x, second + none / x**2
    return chance, slope, bend, first, second


def _smooth(payoff: SmoothPayoff, t: float, others: Aggregate, a: Array) -> Interim:
    assert payoff.bounds is not None
    atoms, bounds = others.lower, payoff.bounds

    def split(function) -> tuple[Array, Array]:
        base, more = (function(v, a[:, None], atoms.points) @ atoms.masses for v in (t, t + 1))
        return more - base, base - t * (more - base)

    width = np.diff(a)
    w, r = split(payoff.slopes)
    secant = np.diff(w) / width, np.diff(r) / width
    spare = bounds.own * width / 2
    cells = np.zeros(len(width))
    off = cells, cells + others.gap(bounds.rivals, bounds.rivals_bend)
    return Interim(
        actions=a,
        worth=split(payoff.payoff),
        marginal=(w, r),
        steep=((secant[0], secant[1] - spare), (secant[0], secant[1] + spare)),
        bend=(cells, bounds.own * width**2 / 8),
        above=off,
        below=off,
    )


def _turned(pair: tuple[Array, Array], sign: float = 1.0) -> tuple[Array, Array]:
    return sign * pair[0][::-1], sign * pair[1][::-1]
