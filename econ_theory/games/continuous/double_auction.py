"""The k-double auction: a buyer and a seller with private types name a price each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from econ_theory.errors import GameError
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.priors import Prior, Reversed, Uniform, as_prior
from econ_theory.games.continuous.summaries import prior_name
from econ_theory.games.continuous.utilities import Cara, Crra, RiskNeutral

__all__ = ["DoubleAuction"]

UNIT, NEUTRAL = Uniform(), RiskNeutral()

Attitude = RiskNeutral | Crra | Cara


@dataclass(frozen=True, init=False, eq=False, repr=False)
class DoubleAuction(ContinuousGame):
    """Bilateral trade: the buyer bids b, the seller asks s, and they trade if ``b >= s``.

    The price is ``k b + (1 - k) s``; the buyer (player 1) earns its value less the price, the
    seller (player 2) the price less its cost, both nothing without trade. Types are independent.
    Low values and high costs may stay out. There is one unit: double auctions of many buyers and
    sellers are another game.

    Parameters
    ----------
    k : float in [0, 1]
        Weight of the buyer's bid in the price: with 1 the buyer names it, with 0 the seller.
    buyer, seller : prior of values, prior of costs
        Default uniform on [0, 1].
    utilities : a utility or one a player
        `RiskNeutral` (default), `Crra` or `Cara`.

    Raises
    ------
    GameError
        If k is no share, there is never anything to gain from trade, or a utility does not fit.

    Notes
    -----
    Against the distribution of asks, the buyer wins at its bid and pays k times the bid and 1 - k
    times the ask. The seller is the buyer of `mirrored`. Source: Chatterjee and Samuelson 1983,
    "Bargaining under incomplete information".

    Examples
    --------
    >>> from econ_theory import certify
    >>> game = DoubleAuction(0.5)
    >>> certify(game, [lambda v: 2 * v / 3 + 1 / 12, lambda c: 2 * c / 3 + 1 / 4]).relative < 1e-9
    True
    """

    k: float
    priors: tuple[Prior, ...]
    utilities: tuple[Attitude, ...]

    def __init__(
        self,
        k: float = 0.5,
        buyer: Any = UNIT,
        seller: Any = UNIT,
        *,
        utilities: Attitude | Sequence[Attitude] = NEUTRAL,
    ) -> None:
        if not 0 <= k <= 1:
            raise GameError(f"k is {k}, want a share in [0, 1]: the bid's weight in the price.")
        priors = as_prior(buyer), as_prior(seller)
        attitudes = tuple(utilities) if isinstance(utilities, Sequence) else (utilities,) * 2
        if len(attitudes) != 2:
            raise GameError(f"utilities has {len(attitudes)} entries, want 2: buyer and seller.")
        for utility in attitudes:
            if not isinstance(utility, (RiskNeutral, Crra, Cara)):
                raise GameError(f"utility is {utility}, want RiskNeutral(), Crra or Cara.")
        if priors[0].high <= priors[1].low:
            raise GameError(
                f"values reach {priors[0].high:g} and costs begin at {priors[1].low:g}, want some "
                "value above some cost; there is nothing to trade."
            )
        for name, value in (("k", float(k)), ("priors", priors), ("utilities", attitudes)):
            object.__setattr__(self, name, value)

    @property
    def summary(self) -> tuple[str, str]:
        """The rules and the traders, a few words each."""
        traders = [
            f"{role} {prior_name(prior)}"
            + ("" if isinstance(utility, RiskNeutral) else f", `{utility}`")
            for role, prior, utility in zip(
                ("buyer", "seller"), self.priors, self.utilities, strict=True
            )
        ]
        return f"double auction, k = {self.k:g}", "; ".join(traders)

    @property
    def mirrored(self) -> DoubleAuction:
        """The same game with roles exchanged: types, bids and asks change sign, k is 1 - k.

        >>> DoubleAuction(0.25, Uniform(0, 2)).mirrored.priors
        (Reversed(prior=Uniform(low=0.0, high=1.0)), Reversed(prior=Uniform(low=0, high=2)))
        """
        buyer, seller = (p.prior if isinstance(p, Reversed) else Reversed(p) for p in self.priors)
        return DoubleAuction(1 - self.k, seller, buyer, utilities=self.utilities[::-1])

    def payoff_range(self, i: int) -> float:
        """Return the utility of all there is to gain: the highest value at the lowest cost."""
        return float(self.utilities[i].of(np.array(self.priors[0].high - self.priors[1].low)))

    def idle(self, i: int) -> Literal["low", "high"]:
        """Return the end of the types that may stay out: low values, high costs."""
        return "low" if i == 0 else "high"
