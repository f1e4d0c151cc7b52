"""Distributions of types made of data, and of other distributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from econ_theory.arrays import Array, as_numbers, frozen
from econ_theory.errors import GameError
from econ_theory.games.continuous.priors import Prior, as_prior, turning_points

__all__ = ["Empirical", "Mixture"]

BESIDE = 1e-12
"""How far from a place where a density may jump it is looked at, in spans."""


@dataclass(frozen=True, eq=False, init=False)
class Empirical:
    """Types as in a sample: the distribution function is linear between the sorted data.

    It is 0 at the smallest and 1 at the largest datum; a datum that occurs several times counts
    that often, its weight spread over the gap below it. There are no atoms.

    Examples
    --------
    >>> prior = Empirical([1.0, 3.0, 2.0, 6.0, 4.0])
    >>> prior.cdf([2.0, 5.0]), prior.ppf(0.875)
    (array([0.25 , 0.875]), array(5.))
    """

    points: Array
    ranks: Array

    def __init__(self, data: Any) -> None:
        sample = as_numbers(data, GameError, "data").ravel()
        if not np.isfinite(sample).all() or len(np.unique(sample)) < 2:
            raise GameError(
                f"data has {len(np.unique(sample))} distinct numbers, want two or more, finite."
            )
        points, counts = np.unique(sample, return_counts=True)
        above = np.cumsum(counts) - counts[0]
        object.__setattr__(self, "points", frozen(points))
        object.__setattr__(self, "ranks", frozen(above / above[-1]))

    @property
    def low(self) -> float:
        """The smallest datum."""
        return float(self.points[0])

    @property
    def high(self) -> float:
        """The largest datum."""
        return float(self.points[-1])

    @property
    def turns(self) -> tuple[float, ...]:
        """The data in between: the density is constant between neighbours."""
        return tuple(self.points[1:-1].tolist())

    def cdf(self, v: Any) -> Array:
        """Return the probability of types at most `v`."""
        return np.asarray(np.interp(v, self.points, self.ranks))

    def pdf(self, v: Any) -> Array:
        """Return the density at `v`, inside the support; at a datum, that above it."""
        k = np.searchsorted(self.points, v, side="right") - 1
        return self._slopes[np.clip(k, 0, len(self._slopes) - 1)]

    def ppf(self, q: Any) -> Array:
        """Return the type below which the share `q` of types lies."""
        return np.asarray(np.interp(q, self.ranks, self.points))

    @cached_property
    def _slopes(self) -> Array:
        return np.diff(self.ranks) / np.diff(self.points)


@dataclass(frozen=True, init=False)
class Mixture:
    """Types drawn from one of several distributions, each with its weight.

    Between turns and ends of its parts, turns of the sum are found on a grid of 2,049 points.

    Examples
    --------
    >>> from econ_theory.games import Uniform
    >>> prior = Mixture([Uniform(0, 1), Uniform(0, 2)], [1, 3])
    >>> prior.cdf([0.5, 1.0, 1.5]), prior.ppf(0.625).round(9)
    (array([0.3125, 0.625 , 0.8125]), np.float64(1.0))
    """

    priors: tuple[Prior, ...]
    weights: tuple[float, ...]

    def __init__(self, priors: Sequence[Any], weights: Sequence[float] | None = None) -> None:
        given = tuple(as_prior(prior) for prior in priors)
        shares = np.ones(len(given)) if weights is None else np.asarray(weights, dtype=float)
        if not given or shares.shape != (len(given),) or not (shares > 0).all():
            raise GameError(f"weights is {weights}, want one positive number for each prior.")
        object.__setattr__(self, "priors", given)
        object.__setattr__(self, "weights", tuple((shares / shares.sum()).tolist()))

    @property
    def low(self) -> float:
        """The lowest type of any part."""
        return min(prior.low for prior in self.priors)

    @property
    def high(self) -> float:
        """The highest type of any part."""
        return max(prior.high for prior in self.priors)

    @property
    def turns(self) -> tuple[float, ...]:
        """Where the density may turn or jump, each jump enclosed by two points."""
        return self._turns

    @cached_property
    def _turns(self) -> tuple[float, ...]:
        breaks = {end for prior in self.priors for end in (prior.low, prior.high, *prior.turns)}
        edges = sorted(breaks | {self.low, self.high})
        beside = BESIDE * (self.high - self.low)
        found = [side for edge in edges[1:-1] for side in (edge - beside, edge + beside)]
        for left, right in pairwise(edges):
            if right - left > 4 * beside:
                found += turning_points(self.pdf, left + beside, right - beside)
        return tuple(sorted(found))

    def cdf(self, v: Any) -> Array:
        """Return the probability of types at most `v`."""
        parts = zip(self.weights, self.priors, strict=True)
        return np.asarray(sum(weight * prior.cdf(v) for weight, prior in parts))

    def pdf(self, v: Any) -> Array:
        """Return the density at `v`."""
        at, total = np.asarray(v, dtype=float), np.zeros(np.shape(v))
        for weight, prior in zip(self.weights, self.priors, strict=True):
            inside = (at >= prior.low) & (at <= prior.high)
            total = total + np.where(
                inside, weight * prior.pdf(np.clip(at, prior.low, prior.high)), 0.0
            )
        return total

    def ppf(self, q: Any) -> Array:
        """Return the type below which the share `q` of types lies, by bisection."""
        share = np.asarray(q, dtype=float)
        low, high = np.full(share.shape, self.low), np.full(share.shape, self.high)
        for _ in range(60):
            middle = (low + high) / 2
            below = self.cdf(middle) < share
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return (low + high) / 2
