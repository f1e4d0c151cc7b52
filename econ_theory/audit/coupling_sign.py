"""DICE-Lc: whether a coupling constant of zero means that a team is fully cooperative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.conventions import drawn_game, in_full, proven_coupling
from econ_theory.audit.intervals import mean_interval
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["ZeroMeansCooperative"]

CORRELATIONS = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)

ZERO = 1e-9
"""What counts as no coupling, payoffs running from 0 to 1."""


class Measured(NamedTuple):
    """One game's coupling, how its players' payoffs correlate, and the game if the two clash."""

    correlation: float
    coupling: float
    example: str


@dataclass(frozen=True)
class ZeroMeansCooperative:
    """Measure L_c from fully opposed to fully common payoffs, and see where it is zero.

    Parameters
    ----------
    measure : function of a game
        The claim's L_c.
    """

    measure: Callable[[BayesianGame], float] = proven_coupling

    id = "DICE-Lc"
    statement = "L_c = 0 means that the agents are fully cooperative"
    source = "Xie et al. 2026, arXiv 2606.08068 (DICE), remark on the coupling constant"
    hypotheses = (
        "two players; fully cooperative means that payoffs are the same for both",
        "L_c is the largest eigenvalue of the symmetrized cross-agent Hessian on tangent "
        "directions",
    )

    def n_trials(self, quick: bool) -> int:
        """Return the number of sets of games, one game for each of nine correlations."""
        return 25 if quick else 300

    def trial(self, rng: np.random.Generator, quick: bool) -> list[Measured]:
        """Return the coupling of one random game at each correlation."""
        found = []
        for correlation in CORRELATIONS:
            game = drawn_game(rng, correlation, most_players=2)
            coupling = float(self.measure(game))
            clash = coupling <= ZERO and correlation < 1
            found.append(Measured(correlation, coupling, in_full(game) if clash else ""))
        return found

    def judge(self, results: Sequence[list[Measured]]) -> Finding:
        """Return "fails" if a game without coupling is not one of common interest."""
        table = np.array([[found.coupling for found in row] for row in results])
        clashes = [found for row in results for found in row if found.example]
        common, opposed = table[:, -1], table[:, 0]
        uncoupled = int((common <= ZERO).sum())
        difference = common - opposed
        means, bands = table.mean(axis=0), [mean_interval(column.tolist()) for column in table.T]
        return Finding(
            verdict="fails" if clashes else "holds" if uncoupled else "vacuous",
            number=float(difference.mean()),
            quantity="payoff ranges, L_c with common payoffs less L_c with opposed ones",
            interval=mean_interval(difference.tolist()),
            explanation=(
                f"L_c is at most {ZERO:g} in {int((opposed <= ZERO).sum())} of {len(results)} "
                f"zero-sum games, in {uncoupled} of {len(results)} with common payoffs, where it "
                f"is {means[-1]:.3g} on average"
                + (
                    ": it is the other way round, for what one gains on the other's move the other "
                    "loses, and the symmetric part is what is left of common interest."
                    if clashes
                    else "."
                )
            ),
            counterexample=min((found.example for found in clashes), key=len, default=""),
            picture=Picture(
                "correlation of the players' payoffs (-1 zero-sum, 1 common)",
                "coupling constant L_c (payoff ranges)",
                (
                    Curve(
                        "mean over games, 95 % band",
                        np.array(CORRELATIONS),
                        means,
                        np.array([low for low, _ in bands]),
                        np.array([high for _, high in bands]),
                    ),
                ),
            ),
        )
