"""What a game earns the seller: one question, asked of every family that has a seller."""

from __future__ import annotations

from typing import Any

from econ_theory.errors import RefusedError
from econ_theory.families import FAMILIES, family_of, named
from econ_theory.games.continuous.base import ContinuousGame

__all__ = ["revenue"]


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
    >>> from econ_theory.games import AuctionGame, Uniform
    >>> game = AuctionGame("first_price", Uniform(), 2)
    >>> round(revenue(game, [lambda v: v / 2] * 2), 12)
    0.333333333333
    """
    family = family_of(game)
    if family and family.revenue:
        return named(family.revenue)(game, profile)
    raise RefusedError(
        f"nothing is known of a seller in {type(game).__name__}, want one of "
        f"{', '.join(family.name for family in FAMILIES if family.revenue)}; average what you call "
        "revenue over draws of types."
    )
