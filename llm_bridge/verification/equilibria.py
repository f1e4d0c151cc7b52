"""The equilibria that stand beside a certificate: all pure ones where few, and a solver's own."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from math import log

from econ_theory import BayesianGame, StrategyProfile, solve, solve_all
from econ_theory.analysis import welfare
from econ_theory.seeding import Seed
from econ_theory.solvers import PureEnumeration

__all__ = ["Equilibrium", "equilibria_line", "equilibria_of"]

MOST_PLANS = 1e6
"""Pure profiles up to which all pure equilibria are looked for."""

MOST_EQUILIBRIA = 64
SECONDS = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Equilibrium:
    """An equilibrium of the empirical game: profile, relative epsilon there, welfare, and origin.

    `welfare` is the sum of the executors' expected rewards.
    """

    profile: StrategyProfile
    epsilon: float
    welfare: float
    solver: str

    @property
    def pure(self) -> bool:
        """Whether every type plays one control."""
        return all(bool((row.max(axis=1) == 1.0).all()) for row in self.profile.rows)


def equilibria_of(
    game: BayesianGame, *, rng: Seed = None
) -> tuple[tuple[Equilibrium, ...], bool, tuple[str, ...]]:
    """Return equilibria of `game`, whether all pure ones are among them, and notes in words.

    Pure ones first, by search, unless there are over a million pure profiles; then what the
    default solver finds within 20 seconds, with the relative epsilon that it reached.
    """
    plans = sum(t * log(a) for t, a in zip(game.n_types, game.n_actions, strict=True))
    found, complete, notes = [], False, []
    if plans <= log(MOST_PLANS) and PureEnumeration().refuses(game) is None:
        found = list(islice(solve_all(game, PureEnumeration()), MOST_EQUILIBRIA + 1))
        complete = len(found) <= MOST_EQUILIBRIA
        found = found[:MOST_EQUILIBRIA]
        if not complete:
            notes.append(f"more than {MOST_EQUILIBRIA} pure equilibria; these are the first found.")
    else:
        notes.append("the game is too large to list all its pure equilibria.")
    solution = solve(game, rng=rng, max_seconds=SECONDS, throw=False)
    if all(solution.profile.distance(other.profile) > 1e-6 for other in found):
        found.append(solution)
    return (
        tuple(
            Equilibrium(
                item.profile,
                float(item.certificate.relative),
                welfare(game, item.profile),
                item.solver,
            )
            for item in found
        ),
        complete,
        tuple(notes),
    )


def equilibria_line(equilibria: tuple[Equilibrium, ...], complete: bool) -> str:
    """Return how many equilibria were found and what they are worth, in one sentence."""
    pure = sum(item.pure for item in equilibria)
    worth = [item.welfare for item in equilibria]
    how = "all" if complete else "not all"
    return (
        f"equilibria of the empirical game: {pure} pure ({how} of them listed) and "
        f"{len(equilibria) - pure} mixed found, with welfare {min(worth):.3g} to "
        f"{max(worth):.3g} and relative epsilon at most "
        f"{max(item.epsilon for item in equilibria):.2g}."
    )
