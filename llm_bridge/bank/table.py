"""A bank of completions as plain arrays: what the empirical game is estimated from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.seeding import Seed, as_rng
from llm_bridge.errors import ConfigError
from llm_bridge.models.controls import ControlMenu

__all__ = ["MISSING", "BankTable"]

MISSING = -2
"""The id of a completion that was not sampled yet."""


@dataclass(frozen=True, slots=True, eq=False)
class BankTable:
    """A bank as plain arrays: Q questions, n executors, P pools, K controls, M completions.

    Attributes
    ----------
    answers : (Q, P, K, M) ids; INVALID = -1, MISSING = -2 (only after the others of its cell)
    pools : (n,) the pool of each executor
    scores : (Q, V) verifier's score of each answer id, in [0, 1]
    similarity : (Q, V, V) cosines between answers
    signals : (Q, n) private signal of each executor
    menu : the K controls
    executors : n names
    """

    answers: np.ndarray
    pools: np.ndarray
    scores: np.ndarray
    similarity: np.ndarray
    signals: np.ndarray
    menu: ControlMenu
    executors: tuple[str, ...]

    def __post_init__(self) -> None:
        q, n = self.answers.shape[0], len(self.executors)
        v = self.scores.shape[-1]
        wanted = {
            "answers": (q, self.answers.shape[1], len(self.menu), self.answers.shape[-1]),
            "pools": (n,),
            "scores": (q, v),
            "similarity": (q, v, v),
            "signals": (q, n),
        }
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise ConfigError(
                    f"{name} of the bank has shape {getattr(self, name).shape}, want {shape}."
                )

    @property
    def n_questions(self) -> int:
        """Q, the number of questions."""
        return self.answers.shape[0]

    @property
    def n_executors(self) -> int:
        """n, the number of executors."""
        return len(self.executors)

    @property
    def counts(self) -> np.ndarray:
        """How many completions each cell has, (Q, P, K)."""
        return (self.answers != MISSING).sum(axis=-1)

    @property
    def ranks(self) -> np.ndarray:
        """Each executor's place among those of its pool, (n,)."""
        return np.array([int((self.pools[:i] == p).sum()) for i, p in enumerate(self.pools)])

    @property
    def sharing(self) -> int:
        """The most executors on one pool: completions a cell needs for one joint draw."""
        return int(np.bincount(self.pools).max())

    def take(self, questions: np.ndarray) -> BankTable:
        """Return the table of `questions` (indices or a mask) only."""
        return BankTable(
            self.answers[questions],
            self.pools,
            self.scores[questions],
            self.similarity[questions],
            self.signals[questions],
            self.menu,
            self.executors,
        )

    def draw(self, questions: np.ndarray, controls: np.ndarray, *, rng: Seed = None) -> np.ndarray:
        """Return one joint draw of answer ids, (B, n), for B `questions` and (B, n) `controls`.

        Uniform over completions; executors of one pool under one control get different ones.

        Raises `ConfigError` where a cell has fewer completions than executors share it.
        """
        rng = as_rng(rng)
        questions, controls = np.asarray(questions), np.asarray(controls)
        cells = self.answers[questions[:, None], self.pools[None, :], controls]
        counts = (cells != MISSING).sum(axis=-1)
        if (counts < self.sharing).any():
            raise ConfigError(
                f"a drawn cell of the bank has {int(counts.min())} completions, want at least "
                f"{self.sharing}: one for each executor of a pool; call ensure first."
            )
        # One offset a cell and draw: executors stand `rank` places apart, so they never meet.
        start = rng.random((len(questions), *self.answers.shape[1:3]))
        start = start[np.arange(len(questions))[:, None], self.pools[None, :], controls]
        place = ((start * counts).astype(int) + self.ranks[None, :]) % counts
        return np.take_along_axis(cells, place[..., None], axis=-1)[..., 0]
