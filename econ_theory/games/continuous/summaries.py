"""Games with continuous types in a few words: rules, priors, players."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from econ_theory.games.continuous.payment_rules import (
    AllPay,
    CustomPayoff,
    Effort,
    KthPrice,
    PaymentRule,
    WinnerPays,
)
from econ_theory.games.continuous.priors import Known, Power, Prior, ScipyPrior, Uniform

__all__ = ["payment_name", "players_name", "prior_name"]

_ORDINALS = {3: "third", 4: "fourth", 5: "fifth"}


def payment_name(payment: PaymentRule) -> str:
    """Return who pays what.

    >>> payment_name(WinnerPays(1.0)), payment_name(KthPrice(3)), payment_name(AllPay(1.0))
    ('first price', 'third price', 'war of attrition')
    """
    if isinstance(payment, WinnerPays):
        known = {1.0: "first price", 0.0: "second price"}
        return known.get(payment.own, f"own bid {payment.own:g}, second {1 - payment.own:g}")
    if isinstance(payment, KthPrice):
        return f"{_ORDINALS.get(payment.k, f'{payment.k}th')} price"
    if isinstance(payment, CustomPayoff):
        return "a payoff function"
    name = "costs of effort"
    if isinstance(payment, AllPay):
        known = {0.0: "all pay", 1.0: "war of attrition"}
        name = known.get(payment.returned, f"all pay, {payment.returned:g} returned")
    assert isinstance(payment, (AllPay, Effort))
    if len(payment.prizes) > 1:
        name += ", prizes " + ", ".join(f"{prize:g}" for prize in payment.prizes)
    return name


def prior_name(prior: Prior) -> str:
    """Return a distribution's usual name.

    >>> prior_name(Uniform(2, 5)), prior_name(Power(0.5))
    ('U[2, 5]', 'F = v^0.5')
    """
    if isinstance(prior, Uniform):
        return f"U[{prior.low:g}, {prior.high:g}]"
    if isinstance(prior, Power):
        base = "v" if prior.high == 1 else f"(v / {prior.high:g})"
        return f"F = {base}^{prior.exponent:g}"
    if isinstance(prior, Known):
        return f"known {prior.value:g}"
    name = type(prior).__name__
    if isinstance(prior, ScipyPrior):
        name = getattr(getattr(prior.distribution, "dist", None), "name", name)
    return f"{name} on [{prior.low:g}, {prior.high:g}]"


def players_name(priors: Sequence[Prior], notes: Sequence[Any] | None = None) -> str:
    """Return who plays: how many of one kind, or each; notes are said after the prior.

    >>> players_name([Uniform()] * 3), players_name([Uniform(), Uniform(0, 2)], [None, "late"])
    ('3 of U[0, 1]', 'U[0, 1]; U[0, 2], late')
    """
    said = [None] * len(priors) if notes is None else notes
    kinds = [
        prior_name(prior) + (f", {note}" if note else "")
        for prior, note in zip(priors, said, strict=True)
    ]
    return f"{len(kinds)} of {kinds[0]}" if len(set(kinds)) == 1 else "; ".join(kinds)
