"""Action values of all players, states and types as one vector, and their derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.derivatives import ValueDerivatives
from econ_theory.markov.profiles import MarkovProfile

if TYPE_CHECKING:
    from econ_theory.games.finite.markov import MarkovBayesianGame

__all__ = ["MarkovSystem"]


class MarkovSystem:
    """A Markov game in flat coordinates, types of probability zero left out.

    A point x, shape ``(N,)``, holds the rows of all live types: player after player, state after
    state, type after type. Unlike in a game of one stage, a type's values depend on its own
    player's strategy, through later stages, and are rational, not multilinear, in x.

    Parameters
    ----------
    game : MarkovBayesianGame
    heat : (n,) temperatures in payoff units, if players value the entropy of their later play

    Attributes
    ----------
    type_of : (N,) the live type each entry belongs to, numbered through states and players
    first : (n_live,) each live type's first entry
    player_of : (n_live,) whose type it is
    """

    def __init__(self, game: MarkovBayesianGame, heat: Array | None = None) -> None:
        self.game, self._heat = game, heat
        self.shapes = [
            (game.n_states, t, a) for t, a in zip(game.n_types, game.n_actions, strict=True)
        ]
        self.chances = [game.type_weights(i) for i in range(game.n_players)]
        alive = [chance.ravel() > 0 for chance in self.chances]
        lengths = [
            np.full(int(keep.sum()), a) for keep, a in zip(alive, game.n_actions, strict=True)
        ]
        self.player_of = np.repeat(np.arange(game.n_players), [len(each) for each in lengths])
        flat = np.concatenate(lengths)
        self.type_of = np.repeat(np.arange(len(flat)), flat)
        self.first = np.cumsum(flat) - flat
        self.size = int(flat.sum())
        self._live = np.concatenate(
            [np.repeat(keep, a) for keep, a in zip(alive, game.n_actions, strict=True)]
        )
        self._cuts = np.cumsum([0, *(int(np.prod(shape)) for shape in self.shapes)])
        safe = [np.where(chance > 0, chance, 1.0) for chance in self.chances]
        self._scale = np.concatenate(
            [np.repeat(p.ravel(), a) for p, a in zip(safe, game.n_actions, strict=True)]
        )[self._live]

    def flat(self, profile: MarkovProfile) -> Array:
        """Return the point of `profile`, ``(N,)``."""
        return np.concatenate([row.ravel() for row in profile.rows])[self._live]

    def rows(self, x: Array) -> list[Array]:
        """Return x as n arrays ``(S, T_i, A_i)``; null types play uniformly."""
        full = np.concatenate([np.full(np.prod(shape), 1.0 / shape[2]) for shape in self.shapes])
        full[self._live] = x
        return [
            full[low:high].reshape(shape)
            for low, high, shape in zip(self._cuts, self._cuts[1:], self.shapes, strict=False)
        ]

    def profile(self, x: Array) -> MarkovProfile:
        """Return x as a profile: entries below zero are clipped, rows divided by their sums."""
        x = np.maximum(x, 0.0)
        total = self.sums(x)[self.type_of]
        uniform = 1.0 / self.sums(np.ones(self.size))[self.type_of]
        return MarkovProfile(
            self.rows(np.where(total > 0, x / np.where(total > 0, total, 1.0), uniform))
        )

    def sums(self, x: Array) -> Array:
        """Return the sum of x within each live type, ``(n_live,)``."""
        return np.add.reduceat(x, self.first)

    def best(self, u: Array) -> Array:
        """Return the largest entry of u within each live type, ``(n_live,)``."""
        return np.maximum.reduceat(u, self.first)

    def at(self, x: Array) -> tuple[Array, Array]:
        """Return the interim action values u, ``(N,)``, and their derivatives, ``(N, N)``, at x."""
        game, rows = self.game, self.rows(x)
        n, n_states, discount = game.n_players, game.n_states, game.discount
        expect = game.kernel.expect
        moves = np.broadcast_to(expect(game.transition, rows), (n_states, n_states))
        future = np.linalg.inv(np.eye(n_states) - discount * moves)
        rewards = np.concatenate([expect(u[..., None], rows) for u in game.payoffs], axis=1)
        bonuses: list[Array] | None = None
        if self._heat is not None:
            logs = [np.log(np.where(row > 0, row, 1.0)) for row in rows]
            for i, (row, log) in enumerate(zip(rows, logs, strict=True)):
                rewards[:, i] -= self._heat[i] * (self.chances[i] * (row * log).sum(2)).sum(1)
            bonuses = [
                -self._heat[i] * self.chances[i][..., None] * (log + 1)
                for i, log in enumerate(logs)
            ]
        values = future @ rewards
        matrix = np.zeros((self._cuts[-1], self._cuts[-1]))
        weighted = []
        for i in range(n):
            ahead = game.lookahead(values[:, i], i)[..., None]
            mine = slice(self._cuts[i], self._cuts[i + 1])
            toward = expect(game.transition, rows, i).reshape(-1, n_states)
            # Later: my values move with what any strategy does to the worth of each next state.
            reach = discount * (toward @ future)
            for j in range(n):
                effect = expect(ahead, rows, j)[..., 0]
                if i == j:
                    weighted.append(effect.ravel())
                    effect = effect if bonuses is None else effect + bonuses[i]
                columns = slice(self._cuts[j], self._cuts[j + 1])
                per_state = int(np.prod(self.shapes[j][1:]))
                matrix[mine, columns] = np.repeat(reach, per_state, axis=1) * effect.ravel()
        self._add_stages(matrix, rows, values)
        u = np.concatenate(weighted)[self._live] / self._scale
        return u, matrix[np.ix_(self._live, self._live)] / self._scale[:, None]

    def _add_stages(self, matrix: Array, rows: list[Array], values: Array) -> None:
        """Add what the others' play at this stage does to my values."""
        game = self.game
        if game.n_players == 1:
            return
        sizes = [int(np.prod(shape[1:])) for shape in self.shapes]
        for s in range(game.n_states):
            derivatives = ValueDerivatives(game.stage_game(s, values))
            blocks = derivatives.at([row[s] for row in rows]).blocks
            starts = [cut + s * size for cut, size in zip(self._cuts, sizes, strict=False)]
            for (i, j), block in blocks.items():
                matrix[starts[i] : starts[i] + sizes[i], starts[j] : starts[j] + sizes[j]] += block
