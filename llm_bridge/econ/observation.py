"""What an executor sees: question, strategy, its own type, its last step, the last commitment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llm_bridge.messages import Question
from llm_bridge.models.embeddings import Embedder

__all__ = ["Last", "Scene"]


@dataclass(frozen=True, slots=True, eq=False)
class Last:
    """The step before: controls (B, n, control), rewards (B, n), commitments (B, embedding)."""

    controls: np.ndarray
    rewards: np.ndarray
    commitments: np.ndarray

    @classmethod
    def none(cls, batch: int, n: int, control: int, embedding: int) -> Last:
        """Return the start of a history: all zero."""
        return cls(
            np.zeros((batch, n, control)), np.zeros((batch, n)), np.zeros((batch, embedding))
        )


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Q questions as networks see them: texts embedded, strategies embedded, types (Q, n).

    An observation is [embed(x), embed(m), one-hot type, last control, last reward, embed(last C)];
    embeddings have length one. The empty strategy is the zero row.
    """

    questions: np.ndarray
    strategies: np.ndarray
    types: np.ndarray
    n_types: int

    @classmethod
    def of(
        cls,
        questions: Sequence[Question],
        strategies: Sequence[str],
        types: np.ndarray,
        n_types: int,
        embedder: Embedder,
    ) -> Scene:
        """Return the scene of questions with their strategies and types (Q, n)."""
        spoken = np.array([bool(text) for text in strategies])[:, None]
        return cls(
            embedder.embed([question.text for question in questions]),
            np.where(spoken, embedder.embed([text or " " for text in strategies]), 0.0),
            types,
            n_types,
        )

    @staticmethod
    def width(embedding: int, n_types: int, control: int) -> int:
        """Return the length of one observation."""
        return 3 * embedding + n_types + control + 1

    def observe(self, rows: np.ndarray, last: Last, types: np.ndarray | None = None) -> np.ndarray:
        """Return observations (B, n, width), float32, of questions `rows` (B,).

        `types` (B, n) stand in for the questions' own types.
        """
        own = self.types[rows] if types is None else types
        n = own.shape[1]

        def shared(block: np.ndarray) -> np.ndarray:
            return np.broadcast_to(block[:, None], (len(rows), n, block.shape[1]))

        parts = [
            shared(self.questions[rows]),
            shared(self.strategies[rows]),
            np.eye(self.n_types)[own],
            last.controls,
            last.rewards[..., None],
            shared(last.commitments),
        ]
        return np.concatenate(parts, axis=-1).astype(np.float32)
