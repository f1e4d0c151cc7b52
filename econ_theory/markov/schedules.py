"""Step sizes and exploration: the small values a learning run is described by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.finite.payoffs import best_actions, logit_rows

__all__ = ["EpsilonGreedy", "Exploration", "Softmax", "StepSize"]


@dataclass(frozen=True)
class StepSize:
    """The step size ``min(1, scale * k ** -power)`` at the k-th update.

    Power 0 is a constant, 1 is ``scale / k``, 1/2 is ``scale / sqrt(k)``.

    >>> StepSize(0.5, power=0.5).at(np.array([1, 4, 16]))
    array([0.5  , 0.25 , 0.125])
    >>> StepSize(0.5, power=0.5).robbins_monro, StepSize(power=0.6).robbins_monro
    (False, True)

    Source: Robbins & Monro 1951; for Q-learning Even-Dar & Mansour 2003.
    """

    scale: float = 1.0
    power: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.scale < np.inf or not 0 <= self.power < np.inf:
            raise SettingError(
                f"step size has scale {self.scale} and power {self.power}, want scale > 0 and "
                "power >= 0."
            )

    def at(self, k: Array) -> Array:
        """Return the step size at the k-th update, k from 1 on."""
        return np.minimum(1.0, self.scale * np.asarray(k, dtype=float) ** -self.power)

    @property
    def robbins_monro(self) -> bool:
        """Whether steps sum to infinity and their squares do not: power in (1/2, 1]."""
        return 0.5 < self.power <= 1


@dataclass(frozen=True)
class EpsilonGreedy:
    """The best action, but any with equal chance in a share ``epsilon * k ** -decay`` of stages.

    >>> EpsilonGreedy(0.2).rows(np.array([[0.0, 1.0]]), 1)
    array([[0.1, 0.9]])
    """

    epsilon: float = 0.1
    decay: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.epsilon <= 1 or not self.decay >= 0:
            raise SettingError(
                f"exploration has epsilon {self.epsilon} and decay {self.decay}, want epsilon in "
                "[0, 1] and decay >= 0."
            )

    def rows(self, q: Array, k: int) -> Array:
        """Return how often each action is played at step k, given values ``(..., A)``."""
        share = self.epsilon * k**-self.decay
        n_actions = q.shape[-1]
        return share / n_actions + (1 - share) * np.eye(n_actions)[best_actions(q)]


@dataclass(frozen=True)
class Softmax:
    """The logit reply ``exp(q / temperature)``; the temperature falls like ``k ** -decay``.

    Payoff units. A policy that has settled is comparable with `soft_equilibrium`.

    >>> Softmax(1.0).rows(np.array([[0.0, np.log(3.0)]]), 1)
    array([[0.25, 0.75]])
    """

    temperature: float = 1.0
    decay: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.temperature < np.inf or not self.decay >= 0:
            raise SettingError(
                f"exploration has temperature {self.temperature} and decay {self.decay}, want "
                "temperature > 0 (payoff units) and decay >= 0."
            )

    def rows(self, q: Array, k: int) -> Array:
        """Return how often each action is played at step k, given values ``(..., A)``."""
        return logit_rows(q, np.full(q.shape[:-1], self.temperature * k**-self.decay))


Exploration = EpsilonGreedy | Softmax
