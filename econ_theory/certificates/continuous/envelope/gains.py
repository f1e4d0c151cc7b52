"""D along the curve, enclosed in each cell; and the bounds on gains that follow from it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.envelope.curve import Curve
from econ_theory.certificates.continuous.envelope.lines import best_lines
from econ_theory.certificates.continuous.envelope.reduction import Reduction

__all__ = ["Envelope", "Gains"]

ROUNDING = 2.3e-16


class Gains(NamedTuple):
    """For each cell on the graph: bound, estimate at its lowest type, and that type's best bid."""

    bounds: Array
    estimates: Array
    bids: Array


class Envelope:
    """D at the points of a curve, its bounds in the cells, and what they say about deviations.

    Attributes
    ----------
    points : (C + 1,) array
        D at the ends of the cells, up to `total_error` between any two.
    high, low : (C,) arrays
        Bounds on D inside each cell, given `points`.
    spread : (C,) array
        How much each cell contributes to the width of the bound.
    """

    def __init__(self, curve: Curve, reduction: Reduction, size: float) -> None:
        self.curve, self.reduction = curve, reduction
        whole = error = inside = np.zeros(len(curve.own))
        for x, y in reduction.terms:
            w, e, s = x.against(y)
            whole, error, inside = whole + w, error + e, inside + s
        self.points = np.concatenate([[0.0], np.cumsum(whole)])
        rounding = ROUNDING * len(whole) * size
        self.total_error = float(error.sum()) + reduction.error + rounding
        left, right = self.points[:-1], self.points[1:]
        self.high = np.maximum(left, right) + inside
        self.low = np.minimum(left, right) - inside
        if reduction.sane is not None:
            self.high = np.where(reduction.sane, self.high, -np.inf)
        self.spread = error * len(error) + 4 * inside
        self.types = curve.type.points
        self.bids = curve.bid.points
        self.cells = np.flatnonzero(curve.own)

    @property
    def simple(self) -> Array:
        """The bound ``sup D - D(v)`` for each cell on the graph."""
        highest = self.high.max(initial=-np.inf)
        return np.maximum(highest - self.low[self.cells] + self.total_error, 0.0)

    def gains(self) -> Gains:
        """Return bounds and estimates of every own cell's gain."""
        gains = self._searched() if self.reduction.slope is None else self._affine()
        return gains._replace(bounds=np.minimum(gains.bounds, self.reduction.most))

    def mean_utility(self) -> float:
        """Return the ex-ante utility of own play."""
        weight = self.curve.weight[self.cells]
        slope = self.reduction.slope
        if slope is not None:
            area, _, _ = slope.against(self.curve.type)
            value = self.points + np.concatenate([[0.0], np.cumsum(area)])
            both = value[self.cells] + value[self.cells + 1]
            return self.reduction.start + float(weight @ both) / 2
        k, mass = self.cells, np.cumsum(weight)
        even = np.searchsorted(mass, np.linspace(0, mass[-1], 2049)[1:-1])
        jumps = np.flatnonzero(np.diff(k) > 1) + 1
        edges = np.unique(np.concatenate([[0], even, jumps]))
        ends = np.append(edges[1:], len(k))
        values = self._table(k[edges], None) + self._table(k[ends - 1] + 1, None)
        return float(np.add.reduceat(weight, edges) @ values) / 2

    def _affine(self) -> Gains:
        """Subtract what the simple bound leaves out: D's lines under the convex utility.

        A deviation to (z, b) is worth ``D + I(z) + (v - z) slope(z)`` to type v, a line; I is the
        integral of the slope along the curve. The best of all lines, in one sweep.
        """
        curve, slope, k, v = self.curve, self.reduction.slope, self.cells, self.types
        assert slope is not None
        area, off, _ = slope.against(curve.type)
        integral = np.concatenate([[0.0], np.cumsum(area)])
        rate = slope.points
        height = integral - v * rate
        value = self.points[k] + integral[k]
        best, where = best_lines(rate, height + self.points, v[k])
        estimates = np.maximum(best - value, 0.0)
        sag = 0.0
        if not self.reduction.sure:
            fall = np.maximum.accumulate(rate) - rate
            sag = float(fall.max() + 2 * slope.dev.max()) * (v[-1] - v[0])
        pad = np.pad(self.high, 1, mode="edge")
        roof = np.maximum(pad[1:], pad[:-1])
        over = best_lines(rate, height + roof, v)[0] - integral
        slack = self.total_error + 2 * float(off.sum()) + sag
        sharp = np.maximum(over[k], over[k + 1]) - self.low[k] + slack
        bounds = np.minimum(self.simple + sag, np.maximum(sharp, 0.0))
        return Gains(bounds, estimates, self.bids[where])

    def _searched(self) -> Gains:
        """Search the best deviation of some types; bound between blocks of cells.

        For targets below a type, what the simple bound leaves out rises with the type and falls
        with the target, and above it the other way round, so its value at the nearest two ends
        of two blocks counts for all pairs within them.
        """
        k, n_cells = self.cells, len(self.high)
        edges = np.unique(np.linspace(0, n_cells, self.reduction.blocks + 1).astype(int))
        table = self._table(edges, edges)
        mine = np.diagonal(table)
        at_edges = self.points[edges]
        block = np.searchsorted(edges, k, side="right") - 1
        left = np.flatnonzero(np.isin(edges, k))
        best = table[left].argmax(axis=1)
        estimates, bids = np.zeros(len(k)), self.bids[k].copy()
        where = np.searchsorted(k, edges[left])
        doubt = 2 * self.reduction.doubt
        estimates[where] = np.maximum(table[left, best] - mine[left] - doubt, 0.0)
        bids[where] = self.bids[edges[best]]
        if not self.reduction.pointwise:
            return Gains(self.simple, estimates, bids)
        roof = np.maximum.reduceat(self.high, edges[:-1])
        lost = mine[:, None] - at_edges[:, None] + at_edges[None, :] - table
        below, above = lost[:-1, 1:], lost[1:, :-1]
        n_blocks = len(roof)
        order = np.arange(n_blocks)
        kept = np.where(order[None, :] < order[:, None], below, above)
        kept[order, order] = 0.0
        rival = (roof[None, :] - np.maximum(kept, 0.0)).max(axis=1)
        sharp = rival[block] - self.low[k] + self.total_error + doubt
        return Gains(np.minimum(self.simple, np.maximum(sharp, 0.0)), estimates, bids)

    def _table(self, rows: Array, columns: Array | None) -> Array:
        """Utilities of the types at points `rows` of the bids at `columns` (None: their own)."""
        worth = self.reduction.utility
        assert worth is not None
        if columns is None and self.reduction.pointwise:
            return worth(self.types[rows], rows)
        parts = []
        for some in np.array_split(rows, max(1, len(rows) // 32)):
            if self.reduction.pointwise:
                parts.append(worth(self.types[some][:, None], columns))
            else:
                full = worth(self.types[some][:, None], None)
                own = columns is None
                picked = full[np.arange(len(some)), some] if own else full[:, columns]
                parts.append(picked)
        return np.concatenate(parts)
