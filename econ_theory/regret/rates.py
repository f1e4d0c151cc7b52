"""How fast regret grows: an exponent with an interval, and a test for a linear component.

A curve is cumulative regret ``(K,)``; many independent runs are ``(B, K)``. The trend test and the
log-log slope test of the literature are here by name, for comparison only: both take a regret of
``0.1 k + 1``, which is linear, for sublinear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.seeding import Seed, as_rng

__all__ = [
    "LinearTest",
    "Rate",
    "linear_test",
    "log_log_test",
    "pooled_rate",
    "run_rate",
    "trend_test",
]

LEVEL = 0.95
GRID_POINTS = 64
RESAMPLES = 400


class LinearTest(NamedTuple):
    """Is there a linear component? ``slope`` is the mean over runs, payoff units a step."""

    slope: float
    statistic: float
    p_value: float
    n_runs: int


@dataclass(frozen=True)
class Rate:
    """How fast regret grows past a burn-in.

    Attributes
    ----------
    exponent : slope of log regret on log step, on a grid even in log step; nan where regret is
        positive on fewer than three points of it
    interval : 95 % interval of it
    linear_test : the test of `linear_test`, or None for a single run
    burn_in : steps left out
    n_runs : number of independent runs
    method : how the interval was found
    """

    exponent: float
    interval: tuple[float, float]
    linear_test: LinearTest | None
    burn_in: int
    n_runs: int
    method: str

    def __str__(self) -> str:
        low, high = self.interval
        text = f"exponent {self.exponent:.3f} in [{low:.3f}, {high:.3f}] ({self.method})"
        if self.linear_test is not None:
            text += f"; linear component p = {self.linear_test.p_value:.2g}"
        return text


def run_rate(curve: Any, *, burn_in: int | None = None, rng: Seed = None) -> Rate:
    """Return the `Rate` of one run's cumulative regret `curve`, shape (K,).

    The interval is a moving-block bootstrap of the increments about the fitted power law, blocks
    of about ``2 K^(1/3)`` steps: it holds for regret that wanders as well as for a smooth curve,
    for which it is nearly a point. Measured coverage over random walks about k^0.5 to k, K = 400 to
    2,000, correlated or not: 0.91 to 0.98. Steps up to `burn_in` (default K / 10) are not fitted.

    Source: Künsch 1989 (block bootstrap).
    """
    curve = _curves(curve, axes=1)
    start = _burn_in(burn_in, len(curve))
    grid = _grid(start, len(curve))
    exponent, level = _slope(grid, curve[grid])
    draws = np.array([])
    if np.isfinite(exponent):
        steps = np.arange(1.0, len(curve) + 1)
        fitted = np.concatenate([[0.0], np.exp(level) * steps**exponent])
        # Early jumps are not fitted, so they are no noise about the fit either.
        noise = (np.diff(curve, prepend=0.0) - np.diff(fitted))[start:]
        noise -= noise.mean()
        generator = as_rng(rng)
        draws = np.array(
            [
                _slope(
                    grid, fitted[grid + 1] + _blocks(noise, len(curve), generator).cumsum()[grid]
                )[0]
                for _ in range(RESAMPLES)
            ]
        )
        draws = draws[np.isfinite(draws)]
    interval = (np.nan, np.nan)
    if len(draws):
        low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        interval = (float(low), float(high))
    return Rate(exponent, interval, None, start, 1, "block bootstrap of one run")


def pooled_rate(curves: Any, *, burn_in: int | None = None) -> Rate:
    """Return the `Rate` of the mean of many runs' cumulative regret `curves`, shape (B, K).

    Runs are the clusters: the interval is the delete-one-run jackknife with Student's t on B - 1
    degrees of freedom, so correlation within a run needs no model. `curves` may also be a list
    of `RegretTrace`, whose totals over players are used.

    >>> steps = np.arange(1, 201)
    >>> rate = pooled_rate(np.stack([c * np.sqrt(steps) for c in (1.0, 1.1, 0.9)]))
    >>> round(rate.exponent, 6), rate.n_runs
    (0.5, 3)

    Source: Efron & Tibshirani 1993, chapter 11 (jackknife).
    """
    from scipy.stats import t

    if not isinstance(curves, np.ndarray):
        curves = [getattr(curve, "total", curve) for curve in curves]
    curves = _curves(curves, axes=2)
    n_runs, n_steps = curves.shape
    if n_runs < 2:
        raise SettingError(
            f"number of runs is {n_runs}, want at least 2; use RegretTrace.rate for a single run."
        )
    start = _burn_in(burn_in, n_steps)
    grid = _grid(start, n_steps)
    mean = curves.mean(axis=0)
    exponent = _slope(grid, mean[grid])[0]
    others = (mean - curves / n_runs) * (n_runs / (n_runs - 1))
    left_out = np.array([_slope(grid, other[grid])[0] for other in others])
    spread = np.sqrt((n_runs - 1) * np.mean((left_out - left_out.mean()) ** 2))
    reach = float(t.ppf((1 + LEVEL) / 2, n_runs - 1) * spread)
    interval = (exponent - reach, exponent + reach)
    return Rate(exponent, interval, linear_test(curves), start, n_runs, "jackknife over runs")


def linear_test(curves: Any) -> LinearTest:
    """Return the one-sided t-test over runs of a linear component in cumulative regret (B, K).

    Per run, least squares of the increments ``x_k = a + b (sqrt(k) - sqrt(k - 1))``; then a t-test
    of mean a = 0 against mean a > 0 over the B runs. A small p-value says that regret grows
    linearly, whatever square-root growth it has besides. The slope a itself is a lower estimate
    where regret jumps early on, since the root's first increments take the jump up.

    >>> rng, steps = np.random.default_rng(0), np.arange(1, 101)
    >>> noise = rng.normal(0, 0.1, (30, 100)).cumsum(axis=1)
    >>> linear_test(0.1 * steps + np.sqrt(steps) + noise).p_value < 0.01
    True
    """
    from scipy.stats import ttest_1samp

    curves = _curves(curves, axes=2)
    n_runs, n_steps = curves.shape
    if n_runs < 2 or n_steps < 3:
        raise SettingError(
            f"curves have shape {curves.shape}, want at least 2 runs of at least 3 steps; "
            "a single run holds no spread over runs."
        )
    increments = np.diff(curves, axis=1, prepend=0.0)
    steps = np.arange(n_steps + 1)
    design = np.stack([np.ones(n_steps), np.diff(np.sqrt(steps))], axis=1)
    slopes = np.linalg.lstsq(design, increments.T, rcond=None)[0][0]
    mean = float(slopes.mean())
    # Runs that agree to rounding leave nothing for a t-test to compare with.
    scale = np.abs(increments).max()
    if np.ptp(slopes) <= 1e-12 * scale:
        positive = mean > 1e-12 * scale
        return LinearTest(mean, np.inf if positive else 0.0, 0.0 if positive else 1.0, n_runs)
    result: Any = ttest_1samp(slopes, 0.0, alternative="greater")
    return LinearTest(mean, float(result.statistic), float(result.pvalue), n_runs)


def trend_test(curve: Any) -> float:
    """Return the p-value of the trend-checking test that average regret falls. For comparison only.

    The chance of at least as many falls of ``R_k / k`` among K - 1 fair coins. Fooled by linear
    regret with a positive intercept:

    >>> trend_test(0.1 * np.arange(1, 26) + 1) == 2.0**-24
    True

    Source: Park, Liu, Ozdaglar & Zhang 2024, arXiv 2403.16843.
    """
    from scipy.stats import binom

    curve = _curves(curve, axes=1)
    average = curve / np.arange(1, len(curve) + 1)
    falls = int((np.diff(average) < 0).sum())
    return float(binom.sf(falls - 1, len(curve) - 1, 0.5))


def log_log_test(curve: Any) -> tuple[float, float]:
    """Return (slope, p-value of slope < 1) of log regret on log step. For comparison only.

    Ordinary least squares over all steps, as if their errors were independent. Fooled likewise:

    >>> slope, p_value = log_log_test(0.1 * np.arange(1, 26) + 1)
    >>> round(slope, 2), p_value < 1e-9
    (0.4, True)

    Source: Park, Liu, Ozdaglar & Zhang 2024, arXiv 2403.16843.
    """
    from scipy.stats import linregress, t

    curve = _curves(curve, axes=1)
    kept = curve > 0
    fit: Any = linregress(np.log(np.arange(1, len(curve) + 1)[kept]), np.log(curve[kept]))
    statistic = (
        (fit.slope - 1) / fit.stderr if fit.stderr > 0 else np.copysign(np.inf, fit.slope - 1)
    )
    return float(fit.slope), float(t.cdf(statistic, kept.sum() - 2))


def _slope(grid: Array, regret: Array) -> tuple[float, float]:
    """Return slope and intercept of log regret on log step, over the points that are positive."""
    kept = regret > 0
    if kept.sum() < 3:
        return float("nan"), float("nan")
    x, y = np.log(grid[kept] + 1.0), np.log(regret[kept])
    centred = x - x.mean()
    slope = centred @ y / (centred @ centred)
    return float(slope), float(y.mean() - slope * x.mean())


def _grid(burn_in: int, n_steps: int) -> Array:
    """Return positions (step - 1), even in log step, from the first after the burn-in on."""
    points = np.geomspace(burn_in + 1, n_steps, min(GRID_POINTS, n_steps - burn_in))
    return np.unique(points.round().astype(int)) - 1


def _blocks(noise: Array, n_steps: int, rng: np.random.Generator) -> Array:
    """Return `n_steps` of noise in blocks drawn, with replacement, from the circle of `noise`."""
    length = min(len(noise), int(np.ceil(2 * len(noise) ** (1 / 3))))
    starts = rng.integers(len(noise), size=-(-n_steps // length))
    positions = (starts[:, None] + np.arange(length)) % len(noise)
    return noise[positions.ravel()[:n_steps]]


def _burn_in(burn_in: int | None, n_steps: int) -> int:
    burn_in = n_steps // 10 if burn_in is None else burn_in
    if not 0 <= burn_in <= n_steps - 3:
        raise SettingError(
            f"burn_in is {burn_in} of {n_steps} steps, want at least 0 and 3 steps left; "
            "leave it out for a tenth."
        )
    return burn_in


def _curves(curves: Sequence[Any] | Array, axes: int) -> Array:
    array = np.asarray(curves, dtype=float)
    if array.ndim != axes or array.shape[-1] < 2 or not np.isfinite(array).all():
        wanted = "(K,)" if axes == 1 else "(B, K)"
        raise SettingError(
            f"regret has shape {array.shape} or entries that are not finite, want finite "
            f"cumulative regret of shape {wanted}, K >= 2."
        )
    return array
