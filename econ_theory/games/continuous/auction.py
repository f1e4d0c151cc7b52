"""Auctions and contests with continuous types, written in parts: priors, payments, utilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError
from econ_theory.games.continuous.auction_payoffs import auction_payoff
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.payment_rules import (
    AllPay,
    CustomPayoff,
    Effort,
    KthPrice,
    PaymentRule,
    WinnerPays,
    rule,
)
from econ_theory.games.continuous.priors import Prior, Reversed, as_priors
from econ_theory.games.continuous.summaries import payment_name, players_name
from econ_theory.games.continuous.utilities import (
    Cara,
    Charity,
    Crra,
    ReturnOnInvestment,
    RiskNeutral,
    Spite,
    Utility,
)

__all__ = ["AuctionGame"]

NEUTRAL = RiskNeutral()


@dataclass(frozen=True, init=False, eq=False, repr=False)
class AuctionGame(ContinuousGame):
    """A game of bids: independent private one-dimensional types, one number to choose.

    Parameters
    ----------
    payment : PaymentRule or str
        `WinnerPays`, `KthPrice`, `AllPay`, `Effort`, `CustomPayoff`, or "first_price",
        "second_price", "all_pay", "war_of_attrition".
    priors : a prior or one a player
        Priors or frozen continuous distributions of scipy.stats. Give the same object to players
        who are alike: it is then looked at once.
    n_players : int, optional
        With a single prior: how many players share it.
    utilities : a utility or one a player, optional
        Default risk neutral.
    reserve : float, optional
        Lowest bid admitted (in procurement: the highest).
    procurement : bool
        Types are costs, bids are prices asked, the lowest wins.
    demand : (a, b), optional
        In procurement, the quantity ``a - b * price`` the winner sells (default: one unit).

    Raises
    ------
    GameError
        If parts do not fit together; says which.

    Examples
    --------
    >>> from econ_theory import certify
    >>> from econ_theory.games import Uniform
    >>> from econ_theory.strategies.bids import BidFunction, BidProfile
    >>> game = AuctionGame("first_price", Uniform(), n_players=3)
    >>> shade = BidFunction([0, 1], [0, 2 / 3])
    >>> certificate = certify(game, BidProfile([shade] * 3))
    >>> certificate.kind, certificate.relative < 1e-8
    ('bound', True)
    """

    payment: PaymentRule
    priors: tuple[Prior, ...]
    utilities: tuple[Utility, ...]
    reserve: float | None
    procurement: bool
    demand: tuple[float, float] | None

    def __init__(
        self,
        payment: PaymentRule | str,
        priors: Any,
        n_players: int | None = None,
        *,
        utilities: Utility | Sequence[Utility] = NEUTRAL,
        reserve: float | None = None,
        procurement: bool = False,
        demand: tuple[float, float] | None = None,
    ) -> None:
        given = as_priors(priors, n_players)
        if reserve is not None and not isfinite(reserve):
            raise GameError(f"reserve is {reserve}, want a finite number, or None for no reserve.")
        attitudes = (
            tuple(utilities) if isinstance(utilities, Sequence) else (utilities,) * len(given)
        )
        if len(attitudes) != len(given):
            raise GameError(f"utilities has {len(attitudes)} entries, want {len(given)}.")
        for name, value in (
            ("payment", rule(payment)),
            ("priors", given),
            ("utilities", attitudes),
            ("reserve", None if reserve is None else float(reserve)),
            ("procurement", bool(procurement)),
            ("demand", None if demand is None else (float(demand[0]), float(demand[1]))),
        ):
            object.__setattr__(self, name, value)
        _check(self)

    @property
    def summary(self) -> tuple[str, str]:
        """The rules and the bidders, a few words each."""
        rules = payment_name(self.payment)
        if self.procurement:
            rules += ", procurement"
        if self.demand is not None:
            rules += ", demand {:g} - {:g} * price".format(*self.demand)
        if self.reserve is not None:
            rules += f", reserve {self.reserve:g}"
        notes = [None if isinstance(u, RiskNeutral) else f"`{u}`" for u in self.utilities]
        return rules, players_name(self.priors, notes)

    @property
    def falling(self) -> bool:
        """Whether bids fall in the type: effort does, in its cost."""
        return isinstance(self.payment, Effort)

    @property
    def values(self) -> tuple[Prior, ...]:
        """The priors of what a win is worth: costs count as negative values."""
        if not (self.procurement or self.falling):
            return self.priors
        turned = {id(prior): Reversed(prior) for prior in self.priors}
        return tuple(turned[id(prior)] for prior in self.priors)

    def slope(self, i: int) -> Literal[-1, 0, 1]:
        """Return 1 for bids that rise in the type, -1 for effort, 0 where anything goes."""
        if isinstance(self.payment, CustomPayoff):
            return 0
        return -1 if self.falling else 1

    def idle(self, i: int) -> Literal["low", "high"] | None:
        """Return the end of the types that may place no bid: the weakest."""
        if isinstance(self.payment, CustomPayoff):
            return None
        return "high" if self.procurement or self.falling else "low"

    @property
    def unsold(self) -> bool:
        """Whether no type of any player is worth the reserve, so that nobody bids.

        >>> from econ_theory.games import Uniform
        >>> AuctionGame("all_pay", Uniform(), 2, reserve=1.0).unsold
        True
        """
        if self.reserve is None:
            return False
        reserve = -self.reserve if self.procurement else self.reserve
        return all(prior.high <= reserve for prior in self.values)

    @property
    def symmetric(self) -> bool:
        """Whether all players are alike."""
        return all(p == self.priors[0] for p in self.priors) and len(set(self.utilities)) == 1

    def ex_post(self, i: int, types: Array, actions: Array, own: Array | None = None) -> Array:
        """Return player `i`'s payoffs draw by draw; ties count as what a fair draw is worth."""
        return auction_payoff(self, i, types, actions, own)

    def action_range(self, i: int) -> tuple[float, float]:
        """Return the bids between which equilibria are looked for.

        Up to the highest value or, where bids may exceed it (k-th price, war of attrition), three
        times that; effort up to what the first prize is worth to the lowest cost.
        """
        payment, highs = self.payment, max(p.high for p in self.priors)
        if isinstance(payment, CustomPayoff):
            return payment.actions
        if isinstance(payment, Effort):
            return 0.0, payment.prizes[0] / min(p.low for p in self.priors)
        if self.procurement:
            low = min(p.low for p in self.priors)
            return low, highs if self.reserve is None else self.reserve
        low = 0.0 if isinstance(payment, AllPay) else min(0.0, *(p.low for p in self.priors))
        if isinstance(payment, AllPay):
            highs *= payment.prizes[0]
        if isinstance(payment, KthPrice) or getattr(payment, "returned", 0.0) > 0:
            highs += 2 * (highs - low)
        return low if self.reserve is None else self.reserve, highs

    def payoff_range(self, i: int) -> float:
        """Return what a relative gain of player `i` is a share of, payoff units.

        With values: the utility of winning as the highest type and paying the reserve, or nothing.
        With costs of a seller: the largest profit of the lowest cost, at prices up to the reserve
        or the highest cost. With costs of effort: the first prize. A reserve that the best type is
        not worth counts as none.
        """
        payment, prior, utility = self.payment, self.priors[i], self.utilities[i]
        if isinstance(payment, CustomPayoff):
            return payment.size
        if isinstance(payment, Effort):
            return payment.prizes[0]
        if self.procurement:
            top = max(p.high for p in self.priors)
            if self.reserve is not None and self.reserve > prior.low:
                top = self.reserve
            prices = np.linspace(prior.low, top, 1001)
            quantity = 1.0 if self.demand is None else self.demand[0] - self.demand[1] * prices
            return float(((prices - prior.low) * np.maximum(quantity, 0.0)).max())
        floor = min(0.0, prior.low)
        if self.reserve is not None and self.reserve < prior.high:
            floor = self.reserve
        surplus = np.array(prior.high - floor)
        if isinstance(utility, ReturnOnInvestment):
            assert self.reserve is not None
            return float(surplus / self.reserve)
        if isinstance(utility, (Crra, Cara)):
            return float(utility.of(surplus))
        return float(surplus)


