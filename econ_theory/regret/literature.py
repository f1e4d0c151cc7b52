"""Two tests of sublinear regret from the literature, by name, for comparison only.

Both take a regret of ``0.1 k + 1``, which is linear, for sublinear; `linear_test` does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from econ_theory.regret.rates import read_curves

__all__ = ["log_log_test", "trend_test"]


def trend_test(curve: Any, *, steps: Any = None) -> float:
    """Return the p-value of the trend-checking test that average regret falls. For comparison only.

    The chance of at least as many falls of ``R_k / k`` among K - 1 fair coins. Fooled by linear
    regret with a positive intercept:

    >>> trend_test(0.1 * np.arange(1, 26) + 1) == 2.0**-24
    True

    Source: Park, Liu, Ozdaglar & Zhang 2024, arXiv 2403.16843.
    """
    from scipy.stats import binom

    curve, steps = read_curves(curve, steps, axes=1)
    average = curve / steps
    falls = int((np.diff(average) < 0).sum())
    return float(binom.sf(falls - 1, len(curve) - 1, 0.5))


def log_log_test(curve: Any, *, steps: Any = None) -> tuple[float, float]:
    """Return (slope, p-value of slope < 1) of log regret on log step. For comparison only.

    Ordinary least squares over all steps, as if their errors were independent. Fooled likewise:

    >>> slope, p_value = log_log_test(0.1 * np.arange(1, 26) + 1)
    >>> round(slope, 2), p_value < 1e-9
    (0.4, True)

    Source: Park, Liu, Ozdaglar & Zhang 2024, arXiv 2403.16843.
    """
    from scipy.stats import linregress, t

    curve, steps = read_curves(curve, steps, axes=1)
    kept = curve > 0
    fit: Any = linregress(np.log(steps[kept]), np.log(curve[kept]))
    statistic = (
        (fit.slope - 1) / fit.stderr if fit.stderr > 0 else np.copysign(np.inf, fit.slope - 1)
    )
    return float(fit.slope), float(t.cdf(statistic, kept.sum() - 2))
