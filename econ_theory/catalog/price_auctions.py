"""Auctions in which only the winner pays, with equilibria in closed form."""

from __future__ import annotations

from econ_theory.catalog.auction_entry import AuctionEntry
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import KthPrice, WinnerPays
from econ_theory.games.continuous.priors import Power, Uniform
from econ_theory.games.continuous.utilities import (
    Cara,
    Charity,
    Crra,
    ReturnOnInvestment,
    RiskNeutral,
    Spite,
)

__all__ = ["asymmetric_prices", "other_prices", "risk_averse", "risk_neutral"]

FIRST, SECOND = WinnerPays(1.0), WinnerPays(0.0)


def risk_neutral() -> list[AuctionEntry]:
    """Return the first- and second-price auctions of risk-neutral bidders who are alike."""
    from sympy import Rational, Symbol

    v, unit = Symbol("v"), Uniform()
    found = [
        AuctionEntry(
            f"first_price_{n}",
            AuctionGame(FIRST, unit, n),
            (Rational(n - 1, n) * v,),
            "Vickrey 1961",
            (1 / (n * (n + 1)),),
        )
        for n in (2, 3, 10)
    ]
    r = Rational(2, 5)
    return [
        *found,
        AuctionEntry(
            "first_price_from_2_to_5",
            AuctionGame(FIRST, Uniform(2, 5), 3),
            (2 + Rational(2, 3) * (v - 2),),
            "Krishna 2009, Auction Theory, proposition 2.2",
            (0.25,),
        ),
        AuctionEntry(
            "first_price_power_prior",
            AuctionGame(FIRST, Power(0.5), 3),
            (v / 2,),
            "Krishna 2009, Auction Theory, proposition 2.2",
            (0.1,),
        ),
        AuctionEntry(
            "first_price_reserve",
            AuctionGame(FIRST, unit, 3, reserve=0.4),
            (Rational(2, 3) * v + r**3 / (3 * v**2),),
            "Riley and Samuelson 1981",
            (0.0684,),
            enter=0.4,
        ),
        AuctionEntry(
            "second_price",
            AuctionGame(SECOND, unit, 3),
            (v,),
            "Vickrey 1961",
            (1 / 12,),
        ),
        AuctionEntry(
            "second_price_reserve",
            AuctionGame(SECOND, unit, 3, reserve=0.4),
            (v,),
            "Riley and Samuelson 1981",
            (0.0684,),
            enter=0.4,
        ),
        *(
            AuctionEntry(
                f"third_price_{n}",
                AuctionGame(KthPrice(3), unit, n),
                (Rational(n - 1, n - 2) * v,),
                "Kagel and Levin 1993",
                (1 / (n * (n + 1)),),
            )
            for n in (3, 5)
        ),
        AuctionEntry(
            "fourth_price",
            AuctionGame(KthPrice(4), unit, 5),
            (2 * v,),
            "Kagel and Levin 1993",
            (1 / 30,),
        ),
        AuctionEntry(
            "mixed_price",
            AuctionGame(WinnerPays(0.4), unit, 3),
            (2 / (2 + r) * v,),
            "Güth and van Damme 1986",
            (1 / 12,),
        ),
    ]


def risk_averse() -> list[AuctionEntry]:
    """Return the auctions of bidders with concave utility of money."""
    from sympy import Rational, Symbol, log, sinh

    v, unit = Symbol("v"), Uniform()
    found = [
        AuctionEntry(
            f"first_price_crra_{n}_{power}",
            AuctionGame(FIRST, unit, n, utilities=Crra(power)),
            (Rational(n - 1) / (n - 1 + Rational(str(power))) * v,),
            "Cox, Smith and Walker 1982",
            ((power / (n - 1 + power)) ** power / (n + power),),
        )
        for n, power in ((2, 0.5), (3, 0.5), (2, 0.3))
    ]
    return [
        *found,
        AuctionEntry(
            "first_price_cara",
            AuctionGame(FIRST, unit, 2, utilities=Cara(1.0)),
            # log((exp(v) - 1) / v), accurate near zero.
            (v / 2 + log(2 * sinh(v / 2) / v),),
            "Matthews 1987; Krishna 2009, section 4.1",
            (0.13212055882855767,),  # 1/2 - 1/e
        ),
        AuctionEntry(
            "first_price_unequal_crra",
            AuctionGame(FIRST, [unit, Uniform(0, 0.75)], utilities=[RiskNeutral(), Crra(0.5)]),
            (v / 2, v * Rational(2, 3)),
            "Cox, Smith and Walker 1988",
            (1 / 6, 0.2),
        ),
        AuctionEntry(
            "second_price_cara",
            AuctionGame(SECOND, unit, 2, utilities=Cara(1.0)),
            (v,),
            "Vickrey 1961",
            (0.13212055882855767,),  # as in the first price: Matthews 1987
        ),
    ]


