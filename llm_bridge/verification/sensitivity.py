"""Do the executors' controls matter at all? Payoffs by own control, against a fixed profile.

If no control changes any payoff, every profile is an equilibrium and a certificate says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from econ_theory.seeding import Seed, as_rng
from llm_bridge.bands import BandMethod, mean_band
from llm_bridge.verification.empirical import ControlValues, EmpiricalGame

__all__ = ["Sensitivity", "flatness", "payoff_sensitivity"]


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """How one executor's expected payoff moves with its own control, the others playing on.

    Attributes
    ----------
    executor : its name
    means : (K,) expected payoff of always using control k
    spread : largest minus smallest of `means`, with its interval `lower` to `upper`
    f, p : repeated-measures F of controls within questions, degrees of freedom `df`, and its tail
        probability; p = 1 where no payoff moves
    """

    executor: str
    means: np.ndarray
    spread: float
    lower: float
    upper: float
    f: float
    df: tuple[int, int]
    p: float

    def __str__(self) -> str:
        return (
            f"{self.executor}: its expected payoff spans {self.spread:.3g} over its own controls "
            f"({self.lower:.3g} to {self.upper:.3g}; F({self.df[0]}, {self.df[1]}) = {self.f:.3g}, "
            f"p = {self.p:.2g})"
        )


def payoff_sensitivity(
    empirical: EmpiricalGame,
    priced: ControlValues,
    *,
    confidence: float = 0.95,
    method: BandMethod = "bootstrap",
    rng: Seed = None,
) -> tuple[Sensitivity, ...]:
    """Return the `Sensitivity` of each executor to what the others' play leaves its controls worth.

    `priced` is from `control_values`; the intervals hold together at `confidence`.
    """
    values = priced.values
    k = values[0].shape[1]
    pairs = np.array(list(combinations(range(k), 2)), dtype=int).reshape(-1, 2)
    gaps = np.concatenate([v[:, pairs[:, 0]] - v[:, pairs[:, 1]] for v in values], axis=1)
    band = mean_band(
        gaps,
        np.ones(gaps.shape, dtype=bool),
        -1.0,
        1.0,
        confidence=confidence,
        method=method,
        rng=as_rng(rng),
    )
    result = []
    for i, value in enumerate(values):
        part = slice(i * len(pairs), (i + 1) * len(pairs))
        lower, upper = _absolute(band.lower[part], band.upper[part])
        means = value.mean(axis=0)
        f, df, p = _f_test(value)
        result.append(
            Sensitivity(
                empirical.game.players[i],
                means,
                float(means.max() - means.min()),
                float(lower.max(initial=0.0)),
                float(upper.max(initial=0.0)),
                f,
                df,
                p,
            )
        )
    return tuple(result)


def flatness(
    empirical: EmpiricalGame,
    priced: ControlValues,
    *,
    confidence: float = 0.95,
    method: BandMethod = "bootstrap",
    rng: Seed = None,
) -> tuple[bool, float]:
    """Return whether no type of any executor can tell two of its controls apart, and up to what.

    The second number bounds, at `confidence`, every difference between two controls' interim
    payoffs: if the first is true, no deviation from the profile `priced` gains more than that.
    """
    values = priced.values
    k = values[0].shape[1]
    pairs = np.array(list(combinations(range(k), 2)), dtype=int).reshape(-1, 2)
    if not len(pairs):
        return True, 0.0
    gaps, members = [], []
    for i, value in enumerate(values):
        gap = value[:, pairs[:, 0]] - value[:, pairs[:, 1]]
        for t in range(empirical.game.n_types[i]):
            gaps.append(gap)
            members.append(np.repeat(empirical.types[:, i : i + 1] == t, len(pairs), axis=1))
    band = mean_band(
        np.concatenate(gaps, axis=1),
        np.concatenate(members, axis=1),
        -1.0,
        1.0,
        confidence=confidence,
        method=method,
        rng=as_rng(rng),
    )
    lower, upper = _absolute(band.lower, band.upper)
    return bool((lower <= 0.0).all()), float(upper.max())


def _absolute(lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of |x| for x between `lower` and `upper`."""
    return np.maximum(np.maximum(lower, -upper), 0.0), np.maximum(np.abs(lower), np.abs(upper))


def _f_test(values: np.ndarray) -> tuple[float, tuple[int, int], float]:
    from scipy.special import fdtrc

    q, k = values.shape
    df = (k - 1, (q - 1) * (k - 1))
    means = values.mean(axis=0)
    between = q * ((means - means.mean()) ** 2).sum()
    residual = values - means - values.mean(axis=1, keepdims=True) + means.mean()
    within = (residual**2).sum()
    if min(df) == 0 or between <= 1e-20:
        return 0.0, df, 1.0
    if within <= 1e-20:
        return float("inf"), df, 0.0
    ratio = float((between / df[0]) / (within / df[1]))
    return ratio, df, float(fdtrc(*df, ratio))
