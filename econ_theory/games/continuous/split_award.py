"""Procurement in which a buyer may share one contract between two suppliers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from econ_theory.errors import GameError
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.priors import Prior, as_priors
from econ_theory.games.continuous.summaries import players_name

__all__ = ["SplitAward"]

TIE = 1e-12


@dataclass(frozen=True, init=False, eq=False, repr=False)
class SplitAward(ContinuousGame):
    """Two suppliers bid for the whole contract and for half of it; the buyer takes the cheapest.

    A supplier of type t can do the whole contract at cost t, one half at cost ``split_cost * t``.
    It asks (single, split). The buyer pays ``single_1``, ``single_2`` or ``split_1 + split_2``,
    whichever is least; what is asked is what is paid. Shares go first in ties (up to 1e-12 of the
    highest cost: rounding), of two equal singles a fair draw decides.

    Parameters
    ----------
    priors : a prior, or one each of the two suppliers
        Costs of the whole contract, not negative.
    split_cost : float
        Cost of one half as a share of the whole, in (0, 1); below 1/2 sharing is cheaper.

    Raises
    ------
    GameError
        If costs or the number of suppliers do not fit; says which.

    Examples
    --------
    Suppliers who all ask 0.42 for a half and 0.84 for the whole share, which the highest cost
    does at no loss:

    >>> from econ_theory import certify
    >>> from econ_theory.games import Uniform
    >>> game = SplitAward(Uniform(1.0, 1.4), split_cost=0.3)
    >>> pooled = [lambda t: 0.84 + 0 * t, lambda t: 0.42 + 0 * t]
    >>> certify(game, [pooled, pooled]).relative < 1e-6
    True
    """

    priors: tuple[Prior, ...]
    split_cost: float

    def __init__(self, priors: Any, split_cost: float) -> None:
        given = as_priors(priors, len(priors) if isinstance(priors, (list, tuple)) else 2)
        if len(given) != 2:
            raise GameError(f"priors has {len(given)} entries, want one or two: two suppliers.")
        if min(p.low for p in given) < 0:
            raise GameError("costs reach below 0, want none that are negative.")
        if not 0 < split_cost < 1:
            raise GameError(
                f"split_cost is {split_cost}, want the cost of a half as a share in (0, 1)."
            )
        object.__setattr__(self, "priors", given)
        object.__setattr__(self, "split_cost", float(split_cost))

    @property
    def summary(self) -> tuple[str, str]:
        """The rules and the suppliers, a few words each."""
        return f"split award, a half costs {self.split_cost:g}", players_name(self.priors)

    @property
    def symmetric(self) -> bool:
        """Whether both suppliers are alike."""
        return self.priors[0] == self.priors[1]

    @property
    def tie(self) -> float:
        """How much more sharing may cost and still be taken, payoff units: rounding."""
        return TIE * max(p.high for p in self.priors)

    def payoff_range(self, i: int) -> float:
        """Return the largest of two profits of the lowest cost, payoff units.

        That of the whole contract at the highest cost as price, and that of a half at a price at
        which it is as good as the whole at twice that price.
        """
        low = self.priors[i].low
        return max(max(p.high for p in self.priors) - low, (1 - 2 * self.split_cost) * low)
