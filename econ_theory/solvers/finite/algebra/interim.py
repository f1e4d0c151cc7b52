"""Interim payoffs of all types as one vector, and their derivatives as one matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.games.finite.derivatives import ValueDerivatives
from econ_theory.strategies import StrategyProfile

__all__ = ["InterimSystem"]


class InterimSystem:
    """The game in flat coordinates, types of probability zero left out.

    A point x, shape ``(N,)``, holds the rows of all live types, player after player, type after
    type. Payoffs are those of ``game.centred``, conditional on the own type and in `units`.

    Parameters
    ----------
    game : BayesianGame
    units : (n,) payoff units of each player; default: its payoff range, so that gains are relative

    Attributes
    ----------
    type_of : (N,) the live type that each entry belongs to, numbered through all players
    first : (n_live,) each live type's first entry
    ends : (n + 1,) where each player's entries end, from 0

    Examples
    --------
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> system = InterimSystem(BayesianGame([[1]], [pennies, -pennies]))
    >>> system.at(np.array([0.5, 0.5, 1.0, 0.0]))[0]
    array([ 0.5, -0.5,  0. ,  0. ])
    """

    def __init__(self, game: BayesianGame, units: Sequence[float] | None = None) -> None:
        game = game.centred
        self.shapes, self.labels = game.kernel.shapes, game.labels
        self.n_players = n = game.n_players
        self._derivatives = ValueDerivatives(game)
        if units is None:
            units = [game.payoff_range(i) or 1.0 for i in range(n)]
        weights = [game.type_weights(i) for i in range(n)]
        self.alive = [weight > 0 for weight in weights]
        counts, scales = [], []
        for (_, n_actions), weight, keep, unit in zip(
            self.shapes, weights, self.alive, units, strict=True
        ):
            counts.append(np.full(int(keep.sum()), n_actions))
            scales.append(np.repeat(1.0 / (weight[keep] * unit), n_actions))
        lengths = np.concatenate(counts)
        self.type_of = np.repeat(np.arange(len(lengths)), lengths)
        self.first = np.cumsum(lengths) - lengths
        self.ends = np.cumsum([0, *(int(count.sum()) for count in counts)])
        self.size = int(self.ends[-1])
        self._scale = np.concatenate(scales)
        self._matrix: Array | None = None

    @property
    def n_live(self) -> int:
        """Number of types with positive probability, of all players."""
        return len(self.first)

    def flat(self, profile: StrategyProfile) -> Array:
        """Return the point of `profile`, ``(N,)``."""
        rows = zip(profile.floating.rows, self.alive, strict=True)
        return np.concatenate([row[keep].ravel() for row, keep in rows])

    def rows(self, x: Array, rest: StrategyProfile | None = None) -> list[Array]:
        """Return x as n arrays ``(T_i, A_i)``; null types play as in `rest`, or uniformly."""
        rows = []
        for i, ((n_types, n_actions), keep) in enumerate(zip(self.shapes, self.alive, strict=True)):
            part = x[self.ends[i] : self.ends[i + 1]].reshape(-1, n_actions)
            if len(part) < n_types:
                given = np.full((n_types, n_actions), 1.0 / n_actions)
                full = given if rest is None else np.array(rest.floating.rows[i])
                full[keep] = part
                part = full
            rows.append(part)
        return rows

    def profile(self, x: Array, rest: StrategyProfile | None = None) -> StrategyProfile:
        """Return x as a profile: entries below zero are clipped, rows divided by their sums."""
        x = np.maximum(x, 0.0)
        total = np.add.reduceat(x, self.first)[self.type_of]
        safe = np.where(total > 0, total, 1.0)
        lengths = np.add.reduceat(np.ones(self.size), self.first)[self.type_of]
        rows = self.rows(np.where(total > 0, x / safe, 1.0 / lengths), rest)
        return StrategyProfile(rows, self.labels)

    def at(self, x: Array) -> tuple[Array, Array]:
        """Return the interim payoffs u, ``(N,)``, and their derivatives G, ``(N, N)``, at x.

        Payoffs are multilinear: ``u = G @ x / (n - 1)``.
        """
        if self.n_players == 1:
            values = self._derivatives.at(self.rows(x)).values[0]
            return values[np.repeat(self.alive[0], self.shapes[0][1])] * self._scale, np.zeros(
                (self.size, self.size)
            )
        matrix = self._matrix
        if matrix is None:
            matrix = self._assembled(self._derivatives.at(self.rows(x)).blocks)
            if self.n_players == 2:
                self._matrix = matrix
        return self.apply(matrix, x) / (self.n_players - 1), matrix

    def apply(self, matrix: Array, x: Array) -> Array:
        """Return ``matrix @ x``, skipping the diagonal blocks where there are two players."""
        if self.n_players != 2:
            return matrix @ x
        middle = self.ends[1]
        return np.concatenate(
            [matrix[:middle, middle:] @ x[middle:], matrix[middle:, :middle] @ x[:middle]]
        )

    def best(self, u: Array) -> Array:
        """Return the largest entry of `u` within each live type, ``(n_live,)``."""
        return np.maximum.reduceat(u, self.first)

    def played(self, x: Array, steps: int) -> Array:
        """Return x after `steps` of fictitious play, each moving by 1 / (step + 2) to best replies.

        Tied best replies share.
        """
        for step in range(steps):
            u, _ = self.at(x)
            best = (u >= self.best(u)[self.type_of]).astype(float)
            best /= np.add.reduceat(best, self.first)[self.type_of]
            x = x + (best - x) / (step + 2)
        return x

    def _assembled(self, blocks: dict[tuple[int, int], Array]) -> Array:
        matrix = np.zeros((self.size, self.size))
        entries = [np.repeat(k, a) for k, (_, a) in zip(self.alive, self.shapes, strict=True)]
        for (i, j), block in blocks.items():
            if not (entries[i].all() and entries[j].all()):
                block = block[np.ix_(entries[i], entries[j])]
            rows, columns = (slice(self.ends[k], self.ends[k + 1]) for k in (i, j))
            matrix[rows, columns] = block
        matrix *= self._scale[:, None]
        return matrix
