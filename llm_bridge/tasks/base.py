"""What a task is: questions drawn by seed, and a verifier that scores an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

__all__ = ["Question", "Task"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: an id unique in its split, the text shown, its family, the expected answer.

    `meta` carries what the verifier needs and no model ever sees; `examples` are (question,
    answer) pairs of the family from no split, for prompts that show worked examples.
    """

    id: str
    text: str
    family: str
    answer: str
    meta: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    examples: tuple[tuple[str, str], ...] = field(default=(), compare=False, repr=False)


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
