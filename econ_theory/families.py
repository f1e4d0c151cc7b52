"""The families of games with continuous types: who judges each, what solves it, what it earns.

One row a family, and the one place that knows of all of them: `certify`, `solve` and `revenue`
read it. Everything is named and nothing imported, so that a game loads what it needs itself, and
a finite game none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

__all__ = ["FAMILIES", "LEARNED", "Family", "family_of", "named"]

GAMES = "econ_theory.games.continuous"
JUDGES = "econ_theory.certificates.continuous"
ANALYSIS = "econ_theory.analysis"

LEARNED = ("DualAveraging", "nothing special: learning on a grid, then first-order conditions")
"""What solves a game of which nothing is known but payoffs draw by draw."""


@dataclass(frozen=True)
class Family:
    """What is known of one family of games.

    Attributes
    ----------
    game : str
        Dotted path of the class.
    judge : str
        Dotted path of its `Judge`.
    solvers : tuple of (str, str)
        Names in `econ_theory.solvers` and why each, in the order to try: the first that does not
        refuse comes before the next.
    revenue : str or None
        Dotted path of what a game and a profile earn the seller, if there is one.
    """

    game: str
    judge: str
    solvers: tuple[tuple[str, str], ...]
    revenue: str | None = None

    @property
    def name(self) -> str:
        """Name of the class."""
        return self.game.rpartition(".")[2]


FAMILIES = (
    Family(
        f"{GAMES}.auction.AuctionGame",
        f"{JUDGES}.auctions.AUCTIONS",
        (
            ("ReserveBidding", "one bidder at most is worth the reserve: it bids just that"),
            ("SymmetricAuction", "bidders who are alike: quadrature"),
            ("TruthfulBidding", "the second price: truthful bids"),
            ("AsymmetricAllPay", "two unequal bidders who all pay: one integral matches types"),
            ("AsymmetricFirstPrice", "the winner pays its bid: shooting from the highest bid"),
            LEARNED,
        ),
        f"{ANALYSIS}.auctions.auction_revenue",
    ),
    Family(
        f"{GAMES}.aggregative_game.AggregativeGame",
        f"{JUDGES}.aggregative_games.judge.AGGREGATIVE_GAMES",
        (("BidResponse", "smooth payoffs of a sum: simultaneous best responses"), LEARNED),
    ),
    Family(
        f"{GAMES}.double_auction.DoubleAuction",
        f"{JUDGES}.double_auctions.judge.DOUBLE_AUCTIONS",
        (("BilateralTrade", "bilateral trade: a path of prices by first-order conditions"),),
    ),
    Family(
        f"{GAMES}.gaussian_game.GaussianGame",
        f"{JUDGES}.gaussian.GAUSSIAN",
        (("LinearGaussian", "normal signals, quadratic payoffs: affine best responses"),),
    ),
    Family(
        f"{GAMES}.interdependent_auction.InterdependentAuction",
        f"{JUDGES}.interdependent.judge.INTERDEPENDENT",
        (("MilgromWeber", "affiliated signals, related values: quadrature on the diagonal"),),
        f"{ANALYSIS}.interdependent_revenue.interdependent_revenue",
    ),
    Family(
        f"{GAMES}.local_global_auction.LocalGlobalAuction",
        f"{JUDGES}.local_global.judge.LOCAL_GLOBAL",
        (("CoreBidding", "locals against a global bidder: the first-order condition of bids"),),
        f"{ANALYSIS}.local_global_revenue.local_global_revenue",
    ),
    Family(
        f"{GAMES}.multi_unit_auction.MultiUnitAuction",
        f"{JUDGES}.multi_unit.judge.MULTI_UNIT",
        (("MultiUnit", "several units: the first-order condition of each"),),
    ),
    Family(
        f"{GAMES}.participation_game.ParticipationGame",
        f"{JUDGES}.participation.PARTICIPATION",
        (("Cutoffs", "two actions: cutoffs"),),
    ),
    Family(
        f"{GAMES}.split_award.SplitAward",
        f"{JUDGES}.split_award.judge.SPLIT_AWARD",
        (("SplitAwards", "half a contract each or all to one: asks in closed form"),),
    ),
)

_ROWS = {family.game: family for family in FAMILIES}


def family_of(game: Any) -> Family | None:
    """Return the row of the class of `game`, or of the nearest base of it that has one.

    >>> from econ_theory.games import AuctionGame, Uniform
    >>> family_of(AuctionGame("second_price", Uniform(), 2)).name
    'AuctionGame'
    >>> family_of(3.0) is None
    True
    """
    paths = (f"{base.__module__}.{base.__qualname__}" for base in type(game).__mro__)
    return next((_ROWS[path] for path in paths if path in _ROWS), None)


def named(path: str) -> Any:
    """Return what a dotted path of a module and a name in it stands for; imports the module.

    >>> named("math.tau")
    6.283185307179586
    """
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)
