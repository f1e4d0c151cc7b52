"""Core-selecting package auctions of two locals and a global bidder, in closed form."""

from __future__ import annotations

from typing import Any

from econ_theory.catalog.auction_entry import AuctionEntry
from econ_theory.games.continuous.local_global_auction import CoreRule, LocalGlobalAuction
from econ_theory.games.continuous.priors import Power, Uniform

__all__ = ["local_global"]

SOURCE = "Ausubel and Baranov 2020; Goeree and Lien 2016"

WORTH: dict[tuple[CoreRule, str], tuple[float, float]] = {
    # Ex-ante utilities of a local and of the global bidder.
    ("vcg", "0"): (5 / 24, 7 / 24),
    ("vcg", "1/2"): (11 / 48, 5 / 16),
    ("nearest_zero", "0"): (0.133993, 0.464029),
    ("nearest_zero", "1/2"): (0.151979, 0.414782),
    ("nearest_vcg", "0"): (0.133165, 0.467340),
    ("nearest_vcg", "1/2"): (0.141256, 0.479813),
    ("nearest_vcg", "9/10"): (0.146883, 0.481913),
    ("nearest_bid", "0"): (1 / 8, 1 / 2),
    ("nearest_bid", "9/10"): (1 / 8, 0.576933),
}


def local_global() -> list[AuctionEntry]:
    """Return the local-local-global auctions: locals of U[0, 1], a global bidder of U[0, 2].

    The locals' values are equal with some probability. The global bidder bids its value.
    """
    from sympy import Rational, Symbol

    v = Symbol("v")
    found = []
    for (rule, share), (local, both) in WORTH.items():
        gamma = Rational(share)
        bid = _bid(rule, gamma, v)
        found.append(
            AuctionEntry(
                f"package_{rule}" + (f"_{float(gamma):g}" if gamma else ""),
                LocalGlobalAuction(rule, correlation=float(gamma)),
                (bid, bid, v),
                SOURCE if rule != "vcg" else "Vickrey 1961; Clarke 1971; Groves 1973",
                (local, local, both),
            )
        )
    unequal = LocalGlobalAuction("vcg", (Uniform(), Power(2.0)), Uniform(0, 2))
    return [
        *found,
        AuctionEntry(
            "package_vcg_unequal",
            unequal,
            (v, v, v),
            "Vickrey 1961; Clarke 1971; Groves 1973",
            (1 / 4, 7 / 24, 5 / 24),
        ),
    ]


def _bid(rule: CoreRule, gamma: Any, v: Any) -> Any:
    """The bid of locals whose values are equal with probability `gamma`."""
    from sympy import Integer, Piecewise, exp, log, sqrt

    apart = 1 - gamma
    if rule == "nearest_bid":
        return log(2 / (2 - apart * v)) / apart
    if rule == "nearest_zero":
        first = (exp(-apart) - gamma) / apart
        return Piecewise((1 + log(gamma + apart * v) / apart, v > first), (Integer(0), True))
    if rule == "nearest_vcg":
        first = (3 - sqrt(9 - apart**2)) / apart
        return Piecewise((2 / (2 + gamma) * (v - first), v > first), (Integer(0), True))
    return v
