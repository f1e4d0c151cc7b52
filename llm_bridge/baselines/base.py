"""What every way of answering a batch of questions hands back: answers, scores, costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from llm_bridge.errors import ConfigError
from llm_bridge.messages import Completion, Question
from llm_bridge.tasks.answers import read_reply
from llm_bridge.tasks.base import Task

__all__ = ["Results", "results_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """Answers to Q questions with their scores and costs, one entry a question.

    `scores` lie in [0, 1]; `prompt_tokens`, `cached_tokens` (part of the prompt tokens),
    `completion_tokens`, `calls` and `invalid` (calls without a readable answer) are counts of
    shape (Q,). An answer is "" where there is none.

    >>> r = Results("single", ("4", ""), [1.0, 0.0], [9, 9], [0, 8], [3, 3], [1, 1], [0, 1])
    >>> r.accuracy, r.tokens, r.invalid.sum()
    (0.5, 24, np.int64(1))
    """

    name: str
    answers: tuple[str, ...]
    scores: np.ndarray
    prompt_tokens: np.ndarray
    cached_tokens: np.ndarray
    completion_tokens: np.ndarray
    calls: np.ndarray
    invalid: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "answers", tuple(self.answers))
        for item in fields(self):
            if item.name in ("name", "answers"):
                continue
            kind = np.float64 if item.name == "scores" else np.int64
            values = np.array(getattr(self, item.name), dtype=kind)
            if values.shape != (len(self.answers),):
                raise ConfigError(
                    f"{item.name} of results {self.name!r} has shape {values.shape}, want "
                    f"({len(self.answers)},); give one entry a question."
                )
            values.setflags(write=False)
            object.__setattr__(self, item.name, values)

    @property
    def n_questions(self) -> int:
        """Q, the number of questions."""
        return len(self.answers)

    @property
    def accuracy(self) -> float:
        """Mean score over the questions; nan without any."""
        return float(self.scores.mean()) if self.answers else float("nan")

    @property
    def tokens(self) -> int:
        """All prompt and completion tokens."""
        return int(self.prompt_tokens.sum() + self.completion_tokens.sum())

    def _repr_html_(self) -> str:
        cells = {
            "method": self.name,
            "questions": self.n_questions,
            "accuracy": f"{self.accuracy:.3f}",
            "prompt tokens": int(self.prompt_tokens.sum()),
            "of which cached": int(self.cached_tokens.sum()),
            "generated tokens": int(self.completion_tokens.sum()),
            "calls": int(self.calls.sum()),
            "invalid": int(self.invalid.sum()),
        }
        head = "".join(f"<th>{name}</th>" for name in cells)
        body = "".join(f"<td>{value}</td>" for value in cells.values())
        return f"<table><tr>{head}</tr><tr>{body}</tr></table>"


def results_of(
    name: str,
    task: Task,
    questions: Sequence[Question],
    answers: Sequence[str],
    completions: Sequence[Sequence[Completion]],
    *,
    invalid: np.ndarray | None = None,
) -> Results:
    """Return the `Results` of `answers`, with the costs of each question's own completions.

    `completions[q]` are all calls made for question q; an unreadable one counts as invalid,
    unless `invalid` (Q,) says how many do. An empty answer scores 0 without asking the verifier.

    >>> from llm_bridge.messages import Usage
    >>> class Sums:
    ...     name = "sums"
    ...     def draw(self, split, n): return []
    ...     def score(self, question, answer): return float(answer == question.answer)
    >>> reply = Completion("Answer: 4", Usage(9, 0, 3))
    >>> results_of("one", Sums(), [Question("a", "2 + 2?", "sums", "4")], ["4"], [[reply]]).accuracy
    1.0
    """
    usages = [[reply.usage for reply in replies] for replies in completions]
    return Results(
        name=name,
        answers=tuple(answers),
        scores=np.array(
            [task.score(q, a) if a else 0.0 for q, a in zip(questions, answers, strict=True)]
        ),
        prompt_tokens=np.array([sum(u.prompt for u in row) for row in usages]),
        cached_tokens=np.array([sum(u.cached for u in row) for row in usages]),
        completion_tokens=np.array([sum(u.completion for u in row) for row in usages]),
        calls=np.array([len(row) for row in usages]),
        invalid=np.array(_unreadable(questions, completions) if invalid is None else invalid),
    )


def _unreadable(
    questions: Sequence[Question], completions: Sequence[Sequence[Completion]]
) -> list[int]:
    return [
        sum(not read_reply(reply, form=question.form).valid for reply in row)
        for question, row in zip(questions, completions, strict=True)
    ]
