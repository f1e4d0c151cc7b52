"""What an entry of `auctions` is: a game, its equilibrium in closed form, and its worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.strategies.bids import BidFunction, BidProfile

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
    off : float or tuple of sympy expressions
        What breaks the equilibrium: a factor for all actions, or other strategies; default 1.05.
    """

    name: str
    game: ContinuousGame
    expressions: tuple[Any, ...]
    source: str
    utilities: tuple[float, ...]
    enter: float | None = None
    off: float | tuple[Any, ...] = 1.05

    @cached_property
    def equilibrium(self) -> Any:
        """The expressions as a profile of the game."""
        return self.played(self.expressions)

    @property
    def perturbed(self) -> Any:
        """A profile near the equilibrium that is none."""
        if isinstance(self.off, tuple):
            return self.played(self.off)
        return self.equilibrium.scaled(self.off)

    def played(self, expressions: tuple[Any, ...]) -> Any:
        """Return `expressions` as bid functions, within 1e-8 of the bids' range.

        Games whose strategies are others have an entry of their own.
        """
        import sympy

        v = sympy.Symbol("v")
        functions = []
        for i, expression in enumerate(expressions):
            low, high = self.game.priors[i].low, self.game.priors[i].high
            if self.enter is not None:
                low = self.enter
            functions.append(BidFunction.from_sympy(expression, v, low, high))
        copies = self.game.n_players // len(functions)
        return BidProfile(functions * copies)
