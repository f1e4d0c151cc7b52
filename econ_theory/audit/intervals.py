"""95 % intervals of a share and of a mean over independent trials."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["mean_interval", "share_interval"]

LEVEL = 0.95


def share_interval(n_hits: int, n_trials: int) -> tuple[float, float]:
    """Return the Clopper-Pearson interval of a probability after `n_hits` of `n_trials`.

    >>> low, high = share_interval(40, 40)
    >>> round(low, 3), high
    (0.912, 1.0)

    Source: Clopper & Pearson 1934, Biometrika 26(4).
    """
    from scipy.stats import beta

    tail = (1 - LEVEL) / 2
    low = 0.0 if n_hits == 0 else float(beta.ppf(tail, n_hits, n_trials - n_hits + 1))
    high = 1.0 if n_hits == n_trials else float(beta.ppf(1 - tail, n_hits + 1, n_trials - n_hits))
    return low, high


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """Return Student's t interval of the mean of independent `values`.

    One value says nothing of the spread: its interval is the whole line.

    >>> mean_interval([1.0, 1.0, 1.0])
    (1.0, 1.0)
    >>> low, high = mean_interval([0.0, 1.0, 2.0])
    >>> round(low, 2), round(high, 2)
    (-1.48, 3.48)
    """
    from scipy.stats import t

    array = np.asarray(values, dtype=float)
    if len(array) < 2:
        return -np.inf, np.inf
    mean = float(array.mean())
    error = float(array.std(ddof=1)) / len(array) ** 0.5
    reach = float(t.ppf((1 + LEVEL) / 2, len(array) - 1)) * error
    return mean - reach, mean + reach