def asymmetric_prices() -> list[AuctionEntry]:
    """Return the auctions of bidders whose values are drawn from different distributions."""
    from sympy import Piecewise, Rational, Symbol, sqrt

    v, unit, k = Symbol("v"), Uniform(), Rational(3, 4)
    apart = [Uniform(0, 0.5), Uniform(0.6, 0.7)]
    steep = v / 2 + Rational(1, 5)
    flat = v / 4 + Rational(3, 10)
    return [
        AuctionEntry(
            "first_price_unequal",
            AuctionGame(FIRST, [unit, Uniform(0, 2)]),
            # (1 - sqrt(1 - k v^2)) / (k v), free of 0/0.
            (v / (1 + sqrt(1 - k * v**2)), v / (1 + sqrt(1 + k * v**2))),
            "Griesmer, Levitan and Shubik 1967; Plum 1992",
            (0.0969334746146183, 0.506897330867298),
        ),
        AuctionEntry(
            "second_price_unequal",
            AuctionGame(SECOND, [unit, Uniform(0, 2)]),
            (v, v),
            "Vickrey 1961",
            (1 / 12, 7 / 12),
        ),
        AuctionEntry(
            "first_price_apart_2",
            AuctionGame(FIRST, apart),
            (Piecewise((steep, v > Rational(2, 5)), (flat, True)), v / 2 + Rational(1, 10)),
            "Kaplan and Zamir 2015",
            (1 / 300, 61 / 300),
        ),
        AuctionEntry(
            "first_price_apart_3",
            AuctionGame(FIRST, apart),
            (v / 5 + Rational(2, 5), Rational(1, 2)),
            "Kaplan and Zamir 2015",
            (0.0, 0.15),
        ),
    ]


def other_prices() -> list[AuctionEntry]:
    """Return procurement, and bidders who look beyond their own surplus."""
    from sympy import Rational, Symbol, log

    v, unit = Symbol("v"), Uniform()
    return [
        AuctionEntry(
            "procurement",
            AuctionGame(FIRST, unit, 3, procurement=True),
            (v + (1 - v) / 3,),
            "Holt 1980; Krishna 2009",
            (1 / 12,),
        ),
        AuctionEntry(
            "bertrand",
            AuctionGame(FIRST, unit, 3, procurement=True, demand=(1, 1)),
            (1 - Rational(3, 4) * (1 - v),),
            "Hansen 1988; Spulber 1995",
            (0.0375,),
        ),
        AuctionEntry(
            "first_price_return_on_investment",
            AuctionGame(FIRST, unit, 2, utilities=ReturnOnInvestment(), reserve=0.1),
            (v / (1 + log(10 * v)),),
            "Bichler, Gupta, Mathews and Oberlechner 2024",
            (0.903792546497023,),
            enter=0.1,
        ),
        *(
            AuctionEntry(
                f"first_price_charity_{n}",
                AuctionGame(FIRST, unit, n, utilities=Charity(0.25)),
                (Rational(n - 1) / (n - Rational(1, 4)) * v,),
                "Engelbrecht-Wiggans 1994",
                # (1 - c) / (n + 1) + share * c n / (n + 1), c the slope of the bid.
                ((0.75 / (n - 0.25) + 0.25 * n * (n - 1) / (n - 0.25)) / (n + 1),),
            )
            for n in (2, 3)
        ),
        *(
            AuctionEntry(
                f"first_price_spite_{n}",
                AuctionGame(FIRST, unit, n, utilities=Spite(0.5)),
                (Rational(3 * (n - 1), 3 * n - 1) * v,),
                "Morgan, Steiglitz and Reis 2003",
                # (1 - c) / (n + 1) less half of (n - 1) times that.
                (2 / (3 * n - 1) * (1 - 0.5 * (n - 1)) / (n + 1),),
            )
            for n in (2, 3)
        ),
        AuctionEntry(
            "second_price_toehold",
            AuctionGame(SECOND, unit, 2, utilities=Charity(0.3)),
            ((v + Rational(3, 10)) / Rational(13, 10),),
            "Burkart 1995; Engelbrecht-Wiggans 1994",
            (46 / 195,),
        ),
        AuctionEntry(
            "second_price_spite",
            AuctionGame(SECOND, unit, 2, utilities=Spite(0.5)),
            ((3 * v + 1) / 4,),
            "Morgan, Steiglitz and Reis 2003",
            (1 / 24,),
        ),
    ]
