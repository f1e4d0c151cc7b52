"""Quadratic payoffs of the own action and the sum of the others': markets and public goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError
from econ_theory.games.continuous.priors import Prior

__all__ = ["Bertrand", "Cournot", "Interval", "LinearQuadratic", "PublicGood"]

Interval = tuple[float, float]


@dataclass(frozen=True)
class LinearQuadratic:
    """A quadratic payoff, concave in the own action.

    ``u = t (typed[0] + typed[1] a + typed[2] y) + linear[0] a + linear[1] y
    - curvature a^2 / 2 + cross a y - rivals y^2 / 2``

    `Cournot`, `Bertrand` and `PublicGood` are written in it. The best action is linear in the type
    and in the mean of y, so strategies are straight lines between the ends of the actions. Source:
    Radner 1962; Vives 2008, Information and Learning in Markets, chapter 1.

    >>> float(LinearQuadratic(typed=(0, 1, 0), cross=0.5).payoff(1.0, 2.0, 3.0))
    3.0
    """

    typed: tuple[float, float, float]
    linear: tuple[float, float] = (0.0, 0.0)
    curvature: float = 1.0
    cross: float = 0.0
    rivals: float = 0.0
    name: str = "linear-quadratic"

    def __post_init__(self) -> None:
        if not 0 < self.curvature < np.inf:
            raise GameError(f"curvature is {self.curvature}, want a positive number.")

    @property
    def quadratic(self) -> LinearQuadratic:
        """The payoff itself."""
        return self

    @property
    def slope(self) -> Literal[-1, 0, 1]:
        """Best actions rise or fall in the type as `typed[1]` says."""
        return -1 if self.typed[1] < 0 else 1

    def payoff(self, t: Any, a: Any, y: Any) -> Array:
        """Return u, broadcast."""
        q = self.quadratic
        u = t * (q.typed[0] + q.typed[1] * a + q.typed[2] * y) + q.linear[0] * a + q.linear[1] * y
        return np.asarray(u - q.curvature / 2 * a**2 + q.cross * a * y - q.rivals / 2 * y**2)

    def actions(self, prior: Prior, n_players: int) -> Interval:
        """Raise: only the user knows."""
        raise GameError("actions is None, want an interval (low, high) with this payoff.")

    def check(self, actions: Sequence[Interval], priors: Sequence[Prior]) -> None:
        """Accept any actions."""


@dataclass(frozen=True, init=False)
class Cournot(LinearQuadratic):
    """Quantities: ``u = a (intercept - decline (a + y) - t)``, t the private unit cost.

    The price is not negative: the capacities of all firms together must not exceed the quantity
    whose price is zero. Default: an equal share of it each.

    >>> Cournot(1.0).payoff(0.2, np.array([0.1, 0.3]), 0.3)
    array([0.04, 0.06])
    """

    typed: tuple[float, float, float] = (0.0, -1.0, 0.0)
    intercept: float = 1.0
    decline: float = 1.0
    name: str = "Cournot"

    def __init__(self, intercept: float = 1.0, decline: float = 1.0) -> None:
        _check_positive(intercept=intercept, decline=decline)
        _set(
            self,
            intercept=float(intercept),
            decline=float(decline),
            linear=(float(intercept), 0.0),
            curvature=2.0 * decline,
            cross=-float(decline),
            rivals=0.0,
            name=f"Cournot, price {intercept:g} - {decline:g} Q",
        )

    def actions(self, prior: Prior, n_players: int) -> Interval:
        """Return capacities at which the price of all together is zero."""
        return 0.0, self.intercept / (self.decline * n_players)

    def check(self, actions: Sequence[Interval], priors: Sequence[Prior]) -> None:
        """Refuse capacities at which the price is negative, and negative quantities."""
        total, most = sum(high for _, high in actions), self.intercept / self.decline
        if min(low for low, _ in actions) < 0 or total > most * (1 + 1e-12):
            raise GameError(
                f"actions is {list(actions)}: quantities of up to {total:g} together, want them "
                f">= 0 and at most {most:g}, where the price is zero; lower the capacities."
            )


@dataclass(frozen=True, init=False)
class Bertrand(LinearQuadratic):
    """Prices: ``u = (a - t) (intercept - own a + cross_price y)``, t the private unit cost.

    y is the sum of the others' prices. Demand is not negative at any prices: that bounds the
    actions; default: from 0 to ``intercept / own``.

    >>> round(float(Bertrand(1.0, 1.0, 0.5).payoff(0.2, 0.8, 0.6)), 9)
    0.3
    """

    typed: tuple[float, float, float] = (0.0, 1.0, 0.0)
    intercept: float = 1.0
    own: float = 1.0
    name: str = "Bertrand"

    def __init__(self, intercept: float = 1.0, own: float = 1.0, cross: float = 0.5) -> None:
        _check_positive(intercept=intercept, own=own)
        if not cross >= 0:
            raise GameError(f"cross is {cross}, want >= 0: the goods are substitutes.")
        _set(
            self,
            intercept=float(intercept),
            own=float(own),
            typed=(-float(intercept), float(own), -float(cross)),
            linear=(float(intercept), 0.0),
            curvature=2.0 * own,
            cross=float(cross),
            rivals=0.0,
            name=f"Bertrand, demand {intercept:g} - {own:g} own price + {cross:g} others'",
        )

    def actions(self, prior: Prior, n_players: int) -> Interval:
        """Return prices up to that at which nothing is sold if the others' are zero."""
        return 0.0, self.intercept / self.own

    def check(self, actions: Sequence[Interval], priors: Sequence[Prior]) -> None:
        """Refuse prices at which demand is negative."""
        lows = sum(low for low, _ in actions)
        for i, (low, high) in enumerate(actions):
            least = self.intercept - self.own * high + self.cross * (lows - low)
            if least < -1e-12 * self.intercept:
                raise GameError(
                    f"demand of player {i + 1} falls to {least:g} within the actions "
                    f"{list(actions)}, want it never negative; lower its highest price or raise "
                    "the others' lowest."
                )


