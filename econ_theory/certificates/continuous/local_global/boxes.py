"""An upper bound on a bidder's gains over boxes of (type, deviation), where no envelope helps.

With correlated values the utility of a bid is not affine in the type, so gains are bounded box by
box. Within a cell of types own and rival bids are straight lines in v. A deviation is a point
``b = own + part * (end - own)`` between the own bid and an end of the bids, 0 or `top`. All
arguments of the functions in a `Payoff` are then bilinear in the box, the payoff is built from
products and integrals of piecewise-linear functions, and along an edge each of these is::

    f = chord - curvature * s (1 - s),  up to kinks, for s in [0, 1]

with ``dx dy`` the curvature of a product x y, ``dz dy / 2`` that of an integral of y along z. In
the gain, the curvatures of the deviation and of the own bid cancel as the two come together; that
is why boxes need not be small where the profile is near an equilibrium. Kinks, and the distance of
the functions from those meant, are added. Boxes that may gain too much are split.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.local_global.package_bids import Part, Payoff
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.games.continuous.priors import Prior
from econ_theory.quadrature import unit_rule
from econ_theory.strategies.bids import BidFunction

__all__ = ["largest_gains", "mean_over_types"]

SHARPNESS = 1e-10
"""Gap between bound and estimate, as a share of the payoff range, that is fine enough."""

CELLS = 64
PARTS = 13
RATIO = 2.7
"""Deviations begin as intervals between powers of this: the curvature across is then no issue."""

MOST_BOXES = 400_000
BLOCK = 1 << 17
ROUNDING = 4e-15
SMALLEST = 1e-9


def largest_gains(
    payoff: Payoff, own: BidFunction, prior: Prior, size: float, *, truthful: bool = False
) -> PlayerGains:
    """Return the `PlayerGains` of a bidder with this `payoff` that bids `own`.

    Boxes are split until the bound in each cell of types is within 1e-10 of `size`, or a quarter
    of the largest estimate, of what a type was found to gain there, or 400,000 boxes (three times
    the first ones, if that is more) were looked at. `truthful` says that bidding the value is
    dominant: types that do gain nothing.
    """
    edges = _edges(payoff, own)
    lines = _Lines.of(payoff, own, edges)
    n_cells = len(edges) - 1
    gains, estimates, best = np.zeros(n_cells), np.zeros(n_cells), lines.own.mean(axis=0)
    asked = np.arange(n_cells)
    if truthful:
        asked = asked[(lines.own != lines.v).any(axis=0)]
    boxes, looked = _first(lines, asked, payoff.top), 0
    most = max(MOST_BOXES, 3 * len(boxes.cell))
    while len(boxes.cell):
        judged = _judged(payoff, lines, boxes)
        looked += len(boxes.cell)
        order = np.argsort(judged.found, kind="stable")
        better = judged.found[order] > estimates[boxes.cell[order]]
        best[boxes.cell[order][better]] = judged.bid[order][better]
        np.maximum.at(estimates, boxes.cell, judged.found)
        goal = max(SHARPNESS * size, estimates.max(initial=0.0) / 4)
        wide = judged.bound > estimates[boxes.cell] + goal
        room = max(0, most - looked)
        if 2 * wide.sum() > room:
            first = np.argsort(-np.where(wide, judged.bound, -np.inf))[: room // 2]
            wide = np.isin(np.arange(len(wide)), first) & wide
        # What cannot be told apart by splitting is not split.
        wide &= judged.open > judged.fixed / 4
        wide &= (
            np.where(judged.across, np.diff(boxes.share, axis=0), np.diff(boxes.part, axis=0))[0]
            > SMALLEST
        )
        np.maximum.at(gains, boxes.cell[~wide], judged.bound[~wide])
        boxes = boxes.split(wide, judged.across)
    gains[asked] += ROUNDING * size
    return PlayerGains(
        types=np.stack([edges[:-1], edges[1:]], axis=1),
        gains=np.maximum(gains, estimates),
        estimates=estimates,
        actions=best,
        weights=np.diff(prior.cdf(edges)),
        utility=mean_over_types(payoff, own, prior),
    )


@dataclass(frozen=True, eq=False)
class _Lines:
    """Values, own bids and rival's bids at both ends of every cell of types, ``(2, C)`` each."""

    v: Array
    own: Array
    rival: Array

    @classmethod
    def of(cls, payoff: Payoff, own: BidFunction, edges: Array) -> _Lines:
        v = np.stack([edges[:-1], edges[1:]])
        rival = np.zeros_like(v) if payoff.rival is None else _ends(payoff.rival, v)
        return cls(v, _ends(own, v), rival)


