"""Inverse bids of unequal bidders, integrated downward from a highest bid that is searched for.

Class i has ``counts[i]`` bidders, log ranks ``L_i(b) = log F_i(v_i(b))`` and a pull
``p_i = -d log(profit of winning) / db``, which is ``1 / (v_i - b)`` for a risk-neutral bidder in
the first-price auction. The first-order conditions together are::

    L_i' = S - p_i,    S = sum of all p_j / (bidders - 1),    over the bidders active at b

From the top down, a class joins in when its highest type would gain by it, at the bid where its p
falls to S; above, it has L = 0 and S goes without it. (A class whose L' were positive at its top
would bid on.) Too high a trial makes some bid meet its value above the lowest bid; too low a trial
leaves all of them apart. Errors grow downward like 1 / (the chance of winning), so that they are
large only where nothing is at stake: bisection to the last bit is accurate, whatever is said of
backward shooting when it is judged by its bids near the bottom.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.solvers.continuous.quantile_table import QuantileTable

__all__ = ["Bidders", "Path", "shot"]

NARROW = 1e-5
"""Gap, as a share of the distance to the lowest bid, at which a trial ends."""

NOISE = 1e-8
"""Gap, as a share of the highest one, from where rounding is felt: there too."""

LAG, FALLEN = 0.1, 0.05
"""A trial that ends so is too high if a gap falls to this share while the distance falls by LAG."""

LOWEST = 1e-13
"""Where trials end, as a share of the range of bids above the lowest."""

ACCURACY = 3e-9
MOST_STEPS = 5000


@dataclass(frozen=True)
class Bidders:
    """Classes of bidders.

    Attributes
    ----------
    tables : types above the lowest bid
    counts : bidders in each class
    pulls : callables (v - b, b) -> p
    lowest : the lowest bid
    """

    tables: Sequence[QuantileTable]
    counts: Sequence[int]
    pulls: Sequence[Callable[[float, float], float]]
    lowest: float

    def at_top(self, i: int, x: float) -> float:
        """Return the pull of the highest type of class `i` at `x` above the lowest bid."""
        gap = self.tables[i].high - x
        return self.pulls[i](gap, self.lowest + x) if gap > 0 else math.inf

    def joined(self, x: float) -> list[int]:
        """Return the classes whose highest types bid `x` above the lowest, if nobody bids more."""
        pulls = [self.at_top(i, x) for i in range(len(self.tables))]
        active: list[int] = []
        for i in sorted(range(len(pulls)), key=pulls.__getitem__):
            n = sum(self.counts[k] for k in active)
            if n >= 2 and pulls[i] >= sum(self.counts[k] * pulls[k] for k in active) / (n - 1):
                break
            active.append(i)
        return active


@dataclass
class Path:
    """Log ranks along falling bids, as pieces of dense output, until a trial ends.

    Attributes
    ----------
    pieces : list of (first, last, function, active classes)
        In ``t = log(b - lowest)``, falling.
    high : bool
        Whether the trial was too high.
    """

    pieces: list[tuple[float, float, Callable[[float], Array], tuple[int, ...]]] = field(
        default_factory=list
    )
    high: bool = False

    @property
    def end(self) -> float:
        """Where the trial ended."""
        return self.pieces[-1][1]

    @property
    def breaks(self) -> Array:
        """Where classes join in, and the first."""
        starts = [self.pieces[0][0]]
        for before, after in pairwise(self.pieces):
            if before[3] != after[3]:
                starts.append(after[0])
        return np.array(starts)

    def joins(self, i: int) -> float:
        """Return where class `i` joins in; -inf if it never does."""
        return next((first for first, _, _, active in self.pieces if i in active), -math.inf)

    def __call__(self, t: Array) -> Array:
        """Return log ranks at falling `t`, ``(classes, len(t))``."""
        ends = -np.array([last for _, last, _, _ in self.pieces])
        piece = np.minimum(np.searchsorted(ends, -t), len(ends) - 1)
        parts = [self.pieces[k][2](t[piece == k]) for k in np.unique(piece)]
        return np.concatenate(parts, axis=1)


def shot(bidders: Bidders, top: float) -> Path:
    """Return the `Path` from `top` above the lowest bid down to it, as far as it goes."""
    from scipy.integrate import LSODA

    path, t, end = Path(), math.log(top), math.log(top * LOWEST)
    active, ranks = bidders.joined(top), np.zeros(len(bidders.counts))
    scale = max(table.high for table in bidders.tables) - top
    while True:
        system = _System(bidders, tuple(active))
        solver = LSODA(system.rates, t, ranks, end, rtol=ACCURACY, atol=ACCURACY, first_step=1e-9)
        joining = None
        while solver.status == "running" and joining is None:
            before = t
            solver.step()
            failed = solver.status == "failed" or not np.isfinite(solver.y).all()
            if failed or len(path.pieces) >= MOST_STEPS:
                path.high = True
                return path
            dense: Callable[[Any], Array] = solver.dense_output()
            joining, t = system.joining(before, float(solver.t), dense)
            path.pieces.append((before, t, dense, tuple(active)))
            ranks = dense(t)
            gaps = system.gaps(t, ranks)
            if gaps.min() < max(NARROW * math.exp(t), NOISE * scale):
                earlier = min(t + LAG, path.pieces[0][0])
                fell = gaps < FALLEN * system.gaps(earlier, path(np.array([earlier]))[:, 0])
                path.high = bool(fell.any())
                return path
        if joining is None:
            return path
        active.append(joining)


class _System:
    """The equations of the active classes, in ``t = log(b - lowest)``."""

    def __init__(self, bidders: Bidders, active: tuple[int, ...]) -> None:
        self.bidders, self.lowest = bidders, bidders.lowest
        self.parts = [(i, bidders.counts[i], bidders.tables[i], bidders.pulls[i]) for i in active]
        self.others = sum(count for _, count, _, _ in self.parts) - 1

    def pulls(self, x: float, ranks: Array) -> tuple[float, list[float]]:
        """Return S, and the pulls of the active classes."""
        total, result, b = 0.0, [], self.lowest + x
        for i, count, table, pull in self.parts:
            gap = table(ranks[i]) - x
            p = pull(gap, b) if gap > 0 else 1e300
            total += count * p
            result.append(p)
        return total / self.others, result

    def rates(self, t: float, ranks: Array) -> Array:
        """Return dL / dt of all classes; zero of those that wait."""
        x = math.exp(t)
        total, pulls = self.pulls(x, ranks.tolist())
        result = np.zeros(len(ranks))
        for (i, _, _, _), p in zip(self.parts, pulls, strict=True):
            result[i] = x * (total - p)
        return result

    def slack(self, i: int, t: float, ranks: Array) -> float:
        """Return by how much the pull of waiting class `i` is too large for it to join."""
        x = math.exp(t)
        return min(self.bidders.at_top(i, x), 1e300) - self.pulls(x, ranks)[0]

    def joining(
        self, first: float, last: float, ranks: Callable[[Any], Array]
    ) -> tuple[int | None, float]:
        """Return the waiting class that joins in on a step, and where; None and the end if none."""
        from scipy.optimize import brentq

        active = {i for i, _, _, _ in self.parts}
        found: tuple[int | None, float] = None, last
        for i in set(range(len(self.bidders.counts))) - active:

            def slack(t: float, i: int = i) -> float:
                return self.slack(i, t, ranks(t))

            if slack(last) < 0:
                at: Any = last if slack(first) <= 0 else brentq(slack, first, last, xtol=1e-14)
                if found[0] is None or at > found[1]:
                    found = i, float(at)
        return found

    def gaps(self, t: float, ranks: Array) -> Array:
        """Return the gaps of the active classes."""
        x = math.exp(t)
        return np.array([table(ranks[i]) - x for i, _, table, _ in self.parts])