@dataclass(frozen=True, init=False)
class PublicGood(LinearQuadratic):
    """Contributions: ``u = t G - saturation G^2 / 2 - cost a^2 / 2`` with ``G = a + y``.

    The type is the value of the first unit of the good. Contributions range from 0 to what the
    highest type would give alone. Source: Bergstrom, Blume and Varian 1986, with private values.

    >>> float(PublicGood(1.0, 1.0).payoff(2.0, 1.0, 0.0))
    1.0
    """

    typed: tuple[float, float, float] = (0.0, 1.0, 1.0)
    saturation: float = 1.0
    cost: float = 0.0
    name: str = "public good"

    def __init__(self, saturation: float = 1.0, cost: float = 0.0) -> None:
        if not (saturation >= 0 and cost >= 0 and saturation + cost > 0):
            raise GameError(
                f"saturation is {saturation} and cost {cost}, want both >= 0 and one positive."
            )
        _set(
            self,
            saturation=float(saturation),
            cost=float(cost),
            linear=(0.0, 0.0),
            curvature=float(saturation + cost),
            cross=-float(saturation),
            rivals=float(saturation),
            name=f"public good, saturation {saturation:g}, cost {cost:g}",
        )

    def actions(self, prior: Prior, n_players: int) -> Interval:
        """Return contributions up to what the highest type would give alone."""
        return 0.0, max(prior.high, 0.0) / self.curvature


def _set(payoff: Any, **fields: Any) -> None:
    for name, value in fields.items():
        object.__setattr__(payoff, name, value)


def _check_positive(**numbers: float) -> None:
    for name, number in numbers.items():
        if not 0 < number < np.inf:
            raise GameError(f"{name} is {number}, want a positive number.")
