"""Reserves that one bidder at most is worth: it bids just that, or nobody bids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.solvers.base import Ending, Proposals, family_wanted
from econ_theory.solvers.continuous.grid_payoffs import reserve_of
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["ReserveBidding"]


@dataclass(frozen=True)
class ReserveBidding:
    """Whoever is worth the reserve bids it, where that is one bidder at most, whatever the rules.

    Where it is none, nobody bids.

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import Uniform
    >>> solution = solve(AuctionGame("all_pay", [Uniform(), Uniform(0, 2)], reserve=1.2))
    >>> solution.profile.functions
    (BidFunction(no type bids), BidFunction([1.2, 2] -> [1.2, 1.2], 2 knots))
    """

    source = "individual rationality"
    exact = True
    continuous = True

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if other := family_wanted(game, AuctionGame):
            return other
        if game.reserve is None or game.demand is not None:
            return "there is no reserve, or a demand, want a reserve alone; use another solver."
        worthy = sum(prior.high > reserve_of(game) for prior in game.values)
        if worthy > 1:
            return f"{worthy} bidders are worth the reserve, want one at most; use another solver."
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield the one profile there is; `start` and `rng` are not used."""
        reserve = reserve_of(game)
        functions = []
        for prior in game.values:
            bids = prior.high > reserve
            types = [max(prior.low, reserve), prior.high] if bids else []
            function = BidFunction(types, [reserve] * len(types))
            functions.append(function.turned(negate=True) if game.procurement else function)
        yield BidProfile(functions)  # type: ignore[misc]
        return Ending("who is worth the reserve bids it alone")
