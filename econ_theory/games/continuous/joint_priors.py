"""Joint distributions of signals that players share symmetrically.

A player with signal x meets the highest signal y of its rivals. All that its payoff depends on is
``G(y | x)``, the distribution of that highest signal, its density g, and means given x and y.

* independent signals: ``G = F(y) ** (n - 1)``
* two signals of one copula C: ``G = C(F(y) | F(x))``; Farlie-Gumbel-Morgenstern, Gauss
* signals with a part in common: `econ_theory.games.continuous.shared_signals`

Source: Milgrom and Weber 1982.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt
from typing import Any, Protocol, runtime_checkable

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError
from econ_theory.games.continuous.priors import Prior, Uniform, as_prior
from econ_theory.quadrature import cosine_shares, integrals, placed, running

__all__ = [
    "FgmPair",
    "GaussianPair",
    "IndependentSignals",
    "JointPrior",
    "check_count",
]

UNIT = Uniform()


@runtime_checkable
class JointPrior(Protocol):
    """A symmetric joint distribution of one-dimensional signals.

    Methods take own signals x and highest rival signals y that broadcast. The certificate wants
    signals affiliated; it checks what it uses of that on its grid.

    Attributes
    ----------
    n_players : int
    signal : Prior
        Distribution of one signal.
    affiliated : bool
        Whether a higher signal makes higher signals of others more likely, everywhere.
    """

    @property
    def n_players(self) -> int: ...

    @property
    def signal(self) -> Prior: ...

    @property
    def affiliated(self) -> bool: ...

    @property
    def words(self) -> str:
        """How signals depend on each other, in a few words."""
        ...

    def below(self, x: Any, y: Any) -> Array:
        """Return ``G(y | x)``, the probability that all rivals have signals of at most `y`."""
        ...

    def density(self, x: Any, y: Any) -> Array:
        """Return ``g(y | x)``, its derivative in `y`."""
        ...

    def bend(self, x: Array, y: Array) -> Array:
        """Return how far G strays from its chords, ``(K, J - 1)``, for x ``(K, 1)`` and y ``(J,)``.

        Between neighbours of y no `turns` of `signal` lie. It may be more than the step of G, or
        NaN where a density is infinite: then the step counts.
        """
        ...

    def rivals_sum(self, x: Any, y: Any) -> Array:
        """Return the mean sum of the rivals' signals given own x and highest rival y."""
        ...


