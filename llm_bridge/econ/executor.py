"""Executors at work: a control for each becomes an answer of each, from a bank or the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llm_bridge.bank.sampled import Bank
from llm_bridge.econ.team import Team, note_unreadable, request_seed
from llm_bridge.messages import Completion, Question, Request
from llm_bridge.models.codecs import answer_messages, max_tokens, stop_strings
from llm_bridge.models.controls import TEMPERATURES, TOP_PS, Control, ControlMenu
from llm_bridge.tasks.answers import read_reply

__all__ = ["Executors", "Heard", "control_at"]


@dataclass(frozen=True, slots=True)
class Heard:
    """One executor's answer: its value ("" where unreadable) and the call behind it, if any."""

    value: str
    completion: Completion | None = None


def control_at(features: np.ndarray, menu: ControlMenu) -> Control:
    """Return the control at a point of the box; penalty and style are those of the menu's first.

    >>> menu = ControlMenu((Control(0.1),))
    >>> control_at(np.array([0.5, 1.0, 0.0, 1.0]), menu).label
    'T=1.05 direct'
    """
    (low, high), (least, most) = TEMPERATURES, TOP_PS
    return Control(
        round(low + (high - low) * float(features[0]), 3),
        round(least + (most - least) * float(features[1]), 3),
        menu[0].repeat_penalty,
        menu[0].style,
    )


class Executors:
    """All executors over a list of questions with their strategies.

    With a bank, first rounds under menu controls are draws from it (it asks the models for what
    it lacks); everything else asks the models, each ask with its own seed by `tag`.
    """

    def __init__(
        self,
        team: Team,
        questions: Sequence[Question],
        strategies: Sequence[str],
        *,
        bank: Bank | None,
        seed: int,
    ) -> None:
        self.team = team
        self.questions = questions
        self.strategies = strategies
        self.bank = bank
        self.seed = seed

    def draw(
        self, rows: np.ndarray, choices: np.ndarray, rng: np.random.Generator
    ) -> list[list[Heard]]:
        """Return banked answers to questions `rows` (B,) under menu indices `choices` (B, n)."""
        assert self.bank is not None
        ids = self.bank.draw_joint(rows, choices, rng=rng)
        return [
            [Heard(self.bank.value(int(q), int(answer))) for answer in joint]
            for q, joint in zip(rows, ids, strict=True)
        ]

    def ask(
        self,
        rows: np.ndarray,
        controls: Sequence[Sequence[Control]],
        previous: Sequence[str],
        tags: Sequence[str],
    ) -> list[list[Heard]]:
        """Return fresh answers to questions `rows` (B,) under B x n controls.

        `previous` holds the team's last commitments, "" for none; a tag names the draw.
        """
        heard: list[list[Heard]] = [[] for _ in rows]
        # One batch a model: executors that share a model share its batch.
        batches: dict[int, list[tuple[int, int, Request]]] = {}
        for b, q in enumerate(rows):
            heard[b] = [Heard("")] * len(self.team.executors)
            for i, (model, name) in enumerate(self.team.executors):
                request = self._request(int(q), i, controls[b][i], previous[b], tags[b], name)
                batches.setdefault(id(model), []).append((b, i, request))
        models = {id(model): model for model, _ in self.team.executors}
        for key, asked in batches.items():
            replies = models[key].complete([request for *_, request in asked])
            unread = 0
            for (b, i, _), reply in zip(asked, replies, strict=True):
                answer = read_reply(reply, form=self.questions[int(rows[b])].form)
                heard[b][i] = Heard(answer.value, reply)
                unread += not answer.valid and not reply.error
            note_unreadable(models[key], "executor", unread)
        return heard

    def _request(
        self, q: int, i: int, control: Control, previous: str, tag: str, name: str
    ) -> Request:
        question, strategy = self.questions[q], self.strategies[q]
        if previous:
            strategy = f"{strategy} The team's last answer was {previous}.".strip()
        return Request(
            self.team.executors[i][0].name,
            answer_messages(question, strategy=strategy, style=control.style),
            temperature=control.temperature,
            top_p=control.top_p,
            repeat_penalty=control.repeat_penalty,
            max_tokens=max_tokens(control.style, question.form),
            seed=request_seed(self.seed, "answer", question.id, name, control.label, tag),
            stop=stop_strings(control.style, question.form),
            purpose="executor",
        )
