"""The regret of training, from many seeds, in the true game of a simulated team.

Here nothing is estimated: the game the executors play is known in closed form, so are its
equilibria, and every notion of regret can be held beside the bound that was published for one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from econ_theory import BayesianGame
from econ_theory.analysis import expected_payoffs, team_optimum
from econ_theory.regret import (
    Bound,
    BoundCheck,
    Comparator,
    PlayTrace,
    Rate,
    RegretTrace,
    comparator_regret,
    comparator_values,
    dynamic_regret,
    external_regret,
    pooled_rate,
    welfare_regret,
)
from econ_theory.strategies import StrategyProfile
from llm_bridge.bank.rewards import RewardWeights
from llm_bridge.errors import ConfigError
from llm_bridge.settings.config import RunConfig, SimulatedTaskConfig
from llm_bridge.studies.sweep import TrainedRun
from llm_bridge.studies.training_play import training_bound, training_path
from llm_bridge.verification.equilibria import equilibria_of
from llm_bridge.verification.ground_truth import exact_game

__all__ = ["TrainingRegret", "training_regret", "true_game"]

WHICH: tuple[Literal["best", "worst", "nearest"], ...] = ("best", "worst", "nearest")


@dataclass(frozen=True, eq=False)
class TrainingRegret:
    """What many trainings cost, against every yardstick.

    Attributes
    ----------
    game : the true game; a step is an episode
    nearest : the equilibrium nearest to what training ended with on average
    traces : regret by yardstick, each (B, K, n): "external", "dynamic", "equilibrium (best)" and
        "(worst)" by welfare, "equilibrium (nearest)", and (B, K, 1) "welfare", against the team's
        optimum
    errors : (B, K) largest error of an action value, networks against the nearest equilibrium
    constant : the C of the published bound, as measured: max over k of sqrt(k) E error_k
    bound, checks : the published bound with that C, and what each "equilibrium" trace says of it,
        for the mean over seeds that it speaks of
    """

    game: BayesianGame
    nearest: StrategyProfile
    traces: Mapping[str, RegretTrace]
    errors: np.ndarray
    constant: float
    bound: Bound
    checks: Mapping[str, BoundCheck]

    def rate(self, kind: str) -> Rate:
        """Return how fast a regret grows, its exponent with an interval over seeds."""
        return pooled_rate(self.traces[kind].total)

    def error_rate(self) -> Rate:
        """Return how the mean error of action values falls; the bound assumes exponent -1/2.

        Where it falls more slowly there is no constant C: the measured one grows with the run.
        """
        return pooled_rate(self.errors)

    def __str__(self) -> str:
        seeds, steps = self.errors.shape
        lines = [f"{seeds} trainings of {steps} episodes, {self.game.title}"]
        for kind, trace in self.traces.items():
            final = trace.total[:, -1]
            lines.append(f"{kind}: {final.mean():.3g} after all; {self.rate(kind)}")
        falls = self.error_rate()
        low, high = falls.interval
        lines.append(
            f"measured C = {self.constant:.3g}; value errors fall with exponent "
            f"{falls.exponent:.2f} in [{low:.2f}, {high:.2f}], the bound wants -0.5"
        )
        lines += [f"published bound, {kind}: {check}" for kind, check in self.checks.items()]
        return "\n".join(lines)


def training_regret(runs: Sequence[TrainedRun]) -> TrainingRegret:
    """Return the regret of trainings of one configuration from several seeds.

    Raises
    ------
    ConfigError
        If the executors are not simulated, the runs differ in more than their seed or in length,
        or there are fewer than two.

    Examples
    --------
    >>> from llm_bridge.settings.config import preset
    >>> from llm_bridge.studies.sweep import train_seeds
    >>> short = preset("simulated", training__episodes=24, task__n_train=20, task__n_probe=1)
    >>> found = training_regret(train_seeds(short, [0, 1]))
    >>> found.traces["external"].cumulative.shape
    (2, 24, 3)
    """
    config = _common(runs)
    game = true_game(config)
    paths = [training_path(run.curve, game) for run in runs]
    play = PlayTrace.of(
        [np.stack([path.played(i) for path in paths]) for i in range(game.n_players)],
        [np.stack([path.worth(i) for path in paths]) for i in range(game.n_players)],
    )
    ends = [run.curve[-1]["profile"] for run in runs]
    mean = StrategyProfile([np.mean(rows, axis=0) for rows in zip(*ends, strict=True)])
    equilibria = [found.profile for found in equilibria_of(game, rng=0)[0]]
    nearest = min(equilibria, key=mean.distance)
    optimum = Comparator(expected_payoffs(game, team_optimum(game)[1]), "the team's optimum")
    traces = {
        "external": external_regret(play),
        "dynamic": dynamic_regret(play),
        "welfare": welfare_regret(play, optimum),
    }
    for which in WHICH:
        named = comparator_values(game, equilibria, which, to=mean if which == "nearest" else None)
        traces[f"equilibrium ({which})"] = comparator_regret(play, named)
    errors = np.stack([_value_errors(run, game, nearest) for run in runs])
    steps = np.arange(1, errors.shape[1] + 1)
    constant = float((np.sqrt(steps) * errors.mean(axis=0)).max())
    bound = training_bound(config.training, game.n_players, constant, measured=True)
    checks = {
        kind: bound.check(replace(trace, cumulative=trace.cumulative.mean(axis=0)))
        for kind, trace in traces.items()
        if trace.kind in bound.kinds
    }
    return TrainingRegret(game, nearest, traces, errors, constant, bound, checks)


def true_game(config: RunConfig) -> BayesianGame:
    """Return the exact game that the simulated executors of `config` play.

    Raises
    ------
    ConfigError
        If the task or an executor is not simulated, or its types are not its signal levels.
    """
    from llm_bridge.econ import build_team

    if not isinstance(config.task, SimulatedTaskConfig):
        raise ConfigError(
            f"task.kind is {config.task.kind!r}, want 'simulated': the true game of real models "
            "is not known; use Run.verify, which estimates it."
        )
    if config.rewards.dynamic_rate > 0 or config.rewards.random:
        raise ConfigError(
            "rewards.dynamic_rate or rewards.random is set, want neither: the game would move "
            "under its players."
        )
    team = build_team(config)
    skills = [getattr(model, "skill", None) for model, _ in team.executors]
    if any(skill is None for skill in skills):
        raise ConfigError("an executor's model is not simulated, want all of them simulated.")
    game = exact_game(
        team.task.world,  # type: ignore[attr-defined]
        skills,  # type: ignore[arg-type]
        team.menu,
        weights=RewardWeights(*config.rewards.active_weights),
        aggregator=config.coordinator.aggregator,  # type: ignore[arg-type]
        executors=team.names,
    )
    if max(game.n_types) > config.signals.bins:
        raise ConfigError(
            f"signals.bins is {config.signals.bins} and signals have up to {max(game.n_types)} "
            "levels, want a bin for each; otherwise types in training are not the game's."
        )
    return game


def _common(runs: Sequence[TrainedRun]) -> RunConfig:
    if len(runs) < 2:
        raise ConfigError(f"there are {len(runs)} runs, want at least 2; train more seeds.")
    config = runs[0].config
    if any(run.config.replace(seed=config.seed) != config for run in runs):
        raise ConfigError("the runs' configurations differ, want them equal but for the seed.")
    lengths = sorted({run.curve[-1]["episodes"] for run in runs})
    if len(lengths) > 1:
        raise ConfigError(
            f"runs took {lengths} episodes, want equal numbers; set training.stopping.enabled to "
            "false."
        )
    if any(record["values"] is None for run in runs for record in run.curve):
        raise ConfigError("controls.kind is 'box', want 'menu': values stand for menu controls.")
    return config


def _value_errors(run: TrainedRun, game: BayesianGame, profile: StrategyProfile) -> np.ndarray:
    """Return the largest error of the networks' action values before each episode, (K,)."""
    truth = [
        game.action_values(profile, i) / game.type_weights(i)[:, None]
        for i in range(game.n_players)
    ]
    errors, before = [], 0
    for record in run.curve:
        largest = max(
            float(np.abs(np.array(seen) - true).max())
            for seen, true in zip(record["values"], truth, strict=True)
        )
        errors += [largest] * (record["episodes"] - before)
        before = record["episodes"]
    return np.array(errors)
