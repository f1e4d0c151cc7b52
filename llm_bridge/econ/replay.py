"""The replay buffer: the last histories, as arrays, drawn from without replacement."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

__all__ = ["History", "ReplayBuffer"]


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """B finished histories of S steps, batch first; rewards are kept as components.

    observations (B, S, n, observation), controls (B, S, n, control), components (B, S, n, 3),
    totals (B, S), commitments (B, S, embedding), readable (B, S).
    """

    observations: np.ndarray
    controls: np.ndarray
    components: np.ndarray
    totals: np.ndarray
    commitments: np.ndarray
    readable: np.ndarray


class ReplayBuffer:
    """A ring of the last `capacity` histories.

    >>> buffer = ReplayBuffer(2)
    >>> one = History(*(np.full((1, 1), k) for k in range(6)))
    >>> for _ in range(3):
    ...     buffer.push(one)
    >>> len(buffer), buffer.sample(16, np.random.default_rng(0)).totals.shape
    (2, (2, 1))
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._arrays: dict[str, np.ndarray] = {}
        self._written = 0

    def __len__(self) -> int:
        return min(self._written, self.capacity)

    def push(self, history: History) -> None:
        """Add B histories over the oldest ones."""
        size = len(history.totals)
        slots = (self._written + np.arange(size)) % self.capacity
        for item in fields(History):
            values: np.ndarray = getattr(history, item.name)
            if item.name not in self._arrays:
                shape = (self.capacity, *values.shape[1:])
                self._arrays[item.name] = np.zeros(shape, dtype=np.float32)
            self._arrays[item.name][slots] = values
        self._written += size

    def sample(self, size: int, rng: np.random.Generator) -> History:
        """Return `size` different histories, or all that there are."""
        chosen = rng.choice(len(self), min(size, len(self)), replace=False)
        return History(**{name: values[chosen] for name, values in self._arrays.items()})

    def state(self) -> dict[str, Any]:
        """Return the contents, oldest first, for a comparison of two runs."""
        order = (self._written - len(self) + np.arange(len(self))) % self.capacity
        return {name: values[order] for name, values in self._arrays.items()}
