"""First-order conditions of auctions: D of the certificates is level all along the graph of bids.

D (`econ_theory.certificates.continuous.envelope`) is what raising the bid is worth to the type at
hand, summed along the graph. Its steps between neighbours should be zero, the worst type that bids
should be indifferent if worse ones stay out, and nothing should be had beyond either end of the
graph. Every step is divided by the size of the terms that have to cancel, so that types who seldom
win count too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.envelope.curve import Bidder, first_levels, trace
from econ_theory.certificates.continuous.envelope.reduction import reduce
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import AllPay, Effort
from econ_theory.solvers.continuous.first_order import FirstOrder
from econ_theory.solvers.continuous.grid_payoffs import below_value, classes, reserve_of
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["AuctionConditions"]

HAIR = 1e-9
FLAT = 0.1
"""Steps of bids from knot to knot are at least this share of an even step to begin with."""

CHANCE = 0.05
"""What a step of the chance of winning counts in the size of terms, in payoff ranges."""


class AuctionConditions(FirstOrder):
    """The conditions of an auction, in values and bids that win when high."""

    joins = True
    nudge = 1e-6

    game: AuctionGame

    def __init__(self, game: AuctionGame) -> None:
        super().__init__(game, classes(game))
        self.priors = [game.values[m[0]] for m in self.classes]
        self.reserve = reserve_of(game)
        low, high = game.action_range(0)
        self.scale, self.low = high - low, -high if game.procurement else low
        self.pays = isinstance(game.payment, (AllPay, Effort))
        self.weights: Array | None = None

    def encoded(self, bids: Array) -> Array:
        """Lowest bid, logarithms of the steps, highest bid: whatever they are, bids rise."""
        steps, even = np.diff(bids), np.diff(self.shares)
        steps = np.maximum(steps, FLAT * max(steps.sum(), HAIR) * even)
        return np.concatenate([bids[:1], np.log(steps / steps.sum()), bids[-1:]])

    def decoded(self, unknown: Array) -> Array:
        steps = np.exp(unknown[1:-1] - unknown[1:-1].max())
        rise = max(unknown[-1] - unknown[0], HAIR)
        return unknown[0] + rise * np.concatenate([[0.0], np.cumsum(steps) / steps.sum()])

    def admitted(self, c: int, types: Array, bids: Array) -> BidFunction:
        """Rising, by a hair at least: a flat piece would be an atom."""
        ramp = HAIR * self.scale * np.linspace(-1, 0, len(bids))
        bids = np.maximum.accumulate(np.maximum(bids, self.low - ramp[0])) + ramp
        return BidFunction(types, below_value(self.game, self.classes[c][0], types, bids))

    def weigh(self, x: Array, least: float) -> None:
        self.weights = None
        _, sizes = self._steps(x)
        self.weights = 1 / (sizes + least * sizes.max())

    def residuals(self, x: Array) -> Array:
        steps, _ = self._steps(x)
        assert self.weights is not None
        return steps * self.weights

    def gain(self, x: Array) -> float:
        self._steps(x)
        return self.spread

    def _steps(self, x: Array) -> tuple[Array, Array]:
        """D's steps between neighbours on every class's graph and at its ends, and their sizes."""
        functions = self.functions(x)
        self.spread = 0.0
        steps, sizes = [], []
        for c, members in enumerate(self.classes):
            own = Bidder(functions[c], self.priors[c])
            rivals = [
                Bidder(f, prior, len(m) - (m is members))
                for f, prior, m in zip(functions, self.priors, self.classes, strict=True)
                if len(m) > (m is members)
            ]
            floor = 0.0 if self.pays else self.low
            top = max(f.bids[-1] for f in functions)
            kinks = [k for k in (self.reserve, top) if k is not None and k >= floor]
            curve = trace(own, rivals, first_levels(own, rivals, floor, kinks, 1), self.reserve)
            size = CHANCE * self.game.payoff_range(members[0]) * np.abs(curve.win.step)
            whole = np.zeros_like(size)
            for a, b in reduce(self.game, members[0], curve).terms:
                piece = a.middle * b.step
                whole, size = whole + piece, size + np.abs(piece)
            at = np.concatenate([[0.0], np.cumsum(curve.type.step + curve.bid.step)])
            graph = own.function.types + own.function.bids - curve.type.left[0] - curve.bid.left[0]
            graph = np.clip(graph, 0.0, at[-1])
            d = np.concatenate([[0.0], np.cumsum(whole)])
            sums = np.concatenate([[0.0], np.cumsum(size)])
            on = np.interp(graph, at, d)
            below = d[at <= graph[0]] - on[0]
            above = d[at >= graph[-1]] - on[-1]
            # The worst type that bids is indifferent, if there are worse ones.
            first = below[0] if own.function.types[0] > self.priors[c].low else 0.0
            steps += [np.diff(on), [first, below.max(initial=0), above.max(initial=0)]]
            width = np.interp(graph, at, sums)
            sizes += [np.diff(width), [sums[-1] / len(on)] * 3]
            spread = max(d.max() - on.min(), abs(first))
            self.spread = max(self.spread, spread / self.game.payoff_range(members[0]))
        return np.concatenate(steps), np.concatenate(sizes)

    def read(self, functions: Sequence[BidFunction]) -> list[BidFunction]:
        if self.game.procurement or self.game.falling:
            return [f.turned(negate=self.game.procurement) for f in functions]
        return list(functions)

    def profile(self, functions: Sequence[BidFunction]) -> BidProfile:
        """Return the profile in types and bids as the game has them."""
        # To turn twice is to do nothing.
        return super().profile(self.read(functions))