def _ends(f: BidFunction, v: Array) -> Array:
    """Return the limits of `f` from inside at the ends of cells without knots in them."""
    k = np.searchsorted(f.types, v.mean(axis=0), side="right") - 1
    v0, v1, b0, b1 = f.types[k], f.types[k + 1], f.bids[k], f.bids[k + 1]
    line = b0 + (v - v0) / (v1 - v0) * (b1 - b0)
    return np.where(v == v0, b0, np.where(v == v1, b1, line))


@dataclass(frozen=True, eq=False)
class _Boxes:
    """Boxes: a cell, ends of the share of it, ends of the part of the way to `end`."""

    cell: Array
    share: Array
    part: Array
    end: Array

    def blocks(self) -> list[_Boxes]:
        """Return the boxes a memory's worth at a time."""
        cuts = range(BLOCK, len(self.cell), BLOCK)
        parts = zip(
            *(np.split(x, cuts, axis=-1) for x in (self.cell, self.share, self.part, self.end)),
            strict=True,
        )
        return [_Boxes(*part) for part in parts]

    def split(self, chosen: Array, across: Array) -> _Boxes:
        """Return the halves of the `chosen`, types halved where `across`, deviations elsewhere."""
        cell, share = self.cell[chosen], self.share[:, chosen]
        part, end, across = self.part[:, chosen], self.end[chosen], across[chosen]
        half, middle = share.mean(axis=0), part.mean(axis=0)
        # Deviations are spread geometrically.
        middle = np.where(part[0] > 0, np.sqrt(part[0] * part[1]), part[1] / 4)
        low = (np.where(across, half, share[1]), np.where(across, part[1], middle))
        high = (np.where(across, half, share[0]), np.where(across, part[0], middle))
        shares = np.concatenate([[share[0], low[0]], [high[0], share[1]]], axis=1)
        parts = np.concatenate([[part[0], low[1]], [high[1], part[1]]], axis=1)
        return _Boxes(np.tile(cell, 2), shares, parts, np.tile(end, 2))


def _first(lines: _Lines, asked: Array, top: float) -> _Boxes:
    parts = np.concatenate([[0.0], RATIO ** np.arange(-PARTS, 0.5)])
    n_parts = len(parts) - 1
    cells, ends = [], []
    for end in (0.0, top):
        able = asked[(lines.own[:, asked] != end).any(axis=0)]
        cells.append(able)
        ends.append(np.full(len(able), end))
    cell, end = np.repeat(np.concatenate(cells), n_parts), np.repeat(np.concatenate(ends), n_parts)
    copies = len(cell) // n_parts
    part = np.stack([np.tile(parts[:-1], copies), np.tile(parts[1:], copies)])
    share = np.stack([np.zeros(len(cell)), np.ones(len(cell))])
    return _Boxes(cell, share, part, end)


class _Judged(NamedTuple):
    """For each box: bound, best gain found and by which bid, the parts of the bound that splitting
    can help and that it cannot, and whether types are to be split."""

    bound: Array
    found: Array
    bid: Array
    open: Array
    fixed: Array
    across: Array


@dataclass(eq=False)
class _Sums:
    """What is summed over the parts of a payoff, a box a column.

    Arrays have an axis for own bid, nearer and farther deviation (3), and one for both ends of the
    types (2).
    """

    value: Array
    types: Array
    way: Array
    loose: Array
    bent_types: Array
    bent_way: Array
    fixed: Array
    most: Array
    least: Array
    broken: Array

    @classmethod
    def nothing(cls, n: int) -> _Sums:
        return cls(
            value=np.zeros((3, 2, n)),
            types=np.zeros((3, n)),
            way=np.zeros((2, n)),
            loose=np.zeros(n),
            bent_types=np.zeros(n),
            bent_way=np.zeros(n),
            fixed=np.zeros(n),
            most=np.zeros(n),
            least=np.zeros(n),
            broken=np.zeros(n, dtype=bool),
        )


