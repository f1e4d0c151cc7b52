"""The auction that earns the seller most: virtual values, the optimal reserve, its revenue.

Where the virtual value falls in the type, the optimal auction treats types alike that it would
otherwise rank the wrong way round: it goes by the slope of the concave hull of ``R(q)``, what
posting the price that a share q of types pays would earn.

Source: Myerson 1981, "Optimal auction design".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.analysis.bid_statistics import mean_ranked
from econ_theory.arrays import Array
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import WinnerPays
from econ_theory.games.continuous.priors import Prior, as_prior
from econ_theory.strategies.bids import BidFunction

__all__ = ["optimal_reserve", "optimal_revenue", "virtual_value"]

LOOKED_AT = 4097
"""Types, and ranks, at which a virtual value is looked at, besides those between its turns."""

BETWEEN = 9
APART = 1e-9
"""Shares of types this close are one: their slope would be rounding."""


def virtual_value(prior: Any, *, ironed: bool = False) -> Callable[[Any], Array]:
    """Return ``v - (1 - F(v)) / f(v)``: what selling to type v adds to expected revenue.

    Where `ironed`, the slope of the concave hull of ``R(q) = q Q(1 - q)`` at ``q = 1 - F(v)``, Q
    the quantile function, which rises in v: the same but on intervals of types, found on a grid,
    where it is constant. Of costs, ``-virtual_value(Reversed(prior))(-c)`` is what buying from c
    costs.

    >>> from econ_theory.games import Empirical, Uniform
    >>> virtual_value(Uniform())([0.25, 0.5, 1.0])
    array([-0.5,  0. ,  1. ])
    >>> sparse_above = Empirical([0, 0.25, 0.5, 0.75, 1, 3])
    >>> virtual_value(sparse_above)([0.8, 0.99, 1.01, 2]).round(2)
    array([ 0.35,  0.73, -0.98,  1.  ])
    >>> virtual_value(sparse_above, ironed=True)([0.8, 0.99, 1.01, 2]).round(2)
    array([0.29, 0.29, 0.29, 1.  ])
    """
    known = as_prior(prior)
    if ironed:
        return _ironed(known)

    def worth(v: Any) -> Array:
        types = np.asarray(v, dtype=float)
        above = 1.0 - known.cdf(types)
        with np.errstate(divide="ignore", invalid="ignore"):
            return types - np.where(above > 0, above / known.pdf(types), 0.0)

    return worth


def optimal_reserve(
    prior: Any, n_players: int | None = None, *, seller_value: float = 0.0
) -> float:
    """Return the reserve that earns most: a type whose virtual value rises through `seller_value`.

    Where the virtual value rises throughout (a regular prior) there is one, whatever the number of
    bidders. Where it does not, it is the reserve of the optimal auction, which is also the price
    that earns most from one buyer; or, with `n_players`, that which earns most in an auction of so
    many bidders who are alike in which the highest type wins. Candidates are looked for between
    the points of a grid of some thousand types and all turns of the density.

    Raises
    ------
    RefusedError
        If no type is worth more than `seller_value`.

    Examples
    --------
    >>> from econ_theory.games import Mixture, Power, Uniform
    >>> optimal_reserve(Uniform(0, 2)), optimal_reserve(Uniform(2, 3))
    (1.0, 2.0)
    >>> round(optimal_reserve(Power(0.5)), 9)
    0.444444444
    >>> rich_or_poor = Mixture([Uniform(0, 1), Uniform(1.7, 2)], [83, 17])
    >>> round(optimal_reserve(rich_or_poor), 6), round(optimal_reserve(rich_or_poor, 8), 6)
    (0.60241, 1.7)
    """
    from scipy.optimize import brentq

    known = as_prior(prior)
    if known.high <= seller_value:
        raise RefusedError(
            f"seller_value is {seller_value:g}, want less than the highest type {known.high:g}."
        )
    worth = virtual_value(known)

    def spare(v: float) -> float:
        return float(np.clip(worth(v) - seller_value, -1e100, 1e100))

    grid = _grid(known)
    seen = worth(grid)
    found = [float(known.low)] if seen[0] >= seller_value else []
    for k in np.flatnonzero((seen[:-1] < seller_value) & (seen[1:] >= seller_value)):
        low, high = grid[k], grid[k + 1]
        root: Any = high if seen[k + 1] == seller_value else brentq(spare, low, high, xtol=1e-14)
        found.append(float(root))
    points = np.union1d(grid, found)
    single = (points - seller_value) * (1.0 - known.cdf(points))
    chance = known.cdf(points) ** ((n_players or 1) - 1)
    # What a reserve of each point earns above `seller_value`: the integral, from there on, of the
    # virtual value against F ** n, by parts.
    pieces = -np.diff(single) * (chance[1:] + chance[:-1]) / 2
    earned = np.concatenate([np.cumsum(pieces[::-1])[::-1], [0.0]])
    return max(found, key=lambda r: float(earned[np.searchsorted(points, r)]))


def optimal_revenue(priors: Any, n_players: int | None = None) -> float:
    """Return the most that any mechanism earns: the mean of the highest virtual value, or of 0.

    `priors` and `n_players` are those of an `AuctionGame`; virtual values are ironed. If bidders
    are alike and their prior is regular, the optimal reserve earns it; if not, no usual auction
    does. Source: Myerson 1981.

    >>> from econ_theory.games import Uniform
    >>> round(optimal_revenue(Uniform(), 2), 9)
    0.416666667
    """
    game = AuctionGame(WinnerPays(0.0), priors, n_players)
    made: dict[int, BidFunction] = {}
    for prior in game.priors:
        if id(prior) not in made:
            first = optimal_reserve(prior)
            grid = _grid(prior)
            types = np.append(first, grid[grid > first])
            # Where the density jumps so does the virtual value: both sides of every knot.
            knots = np.repeat(types, 2)[1:-1]
            knots[::2] = np.minimum(np.nextafter(types[:-1], prior.high), types[1:])
            knots[1::2] = np.maximum(np.nextafter(types[1:], prior.low), types[:-1])
            worth = virtual_value(prior, ironed=True)(knots)
            # Where the density vanishes at the top, 1 - F has no digits left to rise with.
            rising = np.minimum(np.maximum.accumulate(worth), prior.high)
            made[id(prior)] = BidFunction(np.repeat(types, 2)[1:-1], rising)
    return mean_ranked([(made[id(prior)], prior) for prior in game.priors], 0.0, 1)


def _grid(prior: Prior) -> Array:
    """Types evenly apart, even in ranks, and some between all turns of the density."""
    even = np.linspace(prior.low, prior.high, LOOKED_AT)
    ranks = prior.ppf(np.linspace(0, 1, LOOKED_AT)[1:-1])
    turns = np.array([prior.low, *prior.turns, prior.high], dtype=float)
    between = np.linspace(turns[:-1], turns[1:], BETWEEN).ravel()
    grid = np.unique(np.concatenate([even, ranks, between]))
    return grid[(grid >= prior.low) & (grid <= prior.high)]


@dataclass(frozen=True, eq=False)
class _Flat:
    """Intervals of types on which the ironed virtual value is constant, in rising order."""

    low: Array
    high: Array
    level: Array


def _ironed(prior: Prior) -> Callable[[Any], Array]:
    flat, worth = _flat(prior), virtual_value(prior)
    roof, floor = np.append(flat.level, np.inf), np.append(-np.inf, flat.level)

    def ironed(v: Any) -> Array:
        types = np.asarray(v, dtype=float)
        begun = np.searchsorted(flat.low, types, side="right")
        ended = np.searchsorted(flat.high, types, side="left")
        # Between two intervals, begun == ended; within the k-th, begun is one more.
        return np.where(
            begun > ended, floor[begun], np.clip(worth(types), floor[begun], roof[ended])
        )

    return ironed


def _flat(prior: Prior) -> _Flat:
    types = _grid(prior)[::-1]
    q, first = np.unique(1.0 - prior.cdf(types), return_index=True)
    types = types[first]
    kept = [0]
    for k in range(1, len(q)):
        if q[k] - q[kept[-1]] > APART:
            kept.append(k)
    q, types = q[kept], types[kept]
    earned = q * types
    hull: list[int] = []
    for k in range(len(q)):
        while len(hull) > 1 and _under(q, earned, hull[-2], hull[-1], k):
            hull.pop()
        hull.append(k)
    corners = np.array(hull[::-1])
    wide = np.flatnonzero(-np.diff(corners) > 1)
    right, left = corners[wide], corners[wide + 1]
    level = (earned[right] - earned[left]) / (q[right] - q[left])
    return _Flat(types[right], types[left], level)


def _under(x: Array, y: Array, a: int, b: int, c: int) -> bool:
    """Whether point b lies on or under the line from a to c."""
    return (y[b] - y[a]) * (x[c] - x[a]) <= (y[c] - y[a]) * (x[b] - x[a])
