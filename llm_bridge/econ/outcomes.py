"""From the executors' answers to commitment, components of the reward and team score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from llm_bridge.bank.rewards import INVALID, rewards
from llm_bridge.econ.coordinator import Coordinator
from llm_bridge.econ.team import Team
from llm_bridge.messages import Completion, Question
from llm_bridge.tasks.comparison import unified

__all__ = ["Outcome", "Referee"]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What B joint answers led to.

    components (B, n, 3): alignment, task, contribution; commitments B texts, "" where unreadable;
    embeddings (B, embedding), zero where unreadable; team (B,) the commitments' scores; calls
    the Coordinator's calls for each of the B, and how many could not be read.
    """

    components: np.ndarray
    commitments: tuple[str, ...]
    embeddings: np.ndarray
    team: np.ndarray
    calls: tuple[tuple[Completion, ...], ...]
    invalid: np.ndarray

    @property
    def readable(self) -> np.ndarray:
        """1.0 where the commitment can be read, (B,)."""
        return np.array([float(bool(text)) for text in self.commitments])


class Referee:
    """Aggregates answers and prices them; scores and embeddings are kept once computed."""

    def __init__(
        self,
        team: Team,
        coordinator: Coordinator,
        *,
        cc: Literal["counterfactual", "judge"] = "counterfactual",
        with_rewards: bool = True,
    ) -> None:
        self.team = team
        self.coordinator = coordinator
        self.cc = cc
        self.with_rewards = with_rewards
        self._scores: dict[tuple[str, str], float] = {}
        self._rows: dict[str, np.ndarray] = {}

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return unit rows of `texts`, zero rows for ""."""
        new = [text for text in dict.fromkeys(texts) if text and text not in self._rows]
        if new:
            self._rows.update(zip(new, self.team.embedder.embed(new), strict=True))
        zero = np.zeros(self.team.embedder.dimension)
        return np.array([self._rows.get(text, zero) if text else zero for text in texts])

    def score(self, question: Question, value: str) -> float:
        """Return the verifier's score of `value`, 0 for ""."""
        if not value:
            return 0.0
        key = (question.id, value)
        if key not in self._scores:
            self._scores[key] = float(self.team.task.score(question, value))
        return self._scores[key]

    def settle(
        self,
        questions: Sequence[Question],
        strategies: Sequence[str],
        answers: Sequence[Sequence[str]],
        votes: np.ndarray | None = None,
    ) -> Outcome:
        """Return the outcome of B x n answers; `votes` (B, n) are those of a weighted vote."""
        answers = [unified(row, q.form) for q, row in zip(questions, answers, strict=True)]
        values = [[text for text in dict.fromkeys(row) if text] for row in answers]
        ids = np.array(
            [
                [own.index(text) if text else INVALID for text in row]
                for own, row in zip(values, answers, strict=True)
            ]
        )
        width = max(1, ids.max(initial=-1) + 1)
        scores = np.zeros((len(answers), width))
        rows = np.zeros((len(answers), width, self.team.embedder.dimension))
        for b, (question, own) in enumerate(zip(questions, values, strict=True)):
            scores[b, : len(own)] = [self.score(question, text) for text in own]
            rows[b, : len(own)] = self.embed(own) if own else 0.0
        kind = self.coordinator.settings.aggregator
        earned = rewards(
            ids,
            scores,
            rows @ rows.transpose(0, 2, 1),
            aggregator="vote" if kind == "llm" else kind,
            votes=votes,
        )
        components, calls = earned.components.copy(), [() for _ in answers]
        invalid = np.zeros(len(answers), dtype=int)
        if kind == "llm":
            commitments, calls, invalid = self._committed(questions, strategies, answers)
            if self.with_rewards:
                components[..., 0] = self._alignment(ids, rows, commitments)
                components[..., 2] = self._without_each(questions, strategies, answers, commitments)
        else:
            commitments = [
                own[c] if c != INVALID else ""
                for own, c in zip(values, earned.commitment, strict=True)
            ]
        if self.cc == "judge" and self.with_rewards:
            components[..., 2], unread = self._judged(questions, answers, commitments)
            invalid = invalid + unread
        components[ids == INVALID] = 0.0
        return Outcome(
            components=components,
            commitments=tuple(commitments),
            embeddings=self.embed(commitments),
            team=np.array([self.score(q, c) for q, c in zip(questions, commitments, strict=True)]),
            calls=tuple(calls),
            invalid=invalid,
        )

    def _committed(
        self,
        questions: Sequence[Question],
        strategies: Sequence[str],
        answers: Sequence[Sequence[str]],
    ) -> tuple[list[str], list[tuple[Completion, ...]], np.ndarray]:
        made = self.coordinator.commit(questions, strategies, answers)
        return (
            [c.answer.value if c.answer.valid else "" for c in made],
            [(c.completion,) for c in made],
            np.array([int(not c.answer.valid) for c in made]),
        )

    def _alignment(
        self, ids: np.ndarray, rows: np.ndarray, commitments: Sequence[str]
    ) -> np.ndarray:
        own = np.take_along_axis(rows, np.maximum(ids, 0)[..., None], axis=1)
        cosine = (own * self.embed(commitments)[:, None]).sum(axis=-1)
        aligned = np.clip((1.0 + cosine) / 2.0, 0.0, 1.0)
        # Nothing is aligned with a commitment that cannot be read.
        return aligned * np.array([bool(text) for text in commitments])[:, None]

    def _without_each(
        self,
        questions: Sequence[Question],
        strategies: Sequence[str],
        answers: Sequence[Sequence[str]],
        commitments: Sequence[str],
    ) -> np.ndarray:
        """Ask the Coordinator again without each executor in turn: n more calls a question."""
        n = len(answers[0])
        asked = [(b, i) for b in range(len(answers)) for i in range(n)]
        made = self.coordinator.commit(
            [questions[b] for b, _ in asked],
            [strategies[b] for b, _ in asked],
            [[a for j, a in enumerate(answers[b]) if j != i] for b, i in asked],
        )
        left = [
            self.score(questions[b], c.answer.value if c.answer.valid else "")
            for (b, _), c in zip(asked, made, strict=True)
        ]
        whole = [self.score(q, c) for q, c in zip(questions, commitments, strict=True)]
        return (1.0 + np.array(whole)[:, None] - np.reshape(left, (-1, n))) / 2.0

    def _judged(
        self,
        questions: Sequence[Question],
        answers: Sequence[Sequence[str]],
        commitments: Sequence[str],
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the judge's scores (B, n), 0 where unreadable, and how many were, (B,)."""
        n = len(answers[0])
        flat = self.coordinator.judge(
            [question for question in questions for _ in range(n)],
            [answer for row in answers for answer in row],
            [commitment for commitment in commitments for _ in range(n)],
        )
        unread = np.reshape([score is None for score in flat], (-1, n))
        return np.reshape([score or 0.0 for score in flat], (-1, n)), unread.sum(axis=1)
