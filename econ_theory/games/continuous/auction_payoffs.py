"""What a player gets once all types are drawn and all bids made: auctions draw by draw.

Written in values and bids that win when high: a cost is minus a value, a price asked minus a bid.
A tie is worth what a fair draw among those who tie is worth on average.
"""

from __future__ import annotations

from math import inf
from typing import Protocol

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError
from econ_theory.games.continuous.payment_rules import (
    AllPay,
    CustomPayoff,
    Effort,
    KthPrice,
    PaymentRule,
    WinnerPays,
)
from econ_theory.games.continuous.utilities import (
    Cara,
    Charity,
    Crra,
    ReturnOnInvestment,
    Spite,
    Utility,
)

__all__ = ["auction_payoff"]


class Terms(Protocol):
    """What of an `AuctionGame` decides who pays what."""

    @property
    def payment(self) -> PaymentRule: ...
    @property
    def procurement(self) -> bool: ...
    @property
    def reserve(self) -> float | None: ...
    @property
    def utilities(self) -> tuple[Utility, ...]: ...
    @property
    def demand(self) -> tuple[float, float] | None: ...


def auction_payoff(
    game: Terms, i: int, types: Array, actions: Array, own: Array | None = None
) -> Array:
    """Return player `i`'s payoffs in an auction, ``(..., B)``; see `ContinuousGame.ex_post`."""
    payment = game.payment
    bid = actions[i] if own is None else own
    if isinstance(payment, CustomPayoff):
        return _custom(payment, np.broadcast_to(types[i], bid.shape), bid, np.delete(actions, i, 0))
    turn = -1.0 if game.procurement else 1.0
    reserve = None if game.reserve is None else turn * game.reserve
    bid, rivals = (_admitted(turn * b, reserve) for b in (bid, np.delete(actions, i, 0)))
    value = turn * types[i]
    placed = bid > -inf
    bid = np.where(placed, bid, 0.0)
    prizes = payment.prizes if isinstance(payment, AllPay | Effort) else (1.0,)
    prize = placed * _prize(prizes, bid, rivals)
    if isinstance(payment, Effort):
        return prize - types[i] * bid
    # Where too few bid to set a price, it is the reserve; without one nothing, or what one asks.
    spare = reserve if reserve is not None else bid if game.procurement else 0.0
    top, utility = rivals.max(axis=0, initial=-inf), game.utilities[i]
    second = np.where(top > -inf, top, spare)
    if isinstance(payment, AllPay):
        if isinstance(utility, Cara):
            return prize * utility.of(value - bid) + (1 - prize) * utility.of(-bid)
        return prize * (value + payment.returned * (bid - second)) - bid
    if isinstance(payment, KthPrice):
        price = np.sort(rivals, axis=0)[1 - payment.k]
        price = np.where(price > -inf, price, spare)
    else:
        price = payment.own * bid + (1 - payment.own) * second
    surplus = value - price
    if isinstance(utility, Crra | Cara):
        return prize * utility.of(surplus)
    if isinstance(utility, ReturnOnInvestment):
        return prize * surplus / np.where(placed, bid, 1.0)
    if isinstance(utility, Charity | Spite):
        # What another pays who wins: its own bid, or in the second price the losing one.
        theirs = np.where(top > -inf, top if payment == WinnerPays(1.0) else bid, 0.0)
        if isinstance(utility, Charity):
            return prize * (surplus + utility.share * price) + (
                utility.share * (1 - prize) * theirs
            )
        return prize * surplus - utility.weight * (1 - prize) * (
            _mean_at_top(np.delete(types, i, 0), rivals) - theirs
        )
    if game.demand is not None:
        surplus = surplus * np.maximum(game.demand[0] + game.demand[1] * price, 0.0)
    return prize * surplus


def _mean_at_top(types: Array, bids: Array) -> Array:
    """Mean type of those who bid highest, 0 where nobody bids: who wins is drawn among them."""
    best = (bids == bids.max(axis=0)) & (bids > -inf)
    return (types * best).sum(axis=0) / np.maximum(best.sum(axis=0), 1)


def _custom(payment: CustomPayoff, types: Array, own: Array, others: Array) -> Array:
    """The function sees flat draws, whatever the shape of `own`, ``(..., B)``."""
    spread = np.broadcast_to(others[:, *(None,) * (own.ndim - 1)], (len(others), *own.shape))
    payoffs = np.asarray(
        payment.function(types.ravel(), own.ravel(), spread.reshape(len(others), -1)), dtype=float
    )
    if payoffs.shape != (own.size,) or not np.isfinite(payoffs).all():
        raise GameError(
            f"the payoff function returns shape {payoffs.shape} for {own.size} draws (finite: "
            f"{bool(np.isfinite(payoffs).all())}), want one finite number a draw."
        )
    return payoffs.reshape(own.shape)


def _admitted(bids: Array, reserve: float | None) -> Array:
    """Bids, and minus infinity where none is placed or it is below the reserve."""
    out = np.isnan(bids)
    if reserve is not None:
        out |= bids < reserve
    return np.where(out, -inf, bids)


def _prize(prizes: tuple[float, ...], bid: Array, rivals: Array) -> Array:
    """Expected prize of a bid: those who tie share the prizes of their places evenly."""
    if len(prizes) == 1:
        top = rivals.max(axis=0, initial=-inf)
        level = (rivals == top).sum(axis=0)
        return prizes[0] * np.where(bid > top, 1.0, (bid == top) / (1.0 + level))
    above = np.sum([rival > bid for rival in rivals], axis=0)
    level = np.sum([rival == bid for rival in rivals], axis=0)
    total = np.concatenate([[0.0], np.cumsum(prizes), np.full(len(rivals) + 1, sum(prizes))])
    return (total[above + level + 1] - total[above]) / (level + 1)
