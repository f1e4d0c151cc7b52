"""Pairs of asks as lines in the own cost: cells of pairs, and lines above and in them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.envelope.chords import Chord, constant
from econ_theory.certificates.continuous.envelope.lines import best_lines
from econ_theory.certificates.continuous.split_award.split_bids import Place, Rival

__all__ = [
    "Lines",
    "Pairs",
    "best",
    "excess",
    "first_pairs",
    "found_lines",
    "halved",
    "upper_lines",
]

CELLS = 512
SQUARES = 24
WORST = 16
"""Cells within this factor of the worst are halved together."""

WHOLE, HALF, BOTH = 0, 1, 2


class Pairs(NamedTuple):
    """Cells of pairs, arrays (N,): asks x for the whole, or for a half; or rectangles.

    A rectangle has q from `low` up to but not `high`, and p from `low_p` to `high_p`.
    """

    kind: Array
    low: Array
    high: Array
    low_p: Array
    high_p: Array


class Lines(NamedTuple):
    """Utilities ``height - slope c`` of a cost c; `bid` is the ask for the whole that gains it."""

    height: Array
    slope: Array
    bid: Array


def first_pairs(rival: Rival) -> Pairs:
    """Return the cells to begin with, cut wherever the rival's asks have kinks or atoms."""
    single, split = rival.single, rival.split
    turns = np.array(rival.prior.turns, dtype=float)
    whole = _levels(np.concatenate([single.bids, single(turns)]), CELLS)
    half = _levels(np.concatenate([run.function.bids for run in rival.runs]), CELLS)
    parts = [_cells(WHOLE, whole[:-1], whole[1:]), _cells(HALF, half[:-1], half[1:])]
    if split.bids[0] < split.bids[-1]:
        even = split(np.linspace(rival.prior.low, rival.prior.high, SQUARES + 1))
        q = np.unique(np.concatenate([even, split.bids[1:][np.diff(split.bids) == 0]]))
        p = _levels(np.array(rival.gaps), SQUARES)
        rows, columns = (x.ravel() for x in np.indices((len(q) - 1, len(p) - 1)))
        parts.append(_cells(BOTH, q[rows], q[rows + 1], p[columns], p[columns + 1]))
    return Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def upper_lines(rival: Rival, pairs: Pairs, share: float, costs: tuple[float, float]) -> Lines:
    """Return (N, 4) lines: no pair of a cell is worth more, to any cost, than the best of four.

    In a rectangle margins are at most those of the highest asks; a positive one goes with the
    highest chance, a negative one with the lowest.

    `share` is the cost C of a half as a share.
    """
    n = len(pairs.kind)
    height, slope = np.zeros((n, 4)), np.zeros((n, 4))
    for kind in (WHOLE, HALF):
        at = pairs.kind == kind
        low, high = pairs.low[at], pairs.high[at]
        chance = _chance(rival, kind, low, high)
        unit = 1.0 if kind == WHOLE else share
        reach = np.maximum(np.abs(high - unit * costs[0]), np.abs(low - unit * costs[1]))
        error = np.abs(chance.step) * (high - low) / 4 + chance.dev * reach
        ends = [low * chance.left + error, high * chance.right + error]
        height[at] = np.stack(ends * 2, axis=1)
        slope[at] = unit * np.stack([chance.left, chance.right] * 2, axis=1)
    at = pairs.kind == BOTH
    low, high, low_p, high_p = pairs.low[at], pairs.high[at], pairs.low_p[at], pairs.high_p[at]
    soles = rival.sole(low_p + low, low), rival.sole(high_p + high, high)
    somes = (
        rival.share(low_p, rival.split.inverse(high)),
        rival.share(high_p, rival.split.inverse(low, upper=True)),
    )
    choices = [(sole, some) for sole in soles for some in somes]
    height[at] = np.stack([(high_p + high) * a + high_p * b for a, b in choices], axis=1)
    slope[at] = np.stack([a + share * b for a, b in choices], axis=1)
    bid = np.where(pairs.kind == BOTH, pairs.low + pairs.low_p, pairs.low)
    return Lines(height, slope, np.repeat(bid[:, None], 4, axis=1))


