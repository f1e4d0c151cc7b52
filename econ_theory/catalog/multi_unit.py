"""Auctions of several units with equilibria in closed form."""

from __future__ import annotations

from econ_theory.catalog.auction_entry import AuctionEntry
from econ_theory.catalog.schedule_entry import ScheduleEntry
from econ_theory.games.continuous.multi_unit_auction import MultiUnitAuction
from econ_theory.games.continuous.priors import Uniform

__all__ = ["multi_unit"]


def multi_unit() -> list[AuctionEntry]:
    """Return auctions of several units; expressions are the bids for the first unit, the second."""
    from sympy import Integer, Symbol

    v, unit = Symbol("v"), Uniform()
    ewk = "Engelbrecht-Wiggans and Kahn 1998"
    return [
        ScheduleEntry(
            "uniform_price_unit_demand",
            MultiUnitAuction("uniform_price", 2, 1, unit, 3),
            (v,),
            "Vickrey 1961",
            (1 / 4,),
        ),
        ScheduleEntry(
            "uniform_price_two_bidders",
            MultiUnitAuction("uniform_price", 2, 2, unit, 2),
            (v, Integer(0)),
            f"{ewk}; Krishna 2009, chapter 13",
            (2 / 3,),
            # Both win one unit for nothing whatever they bid for it; bids for a second one cost.
            off=(v, v / 20),
        ),
        ScheduleEntry(
            "uniform_price_demand_reduction",
            MultiUnitAuction("uniform_price", 2, 2, unit, 3),
            (v, Integer(0)),
            f"{ewk}; Krishna 2009, chapter 13",
            (22 / 105,),
        ),
        ScheduleEntry(
            "uniform_price_three_units",
            MultiUnitAuction("uniform_price", 3, 2, unit, 2),
            (v, v**2),
            f"{ewk}; Krishna 2009, chapter 13",
            (4 / 5,),
        ),
        ScheduleEntry(
            "lowest_accepted_unit_demand",
            MultiUnitAuction("lowest_accepted", 2, 1, unit, 3),
            (v / 2,),
            "(v - b) h = chance to set the price, from the first-order condition",
            (1 / 4,),
        ),
        ScheduleEntry(
            "discriminatory_two_units",
            MultiUnitAuction("discriminatory", 2, 2, unit, 2, marginals="constant"),
            (v / 2, v / 2),
            "Krishna 2009, chapter 13",
            (1 / 3,),
        ),
        ScheduleEntry(
            "vickrey_two_units",
            MultiUnitAuction("vickrey", 2, 2, unit, 2),
            (v, v),
            "Vickrey 1961",
            (2 / 5,),
        ),
    ]
