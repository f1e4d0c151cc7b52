"""Types and actions drawn for many runs at once, and what the drawn play pays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.payoffs import Kernel
from econ_theory.regret.plays import Draws

__all__ = ["Lottery"]


class Lottery:
    """Nature and the players drawing by inverse distribution functions, all runs in one call.

    A step uses n + 1 uniform numbers a run: one for the joint type, one for each player's action.
    They are taken block by block, step before run before player, so what is drawn does not depend
    on how steps are cut into blocks.

    Parameters
    ----------
    kernel : of a game, or of a batch of games
    batch : shape of the runs; begins with ``kernel.games``
    bounds : n pairs of arrays ``(*games,)``, smallest and largest payoff, by which payoffs are
        scaled for learners
    """

    def __init__(
        self, kernel: Kernel, batch: tuple[int, ...], bounds: Sequence[tuple[Array, Array]]
    ) -> None:
        n, n_games = kernel.n_players, int(np.prod(kernel.games))
        self.batch, self.n_runs = batch, int(np.prod(batch))
        self.shapes = kernel.shapes
        self.n_types = tuple(n_types for n_types, _ in kernel.shapes)
        self.run = np.arange(self.n_runs)
        self.game = self.run // (self.n_runs // n_games)
        chances = kernel.prior.reshape(n_games, -1).cumsum(axis=1)
        chances /= chances[:, -1:]
        # Game g's distribution function climbs from g to g + 1: one sorted array for all games.
        self.chances = (chances + np.arange(n_games)[:, None]).ravel()
        size = chances.shape[1]
        self.final = np.arange(n_games) * size + (chances < 1).sum(axis=1)
        self.size = size
        tables = [_table(kernel, i) for i in range(n)]
        self.tables = [table for table, _ in tables]
        self.strides = [strides for _, strides in tables]
        self.gains, self.shares = [], []
        for table, (low, high) in zip(self.tables, bounds, strict=True):
            low, spread = (np.repeat(np.ravel(x), len(table) // n_games) for x in (low, high - low))
            scale = np.divide(1.0, spread, out=np.zeros(len(table)), where=spread > 0)[:, None]
            self.gains.append(table * scale)
            self.shares.append(np.clip((table - low[:, None]) * scale, 0.0, 1.0))

    def begin(self, uniforms: Array) -> None:
        """Draw the joint types of a block of steps from `uniforms`, (L, *batch, n + 1)."""
        n_steps, n = len(uniforms), len(self.shapes)
        self.uniforms = np.moveaxis(uniforms.reshape(n_steps, self.n_runs, n + 1), -1, 0).copy()
        joint = np.searchsorted(self.chances, self.uniforms[0] + self.game, side="right")
        # Rounding of the sum may step over into the next game.
        joint = np.minimum(joint, self.final[self.game]) - self.game * self.size
        self.types = np.unravel_index(joint, self.n_types)
        self.row = [
            self.run * n_types + types
            for types, n_types in zip(self.types, self.n_types, strict=True)
        ]
        self.entry = [np.tile(strides[0] * self.game, (n_steps, 1)) for strides in self.strides]
        for entry, strides in zip(self.entry, self.strides, strict=True):
            for stride, types in zip(strides[1 : n + 1], self.types, strict=True):
                if stride:
                    entry += stride * types
        self.actions = [np.empty((n_steps, self.n_runs), dtype=np.intp) for _ in range(n)]
        self.called = [
            (types[..., None] == np.arange(n_types)).astype(float).reshape(n_steps, *self.batch, -1)
            for types, n_types in zip(self.types, self.n_types, strict=True)
        ]

    def draw(self, rows: Sequence[Array], step: int) -> None:
        """Draw everyone's action at `step` of the block from the strategies `rows`."""
        for i, row in enumerate(rows):
            drawn = row.reshape(-1, row.shape[-1]).take(self.row[i][step], axis=0)
            chances = np.add.accumulate(drawn, axis=-1)
            level = self.uniforms[i + 1, step] * chances[:, -1]
            np.add.reduce(chances <= level[:, None], axis=-1, out=self.actions[i][step])
        n = len(rows)
        for i, strides in enumerate(self.strides):
            for j, stride in enumerate(strides[n + 1 :]):
                if stride:
                    self.entry[i][step] += stride * self.actions[j][step]

    def utility(self, i: int, step: int) -> Array:
        """Return what each action of the drawn type gains, over the range, (*batch, T_i, A_i)."""
        gains = self.gains[i].take(self.entry[i][step], axis=0)
        return self.called[i][step][..., None] * gains.reshape(*self.batch, 1, -1)

    def experience(self, i: int, step: int) -> tuple[Array, Array]:
        """Return the action played, one-hot (*batch, T_i, A_i), and its payoff in [0, 1]."""
        entry, action = self.entry[i][step], self.actions[i][step]
        played = np.zeros((*self.batch, *self.shapes[i]))
        n_actions = self.shapes[i][1]
        played.reshape(-1)[self.row[i][step] * n_actions + action] = 1.0
        paid = self.shares[i].ravel().take(entry * n_actions + action)
        return played, self.called[i][step] * paid.reshape(*self.batch, 1)

    def draws(self) -> Draws:
        """Return what the block drew, (*batch, L) a player."""
        order = [*range(1, len(self.batch) + 1), 0]

        def turned(array: Array) -> Array:
            array = array.reshape(len(array), *self.batch, *array.shape[2:])
            return array.transpose([*order, *range(len(order), array.ndim)])

        utilities = [
            table.take(e, axis=0) for table, e in zip(self.tables, self.entry, strict=True)
        ]
        return Draws(*(tuple(map(turned, part)) for part in (self.types, self.actions, utilities)))


def _table(kernel: Kernel, i: int) -> tuple[Array, list[int]]:
    """Return player i's payoffs with its own action last, and the strides of all other axes.

    A row of the table is ``game, types, actions but its own`` away from the first by the strides
    times those; an axis of length 1, and its own action, have stride zero.
    """
    n, first = kernel.n_players, len(kernel.games)
    n_games = int(np.prod(kernel.games))
    payoff = kernel.payoffs[i].reshape(n_games, *kernel.payoffs[i].shape[first:])
    payoff = np.moveaxis(payoff, 1 + n + i, -1)
    lengths = list(payoff.shape[:-1])
    table = np.broadcast_to(payoff, (*lengths, kernel.shapes[i][1])).reshape(
        -1, kernel.shapes[i][1]
    )
    strides, stride = [], 1
    for length in reversed(lengths):
        strides.append(stride if length > 1 else 0)
        stride *= length
    strides.reverse()
    strides.insert(1 + n + i, 0)
    # With one game its axis has length 1 and so stride zero, as its index is.
    return np.array(table, dtype=float), strides
