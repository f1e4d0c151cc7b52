"""Two local bidders against a global one: core-selecting package auctions in their smallest form.

Bidders 1 and 2, the locals, want one item each; bidder 3, the global one, wants both. The locals
win if their bids together beat the global bid. In the core, winners pay no more than they bid
and together what the losers bid. VCG payments may sum to less, which the other rules mend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.priors import Prior, Uniform, as_prior
from econ_theory.games.continuous.summaries import players_name

__all__ = ["CoreRule", "LocalGlobalAuction"]

CoreRule = Literal["vcg", "nearest_vcg", "nearest_zero", "nearest_bid", "first_price"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class LocalGlobalAuction(ContinuousGame):
    """The local-local-global auction under a payment rule.

    Parameters
    ----------
    rule : str
        "vcg"; the point of the core nearest to the VCG payments ("nearest_vcg"), to zero
        ("nearest_zero", the proxy rule) or to the bids ("nearest_bid"); "first_price".
        Under all but the last, truth is the global bidder's best bid whatever the locals do.
    local : a prior, or a pair of priors
        Values of one item. Default uniform on [0, 1].
    global_ : a prior
        Values of both items. Default uniform on [0, 2].
    correlation : float in [0, 1]
        Probability that the locals' values are equal; they are independent otherwise.

    Raises
    ------
    GameError
        If the rule is unknown, values may be negative, or unequal locals are correlated.

    Examples
    --------
    >>> from econ_theory import certify
    >>> game = LocalGlobalAuction("nearest_bid")
    >>> bid = lambda v: -np.log(1 - v / 2)
    >>> certify(game, [bid, bid, lambda v: v]).relative < 1e-6
    True
    >>> game
    LocalGlobalAuction(two locals against a global bidder, nearest bid, U[0, 1]; U[0, 1]; U[0, 2])

    Notes
    -----
    Sources: Goeree and Lien 2016, "On the impossibility of core-selecting auctions"; Ausubel and
    Baranov 2020, "Core-selecting auctions with incomplete information".
    """

    rule: CoreRule
    priors: tuple[Prior, ...]
    correlation: float

    def __init__(
        self,
        rule: CoreRule = "nearest_vcg",
        local: Any = None,
        global_: Any = None,
        *,
        correlation: float = 0.0,
    ) -> None:
        if rule not in get_args(CoreRule):
            raise GameError(f"rule is {rule!r}, want one of {', '.join(get_args(CoreRule))}.")
        given = local if isinstance(local, (list, tuple)) else [local, local]
        if len(given) != 2:
            raise GameError(f"local has {len(given)} priors, want one, or one for each of two.")
        same = given[0] is given[1]
        first = as_prior(Uniform() if given[0] is None else given[0])
        second = first if same else as_prior(Uniform() if given[1] is None else given[1])
        priors = (first, second, as_prior(Uniform(0, 2) if global_ is None else global_))
        lowest = min(prior.low for prior in priors)
        if lowest < 0:
            raise GameError(f"values go down to {lowest:g}, want none below 0.")
        if not 0 <= correlation <= 1:
            raise GameError(f"correlation is {correlation}, want a probability in [0, 1].")
        if correlation and first != second:
            raise GameError(
                f"correlation is {correlation:g} and the locals' priors differ, want one prior for "
                "both; or correlation=0."
            )
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "priors", priors)
        object.__setattr__(self, "correlation", float(correlation))

    @property
    def summary(self) -> tuple[str, str]:
        """The rules and the bidders, a few words each."""
        rules = f"two locals against a global bidder, {self.rule.replace('_', ' ')}"
        if self.correlation:
            rules += f", locals equal with probability {self.correlation:g}"
        return rules, players_name(self.priors)

    def payoff_range(self, i: int) -> float:
        """Return the highest value of bidder `i`: winning it for nothing, or nothing."""
        return float(self.priors[i].high)

    def payments(self, bids: Any) -> Array:
        """Return what the three bidders pay, ``(3, ...)``, of their `bids`, ``(3, ...)``.

        Ties go to the global bidder.

        >>> LocalGlobalAuction("nearest_vcg").payments([0.75, 0.5, 1.0])
        array([0.625, 0.375, 0.   ])
        """
        first, second, both = np.asarray(bids, dtype=float)
        win = first + second > both
        paid = [np.where(win, _paid(self.rule, *pair, both), 0.0)
                for pair in ((first, second), (second, first))]  # fmt: skip
        losing = both if self.rule == "first_price" else first + second
        return np.array([*paid, np.where(win, 0.0, losing)])

    def payoffs(self, types: Any, bids: Any) -> Array:
        """Return the three bidders' payoffs, ``(3, ...)``, of `types` and `bids`, ``(3, ...)``."""
        first, second, both = np.asarray(bids, dtype=float)
        win = first + second > both
        won = np.asarray(types, dtype=float) * np.array([win, win, ~win])
        return won - self.payments(bids)


def _paid(rule: CoreRule, own: Array, other: Array, both: Array) -> Array:
    """What a local pays that wins with bid `own`."""
    least, most = np.maximum(both - other, 0.0), np.minimum(own, both)
    if rule == "vcg":
        return least
    if rule == "nearest_zero":
        return np.clip(both / 2, least, np.maximum(least, most))
    if rule == "nearest_bid":
        return np.clip((both + own - other) / 2, 0.0, np.maximum(both, 0.0))
    if rule == "nearest_vcg":
        return (both + least - np.maximum(both - own, 0.0)) / 2
    return own
