"""Auctions of several identical units to bidders who want more than one of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Any, Literal, get_args

from econ_theory.errors import GameError
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.priors import Prior, as_priors
from econ_theory.games.continuous.summaries import players_name

__all__ = ["MultiUnitAuction", "Pricing", "order_statistic"]

Pricing = Literal["uniform_price", "lowest_accepted", "discriminatory", "vickrey"]
Marginals = Literal["sorted", "constant"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class MultiUnitAuction(ContinuousGame):
    """K identical units for sale; every bidder wants some and places a bid for each of them.

    The K highest bids win. Bids below the reserve count as none. Ties are broken by lot: every
    bidder draws as many uniform numbers as it wants units, the highest goes with its first bid and
    so on, and of equal bids those with higher numbers win.

    Parameters
    ----------
    pricing : str
        What is paid for a unit: in a ``"uniform_price"`` auction the highest losing bid, with
        ``"lowest_accepted"`` the lowest winning bid (K-th highest), if there are none the reserve;
        ``"discriminatory"``: the own bid; ``"vickrey"``: for each unit won, the rival's bid that
        would have won it instead.
    n_units : int
        K, units for sale.
    demand : int
        m, units each bidder wants, at most K.
    priors : a prior or one a player
        As in `AuctionGame`.
    n_players : int, optional
        With a single prior: how many players share it.
    marginals : "sorted" or "constant"
        Marginal values of a bidder's units: m independent draws in falling order, or one draw
        that all its units are worth.
    reserve : float

    Raises
    ------
    GameError
        If parts do not fit together; says which.

    Examples
    --------
    Two bidders who bid for their second units at all would raise the price of their first:

    >>> from econ_theory import certify
    >>> from econ_theory.games import Uniform
    >>> game = MultiUnitAuction("uniform_price", 2, 2, Uniform(), 2)
    >>> certify(game, [[lambda v: v, lambda v: 0 * v]] * 2).relative < 1e-8
    True
    >>> certify(game, [[lambda v: v, lambda v: v]] * 2).relative > 0.01
    True
    """

    pricing: Pricing
    n_units: int
    demand: int
    priors: tuple[Prior, ...]
    marginals: Marginals
    reserve: float

    def __init__(
        self,
        pricing: Pricing,
        n_units: int,
        demand: int,
        priors: Any,
        n_players: int | None = None,
        *,
        marginals: Marginals = "sorted",
        reserve: float = 0.0,
    ) -> None:
        if pricing not in get_args(Pricing):
            raise GameError(f"pricing is {pricing!r}, want one of {', '.join(get_args(Pricing))}.")
        if marginals not in get_args(Marginals):
            raise GameError(f'marginals is {marginals!r}, want "sorted" or "constant".')
        if not 1 <= demand <= n_units:
            raise GameError(
                f"demand is {demand} of {n_units} units, want at least 1 and at most all of them."
            )
        given = as_priors(priors, n_players)
        if len(given) < 2:
            raise GameError(
                "there is one bidder, want two or more: a list of priors, or one prior and how "
                "many share it."
            )
        if not 0 <= reserve < min(p.high for p in given):
            raise GameError(f"reserve is {reserve}, want one >= 0 that all may be worth.")
        if min(p.low for p in given) < 0:
            raise GameError("marginal values reach below 0, want none that are negative.")
        for name, value in (
            ("pricing", pricing),
            ("n_units", int(n_units)),
            ("demand", int(demand)),
            ("priors", given),
            ("marginals", marginals),
            ("reserve", float(reserve)),
        ):
            object.__setattr__(self, name, value)

    @property
    def summary(self) -> tuple[str, str]:
        """The rules and the bidders, a few words each."""
        name = self.pricing.replace("_", " ")
        rules = f"{name}, {self.n_units} units"
        if self.reserve:
            rules += f", reserve {self.reserve:g}"
        plural = f"{self.demand} units" if self.demand > 1 else "1 unit"
        what = f"{plural}, {self.marginals} values" if self.demand > 1 else plural
        return rules, f"{players_name(self.priors)}; each wants {what}"

    def idle(self, i: int) -> Literal["low"]:
        """Return "low": low values may place no bid."""
        return "low"

    @property
    def symmetric(self) -> bool:
        """Whether all bidders are alike."""
        return all(prior == self.priors[0] for prior in self.priors)

    def payoff_range(self, i: int) -> float:
        """Return what all units wanted are worth to the highest type less the reserve."""
        return self.demand * (self.priors[i].high - self.reserve)

    def rank(self, k: int, share: Any) -> Any:
        """Return the probability that the k-th marginal value (from 0) is at most v.

        `share` is that of one draw, ``F(v)``.

        >>> from econ_theory.games import Uniform
        >>> game = MultiUnitAuction("vickrey", 2, 2, Uniform(), 2)
        >>> game.rank(0, 0.5), game.rank(1, 0.5)
        (0.25, 0.75)
        """
        return share if self.marginals == "constant" else order_statistic(k, self.demand, share)


def order_statistic(k: int, m: int, share: Any) -> Any:
    """Return the distribution of the k-th highest (from 0) of m draws, given that of one.

    ``sum over l <= k of C(m, l) (1 - F) ** l F ** (m - l)``, of numbers or enclosed functions.
    """
    above = -share + 1.0
    total = _power(share, m)
    for l in range(1, k + 1):
        term = _power(above, l) * float(comb(m, l))
        total = total + (term * _power(share, m - l) if l < m else term)
    return total


def _power(x: Any, m: int) -> Any:
    return x.power(m) if hasattr(x, "power") else x**m