def found_lines(rival: Rival, pairs: Pairs, share: float) -> Lines:
    """Return (2 N + 1,) lines that pairs of asks in the cells attain, or come near to; and zero."""
    every = np.array(rival.prior.high)
    highest = rival.split.bids[-1]
    height, slope, bid = [np.zeros(1)], [np.zeros(1)], [np.full(1, np.inf)]
    for ends in (pairs.low, pairs.high):
        at = pairs.kind == WHOLE
        s = ends[at]
        sole = 1.0 - rival.prior.cdf(rival.single.inverse(s))
        height.append(s * sole)
        slope.append(sole)
        bid.append(s)
        at = pairs.kind == HALF
        p = ends[at]
        some = rival.share(p, np.broadcast_to(every, p.shape))
        height.append(p * some)
        slope.append(share * some)
        bid.append(p + highest)
    at = pairs.kind == BOTH
    q, p = pairs.low[at], pairs.low_p[at]
    sole = rival.sole(p + q, q)
    some = rival.share(p, rival.split.inverse(q, upper=True))
    height.append((p + q) * sole + p * some)
    slope.append(sole + share * some)
    bid.append(p + q)
    return Lines(*(np.concatenate(column) for column in (height, slope, bid)))


def best(lines: Lines, costs: Array) -> tuple[Array, Array]:
    """Return the best of `lines` at each of the sorted `costs`, and its ask for the whole."""
    values, which = best_lines(-lines.slope.ravel(), lines.height.ravel(), costs)
    return values, lines.bid.ravel()[which]


def excess(lines: Lines, costs: Array, allowed: Array) -> Array:
    """Return by how much each cell's lines exceed `allowed` at some of `costs`, at most: (N,).

    ``max over c of (-slope c - allowed(c))`` is an upper envelope of lines in the slope.
    """
    slopes = lines.slope.ravel()
    order = np.argsort(slopes)
    # Lines in the slope, one a cost.
    most, _ = best_lines(-costs, -allowed, slopes[order])
    over = np.empty(len(slopes))
    over[order] = most
    return (lines.height + over.reshape(lines.slope.shape)).max(axis=1)


def halved(pairs: Pairs, over: Array, tiny: float) -> Pairs:
    """Return `pairs` with those cells halved, rectangles both ways, that exceed by most."""
    chosen = over > max(0.0, over.max() / WORST)
    for low, high, kinds in ((3, 4, (BOTH,)), (1, 2, (WHOLE, HALF, BOTH))):
        cut = chosen & (pairs[high] - pairs[low] > tiny) & np.isin(pairs.kind, kinds)
        middle = (pairs[low] + pairs[high]) / 2
        former, latter = list(pairs), [column[cut] for column in pairs]
        former[high] = np.where(cut, middle, pairs[high])
        latter[low] = middle[cut]
        chosen = np.concatenate([chosen, chosen[cut]])
        pairs = Pairs(*(np.concatenate(both) for both in zip(former, latter, strict=True)))
    return pairs


def _chance(rival: Rival, kind: int, low: Array, high: Array) -> Chord:
    """Chance of the whole, or of a half, at asks strictly inside each cell (a point: at it)."""
    point = low == high
    if kind == WHOLE:
        ends = [rival.single.inverse(low, upper=True), rival.single.inverse(high)]
        below = Place.of(rival.prior, np.where(point, ends[1], ends[0]), ends[1]).below
        return -below + 1.0
    total = constant(0.0, len(low))
    every = np.full(len(low), rival.prior.high)
    for run in rival.runs:
        right = run.inverse(high)
        left = np.where(point, right, run.inverse(low, upper=True))
        total = total + run.moving_mass((left, right), (every, every))
    return total


def _levels(values: Array, n: int) -> Array:
    levels = np.unique(np.concatenate([values, np.linspace(values.min(), values.max(), n + 1)]))
    return levels if len(levels) > 1 else np.repeat(levels, 2)


def _cells(kind: int, low: Array, high: Array, *p: Array) -> Pairs:
    low_p, high_p = p or (low, high)
    return Pairs(np.full(len(low), kind), low, high, low_p, high_p)
