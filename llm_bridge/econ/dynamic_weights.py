"""Reward weights that learn: logits moved against L_dr, always on the simplex."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from llm_bridge.errors import ConfigError

__all__ = ["DynamicWeights"]


@dataclass(frozen=True, eq=False)
class DynamicWeights:
    """Weights a = softmax(logits) of (alignment, task, contribution), stepped against L_dr.

    L_dr = sum (r_actual - r_expected)^2 with r_actual = sum_k a_k component_k and r_expected = Q_i.
    `active` marks the terms in play: one switched off keeps weight zero. With `rate` 0 the weights
    are frozen: a reward that moves is a game that moves.

    >>> weights = DynamicWeights.start((0.4, 0.4, 0.2), rate=0.1)
    >>> weights.values.round(3)
    array([0.4, 0.4, 0.2])
    >>> moved = weights.step(np.array([[1.0, 0.0, 0.0]]), np.array([1.0]))
    >>> bool(moved.values[0] > 0.4), float(moved.values.sum().round(12))
    (True, 1.0)
    """

    logits: np.ndarray
    active: np.ndarray
    rate: float = 0.0

    @classmethod
    def start(
        cls, weights: tuple[float, float, float] | np.ndarray, *, rate: float = 0.0
    ) -> DynamicWeights:
        """Return the weights that begin at `weights`, which lie on the simplex."""
        values = np.asarray(weights, dtype=np.float64)
        if (values < 0).any() or abs(values.sum() - 1.0) > 1e-9:
            raise ConfigError(
                f"reward weights are {values.tolist()}, want non-negative numbers that sum to 1; "
                f"set rewards.weights, e.g. [0.4, 0.4, 0.2]."
            )
        active = values > 0
        return cls(np.log(np.where(active, values, 1.0)), active, rate)

    @property
    def values(self) -> np.ndarray:
        """The weights (3,), non-negative and summing to one."""
        raised = np.exp(self.logits - self.logits[self.active].max()) * self.active
        return raised / raised.sum()

    def loss(self, components: np.ndarray, expected: np.ndarray) -> float:
        """Return L_dr of components (..., 3) and expected rewards (...)."""
        return float(((components @ self.values - expected) ** 2).sum())

    def step(self, components: np.ndarray, expected: np.ndarray) -> DynamicWeights:
        """Return the weights after one gradient step of L_dr in the logits."""
        if self.rate == 0.0:
            return self
        weights = self.values
        error = components @ weights - expected
        slope = 2.0 * (error[..., None] * components).reshape(-1, components.shape[-1]).sum(axis=0)
        # Chain rule of the softmax: dL/dz_k = a_k (dL/da_k - sum_j a_j dL/da_j).
        slope = weights * (slope - weights @ slope)
        return DynamicWeights(self.logits - self.rate * slope, self.active, self.rate)
