"""ECON-R±: regret against an equilibrium's value as a measure of distance from equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from econ_theory.analysis import expected_payoffs
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.catalog import prisoners_dilemma
from econ_theory.catalog.base import Entry
from econ_theory.certificates import certify
from econ_theory.regret import PlayTrace, comparator_regret
from econ_theory.strategies import StrategyProfile

__all__ = ["RegretIsDistance"]

STEPS = 20


@dataclass(frozen=True)
class RegretIsDistance:
    """Play constant pure profiles; compare their R(T) with their distance from equilibrium.

    A measure of distance is zero at an equilibrium and positive elsewhere. All pure profiles of
    `entry` are played for twenty rounds against the value of its first known equilibrium.
    """

    entry: Entry = field(default_factory=prisoners_dilemma)

    id = "ECON-R±"
    statement = "regret R(T) against an equilibrium's value measures distance from equilibrium"
    source = "Yi et al. 2025, ICML, arXiv 2506.08292, section 2 (definition of regret)"
    hypotheses = ("finite game", "the comparator is one named Bayesian Nash equilibrium")

    def n_trials(self, quick: bool) -> int:
        """Return one: nothing is drawn at random."""
        return 1

    def trial(self, rng: np.random.Generator, quick: bool) -> list[tuple[str, float, np.ndarray]]:
        """Return (profile, epsilon, R per step (K, n)) of every pure profile."""
        game = self.entry.game
        values = expected_payoffs(game, self.entry.equilibria[0]).tolist()
        found = []
        for actions in np.ndindex(*game.n_actions):
            profile = StrategyProfile.pure(
                game, [[a] * n_types for a, n_types in zip(actions, game.n_types, strict=True)]
            )
            worth = [game.action_values(profile, i) for i in range(game.n_players)]
            play = PlayTrace([profile.rows] * STEPS, [worth] * STEPS)
            name = ", ".join(game.actions[i][a] for i, a in enumerate(actions))
            found.append(
                (name, certify(game, profile).epsilon, comparator_regret(play, values).cumulative)
            )
        return found

    def judge(self, results: Sequence[list[tuple[str, float, np.ndarray]]]) -> Finding:
        """Return "fails" if some play away from equilibrium has negative regret for everyone."""
        profiles = results[0]
        name, epsilon, cumulative = min(profiles, key=lambda found: found[2][-1].max())
        lowest = float(cumulative[-1].max() / STEPS)
        negative = epsilon > 0 and lowest < 0
        steps = np.arange(1, STEPS + 1)
        return Finding(
            verdict="fails" if negative else "holds",
            number=lowest,
            quantity="payoff units a player and round, the smallest regret",
            interval=(lowest, lowest),
            explanation=(
                f"always ({name}) is {epsilon:.3g} from equilibrium and has regret {lowest:.3g} a "
                "round: who earns more than the equilibrium is further from it than regret says."
                if negative
                else f"no pure play of {self.entry.name} has negative regret for every player."
            ),
            counterexample=f"{self.entry.name}: always ({name})" if negative else "",
            picture=Picture(
                "round",
                "cumulative regret of player 1 (payoff units)",
                tuple(Curve(who, steps, rows[:, 0]) for who, _, rows in profiles),
            ),
        )
