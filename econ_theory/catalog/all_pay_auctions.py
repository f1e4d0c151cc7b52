"""Auctions and contests in which everyone pays, with equilibria in closed form."""

from __future__ import annotations

from econ_theory.catalog.auction_entry import AuctionEntry
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import AllPay, Effort
from econ_theory.games.continuous.priors import Power, Uniform

__all__ = ["all_pay", "contests"]


def all_pay() -> list[AuctionEntry]:
    """Return all-pay auctions and wars of attrition."""
    from sympy import Rational, Symbol, log

    v, unit, half = Symbol("v"), Uniform(), Rational(1, 2)
    found = [
        AuctionEntry(
            f"all_pay_{n}",
            AuctionGame(AllPay(), unit, n),
            (Rational(n - 1, n) * v**n,),
            "Weber 1985; Krishna 2009, section 3.2",
            (1 / (n * (n + 1)),),
        )
        for n in (2, 3, 5)
    ]
    return [
        *found,
        AuctionEntry(
            "all_pay_power_prior",
            AuctionGame(AllPay(), Power(2), 2),
            (Rational(2, 3) * v**3,),
            "Krishna 2009, section 3.2",
            (2 / 15,),
        ),
        AuctionEntry(
            "all_pay_reserve",
            AuctionGame(AllPay(), unit, 2, reserve=0.25),
            ((v**2 + Rational(1, 4)) / 2,),
            "Riley and Samuelson 1981: the type that bids the reserve r has v F(v) = r",
            (1 / 12,),
            enter=0.5,
        ),
        AuctionEntry(
            "all_pay_unequal",
            AuctionGame(AllPay(), [unit, Uniform(0, 2)]),
            (Rational(2, 3) * v**3, Rational(2, 3) * (v / 2) ** Rational(3, 2)),
            "Amann and Leininger 1996",
            (1 / 12, 8 / 15),
        ),
        AuctionEntry(
            "war_of_attrition",
            AuctionGame(AllPay(1.0), unit, 2),
            (-v - log(1 - v),),
            "Krishna and Morgan 1997",
            (1 / 6,),
        ),
        AuctionEntry(
            "all_pay_half_returned",
            AuctionGame(AllPay(0.5), unit, 2),
            (-v / half - log(1 - half * v) / half**2,),
            "b' = v f / (1 - returned F), from the first-order condition",
            (1 / 6,),
        ),
    ]


def contests() -> list[AuctionEntry]:
    """Return contests with several prizes, and with costs of effort as types."""
    from sympy import Rational, Symbol, log

    v, first, second, n = Symbol("v"), Rational(4, 5), Rational(1, 5), 5
    runner_up = (n - 2) * v ** (n - 1) - Rational((n - 1) ** 2, n) * v**n
    found = [
        AuctionEntry(
            "contest_two_prizes",
            AuctionGame(AllPay(prizes=(0.8, 0.2)), Uniform(), n),
            (first * Rational(n - 1, n) * v**n + second * runner_up,),
            "Moldovanu and Sela 2001",
            (0.04,),
        )
    ]
    costs = Uniform(0.5, 1.0)
    for name, prizes, utility in (
        ("contest_costs_one_prize", (1.0,), 0.0529610277865573),
        ("contest_costs_equal_prizes", (0.5, 0.5), 0.070093076386694),
    ):
        w = Rational(str(prizes[0]))
        effort = 8 * v * (3 * w - 2) + 4 * log(v) * (3 - 5 * w) + 8 * (2 - 3 * w)
        game = AuctionGame(Effort(prizes), costs, 3)
        source = "Moldovanu and Sela 2001, the example of three contestants"
        found.append(AuctionEntry(name, game, (effort,), source, (utility,)))
    return found
