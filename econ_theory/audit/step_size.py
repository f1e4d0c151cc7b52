"""ECON-C.1: how fast action values converge under the step size eta / sqrt(t)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.intervals import mean_interval
from econ_theory.games.finite.markov import MarkovBayesianGame
from econ_theory.markov import StepSize, q_learning
from econ_theory.regret.rates import power_law

__all__ = ["StepSizeRate"]

CLAIMED = -0.5
MARGIN = 0.05
"""How far a measured exponent may lie above the claimed one: runs are finite."""

RUNS = 100
BURN_IN = 0.02


class Errors(NamedTuple):
    """Mean absolute error of the one action value at the steps, payoff units."""

    steps: Array
    error: Array


@dataclass(frozen=True)
class StepSizeRate:
    """Q-learning with one state and one action, where the error's law is known.

    There ``Q <- Q + a_t (r_t + discount Q - Q)`` with noisy r is a linear recursion: under
    ``a_t = eta / sqrt(t)`` the variance falls like ``a_t``, so the error like ``t^(-1/4)``.
    """

    schedule: StepSize = field(default_factory=lambda: StepSize(1.0, power=0.5))
    discount: float = 0.9

    id = "ECON-C.1"
    statement = "with step sizes eta / sqrt(t), E abs(Q_t - Q*) <= C / sqrt(t) under Robbins-Monro"
    source = "Yi et al. 2025, ICML, arXiv 2506.08292, appendix C.1"
    hypotheses = (
        "Robbins-Monro: steps sum to infinity, their squares do not",
        "rewards with bounded variance (here normal with standard deviation 1)",
    )

    def n_trials(self, quick: bool) -> int:
        """Return the number of batches of a hundred runs."""
        return 4 if quick else 12

    def trial(self, rng: np.random.Generator, quick: bool) -> Errors:
        """Return the mean error of a hundred runs."""
        game = MarkovBayesianGame(
            np.ones((1, 1, 1, 1)), [np.zeros((1, 1, 1))], discount=self.discount
        )
        trace = q_learning(
            game,
            n_steps=10_000 if quick else 100_000,
            schedule=self.schedule,
            n_runs=RUNS,
            noise=1.0,
            rng=rng,
        )
        return Errors(trace.steps, trace.errors.mean(axis=1))

    def judge(self, results: Sequence[Errors]) -> Finding:
        """Return "fails" if the error's exponent lies above the claimed -1/2."""
        steps = results[0].steps
        slopes = [_slope(found) for found in results]
        number, (low, high) = float(np.mean(slopes)), mean_interval(slopes)
        limit = CLAIMED + MARGIN
        verdict = "fails" if low > limit else "holds" if high < limit else "undecided"
        curves = np.array([found.error for found in results])
        mean = curves.mean(axis=0)
        kept = steps >= BURN_IN * steps[-1]
        start = mean[kept][0]
        conditions = "meets" if self.schedule.robbins_monro else "breaks"
        power = self.schedule.power
        return Finding(
            verdict=verdict,
            number=number,
            quantity=f"exponent of the mean error in t, claimed {CLAIMED}",
            interval=(low, high),
            explanation=(
                f"the error falls like t^{number:.2f}. The step size, of power -{power:g}, "
                f"{conditions} Robbins-Monro"
                + (
                    "."
                    if self.schedule.robbins_monro
                    else ": the sum of its squares diverges, so the claim's hypothesis excludes it."
                )
            ),
            counterexample=(
                f"one state, one action, discount {self.discount:g}, reward of mean 0 and "
                "standard deviation 1"
                if verdict == "fails"
                else ""
            ),
            picture=Picture(
                "t (updates)",
                "mean abs(Q - Q*) (payoff units)",
                (
                    Curve.spread("measured", steps, curves),
                    Curve(
                        "claimed, t^-0.5",
                        steps[kept],
                        start * (steps[kept] / steps[kept][0]) ** CLAIMED,
                    ),
                ),
                x_log=True,
                y_log=True,
            ),
        )


def _slope(found: Errors) -> float:
    kept = found.steps >= BURN_IN * found.steps[-1]
    return power_law(found.steps[kept], found.error[kept])[0]
