"""The inference phase: a frozen system answers questions, and the controls beside it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Literal

import numpy as np

from econ_theory.seeding import Seed, as_rng
from llm_bridge.bank.sampled import Bank
from llm_bridge.baselines.base import Results, results_of
from llm_bridge.econ.coordinator import Coordinator
from llm_bridge.econ.executor import Executors
from llm_bridge.econ.observation import Scene
from llm_bridge.econ.outcomes import Referee
from llm_bridge.econ.policy import played_as
from llm_bridge.econ.rollout import Players
from llm_bridge.econ.seating import types_of
from llm_bridge.econ.system import TrainedSystem, quiet_torch
from llm_bridge.errors import ConfigError
from llm_bridge.messages import Completion, Question, Request
from llm_bridge.models.base import ChatModel, OnCompletion
from llm_bridge.models.codecs import answer_messages, max_tokens, stop_strings
from llm_bridge.tasks.answers import read_reply

__all__ = ["answer"]

Control = Literal["alone", "random answers"]


def answer(
    system: TrainedSystem,
    questions: Sequence[Question],
    *,
    play: Literal["greedy", "soft"] = "greedy",
    control: Control | None = None,
) -> Results:
    """Return the system's answers to `questions`, with all calls' costs, and no update.

    Strategy, private signal, controls, answers, commitment: the calls of all five are counted.
    Play is greedy, or "soft": softmax(Q / alpha) at the alpha that training ended with.

    `control` replaces the executors: "alone" has the Coordinator's model answer by itself, "random
    answers" feeds it (or the rule) the reference answers of other questions.
    """
    if control is not None:
        return _controlled(system, questions, control)
    name = f"econ ({play})"
    coordinator = system.coordinator()
    metered = _metered(system)
    strategies = coordinator.strategies(questions)
    bank = _probed(system, questions, [s.text for s in strategies], metered)
    players = _seated(system, coordinator, bank)
    length = system.config.training.questions
    calls: list[list[Completion]] = [list(s.completions) for s in strategies]
    for q, probes in enumerate(_probes_of(bank, metered)):
        calls[q] += probes
    answers, invalid = [""] * len(questions), np.zeros(len(questions), dtype=int)
    with quiet_torch(0):
        # Histories of the length that training had; a shorter one takes what is left.
        for rows in _histories(len(questions), length):
            played = players.play(
                rows,
                played_as(system, play),
                system.weights,
                rng=np.random.default_rng(system.config.seed),
                draws=np.random.default_rng(system.config.seed),
                tags=["inference"] * len(rows),
            )
            rounds = players.rounds
            for b, s in np.ndindex(len(rows), rows.shape[1] * rounds):
                q = int(rows[b, s // rounds])
                heard = played.heard[b][s]
                calls[q] += [h.completion for h in heard if h.completion is not None]
                calls[q] += played.outcomes[s].calls[b]
                invalid[q] += sum(not h.value for h in heard) + played.outcomes[s].invalid[b]
                answers[q] = played.commitments[b][s]
    return results_of(name, system.team.task, questions, answers, calls, invalid=invalid)


def _seated(system: TrainedSystem, coordinator: Coordinator, bank: Bank) -> Players:
    """Return the players of the questions, who ask their models and earn no reward."""
    scene = Scene.of(
        bank.questions,
        bank.strategies,
        types_of(system.bins, bank),
        max(system.bins.n_types),
        system.team.embedder,
    )
    executors = Executors(
        system.team, bank.questions, bank.strategies, bank=None, seed=system.config.seed
    )
    # Rewards would cost calls; only a second round or question of a history looks at them.
    training = system.config.training
    referee = Referee(
        system.team,
        coordinator,
        cc=system.config.rewards.cc,
        with_rewards=training.rounds * training.questions > 1,
    )
    return Players(system.network, scene, executors, referee, training.rounds)


def _histories(n_questions: int, length: int) -> list[np.ndarray]:
    whole = n_questions // length * length
    parts = [np.arange(whole).reshape(-1, length), np.arange(whole, n_questions)[None]]
    return [rows for rows in parts if rows.size]


class _Metered:
    """A chat model that remembers its replies, so that probes can be charged to questions."""

    def __init__(self, model: ChatModel) -> None:
        self.model = model
        self.seen: list[tuple[Request, Completion]] = []

    @property
    def name(self) -> str:
        return self.model.name

    def complete(
        self, requests: Sequence[Request], *, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        replies = self.model.complete(requests, on_completion=on_completion)
        self.seen += zip(requests, replies, strict=True)
        return replies


def _metered(system: TrainedSystem) -> list[_Metered]:
    return [_Metered(model) for model, _ in system.team.executors]


def _probed(
    system: TrainedSystem,
    questions: Sequence[Question],
    strategies: Sequence[str],
    metered: Sequence[_Metered],
) -> Bank:
    """Return a bank whose only use is the questions' signals."""
    team = system.team
    bank = Bank(
        team.task,
        questions,
        list(zip(metered, team.names, strict=True)),
        team.menu,
        team.embedder,
        strategies=strategies,
        m=system.config.bank.m,
        seed=system.config.seed,
    )
    if max(system.bins.n_types) > 1:
        bank.ensure_signals()
    return bank


