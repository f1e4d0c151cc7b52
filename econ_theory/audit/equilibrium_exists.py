"""ECON-2.1: a Bayesian Nash equilibrium exists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.intervals import share_interval
from econ_theory.catalog import random_game
from econ_theory.certificates import certify
from econ_theory.certificates.recovery import recover_exactly
from econ_theory.driver import solve
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.search import solve_all
from econ_theory.solvers import PureEnumeration, Solver

__all__ = ["EquilibriumExists"]

NONE = "none"
PROVED = "proved"
OPEN = "open"

NASH = (
    "that every finite game has one is Nash's theorem (1951), not this experiment. The published "
    "proof does not give it: it takes the topology of pointwise convergence, in which sets of "
    "measurable strategies need not be compact, and verifies lower where Kakutani's theorem needs "
    "upper hemicontinuity; continuous types and actions need Milgrom & Weber (1985)."
)


class Searched(NamedTuple):
    """What became of one game: ``"proved"``, ``"none"`` (a complete search was empty), ``"open"``.

    ``n_profiles`` is the number of pure strategy profiles, ``game`` the game in full where there
    is no equilibrium, ``why`` what stood in the way of a proof.
    """

    outcome: str
    n_profiles: int
    game: str
    why: str


@dataclass(frozen=True)
class EquilibriumExists:
    """Draw random finite games, solve each, and ask for a proof that it has an equilibrium.

    Two players: an equilibrium in Fractions whose exact epsilon is zero. Three: an interval proof
    that a true equilibrium lies next to the solver's profile. A game for which there is no proof
    is no counterexample, since the search may have missed what exists; it leaves the claim open.
    Only a complete search that comes back empty is one. Nash's theorem rules that out for mixed
    strategies; with `pure` the same experiment asks for an equilibrium in pure strategies, whose
    enumeration is complete, and there it does come back empty.

    Parameters
    ----------
    solver : Solver, optional
        Who proposes equilibria; default: the driver's choice.
    pure : bool
        Ask for an equilibrium in pure strategies.
    sizes : of (n_types, n_actions, n_players)
        Drawn in turn.
    """

    solver: Solver | None = None
    pure: bool = False
    sizes: tuple[tuple[int, int, int], ...] = (
        (1, 2, 2),
        (1, 4, 2),
        (2, 3, 2),
        (3, 3, 2),
        (1, 2, 3),
        (2, 2, 3),
        (1, 3, 3),
        (2, 3, 3),
    )

    id = "ECON-2.1"
    source = "Yi et al. 2025, ICML, arXiv 2506.08292, Theorem 2.1"
    hypotheses = (
        "finitely many players, types and actions",
        "payoffs uniform on [0, 1] and a correlated prior of full support, drawn at random",
    )

    @property
    def statement(self) -> str:
        """What is claimed; of pure strategies where `pure` is set."""
        return f"every game has a Bayesian Nash equilibrium{' in pure strategies' * self.pure}"

    def n_trials(self, quick: bool) -> int:
        """Return the number of random games."""
        return 48 if quick else 480

    def trial(self, rng: np.random.Generator, quick: bool) -> Searched:
        """Return whether one random game was proved to have an equilibrium."""
        n_types, n_actions, n_players = self.sizes[int(rng.integers(len(self.sizes)))]
        game = random_game(n_types, n_actions, n_players=n_players, rng=rng)
        proved, none, why = self._searched(game, rng)
        outcome = PROVED if proved else NONE if none else OPEN
        in_full = (
            f"prior {game.prior.tolist()}, payoffs {[u.tolist() for u in game.payoffs]}"
            if outcome == NONE
            else ""
        )
        return Searched(outcome, n_actions ** (n_types * n_players), in_full, why)

    def judge(self, results: Sequence[Searched]) -> Finding:
        """Return "fails" only if some game was proved to have none."""
        n = len(results)
        n_proved = sum(result.outcome == PROVED for result in results)
        empty = [result for result in results if result.outcome == NONE]
        still_open = [result for result in results if result.outcome == OPEN]
        if empty:
            verdict, why = "fails", f"a complete search of {len(empty)} of them found none."
        elif still_open:
            verdict = "undecided"
            why = (
                f"of {len(still_open)} there is no proof either way (the first: "
                f"{still_open[0].why}); not to have found one is no counterexample."
            )
        else:
            verdict = "holds"
            why = "no counterexample was among them." if self.pure else NASH
        return Finding(
            verdict=verdict,
            number=n_proved / n,
            quantity="share of random finite games with an equilibrium proved exactly",
            interval=share_interval(n_proved, n),
            explanation=(
                f"{n_proved} of {n} random games, all finite and with at most "
                f"{max(result.n_profiles for result in results)} pure strategy profiles, have a "
                f"proved equilibrium; {why}"
            ),
            counterexample=min((result.game for result in empty), key=len, default=""),
            picture=_picture(results),
        )

    def _searched(self, game: BayesianGame, rng: np.random.Generator) -> tuple[bool, bool, str]:
        """Return whether an equilibrium is proved, whether there is none, and why no proof."""
        if self.pure:
            found = next(solve_all(game, PureEnumeration(), rng=rng), None)
            if found is None:
                return False, True, ""
            epsilon = certify(game, found.profile, arithmetic="exact").epsilon
            return epsilon == 0, False, f"epsilon is {float(epsilon):.3g}"
        profile = solve(game, self.solver, rng=rng, throw=False).profile
        if game.n_players == 2:
            recovery = recover_exactly(game, profile)
            return bool(recovery), False, recovery.reason
        existence = certify(game, profile, arithmetic="interval").existence
        return existence is not None and existence.proved, False, str(existence)


def _picture(results: Sequence[Searched]) -> Picture:
    """Return the share proved, with its interval, over the size of the game."""
    sizes = sorted({result.n_profiles for result in results})
    edges = [*sizes[:: max(1, len(sizes) // 4)], sizes[-1] + 1]
    points = []
    for low, high in pairwise(edges):
        inside = [result.outcome == PROVED for result in results if low <= result.n_profiles < high]
        points.append((low, sum(inside) / len(inside), *share_interval(sum(inside), len(inside))))
    x, y, below, above = np.array(points).T
    return Picture(
        "pure strategy profiles of the game, at least",
        "share of games with a proved equilibrium",
        (Curve("share proved, 95 % interval", x, y, below, above),),
        x_log=True,
    )
