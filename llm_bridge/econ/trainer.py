"""The optimization phase: play, store, update, until the episodes end or all is still.

A run is a pure function of its configuration, its seed and the replies in its store, so it is
resumed by running it again: stored replies are replayed, and the weights come out bit-identical.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from llm_bridge.bank.signals import SignalBins
from llm_bridge.econ.coordinator import Coordinator
from llm_bridge.econ.learner import Learner
from llm_bridge.econ.losses import Losses
from llm_bridge.econ.network import EconNetwork
from llm_bridge.econ.policy import read
from llm_bridge.econ.replay import History
from llm_bridge.econ.rollout import Play, Played, Players
from llm_bridge.econ.seating import fit_bins, prepare_bank, seat, types_of
from llm_bridge.econ.stopping import Stopping, StoppingRule
from llm_bridge.econ.system import (
    TrainedSystem,
    build_network,
    quiet_torch,
    save_system,
)
from llm_bridge.econ.team import Team, build_team
from llm_bridge.models.ledger import Ledger
from llm_bridge.models.store import Store
from llm_bridge.settings.config import RunConfig, TrainingConfig

__all__ = ["alpha_at", "train"]

Progress = Callable[[dict[str, Any]], None]


def train(
    config: RunConfig,
    *,
    store: Store,
    ledger: Ledger | None = None,
    team: Team | None = None,
    progress: Progress | None = None,
) -> TrainedSystem:
    """Train the system that `config` describes and return it; also leave it in `store`.

    `team` stands in for the parts that the configuration names; `progress` is called with each
    update's record of the learning curve. Strategies, episodes, metrics and the checkpoint are
    written to the store's documents of these kinds. After an interruption, call it again.

    >>> from llm_bridge.settings.config import preset
    >>> short = preset("simulated", training__episodes=16, task__n_train=8, task__n_probe=1)
    >>> with Store(":memory:") as store:
    ...     system = train(short, store=store)
    >>> len(system.curve), system.curve[-1]["episodes"], system.stopped
    (2, 16, 'episodes')
    """
    ledger = Ledger() if ledger is None else ledger
    team = (team or build_team(config)).recorded(store, ledger)
    coordinator = Coordinator(team, config.coordinator, seed=config.seed)
    streams = dict(
        zip(
            ("torch", "order", "explore", "draw", "replay", "noise"),
            np.random.SeedSequence(config.seed).spawn(6),
            strict=True,
        )
    )
    rngs = {name: np.random.default_rng(stream) for name, stream in streams.items()}
    with quiet_torch(int(streams["torch"].generate_state(1)[0])):
        questions = team.task.draw("train", config.task.n_train)
        bank = prepare_bank(config, team, coordinator, questions, store)
        if config.bank.prefill:
            bank.ensure()
        bins = fit_bins(config, bank)
        learner = Learner(config, build_network(config, team, max(bins.n_types)))
        players = seat(config, team, coordinator, bank, bins, learner.network)
        types = types_of(bins, bank)
        probes = _Probes(config, team, coordinator, bins, learner.network, store)
        order = _Order(len(questions), rngs["order"])
        curve: list[dict[str, Any]] = []
        rule = config.training.stopping
        stopping = Stopping(
            StoppingRule(rule.commitment_change, rule.reward, rule.loss_change, rule.patience)
        )
        done = 0
        while done < config.training.episodes and not stopping.done:
            size = min(config.training.update_interval, config.training.episodes - done)
            how = Play(alpha_at(config.training, done), config.training.epsilon)
            seen = read(learner.network, players.scene, types, bins.n_types, how)
            played = players.play(
                order.take(size * config.training.questions).reshape(size, -1),
                how,
                learner.weights.values,
                rng=rngs["explore"],
                draws=rngs["draw"],
                tags=[f"episode {done + k}" for k in range(size)],
            )
            history = played.history
            if config.rewards.random:
                noise = rngs["noise"].random(history.components.shape)
                history = History(**{**_fields(history), "components": noise})
            learner.buffer.push(history)
            weights = learner.weights.values
            terms = learner.update(rngs["replay"])
            done += size
            record = _record(done, how, weights, history, played, terms)
            record["profile"] = [row.tolist() for row in seen.profile.rows]
            record["values"] = seen.values and [row.tolist() for row in seen.values]
            if rule.enabled:
                heard = probes.commitments(learner.weights.values, record["reward"] >= rule.reward)
                stopping = (
                    Stopping(stopping.rule, loss=record["loss"])
                    if heard is None
                    else stopping.check(heard, reward=record["reward"], loss=record["loss"])
                )
                record["still"] = [bool(met) for met in stopping.met]
            _write(store, len(curve), done - size, record, history, played, players)
            curve.append(record)
            if progress is not None:
                progress(record)
        learner.network.eval().requires_grad_(False)
    system = TrainedSystem(
        config=config,
        team=team,
        network=learner.network,
        bins=bins,
        weights=learner.weights.values,
        curve=tuple(curve),
        stopped="converged" if stopping.done else "episodes",
    )
    save_system(system, store)
    return system


def alpha_at(settings: TrainingConfig, episode: int) -> float:
    """Return alpha at an episode: geometric from `alpha_start` to `alpha_end` at the last one."""
    share = min(1.0, episode / max(1, settings.episodes - settings.update_interval))
    return float(settings.alpha_start ** (1 - share) * settings.alpha_end**share)


class _Order:
    """Training questions in shuffled rounds: every one once before any comes again."""

    def __init__(self, n_questions: int, rng: np.random.Generator) -> None:
        self.n_questions = n_questions
        self.rng = rng
        self.left: list[int] = []

    def take(self, size: int) -> np.ndarray:
        while len(self.left) < size:
            self.left.extend(self.rng.permutation(self.n_questions).tolist())
        taken, self.left = self.left[:size], self.left[size:]
        return np.array(taken)


class _Probes:
    """The fixed probe questions on which commitments are compared; asked for when first used."""

    def __init__(
        self,
        config: RunConfig,
        team: Team,
        coordinator: Coordinator,
        bins: SignalBins,
        network: EconNetwork,
        store: Store,
    ) -> None:
        self.parts = (config, team, coordinator)
        self.bins = bins
        self.network = network
        self.store = store
        self.players: Players | None = None

    def commitments(self, weights: np.ndarray, wanted: bool) -> np.ndarray | None:
        """Return the greedy team's commitments, embedded (P, embedding); None if not `wanted`.

        They cost calls, so they are asked for only where the reward's condition holds already.
        """
        if not wanted:
            return None
        config, team, coordinator = self.parts
        if self.players is None:
            questions = team.task.draw("probe", config.task.n_probe)
            bank = prepare_bank(config, team, coordinator, questions, self.store)
            self.players = seat(config, team, coordinator, bank, self.bins, self.network)
        count = len(self.players.executors.questions)
        # The same draws at every check: only the policy can move the commitments.
        played = self.players.play(
            np.arange(count)[:, None],
            Play(),
            weights,
            rng=np.random.default_rng(0),
            draws=np.random.default_rng(config.seed),
            tags=["probe"] * count,
        )
        return played.history.commitments[:, -1]


def _fields(history: History) -> dict[str, np.ndarray]:
    return {name: getattr(history, name) for name in History.__dataclass_fields__}


def _record(
    done: int,
    how: Play,
    weights: np.ndarray,
    history: History,
    played: Played,
    terms: Losses,
) -> dict[str, Any]:
    """Return one point of the learning curve, plain numbers."""
    answers = [text for steps in played.answers for joint in steps for text in joint]
    return {
        "episodes": done,
        "alpha": how.alpha,
        "reward": float((history.components @ weights).mean()),
        "components": history.components.mean(axis=(0, 1, 2)).tolist(),
        "team": float(history.totals.mean()),
        "invalid": float(np.mean([not text for text in answers])),
        "loss": float(terms.sum),
        "loss_local": terms.local.tolist(),
        "loss_total": float(terms.total),
        "loss_consistency": float(terms.consistency),
        "loss_agreement": float(terms.agreement),
        "weights": weights.tolist(),
    }


def _write(
    store: Store,
    update: int,
    first: int,
    record: dict[str, Any],
    history: History,
    played: Played,
    players: Players,
) -> None:
    """Write the update's metrics and each episode's play, all or nothing."""
    questions = players.executors.questions
    with store.transaction():
        store.put_document("metrics", f"{update:06d}", record)
        for b, rows in enumerate(played.rows):
            store.put_document(
                "episodes",
                f"{first + b:06d}",
                {
                    "questions": [questions[int(q)].id for q in rows],
                    "controls": played.labels[b],
                    "answers": played.answers[b],
                    "commitments": played.commitments[b],
                    "components": history.components[b].tolist(),
                    "team": history.totals[b].tolist(),
                },
            )
