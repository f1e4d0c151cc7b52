"""What bilateral trade gains: at a profile, at the first best, and at the best mechanism.

If the buyer of value v meets all costs up to t(v), with F the distribution of costs, the gain is
``(v - t) F(t) + integral of F up to t``. A mechanism in which both tell the truth and no one pays
from outside is possible if virtual values exceed virtual costs on average where there is trade. The
best one trades where ``v - a (1 - G(v)) / g(v) >= c + a F(c) / f(c)``, with the least a in [0, 1]
that makes it possible.

Source: Myerson and Satterthwaite 1983, "Efficient mechanisms for bilateral trading".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.double_auction import DoubleAuction
from econ_theory.games.continuous.priors import Prior
from econ_theory.quadrature import even_shares, integrals, nodes_of, placed, running
from econ_theory.records import Record
from econ_theory.strategies.bids import BidFunction, as_bids

__all__ = ["GainsFromTrade", "gains_from_trade"]

SHARES = even_shares(64, 33)
"""Crowded at both ends, where distributions may have infinite slopes."""

LOOKED_AT = 2049
"""Points at which virtual types are looked at to tell whether they rise."""

SURE = 1e-9
"""Probability of less extreme types below which a distribution function has no digits left."""


@dataclass(frozen=True)
class GainsFromTrade(Record):
    """Expected value less cost of what is traded, and what it could be.

    Attributes
    ----------
    gains : float
        At the profile.
    first_best : float
        If all traded who gain from it.
    second_best : float
        The most that any mechanism attains in which types are private, both take part by choice
        and payments balance.
    chance : float
        Probability of trade at the profile.
    weight : float
        The weight a of the information rents in the best mechanism; 0 if it is the first best.
    """

    gains: float
    first_best: float
    second_best: float
    chance: float
    weight: float

    @property
    def share(self) -> float:
        """Gains as a share of the first best."""
        return self.gains / self.first_best

    @property
    def share_of_second_best(self) -> float:
        """Gains as a share of the second best."""
        return self.gains / self.second_best


def gains_from_trade(game: DoubleAuction, profile: Any) -> GainsFromTrade:
    """Return the `GainsFromTrade` of a double auction at `profile`.

    Raises
    ------
    RefusedError
        If virtual values or costs fall somewhere, as they may with irregular priors: the best
        mechanism is then another.

    Examples
    --------
    >>> game = DoubleAuction(0.5)
    >>> trade = gains_from_trade(game, [lambda v: 2 * v / 3 + 1 / 12, lambda c: 2 * c / 3 + 1 / 4])
    >>> round(trade.share, 9), round(trade.share_of_second_best, 9)
    (0.84375, 1.0)
    >>> round(trade.weight, 9)
    0.333333333
    """
    if not isinstance(game, DoubleAuction):
        raise RefusedError(f"the game is a {type(game).__name__}, want a DoubleAuction.")
    bid, ask = as_bids(profile, game).functions
    trade = _Trade(*game.priors)
    limit, cuts = _met(bid, ask)
    gains, chance = trade.gains(limit, cuts)
    first_best, _ = trade.gains(lambda v: v, np.array(game.priors[1].high))
    weight = trade.weight()
    second_best = first_best
    if weight > 0:
        second_best, _ = trade.gains(*trade.best(weight))
    return GainsFromTrade(gains, first_best, second_best, chance, weight)


def _met(bid: BidFunction, ask: BidFunction) -> tuple[Callable[[Array], Array], Array]:
    """Return the highest cost that each value trades with, and where it has kinks."""

    def limit(v: Array) -> Array:
        offers = bid(v)
        trades = np.isfinite(offers) & (offers >= ask.bids[0])
        highest = ask.inverse(np.where(trades, offers, ask.bids[0]), upper=True)
        return np.where(trades, highest, -np.inf)

    kinks = np.concatenate([bid.inverse(ask.bids), bid.inverse(ask.bids, upper=True), bid.types])
    return limit, kinks


class _Trade:
    """Integrals over values of functions of the highest cost that each trades with."""

    def __init__(self, buyer: Prior, seller: Prior) -> None:
        self.buyer, self.seller = buyer, seller
        self.costs = placed(SHARES, seller.low, seller.high, seller.turns)
        self.areas = running(seller.cdf, self.costs)

    def gains(self, limit: Callable[[Array], Array], cuts: Array) -> tuple[float, float]:
        """Return the expected gain from trade up to `limit`, and the probability of trade."""
        v, mass = self._values(cuts)
        t = np.clip(limit(v), self.seller.low, self.seller.high)
        below = self.seller.cdf(t)
        return float(mass @ ((v - t) * below + self._area(t))), float(mass @ below)

    def weight(self) -> float:
        """Return the least weight of information rents at which the best trade pays for them."""
        from scipy.optimize import brentq

        if self._balance(0.0) >= 0:
            return 0.0
        found: Any = brentq(self._balance, 0.0, 1.0, xtol=1e-12)
        for name, prior, function in (
            ("value", self.buyer, lambda v: self._value(v, found)),
            ("cost", self.seller, lambda c: self._cost(c, found)),
        ):
            grid = np.linspace(prior.low, prior.high, LOOKED_AT)[1:-1]
            falls = np.flatnonzero(np.diff(function(grid)) < -1e-9 * (prior.high - prior.low))
            if len(falls):
                raise RefusedError(
                    f"the virtual {name} falls near type {grid[falls[0]]:.6g}, want it to rise in "
                    "the type (regular priors); compare profiles by their gains."
                )
        return float(found)

    def best(self, weight: float) -> tuple[Callable[[Array], Array], Array]:
        """Return the highest cost each value trades with at a weight of rents, and its kinks."""
        low, high = self.seller.low, self.seller.high

        def limit(v: Array) -> Array:
            worth = self._value(v, weight)
            return _solved(lambda c: self._cost(c, weight), worth, low, high)

        ends = self._cost(np.array([low, high]), weight)
        buyer = self.buyer
        first = _solved(lambda v: self._value(v, weight), ends, buyer.low, buyer.high)
        return limit, first

    def _balance(self, weight: float) -> float:
        """What the mechanism of this weight would leave over, no one worse off for taking part."""
        limit, cuts = self.best(weight)
        v, mass = self._values(cuts)
        t = np.clip(limit(v), self.seller.low, self.seller.high)
        below = self.seller.cdf(t)
        return float(mass @ ((self._value(v, 1.0) - t) * below))

    def _value(self, v: Array, weight: float) -> Array:
        above = 1.0 - self.buyer.cdf(v)
        with np.errstate(divide="ignore", invalid="ignore"):
            return v - weight * np.where(above > SURE, above / self.buyer.pdf(v), 0.0)

    def _cost(self, c: Array, weight: float) -> Array:
        below = self.seller.cdf(c)
        with np.errstate(divide="ignore", invalid="ignore"):
            return c + weight * np.where(below > SURE, below / self.seller.pdf(c), 0.0)

    def _area(self, t: Array) -> Array:
        """The integral of F from the lowest cost to t."""
        k = np.clip(np.searchsorted(self.costs, t, side="right") - 1, 0, len(self.costs) - 2)
        return self.areas[k] + integrals(self.seller.cdf, self.costs[k], t)

    def _values(self, cuts: Array) -> tuple[Array, Array]:
        """Nodes between all kinks, crowded between the outer cuts too, with their probability."""
        buyer, seller = self.buyer, self.seller
        more = np.concatenate([np.ravel(cuts), [seller.low], buyer.turns])
        points = placed(SHARES, buyer.low, buyer.high, more)
        v, weights = (part.ravel() for part in nodes_of(points[:-1], points[1:]))
        density = buyer.pdf(v)
        # Infinite at an end only, in cells that are too narrow to tell their nodes from it.
        return v, weights * np.where(np.isfinite(density), density, 0.0)


def _solved(function: Callable[[Array], Array], goal: Array, low: float, high: float) -> Array:
    """Return where a rising function reaches each goal, by halving; the ends where it does not."""
    left, right = np.full(goal.shape, low), np.full(goal.shape, high)
    for _ in range(52):
        middle = (left + right) / 2
        short = function(middle) < goal
        left, right = np.where(short, middle, left), np.where(short, right, middle)
    return (left + right) / 2
