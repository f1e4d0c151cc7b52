"""The auction that earns the seller most: virtual values, the optimal reserve, its revenue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from econ_theory.analysis.bid_statistics import mean_ranked
from econ_theory.arrays import Array
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import WinnerPays
from econ_theory.games.continuous.priors import as_prior
from econ_theory.strategies.bids import BidFunction

__all__ = ["optimal_reserve", "optimal_revenue", "virtual_value"]

LOOKED_AT = 4097
"""Points at which a virtual value is looked at to tell whether it rises."""


def virtual_value(prior: Any) -> Callable[[Any], Array]:
    """Return ``v - (1 - F(v)) / f(v)``: what selling to type v adds to expected revenue.

    Of costs, ``-virtual_value(Reversed(prior))(-c)`` is what buying from c costs.
    Source: Myerson 1981, "Optimal auction design".

    >>> from econ_theory.games import Uniform
    >>> virtual_value(Uniform())([0.25, 0.5, 1.0])
    array([-0.5,  0. ,  1. ])
    """
    known = as_prior(prior)

    def worth(v: Any) -> Array:
        types = np.asarray(v, dtype=float)
        above = 1.0 - known.cdf(types)
        with np.errstate(divide="ignore", invalid="ignore"):
            return types - np.where(above > 0, above / known.pdf(types), 0.0)

    return worth


def optimal_reserve(prior: Any, *, seller_value: float = 0.0) -> float:
    """Return the reserve that earns most: the type whose virtual value is `seller_value`.

    It does not depend on the number of bidders. That the virtual value rises is looked at on
    4,097 points, not proved.

    Raises
    ------
    RefusedError
        If the virtual value falls somewhere (the optimum then pools types and is no auction with a
        reserve), or no type is worth more than `seller_value`.

    Examples
    --------
    >>> from econ_theory.games import Power, Uniform
    >>> optimal_reserve(Uniform(0, 2)), optimal_reserve(Uniform(2, 3))
    (1.0, 2.0)
    >>> optimal_reserve(Power(0.5))
    Traceback (most recent call last):
    econ_theory.errors.RefusedError: the virtual value falls near type 0.000244141, want it to \
rise in the type (a regular prior); compare reserves by `revenue`.
    """
    from scipy.optimize import brentq

    known = as_prior(prior)
    worth = virtual_value(known)
    grid = np.linspace(known.low, known.high, LOOKED_AT)
    seen = worth(grid)
    falls = np.flatnonzero(seen[1:] < seen[:-1] - 1e-9 * (known.high - known.low))
    if len(falls):
        raise RefusedError(
            f"the virtual value falls near type {grid[falls[0] + 1]:.6g}, want it to rise in the "
            "type (a regular prior); compare reserves by `revenue`."
        )
    if known.high <= seller_value:
        raise RefusedError(
            f"seller_value is {seller_value:g}, want less than the highest type {known.high:g}."
        )
    if seen[0] >= seller_value:
        return float(known.low)
    k = int(np.flatnonzero(seen < seller_value)[-1])
    if seen[k + 1] == seller_value:
        return float(grid[k + 1])
    root: Any = brentq(lambda v: float(worth(v)) - seller_value, grid[k], grid[k + 1], xtol=1e-14)
    return float(root)


def optimal_revenue(priors: Any, n_players: int | None = None) -> float:
    """Return the most that any mechanism earns: the mean of the highest virtual value, or of 0.

    `priors` and `n_players` are those of an `AuctionGame`; each prior has to be regular, see
    `optimal_reserve`. If bidders are alike, the optimal reserve earns it; if not, no usual auction
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
            types = np.linspace(first, prior.high, LOOKED_AT)
            # Where the density vanishes at the top, 1 - F has no digits left to rise with.
            worth = np.maximum.accumulate(virtual_value(prior)(types))
            made[id(prior)] = BidFunction(types, np.minimum(worth, prior.high))
    return mean_ranked([(made[id(prior)], prior) for prior in game.priors], 0.0, 1)
