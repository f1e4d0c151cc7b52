"""What raising the bid does to a buyer who pays a share k of its bid and the rest of the ask.

With asks distributed by F, ``U(v, b)`` is the integral of ``u(v - k b - (1 - k) a) dF(a)`` over
asks up to b, so ``dU = u(v - b) dF(b) - k M db``, M the same integral of u' in place of u.
``dU/dv = M`` does not fall in b where u is concave, as long as the bid is not above the value;
higher bids are no better than the value itself.

Between nodes F is replaced by its chords, of slopes r. Then ``(1 - k) M`` is a sum of ``u`` at the
nodes, weighted by the changes of r, which is enclosed along the curve like any function. By parts,
what the chords leave out of M is at most the largest distance of F from its chords times u' at the
last node below b, and in the cell of b itself what the density varies times what u rises.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.envelope.chords import Chord, bent
from econ_theory.certificates.continuous.envelope.curve import Bidder, Curve, at_levels
from econ_theory.certificates.continuous.envelope.reduction import (
    Reduction,
    averse_winner,
    check_losses,
    of_surplus,
    winner_pays,
    worthwhile,
)
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.utilities import Cara, Crra, RiskNeutral

__all__ = ["Trading"]

DIGITS = 11
"""Slopes of F that agree to so many digits are one: where F is straight, few nodes count."""

QUANTILES = 512
"""Asks at evenly spaced quantiles at which F is cut; more, ever closer, at both ends."""

BACK = 8
"""Nodes before the bid from which on the variation of the density counts, at most."""

TABLE, PASS = 1.5e7, 1e7
"""Utilities worked out for a table of deviations, and in one pass along the curve."""


class Trading:
    """The `Reduction` along any curve of a buyer who pays `share` of its bid, the rest of the ask.

    Attributes
    ----------
    kinks : (L,) array
        Asks at which a curve has to be cut.
    most_cells : int or None
        Cells beyond which a curve is not worth its time.
    """

    def __init__(self, utility: RiskNeutral | Crra | Cara, share: float, rival: Bidder) -> None:
        self.utility, self.share = utility, share
        self.plain = isinstance(utility, RiskNeutral) or share == 1.0
        self.kinks, self.most_cells = np.zeros(0), None
        if not self.plain:
            self.asks = _asks(rival)
            self.kinks = self.asks.at
            self.most_cells = int(np.clip(PASS / self.asks.size, 3000, 16_000))

    def __call__(self, curve: Curve) -> Reduction:
        """Return the `Reduction`.

        Raises
        ------
        RefusedError
            If a CRRA type that trades bids above its value.
        """
        if isinstance(self.utility, RiskNeutral):
            return winner_pays(self.share, curve, curve.win)
        if self.plain:
            return averse_winner(self.utility, True, curve)
        return _averse(self.utility, self.share, curve, self.asks)


@dataclass(frozen=True, eq=False)
class _Asks:
    """The distribution F of asks at L nodes between which it is spread out.

    Attributes
    ----------
    at : (L,) asks
    below, atoms : (L,) probability of less, and of the node itself
    rate : (L + 1,) slope of F's chord before each node and after the last, rounded
    turn : (L,) how much `rate` changes at a node
    dev : (L + 1,) largest distance of F from its chords before a node
    swing : (L + 1,) how much the density varies where `rate` is the slope
    rounding : error of `rate`
    """

    at: Array
    below: Array
    atoms: Array
    rate: Array
    turn: Array
    dev: Array
    swing: Array
    rounding: float

    @property
    def size(self) -> int:
        """Number of nodes that count."""
        return 1 + int(np.count_nonzero((self.turn != 0) | (self.atoms > 0)))


def _asks(rival: Bidder) -> _Asks:
    f, prior = rival.function, rival.prior
    shares = np.linspace(0, 1, QUANTILES + 1)
    ends = shares[1] * 0.5 ** (np.arange(1, 41) / 4)
    cuts = np.concatenate([shares, ends, 1 - ends])
    types = np.clip(np.append(prior.ppf(cuts), prior.turns), f.types[0], f.types[-1])
    at = np.unique(np.concatenate([f.bids, f(types)]))
    # Closer than this, slopes are rounding; kinks as close are no kinks.
    gap = 1e-9 * max(at[-1] - at[0], 1e-300)
    at = at[np.concatenate([[True], (np.diff(at) > gap) | np.isin(at[1:], f.bids)])]
    part = at_levels(rival, at)
    width, moved = np.diff(at), part.first[1:] - part.last[:-1]
    left, right = part.density[0][:-1], part.density[1][1:]
    exact = (part.below[1:] - part.upto[:-1]) / width
    scale = exact.max(initial=1e-300)
    rate = np.round(exact / scale, DIGITS) * scale
    with np.errstate(invalid="ignore"):
        swing = np.where(moved > 0, np.abs(right - left) * moved, 0.0) / width
    dev = bent(part.upto[:-1], part.below[1:], left, right, moved).dev
    rate = np.concatenate([[0.0], rate, [0.0]])
    return _Asks(
        at=at,
        below=part.below,
        atoms=part.upto - part.below,
        rate=rate,
        turn=np.diff(rate),
        dev=np.maximum.accumulate(np.concatenate([[0.0, 0.0], dev])),
        swing=np.concatenate([[0.0], swing, [0.0]]),
        rounding=scale * 10.0**-DIGITS,
    )


def _averse(utility: Crra | Cara, k: float, curve: Curve, asks: _Asks) -> Reduction:
    check_losses(utility, curve)
    surplus = curve.type - curve.bid
    terms = [(of_surplus(utility, surplus), curve.win)]
    if k > 0:
        terms += _paying(utility, k, curve, asks)
    sane = None
    if isinstance(utility, Crra):
        sane = worthwhile(curve)
    bids, chance = curve.bid.points, curve.win.points

    def worth(types: Array, at: Array | None) -> Array:
        return _worth(utility, k, asks, types, bids[at], chance[at])

    most = float(utility.of(curve.type.right[-1] - curve.levels[0]))
    off = asks.dev[-1] + asks.rounding * np.ptp(asks.at)
    return Reduction(
        tuple(terms),
        None,
        utility=worth,
        sane=sane,
        blocks=int(np.clip(np.sqrt(TABLE / asks.size), 32, 512)),
        doubt=float(off) * most / (1 - k),
    )


def _paying(utility: Crra | Cara, k: float, curve: Curve, asks: _Asks) -> list[tuple[Chord, Chord]]:
    """``-k M db``, the asks that are spread out and atoms apart.

    Of atoms, ``M db`` is ``(db / dw) du`` with ``w = v - k b``: finite where u' is not.
    """
    moves = np.flatnonzero(curve.bid.step > 0)
    v, b = _some(curve.type, moves), _some(curve.bid, moves)
    upto = np.searchsorted(asks.at, b.left, side="right")
    w, x, paid = v - b * k, v - b, (1 - k) * asks.at
    spread = _weighted(utility, w, upto, paid, asks.turn)
    spread = spread - of_surplus(utility, x) * asks.rate[upto]
    off = spread.dev + _left_out(utility, k, asks, w, x, b, upto)
    spread = Chord(spread.left, spread.right, off) * (-k / (1 - k))
    terms = [(_among(spread, curve, moves), curve.bid)]
    if (asks.atoms > 0).any():
        steady = np.abs(w.step) <= 1e-9 * b.step
        ratio = np.where(steady, 0.0, b.step / np.where(steady, 1.0, w.step))
        slow = _weighted(utility, w, np.where(steady, upto, 0), paid, asks.atoms, slope=True).left
        value = _among(_weighted(utility, w, upto, paid, asks.atoms), curve, moves)
        for rate, along in ((ratio, value), (slow, curve.bid)):
            fixed = Chord(-k * rate, -k * rate, np.zeros(len(rate)))
            terms.append((_among(fixed, curve, moves), along))
    return terms


def _left_out(
    utility: Crra | Cara, k: float, asks: _Asks, w: Chord, x: Chord, b: Chord, upto: Array
) -> Array:
    """What the chords of F leave out of ``(1 - k) M``: by parts up to some node, then the swing.

    The least of a few such bounds; the density, or marginal utility, may be infinite somewhere.
    """
    low, lowest = np.minimum(x.left, x.right), np.minimum(w.left, w.right)
    swing = np.zeros(len(upto))
    with np.errstate(invalid="ignore"):
        all_of_it = np.append(asks.dev[1:], asks.dev[-1])[upto]
        best = np.where(all_of_it > 0, 2 * (1 - k) * all_of_it * utility.slope(low), 0.0)
    for back in range(BACK):
        node = np.maximum(upto - 1 - back, 0)
        swing = np.maximum(swing, asks.swing[np.where(upto > back, upto - back, 0)])
        near = lowest - (1 - k) * asks.at[node]
        with np.errstate(invalid="ignore", over="ignore"):
            slope = np.where(asks.dev[upto] > 0, utility.slope(near), 0.0)
            rise = utility.of(low + (1 - k) * (b.right - asks.at[node])) - utility.of(low)
            off = asks.dev[upto] * slope * (1 - k) + np.where(rise > 0, swing * rise, 0.0)
        best = np.fmin(best, off)
    # No one asks so little; or the bid is above the value, which is not looked at.
    best[(upto == 0) | (np.maximum(x.left, x.right) < 0)] = 0.0
    if not np.isfinite(best).all():
        raise RefusedError(
            f"a type that bids its value meets an infinite density, want a bounded one: {utility} "
            "has no end of marginal utility there; use CARA."
        )
    return best + asks.rounding * np.abs(utility.of(w.right - (1 - k) * asks.at[0]))


def _weighted(
    utility: Crra | Cara,
    w: Chord,
    upto: Array,
    paid: Array,
    weights: Array,
    *,
    slope: bool = False,
) -> Chord:
    """Return the sum over each cell's first `upto` nodes of ``weight u(w - paid)``, or of u'."""
    nodes = np.flatnonzero(weights)
    upto = np.searchsorted(nodes, upto)
    parts = [np.zeros((3, 0))]
    for rows in np.array_split(np.arange(len(upto)), 1 + len(upto) * len(nodes) // 500_000):
        counted = np.arange(len(nodes)) < upto[rows, None]
        weight = np.where(counted, weights[nodes], 0.0)
        x = Chord(w.left[rows, None], w.right[rows, None], w.dev[rows, None]) + -paid[nodes]
        if slope:
            ends = utility.slope(np.maximum(x.left, 1e-300))
            sums = [(weight * ends).sum(axis=1)] * 2
            parts.append(np.stack([*sums, np.zeros(len(rows))]))
            continue
        u = of_surplus(utility, x)
        sums = [(weight * part).sum(axis=1) for part in (u.left, u.right)]
        parts.append(np.stack([*sums, (np.abs(weight) * u.dev).sum(axis=1)]))
    return Chord(*np.concatenate(parts, axis=1))


def _worth(
    utility: Crra | Cara, k: float, asks: _Asks, types: Array, bids: Array, chance: Array
) -> Array:
    """Utility of types at bids, broadcast; `chance` says whether an atom at the bid counts."""
    x, w = types - bids, types - k * bids
    less = np.searchsorted(asks.at, bids)
    upto = np.searchsorted(asks.at, bids, side="right")
    tied = np.where(upto > less, chance - asks.below[np.minimum(less, len(asks.at) - 1)], 0.0)
    total = tied * utility.of(x) - asks.rate[upto] / (1 - k) * _area(utility, x)
    for j in np.flatnonzero((asks.turn != 0) | (asks.atoms > 0)):
        y = w - (1 - k) * asks.at[j]
        total = total + np.where(upto > j, asks.turn[j] / (1 - k) * _area(utility, y), 0.0)
        if asks.atoms[j] > 0:
            total = total + np.where(less > j, asks.atoms[j] * utility.of(y), 0.0)
    return total


def _area(utility: Crra | Cara, x: Array) -> Array:
    """The integral of the utility from 0 to surplus x."""
    if isinstance(utility, Crra):
        return np.maximum(x, 0.0) ** (utility.power + 1) / (utility.power + 1)
    return (x - utility.of(x)) / utility.aversion


def _some(chord: Chord, cells: Array) -> Chord:
    return Chord(chord.left[cells], chord.right[cells], chord.dev[cells])


def _among(chord: Chord, curve: Curve, cells: Array) -> Chord:
    """A chord of some cells as one of all, zero elsewhere."""
    full = np.zeros((3, len(curve.own)))
    full[:, cells] = chord.left, chord.right, chord.dev
    return Chord(*full)
