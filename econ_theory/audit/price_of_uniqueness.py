"""DICE-W: what a temperature certified for uniqueness costs in welfare; an open question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from econ_theory.analysis import (
    count_quantal_responses,
    coupling_constant,
    expected_payoffs,
    phase_change,
)
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.conventions import drawn_game, in_full, two_conventions
from econ_theory.audit.intervals import mean_interval
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.search import solve_all
from econ_theory.solvers import QuantalResponse

__all__ = ["UniquenessIsFree"]

LEAST = 1e-3
"""Temperature where the coupling constant is zero, as a share of the payoff range."""

FREE = 1e-6
"""Loss that counts as none, as a share of the payoff range."""


@dataclass(frozen=True)
class UniquenessIsFree:
    """Compare welfare at the certified temperature with that of the best Nash equilibrium.

    The certified temperature is the proven bound on L_c, the least one at which uniqueness is
    known; welfare is the mean payoff a player. `game` is measured exactly, and so are random games
    with payoffs from 0 to 1 and the given correlation, by complete enumeration.

    Parameters
    ----------
    game : BayesianGame
    correlation : of payoffs in the random games; 1 is a team
    """

    game: BayesianGame = field(default_factory=two_conventions)
    correlation: float = 1.0

    id = "DICE-W"
    statement = "does a temperature that certifies uniqueness cost the team nothing?"
    source = (
        "left open by Xie et al. 2026, arXiv 2606.08068 (DICE), theorems 11 and 12: uniqueness is "
        "certified, its price not stated"
    )
    hypotheses = (
        "all temperatures equal the coupling constant L_c",
        "welfare is the mean payoff a player, without the entropy that the agents are rewarded for",
    )

    def n_trials(self, quick: bool) -> int:
        """Return the number of random games."""
        return 20 if quick else 200

    def trial(self, rng: np.random.Generator, quick: bool) -> tuple[float, str]:
        """Return the loss in one random game, payoff ranges, and the game."""
        game = drawn_game(rng, self.correlation, most_players=2)
        reached, best, _ = _welfare(game)
        return best - reached, in_full(game)

    def judge(self, results: Sequence[tuple[float, str]]) -> Finding:
        """Return what certified welfare is beside the best equilibrium's: an open question."""
        reached, best, temperature = _welfare(self.game)
        unit = max(self.game.payoff_range(i) for i in range(self.game.n_players)) or 1.0
        losses = [loss for loss, _ in results]
        low, high = mean_interval(losses)
        dear = [text for loss, text in results if loss > FREE]
        costly = best - reached > FREE * unit
        if costly:
            dear.append(in_full(self.game))
        return Finding(
            verdict="open",
            number=reached,
            quantity=f"payoff units a player at the certified temperature (best equilibrium: "
            f"{best:.4g})",
            interval=(reached, reached),
            explanation=(
                f"{'no' if dear else 'yes, in all games tried'}: at L_c = {temperature:.4g} the "
                f"one quantal response equilibrium pays {reached:.4g} a player, the best Nash "
                f"equilibrium {best:.4g}; in {len(results)} random games with payoffs from 0 to 1 "
                f"and correlation {self.correlation:g} the difference is {np.mean(losses):.3g} on "
                f"average, 95 % interval [{low:.3g}, {high:.3g}]."
            ),
            counterexample=min(dear, key=len, default=""),
            picture=_picture(self.game, best, temperature, unit),
        )


def _welfare(game: BayesianGame) -> tuple[float, float, float]:
    """Return mean payoffs at the certified temperature and at best, and that temperature."""
    unit = max(game.payoff_range(i) for i in range(game.n_players)) or 1.0
    temperature = max(coupling_constant(game).upper, LEAST * unit)
    noisy = QuantalResponse(temperature=temperature).trace(game).end
    best = max(expected_payoffs(game, found.profile).mean() for found in solve_all(game))
    return float(expected_payoffs(game, noisy).mean()), float(best), float(temperature)


def _picture(game: BayesianGame, best: float, certified: float, unit: float) -> Picture:
    cold = 0.02 * unit
    branch = QuantalResponse(temperature=min(cold, certified)).trace(game)
    shown = branch.temperatures < 4 * max(certified, 0.1 * unit)
    temperatures = branch.temperatures[shown]
    welfare = [
        expected_payoffs(game, profile).mean()
        for profile, kept in zip(branch.profiles, shown, strict=True)
        if kept
    ]
    marks = {"L_c": certified}
    if certified > cold and count_quantal_responses(game, cold).count > 1:
        marks["phase change"] = float(np.mean(phase_change(game, cold, certified, tol=1e-4)))
    return Picture(
        "temperature of all players (payoff units)",
        "mean payoff a player (payoff units)",
        (
            Curve("selected quantal response equilibrium", temperatures, np.array(welfare)),
            Curve("best Nash equilibrium", temperatures, np.full(len(temperatures), best)),
        ),
        marks=marks,
    )