def _check(game: AuctionGame) -> None:
    payment, selling = game.payment, not game.procurement
    known = [prior for prior in game.priors if not prior.low < prior.high]
    if known and not isinstance(payment, CustomPayoff):
        raise GameError(
            f"the type {known[0].low:g} is known to all, want distributions: who faces a known "
            "bidder mixes; use AggregativeGame for contests, BayesianGame for finite types."
        )
    if not selling and not isinstance(payment, (WinnerPays, CustomPayoff)):
        raise GameError(
            f"procurement has payment {payment}, want WinnerPays; costs of effort are Effort."
        )
    if game.demand is not None:
        if selling or payment != WinnerPays(1.0):
            raise GameError(
                f"demand is {game.demand}, want None unless the lowest price wins and is paid: "
                'payment="first_price", procurement=True.'
            )
        top = max(p.high for p in game.priors)
        if game.demand[1] < 0 or game.demand[0] - game.demand[1] * top < 0:
            raise GameError(
                f"demand is {game.demand}, want a - b * price with b >= 0, not negative at the "
                f"highest cost {top:g}."
            )
    if isinstance(payment, Effort) and min(p.low for p in game.priors) <= 0:
        raise GameError("costs of effort reach 0 or less, want positive ones.")
    if isinstance(payment, KthPrice) and (payment.k > game.n_players or not game.symmetric):
        raise GameError(
            f"payment is {payment} with {game.n_players} players, want at least k players, all "
            "with one prior."
        )
    prizes = getattr(payment, "prizes", (1.0,))
    if len(prizes) > game.n_players or (len(prizes) > 1 and not game.symmetric):
        raise GameError(
            f"prizes is {prizes} with {game.n_players} players, want at most one prize a player, "
            "and one prior for all."
        )
    unreserved = isinstance(payment, (Effort, CustomPayoff)) or len(prizes) > 1
    if unreserved and game.reserve is not None:
        raise GameError(f"reserve is {game.reserve} with {payment}, want None.")
    for utility in game.utilities:
        wanted = _misfit(game, utility)
        if wanted:
            raise GameError(f"utility {utility} with {payment}: want {wanted}.")


def _misfit(game: AuctionGame, utility: Utility) -> str | None:
    payment = game.payment
    if isinstance(utility, RiskNeutral):
        return None
    if isinstance(payment, CustomPayoff):
        return "RiskNeutral(); the payoff function says it all"
    if game.procurement:
        return "RiskNeutral() in procurement"
    if isinstance(utility, (Spite, Charity)):
        second = payment == WinnerPays(0.0) and game.n_players == 2
        fits = game.reserve is None and (second or payment == WinnerPays(1.0))
        return None if fits else "no reserve, and WinnerPays(1), or WinnerPays(0) for two bidders"
    if isinstance(utility, ReturnOnInvestment):
        fits = payment == WinnerPays(1.0) and (game.reserve or 0.0) > 0
        return None if fits else "WinnerPays(1) and a positive reserve"
    if payment in (WinnerPays(0.0), WinnerPays(1.0)):
        return None
    if isinstance(utility, Cara) and payment == AllPay():
        return None
    return "WinnerPays(0), WinnerPays(1), or CARA with AllPay()"
