"""What an entry of `auctions` is: a game, its equilibrium in closed form, and its worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from econ_theory.bid_functions import BidFunction, BidProfile
from econ_theory.games.continuous import ContinuousGame

__all__ = ["AuctionEntry"]


@dataclass(frozen=True)
class AuctionEntry:
    """A named game of continuous types whose equilibrium is known in closed form from its `source`.

    Attributes
    ----------
    name : str
        Distinct among `catalog.auctions()`.
    game : ContinuousGame
    expressions : tuple of sympy expressions
        Bid functions of the type ``v``: one for all players, or one a player.
    source : str
        Author and year.
    utilities : tuple of float
        Ex-ante utility at the equilibrium: one for all players, or one a player.
    enter : float or None
        The weakest type that places a bid; None if all do.
    """

    name: str
    game: ContinuousGame
    expressions: tuple[Any, ...]
    source: str
    utilities: tuple[float, ...]
    enter: float | None = None

    @cached_property
    def equilibrium(self) -> BidProfile:
        """The expressions as piecewise-linear bid functions, within 1e-8 of the bids' range."""
        import sympy

        v = sympy.Symbol("v")
        functions = []
        for i, expression in enumerate(self.expressions):
            low, high = self.game.priors[i].low, self.game.priors[i].high
            if self.enter is not None:
                low = self.enter
            functions.append(BidFunction.from_sympy(expression, v, low, high))
        copies = self.game.n_players // len(functions)
        return BidProfile(functions * copies)
