"""DICE-11/12: whether noise above the coupling constant leaves one quantal response equilibrium."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from econ_theory.analysis import count_quantal_responses, phase_change
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.conventions import (
    drawn_game,
    drawn_temperatures,
    in_full,
    proven_coupling,
    two_conventions,
)
from econ_theory.audit.intervals import share_interval
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["UniqueAboveCoupling"]

JUST_ABOVE = 1.02
"""Least temperature as a multiple of the bound."""

LEAST = 1e-3
"""Least temperature where the bound is zero, payoffs running from 0 to 1."""

COLD = 0.2
"""Temperatures at which the same search has to show that it can find several, as a multiple."""


class Counted(NamedTuple):
    """Equilibria found in one game: just above the bound, and at a fifth of those temperatures."""

    above: int
    cold: int
    size: int
    example: str


@dataclass(frozen=True)
class UniqueAboveCoupling:
    """Search random games for a second quantal response equilibrium just above the bound.

    Temperatures differ by player and type; the least of them is 1.02 times `bound`. A second
    equilibrium is a counterexample; none found is none found, so the same search is run at a fifth
    of the temperatures, too, where games of common interest have several.

    Parameters
    ----------
    bound : function of a game
        What the least temperature has to exceed; the claim's L_c.
    correlation : of the players' payoffs, or None for all from opposed to common
    """

    bound: Callable[[BayesianGame], float] = proven_coupling
    correlation: float | None = None

    id = "DICE-11/12"
    statement = (
        "the heterogeneous quantal response equilibrium is unique when the least temperature "
        "exceeds the coupling constant L_c"
    )
    source = "Xie et al. 2026, arXiv 2606.08068 (DICE), theorems 11 and 12"
    hypotheses = (
        "finite game, logit replies to interim payoffs, one temperature a player and type",
        "L_c is the largest eigenvalue of the symmetrized cross-agent Hessian on tangent "
        "directions, against the second derivative of entropy weighted by type probabilities",
    )

    def n_trials(self, quick: bool) -> int:
        """Return the number of games."""
        return 30 if quick else 400

    def trial(self, rng: np.random.Generator, quick: bool) -> Counted:
        """Return how many equilibria one game was found to have."""
        game = drawn_game(rng, self.correlation)
        heats = drawn_temperatures(game, max(JUST_ABOVE * self.bound(game), LEAST), rng)
        n_starts = 12 if quick else 40
        above = count_quantal_responses(game, heats, n_starts=n_starts, rng=rng)
        cooler = [[COLD * heat for heat in row] for row in heats]
        cold = count_quantal_responses(game, cooler, n_starts=n_starts, rng=rng)
        example = ""
        if above.count > 1:
            rows = [[row.tolist() for row in profile.rows] for profile in above.profiles[:2]]
            example = f"{in_full(game)} at temperatures {heats} has {rows[0]} and {rows[1]}"
        return Counted(above.count, cold.count, sum(game.n_types) * sum(game.n_actions), example)

    def judge(self, results: Sequence[Counted]) -> Finding:
        """Return "fails" if some game has two equilibria above the bound."""
        broken = [found for found in results if found.above > 1]
        several = sum(found.cold > 1 for found in results)
        below, above, bound, picture = self._example()
        proven = self.bound is proven_coupling and not broken
        share = len(broken) / len(results)
        return Finding(
            verdict="fails" if broken else "holds",
            number=share,
            quantity="share of games with several equilibria just above L_c",
            interval=share_interval(len(broken), len(results)),
            explanation=(
                f"{len(broken)} of {len(results)} random games have more than one at temperatures "
                f"just above L_c; at a fifth of them the same search finds several in {several}. "
                + ("It is proven, too, by strong monotonicity. " if proven else "")
                + "The condition is sufficient only: with two conventions worth 1 and 0.7 it asks "
                f"for {bound:.4g}, and several equilibria become one at {(below + above) / 2:.4f}."
            ),
            counterexample=min(broken, key=lambda found: found.size).example if broken else "",
            picture=picture,
        )

    def _example(self) -> tuple[float, float, float, Picture]:
        """Return the fold of the two conventions between two bounds, their L_c, and the picture."""
        game = two_conventions()
        bound = self.bound(game)
        below, above = phase_change(game, 0.1, 0.6, n_starts=8)
        temperatures = np.union1d(np.linspace(0.05, 0.6, 23), [below, above])
        counts = [count_quantal_responses(game, float(x), n_starts=8).count for x in temperatures]
        return (
            below,
            above,
            bound,
            Picture(
                "temperature of both players (payoff units)",
                "quantal response equilibria found (number)",
                (Curve("two conventions worth 1 and 0.7", temperatures, np.array(counts)),),
                marks={"phase change": (below + above) / 2, "L_c": bound},
            ),
        )
