"""What a task is: questions drawn by seed, and a verifier that scores an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from llm_bridge.messages import Question

__all__ = ["Task"]


@runtime_checkable
class Task(Protocol):
    """A source of questions with a verifier.

    `draw` is a pure function of `split`, `n` and the task's own seed: "train" and "test" never
    share a question. `score` is total: any text gets a number in [0, 1].
    """

    name: str

    def draw(self, split: str, n: int) -> Sequence[Question]:
        """Return the first `n` questions of `split` ("train", "test" or "probe")."""
        ...

    def score(self, question: Question, answer: str) -> float:
        """Return the verifier's score of `answer` in [0, 1]."""
        ...
