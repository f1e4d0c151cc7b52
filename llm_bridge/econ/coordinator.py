"""The Coordinator: a strategy before play, a commitment after it. A mechanism, not a player."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from llm_bridge.econ.team import Team, note_unreadable, request_seed
from llm_bridge.errors import ConfigError
from llm_bridge.messages import Completion, Message, Question, Request
from llm_bridge.models.codecs import (
    commitment_messages,
    max_tokens,
    stop_strings,
    strategy_messages,
)
from llm_bridge.settings.config import CoordinatorConfig
from llm_bridge.tasks.answers import Answer, extract_answer, read_reply
from llm_bridge.tasks.base import Task

__all__ = ["Commitment", "Coordinator", "Strategy", "leaks_answer"]

DETAILED_TOKENS = 256


@dataclass(frozen=True, slots=True)
class Strategy:
    """The public message m of one question: its text, how it came about, what it cost.

    `leaked` and `too_long` count the attempts that gave the answer away or hit the token limit.
    After the last attempt a leak becomes the empty strategy; a long one stays cut at the limit.
    """

    text: str = ""
    attempts: int = 0
    leaked: int = 0
    too_long: int = 0
    completions: tuple[Completion, ...] = field(default=(), repr=False)

    def record(self) -> dict[str, object]:
        """Return the fields that a store keeps as a document."""
        return {
            "text": self.text,
            "attempts": self.attempts,
            "leaked": self.leaked,
            "too_long": self.too_long,
        }


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the Coordinator answered, and the call that it came from."""

    answer: Answer
    completion: Completion


def leaks_answer(task: Task, question: Question, text: str) -> bool:
    """Return whether `text` holds an answer that the verifier takes for right.

    Looked at are the whole text, the answer line, what follows "=", "is", "equals" or "gives",
    and every word or number that the question itself does not show: naming what the question
    shows is no leak, stating it as the result is one.

    >>> from llm_bridge.settings.config import preset
    >>> from llm_bridge.econ.team import build_team
    >>> task = build_team(preset("simulated")).task
    >>> question = task.draw("train", 1)[0]
    >>> leaks_answer(task, question, "Check it."), leaks_answer(task, question, question.answer)
    (False, True)
    """
    shown = set(_words(question.text))
    candidates = [word for word in _words(text) if word not in shown]
    candidates += [f"-{word}" for word in candidates if f"-{word}" in text]
    candidates += [match[1].rstrip(".,") for match in _STATED.finditer(text)]
    candidates.append(text.strip(" .!\"'"))
    line = extract_answer(text, form=question.form)
    if line.valid:
        candidates.append(line.value)
    expected = question.answer.strip().lower()
    if len(expected) > 1 and " " in expected and expected not in question.text.lower():
        candidates += [question.answer] if expected in text.lower() else []
    return any(task.score(question, word) >= 1.0 for word in dict.fromkeys(candidates) if word)


_STATED = re.compile(
    r"(?:=|\b(?:is|equals|gives)\b)\s*:?\s*(-?\d[\d.,/]*|[^\W\d_]+)", re.IGNORECASE
)


def _words(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,/]\d+)*|[^\W\d_]+", text)


