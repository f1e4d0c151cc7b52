"""Long play in little space: sums at checkpoints from which every regret notion is exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import ProfileError, SettingError
from econ_theory.records import Record
from econ_theory.regret.plays import Basis, joint_sum
from econ_theory.regret.sums import PlayerSums
from econ_theory.regret.traces import PlayTrace

__all__ = ["CHECKPOINTS", "PlaySummary", "Summarizer", "checkpoint_steps"]

CHECKPOINTS = 128
"""Checkpoints asked for by ``"log"``, before those that round to the same step are merged."""


@dataclass(frozen=True, eq=False, repr=False)
class PlaySummary(Record):
    """Play at checkpoints, with all that its steps before them add up to.

    It answers whatever a `PlayTrace` answers about its rows, to rounding, in memory that grows
    with the number of checkpoints and not of steps. `play_learners` makes it.

    Attributes
    ----------
    steps : (K,) step numbers of the checkpoints
    rows, averages : n arrays (*batch, K, T_i, A_i), strategies at each checkpoint and averaged up
        to it
    sums : for each basis that was recorded, n `PlayerSums` with leading axes (*batch, K)
    joint : (*batch, T_1..T_n, A_1..A_n) sum over all steps of the product of strategies, or None
    basis : which of `sums` speaks
    """

    steps: Array
    rows: tuple[Array, ...]
    averages: tuple[Array, ...]
    sums: Mapping[Basis, tuple[PlayerSums, ...]]
    joint: Array | None = None
    basis: Basis = "expected"

    @property
    def n_steps(self) -> int:
        """Number of steps played, the last checkpoint."""
        return int(self.steps[-1])

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.rows)

    @property
    def batch(self) -> tuple[int, ...]:
        """Leading axes: games, then runs; () for one run."""
        return self.rows[0].shape[:-3]

    def played(self, i: int) -> Array:
        """Return player `i`'s strategies at the checkpoints, ``(*batch, K, T_i, A_i)``."""
        return self.rows[i]

    def average(self, i: int) -> Array:
        """Return player `i`'s strategies averaged up to them, ``(*batch, K, T_i, A_i)``."""
        return self.averages[i]

    def gains(self, i: int) -> Array:
        """Return the cumulative gain of every fixed action, ``(*batch, K, T_i, A_i)``."""
        return self.sums[self.basis][i].swap.sum(axis=-2)

    def swap_gains(self, i: int, a: int) -> Array:
        """Return the cumulative gain of playing b for `a`, ``(*batch, K, T_i, A_i)``."""
        return self.sums[self.basis][i].swap[..., a, :]

    def best_gains(self, i: int) -> Array:
        """Return the cumulative gain of the best reply at every step, ``(*batch, K, T_i)``."""
        return self.sums[self.basis][i].best

    def ideal_gains(self, i: int) -> Array:
        """Return the cumulative gain of knowing everything beforehand, ``(*batch, K, T_i)``."""
        return self.sums[self.basis][i].ideal

    def paid(self, i: int) -> Array:
        """Return the cumulative payoff, ``(*batch, K, T_i)``."""
        return self.sums[self.basis][i].paid

    @property
    def observed(self) -> PlaySummary:
        """The same play, judged by the types and the others' actions that were drawn."""
        return self._judged("observed")

    @property
    def realized(self) -> PlaySummary:
        """The same play, judged by all that was drawn, the player's own action included."""
        return self._judged("realized")

    def _judged(self, basis: Basis) -> PlaySummary:
        if basis not in self.sums:
            raise ProfileError(
                "play holds no draws, want those of types and actions; play with "
                'feedback="realized" or "bandit".'
            )
        return replace(self, basis=basis)

    def __repr__(self) -> str:
        runs = f"{self.batch} runs, " if self.batch else ""
        return (
            f"PlaySummary({runs}{self.n_steps} steps, {self.n_players} players, "
            f"{len(self.steps)} checkpoints)"
        )


class Summarizer:
    """Adds up blocks of play, and notes where the sums stand after each checkpoint."""

    def __init__(self, bases: Sequence[Basis], *, keep_joint: bool) -> None:
        self._totals: dict[Basis, list[PlayerSums]] = {basis: [] for basis in bases}
        self._played: list[Any] = []
        self._joint: Any = 0.0 if keep_joint else None
        self._kept: list[Any] = []
        self._steps: list[int] = []

    def add(self, block: PlayTrace) -> None:
        """Add a block of steps to the sums."""
        players = range(block.n_players)
        for basis, totals in self._totals.items():
            if basis == "expected":
                sums = [PlayerSums.over(block, i) for i in players]
            else:
                sums = [PlayerSums.drawn(block, i, own=basis == "realized") for i in players]
            totals[:] = [a + b for a, b in zip(totals, sums, strict=True)] if totals else sums
        played = [block.played(i).sum(axis=-3) for i in players]
        if self._played:
            played = [a + b for a, b in zip(self._played, played, strict=True)]
        self._played = played
        if self._joint is not None:
            self._joint = self._joint + joint_sum([block.played(i) for i in players])

    def keep(self, step: int, block: PlayTrace) -> None:
        """Note the sums at `step`, the last of `block`."""
        self._steps.append(step)
        last = [row[..., -1, :, :].copy() for row in block.rows]
        averages = [total / step for total in self._played]
        self._kept.append((last, averages, {b: tuple(t) for b, t in self._totals.items()}))

    def summary(self) -> PlaySummary:
        """Return all that was noted."""
        rows, averages, sums = (list(part) for part in zip(*self._kept, strict=True))
        axis = rows[0][0].ndim - 2
        return PlaySummary(
            np.array(self._steps),
            tuple(np.stack(column, axis) for column in zip(*rows, strict=True)),
            tuple(np.stack(column, axis) for column in zip(*averages, strict=True)),
            {
                basis: tuple(
                    PlayerSums.stack(column, axis)
                    for column in zip(*(totals[basis] for totals in sums), strict=True)
                )
                for basis in self._totals
            },
            self._joint,
        )


def checkpoint_steps(checkpoints: Any, n_steps: int) -> Array:
    """Return the rising step numbers that `checkpoints` asks for; the last step is always one.

    >>> checkpoint_steps([1, 10], 20).tolist()
    [1, 10, 20]
    >>> len(checkpoint_steps("log", 10_000))
    105

    Raises
    ------
    SettingError
        If they are no whole numbers between 1 and `n_steps`.
    """
    if isinstance(checkpoints, str):
        if checkpoints != "log":
            raise SettingError(
                f"checkpoints is {checkpoints!r}, want 'log', None or step numbers; "
                "leave it out to keep every step."
            )
        return np.unique(np.geomspace(1, n_steps, CHECKPOINTS).round().astype(int))
    steps = np.asarray(checkpoints)
    whole = steps.ndim == 1 and steps.size > 0 and steps.dtype.kind in "iu"
    if not whole or steps.min() < 1 or steps.max() > n_steps:
        raise SettingError(
            f"checkpoints are {steps.tolist()}, want whole numbers from 1 to {n_steps}; "
            "pass 'log' for a grid even in log step."
        )
    return np.unique(np.append(steps, n_steps))
