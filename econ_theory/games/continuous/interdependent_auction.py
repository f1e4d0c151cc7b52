"""Auctions of one object whose worth depends on everyone's signals: interdependent values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.joint_priors import JointPrior
from econ_theory.games.continuous.payment_rules import AllPay, PaymentRule, WinnerPays, rule
from econ_theory.games.continuous.priors import Prior
from econ_theory.games.continuous.shared_signals import CommonValue
from econ_theory.games.continuous.summaries import payment_name, players_name

__all__ = ["InterdependentAuction", "SignalSum"]


@dataclass(frozen=True)
class SignalSum:
    """A value of ``own * (own signal) + others * (sum of the others' signals)``.

    ``SignalSum(1, 0)`` is a private value, ``SignalSum(1, 1)`` the wallet game.
    """

    own: float = 1.0
    others: float = 0.0

    def __post_init__(self) -> None:
        if not (self.own >= 0 and self.others >= 0 and 0 < self.own + self.others < np.inf):
            raise GameError(
                f"weights are {self.own} and {self.others}, want two numbers >= 0, not both 0."
            )


NAMES = {"private": SignalSum(1.0, 0.0), "wallet": SignalSum(1.0, 1.0), "common": "common"}


@dataclass(frozen=True, init=False, eq=False, repr=False)
class InterdependentAuction(ContinuousGame):
    """An auction of symmetric risk-neutral bidders with affiliated signals and related values.

    With ``v(x, y)`` the mean value of a bidder given own signal x and highest rival signal y, the
    winner pays ``own * (own bid) + (1 - own) * (second highest bid)``, or all pay their bids.

    Parameters
    ----------
    payment : WinnerPays, AllPay() or str
        "first_price", "second_price", "all_pay".
    joint : JointPrior
        How signals are distributed: `IndependentSignals`, `FgmPair`, `GaussianPair`,
        `LinearShares`, `CommonValue`.
    value : SignalSum or "private", "wallet", "common"
        What the object is worth; "common" is the V of `CommonValue`.
    reserve : float
        Lowest bid admitted, not negative. Types may place no bid.

    Raises
    ------
    GameError
        If parts do not fit together; says which.

    Examples
    --------
    The wallet game in a second-price auction:

    >>> from econ_theory import certify
    >>> from econ_theory.games import IndependentSignals, Uniform
    >>> game = InterdependentAuction("second_price", IndependentSignals(Uniform(), 2), "wallet")
    >>> certificate = certify(game, [lambda t: 2 * t] * 2)
    >>> certificate.kind, bool(certificate.relative < 1e-6)
    ('bound', True)

    Source: Milgrom and Weber 1982, "A theory of auctions and competitive bidding".
    """

    payment: WinnerPays | AllPay
    joint: JointPrior
    value: SignalSum | Literal["common"]
    reserve: float
    priors: tuple[Prior, ...]

    def __init__(
        self,
        payment: PaymentRule | str,
        joint: JointPrior,
        value: SignalSum | str = "private",
        *,
        reserve: float = 0.0,
    ) -> None:
        payment = rule(payment)
        if not isinstance(payment, WinnerPays) and payment != AllPay():
            raise GameError(f"payment is {payment}, want WinnerPays or AllPay().")
        if not isinstance(joint, JointPrior):
            raise GameError(
                f"joint is {type(joint).__name__}, want a JointPrior; independent signals are "
                "IndependentSignals(prior, n_players)."
            )
        if isinstance(value, str):
            if value not in NAMES:
                raise GameError(f"value is {value!r}, want {', '.join(NAMES)} or a SignalSum.")
            value = NAMES[value]  # type: ignore[assignment]
        if value == "common" and not isinstance(joint, CommonValue):
            raise GameError(
                f"value is 'common' with {type(joint).__name__}, want CommonValue; or state the "
                "value by a SignalSum."
            )
        if not 0 <= reserve < np.inf:
            raise GameError(f"reserve is {reserve}, want a number >= 0.")
        for name, given in (
            ("payment", payment),
            ("joint", joint),
            ("value", value),
            ("reserve", float(reserve)),
            ("priors", (joint.signal,) * joint.n_players),
        ):
            object.__setattr__(self, name, given)

    @property
    def summary(self) -> tuple[str, str]:
        """The rules and the bidders, a few words each."""
        rules = payment_name(self.payment)
        if self.reserve:
            rules += f", reserve {self.reserve:g}"
        words = "common value"
        if isinstance(self.value, SignalSum):
            words = f"values {self.value.own:g} own + {self.value.others:g} others"
            words = "private values" if self.value == SignalSum() else words
        return f"{rules}, {words}", f"{players_name(self.priors)}, {self.joint.words}"

    def worth(self, x: Any, y: Any) -> Array:
        """Return ``v(x, y)``, the mean value given own signal x and highest rival signal y."""
        if isinstance(self.value, SignalSum):
            own = self.value.own * np.asarray(x, dtype=float)
            if not self.value.others:
                return own + np.zeros(np.shape(y))
            return own + self.value.others * self.joint.rivals_sum(x, y)
        assert isinstance(self.joint, CommonValue)
        return self.joint.common(x, y)

    def payoff_range(self, i: int) -> float:
        """Return the value given the highest signals, less the reserve; payoff units."""
        top = self.priors[i].high
        return float(self.worth(top, top)) - self.reserve

    def idle(self, i: int) -> Literal["low", "high"] | None:
        """Return "low": the lowest signals may place no bid."""
        return "low"