def _judged(payoff: Payoff, lines: _Lines, boxes: _Boxes) -> _Judged:
    found = [_judge(payoff, lines, block) for block in boxes.blocks()]
    return _Judged(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))


def _judge(payoff: Payoff, lines: _Lines, boxes: _Boxes) -> _Judged:
    n_boxes, cell = len(boxes.cell), boxes.cell

    def inside(ends: Array) -> Array:
        first, then = ends[:, cell]
        return np.where(boxes.share == 1, then, first + boxes.share * (then - first))

    v, own, r = inside(lines.v), inside(lines.own), inside(lines.rival)
    part = boxes.part[:, None, :]
    # At 0 and 1 exactly the ends, not up to rounding.
    moved = np.where(part == 1, boxes.end, own + part * (boxes.end - own))
    b = np.concatenate([own[None], moved])
    r = np.broadcast_to(r, b.shape)
    sums = _Sums.nothing(n_boxes)
    gap = b - r
    crossed = [(g.min(axis=0) < 0) & (g.max(axis=0) > 0) for g in (gap[0], gap[1:].reshape(4, -1))]
    below = np.stack([g.max(axis=0) <= 0 for g in (gap[0], gap[1], gap[2])])
    below[1] = below[2] = below[1] & below[2]
    model = np.where(below[:, None], b, r)
    known: _Known = {}
    rough = not all(one.f.smooth for one in payoff.parts)
    for one in payoff.parts:
        _add(sums, one, v - b, b, r, model, crossed, known)
        if rough:
            _add_range(sums, one, v - b, b, r)
    gains = sums.value[1:] - sums.value[0]
    flat = gains.reshape(4, n_boxes)
    corner = flat.argmax(axis=0)
    found = flat[corner, np.arange(n_boxes)]
    over_types = np.maximum(sums.types[0] - sums.types[1:].min(axis=0), 0) / 4 + sums.bent_types
    over_way = np.maximum(-sums.way.min(axis=0), 0) / 4 + sums.loose / 4 + sums.bent_way
    over = over_types + over_way
    bid = b[1:].reshape(4, n_boxes)[corner, np.arange(n_boxes)]
    across = over_types > over_way
    if rough:
        over = np.minimum(over, sums.most - sums.least - found)
        moves = np.abs([x[1] - x[0] for x in (v, own, r[0])]).max(axis=0)
        ways = np.abs(b[2] - b[1]).max(axis=0)
        across = np.where(sums.broken, moves > ways, across)
    best = np.maximum(found, 0.0)
    bound = found + over + sums.fixed
    return _Judged(bound, best, bid, over, sums.fixed, across)


def _add_range(sums: _Sums, one: Part, gap: Array, b: Array, r: Array) -> None:
    """Add the range of one part, which is monotone in each of its factors: jumps cost nothing."""
    z = one.at(b, r, np.minimum(b, r))
    for group, sign in ((slice(0, 1), -1.0), (slice(1, 3), 1.0)):
        low, high = z[group].min((0, 1)), z[group].max((0, 1))
        sums.broken |= one.f.broken(low, high)
        if one.integral:
            ends = one.share * np.array([one.f.integral(low), one.f.integral(high)])
        else:
            wins = np.array([one.f.inside(low, low, high), one.f.inside(high, low, high)])
            x = np.array([gap[group].min((0, 1)), gap[group].max((0, 1))])
            ends = one.share * (wins[:, None] * x[None]).reshape(4, -1)
        if sign > 0:
            sums.most += ends.max(axis=0)
        else:
            sums.least += ends.min(axis=0)


_Known = dict[tuple[int, float, float, float], tuple[Array, ...]]


