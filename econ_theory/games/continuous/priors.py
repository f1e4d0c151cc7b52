"""Distributions of one-dimensional types: uniform, power, any of scipy's, truncated, reversed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import Any, Protocol, runtime_checkable

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError

__all__ = [
    "Known",
    "Power",
    "Prior",
    "Reversed",
    "ScipyPrior",
    "Uniform",
    "as_prior",
    "as_priors",
    "truncated",
]

SAMPLE = 2049
"""Points at which a density is looked at to find where it turns."""


@runtime_checkable
class Prior(Protocol):
    """A continuous distribution of types on a bounded interval.

    A certificate needs the distribution function, the density, and `turns`: the points between
    which the density is monotone. Then the distribution function is convex or concave between any
    two neighbouring points of a grid that has the turns in it, so that its values and slopes there
    enclose it.

    A complete plug-in, types that crowd at the top:

    >>> class Triangle:
    ...     low, high, turns = 0.0, 1.0, ()
    ...     def cdf(self, v):
    ...         return np.clip(v, 0, 1) ** 2
    ...     def pdf(self, v):
    ...         return 2.0 * np.asarray(v)
    ...     def ppf(self, q):
    ...         return np.sqrt(q)
    >>> isinstance(Triangle(), Prior)
    True
    """

    @property
    def low(self) -> float: ...

    @property
    def high(self) -> float: ...

    @property
    def turns(self) -> tuple[float, ...]: ...

    def cdf(self, v: Any) -> Array:
        """Return the probability of types at most `v`."""
        ...

    def pdf(self, v: Any) -> Array:
        """Return the density at `v`."""
        ...

    def ppf(self, q: Any) -> Array:
        """Return the type below which the share `q` of types lies."""
        ...


@dataclass(frozen=True)
class Uniform:
    """Types uniform on [low, high].

    >>> Uniform(2, 5).cdf([2.0, 3.5, 9.0])
    array([0. , 0.5, 1. ])
    """

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        _check_interval(self.low, self.high)

    @property
    def turns(self) -> tuple[float, ...]:
        """Nowhere: the density is constant."""
        return ()

    def cdf(self, v: Any) -> Array:
        """Return the probability of types at most `v`."""
        return np.clip((np.asarray(v, dtype=float) - self.low) / (self.high - self.low), 0.0, 1.0)

    def pdf(self, v: Any) -> Array:
        """Return the density at `v`, inside the support."""
        return np.full(np.shape(v), 1.0 / (self.high - self.low))

    def ppf(self, q: Any) -> Array:
        """Return the type below which the share `q` of types lies."""
        return self.low + np.asarray(q, dtype=float) * (self.high - self.low)


@dataclass(frozen=True)
class Power:
    """Types with ``F(v) = (v / high) ** exponent`` on [0, high].

    >>> Power(2).cdf([0.0, 0.5, 1.0])
    array([0.  , 0.25, 1.  ])
    """

    exponent: float
    high: float = 1.0

    def __post_init__(self) -> None:
        _check_interval(0.0, self.high)
        if not 0 < self.exponent < np.inf:
            raise GameError(f"exponent is {self.exponent}, want a positive number.")

    @property
    def low(self) -> float:
        """Zero."""
        return 0.0

    @property
    def turns(self) -> tuple[float, ...]:
        """Nowhere: the density is monotone."""
        return ()

    def cdf(self, v: Any) -> Array:
        """Return the probability of types at most `v`."""
        return np.clip(np.asarray(v, dtype=float) / self.high, 0.0, 1.0) ** self.exponent

    def pdf(self, v: Any) -> Array:
        """Return the density at `v`, inside the support; infinite at 0 if the exponent is < 1."""
        with np.errstate(divide="ignore"):
            share = (np.asarray(v, dtype=float) / self.high) ** (self.exponent - 1)
        return self.exponent / self.high * share

    def ppf(self, q: Any) -> Array:
        """Return the type below which the share `q` of types lies."""
        return self.high * np.asarray(q, dtype=float) ** (1 / self.exponent)


@dataclass(frozen=True)
class Known:
    """A type that everyone knows: all probability on one `value`.

    It has no density. Its player's strategy is a `BidFunction` of one knot, or a callable of the
    type. Games of smooth payoffs know it; auctions do not, where known types mix.

    >>> one = Known(1.0)
    >>> one.low, one.high, one.cdf([0.9, 1.0])
    (1.0, 1.0, array([0., 1.]))
    """

    value: float

    def __post_init__(self) -> None:
        if not np.isfinite(self.value):
            raise GameError(f"value is {self.value}, want a finite number.")

    @property
    def low(self) -> float:
        """The value."""
        return float(self.value)

    @property
    def high(self) -> float:
        """The value."""
        return float(self.value)

    @property
    def turns(self) -> tuple[float, ...]:
        """Nowhere."""
        return ()

    def cdf(self, v: Any) -> Array:
        """Return 1 from the value on, 0 below."""
        return np.where(np.asarray(v, dtype=float) >= self.value, 1.0, 0.0)

    def pdf(self, v: Any) -> Array:
        """Return zero: there is no density."""
        return np.zeros(np.shape(v))

    def ppf(self, q: Any) -> Array:
        """Return the value."""
        return np.full(np.shape(q), self.low)


@dataclass(frozen=True)
class ScipyPrior:
    """Any frozen continuous distribution of scipy.stats, cut to [low, high].

    `turns` are found on a grid of 2,049 points: a density that turns twice between two of them
    needs a `Prior` of its own that says where.

    Raises
    ------
    GameError
        If the interval is not bounded, or carries no probability.

    Examples
    --------
    >>> from scipy import stats
    >>> prior = truncated(stats.norm(0.5, 0.2), 0, 1)
    >>> [round(turn, 6) for turn in prior.turns], float(prior.cdf(0.5).round(9))
    ([0.5], 0.5)
    """

    distribution: Any
    low: float
    high: float

    def __post_init__(self) -> None:
        _check_interval(self.low, self.high)
        if not self._mass > 0:
            raise GameError(
                f"the distribution has probability {self._mass} on [{self.low}, {self.high}], "
                "want some; move the interval."
            )

    @cached_property
    def _below(self) -> float:
        return float(self.distribution.cdf(self.low))

    @cached_property
    def _mass(self) -> float:
        return float(self.distribution.cdf(self.high)) - self._below

    @property
    def turns(self) -> tuple[float, ...]:
        """Where the density turns from rising to falling or back."""
        return self._turns

    @cached_property
    def _turns(self) -> tuple[float, ...]:
        return tuple(turning_points(self.distribution.pdf, self.low, self.high))

    def cdf(self, v: Any) -> Array:
        """Return the probability of types at most `v`."""
        share = (np.asarray(self.distribution.cdf(v)) - self._below) / self._mass
        return np.clip(share, 0.0, 1.0)

    def pdf(self, v: Any) -> Array:
        """Return the density at `v`, inside the support."""
        return np.asarray(self.distribution.pdf(v)) / self._mass

    def ppf(self, q: Any) -> Array:
        """Return the type below which the share `q` of types lies."""
        inside = self._below + np.asarray(q, dtype=float) * self._mass
        return np.clip(self.distribution.ppf(inside), self.low, self.high)


@dataclass(frozen=True)
class Reversed:
    """The distribution of minus a type: what a cost is to a game written in values.

    >>> Reversed(Uniform(2, 5)).low, float(Reversed(Power(2)).cdf(-0.5))
    (-5, 0.75)
    """

    prior: Prior

    @property
    def low(self) -> float:
        """Minus the highest type."""
        return -self.prior.high

    @property
    def high(self) -> float:
        """Minus the lowest type."""
        return -self.prior.low

    @property
    def turns(self) -> tuple[float, ...]:
        """Minus the turns."""
        return tuple(-turn for turn in reversed(self.prior.turns))

    def cdf(self, v: Any) -> Array:
        """Return the probability of negated types at most `v`."""
        return 1.0 - self.prior.cdf(-np.asarray(v, dtype=float))

    def pdf(self, v: Any) -> Array:
        """Return the density at `v`."""
        return self.prior.pdf(-np.asarray(v, dtype=float))

    def ppf(self, q: Any) -> Array:
        """Return the negated type below which the share `q` lies."""
        return -self.prior.ppf(1.0 - np.asarray(q, dtype=float))


def truncated(distribution: Any, low: float, high: float) -> ScipyPrior:
    """Return a frozen scipy.stats distribution given that the type lies in [low, high]."""
    return ScipyPrior(distribution, float(low), float(high))


def turning_points(pdf: Callable[[Any], Any], low: float, high: float) -> list[float]:
    """Return where a density turns from rising to falling or back, seen on 2,049 points."""
    from scipy.optimize import fminbound

    grid = np.linspace(low, high, SAMPLE)
    sign = np.sign(np.diff(pdf(grid)))
    places = []
    for k in np.flatnonzero(sign[1:] * sign[:-1] <= 0):
        if sign[k] == sign[k + 1] == 0:
            continue
        up = 1.0 if sign[k] > 0 or sign[k + 1] < 0 else -1.0
        place: Any = fminbound(
            lambda v, up=up: -up * float(pdf(v)), grid[k], grid[k + 2], xtol=1e-13 * (high - low)
        )
        places.append(float(place))
    return places


def as_prior(thing: Any) -> Prior:
    """Return `thing` if it is a `Prior`, and a `ScipyPrior` if it is a frozen scipy distribution.

    >>> from scipy import stats
    >>> as_prior(stats.beta(2, 3)).high
    1.0
    >>> as_prior(stats.norm())
    Traceback (most recent call last):
    econ_theory.errors.GameError: types lie in [-inf, inf], want a bounded interval low < high; \
