"""Double auctions with equilibria in closed form: linear ones, and trade at one price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from econ_theory.catalog.auction_entry import AuctionEntry
from econ_theory.games.continuous.double_auction import DoubleAuction
from econ_theory.games.continuous.priors import Power, Uniform, as_prior
from econ_theory.games.continuous.utilities import Crra
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["OnePriceEntry", "double_auctions"]


@dataclass(frozen=True)
class OnePriceEntry(AuctionEntry):
    """An equilibrium in which all trade is at one price, its expressions with a jump there."""

    def played(self, expressions: tuple[Any, ...]) -> BidProfile:
        """Return `expressions` as exact bid functions, constant on both sides of a jump."""
        import sympy

        v, functions = sympy.Symbol("v"), []
        for prior, expression in zip(self.game.priors, expressions, strict=True):
            jump = next(c.rhs for _, c in expression.args if c != sympy.true)
            ends = [float(expression.subs(v, end)) for end in (prior.low, prior.high)]
            types = [prior.low, float(jump), float(jump), prior.high]
            functions.append(BidFunction(types, [ends[0], *ends, ends[1]]))
        return BidProfile(functions)


def double_auctions() -> list[AuctionEntry]:
    """Return double auctions; expressions are the buyer's bid and the seller's ask."""
    from scipy import stats
    from sympy import Piecewise, Rational, Symbol, true

    v, half, p = Symbol("v"), Rational(1, 2), Rational(2, 5)
    unit, shifted = Uniform(), Uniform(-1 / 8, 7 / 8)
    # Costs F(c) = c ** 2, values 1 - F(v) = (1 - v) ** 3.
    low, high = Power(2.0), as_prior(stats.beta(1, 3))
    return [
        *(
            AuctionEntry(
                f"double_auction_{float(k):g}",
                DoubleAuction(float(k)),
                _linear(k, 1, 1),
                "Chatterjee and Samuelson 1983",
                utilities,
            )
            for k, utilities in (
                (Rational(0), (1 / 24, 1 / 12)),
                (Rational(1, 4), (175 / 3072, 245 / 3072)),
                (half, (9 / 128, 9 / 128)),
                (Rational(1), (1 / 12, 1 / 24)),
            )
        ),
        *(
            AuctionEntry(
                name,
                DoubleAuction(float(k), high, low),
                _linear(k, 2, 3),
                "straight lines solve the first-order conditions where F / f and (1 - F) / f do",
                utilities,
            )
            for name, k, utilities in (
                ("double_auction_powers", half, (165375 / 17**6, 154350 / 17**6)),
                ("double_auction_powers_1", Rational(1), (1 / 135, 2 / 405)),
            )
        ),
        AuctionEntry(
            "double_auction_crra",
            DoubleAuction(0.5, shifted, shifted, utilities=Crra(0.5)),
            (6 * v / 7, 6 * v / 7 + Rational(3, 28)),
            "straight lines of one slope 1 - 1 / (2 m) with m + 1 / 2 = 2 ** (1 / power)",
            (343 * 2**0.5 / 2880,) * 2,
        ),
        OnePriceEntry(
            "double_auction_one_price",
            DoubleAuction(0.3, unit, low),
            (
                Piecewise((0, v < p), (p, true)),
                Piecewise((p, v < p), (1, true)),
            ),
            "Leininger, Linhart and Radner 1989",
            (0.4**2 * 0.6**2 / 2, 0.6 * 0.4**3 / 3),
        ),
        AuctionEntry(
            "double_auction_apart",
            DoubleAuction(0.5, Uniform(1, 3), unit),
            (1 + 0 * v, 1 + 0 * v),
            "Leininger, Linhart and Radner 1989: any price between costs and values",
            (1.0, 0.5),
        ),
    ]


def _linear(k: Any, m: int, n: int) -> tuple[Any, Any]:
    """Return bid and ask for costs with ``F = c ** m`` and values with ``1 - F = (1 - v) ** n``.

    With a lowest ask s0 and a highest bid b1 the first-order conditions are straight lines:
    ``(v - b) m = k (b - s0)`` and ``(s - c) n = (1 - k) (b1 - s)``.
    """
    from sympy import Symbol

    v = Symbol("v")
    whole = m * (n + 1 - k) + k * n
    lowest, highest = m * (1 - k) / whole, m * (n + 1 - k) / whole
    return (m * v + k * lowest) / (m + k), (n * v + (1 - k) * highest) / (n + 1 - k)
