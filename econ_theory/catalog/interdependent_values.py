"""Auctions of related values and affiliated signals, with equilibria in closed form."""

from __future__ import annotations

from econ_theory.catalog.auction_entry import AuctionEntry
from econ_theory.games.continuous.interdependent_auction import InterdependentAuction, SignalSum
from econ_theory.games.continuous.joint_priors import FgmPair, IndependentSignals
from econ_theory.games.continuous.priors import Uniform
from econ_theory.games.continuous.shared_signals import CommonValue, LinearShares

__all__ = ["interdependent_values"]


def interdependent_values() -> list[AuctionEntry]:
    """Return the entries.

    With v(x, y) the value given the two highest signals, the second price is v(x, x), the first
    price solves ``b' = (v(x, x) - b) g(x | x) / G(x | x)``, and ``b' = v(x, x) g(x | x)`` where all
    pay.
    """
    from sympy import Rational, Symbol, log

    v = Symbol("v")
    pair, shares = IndependentSignals(Uniform(), 2), LinearShares()
    mean = SignalSum(0.5, 0.5)
    theta = Rational(3, 10)
    spread = v**2 / 2 - 4 * v**3 / 3 + v**4
    return [
        AuctionEntry(
            "wallet_first_price",
            InterdependentAuction("first_price", pair, "wallet"),
            (v,),
            "Klemperer 1998; Bulow and Klemperer 2002",
            (1 / 6,),
        ),
        AuctionEntry(
            "wallet_second_price",
            InterdependentAuction("second_price", pair, "wallet"),
            (2 * v,),
            "Klemperer 1998",
            (1 / 6,),
        ),
        AuctionEntry(
            "wallet_second_price_unequal",
            InterdependentAuction("second_price", pair, "wallet"),
            (3 * v, Rational(3, 2) * v),
            "Bikhchandani and Riley 1991; one of a continuum, (1 + c) v and (1 + 1 / c) v",
            (7 / 24, 1 / 12),
        ),
        AuctionEntry(
            "interdependent_first_price",
            InterdependentAuction("first_price", pair, SignalSum(1.0, 0.5)),
            (Rational(3, 4) * v,),
            "Milgrom and Weber 1982; Krishna 2009, chapter 6",
            (1 / 6,),
        ),
        AuctionEntry(
            "affiliated_second_price",
            InterdependentAuction("second_price", shares, mean),
            (v,),
            "Krishna 2009, example 6.2",
            (1 / 12,),
        ),
        AuctionEntry(
            "affiliated_first_price",
            InterdependentAuction("first_price", shares, mean),
            (2 * v / 3,),
            "Krishna 2009, example 6.2",
            (1 / 9,),
        ),
        AuctionEntry(
            "affiliated_private_first_price",
            InterdependentAuction("first_price", shares),
            (2 * v / 3,),
            "Milgrom and Weber 1982, theorem 14: g(x | x) / G(x | x) = 2 / x",
            (7 / 36,),
        ),
        AuctionEntry(
            "affiliated_all_pay",
            InterdependentAuction("all_pay", FgmPair(0.3)),
            (v**2 / 2 + theta * spread,),
            "Krishna and Morgan 1997: b' = v g(v | v)",
            (float(Rational(1, 6) - theta / 20),),
        ),
        AuctionEntry(
            "mineral_rights",
            InterdependentAuction("second_price", CommonValue(Uniform(), 3), "common"),
            (2 * v / (2 + v),),
            "Krishna 2009, example 6.1; overbids by all are worth the same",
            (float(8 * log(2) - Rational(11, 2)),),
        ),
    ]
