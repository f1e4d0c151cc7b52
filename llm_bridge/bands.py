"""Simultaneous confidence bands for many means over the same questions.

A cell is a mean over the questions that belong to it (those on which an executor had some type),
of values with known bounds. A band covers all cells at once with the stated confidence, so that it
covers their maximum as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from econ_theory.seeding import Seed, as_rng
from llm_bridge.errors import ConfigError

__all__ = ["LEAST", "Band", "BandMethod", "check_confidence", "mean_band", "range_width"]

BandMethod = Literal["bootstrap", "bernstein"]
LEAST = 10
"""Fewest questions of a cell that the bootstrap is trusted with."""

FEW = 5
"""Fewest questions off a cell's most frequent value that the bootstrap is trusted with."""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Estimates (M,) with `lower` and `upper` ends that cover all M true means at once.

    `counts` (M,) is the number of questions of each cell; `conservative` (M,) marks the cells
    whose width comes from their bounds alone, not from the bootstrap.
    """

    estimate: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    counts: np.ndarray
    conservative: np.ndarray


def check_confidence(confidence: float) -> None:
    """Raise `ConfigError` unless `confidence` is strictly between 0 and 1."""
    if not 0 < confidence < 1:
        raise ConfigError(f"confidence is {confidence!r}, want in (0, 1); pass e.g. 0.95.")


def mean_band(
    values: np.ndarray,
    members: np.ndarray,
    low: np.ndarray | float,
    high: np.ndarray | float,
    *,
    confidence: float = 0.95,
    method: BandMethod = "bootstrap",
    n_resamples: int = 999,
    rng: Seed = None,
) -> Band:
    """Return the simultaneous band of the M cell means of `values` over their `members`.

    "bernstein" needs only independent questions and the bounds: `range_width` with a union bound
    over the cells. "bootstrap" resamples whole questions and takes the quantile of the largest
    studentized deviation over cells, stretched by Student's t for the cell's count. Cells with
    fewer than 10 questions, or fewer than 5 off their most frequent value (constant ones
    among them), keep the width of "bernstein"; if there are any, they and the others get half of
    ``1 - confidence`` each.

    Parameters
    ----------
    values : (Q, M); entries off `members` are ignored
    members : (Q, M) bool
    low, high : bounds of a cell's values, broadcastable to (M,); equal bounds mean a known cell

    >>> values = np.linspace(0.0, 1.0, 50)[:, None]
    >>> band = mean_band(values, np.ones((50, 1), dtype=bool), 0.0, 1.0, rng=0)
    >>> bool(0.38 < band.lower[0] < 0.5 < band.upper[0] < 0.62)
    True

    Source: Romano & Wolf 2005 (studentized max-deviation bootstrap); Maurer & Pontil 2009.
    """
    check_confidence(confidence)
    if method not in get_args(BandMethod):
        raise ConfigError(f"method is {method!r}, want 'bootstrap' or 'bernstein'.")
    low, high = (
        np.broadcast_to(np.asarray(end, dtype=float), values.shape[1:]) for end in (low, high)
    )
    weight = members.astype(float)
    counts = weight.sum(axis=0)
    safe = np.maximum(counts, 1.0)
    clean = np.where(members, values, 0.0)
    middle = (low + high) / 2.0
    estimate = np.where(counts > 0, clean.sum(axis=0) / safe, middle)
    centred = np.where(members, values - estimate, 0.0)
    variance = (centred**2).sum(axis=0) / np.maximum(counts - 1.0, 1.0)
    known = high <= low
    off_mode = np.where(known, 0, _off_mode(values, members))
    ranged = (
        (counts < LEAST) | (off_mode < FEW)
        if method == "bootstrap"
        else np.ones(counts.shape, dtype=bool)
    )
    ranged &= ~known
    booted = ~ranged & ~known
    alpha = (1.0 - confidence) * (0.5 if ranged.any() and booted.any() else 1.0)
    width = np.zeros(counts.shape)
    if ranged.any():
        width[ranged] = range_width(
            counts[ranged],
            variance[ranged],
            off_mode[ranged] == 0,
            (high - low)[ranged],
            alpha / ranged.sum(),
        )
    if booted.any():
        error = np.sqrt(variance[booted] / counts[booted])
        largest = _largest_deviations(
            centred[:, booted], weight[:, booted], error, n_resamples, as_rng(rng)
        )
        width[booted] = error * _stretched(float(np.quantile(largest, 1.0 - alpha)), counts[booted])
    return Band(
        estimate,
        np.maximum(estimate - width, low),
        np.minimum(estimate + width, high),
        counts.astype(int),
        ranged,
    )


def range_width(
    counts: np.ndarray,
    variance: np.ndarray,
    constant: np.ndarray,
    span: np.ndarray,
    alpha: np.ndarray | float,
) -> np.ndarray:
    """Return half-widths that hold with probability 1 - alpha for any distribution in the bounds.

    The smaller of Hoeffding's and the empirical Bernstein bound, and where all n values are equal
    that of ``P(another value) <= 1 - alpha ** (1 / (n - 1))``; each at a third of alpha. The whole
    `span` where n is 0 or 1.

    >>> one = np.ones(1)
    >>> range_width(100 * one, 0.01 * one, one < 0, one, 0.05).round(3)
    array([0.155])
    """
    counts, third = np.asarray(counts, dtype=float), np.asarray(alpha, dtype=float) / 3.0
    n = np.maximum(counts, 2.0)
    hoeffding = span * np.sqrt(np.log(2.0 / third) / (2.0 * n))
    each_side = np.log(4.0 / third)
    bernstein = np.sqrt(2.0 * variance * each_side / n) + 7.0 * span * each_side / (3.0 * (n - 1.0))
    equal = span * -np.expm1(np.log(third) / (n - 1.0))
    width = np.minimum(np.minimum(hoeffding, bernstein), np.where(constant, equal, span))
    return np.where(counts < 2, span, width)


def _off_mode(values: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Count, a cell, the members that differ from its most frequent value."""
    ordered = np.sort(np.where(members, values, 1e30), axis=0)
    place = np.arange(len(ordered))[:, None]
    # Sums that should agree differ by rounding.
    change = np.diff(ordered, axis=0, prepend=-1e30) > 1e-12
    began = np.maximum.accumulate(np.where(change, place, 0), axis=0)
    counts = members.sum(axis=0)
    return counts - np.where(place < counts, place - began + 1, 0).max(axis=0, initial=0)


def _largest_deviations(
    centred: np.ndarray, weight: np.ndarray, error: np.ndarray, n: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the largest studentized deviation over cells of each of `n` resamples, (n,)."""
    q = len(centred)
    picked = rng.integers(q, size=(n, q)) + q * np.arange(n)[:, None]
    draws = np.bincount(picked.ravel(), minlength=n * q).reshape(n, q).astype(float)
    sizes = draws @ weight
    deviation = np.abs(draws @ centred) / np.maximum(sizes, 1.0)
    return (deviation / error).max(axis=1)


def _stretched(critical: float, counts: np.ndarray) -> np.ndarray:
    """Return Student's quantiles, at each count, of the level of a normal `critical` value."""
    from scipy.special import ndtr, stdtrit

    return -stdtrit(counts - 1.0, ndtr(-critical))
