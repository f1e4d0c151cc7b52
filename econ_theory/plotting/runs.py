"""Many runs as one curve: their mean, a band that says what it is, and how fast the mean grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.plotting.canvas import curve_style, option, thin
from econ_theory.regret.curves import RegretTrace
from econ_theory.regret.rates import pooled_rate, run_rate
from econ_theory.seeding import Seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Band", "Runs", "as_batch", "draw_curve", "exponent", "words"]

Band = Literal["quantiles", "interval"]
"""``"quantiles"``: 5 % to 95 % of the runs at each step, which says how runs differ;
``"interval"``: Student's 95 % interval of the mean, which says how well the mean is known."""

Runs = RegretTrace | Sequence[RegretTrace]

QUANTILES = (0.05, 0.95)
LEVEL = 0.95
FEWEST = 20
"""Rows below which no growth exponent is written."""


def as_batch(runs: Runs) -> RegretTrace:
    """Return one trace with all `runs` on one leading axis, cumulative regret (B, K, n).

    >>> single = RegretTrace(np.ones((5, 2)), "external")
    >>> as_batch([single, single, single]).cumulative.shape
    (3, 5, 2)

    Raises
    ------
    SettingError
        If there is no run, or runs differ in kind, basis, steps or players.
    """
    listed = [runs] if isinstance(runs, RegretTrace) else list(runs)
    kinds = {(run.kind, run.basis) for run in listed}
    shapes = {run.cumulative.shape[-2:] for run in listed}
    if len(kinds) != 1 or len(shapes) != 1:
        raise SettingError(
            f"runs are of (kind, basis) {sorted(kinds)} and shapes {sorted(shapes)}, want at least "
            "one run, all of one kind and shape (K, n); cut them to a common length, or give them "
            "labels of their own."
        )
    first = listed[0]
    if any(not np.array_equal(run.steps, first.steps) for run in listed):
        raise SettingError(
            "runs have different steps, want the same in all; play them with the same checkpoints, "
            "or give them labels of their own."
        )
    (shape,) = shapes
    stacks = [run.cumulative.astype(float).reshape(-1, *shape) for run in listed]
    return replace(first, cumulative=np.concatenate(stacks), by_type=())


def words(n_runs: int, band: Band) -> str:
    """Return what a legend says of the runs behind a curve and its band; nothing of a single one.

    >>> words(200, "quantiles"), words(200, "interval"), words(1, "interval")
    ('200 runs, 5–95 % of them', '200 runs, mean ± 95 % interval', '')
    """
    option("band", band, ("quantiles", "interval"))
    spread = "5–95 % of them" if band == "quantiles" else "mean ± 95 % interval"
    return f"{n_runs} runs, {spread}" if n_runs > 1 else ""


def draw_curve(
    ax: Axes,
    k: int,
    steps: Array,
    curves: Array,
    label: str,
    *,
    band: Band,
    log: bool,
    mark_end: bool = False,
) -> tuple[Array, Array]:
    """Draw the mean of `curves` (B, K) in style `k`, with its band; return the ends of the latter.

    A single run is its own band.
    """
    at, style = thin(steps, log=log), curve_style(k)
    mean = curves[:, at].mean(axis=0)
    low = high = mean
    if len(curves) > 1:
        low, high = _band(curves[:, at], band)
        ax.fill_between(steps[at], low, high, color=style.colour, alpha=0.18, linewidth=0)
    ax.plot(
        steps[at],
        mean,
        color=style.colour,
        linestyle=style.line,
        linewidth=1.8,
        marker=style.marker if mark_end else "",
        markevery=[len(at) - 1],
        label=label,
    )
    return low, high


def exponent(curves: Array, steps: Array, rng: Seed) -> str:
    """Return the growth exponent of `curves` (B, K) and its interval as words for a legend.

    Nothing where there are fewer than 20 rows, or none of the growth is past the burn-in.
    """
    if curves.shape[1] < FEWEST or (steps > steps[-1] // 10).sum() < 3:
        return ""
    many = len(curves) > 1
    rate = pooled_rate(curves, steps=steps) if many else run_rate(curves[0], steps=steps, rng=rng)
    if not np.isfinite(rate.exponent):
        return ""
    # Adding zero turns -0.0 into 0.0.
    slope, low, high = (round(number, 2) + 0.0 for number in (rate.exponent, *rate.interval))
    text = f": exponent {slope:.2f}"
    return f"{text} [{low:.2f}, {high:.2f}]" if np.isfinite([low, high]).all() else text


def _band(curves: Array, band: Band) -> tuple[Array, Array]:
    if band == "quantiles":
        low, high = np.quantile(curves, QUANTILES, axis=0)
        return low, high
    from scipy.stats import t

    n_runs = len(curves)
    mean, error = curves.mean(axis=0), curves.std(axis=0, ddof=1) / np.sqrt(n_runs)
    reach = float(t.ppf((1 + LEVEL) / 2, n_runs - 1)) * error
    return mean - reach, mean + reach
