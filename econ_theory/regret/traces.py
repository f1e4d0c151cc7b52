"""What was played, step by step, and what every action would have been worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from econ_theory.arrays import Array, is_exact
from econ_theory.errors import ProfileError
from econ_theory.records import Record
from econ_theory.regret.curves import RegretTrace
from econ_theory.regret.plays import Basis, Draws, largest, read_only, stacked

__all__ = ["PlayTrace", "RegretTrace"]


@dataclass(frozen=True, eq=False, init=False, repr=False)
class PlayTrace(Record):
    """K steps of play: who played what, and what every action would have been worth.

    Parameters
    ----------
    strategies : strategies[k][i] is the (*batch, T_i, A_i) strategy of player i at step k
    values : values[k][i] is the (*batch, T_i, A_i) array of player i's action values at step k,
        weighted by the type's prior probability, as the kernel returns them (payoff units)

    Leading axes are a batch: of games first, then of runs. Where all entries are Fractions every
    measure of regret is exact.

    Raises
    ------
    ProfileError
        If steps or shapes do not agree, or there is no step.

    Examples
    --------
    >>> trace = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> trace.n_steps, trace.n_players, trace.played(0).shape
    (2, 1, (2, 1, 2))
    >>> trace.strategies[1][0]
    array([[1., 0.]])
    """

    rows: tuple[Array, ...]
    worths: tuple[Array, ...]
    ideals: tuple[Array, ...]
    draws: Draws | None
    basis: Basis

    def __init__(self, strategies: Sequence[Sequence[Any]], values: Sequence[Sequence[Any]]):
        if not len(strategies) == len(values) > 0:
            raise ProfileError(
                f"play has {len(strategies)} steps of strategies and {len(values)} of values, want "
                "the same number, at least one."
            )
        self._hold(stacked(strategies, "strategies"), stacked(values, "values"), (), None)

    @classmethod
    def of(
        cls,
        played: Sequence[Array],
        worth: Sequence[Array],
        *,
        ideal: Sequence[Array] = (),
        draws: Draws | None = None,
        basis: Basis = "expected",
    ) -> PlayTrace:
        """Return the trace of arrays (*batch, K, T_i, A_i), one a player, which it takes over.

        ``ideal[i]``, (*batch, K, T_i), is the weighted expectation of the best payoff of a player
        who knows the others' types and actions; `draws` is what was drawn, if anything.

        >>> PlayTrace.of([np.full((5, 1, 2), 0.5)], [np.zeros((5, 1, 2))])
        PlayTrace(5 steps, 1 players)
        """
        trace = cls.__new__(cls)
        trace._hold(tuple(played), tuple(worth), tuple(ideal), draws, basis)
        return trace

    @classmethod
    def _from_record(
        cls,
        rows: tuple[Array, ...],
        worths: tuple[Array, ...],
        ideals: tuple[Array, ...],
        draws: Draws | None,
        basis: Basis,
    ) -> PlayTrace:
        return cls.of(rows, worths, ideal=ideals, draws=draws, basis=basis)

    def _hold(
        self,
        played: tuple[Array, ...],
        worth: tuple[Array, ...],
        ideal: tuple[Array, ...],
        draws: Draws | None,
        basis: Basis = "expected",
    ) -> None:
        if not all(is_exact(array) for array in (*played, *worth)):
            played, worth, ideal = (
                tuple(np.asarray(stack, dtype=float) for stack in stacks)
                for stacks in (played, worth, ideal)
            )
        for what, stacks in (("strategies", played), ("values", worth)):
            for i, stack in enumerate(stacks):
                if stack.ndim < 3 or not (is_exact(stack) or np.isfinite(stack).all()):
                    raise ProfileError(
                        f"{what} of player {i + 1} have shape {stack.shape} or entries that are "
                        "not finite, want finite numbers of shape (K, T_i, A_i)."
                    )
        shapes = [[stack.shape for stack in stacks] for stacks in (played, worth)]
        if shapes[0] != shapes[1] or len({shape[:-2] for shape in shapes[0]}) != 1:
            raise ProfileError(
                f"strategies have shapes {shapes[0]} and values {shapes[1]}, want equal shapes "
                "(K, T_i, A_i) for every player, after the same batch axes."
            )
        for name, stacks in (("rows", played), ("worths", worth), ("ideals", ideal)):
            object.__setattr__(self, name, tuple(read_only(stack) for stack in stacks))
        object.__setattr__(self, "draws", draws)
        object.__setattr__(self, "basis", basis)

    @property
    def n_steps(self) -> int:
        """Number of steps K."""
        return self.rows[0].shape[-3]

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.rows)

    @property
    def batch(self) -> tuple[int, ...]:
        """Leading axes: games, then runs; () for one run."""
        return self.rows[0].shape[:-3]

    @property
    def steps(self) -> Array:
        """Step numbers 1..K."""
        return np.arange(1, self.n_steps + 1)

    @cached_property
    def strategies(self) -> tuple[tuple[Array, ...], ...]:
        """Strategies by step, then player, (*batch, T_i, A_i)."""
        return tuple(zip(*(np.moveaxis(row, -3, 0) for row in self.rows), strict=True))

    @cached_property
    def values(self) -> tuple[tuple[Array, ...], ...]:
        """Weighted action values by step, then player, (*batch, T_i, A_i)."""
        return tuple(zip(*(np.moveaxis(worth, -3, 0) for worth in self.worths), strict=True))

    def played(self, i: int) -> Array:
        """Return player `i`'s strategies, shape ``(*batch, K, T_i, A_i)``."""
        return self.rows[i]

    def worth(self, i: int) -> Array:
        """Return player `i`'s weighted action values, shape ``(*batch, K, T_i, A_i)``."""
        return self.worths[i]

    def average(self, i: int) -> Array:
        """Return the running average of player `i`'s strategies, ``(*batch, K, T_i, A_i)``."""
        return self.rows[i].cumsum(axis=-3) / self.steps[:, None, None]

    def gains(self, i: int) -> Array:
        """Return the cumulative gain of every fixed action, ``(*batch, K, T_i, A_i)``."""
        # Differences first: a constant added to every payoff then costs no digits in the sums.
        gains = self.worths[i] - self._payoff(i)[..., None]
        return gains.cumsum(axis=-3)

    def swap_gains(self, i: int, a: int) -> Array:
        """Return the cumulative gain of playing b for `a`, ``(*batch, K, T_i, A_i)``."""
        worth = self.worths[i]
        return (self.rows[i][..., a, None] * (worth - worth[..., a, None])).cumsum(axis=-3)

    def best_gains(self, i: int) -> Array:
        """Return the cumulative gain of the best reply at every step, ``(*batch, K, T_i)``."""
        return (largest(self.worths[i]) - self._payoff(i)).cumsum(axis=-2)

    def ideal_gains(self, i: int) -> Array:
        """Return the cumulative gain of knowing everything beforehand, ``(*batch, K, T_i)``."""
        if not self.ideals:
            raise ProfileError(
                "play holds no ideal payoffs, want those of a player who sees the others' actions; "
                "take the play from play_learners, or pass ideal= to PlayTrace.of."
            )
        return (self.ideals[i] - self._payoff(i)).cumsum(axis=-2)

    def paid(self, i: int) -> Array:
        """Return the cumulative payoff, ``(*batch, K, T_i)``."""
        return self._payoff(i).cumsum(axis=-2)

    @cached_property
    def observed(self) -> PlayTrace:
        """The same play, judged by the types and the others' actions that were drawn."""
        return self._judged("observed")

    @cached_property
    def realized(self) -> PlayTrace:
        """The same play, judged by all that was drawn, the player's own action included."""
        return self._judged("realized")

    def run(self, *index: int) -> PlayTrace:
        """Return the run at `index` of the batch axes."""
        parts = ([array[index] for array in part] for part in (self.rows, self.worths, self.ideals))
        played, worth, ideal = parts
        draws = None if self.draws is None else self.draws.run(*index)
        return PlayTrace.of(played, worth, ideal=ideal, draws=draws, basis=self.basis)

    def _judged(self, basis: Basis) -> PlayTrace:
        draws = self.draws
        if draws is None:
            raise ProfileError(
                "play holds no draws, want those of types and actions; play with "
                'feedback="realized" or "bandit".'
            )
        n_types = [row.shape[-2] for row in self.rows]
        worth = [draws.worth(i, t) for i, t in enumerate(n_types)]
        own = self.rows
        if basis == "realized":
            own = [draws.moves(i, row) for i, row in enumerate(self.rows)]
        # The best payoff of the drawn type; other types' rows are zero anyway.
        ideal = [
            draws.indicator(i, t) * draws.utilities[i].max(axis=-1)[..., None]
            for i, t in enumerate(n_types)
        ]
        return PlayTrace.of(own, worth, ideal=ideal, draws=draws, basis=basis)

    def _payoff(self, i: int) -> Array:
        return np.vecdot(self.rows[i], self.worths[i])

    def __repr__(self) -> str:
        runs = f"{self.batch} runs, " if self.batch else ""
        return f"PlayTrace({runs}{self.n_steps} steps, {self.n_players} players)"
