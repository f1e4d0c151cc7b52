"""Early stopping: three conditions at once, `patience` times in a row."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["Stopping", "StoppingRule"]


@dataclass(frozen=True, slots=True)
class StoppingRule:
    """When to stop: all three hold in `patience` successive checks.

    The commitments on the same fixed probe questions moved by at most `commitment_change` in
    embedding space (mean Euclidean distance), mean reward is at least `reward`, and the total loss
    changed by at most `loss_change`.
    """

    commitment_change: float = 0.01
    reward: float = 0.7
    loss_change: float = 1e-4
    patience: int = 5


@dataclass(frozen=True, slots=True, eq=False)
class Stopping:
    """The state of a `StoppingRule` between checks.

    >>> state, still = Stopping(StoppingRule(patience=2)), np.eye(2)
    >>> for _ in range(3):
    ...     state = state.check(still, reward=0.9, loss=0.1)
    >>> state.met, state.streak, state.done
    ((True, True, True), 2, True)
    """

    rule: StoppingRule
    streak: int = 0
    met: tuple[bool, bool, bool] = (False, False, False)
    commitments: np.ndarray | None = None
    loss: float | None = None

    @property
    def done(self) -> bool:
        """Whether training should stop."""
        return self.streak >= self.rule.patience

    def check(self, commitments: np.ndarray, *, reward: float, loss: float) -> Stopping:
        """Return the state after one check; `commitments` (P, embedding) of the probe questions.

        The first check has nothing to compare with, so it meets neither change condition.
        """
        moved = (
            float("inf")
            if self.commitments is None
            else float(np.linalg.norm(commitments - self.commitments, axis=-1).mean())
        )
        changed = float("inf") if self.loss is None else abs(loss - self.loss)
        met = (
            moved <= self.rule.commitment_change,
            reward >= self.rule.reward,
            changed <= self.rule.loss_change,
        )
        return replace(
            self,
            streak=self.streak + 1 if all(met) else 0,
            met=met,
            commitments=np.array(commitments),
            loss=loss,
        )
