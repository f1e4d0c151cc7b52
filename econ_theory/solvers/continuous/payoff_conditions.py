"""First-order conditions of games stated by their payoffs alone.

Mean payoffs over fixed draws of the others' types: what a type gains by going from the action of
its neighbour on one side to that of its neighbour on the other, per step of action. Where payoffs
jump, as at ties, the steps of the graph itself are the right ones: no bid beyond its ends is
looked at, and the rivals between two bids are those between two types.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.solvers.continuous.first_order import FirstOrder
from econ_theory.solvers.continuous.grid_payoffs import classes
from econ_theory.strategies.bids import BidFunction

__all__ = ["PayoffConditions"]

DRAWS = 4096
REACH = 1e-4
"""Least half-width of a difference, as a share of the range of actions."""


class PayoffConditions(FirstOrder):
    """The conditions of a game stated by its payoffs; `rising` says which way actions go."""

    joins = False
    nudge = 2e-3

    def __init__(
        self, game: ContinuousGame, rng: np.random.Generator, rising: Sequence[bool]
    ) -> None:
        from scipy.stats import qmc

        super().__init__(game, classes(game))
        self.priors = [game.priors[m[0]] for m in self.classes]
        ranges = [game.action_range(m[0]) for m in self.classes]
        self.scale = max(high - low for low, high in ranges)
        self.ranges, self.rising = ranges, rising
        n = game.n_players
        shares = qmc.Sobol(n, rng=rng).random(DRAWS) if n > 2 else None
        if shares is None:
            shares = np.tile(((np.arange(DRAWS) + 0.5) / DRAWS)[:, None], (1, n))
        self.types = np.stack([p.ppf(q) for p, q in zip(game.priors, shares.T, strict=True)])

    def admitted(self, c: int, types: Array, bids: Array) -> BidFunction:
        """Within the range, and rising or falling."""
        sweep = np.maximum.accumulate if self.rising[c] else np.minimum.accumulate
        return BidFunction(types, sweep(np.clip(bids, *self.ranges[c])))

    def weigh(self, x: Array, least: float) -> None:
        """All weigh the same."""

    def residuals(self, x: Array) -> Array:
        functions = self.functions(x)
        actions = np.empty_like(self.types)
        for f, members in zip(functions, self.classes, strict=True):
            for j in members:
                actions[j] = f(self.types[j])
        parts = []
        for c, members in enumerate(self.classes):
            i, (low, high) = members[0], self.ranges[c]
            prior = self.priors[c]
            t = prior.low + self.shares * (prior.high - prior.low)
            edges = np.sort(np.concatenate([t, (t[1:] + t[:-1]) / 2]))
            v, ends = (edges[1:] + edges[:-1]) / 2, functions[c](edges)
            own = (ends[1:] + ends[:-1]) / 2
            reach = np.maximum(np.abs(np.diff(ends)) / 2, REACH * (high - low))
            sides = np.clip(np.stack([own - reach, own + reach]), low, high)
            slopes = np.empty(len(v))
            types = self.types.copy()
            for k, value in enumerate(v):
                types[i] = value
                mine = np.broadcast_to(sides[:, k, None], (2, DRAWS))
                down, up = self.game.ex_post(i, types, actions, mine).mean(axis=1)
                slopes[k] = (up - down) / (sides[1, k] - sides[0, k])
            slopes *= (high - low) / self.game.payoff_range(i)
            # At an end of the range, what is left of the slope is what points inward.
            wanted = np.clip(own + slopes * (high - low), low, high)
            raw = x[self.places[c]] * self.scale
            parts += [(own - wanted) / (high - low), (raw - np.clip(raw, low, high)) / self.scale]
        return np.concatenate(parts)

    def gain(self, x: Array) -> float:
        return float(np.abs(self.residuals(x)).max())
