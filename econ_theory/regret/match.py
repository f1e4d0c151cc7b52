"""A match in progress: learners, their states, and the arrays a block of steps is written to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.payoffs import Kernel
from econ_theory.learners.base import BanditMinimizer, RegretMinimizer, utility_scales
from econ_theory.regret.lottery import Lottery
from econ_theory.regret.traces import PlayTrace

if TYPE_CHECKING:
    from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["Feedback", "Learner", "Match"]

Feedback = Literal["expected", "realized", "bandit"]
Learner = RegretMinimizer[Any] | BanditMinimizer[Any]


class Match:
    """Learners and their states in the middle of play."""

    uniforms: Callable[[int], Array]
    """Returns the uniform numbers of the next so many steps, (count, *batch, n + 1)."""

    def __init__(
        self,
        games: Sequence[BayesianGame],
        batched: bool,
        learners: Sequence[Learner],
        views: Sequence[Feedback],
        runs: tuple[int, ...],
        alternating: bool,
    ) -> None:
        kernel = Kernel.stack([game.kernel for game in games]) if batched else games[0].kernel
        self.kernel, self.learners, self.views = kernel, learners, views
        self.batch, self.alternating = kernel.games + runs, alternating
        self.players = range(kernel.n_players)
        self.informed = [kernel.informed(i) for i in self.players]
        scales = [np.stack(column) for column in zip(*map(utility_scales, games), strict=True)]
        # Games first, then runs, then types and actions.
        inner = (1,) * len(runs)
        self.scales = [scale.reshape(*kernel.games, *inner, *scale.shape[1:]) for scale in scales]
        self.lottery = None
        if any(view != "expected" for view in views):
            bounds = np.array([[g.payoff_bounds(i) for g in games] for i in self.players])
            pairs = [(pair[:, 0], pair[:, 1]) for pair in bounds]
            self.lottery = Lottery(kernel, self.batch, pairs)
        states = [l.init(*shape) for l, shape in zip(learners, kernel.shapes, strict=True)]
        self.states = states
        self.rows = [self._row(i) for i in self.players]

    def _row(self, i: int) -> Array:
        row = self.learners[i].strategy(self.states[i])
        shape = (*self.batch, *self.kernel.shapes[i])
        # Learners start without batch axes, and may never take any.
        return row if row.shape == shape else np.broadcast_to(row, shape)

    def advance(self, count: int) -> PlayTrace:
        """Play `count` steps and return them."""
        kernel, lottery, rows = self.kernel, self.lottery, self.rows
        shapes = [(count, *self.batch, *shape) for shape in kernel.shapes]
        played = [np.empty(shape) for shape in shapes]
        if lottery is not None:
            lottery.begin(self.uniforms(count))
        worth: list[Any] = [
            np.empty(shape) if view == "expected" else None
            for shape, view in zip(shapes, self.views, strict=True)
        ]
        for step in range(count):
            for held, row in zip(played, rows, strict=True):
                held[step] = row
            if lottery is not None:
                lottery.draw(rows, step)
            against = rows if self.alternating else list(rows)
            for i, learner in enumerate(self.learners):
                seen: tuple[Array, ...]
                if self.views[i] == "expected":
                    worth[i][step] = value = kernel.values(against, i)
                    seen = (value * self.scales[i],)
                elif self.views[i] == "realized":
                    seen = (lottery.utility(i, step),)  # type: ignore[union-attr]
                else:
                    seen = lottery.experience(i, step)  # type: ignore[union-attr]
                self.states[i] = learner.observe(self.states[i], *seen)
                rows[i] = self._row(i)
        return self._trace(played, worth)

    def _trace(self, played: list[Array], worth: list[Any]) -> PlayTrace:
        """Return the trace of arrays that were written step first."""
        kernel, values, ideal = self.kernel, [], []
        # Steps are one more batch axis: first, as they lie in memory, unless games must be.
        turned = [np.moveaxis(row, 0, -3) for row in played]
        laid, place = (turned, -3) if kernel.games else (played, 0)
        for i in self.players:
            against = laid
            if self.alternating:
                against = [
                    self._later(row, j, place) if j < i else row for j, row in enumerate(laid)
                ]
            if worth[i] is None:
                values.append(np.moveaxis(kernel.values(against, i), place, -3))
            else:
                values.append(np.moveaxis(worth[i], 0, -3))
            best = self.informed[i].values(against, i)
            ideal.append(np.moveaxis(best, place, -3)[..., 0])
        draws = self.lottery.draws() if self.lottery is not None else None
        return PlayTrace.of(turned, values, ideal=ideal, draws=draws)

    def _later(self, row: Array, j: int, place: int) -> Array:
        """Return player j's strategies one step later: what those after it saw."""
        newest = np.expand_dims(self.rows[j], place)
        return np.concatenate([np.delete(row, 0, axis=place), newest], axis=place)
