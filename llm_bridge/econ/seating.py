"""From questions to players: strategies, bank, signals, types, scene."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from llm_bridge.bank.sampled import Bank
from llm_bridge.bank.signals import SignalBins
from llm_bridge.econ.coordinator import Coordinator
from llm_bridge.econ.executor import Executors
from llm_bridge.econ.network import EconNetwork
from llm_bridge.econ.observation import Scene
from llm_bridge.econ.outcomes import Referee
from llm_bridge.econ.rollout import Players
from llm_bridge.econ.team import Team
from llm_bridge.messages import Question
from llm_bridge.models.store import Store
from llm_bridge.settings.config import RunConfig

__all__ = ["fit_bins", "prepare_bank", "seat", "types_of"]


def prepare_bank(
    config: RunConfig,
    team: Team,
    coordinator: Coordinator,
    questions: Sequence[Question],
    store: Store | None = None,
    *,
    m: int | None = None,
) -> Bank:
    """Return a bank over `questions` with the Coordinator's strategies and, if used, signals."""
    strategies = coordinator.strategies(questions)
    if store is not None:
        with store.transaction():
            for question, strategy in zip(questions, strategies, strict=True):
                store.put_document("strategies", question.id, strategy.record())
    bank = Bank(
        team.task,
        questions,
        team.executors,
        team.menu,
        team.embedder,
        strategies=[strategy.text for strategy in strategies],
        m=config.bank.m if m is None else m,
        seed=config.seed,
    )
    if config.signals.bins > 1:
        bank.ensure_signals()
    return bank


def fit_bins(config: RunConfig, bank: Bank) -> SignalBins:
    """Return the bins of the bank's signals; one type an executor where nothing is probed."""
    if config.signals.bins == 1:
        return SignalBins(tuple(np.empty(0) for _ in bank.executors))
    return SignalBins.fit(bank.ensure_signals(), config.signals.bins)


def types_of(bins: SignalBins, bank: Bank) -> np.ndarray:
    """Return the types (Q, n) of the bank's questions."""
    if max(bins.n_types) == 1:
        return np.zeros((len(bank.questions), len(bank.executors)), dtype=int)
    return bins.types(bank.ensure_signals())


def seat(
    config: RunConfig,
    team: Team,
    coordinator: Coordinator,
    bank: Bank,
    bins: SignalBins,
    network: EconNetwork,
) -> Players:
    """Return the players of the bank's questions."""
    scene = Scene.of(
        bank.questions, bank.strategies, types_of(bins, bank), max(bins.n_types), team.embedder
    )
    executors = Executors(team, bank.questions, bank.strategies, bank=bank, seed=config.seed)
    referee = Referee(team, coordinator, cc=config.rewards.cc)
    return Players(network, scene, executors, referee, config.training.rounds)
