"""The sum of what the others do, enclosed between two discrete distributions.

A rival's types are cut into cells in which its action is linear and its density monotone. Let g be
convex and not increasing. Putting the probability of every cell on its mean action makes E[g]
smaller (Jensen), spreading it on the ends of the cell makes it larger (the chord lies above). Where
the mean itself is only enclosed, its upper end serves the first and its lower end the second,
because g falls. This "decreasing convex order" of distributions is kept by sums of independent
variables, so

    E[g(lower)]  <=  E[g(Y)]  <=  E[g(upper)]      for the sum Y of many rivals too.

All games here need no more: means are ``g(y) = -y``, contests ``g(y) = (x + y) ** -m``, and any
function that bends little is a difference of two such g. Both errors are of second order in the
width of the cells.

Source: Shaked and Shanthikumar 2007, Stochastic Orders, chapters 3 and 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.envelope.curve import Bidder
from econ_theory.games.continuous.priors import Prior
from econ_theory.quadrature import even_shares
from econ_theory.strategies.bids import BidFunction

__all__ = ["Aggregate", "Atoms", "Cells", "aggregate", "cells_of", "edges_of"]

HALVINGS = 29
MOST_BINS = 1536
"""Atoms of a sum of several actions."""

SMALLEST = 1e-10
"""Actions below this share of the highest are not told apart."""


class Atoms(NamedTuple):
    """A discrete distribution: `points` and their `masses`, both ``(K,)``."""

    points: Array
    masses: Array


class Cells(NamedTuple):
    """Cells of types ``(C,)``, from `low` to `high`, with actions `first` to `last`.

    `bend` is how far the action strays from the straight line between.
    """

    low: Array
    high: Array
    first: Array
    last: Array
    bend: Array


@dataclass(frozen=True, eq=False)
class Aggregate:
    """A sum of independent actions, enclosed in decreasing convex order.

    Attributes
    ----------
    lower, upper : Atoms
    still : float
        Probability that all actions are 0.
    variance : float
        Nearly exact, and no bound.

    >>> from econ_theory.games import Uniform
    >>> straight = Bidder(BidFunction([0, 1], [0, 1]), Uniform(), 2)
    >>> low, high = aggregate([straight], 64).mean
    >>> abs(low - 1) < 1e-12, abs(high - 1) < 1e-12
    (True, True)
    """

    lower: Atoms
    upper: Atoms
    still: float
    variance: float = 0.0

    @property
    def mean(self) -> tuple[float, float]:
        """Lower and upper bound on the mean, but for rounding."""
        return float(self.upper.points @ self.upper.masses), float(
            self.lower.points @ self.lower.masses
        )

    def gap(self, slope: float, bend: float) -> float:
        """Return how far E[h(Y)] may be from E[h(lower)], for ``|h'| <= slope``, ``|h''| <= bend``.

        ``h + k`` and ``k - h`` are convex and do not increase if ``k(y) = bend (top - y)^2 / 2 -
        slope y``.
        """
        top = max(self.lower.points.max(), self.upper.points.max())
        low, high = (
            atoms.masses @ (bend / 2 * (top - atoms.points) ** 2 - slope * atoms.points)
            for atoms in (self.lower, self.upper)
        )
        return max(float(high - low), 0.0)


def aggregate(
    rivals: Sequence[Bidder], n_cells: int, exponent: float = 1.0, *, near_zero: bool = False
) -> Aggregate:
    """Return the sum of all rivals' actions, to the power `exponent` <= 1, from `n_cells` or more.

    If `near_zero`, cells are as narrow as their distance from no action asks for.
    A power below one is concave, and g of it convex and falling still, so cells are enclosed in
    actions and the power taken of the result.
    """
    total, still, variance = None, 1.0, 0.0
    for rival in rivals:
        one, idle = _one(rival, n_cells, near_zero)
        lower, upper = (Atoms(atoms.points**exponent, atoms.masses) for atoms in one)
        variance += rival.count * (2 * _variance(lower) + _variance(upper)) / 3
        both = _multiple((lower, upper), rival.count, n_cells)
        total = both if total is None else _sum(total, both, n_cells)
        still *= idle**rival.count
    if total is None:
        nothing = Atoms(np.zeros(1), np.ones(1))
        total = nothing, nothing
    return Aggregate(*total, still, variance)


def edges_of(
    function: BidFunction, prior: Prior, n_cells: int, *, near_zero: bool = False
) -> Array:
    """Return types to cut at: an even grid, crowded at both ends, kinks and turns of the density.

    If `near_zero`, also where a rising function's actions are powers of a number near one. Of many
    kinks about `n_cells` serve, but all jumps.
    """
    v, b = function.types, function.bids
    low, high = v[0], v[-1]
    if low == high:
        return v[:1]
    shares = even_shares(n_cells, HALVINGS)[:-1]
    turns = [turn for turn in prior.turns if low < turn < high]
    some = v if len(v) <= 2 * n_cells else v[:: len(v) // n_cells]
    parts = [low + (high - low) * shares, some, v[1:][np.diff(v) == 0], turns, [high]]
    if near_zero and b[-1] > 0:
        least = max(b[0], SMALLEST * b[-1])
        parts.append(function.inverse(np.geomspace(least, b[-1], n_cells + 1)))
    return np.unique(np.clip(np.concatenate(parts), low, high))


def cells_of(function: BidFunction, edges: Array) -> Cells:
    """Return the cells of types between `edges`, which hold the ends and all jumps."""
    v, b = function.types, function.bids
    if v[0] == v[-1]:
        return Cells(v[:1], v[-1:], b[:1], b[-1:], np.zeros(1))
    cuts = np.unique(np.concatenate([v, edges]))
    # The piece of every cell, by its first and its last cut: at a jump the two ends differ.
    where = np.searchsorted(cuts, edges)
    inner = (cuts[1:] + cuts[:-1]) / 2
    piece = np.clip(np.searchsorted(v, inner, side="right") - 1, 0, len(v) - 2)
    rate = (b[piece + 1] - b[piece]) / (v[piece + 1] - v[piece])
    starts = b[piece] + rate * (cuts[:-1] - v[piece])
    ends = b[piece] + rate * (cuts[1:] - v[piece])
    starts = np.where(cuts[:-1] == v[piece], b[piece], starts)
    ends = np.where(cuts[1:] == v[piece + 1], b[piece + 1], ends)
    first, last = starts[where[:-1]], ends[where[1:] - 1]
    left, right = edges[:-1], edges[1:]
    cell = np.repeat(np.arange(len(left)), np.diff(where))
    line = first[cell] + (cuts[1:] - left[cell]) / (right - left)[cell] * (last - first)[cell]
    bend = np.maximum.reduceat(np.abs(ends - line), where[:-1])
    bend = np.where(np.diff(where) == 1, 0.0, bend)
    return Cells(left, right, first, last, bend)


def _one(rival: Bidder, n_cells: int, near_zero: bool) -> tuple[tuple[Atoms, Atoms], float]:
    """Return one rival's action, enclosed, and the probability that it is 0."""
    function = rival.function
    edges = edges_of(function, rival.prior, n_cells, near_zero=near_zero)
    # Every kink, for no cell of a rival may be bent.
    cells = cells_of(function, np.unique(np.concatenate([edges, function.types])))
    if cells.low[0] == cells.high[-1]:
        known = Atoms(cells.first, np.ones(1))
        return (known, known), float(cells.first[0] == 0)
    width = cells.high - cells.low
    share = np.diff(rival.prior.cdf(np.append(cells.low, cells.high[-1])))
    share = share / share.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        turn = rival.prior.pdf(cells.high) - rival.prior.pdf(cells.low)
        # The distribution function is off its chord by at most this, on one side, in a triangle.
        off = np.fmin(np.abs(turn) * width / 4, share)
        lean = np.where(share > 0, np.fmin(off / (2 * share), 0.5), 0.0)
    rises = np.where(np.isnan(turn), 0.0, turn)
    near, far = 0.5 - lean * (rises <= 0), 0.5 + lean * (rises >= 0)
    step = cells.last - cells.first
    means = cells.first + step * near, cells.first + step * far
    mean_low, mean_high = np.minimum(*means), np.maximum(*means)
    flat = step == 0
    lower = Atoms(np.where(flat, cells.first, mean_high), share)
    bottom, top = np.minimum(cells.first, cells.last), np.maximum(cells.first, cells.last)
    up = np.where(flat, 0.0, (mean_low - bottom) / np.where(flat, 1.0, top - bottom))
    upper = _merged(np.concatenate([bottom, top]), np.concatenate([share * (1 - up), share * up]))
    idle = float(share[flat & (cells.first == 0)].sum())
    return (_merged(*lower), upper), idle


