"""What a game earns the seller: one question, asked of every family that has a seller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from econ_theory.analysis.auctions import auction_revenue
from econ_theory.analysis.interdependent_revenue import interdependent_revenue
from econ_theory.analysis.local_global_revenue import local_global_revenue
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.interdependent_auction import InterdependentAuction
from econ_theory.games.continuous.local_global_auction import LocalGlobalAuction

__all__ = ["revenue"]

_EARNED: dict[type[ContinuousGame], Callable[[Any, Any], float]] = {
    AuctionGame: auction_revenue,
    InterdependentAuction: interdependent_revenue,
    LocalGlobalAuction: local_global_revenue,
}


def revenue(game: ContinuousGame, profile: Any) -> float:
    """Return what the seller expects to earn or, in procurement, what the buyer expects to pay.

    In a contest of effort it is the expected sum of efforts. `profile` is whatever `certify`
    takes. Units of payoff.

    Raises
    ------
    RefusedError
        If the game has no seller, the payoff is custom (nothing says what is paid) or bids fall
        short of the reserve.

    Examples
    --------
    >>> from econ_theory.games import Uniform
    >>> game = AuctionGame("first_price", Uniform(), 2)
    >>> round(revenue(game, [lambda v: v / 2] * 2), 12)
    0.333333333333
    """
    for family in type(game).__mro__:
        if family in _EARNED:
            return _EARNED[family](game, profile)
    raise RefusedError(
        f"nothing is known of a seller in {type(game).__name__}, want one of "
        f"{', '.join(family.__name__ for family in _EARNED)}; average what you call revenue over "
        "draws of types."
    )
