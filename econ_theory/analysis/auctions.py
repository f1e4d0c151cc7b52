"""What an auction earns the seller, and what the object is worth to whom it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from econ_theory.analysis.bid_statistics import in_values, mean_ranked, mean_won, truthful
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.payment_rules import AllPay, CustomPayoff, Effort, KthPrice
from econ_theory.records import Record

__all__ = ["AllocationWelfare", "allocation_welfare", "auction_revenue"]


def auction_revenue(auction: AuctionGame, profile: Any) -> float:
    """Return the `revenue` of an auction of independent private values, by ranked bids."""
    payment = auction.payment
    if isinstance(payment, CustomPayoff):
        raise RefusedError(
            "the payoff is custom and does not say what is paid, want a rule of auctions; average "
            "the payments over draws of types."
        )
    bidders = in_values(auction, profile)
    if not bidders:
        return 0.0
    lowest = min(float(function.bids[0]) for function, _ in bidders)
    base = lowest if auction.procurement else min(lowest, 0.0)
    if auction.reserve is not None:
        base = -auction.reserve if auction.procurement else auction.reserve
        if lowest < base - 1e-12 * max(1.0, abs(base)):
            raise RefusedError(
                f"some bid is {abs(lowest):g}, want none beyond the reserve {auction.reserve:g}; "
                "let those types place no bid."
            )
    if isinstance(payment, (AllPay, Effort)):
        alone = sum(mean_ranked([bidder], min(lowest, 0.0), 1) for bidder in bidders)
        back = getattr(payment, "returned", 0.0)
        if back:
            alone -= back * (mean_ranked(bidders, base, 1) - mean_ranked(bidders, base, 2))
        return float(alone)
    if isinstance(payment, KthPrice):
        return mean_ranked(bidders, base, payment.k)
    if auction.demand is not None:
        most, slope = auction.demand
        return mean_ranked(bidders, base, 1, lambda y: -y * (most + slope * y), (-most, -2 * slope))
    own, other = payment.own, 1 - payment.own
    price = own * mean_ranked(bidders, base, 1) if own else 0.0
    price += other * mean_ranked(bidders, base, 2) if other else 0.0
    return -price if auction.procurement else price


@dataclass(frozen=True)
class AllocationWelfare(Record):
    """What the object is worth to whom it goes.

    Attributes
    ----------
    value : float
        Expected value of the winner, nothing where there is none; in procurement, its cost.
    first_best : float
        Expected highest value, or 0 (kept by the seller) if that is more; the lowest cost.
    procurement : bool
    """

    value: float
    first_best: float
    procurement: bool = False

    @property
    def share(self) -> float:
        """Welfare as a share of the first best; in procurement, lowest cost over cost."""
        value, best = self.value, self.first_best
        return best / value if self.procurement else value / best


def allocation_welfare(auction: ContinuousGame, profile: Any) -> AllocationWelfare:
    """Return the expected value of the winner, and of the bidder who should win.

    Raises
    ------
    RefusedError
        If there is more than one object, or types are no values of it.

    Examples
    --------
    >>> from econ_theory.games import Uniform
    >>> game = AuctionGame("second_price", Uniform(), 2, reserve=0.5)
    >>> welfare = allocation_welfare(game, [([0.5, 1], [0.5, 1])] * 2)
    >>> round(welfare.value, 9), round(welfare.share, 9)
    (0.583333333, 0.875)
    """
    if not isinstance(auction, AuctionGame):
        raise RefusedError(
            f"{type(auction).__name__} is no auction of one object with private values, want an "
            "AuctionGame; average your measure of welfare over draws of types."
        )
    payment = auction.payment
    single = getattr(payment, "prizes", (1.0,)) == (1.0,) and auction.demand is None
    if isinstance(payment, (CustomPayoff, Effort)) or not single:
        raise RefusedError(
            f"{auction} has several prizes, a demand, or types that are no values, want one object "
            "worth its type to whoever gets it."
        )
    if auction.procurement and auction.reserve is not None:
        raise RefusedError(
            f"the reserve is {auction.reserve:g}, want None in procurement: what the buyer loses "
            "if no one sells is not part of the game."
        )
    bidders = in_values(auction, profile)
    value = sum(mean_won(bidders, i) for i in range(len(bidders)))
    truth = [(truthful(prior), prior) for prior in auction.values]
    base = min(prior.low for prior in auction.values) if auction.procurement else 0.0
    best = mean_ranked(truth, base, 1)
    sign = -1.0 if auction.procurement else 1.0
    return AllocationWelfare(sign * value, sign * best, auction.procurement)
