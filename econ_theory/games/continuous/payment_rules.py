"""Who gets the object and who pays what: auctions and contests as values.

The highest bid wins; ties are broken by a fair draw. `rule` also knows the usual names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from econ_theory.errors import GameError

__all__ = ["AllPay", "CustomPayoff", "Effort", "KthPrice", "PaymentRule", "WinnerPays", "rule"]


@dataclass(frozen=True)
class WinnerPays:
    """The winner pays ``own * (own bid) + (1 - own) * (second highest bid, or the reserve)``.

    ``own=1`` is the first-price auction, ``own=0`` the second-price auction.
    """

    own: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.own <= 1:
            raise GameError(f"own is {self.own}, want a share in [0, 1].")


@dataclass(frozen=True)
class KthPrice:
    """The winner pays the k-th highest bid, k >= 3 (1 and 2 are `WinnerPays`)."""

    k: int

    def __post_init__(self) -> None:
        if self.k < 3:
            raise GameError(
                f"k is {self.k}, want at least 3; use WinnerPays(1) for the first price and "
                "WinnerPays(0) for the second."
            )


@dataclass(frozen=True)
class AllPay:
    """Everyone pays its own bid; the share `returned` of what the winner overbid comes back to it.

    The winner pays ``(1 - returned) * (own bid) + returned * (second highest bid)``, the others
    their bids. ``returned=0`` is the all-pay auction, ``returned=1`` the war of attrition.

    Parameters
    ----------
    returned : float in [0, 1]
    prizes : shares of the value won by the first, the second, ...
        Not increasing; several prizes want ``returned=0``.
    """

    returned: float = 0.0
    prizes: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        if not 0 <= self.returned <= 1:
            raise GameError(f"returned is {self.returned}, want a share in [0, 1].")
        _check_prizes(self.prizes)
        if self.returned and self.prizes != (1.0,):
            raise GameError(
                f"prizes is {self.prizes} with returned={self.returned}, want prizes=(1.0,); "
                "only the all-pay rule (returned=0) has several prizes."
            )


@dataclass(frozen=True)
class Effort:
    """A contest for prizes in which the type is the cost of one unit of effort.

    ``u = prize - cost * effort``; use with `procurement` false and positive costs as types. Bid
    functions give effort and fall in the cost.

    Source: Moldovanu and Sela 2001, "The optimal allocation of prizes in contests".
    """

    prizes: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        _check_prizes(self.prizes)


@dataclass(frozen=True)
class CustomPayoff:
    """Any payoff: ``function(own_type, own_action, others_actions)``, certified by sampling.

    Parameters
    ----------
    function : callable
        Takes arrays ``(B,)``, ``(B,)`` and ``(n - 1, B)``; returns payoffs ``(B,)``.
    actions : (low, high)
        Actions a deviation may take.
    size : float
        Largest minus smallest payoff: what a relative gain is a share of.
    """

    function: Callable[..., Any]
    actions: tuple[float, float]
    size: float

    def __post_init__(self) -> None:
        low, high = self.actions
        if not low < high:
            raise GameError(f"actions is {self.actions}, want an interval low < high.")
        if not self.size > 0:
            raise GameError(f"size is {self.size}, want a positive payoff range.")


def _check_prizes(prizes: tuple[float, ...]) -> None:
    falling = all(a >= b >= 0 for a, b in pairwise(prizes))
    if not prizes or not falling or not prizes[0] > 0:
        raise GameError(f"prizes is {prizes}, want shares that do not increase, the first > 0.")


PaymentRule = WinnerPays | KthPrice | AllPay | Effort | CustomPayoff

_NAMED = {
    "first_price": WinnerPays(1.0),
    "second_price": WinnerPays(0.0),
    "all_pay": AllPay(0.0),
    "war_of_attrition": AllPay(1.0),
}


def rule(name: PaymentRule | str) -> PaymentRule:
    """Return the payment rule called `name`, or `name` itself if it is one.

    >>> rule("second_price")
    WinnerPays(own=0.0)
    >>> rule("dutch")
    Traceback (most recent call last):
    econ_theory.errors.GameError: payment is 'dutch', want a payment rule or one of first_price, \
second_price, all_pay, war_of_attrition.
    """
    if isinstance(name, PaymentRule):
        return name
    if name not in _NAMED:
        raise GameError(f"payment is {name!r}, want a payment rule or one of {', '.join(_NAMED)}.")
    return _NAMED[name]
