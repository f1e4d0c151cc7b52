"""The bids a player may choose against one rival bid function, in order, and its own among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.quadrature import even_shares
from econ_theory.strategies.bids import BidFunction

__all__ = ["Path", "levels_of", "path_of"]

HALVINGS = 23
"""How often the outermost pieces are halved."""

MARGIN = 32
"""Points beside the bids of some cells that are all looked at; half as many twice as far off."""

FILL = 256
"""Pieces that a range of rival types who bid alike is cut into for integration."""


@dataclass(frozen=True, eq=False)
class Path:
    """Q points from no bid to the highest, and K cells of own types that play along it.

    Attributes
    ----------
    bid, rival : (Q,) arrays
        The bid, and the rival type below which it wins.
    real : (Q,) boolean array
        Bids there are; the others only cut up rivals who bid alike.
    jump : (Q - 1,) boolean array
        Steps that beat more types at the same bid.
    bend : (Q - 1,) array
        How far the rival's bid function strays from its chord.
    bottom : int
        The point at which types that place no bid are beaten.
    atoms : tuple of slice
        Steps of each range of rivals who bid alike.
    edges : (K + 1,) array
        Own types; they cover the support.
    start, stop : (K, 2) integer arrays
        Points that the first and last types of each cell play: twice the same, or, in a tie, those
        just below and just above.
    inner : (K,) integer array
        The step in which the cell's types bid; -1 where they bid alike.
    function : BidFunction
        The rival's.
    """

    bid: Array
    rival: Array
    real: Array
    jump: Array
    bend: Array
    bottom: int
    atoms: tuple[slice, ...]
    edges: Array
    start: Array
    stop: Array
    inner: Array
    function: BidFunction

    def near(self, cells: slice, coarse: Array, points: int) -> Path:
        """Return the path for some cells only: all points near them, fewer and fewer far away.

        `coarse`, a boolean array over the points, says which are kept anyway; and so is one in so
        many that there are `points`.
        """
        keep = coarse | ~self.real
        keep[[0, self.bottom, -1]] = True
        keep[:-1] |= self.jump
        keep[1:] |= self.jump
        low, high = int(self.start[cells].min()), int(self.stop[cells].max())
        index = np.arange(len(keep))
        distance = np.maximum(np.maximum(low - index, index - high), 1)
        stride = 2 ** np.maximum(np.ceil(np.log2(distance / MARGIN)), 0).astype(int)
        keep |= index % np.minimum(stride, max(1, len(keep) // points)) == 0
        place = np.cumsum(keep) - 1
        bid, z = self.bid[keep], self.rival[keep]
        inner = self.inner[cells]
        return Path(
            bid=bid,
            rival=z,
            real=self.real[keep],
            jump=(np.diff(bid) == 0) & (np.diff(z) > 0),
            bend=_bends(self.function, bid, z),
            bottom=int(place[self.bottom]),
            atoms=tuple(slice(int(place[a.start]), int(place[a.stop])) for a in self.atoms),
            edges=self.edges[cells.start : cells.stop + 1],
            start=place[self.start[cells]],
            stop=place[self.stop[cells]],
            inner=np.where(inner >= 0, place[inner], -1),
            function=self.function,
        )


def levels_of(
    functions: Sequence[BidFunction], turns: Sequence[float], floor: float, cells: int
) -> Array:
    """Return the bids to cut at: jumps, bids that many types make, and a grid of types.

    It is even, but crowded at both ends.
    """
    found = [np.array([floor])]
    shares = even_shares(cells, HALVINGS)
    for f in functions:
        flat = np.flatnonzero(np.diff(f.bids) == 0)
        gap = np.flatnonzero(np.diff(f.types) == 0)
        found += [f.bids[flat], f.bids[gap], f.bids[gap + 1], f.bids[[0, -1]]]
        inside = [t for t in turns if f.types[0] < t < f.types[-1]]
        low, width = f.types[0], f.types[-1] - f.types[0]
        found.append(np.interp(np.append(low + width * shares, inside), f.types, f.bids))
        if len(f.types) <= cells:
            found.append(f.bids)
    merged = np.unique(np.concatenate(found))
    return merged[merged >= floor]


def path_of(
    own: BidFunction,
    rival: BidFunction,
    support: tuple[float, float],
    levels: Array,
    cuts: Array,
    *,
    start: float,
) -> Path:
    """Return the `Path` through `levels`; `cuts` are more own types to cut where they bid alike.

    `start` is what no bid costs less than: the bid that stands for it.
    """
    lower, upper = rival.inverse(levels), rival.inverse(levels, upper=True)
    bids, types, real = [np.array([start])], [np.array([support[0]])], [np.array([True])]
    count, bottom, atoms = 1, 0, []
    if levels[0] > start:
        bids.append(levels[:1])
        types.append(np.array([support[0]]))
        real.append(np.array([True]))
        count += 1
    if lower[0] > support[0]:
        fill = np.linspace(support[0], lower[0], FILL + 1)[1:-1]
        bids.append(np.full(len(fill), levels[0]))
        types.append(fill)
        real.append(np.zeros(len(fill), dtype=bool))
        bottom = count + len(fill)
        count = bottom
    flat = np.flatnonzero(lower < upper)
    before = np.zeros(len(levels), dtype=int)
    parts = np.split(np.arange(len(levels)), flat + 1)
    for part in parts:
        if not len(part):
            continue
        bids.append(levels[part])
        types.append(lower[part])
        real.append(np.ones(len(part), dtype=bool))
        before[part] = count + np.arange(len(part))
        count += len(part)
        k = part[-1]
        if lower[k] < upper[k]:
            fill = np.linspace(lower[k], upper[k], FILL + 1)[1:]
            bids.append(np.full(len(fill), levels[k]))
            types.append(fill)
            real.append(np.arange(1, FILL + 1) == FILL)
            atoms.append(slice(count - 1, count - 1 + FILL))
            count += FILL
    after = before.copy()
    after[flat] += FILL
    bid, z = np.concatenate(bids), np.concatenate(types)
    first, last = own.inverse(levels), own.inverse(levels, upper=True)
    pieces = _own_cells(own, support, first, last, before, after, cuts)
    return Path(
        bid=bid,
        rival=z,
        real=np.concatenate(real),
        jump=(np.diff(bid) == 0) & (np.diff(z) > 0),
        bend=_bends(rival, bid, z),
        bottom=bottom,
        atoms=tuple(atoms),
        edges=pieces[0],
        start=pieces[1],
        stop=pieces[2],
        inner=pieces[3],
        function=rival,
    )


def _own_cells(
    own: BidFunction,
    support: tuple[float, float],
    first: Array,
    last: Array,
    before: Array,
    after: Array,
    cuts: Array,
) -> tuple[Array, Array, Array, Array]:
    """Return edges of own types, and the points that types at both ends of each cell play."""
    edges, start, stop, inner = [support[0]], [], [], []

    def alike(high: float, point: tuple[int, int]) -> None:
        inside = cuts[(cuts > edges[-1]) & (cuts < high)]
        for edge in (*inside.tolist(), high):
            edges.append(edge)
            start.append(point)
            stop.append(point)
            inner.append(-1)

    if own.types[0] > support[0]:
        alike(float(own.types[0]), (0, 0))
    for i in range(len(first)):
        if i and first[i] > last[i - 1]:
            edges.append(float(first[i]))
            start.append((after[i - 1], after[i - 1]))
            stop.append((before[i], before[i]))
            inner.append(after[i - 1])
        if first[i] < last[i]:
            alike(float(last[i]), (before[i], after[i]))
    edges[-1] = support[1]
    return np.array(edges), np.array(start), np.array(stop), np.array(inner)


def _bends(rival: BidFunction, bid: Array, z: Array) -> Array:
    bends = np.zeros(len(bid) - 1)
    k = np.searchsorted(bid, rival.bids, side="right") - 1
    fits = (k >= 0) & (k < len(bends))
    k, types, bids = k[fits], rival.types[fits], rival.bids[fits]
    wide = (z[k + 1] > z[k]) & (types > z[k]) & (types < z[k + 1])
    k, types, bids = k[wide], types[wide], bids[wide]
    chord = bid[k] + (types - z[k]) / (z[k + 1] - z[k]) * (bid[k + 1] - bid[k])
    np.maximum.at(bends, k, np.abs(bids - chord))
    return bends
