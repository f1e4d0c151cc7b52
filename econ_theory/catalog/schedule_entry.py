"""Entries of the catalog whose players place several bids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from econ_theory.catalog.auction_entry import AuctionEntry
from econ_theory.strategies.bids import BidFunction, BidProfile, BidSchedule

__all__ = ["ScheduleEntry"]


@dataclass(frozen=True)
class ScheduleEntry(AuctionEntry):
    """An equilibrium of players who are alike; its expressions are their bids, one each unit.

    Each is a function of ``v``, the type of that bid.
    """

    def played(self, expressions: tuple[Any, ...]) -> BidProfile:
        """Return `expressions` as one `BidSchedule` for all, within 1e-8 of the bids' range."""
        import sympy

        v, prior = sympy.Symbol("v"), self.game.priors[0]
        made = {
            expression: BidFunction.from_sympy(expression, v, prior.low, prior.high)
            for expression in set(expressions)
        }
        schedule = BidSchedule([made[expression] for expression in expressions])
        return BidProfile([schedule] * self.game.n_players)