def _add(
    sums: _Sums,
    one: Part,
    gap: Array,
    b: Array,
    r: Array,
    model: Array,
    crossed: list[Array],
    known: _Known,
) -> None:
    """Add one part of the payoff; `gap` is v - b."""
    f, share, size = one.f, one.share, abs(one.share)
    key = id(f), one.own, one.other, one.least
    if key not in known:
        z = one.at(b, r, model)
        low, high = z.min(axis=1), z.max(axis=1)
        low = np.stack([low[0], *[np.minimum(low[1], low[2])] * 2])
        high = np.stack([high[0], *[np.maximum(high[1], high[2])] * 2])
        y = f.inside(z, low[:, None], high[:, None])
        bends = f.bend(low[:2], high[:2])
        known[key] = z, y, bends[1], bends[0], f.astray(high.max(axis=0))
    z, y, bend, bend_own, error = known[key]
    dy_types, dy_way = y[:, 1] - y[:, 0], y[2] - y[1]
    x = z if one.integral else gap
    dx_types, dx_way = x[:, 1] - x[:, 0], x[2] - x[1]
    half = 0.5 if one.integral else 1.0
    sums.types += half * share * dx_types * dy_types
    sums.way += half * share * dx_way * dy_way
    # Between the two ends of the types the curvature along the way is known up to this.
    twist = np.abs((dx_way[1] - dx_way[0]) * (dy_way[1] - dy_way[0])) / 4
    step = np.abs(dx_way).max(axis=0)
    sums.loose += half * size * (twist + 2 * bend * step)
    if one.integral:
        true = one.at(b, r, np.minimum(b, r)) if one.least else z
        sums.value += share * f.integral(true)
        sums.bent_types += size * bend * np.abs(dx_types[1:]).max(axis=0) / 2
        sums.bent_types += size * bend_own * np.abs(dx_types[0]) / 2
        sums.bent_way += size * bend * step / 2
        sums.fixed += size * error * (abs(one.own) + one.least) * np.abs(b[1:] - b[0]).max((0, 1))
    else:
        sums.value += share * gap * y
        far, near = np.abs(gap[1:]).max((0, 1)), np.abs(gap[0]).max(axis=0)
        sums.bent_types += size * (bend * far + bend_own * near)
        sums.bent_way += size * bend * far
        sums.fixed += size * error * (far + near)
    if one.least == 1:
        # Where b - r changes sign, A is that of b > r plus at most |b - r| dG / 2.
        for k, (some, where) in enumerate(zip((slice(0, 1), slice(1, 3)), crossed, strict=True)):
            if where.any():
                low = 2 * np.minimum(b[some], r[some]).min((0, 1))[where]
                high = 2 * np.maximum(b[some], r[some]).max((0, 1))[where]
                more = np.abs(b[some] - r[some]).max((0, 1))[where] * f.variation(low, high) / 2
                sums.bent_types[where] += size * more
                if k:
                    sums.bent_way[where] += size * more


def mean_over_types(
    payoff: Payoff,
    own: BidFunction,
    prior: Prior,
    of: Callable[[Array, Array, Array], Array] | None = None,
) -> float:
    """Return the mean of `of` (types, own bids, rival's bids), default the payoff, over own types.

    By Gauss's rule over equally likely types in every cell.
    """
    edges = _edges(payoff, own)
    lines = _Lines.of(payoff, own, edges)
    below = prior.cdf(edges)
    total, width = 0.0, np.diff(edges)
    for node, weight in zip(*unit_rule(3), strict=True):
        v = np.clip(prior.ppf(below[:-1] + node * np.diff(below)), edges[:-1], edges[1:])
        share = (v - edges[:-1]) / width
        b, r = (end[0] + share * (end[1] - end[0]) for end in (lines.own, lines.rival))
        total += weight * float(np.diff(below) @ (of or payoff)(v, b, r))
    return float(total)


def _edges(payoff: Payoff, own: BidFunction) -> Array:
    """Types between which own and, if it matters, the rival's bids are straight."""
    knots = [own.types, np.linspace(own.types[0], own.types[-1], CELLS + 1)]
    if payoff.rival is not None:
        knots.append(payoff.rival.types)
    return np.unique(np.concatenate(knots))
