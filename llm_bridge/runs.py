"""A run: one folder, four stages, and a store that makes each of them resumable.

``train`` -> ``compare`` -> ``verify`` -> ``report``. What a stage found is a document in the store,
so the report can be written again at any time, and a stage that is run again replays the replies
it has paid for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llm_bridge.errors import ConfigError
from llm_bridge.models.ledger import Ledger
from llm_bridge.models.store import Store
from llm_bridge.report import ReportData
from llm_bridge.settings.config import RunConfig, load_config, save_config

if TYPE_CHECKING:
    from llm_bridge.baselines.base import Results
    from llm_bridge.econ import Team, TrainedSystem
    from llm_bridge.messages import Question
    from llm_bridge.report import RegretCurve
    from llm_bridge.verification.empirical import EmpiricalGame
    from llm_bridge.verification.verdict import Verification

__all__ = ["Run"]

STAGES = ("train", "compare", "verify")


class Run:
    """One run's folder: ``config.json``, ``store.sqlite`` and, in the end, ``report.html``.

    >>> from tempfile import TemporaryDirectory
    >>> from llm_bridge.settings.config import preset
    >>> with TemporaryDirectory() as folder, Run.create(preset("simulated"), folder) as run:
    ...     run.folder.name, run.stages
    ('simulated', ())
    """

    def __init__(self, folder: Path, config: RunConfig, ledger: Ledger | None = None) -> None:
        self.folder = folder
        self.config = config
        self.ledger = Ledger() if ledger is None else ledger
        self.store = Store(folder / "store.sqlite")

    @classmethod
    def create(
        cls, config: RunConfig, root: str | Path = "runs", *, ledger: Ledger | None = None
    ) -> Run:
        """Return the run `config` describes, new or begun; another configuration is refused.

        Raises
        ------
        ConfigError
            If the folder holds a run with other settings.
        """
        folder = Path(root) / config.name
        file = folder / "config.json"
        if file.exists() and load_config(file) != config:
            raise ConfigError(
                f"{folder} holds a run with other settings, want the same ones to go on with it; "
                "give this run another name (--name), or delete the folder."
            )
        folder.mkdir(parents=True, exist_ok=True)
        save_config(config, file)
        return cls(folder, config, ledger)

    @classmethod
    def open(cls, folder: str | Path, *, ledger: Ledger | None = None) -> Run:
        """Return the run in `folder`.

        Raises
        ------
        ConfigError
            If there is no run.
        """
        folder = Path(folder)
        file = folder / "config.json"
        if not file.is_file():
            raise ConfigError(
                f"{folder} holds no run (no config.json), want the folder that econ train made."
            )
        return cls(folder, load_config(file), ledger)

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the models and close the store; every document and reply is on disk already."""
        team = self.__dict__.pop("team", None)
        for model in {id(m): m for m, _ in team.executors}.values() if team else ():
            getattr(model, "close", lambda: None)()
        self.store.close()

    @cached_property
    def team(self) -> Team:
        """The models, task, embedder and menu of all stages, built when first needed."""
        from llm_bridge.econ import build_team

        return build_team(self.config)

    @property
    def stages(self) -> tuple[str, ...]:
        """Stages that have ended, in order."""
        done = self.store.document_keys("stages")
        return tuple(stage for stage in STAGES if stage in done)

    def train(self, *, progress: Callable[[dict[str, Any]], None] | None = None) -> TrainedSystem:
        """Train the system; after an interruption, go on from the last stored reply."""
        from llm_bridge.econ import train
        from llm_bridge.report import learning_curve

        with self._stage("train") as found:
            system = train(
                self.config,
                store=self.store,
                ledger=self.ledger,
                team=self.team,
                progress=progress,
            )
            found["curve"] = learning_curve(system.curve, stopped=system.stopped)
        return system

    def compare(self) -> tuple[Results, ...]:
        """Answer the held-out questions with the system and the baselines, at equal tokens."""
        from llm_bridge.baselines.comparison import compare, frontier
        from llm_bridge.econ import answer, load_system
        from llm_bridge.report import comparison_view

        config = self.config
        with self._stage("compare") as found:
            system = load_system(self.store, ledger=self.ledger, team=self.team)
            questions = system.team.task.draw("test", config.task.n_test)
            ours = answer(system, questions, play=config.verify.play)
            budget = max(1, round(ours.tokens / len(questions)))
            results = [ours, *self._baselines(system.team, questions, budget)]
            confidence = config.compare.confidence
            found["comparison"] = comparison_view(
                ours.name,
                frontier(results, confidence=confidence, rng=config.seed),
                compare(results, confidence=confidence, rng=config.seed),
            )
        return tuple(results)

    def _baselines(
        self, team: Team, questions: Sequence[Question], budget: int
    ) -> Iterator[Results]:
        """Yield every baseline with every model of the team, at `budget` tokens a question."""
        from llm_bridge.baselines import run_self_consistency, run_single

        task, seed, wanted = team.task, self.config.seed, self.config.compare.baselines
        models = {model.name: model for model, _ in team.executors}
        for name, model in models.items():
            tag = f", {name}" if len(models) > 1 else ""
            if "self_consistency" in wanted:
                voted = run_self_consistency(
                    model, task, questions, tokens_per_question=budget, seed=seed
                )
                yield replace(voted, name=voted.name + tag)
            if "single" in wanted:
                single = run_single(model, task, questions, seed=seed)
                yield replace(single, name=single.name + tag)

    def verify(self) -> Verification:
        """Build the empirical game on held-out questions and certify the frozen policy in it."""
        from llm_bridge.econ import load_system, policy_to_profile, prepare_bank
        from llm_bridge.report import verification_view
        from llm_bridge.verification.empirical import empirical_game
        from llm_bridge.verification.verdict import verify

        config = self.config
        aggregator = config.coordinator.aggregator
        if aggregator == "llm":
            raise ConfigError(
                'coordinator.aggregator is "llm", want a rule to verify with: joint payoffs are '
                "combined from banks of answers; train and verify with vote, weighted_vote or "
                "verifier_best."
            )
        with self._stage("verify") as found:
            system = load_system(self.store, ledger=self.ledger, team=self.team)
            questions = system.team.task.draw("test", config.verify.n_questions)
            bank = prepare_bank(
                config,
                system.team,
                system.coordinator(),
                questions,
                self.store,
                m=config.bank.m_verify,
            )
            bank.ensure()
            played = policy_to_profile(system, bank, play=config.verify.play)
            empirical = empirical_game(
                bank.table,
                system.bins,
                weights=system.reward_weights,
                votes=played.votes if aggregator == "weighted_vote" else None,
                aggregator=aggregator,
                rng=config.seed,
            )
            verification = verify(
                empirical,
                played.profile,
                played=played.shares,
                confidence=config.verify.confidence,
                method=config.verify.method,
                rng=config.seed,
            )
            found["verification"] = verification_view(verification, empirical)
            found["regret"] = self._regret(system, verification, empirical)
        return verification

    def _regret(
        self, system: TrainedSystem, verification: Verification, empirical: EmpiricalGame
    ) -> tuple[RegretCurve, ...]:
        """Judge the path that training took in the empirical game."""
        from econ_theory.analysis import expected_payoffs
        from econ_theory.regret import (
            comparator_regret,
            dynamic_regret,
            external_regret,
        )
        from llm_bridge.report import regret_curve
        from llm_bridge.studies.training_play import training_bound, training_path

        game, settings = empirical.game, self.config.training
        path = training_path(system.curve, game)
        nearest = min(
            verification.equilibria,
            key=lambda found: found.profile.distance(verification.profile),
        )
        bound = training_bound(settings, game.n_players)
        named = comparator_regret(path, expected_payoffs(game, nearest.profile).tolist())
        return (
            regret_curve(external_regret(path), game.players, unit="episode"),
            regret_curve(dynamic_regret(path), game.players, unit="episode"),
            regret_curve(
                named,
                game.players,
                bounds=[bound],
                unit="episode",
                comparator="the value of the equilibrium nearest to the policy; can be negative",
            ),
        )

    def report(self) -> Path:
        """Write ``report.html`` from what the stages left in the store; return its path."""
        from llm_bridge.report import render

        file = self.folder / "report.html"
        file.write_text(render(self.report_data()), encoding="utf-8")
        return file

    def report_data(self) -> ReportData:
        """Return everything the stages found so far."""
        from llm_bridge.econ.team import build_task

        parts = [self.store.document("stages", stage) for stage in self.stages]
        (question,) = build_task(self.config).draw("test", 1)
        data = ReportData(
            self.config.name,
            config=self.config.model_dump(mode="json"),
            example=(question.text, question.answer),
        )
        for part in map(ReportData.from_dict, parts):
            data = replace(
                data,
                curve=data.curve or part.curve,
                regret=data.regret or part.regret,
                comparison=data.comparison or part.comparison,
                verification=data.verification or part.verification,
                notes=data.notes + part.notes,
            )
        seconds = {
            stage: self.store.document("seconds", stage)
            for stage in STAGES
            if stage in self.store.document_keys("seconds")
        }
        return replace(data, seconds=seconds, ledger=self.store.ledger().rows())

    @contextmanager
    def _stage(self, name: str) -> Iterator[dict[str, Any]]:
        """Time a stage; write what it found when it ends well."""
        if name != "train" and "train" not in self.stages:
            raise ConfigError(
                f"{self.folder} has no trained system, want one to {name}; run: econ train "
                f"--resume {self.folder}"
            )
        found: dict[str, Any] = {}
        began = time.perf_counter()
        try:
            yield found
        finally:
            # All sessions count, those that were interrupted too.
            spent = self.store.document("seconds", name) or 0.0
            self.store.put_document("seconds", name, spent + time.perf_counter() - began)
        self.store.put_document("stages", name, ReportData(self.config.name, **found).to_dict())