def _probes_of(bank: Bank, metered: Sequence[_Metered]) -> list[list[Completion]]:
    """Return each question's probe replies; every executor probes every question once."""
    found: list[list[Completion]] = [[] for _ in bank.questions]
    for model in metered:
        waiting: dict[object, deque[int]] = {}
        for q, question in enumerate(bank.questions):
            prompt = answer_messages(question, strategy=bank.strategies[q], style="direct")
            waiting.setdefault(prompt, deque()).append(q)
        for request, reply in model.seen:
            found[waiting[request.messages].popleft()].append(reply)
    return found


def _controlled(
    system: TrainedSystem, questions: Sequence[Question], control: Control, rng: Seed = None
) -> Results:
    coordinator = system.coordinator()
    if control == "alone":
        requests = [
            Request(
                coordinator.model.name,
                answer_messages(question, style="direct"),
                max_tokens=max_tokens("direct", question.form),
                seed=system.config.seed,
                stop=stop_strings("direct", question.form),
                purpose="alone",
            )
            for question in questions
        ]
        replies = coordinator.model.complete(requests)
        read = [
            read_reply(reply, form=question.form)
            for question, reply in zip(questions, replies, strict=True)
        ]
        return results_of(
            "coordinator alone",
            system.team.task,
            questions,
            [a.value for a in read],
            [[reply] for reply in replies],
            invalid=np.array([int(not a.valid) for a in read]),
        )
    if control != "random answers":
        raise ConfigError(
            f"control is {control!r}, want 'alone', 'random answers' or None; pick one of these."
        )
    if len(questions) < 2:
        raise ConfigError(
            f"questions for random answers are {len(questions)}, want at least 2: the answers are "
            f"those of other questions."
        )
    rng = as_rng(system.config.seed if rng is None else rng)
    n = len(system.team.executors)
    shift = rng.integers(1, len(questions), size=(len(questions), n))
    other = (np.arange(len(questions))[:, None] + shift) % len(questions)
    strategies = coordinator.strategies(questions)
    referee = Referee(system.team, coordinator, with_rewards=False)
    votes = None
    if coordinator.settings.aggregator == "weighted_vote":
        votes = np.ones((len(questions), n))
    outcome = referee.settle(
        questions,
        [s.text for s in strategies],
        [[questions[int(q)].answer for q in row] for row in other],
        votes,
    )
    return results_of(
        "random answers",
        system.team.task,
        questions,
        outcome.commitments,
        [[*s.completions, *made] for s, made in zip(strategies, outcome.calls, strict=True)],
        invalid=outcome.invalid,
    )
