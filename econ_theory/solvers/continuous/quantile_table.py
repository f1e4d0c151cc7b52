"""A prior's types as a fast function of the log of their rank, down to tiny ranks at both ends."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.continuous.priors import Prior

__all__ = ["QuantileTable"]

FINEST = 1e-13
"""Distance from an end, in spans, up to which the distribution function is looked at."""

NODES = 6000
CELLS = 4096


class QuantileTable:
    """The type v as a function of ``L = log F(v)``, number by number.

    Near either end distributions are like powers, so that log distance from the end is all but
    straight in L, or in ``log(-L)`` near the top: cubics there, straight lines beyond. A density
    may be zero or infinite at both ends. Types are measured from `zero`.

    >>> from econ_theory.games import Power
    >>> table = QuantileTable(Power(2.0))
    >>> abs(table(math.log(0.25)) - 0.5) < 1e-10, table(0.0)
    (True, 1.0)
    >>> abs(table(-100.0) / math.exp(-50.0) - 1) < 1e-6
    True
    """

    def __init__(self, prior: Prior, zero: float = 0.0) -> None:
        low, high = float(prior.low), float(prior.high)
        self.low, self.high, span = low - zero, high - zero, high - low
        share = np.geomspace(FINEST, 0.5, NODES)
        share = np.concatenate([share, np.linspace(0, 0.5, NODES)[1:-1]])
        share = np.unique(share)
        down = np.array(prior.cdf(low + span * share))
        up = np.array(prior.cdf(high - span * share))
        middle = float(prior.cdf(low + span / 2))
        self.split = math.log(min(max(middle, 1e-12), 1 - 1e-12))
        # Ranks that float64 tells apart.
        below = (down > 1e-290) & (down < 1)
        self._below = _Line(np.log(down[below]), np.log(span * share[below]))
        above = (1 - up > 1e-11) & (up > 0)
        self._above = _Line(np.log(-np.log(up[above])), np.log(span * share[above]))

    def __call__(self, log_rank: float) -> float:
        """Return the type of log rank `log_rank`; the highest for 0 and more."""
        if log_rank >= -1e-300:
            return self.high
        if log_rank < self.split:
            return self.low + math.exp(self._below(log_rank))
        return self.high - math.exp(self._above(math.log(-log_rank)))


class _Line:
    """A smooth function through points that may be uneven, looked up in constant time."""

    def __init__(self, x: Array, y: Array) -> None:
        from scipy.interpolate import PchipInterpolator

        x, kept = np.unique(x, return_index=True)
        smooth = PchipInterpolator(x, y[kept])
        grid = np.linspace(x[0], x[-1], CELLS + 1)
        self.start, self.step = float(x[0]), float(grid[1] - grid[0])
        self.values: Sequence[float] = smooth(grid).tolist()
        self.slopes: Sequence[float] = (smooth(grid, 1) * self.step).tolist()

    def __call__(self, x: float) -> float:
        at = (x - self.start) / self.step
        if at <= 0:
            return self.values[0] + self.slopes[0] * at
        k = int(at)
        if k >= CELLS:
            return self.values[-1] + self.slopes[-1] * (at - CELLS)
        s = at - k
        y0, y1 = self.values[k], self.values[k + 1]
        d0, d1 = self.slopes[k], self.slopes[k + 1]
        rise = y1 - y0
        return y0 + s * (d0 + s * (3 * rise - 2 * d0 - d1 + s * (d0 + d1 - 2 * rise)))
