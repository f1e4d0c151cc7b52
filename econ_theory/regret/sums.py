"""One player's play, added up: from these sums every regret notion is exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from econ_theory.arrays import Array
from econ_theory.records import Record
from econ_theory.regret.plays import largest
from econ_theory.regret.traces import PlayTrace

__all__ = ["PlayerSums"]


@dataclass(frozen=True, eq=False)
class PlayerSums(Record):
    """One player's sums over steps; leading axes are runs and, where kept, checkpoints.

    Attributes
    ----------
    swap : (..., T, A, A), entry [t, a, b] is ``sum_l s_l[t, a] (v_l[t, b] - v_l[t, a])``
    best, ideal : (..., T), gains of the best reply and of knowing everything beforehand
    paid : (..., T), what was paid
    """

    swap: Array
    best: Array
    ideal: Array
    paid: Array

    @classmethod
    def over(cls, trace: PlayTrace, i: int) -> PlayerSums:
        """Return the sums of player `i` over all steps of `trace`."""
        played, worth = trace.played(i), trace.worth(i)
        payoff = np.vecdot(played, worth)
        # Payoffs are taken off first, so that a constant in them costs no digits.
        gains = worth - payoff[..., None]
        moments = np.moveaxis(played, -3, -1) @ np.moveaxis(gains, -3, -2)
        own = np.diagonal(moments, axis1=-2, axis2=-1)
        return cls(
            swap=moments - own[..., None],
            best=largest(gains).sum(axis=-2),
            ideal=(trace.ideals[i] - payoff).sum(axis=-2),
            paid=payoff.sum(axis=-2),
        )

    @classmethod
    def drawn(cls, trace: PlayTrace, i: int, *, own: bool) -> PlayerSums:
        """Return the sums over what was drawn, the player's `own` action too or in expectation.

        Only the row of the drawn type counts, so this costs less than `over` the judged trace.
        """
        draws = trace.draws
        assert draws is not None
        # Step first, as drawn: what follows then runs along memory.
        types, actions, worth = (
            np.moveaxis(part[i], len(trace.batch), 0)
            for part in (draws.types, draws.actions, draws.utilities)
        )
        n_types, n_actions = trace.played(i).shape[-2:]
        n_runs = int(np.prod(trace.batch))
        cell = np.arange(n_runs).reshape(trace.batch) * n_types + types
        if own:
            payoff = np.take_along_axis(worth, actions[..., None], -1)[..., 0]
            gains = worth - payoff[..., None]
            swap = _gather(cell * n_actions + actions, gains, n_runs * n_types * n_actions)
        else:
            rows = np.moveaxis(trace.played(i), -3, 0).reshape(len(types), -1, n_actions)
            flat = np.arange(len(types))[:, None], cell.reshape(len(types), -1)
            row = rows[flat].reshape(worth.shape)
            payoff = np.vecdot(row, worth)
            gains = worth - payoff[..., None]
            outer = (row[..., :, None] * gains[..., None, :]).reshape(*types.shape, -1)
            moments = _gather(cell, outer, n_runs * n_types).reshape(-1, n_actions, n_actions)
            swap = moments - np.diagonal(moments, axis1=-2, axis2=-1)[..., None]
        shape = (*trace.batch, n_types)
        best = _gather(cell, largest(gains)[..., None], n_runs * n_types).reshape(shape)
        return cls(
            swap=swap.reshape(*shape, n_actions, n_actions),
            best=best,
            ideal=best,
            paid=_gather(cell, payoff[..., None], n_runs * n_types).reshape(shape),
        )

    def __add__(self, other: PlayerSums) -> PlayerSums:
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return PlayerSums(*(mine + theirs for mine, theirs in pairs))

    @classmethod
    def stack(cls, sums: Sequence[PlayerSums], axis: int) -> PlayerSums:
        """Return the sums of several checkpoints along a new `axis`."""
        return cls(*(np.stack([getattr(s, f.name) for s in sums], axis) for f in fields(cls)))


def _gather(cells: Array, parts: Array, n_cells: int) -> Array:
    """Return the sums of `parts` (..., M) that fall into each of `n_cells`, (n_cells, M)."""
    width = parts.shape[-1]
    places = cells[..., None] * width + np.arange(width)
    sums = np.bincount(places.ravel(), parts.ravel(), n_cells * width)
    return sums.reshape(n_cells, width)