class Coordinator:
    """Writes strategies and, with the "llm" aggregator, commitments."""

    def __init__(self, team: Team, settings: CoordinatorConfig, *, seed: int) -> None:
        self.task = team.task
        self.model = team.coordinator
        self.settings = settings
        self.seed = seed

    # Strategies --------------------------------------------------------------------------------

    def strategies(self, questions: Sequence[Question]) -> list[Strategy]:
        """Return one strategy a question, regenerating what leaks or runs over the limit."""
        found = [Strategy() for _ in questions]
        if self.settings.strategy == "none":
            return found
        if self.settings.strategy_for == "family":
            return self._family_strategies(questions)
        open_ones = list(range(len(questions)))
        for attempt in range(self.settings.attempts):
            requests = [self._strategy_request(questions[q], attempt) for q in open_ones]
            replies = self.model.complete(requests)
            for q, reply in zip(open_ones, replies, strict=True):
                found[q] = self._judged(questions[q], found[q], reply)
            last = [found[q].completions[-1] for q in open_ones]
            open_ones = [
                q
                for q, reply in zip(open_ones, last, strict=True)
                if not found[q].text or self._too_long(reply)
            ]
            if not open_ones:
                break
        return found

    def _family_strategies(self, questions: Sequence[Question]) -> list[Strategy]:
        """Return each family's one strategy; a question whose answer it gives away gets none.

        The first question of a family stands for the call that all of them share.
        """
        families = dict.fromkeys(question.family for question in questions)
        examples = {question.family: question.examples for question in questions}
        missing = [family for family in families if not examples[family]]
        if missing:
            raise ConfigError(
                f"families {missing} have no worked examples to write a strategy from, want some; "
                'set coordinator.strategy_for to "question".'
            )
        requests = [
            self._strategy_request(
                Question(f"family/{family}", examples[family][0][0], family, ""), 0
            )
            for family in families
        ]
        replies = dict(zip(families, self.model.complete(requests), strict=True))
        found, charged = [], set()
        for question in questions:
            one = self._judged(question, Strategy(), replies[question.family])
            found.append(one if question.family not in charged else replace(one, completions=()))
            charged.add(question.family)
        return found

    def _judged(self, question: Question, before: Strategy, reply: Completion) -> Strategy:
        text = " ".join(reply.text.split())
        leaked = leaks_answer(self.task, question, text)
        return Strategy(
            text="" if leaked or reply.error else text,
            attempts=before.attempts + 1,
            leaked=before.leaked + leaked,
            too_long=before.too_long + self._too_long(reply),
            completions=(*before.completions, reply),
        )

    def _too_long(self, reply: Completion) -> bool:
        return reply.finish == "length" or reply.usage.completion > self._limit

    @property
    def _limit(self) -> int:
        detailed = self.settings.strategy == "detailed"
        return DETAILED_TOKENS if detailed else self.settings.max_tokens

    def _strategy_request(self, question: Question, attempt: int) -> Request:
        messages = (
            _detailed_messages(question)
            if self.settings.strategy == "detailed"
            else strategy_messages(question)
        )
        return Request(
            self.model.name,
            messages,
            # A greedy reply would come back the same: later attempts are sampled.
            temperature=0.0 if attempt == 0 else 0.8,
            max_tokens=self._limit,
            seed=request_seed(self.seed, "strategy", question.id, attempt),
            purpose="strategy",
        )

    # Commitments -------------------------------------------------------------------------------

    def commit(
        self,
        questions: Sequence[Question],
        strategies: Sequence[str],
        answers: Sequence[Sequence[str]],
    ) -> list[Commitment]:
        """Return the Coordinator's own answer to each question from its executors' answers."""
        requests = [
            Request(
                self.model.name,
                commitment_messages(question, strategy, heard),
                max_tokens=max_tokens("direct", question.form),
                seed=request_seed(self.seed, "commitment", question.id),
                stop=stop_strings("direct", question.form),
                purpose="commitment",
            )
            for question, strategy, heard in zip(questions, strategies, answers, strict=True)
        ]
        made = [
            Commitment(read_reply(reply, form=question.form), reply)
            for question, reply in zip(questions, self.model.complete(requests), strict=True)
        ]
        # An error is counted as invalid where it is recorded.
        unread = sum(not c.answer.valid and not c.completion.error for c in made)
        note_unreadable(self.model, "commitment", unread)
        return made

    def judge(
        self, questions: Sequence[Question], answers: Sequence[str], commitments: Sequence[str]
    ) -> list[float | None]:
        """Return the published CC: a score in [0, 1] an answer, None where it cannot be read."""
        requests = [
            Request(
                self.model.name,
                _judge_messages(question, answer, commitment),
                max_tokens=8,
                seed=request_seed(self.seed, "judge", question.id),
                purpose="judge",
            )
            for question, answer, commitment in zip(questions, answers, commitments, strict=True)
        ]
        replies = self.model.complete(requests)
        scores = [_score(reply) for reply in replies]
        unread = sum(s is None and not r.error for s, r in zip(scores, replies, strict=True))
        note_unreadable(self.model, "judge", unread)
        return scores


def _score(reply: Completion) -> float | None:
    found = re.search(r"(?<![\d.])(?:0(?:\.\d+)?|1(?:\.0+)?|\.\d+)(?![\d.]*\d)", reply.text)
    return None if reply.error or found is None else float(found[0])


def _detailed_messages(question: Question) -> tuple[Message, ...]:
    return (
        Message(
            "system",
            "You coordinate a team of solvers who cannot see each other. Write them a detailed "
            "plan in numbered steps: what to compute, in which order, what to check, and the "
            "format of the final answer. Do not solve the problem and do not write its answer.",
        ),
        Message("user", question.text),
    )


def _judge_messages(question: Question, answer: str, commitment: str) -> tuple[Message, ...]:
    return (
        Message(
            "system",
            "Rate how much a solver's answer helped its team reach a good final answer. Reply "
            "with one number from 0 (not at all) to 1 (decisive).",
        ),
        Message(
            "user",
            f"{question.text}\n\nSolver: {answer or 'no answer'}\nTeam: {commitment or 'none'}",
        ),
    )
