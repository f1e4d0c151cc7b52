"""Truthful bids, which are dominant in the second-price auction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import WinnerPays
from econ_theory.games.continuous.utilities import Charity, Spite
from econ_theory.solvers.base import Ending, Proposals, family_wanted
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["TruthfulBidding"]


@dataclass(frozen=True)
class TruthfulBidding:
    """Every type bids its value, or stays out below the reserve: the second-price auction.

    Dominant whatever the others bid, so priors and risk attitudes may all differ.

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import AuctionGame, Uniform
    >>> game = AuctionGame("second_price", [Uniform(0, 1), Uniform(0, 2)], reserve=0.4)
    >>> solution = solve(game)
    >>> solution.solver, solution.profile.functions[1]([0.3, 1.5])
    ('TruthfulBidding', array([nan, 1.5]))
    """

    source = "Vickrey 1961"
    exact = True
    continuous = True

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if other := family_wanted(game, AuctionGame):
            return other
        if game.payment != WinnerPays(0.0):
            return "the rule is another, want the second price; certify bids of your own."
        if any(isinstance(utility, (Spite, Charity)) for utility in game.utilities):
            return "bidders look beyond their own surplus, want them not to; use SymmetricAuction."
        for i, prior in enumerate(game.values):
            if _entry(game, prior.low) >= prior.high:
                return (
                    f"no type of player {i + 1} is worth the reserve {game.reserve:g}, want some; "
                    "leave that player out."
                )
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield the truthful profile; `start` and `rng` are not used."""
        made: dict[int, BidFunction] = {}
        for key, prior in zip(map(id, game.priors), game.values, strict=True):
            if key not in made:
                ends = [_entry(game, prior.low), prior.high]
                function = BidFunction(ends, ends)
                made[key] = function.turned(negate=True) if game.procurement else function
        yield BidProfile([made[id(prior)] for prior in game.priors])  # type: ignore[misc]
        return Ending("truthful bids are dominant")


def _entry(game: AuctionGame, low: float) -> float:
    """Return the lowest value that bids, in values."""
    if game.reserve is None:
        return low
    return max(low, -game.reserve if game.procurement else game.reserve)
