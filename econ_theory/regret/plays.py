"""What a regret notion asks of play: sums over its steps, however they were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal, Protocol

import numpy as np

from econ_theory.arrays import Array, is_exact
from econ_theory.errors import ProfileError
from econ_theory.records import Record

__all__ = ["Basis", "Draws", "Play", "joint_sum", "largest", "read_only", "stacked"]

Basis = Literal["expected", "observed", "realized"]
"""Which draws a number is an expectation over.

* ``"expected"``: over types and everyone's play; nothing is drawn.
* ``"observed"``: types and the others' actions as they were drawn, the player's own action still
  in expectation over its strategy: what a learner that sees every action's payoff is judged by.
* ``"realized"``: its own action as drawn too: what a bandit learner is judged by.
"""


class Play(Protocol):
    """Play of one run or of a batch of runs, as the regret notions read it.

    `PlayTrace` keeps every step, `PlaySummary` sums at checkpoints; a row is a step that was kept.
    Values and payoffs are weighted by the chance of the type (or are zero where another type was
    drawn), in payoff units, and every sum runs from the first step to the row's.
    """

    @property
    def steps(self) -> Array:
        """Step numbers of the rows, (K,)."""
        ...

    @property
    def n_players(self) -> int: ...

    @property
    def batch(self) -> tuple[int, ...]:
        """Leading axes of every array: games, then runs; () for one run."""
        ...

    @property
    def basis(self) -> Basis: ...

    def played(self, i: int) -> Array:
        """Return player `i`'s strategies at the rows, (*batch, K, T_i, A_i)."""
        ...

    def average(self, i: int) -> Array:
        """Return the average of player `i`'s strategies up to each row, (*batch, K, T_i, A_i)."""
        ...

    def gains(self, i: int) -> Array:
        """Return what playing each action throughout would have gained, (*batch, K, T_i, A_i)."""
        ...

    def swap_gains(self, i: int, a: int) -> Array:
        """Return the same where it replaces action `a` only, (*batch, K, T_i, A_i)."""
        ...

    def best_gains(self, i: int) -> Array:
        """Return what the best reply at every step would have gained, (*batch, K, T_i)."""
        ...

    def ideal_gains(self, i: int) -> Array:
        """Return what knowing types and actions before acting would have gained, (*batch, K, T_i).

        Raises
        ------
        ProfileError
            If the play holds no such values.
        """
        ...

    def paid(self, i: int) -> Array:
        """Return what was paid, (*batch, K, T_i)."""
        ...


@dataclass(frozen=True, eq=False)
class Draws(Record):
    """What nature and the players drew, one entry a player.

    Attributes
    ----------
    types, actions : integers (*batch, K)
    utilities : (*batch, K, A_i), payoffs of every action of the drawn type against the others'
        drawn types and actions, payoff units
    """

    types: tuple[Array, ...]
    actions: tuple[Array, ...]
    utilities: tuple[Array, ...]

    def run(self, *index: int) -> Draws:
        """Return the draws of the run at `index` of the batch axes."""
        parts = (self.types, self.actions, self.utilities)
        return Draws(*(tuple(array[index] for array in part) for part in parts))

    def worth(self, i: int, n_types: int) -> Array:
        """Return `utilities` in the row of the drawn type and zero elsewhere, (*batch, K, T, A)."""
        return self.indicator(i, n_types)[..., None] * self.utilities[i][..., None, :]

    def indicator(self, i: int, n_types: int) -> Array:
        """Return one for the type drawn and zero for others, (*batch, K, T)."""
        return (self.types[i][..., None] == np.arange(n_types)).astype(float)

    def moves(self, i: int, strategies: Array) -> Array:
        """Return `strategies` with the drawn type's row replaced by what it drew."""
        n_types, n_actions = strategies.shape[-2:]
        drawn = self.indicator(i, n_types)[..., None]
        action = self.actions[i][..., None, None] == np.arange(n_actions)
        return np.where(drawn > 0, action, strategies)


def stacked(steps: Sequence[Sequence[Any]], what: str) -> tuple[Array, ...]:
    """Return one (*batch, K, T_i, A_i) array a player from ``steps[k][i]`` (*batch, T_i, A_i)."""
    try:
        stacks = [np.array(list(column)) for column in zip(*steps, strict=True)]
    except ValueError as problem:
        raise ProfileError(
            f"{what} are ragged ({problem}), want one (T_i, A_i) array a step and player."
        ) from None
    return tuple(np.moveaxis(stack, 0, -3) if stack.ndim > 3 else stack for stack in stacks)


def largest(values: Array) -> Array:
    """Return the maximum over the last axis; numpy's own is slow where that axis is short.

    >>> largest(np.array([[1.0, 3.0], [2.0, 0.0]]))
    array([3., 2.])
    """
    if values.shape[-1] > 16:
        return values.max(axis=-1)
    return reduce(np.maximum, np.moveaxis(values, -1, 0))


def joint_sum(rows: Sequence[Array]) -> Array:
    """Return the sum over steps of the product of strategies, (*batch, T_1..T_n, A_1..A_n).

    `rows` holds one (*batch, K, T_i, A_i) array a player; Fractions stay exact.
    """
    n, batch = len(rows), rows[0].shape[:-3]
    if n == 2 and not is_exact(rows[0]):
        # One matrix product a run, where einsum would loop.
        mine, theirs = (row.reshape(*row.shape[:-2], -1) for row in rows)
        flat = np.moveaxis(mine, -1, -2) @ theirs
        shape = [row.shape[k] for row in rows for k in (-2, -1)]
        return flat.reshape(*batch, *shape).swapaxes(-2, -3)
    operands: list[Any] = []
    for i, row in enumerate(rows):
        operands += [row, [Ellipsis, 2 * n, i, n + i]]
    return np.einsum(*operands, [Ellipsis, *range(2 * n)], optimize=not is_exact(rows[0]))


def read_only(array: Array) -> Array:
    """Return a read-only view of `array`, which is not copied, however large.

    >>> read_only(np.zeros(2)).flags.writeable
    False
    """
    view = array.view()
    view.flags.writeable = False
    return view
