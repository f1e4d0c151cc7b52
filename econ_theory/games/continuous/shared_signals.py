"""Signals with a part in common: shares of a sum, and estimates of one value.

* linear shares: ``x_i = s_i + z``, all s_i and z uniform on [0, 1]
* common value: V is drawn, then signals uniform on [0, 2 V], independently. With
  ``J_p(t) = integral from t of f(v) (2 v) ** -p dv`` everything is elementary: the density of x is
  ``J_1(x / 2)``, and for y above x ``G = 1 + (y ** (n - 1) J_n(y / 2) - J_1(y / 2)) / J_1(x / 2)``.

Source: Krishna 2009, Auction Theory, examples 6.1 and 6.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError
from econ_theory.games.continuous.joint_priors import check_count
from econ_theory.games.continuous.priors import Prior, Uniform, as_prior
from econ_theory.quadrature import cosine_shares, integrals, placed, unit_rule

__all__ = ["CommonValue", "LinearShares"]

NEAR = 1e-12
"""How close to an end, in widths, a ratio that is 0/0 there is looked at."""


@dataclass(frozen=True)
class LinearShares:
    """Signals ``x_i = s_i + z``, a part of one's own and a shared one, uniform on [0, 1] each.

    >>> float(LinearShares().below(0.5, 0.5)), float(LinearShares().density(1.0, 1.0))
    (0.25, 1.0)

    Source: Krishna 2009, Auction Theory, example 6.2.
    """

    n_players: int = 2
    affiliated: bool = field(default=True, init=False, repr=False)

    def __post_init__(self) -> None:
        check_count(self.n_players)

    @property
    def signal(self) -> Prior:
        """The triangular distribution on [0, 2]."""
        return Triangle()

    @property
    def words(self) -> str:
        """The shares."""
        return "own and shared part"

    def below(self, x: Any, y: Any) -> Array:
        """Return the mean of ``P(s < y - z) ** (n - 1)`` over the z that x allows."""
        sure, share, mean = self._means(x, y, self.n_players - 1)
        return np.clip(sure + share * mean, 0.0, 1.0)

    def density(self, x: Any, y: Any) -> Array:
        """Return its derivative in y."""
        _, share, mean = self._means(x, y, self.n_players - 2)
        return (self.n_players - 1) * share * mean

    def bend(self, x: Array, y: Array) -> Array:
        """Return how far G strays from its chords: its density rises up to max(1, x), then falls.

        At most the width times the density's range by 4, and half its distance from the peak.
        """
        at = self.density(x, y)
        left, right = at[:, :-1], at[:, 1:]
        peak = np.clip(np.clip(x, 1.0, 2 * (1 - NEAR)), y[:-1], y[1:])
        top = np.maximum(self.density(x, peak), np.maximum(left, right))
        near = (peak - y[:-1]) * (top - left) + (y[1:] - peak) * (top - right)
        range_ = np.diff(y) * (top - np.minimum(left, right))
        return np.minimum(near / 2, range_ / 4)

    def rivals_sum(self, x: Any, y: Any) -> Array:
        """Return ``y + (n - 2) E[(y + z) / 2]``: own parts of the others are below that of y."""
        y = np.asarray(y, dtype=float)
        n = self.n_players
        if n == 2:
            return y + np.zeros(np.shape(x))
        _, _, first = self._means(x, y, n - 1)
        _, _, zeroth = self._means(x, y, n - 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            own = np.where(zeroth > 0, first / zeroth, 0.0)
        return y + (n - 2) * (y - own / 2)

    def _means(self, x: Any, y: Any, power: int) -> tuple[Array, Array, Array]:
        """Shares of the z that x allows, from which y is surely above, and is so by s in [0, 1].

        Third, the mean of ``s ** power`` over the latter.
        """
        x = np.clip(np.asarray(x, dtype=float), 1e-200, 2 * (1 - NEAR))
        most = np.asarray(y, dtype=float) - np.maximum(0.0, x - 1)
        width = np.where(x < 1, x, 2 - x)
        sure = np.clip((most - 1) / width, 0.0, 1.0)
        upto = np.clip(most / width, 0.0, 1.0)
        mean: Any = 0.0
        for t, w in zip(*unit_rule(power // 2 + 1), strict=True):
            place = sure + t * (upto - sure)
            mean = mean + w * np.clip(most - width * place, 0.0, 1.0) ** power
        return sure, upto - sure, mean


@dataclass(frozen=True)
class CommonValue:
    """A value V of `value`, and signals drawn uniformly from [0, 2 V] given V: mineral rights.

    >>> joint = CommonValue(Uniform(), 3)
    >>> round(float(joint.common(0.5, 0.25)), 9), 2 * 0.5 / (2 + 0.5)
    (0.4, 0.4)

    Source: Krishna 2009, Auction Theory, example 6.1.
    """

    value: Prior
    n_players: int
    affiliated: bool = field(default=True, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", as_prior(self.value))
        check_count(self.n_players)
        if self.value.low < 0:
            raise GameError(f"values reach {self.value.low:g}, want none below 0.")

    @property
    def signal(self) -> Prior:
        """The distribution of one signal on [0, twice the highest value]."""
        return Estimate(self)

    @property
    def words(self) -> str:
        """How signals come about."""
        return "signals U[0, 2 V]"

    def below(self, x: Any, y: Any) -> Array:
        """Return ``G(y | x)``; a signal of 0 is the limit from above."""
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        n = self.n_players
        one, other = self.tail(1, x / 2), self.tail(1, y / 2)
        mass_x, mass_y = self.tail(n, x / 2), self.tail(n, y / 2)
        power = y ** (n - 1)
        with np.errstate(invalid="ignore", over="ignore"):
            near = power * (mass_x / one)
            far = 1 + (power * mass_y - other) / one
        result = np.where(y <= x, near, far)
        result = np.where(np.isinf(one), y > 0, result)
        return np.clip(np.where(y <= 0, 0.0, result), 0.0, 1.0)

    def density(self, x: Any, y: Any) -> Array:
        """Return ``(n - 1) y ** (n - 2) J_n(max / 2) / J_1(x / 2)``."""
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        n = self.n_players
        mass = np.where(x > y, self.tail(n, x / 2), self.tail(n, y / 2))
        with np.errstate(invalid="ignore", over="ignore"):
            result = (n - 1) * y ** (n - 2) * mass / self.tail(1, x / 2)
        return np.where(np.isfinite(result), result, 0.0)

    def bend(self, x: Array, y: Array) -> Array:
        """Return how far G strays from its chords: its density is a rising times a falling part."""
        n = self.n_players
        rising = (n - 1) * y ** (n - 2)
        falling = np.where(x > y, self.tail(n, x / 2), self.tail(n, y / 2))
        with np.errstate(invalid="ignore", over="ignore"):
            high = rising[1:] * falling[:, :-1]
            low = rising[:-1] * falling[:, 1:]
            return np.diff(y) * (high - low) / (4 * self.tail(1, x / 2))

    def rivals_sum(self, x: Any, y: Any) -> Array:
        """Return ``n y / 2``: signals below the highest are uniform on [0, y]."""
        return self.n_players / 2 * np.asarray(y, dtype=float) + np.zeros(np.shape(x))

    def common(self, x: Any, y: Any) -> Array:
        """Return the mean of V given own x and highest rival y: of their maximum only."""
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        worth_x, worth_y = self._mean(x / 2), self._mean(y / 2)
        return np.where(x > y, worth_x, worth_y)

    def _mean(self, t: Array) -> Array:
        n = self.n_players
        with np.errstate(invalid="ignore", over="ignore"):
            mean = self.tail(n - 1, t) / (2 * self.tail(n, t))
        return np.where(np.isfinite(mean), mean, t)

    def tail(self, p: int, t: Array) -> Array:
        """Return ``J_p(t)``, the integral of ``f(v) (2 v) ** -p`` above t."""
        prior = self.value
        width = prior.high - prior.low
        t = np.clip(t, prior.low, prior.high - NEAR * width)
        if isinstance(prior, Uniform):
            with np.errstate(divide="ignore", over="ignore"):
                gap = np.log(prior.high / t)
                if p == 1:
                    return gap / (2 * width)
                scale = prior.high ** (1 - p) / (2**p * (p - 1) * width)
                return scale * np.expm1((p - 1) * gap)
        knots, sums = self._sums(p)
        k = np.clip(np.searchsorted(knots, t), 1, len(knots) - 1)
        return sums[k] + integrals(lambda v: prior.pdf(v) * (2 * v) ** -p, t, knots[k])

    def _sums(self, p: int) -> tuple[Array, Array]:
        if p not in self._cache:
            prior = self.value
            knots = placed(cosine_shares(1024, 36), prior.low, prior.high, prior.turns)
            pieces = integrals(lambda v: prior.pdf(v) * (2 * v) ** -p, knots[:-1], knots[1:])
            sums = np.concatenate([np.cumsum(pieces[::-1])[::-1], [0.0]])
            self._cache[p] = knots, sums
        return self._cache[p]

    @cached_property
    def _cache(self) -> dict[int, tuple[Array, Array]]:
        return {}


@dataclass(frozen=True)
class Triangle:
    """The sum of two uniform numbers."""

    low: float = field(default=0.0, init=False)
    high: float = field(default=2.0, init=False)
    turns: tuple[float, ...] = field(default=(1.0,), init=False)

    def cdf(self, v: Any) -> Array:
        """Return the probability of sums at most `v`."""
        v = np.clip(np.asarray(v, dtype=float), 0.0, 2.0)
        return np.where(v < 1, v**2 / 2, 1 - (2 - v) ** 2 / 2)

    def pdf(self, v: Any) -> Array:
        """Return the density at `v`."""
        v = np.asarray(v, dtype=float)
        return np.maximum(np.where(v < 1, v, 2 - v), 0.0)

    def ppf(self, q: Any) -> Array:
        """Return the sum below which the share `q` lies."""
        q = np.asarray(q, dtype=float)
        return np.where(q < 0.5, np.sqrt(2 * q), 2 - np.sqrt(np.maximum(2 * (1 - q), 0.0)))


@dataclass(frozen=True)
class Estimate:
    """The distribution of one signal around a common value."""

    joint: CommonValue

    @property
    def low(self) -> float:
        return 0.0

    @property
    def high(self) -> float:
        return 2.0 * self.joint.value.high

    @property
    def turns(self) -> tuple[float, ...]:
        """The density is constant where V cannot be lower, then falls."""
        return (2.0 * self.joint.value.low,) if self.joint.value.low else ()

    def cdf(self, v: Any) -> Array:
        v = np.clip(np.asarray(v, dtype=float), 0.0, self.high)
        with np.errstate(invalid="ignore"):
            area = v * self.joint.tail(1, v / 2)
        area = np.where((v <= 0) | (v >= self.high), 0.0, area)
        return self.joint.value.cdf(v / 2) + area

    def pdf(self, v: Any) -> Array:
        return self.joint.tail(1, np.asarray(v, dtype=float) / 2)

    def ppf(self, q: Any) -> Array:
        q = np.asarray(q, dtype=float)
        low, high = np.zeros(q.shape), np.full(q.shape, self.high)
        for _ in range(60):
            middle = (low + high) / 2
            less = self.cdf(middle) < q
            low, high = np.where(less, middle, low), np.where(less, high, middle)
        return (low + high) / 2
