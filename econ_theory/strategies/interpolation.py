"""Bid functions from callables and from observed bids: knots and the bids at them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from econ_theory.arrays import Array, as_numbers
from econ_theory.errors import ProfileError

__all__ = ["interpolated", "smoothed"]

FIRST_KNOTS = 65
MOST_KNOTS = 50_000
END = 1e-12
"""How far from an end of the support, in widths, a bid is looked at that is infinite there."""

NEAR = 1e-6
"""The same where it is 0/0."""


def interpolated(
    function: Callable[[Array], Any], low: float, high: float, tol: float
) -> tuple[Array, Array]:
    """Return knots, ``(K,)``, and bids of `function` on [low, high]; K is 0 if it is NaN all over.

    See `BidFunction.from_callable`.
    """
    width = high - low
    if width == 0:
        knots = np.array([low])
        bids = _seen(function, knots)
        return _kept(knots, bids, ~np.isnan(bids))
    knots = np.linspace(low, high, FIRST_KNOTS)
    bids = _mended(function, knots, width)
    placed = np.flatnonzero(~np.isnan(bids))
    if not len(placed):
        return knots[:0], bids[:0]
    first, last = int(placed[0]), int(placed[-1])
    if first or last < len(knots) - 1:
        start = _border(function, knots[first - 1], knots[first]) if first else low
        end = _border(function, knots[last + 1], knots[last]) if last < len(knots) - 1 else high
        return interpolated(function, start, end, tol)
    _check(knots, bids)
    for _ in range(60):
        middle = (knots[1:] + knots[:-1]) / 2
        seen = _seen(function, middle)
        _check(middle, seen)
        off = np.abs(seen - (bids[1:] + bids[:-1]) / 2) > tol * np.ptp(bids)
        off &= np.diff(knots) > 8 * END * width
        if not off.any() or len(knots) + off.sum() > MOST_KNOTS:
            break
        # The neighbours too: a piece that looks straight beside one that does not seldom is.
        where = np.flatnonzero(off | np.roll(off, 1) | np.roll(off, -1)) + 1
        knots = np.insert(knots, where, middle[where - 1])
        bids = np.insert(bids, where, seen[where - 1])
    return _straightened(knots, bids, tol)


def smoothed(
    types: Any, bids: Any, low: float | None, high: float | None, rising: bool
) -> tuple[Array, Array]:
    """Return knots and monotone bids closest to observed ones, see `BidFunction.from_observed`."""
    from scipy.optimize import isotonic_regression

    v, b = (as_numbers(x, ProfileError, n) for x, n in ((types, "types"), (bids, "bids")))
    v, b = np.atleast_1d(v).ravel(), np.atleast_1d(b).ravel()
    if v.shape != b.shape or len(np.unique(v)) < 2:
        raise ProfileError(
            f"{len(v)} types and {len(b)} bids are observed, want as many of one as of the other, "
            "of two types or more."
        )
    knots, place, counts = np.unique(v, return_inverse=True, return_counts=True)
    means = np.bincount(place, b) / counts
    fit = isotonic_regression(means, weights=counts, increasing=rising)
    # A pooled block stands at its mean type, so that straight lines join blocks without atoms.
    cuts, weights = fit.blocks[:-1], np.add.reduceat(counts, fit.blocks[:-1])
    centres = np.add.reduceat(knots * counts, cuts) / weights
    levels = fit.x[cuts]
    first, last = knots[0] if low is None else low, knots[-1] if high is None else high
    left, right = int(centres[0] > first), int(centres[-1] < last)
    return (
        np.concatenate([[first] * left, centres, [last] * right]),
        np.concatenate([levels[:left], levels, levels[len(levels) - right :]]),
    )


def _seen(function: Callable[[Array], Any], types: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.array(np.broadcast_to(function(types), types.shape), dtype=float)


def _mended(function: Callable[[Array], Any], types: Array, width: float) -> Array:
    """Bids at `types`, those at both ends extrapolated where only there they are no numbers."""
    bids = _seen(function, types)
    for k, inward in ((0, 1), (-1, -1)):
        if not np.isfinite(bids[k]):
            # 0/0 loses digits nearby, a pole does not.
            step = NEAR if np.isnan(bids[k]) else END
            near = types[k] + inward * step * width * np.array([1.0, 2.0])
            first, second = _seen(function, near)
            bids[k] = 2 * first - second
    return bids


def _border(function: Callable[[Array], Any], out: float, placed: float) -> float:
    """Return the type nearest to `out`, which places no bid, that places one, as `placed` does."""
    while True:
        between = np.linspace(out, placed, FIRST_KNOTS)
        some = int(np.flatnonzero(~np.isnan(_seen(function, between[1:])))[0]) + 1
        if between[some] == placed and between[some - 1] == out:
            return float(placed)
        if np.nextafter(between[some - 1], placed) == between[some]:
            return float(between[some])
        out, placed = between[some - 1], between[some]


def _check(types: Array, bids: Array) -> None:
    if not np.isfinite(bids).all():
        where, bid = types[~np.isfinite(bids)][0], bids[~np.isfinite(bids)][0]
        raise ProfileError(
            f"the bid of type {where:g} is not finite, want a number."
            if np.isinf(bid)
            else f"type {where:g} places no bid (NaN), types on both sides of it do; want those "
            "that stay out at one end."
        )


def _kept(knots: Array, bids: Array, where: Array) -> tuple[Array, Array]:
    _check(knots[where], bids[where])
    return knots[where], bids[where]


def _straightened(knots: Array, bids: Array, tol: float) -> tuple[Array, Array]:
    """Remove rounding from bids that should be monotone, and all knots of a straight line."""
    rising = bids[-1] >= bids[0]
    sweep = np.maximum.accumulate(bids) if rising else np.minimum.accumulate(bids)
    if np.abs(sweep - bids).max() > max(tol, 1e-12) * max(np.ptp(bids), np.abs(bids).max()):
        sweep = bids
    line = sweep[0] + (knots - knots[0]) / (knots[-1] - knots[0]) * (sweep[-1] - sweep[0])
    if np.abs(line - sweep).max() <= 1e-14 * max(1.0, np.abs(sweep).max()):
        return knots[[0, -1]], sweep[[0, -1]]
    return knots, sweep
