"""What a bidder makes of money: risk attitudes, and regard for others' money.

The first kind is a function of the surplus ``x = value - payment``, zero at zero. The second kind
is linear in money but looks beyond the own surplus.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError

__all__ = ["Cara", "Charity", "Crra", "ReturnOnInvestment", "RiskNeutral", "Spite", "Utility"]


@dataclass(frozen=True)
class RiskNeutral:
    """The surplus itself."""

    def of(self, x: Array) -> Array:
        """Return the utility of surplus `x`."""
        return x


@dataclass(frozen=True)
class Crra:
    """Constant relative risk aversion ``1 - power``: ``u(x) = x ** power``, 0 < power <= 1.

    Losses have no utility; certificates want bids at most at value.

    >>> Crra(0.5).of(np.array([0.0, 4.0]))
    array([0., 2.])
    """

    power: float

    def __post_init__(self) -> None:
        if not 0 < self.power <= 1:
            raise GameError(f"power is {self.power}, want 0 < power <= 1; 1 is risk neutral.")

    def of(self, x: Array) -> Array:
        """Return the utility of surplus `x`; of losses, that of no surplus."""
        return np.maximum(x, 0.0) ** self.power

    def slope(self, x: Array) -> Array:
        """Return the marginal utility at surplus `x`; infinite at zero."""
        with np.errstate(divide="ignore"):
            return self.power * np.maximum(x, 0.0) ** (self.power - 1)


@dataclass(frozen=True)
class Cara:
    """Constant absolute risk aversion: ``u(x) = (1 - exp(-aversion x)) / aversion``.

    >>> Cara(1.0).of(np.array([0.0, np.log(2.0)]))
    array([0. , 0.5])
    """

    aversion: float

    def __post_init__(self) -> None:
        if not 0 < self.aversion < np.inf:
            raise GameError(
                f"aversion is {self.aversion}, want a positive number; 0 is RiskNeutral()."
            )

    def of(self, x: Array) -> Array:
        """Return the utility of surplus `x`."""
        return -np.expm1(-self.aversion * x) / self.aversion

    def slope(self, x: Array) -> Array:
        """Return the marginal utility at surplus `x`."""
        return np.exp(-self.aversion * x)


@dataclass(frozen=True)
class ReturnOnInvestment:
    """The winner's surplus as a share of its payment, ``(value - bid) / bid``; first price only."""


@dataclass(frozen=True)
class Spite:
    """Own surplus less `weight` times the winner's, if another wins.

    In first-price auctions, where uniform values on [0, 1] and n bidders who are alike bid
    ``k / (k + 1) v`` with ``k = (n - 1) (1 + weight)``; of two bidders also in the second-price
    auction. Every type bids. Source: Morgan, Steiglitz and Reis 2003, "The spite motive and
    equilibrium behavior in auctions".
    """

    weight: float

    def __post_init__(self) -> None:
        if not 0 < self.weight < np.inf:
            raise GameError(f"weight is {self.weight}, want a positive number.")


@dataclass(frozen=True)
class Charity:
    """Own surplus plus the share `share` of the price, whoever pays it, the bidder itself too.

    A toehold, or a bidder who is glad of what the seller gets. In first-price auctions, where
    uniform values on [0, 1] and n bidders who are alike bid ``(n - 1) / (n - share) v``; of two
    bidders also in the second-price auction. Source: Engelbrecht-Wiggans 1994, "Auctions with
    price-proportional benefits to bidders"; Burkart 1995, "Initial shareholdings and overbidding
    in takeover contests".
    """

    share: float

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise GameError(f"share is {self.share}, want 0 < share < 1.")


Utility = RiskNeutral | Crra | Cara | ReturnOnInvestment | Spite | Charity
