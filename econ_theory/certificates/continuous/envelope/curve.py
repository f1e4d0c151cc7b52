"""The rising curve along which one player's deviations are bounded, and the rivals along it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.envelope.chords import Chord, bent, straight
from econ_theory.games.continuous.priors import Prior
from econ_theory.quadrature import unit_rule
from econ_theory.strategies.bids import BidFunction

__all__ = ["AtLevels", "Bidder", "Curve", "Rival", "at_levels", "first_levels", "trace"]

FLAT_CELLS = 256
"""Cells that the whole support would have, where types all bid the same."""


@dataclass(frozen=True, eq=False)
class Bidder:
    """A bid function, the prior of its types, and how many players share both."""

    function: BidFunction
    prior: Prior
    count: int = 1


@dataclass(frozen=True, eq=False)
class Rival:
    """Along the curve: the probability that one rival bids less, and its type that bids the same.

    Attributes
    ----------
    below, type : Chord
    count : int
    """

    below: Chord
    type: Chord
    count: int


@dataclass(frozen=True, eq=False)
class Curve:
    """The completed graph of a bid function in C cells, on each of which type and bid are linear.

    Attributes
    ----------
    type, bid : Chord
    win : Chord
        Probability of winning; straight where it jumps (rivals who all bid the same).
    rivals : tuple of Rival
    own : (C,) boolean array
        Cells that are on the graph itself: types that play there.
    weight : (C,) array
        Probability of the cell's types.
    levels : (L,) array
        The bids the curve was cut at.
    level : (C,) integer array
        The level each cell begins at; -1 for the types that place no bid.
    jumps : bool
        Whether rivals bid one bid with positive probability.
    """

    type: Chord
    bid: Chord
    win: Chord
    rivals: tuple[Rival, ...]
    own: Array
    weight: Array
    levels: Array
    level: Array
    jumps: bool


def first_levels(
    own: Bidder, rivals: Sequence[Bidder], floor: float, extra: Sequence[float] | Array, cells: int
) -> Array:
    """Return the bids to cut the curve at: all kinks of all bid functions, and an even grid.

    Between two of them every bid function is linear in the type and every density monotone.
    """
    kinks = [np.array([floor, *extra])]
    for bidder in (own, *rivals):
        kinks.append(bidder.function.bids)
        turns = np.array(bidder.prior.turns, dtype=float)
        bids = bidder.function(turns)
        kinks.append(bids[np.isfinite(bids)])
    merged = np.concatenate(kinks)
    even = np.linspace(floor, merged.max(), cells + 1)
    return np.unique(np.concatenate([merged[merged >= floor], even]))


def trace(
    own: Bidder,
    rivals: Sequence[Bidder],
    levels: Array,
    reserve: float | None,
    *,
    draw: bool = True,
) -> Curve:
    """Return the `Curve` of `own` cut at `levels`; the first is the lowest bid there is.

    Ties are broken by a fair `draw`, or won.

    At each level up to four points: just below the bid, at it (twice: the first and last type
    that bid it), just above. They differ where rivals bid it with positive probability or own
    types do.
    """
    f, prior = own.function, own.prior
    first, last = f.inverse(levels), f.inverse(levels, upper=True)
    n_levels = len(levels)
    v = np.concatenate([[prior.low, f.types[0]], np.stack([first, first, last, last], 1).ravel()])
    b = np.concatenate([levels[[0, 0]], np.repeat(levels, 4)])
    parts = [at_levels(rival, levels) for rival in rivals]
    below = np.stack([p.below for p in parts]) if parts else np.ones((0, n_levels))
    upto = np.stack([p.upto for p in parts]) if parts else np.ones((0, n_levels))
    counts = np.array([rival.count for rival in rivals], dtype=int)
    jumps = bool((below < upto).any())
    wins = [
        np.prod(below ** counts[:, None], axis=0),
        _tie(below, upto, counts) if jumps and draw else np.prod(upto ** counts[:, None], axis=0),
        np.prod(upto ** counts[:, None], axis=0),
    ]
    if reserve is not None:
        wins = [np.where(levels < reserve, 0.0, win) for win in wins]
        wins[0] = np.where(levels <= reserve, 0.0, wins[0])
    wins[0][0] = 0.0
    win = np.concatenate([[0.0, 0.0], np.stack([wins[0], wins[1], wins[1], wins[2]], 1).ravel()])
    n_cells = len(v) - 1
    between = np.zeros(n_cells, dtype=bool)
    between[5::4] = True
    kept = between | (np.diff(v) > 0) | (np.diff(win) != 0)
    enclosed = []
    for part, rival in zip(parts, rivals, strict=True):
        g = _at_points(part.below, part.upto)
        types = _at_points(part.first, part.last)
        cells = bent(g[:-1], g[1:], *_slopes(part, n_cells), np.diff(types))
        cells = Chord(cells.left, cells.right, np.where(between, cells.dev, 0.0))
        enclosed.append(Rival(cells[kept], straight(types)[kept], rival.count))
    chance = straight(win)[kept]
    dev = np.zeros(kept.sum())
    if enclosed:
        product = enclosed[0].below.power(enclosed[0].count)
        for rival in enclosed[1:]:
            product = product * rival.below.power(rival.count)
        blocked = reserve is not None and levels[:-1] < reserve
        open_cells = between.copy()
        open_cells[5::4] &= ~np.asarray(blocked)
        dev = np.where(open_cells[kept], product.dev, 0.0)
    level = np.concatenate([[-1, 0], np.repeat(np.arange(n_levels), 4)])[:-1][kept]
    # Types that all bid the same are told apart: what they gain and earn differs.
    flat = (np.diff(v) > 0) & (np.diff(b) == 0)
    widths = np.where(flat, np.diff(v), 0.0)[kept]
    parts_of = np.maximum(np.ceil(widths / (prior.high - prior.low) * FLAT_CELLS), 1).astype(int)
    cell = np.repeat(np.arange(len(parts_of)), parts_of)
    place = (np.arange(len(cell)) - (np.cumsum(parts_of) - parts_of)[cell]) / parts_of[cell]
    start, step = v[:-1][kept][cell], np.diff(v)[kept][cell]
    types = np.append(start + place * step, v[-1])
    return Curve(
        type=straight(types),
        bid=straight(b)[kept][cell],
        win=Chord(chance.left, chance.right, dev)[cell],
        rivals=tuple(Rival(r.below[cell], r.type[cell], r.count) for r in enclosed),
        own=np.diff(types) > 0,
        weight=np.diff(prior.cdf(types)),
        levels=levels,
        level=level[cell],
        jumps=jumps,
    )


@dataclass(frozen=True, eq=False)
class AtLevels:
    """One rival at every level: first and last type that bids it, and the probability up to it.

    `density` is that of the types just above and just below the level.
    """

    first: Array
    last: Array
    below: Array
    upto: Array
    density: tuple[Array, Array]


def at_levels(rival: Bidder, levels: Array) -> AtLevels:
    """Return `rival` at every one of `levels`."""
    first = rival.function.inverse(levels)
    last = rival.function.inverse(levels, upper=True)
    upto = np.array(rival.prior.cdf(last))
    below, flat = upto.copy(), first < last
    below[flat] = rival.prior.cdf(first[flat])
    at_last, at_first = rival.prior.pdf(last), np.array(rival.prior.pdf(last))
    at_first[flat] = rival.prior.pdf(first[flat])
    return AtLevels(first, last, below, upto, (at_last, at_first))


def _at_points(lower: Array, upper: Array) -> Array:
    middle = (lower + upper) / 2
    return np.concatenate([lower[[0, 0]], np.stack([lower, middle, middle, upper], 1).ravel()])


def _slopes(part: AtLevels, n_cells: int) -> tuple[Array, Array]:
    """Densities at the ends of every cell between levels, zero elsewhere."""
    left, right = np.zeros(n_cells), np.zeros(n_cells)
    left[5::4], right[5::4] = part.density[0][:-1], part.density[1][1:]
    return left, right


def _tie(below: Array, upto: Array, counts: Array) -> Array:
    """Probability of winning at the bid itself, ties broken by a fair draw among all who tie.

    The integral over x in [0, 1] of ``prod (below + x (upto - below)) ** count``: x is the own
    place in the draw. A polynomial, which Gauss's rule integrates without error.
    """
    x, weights = unit_rule(int(counts.sum()) // 2 + 1)
    inner = below[..., None] + x * (upto - below)[..., None]
    return np.prod(inner ** counts[:, None, None], axis=0) @ weights
