"""The shapes of a game's payoff tensors: how many actions they have, and which do not broadcast."""

from __future__ import annotations

from collections.abc import Sequence

from econ_theory.arrays import Array
from econ_theory.errors import GameError
from econ_theory.games.finite.labels import Labels

__all__ = ["action_counts"]


def action_counts(
    n_types: tuple[int, ...], tensors: list[Array], actions: Labels | None, who: Sequence[str]
) -> tuple[int, ...]:
    """Return the number of actions ``(A_1, ..., A_n)`` that payoffs and labels have.

    `who` names the players in complaints about a payoff that does not broadcast.

    >>> import numpy as np
    >>> action_counts((1, 1), [np.ones((1, 1, 2, 1)), np.ones((1, 1, 1, 3))], None, ["Ann", "Bob"])
    (2, 3)
    """
    n = len(n_types)
    for i, tensor in enumerate(tensors):
        if tensor.ndim != 2 * n:
            raise GameError(
                f"payoff of {who[i]} has {tensor.ndim} axes, want {2 * n}: {n} of types, then "
                f"{n} of actions; use length 1 where it does not depend on one."
            )
        if tensor.size == 0:
            raise GameError(
                f"payoff of {who[i]} has shape {tensor.shape}, want no empty axis; "
                "every player needs at least one type and one action."
            )
        for j in range(n):
            if tensor.shape[j] not in (1, n_types[j]):
                raise GameError(
                    f"payoff of {who[i]} has length {tensor.shape[j]} on the type axis of "
                    f"{who[j]}, want {n_types[j]} (as the prior) or 1."
                )
    counts = []
    for j in range(n):
        count = max(tensor.shape[n + j] for tensor in tensors)
        named = actions[j] if actions is not None else None
        if named is not None:
            count = max(count, len(named))
        for i, tensor in enumerate(tensors):
            if tensor.shape[n + j] not in (1, count):
                raise GameError(
                    f"payoff of {who[i]} has length {tensor.shape[n + j]} on the action axis of "
                    f"{who[j]}, want {count} (as elsewhere) or 1."
                )
        counts.append(int(count))
    return tuple(counts)