cut the distribution with truncated(distribution, low, high).
    """
    if isinstance(thing, Prior):
        return thing
    if all(hasattr(thing, name) for name in ("cdf", "pdf", "ppf", "support")):
        low, high = (float(end) for end in thing.support())
        return ScipyPrior(thing, low, high)
    raise GameError(
        f"prior is {thing!r}, want a Prior or a frozen continuous distribution of scipy.stats; "
        "joint distributions of types are not supported: values are independent and private."
    )


def as_priors(given: Any, n_players: int | None) -> tuple[Prior, ...]:
    """Return one prior a player: those of a list, or `n_players` times the only one.

    >>> len(as_priors(Uniform(), 3)), len(as_priors([Uniform(), Power(2)], None))
    (3, 2)
    """
    if isinstance(given, (list, tuple)):
        if n_players not in (None, len(given)):
            raise GameError(
                f"n_players is {n_players} with {len(given)} priors, want one prior a player; "
                "leave n_players out."
            )
        if not given:
            raise GameError("priors is empty, want one prior a player.")
        return tuple(as_prior(prior) for prior in given)
    if not isinstance(n_players, Integral) or n_players < 1:
        raise GameError(f"n_players is {n_players}, want how many players (>= 1) share the prior.")
    return (as_prior(given),) * int(n_players)


def _check_interval(low: float, high: float) -> None:
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise GameError(
            f"types lie in [{low}, {high}], want a bounded interval low < high; cut the "
            "distribution with truncated(distribution, low, high)."
        )