def _variance(atoms: Atoms) -> float:
    mean = atoms.points @ atoms.masses
    return float(atoms.masses @ (atoms.points - mean) ** 2)


def _multiple(one: tuple[Atoms, Atoms], count: int, n_cells: int) -> tuple[Atoms, Atoms]:
    """Return the sum of `count` independent copies, by repeated doubling."""
    if count == 1:
        return one
    half = _multiple(one, count // 2, n_cells)
    double = _sum(half, half, n_cells)
    return double if count % 2 == 0 else _sum(double, one, n_cells)


def _sum(x: tuple[Atoms, Atoms], y: tuple[Atoms, Atoms], n_cells: int) -> tuple[Atoms, Atoms]:
    """Return the sum of two independent actions, on a grid."""
    x, y = _gathered(x, n_cells), _gathered(y, n_cells)
    both = [
        Atoms(
            np.add.outer(one.points, other.points).ravel(),
            np.multiply.outer(one.masses, other.masses).ravel(),
        )
        for one, other in zip(x, y, strict=True)
    ]
    return _gathered((both[0], both[1]), n_cells)


def _gathered(pair: tuple[Atoms, Atoms], n_cells: int) -> tuple[Atoms, Atoms]:
    """Return the pair on a grid: the lower one's atoms put together, the upper one's spread."""
    size = min(n_cells, MOST_BINS)
    if max(len(atoms.points) for atoms in pair) <= size:
        return pair
    (y, mass), (z, more) = pair
    low, top = z.min(), z.max()
    crowded = top * np.geomspace(SMALLEST, 1.0, 3 * size // 4)
    grid = np.concatenate([np.linspace(low, top, size // 4), crowded[crowded > low]])
    grid = np.unique(np.minimum(grid, top))
    bins = np.clip(np.searchsorted(grid, y, side="right") - 1, 0, len(grid) - 2)
    total = np.bincount(bins, mass)
    kept = total > 0
    lower = Atoms(np.bincount(bins, mass * y)[kept] / total[kept], total[kept])
    bins = np.clip(np.searchsorted(grid, z, side="right") - 1, 0, len(grid) - 2)
    share = np.clip((z - grid[bins]) / np.diff(grid)[bins], 0.0, 1.0)
    spread = np.bincount(bins, more * (1 - share), len(grid))
    spread += np.bincount(bins + 1, more * share, len(grid))
    kept = spread > 0
    return lower, Atoms(grid[kept], spread[kept])


def _merged(points: Array, masses: Array) -> Atoms:
    kept, where = np.unique(points, return_inverse=True)
    return Atoms(kept, np.bincount(where, masses))