@dataclass(frozen=True)
class IndependentSignals:
    """Independent signals of one prior.

    >>> joint = IndependentSignals(Uniform(), 3)
    >>> float(joint.below(0.1, 0.5)), float(joint.rivals_sum(0.1, 0.5))
    (0.25, 0.75)
    """

    signal: Prior
    n_players: int
    affiliated: bool = field(default=True, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signal", as_prior(self.signal))
        check_count(self.n_players)

    @property
    def words(self) -> str:
        """Independent signals."""
        return "independent signals"

    def below(self, x: Any, y: Any) -> Array:
        """Return ``F(y) ** (n - 1)``."""
        return self.signal.cdf(y) ** (self.n_players - 1) + np.zeros(np.shape(x))

    def density(self, x: Any, y: Any) -> Array:
        """Return its derivative."""
        rivals = self.n_players - 1
        power = self.signal.cdf(y) ** (rivals - 1) if rivals > 1 else 1.0
        return rivals * power * self.signal.pdf(y) + np.zeros(np.shape(x))

    def bend(self, x: Array, y: Array) -> Array:
        """Return how far G strays from its chords: the chain rule over the power."""
        rank, off = _rank_bend(self.signal, y)
        top, step, m = rank[1:], np.diff(rank), self.n_players - 1
        dev = m * np.minimum(top + off, 1.0) ** (m - 1) * off
        if m > 1:
            dev = dev + m * (m - 1) / 8 * top ** (m - 2) * step**2
        return np.broadcast_to(dev, (len(x), len(dev)))

    def rivals_sum(self, x: Any, y: Any) -> Array:
        """Return ``y + (n - 2) E[signal | signal < y]``."""
        y = np.asarray(y, dtype=float)
        if self.n_players == 2:
            return y + np.zeros(np.shape(x))
        if isinstance(self.signal, Uniform):
            mean = (self.signal.low + y) / 2
        else:
            mean = self._mean_below(y)
        return y + (self.n_players - 2) * mean + np.zeros(np.shape(x))

    @cached_property
    def _areas(self) -> tuple[Array, Array]:
        """Knots and the integral of F up to each."""
        prior = self.signal
        knots = placed(cosine_shares(2048), prior.low, prior.high, prior.turns)
        return knots, running(prior.cdf, knots)

    def _mean_below(self, y: Array) -> Array:
        prior = self.signal
        knots, areas = self._areas
        k = np.clip(np.searchsorted(knots, y, side="right") - 1, 0, len(knots) - 1)
        area = areas[k] + integrals(prior.cdf, knots[k], y)
        rank = prior.cdf(y)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(rank > 0, y - area / rank, y)


@dataclass(frozen=True)
class FgmPair:
    """Two signals with the Farlie-Gumbel-Morgenstern copula.

    The density on ranks is ``1 + dependence (1 - 2 u) (1 - 2 v)``; the correlation of ranks is
    ``dependence / 3``. Affiliated if `dependence` is not negative.

    >>> float(FgmPair(0.5).below(0.0, 0.5))
    0.625
    """

    dependence: float
    signal: Prior = UNIT
    n_players: int = field(default=2, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signal", as_prior(self.signal))
        if not -1 <= self.dependence <= 1:
            raise GameError(f"dependence is {self.dependence}, want a number in [-1, 1].")

    @property
    def affiliated(self) -> bool:
        """Whether dependence is not negative."""
        return self.dependence >= 0

    @property
    def words(self) -> str:
        """The copula."""
        return f"FGM copula {self.dependence:g}"

    def below(self, x: Any, y: Any) -> Array:
        """Return ``v (1 + dependence (1 - 2 u) (1 - v))`` at the ranks u and v of x and y."""
        tilt, v = self._tilt(x), self.signal.cdf(y)
        return v * (1 + tilt * (1 - v))

    def density(self, x: Any, y: Any) -> Array:
        """Return its derivative in y."""
        return self.signal.pdf(y) * (1 + self._tilt(x) * (1 - 2 * self.signal.cdf(y)))

    def bend(self, x: Array, y: Array) -> Array:
        """Return how far G strays from its chords: it is quadratic in the rank."""
        tilt = self._tilt(x)
        rank, off = _rank_bend(self.signal, y)
        steepest = np.maximum(*(np.abs(1 + tilt * (1 - 2 * v)) for v in (rank[1:], rank[:-1])))
        return np.abs(tilt) * np.diff(rank) ** 2 / 4 + (steepest + 2 * np.abs(tilt) * off) * off

    def rivals_sum(self, x: Any, y: Any) -> Array:
        """Return y."""
        return np.asarray(y, dtype=float) + np.zeros(np.shape(x))

    def _tilt(self, x: Any) -> Array:
        return self.dependence * (1 - 2 * self.signal.cdf(x))


@dataclass(frozen=True)
class GaussianPair:
    """Two signals with the Gaussian copula; `correlation` is that of their normal scores.

    >>> round(float(GaussianPair(0.5).below(0.5, 0.5)), 12)
    0.5
    """

    correlation: float
    signal: Prior = UNIT
    n_players: int = field(default=2, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signal", as_prior(self.signal))
        if not -1 < self.correlation < 1:
            raise GameError(f"correlation is {self.correlation}, want a number in (-1, 1).")

    @property
    def affiliated(self) -> bool:
        """Whether the correlation is not negative."""
        return self.correlation >= 0

    @property
    def words(self) -> str:
        """The copula."""
        return f"Gaussian copula {self.correlation:g}"

    def below(self, x: Any, y: Any) -> Array:
        """Return the conditional normal distribution of scores."""
        from scipy.special import ndtr

        v = self.signal.cdf(y)
        a, b = self._scores(x, y)
        spread = sqrt(1 - self.correlation**2)
        inner = ndtr((b - self.correlation * a) / spread)
        return np.where(v <= 0, 0.0, np.where(v >= 1, 1.0, inner))

    def density(self, x: Any, y: Any) -> Array:
        """Return its derivative in y."""
        return self._rank_density(*self._scores(x, y)) * self.signal.pdf(y)

    def bend(self, x: Array, y: Array) -> Array:
        """Return how far G strays from its chords: on ranks its density rises, then falls."""
        rank, off = _rank_bend(self.signal, y)
        a, b = self._scores(x, y)
        at = self._rank_density(a, b)
        low, high = np.minimum(at[:, 1:], at[:, :-1]), np.maximum(at[:, 1:], at[:, :-1])
        if self.correlation:
            peak = a / self.correlation
            inside = (b[:-1] < peak) & (peak < b[1:])
            high = np.where(inside, self._rank_density(a, peak), high)
        return np.diff(rank) * (high - low) / 4 + high * off

    def rivals_sum(self, x: Any, y: Any) -> Array:
        """Return y."""
        return np.asarray(y, dtype=float) + np.zeros(np.shape(x))

    def _scores(self, x: Any, y: Any) -> tuple[Array, Array]:
        from scipy.special import ndtri

        ranks = (np.clip(self.signal.cdf(s), 1e-300, 1 - 1e-16) for s in (x, y))
        first, second = (ndtri(rank) for rank in ranks)
        return first, second

    def _rank_density(self, a: Array, b: Array) -> Array:
        r = self.correlation
        inner = -(r * r * (a * a + b * b) - 2 * r * a * b) / (2 * (1 - r * r))
        return np.exp(np.minimum(inner, 700.0)) / sqrt(1 - r * r)


def _rank_bend(prior: Prior, y: Array) -> tuple[Array, Array]:
    """Ranks of y, and how far the distribution function strays from its chords between them."""
    rank = prior.cdf(y)
    slope = prior.pdf(y)
    with np.errstate(invalid="ignore"):
        off = np.diff(y) * np.abs(np.diff(slope)) / 4
    return rank, np.fmin(off, np.diff(rank))


def check_count(n: int) -> None:
    """Raise `GameError` unless there are two players or more."""
    if n < 2:
        raise GameError(f"n_players is {n}, want at least 2.")
