"""Means of ranked bids and of winners' values, by quadrature from bid functions and priors.

With ``G_i`` the distribution of player i's bid, the mean of the k-th highest is the integral of the
probability that k or more exceed y. It is integrated by Gauss's rule between all kinks of all bid
functions and densities.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.priors import Prior
from econ_theory.quadrature import even_shares, nodes_of, placed, unit_rule
from econ_theory.strategies.bids import BidFunction, as_bids

__all__ = ["Bidders", "in_values", "mean_ranked", "mean_won", "truthful"]

SHARES = even_shares(32, 34)
"""Crowded at both ends, where distributions may have infinite slopes."""

Bidders = list[tuple[BidFunction, Prior]]


def in_values(game: AuctionGame, profile: Any) -> Bidders:
    """Return bid functions that rise in values, with priors: costs and prices change sign.

    Of those who ever bid.
    """
    functions = as_bids(profile, game).functions
    if game.procurement or game.falling:
        made = {id(f): f.turned(negate=game.procurement) for f in functions}
        functions = tuple(made[id(f)] for f in functions)
    return [(f, p) for f, p in zip(functions, game.values, strict=True) if not f.silent]


def truthful(prior: Prior) -> BidFunction:
    """Return the function that bids the value."""
    return BidFunction([prior.low, prior.high], [prior.low, prior.high])


def mean_ranked(
    bidders: Bidders,
    base: float,
    k: int,
    of: Callable[[float], float] = lambda y: y,
    slope: tuple[float, float] = (1.0, 0.0),
) -> float:
    """Return the mean of the k-th highest bid, or `base` if that is more; 0 where nobody bids.

    Or of a function `of` the bid, whose slope is ``slope[0] + slope[1] * bid``.
    """
    kinks = _kinks(bidders)
    levels = placed(SHARES, base, float(kinks[-1]), kinks)
    y, weights = (part.ravel() for part in nodes_of(levels[:-1], levels[1:]))
    below: dict[tuple[int, int], Array] = {}
    more = [np.ones_like(y)] + [np.zeros_like(y) for _ in range(k)]
    silent = 1.0
    for function, prior in bidders:
        key = id(function), id(prior)
        if key not in below:
            below[key] = function.distribution(prior, y)
        g = below[key]
        silent *= float(prior.cdf(function.types[0]))
        # more[c]: c bids exceed y so far; the last counts k and more.
        for c in range(k, 0, -1):
            stay = more[c] if c == k else more[c] * g
            more[c] = stay + more[c - 1] * (1 - g)
        more[0] = more[0] * g
    area = weights @ (more[k] * (slope[0] + slope[1] * y))
    return float(of(base) * (1 - silent) + area)


def mean_won(bidders: Bidders, i: int) -> float:
    """Return the mean value of player i where it wins; ties are broken by a fair draw."""
    own, prior = bidders[i]
    kinks = _kinks(bidders)
    ends = (float(own.types[0]), float(own.types[-1]))
    turns = np.array(prior.turns, dtype=float)
    both = (own.inverse(kinks), own.inverse(kinks, upper=True))
    cuts = placed(SHARES, *ends, np.concatenate([own.types, *both, turns]))
    v, weights = (part.ravel() for part in nodes_of(cuts[:-1], cuts[1:]))
    bids = own(v)
    # x is the own place in the draw among all who tie, see `envelope.curve`.
    x, shares = unit_rule(len(bidders) // 2 + 1)
    x = x[:, None]
    win: Any = np.ones((len(x), 1))
    known: dict[tuple[int, int], Array] = {}
    for j, (function, other) in enumerate(bidders):
        if j == i:
            continue
        key = id(function), id(other)
        if key not in known:
            upto, below = function.distribution(other, bids), other.cdf(function.inverse(bids))
            known[key] = below + x * np.maximum(upto - below, 0.0)
        win = win * known[key]
    return float(weights @ (v * prior.pdf(v) * (shares @ win)))


def _kinks(bidders: Bidders) -> Array:
    parts = []
    for function, prior in {(id(f), id(p)): (f, p) for f, p in bidders}.values():
        turns = function(np.array(prior.turns, dtype=float))
        parts += [function.bids, turns[np.isfinite(turns)]]
    return np.unique(np.concatenate(parts))
