"""NR-zs: in zero-sum games the averages of play without regret are close to equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.catalog import random_game
from econ_theory.certificates import certify
from econ_theory.learners import RegretMatchingPlus
from econ_theory.regret import external_regret, play_learners
from econ_theory.strategies import StrategyProfile

__all__ = ["ZeroSumAverages"]

TOLERANCE = 1e-11
STEPS = 400


class Averages(NamedTuple):
    """One game: what both players could gain on the averages, and their regret per step."""

    gain: float
    regret: float
    curve: Array
    name: str


@dataclass(frozen=True)
class ZeroSumAverages:
    """Let learners play random zero-sum games; compare their averages' gains with their regrets.

    ``sum_i (best reply of i to the others' average - value) = sum_i R_i / K``: an equality, because
    what one player is paid the other pays. `zero_sum` False puts it to general-sum games.
    """

    learner: Any = field(default_factory=RegretMatchingPlus)
    zero_sum: bool = True

    id = "NR-zs"
    statement = (
        "in a two-player zero-sum game what both could gain on the average strategies is the sum "
        "of their external regrets per step"
    )
    source = "Freund & Schapire 1999, GEB 29; Cesa-Bianchi & Lugosi 2006, section 7.2"
    hypotheses = ("two players, zero-sum", "players move at once")

    def n_trials(self, quick: bool) -> int:
        """Return the number of random games."""
        return 12 if quick else 120

    def trial(self, rng: np.random.Generator, quick: bool) -> Averages:
        """Return both sides for one random game."""
        types, actions = rng.integers(1, 4, size=2).tolist(), rng.integers(2, 5, size=2).tolist()
        seed = int(rng.integers(2**31))
        game = random_game(types, actions, zero_sum=self.zero_sum, rng=seed)
        play = play_learners(game, self.learner, STEPS)
        profile = StrategyProfile([play.average(i)[-1] for i in range(2)])
        regret = external_regret(play).average.sum(axis=1)
        name = f"{game.title}, types {tuple(types)}, actions {tuple(actions)}"
        gain = float(sum(certify(game, profile).ex_ante_gains))
        return Averages(gain, float(regret[-1]), regret, name)

    def judge(self, results: Sequence[Averages]) -> Finding:
        """Return "fails" if in some game the two sides differ by more than rounding."""
        errors = [abs(found.gain - found.regret) for found in results]
        worst = int(np.argmax(errors))
        broken = errors[worst] > TOLERANCE
        steps = np.arange(1, STEPS + 1)
        curves = np.array([found.curve for found in results])
        found = results[worst]
        return Finding(
            verdict="fails" if broken else "holds",
            number=errors[worst],
            quantity="largest difference of summed gains and summed regret per step (payoff units)",
            interval=(errors[worst], errors[worst]),
            explanation=(
                f"the two sides differ in {sum(error > TOLERANCE for error in errors)} of "
                f"{len(results)} games."
                if broken
                else f"the two sides agree to rounding in {len(results)} random games; after "
                f"{STEPS} steps both are {curves[:, -1].mean():.3g} on average."
            ),
            counterexample=(
                f"{found.name}: gains {found.gain:.4g}, regret per step {found.regret:.4g}"
                if broken
                else ""
            ),
            picture=Picture(
                "step",
                "sum of external regrets per step = gains (payoff units)",
                (Curve.spread("mean and range over games", steps, curves),),
                x_log=True,
                y_log=True,
            ),
        )
