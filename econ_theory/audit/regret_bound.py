"""ECON-R: the published regret bound, with its constant measured on learning agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.intervals import mean_interval
from econ_theory.catalog import random_markov_game
from econ_theory.markov import (
    Softmax,
    StepSize,
    action_values,
    ex_ante_values,
    markov_perfect,
    q_learning,
)
from econ_theory.regret import RegretTrace, econ_bound

__all__ = ["RegretBound"]

RUNS = 10
CHECKPOINTS = 150
"""Policies that are evaluated; between them the last one stands."""


class Learned(NamedTuple):
    """What learning in one game cost: regret (K, n), mean over runs, and C; payoff units."""

    regret: Array
    errors: Array
    constant: float


@dataclass(frozen=True)
class RegretBound:
    """Let independent Q-learners play random Markov games; hold their R(T) to the bound.

    C is what the bound assumes it is: the largest ``sqrt(k) E abs(Q_k - Q*)``, Q* the values of the
    equilibrium that R(T) is measured against. Beside it stands the trivial bound
    ``2 R_max T / (1 - discount)``, which holds of any play at all.

    Parameters
    ----------
    discount : of the games
    n_episodes : the horizon; the paper trains for 100 to 200 episodes
    constant : C, if it is not to be measured
    """

    discount: float = 0.99
    n_episodes: int = 200
    constant: float | None = None

    id = "ECON-R"
    statement = "regret R(T) is at most 2 N C sqrt(T) / (1 - discount)"
    source = "Yi et al. 2025, ICML, arXiv 2506.08292 (regret bound of the coordination theorem)"

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """What the bound assumes, and the horizon it is read at."""
        return (
            "action-value errors are at most C / sqrt(k) in expectation at every step k",
            "the comparator is one named equilibrium; C is measured against its values",
            f"discount {self.discount:g}, {self.n_episodes} episodes",
        )

    def n_trials(self, quick: bool) -> int:
        """Return the number of random games."""
        return 8 if quick else 40

    def trial(self, rng: np.random.Generator, quick: bool) -> Learned:
        """Return regret and errors of ten runs in one game of two players, types and actions."""
        game = random_markov_game(3, 2, 2, discount=self.discount, rng=rng)
        equilibrium = markov_perfect(game, rng=rng).profile
        trace = q_learning(
            game,
            n_steps=self.n_episodes,
            schedule=StepSize(1.0, power=0.5),
            exploration=Softmax(1.0, decay=0.25),
            n_runs=RUNS,
            n_checkpoints=CHECKPOINTS,
            rng=rng,
        )
        truth = [_interim(game, action_values(game, equilibrium, i), i) for i in range(2)]
        errors = np.max(
            [
                np.abs(seen - true).max(axis=(2, 3, 4)).mean(axis=1)
                for seen, true in zip(trace.values, truth, strict=True)
            ],
            axis=0,
        )
        worth = ex_ante_values(game, equilibrium)
        gaps = [
            worth
            - np.mean([ex_ante_values(game, trace.profile(c, run)) for run in range(RUNS)], axis=0)
            for c in range(len(trace.steps))
        ]
        lengths = np.diff(trace.steps, prepend=0)
        regret = np.cumsum(np.repeat(gaps, lengths, axis=0), axis=0)
        errors = np.repeat(errors, lengths)
        steps = np.arange(1, self.n_episodes + 1)
        return Learned(regret, errors, float((np.sqrt(steps) * errors).max()))

    def judge(self, results: Sequence[Learned]) -> Finding:
        """Return what the bound says at the horizon: violated, vacuous, or something."""
        steps = np.arange(1, self.n_episodes + 1)
        bounds = [
            econ_bound(n_agents=2, discount=self.discount, constant=self.constant or found.constant)
            for found in results
        ]
        checks = [
            bound.check(RegretTrace(found.regret, "equilibrium-comparator"))
            for bound, found in zip(bounds, results, strict=True)
        ]
        broken = [k for k, check in enumerate(checks) if check.violated_at is not None]
        starts = [check.informative_from for check in checks]
        logs = [np.log10(start) for start in starts if start is not None]
        number = 10 ** float(np.mean(logs))
        low, high = (10**end for end in mean_interval(logs))
        if broken:
            verdict = "fails"
        elif low > self.n_episodes:
            verdict = "vacuous"
        else:
            verdict = "holds" if high <= self.n_episodes else "undecided"
        constant = float(np.median([self.constant or found.constant for found in results]))
        unit = econ_bound(
            n_agents=2, discount=self.discount, constant=1 / (1 - self.discount)
        ).informative_from()
        regret = np.array([found.regret.max(axis=1) for found in results])
        value, trivial = (
            np.median([of(steps, 0) for of in parts], axis=0)
            for parts in ([b.value for b in bounds], [b.trivial for b in bounds])
        )
        return Finding(
            verdict=verdict,
            number=number,
            quantity="episode from which the bound is below the trivial one (geometric mean)",
            interval=(low, high),
            explanation=(
                f"C {'measured' if self.constant is None else 'given'} has median {constant:.3g} "
                f"over {len(results)} games: action values are of size 1/(1 - discount) = "
                f"{1 / (1 - self.discount):.3g}, a factor the bound does not show. With that "
                f"factor alone in C the bound says nothing before episode {unit}; it is read at "
                f"{self.n_episodes}."
            ),
            counterexample=(
                f"random game {broken[0]}: regret exceeds the bound at episode "
                f"{checks[broken[0]].violated_at}"
                if broken
                else ""
            ),
            picture=Picture(
                "episode",
                "cumulative regret of a player (payoff units)",
                (
                    Curve.spread("regret, mean and range of games", steps, regret),
                    Curve("bound with measured C", steps, value),
                    Curve("trivial bound", steps, trivial),
                ),
                x_log=True,
                y_log=True,
            ),
        )


def _interim(game, values: Array, i: int) -> Array:
    chance = game.type_weights(i)[..., None]
    return values / np.where(chance > 0, chance, 1.0)
