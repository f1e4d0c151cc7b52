"""Markov perfect equilibria: value iteration, and Newton's method where that goes in circles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import NotConverged, SettingError
from econ_theory.markov.best_response import best_response
from econ_theory.markov.certificates import MarkovCertificate, certify_markov
from econ_theory.markov.newton import cooled, perfected
from econ_theory.markov.profiles import MarkovProfile, check_markov_profile
from econ_theory.markov.value_iteration import value_iteration
from econ_theory.markov.values import state_values
from econ_theory.records import Record
from econ_theory.seeding import Seed, as_rng, entropy_of
from econ_theory.solvers import Solver
from econ_theory.trial import Status, Trial

if TYPE_CHECKING:
    from econ_theory.games.finite.markov import MarkovBayesianGame

__all__ = ["MarkovSolution", "markov_perfect"]

PATIENCE = 15
"""Sweeps without a smaller residual after which value iteration counts as going in circles."""

THROWS = 3
"""Random profiles that Newton's method tries before value iteration begins again from one."""

COOL, COOLING, MOST_POINTS = 1e-3, 6, 100
"""Soft equilibria are followed once: to this share of the payoff range, after that many restarts,
through at most so many points."""

MOST_ENTRIES = 400
"""Probabilities in a profile up to which soft equilibria are followed."""


@dataclass(frozen=True, eq=False, repr=False)
class MarkovSolution(Record):
    """The best Markov profile of a run, with the certificate that judged it.

    Attributes
    ----------
    profile : MarkovProfile
    values : (S, n), what it is truly worth
    certificate : MarkovCertificate
    status : Status
    reason : how the profile was found
    steps : profiles judged: one a sweep over all states
    seconds : wall time
    history : tuple of (step, seconds, relative epsilon)
    entropy : seed that draws the same run again, or None
    """

    profile: MarkovProfile
    values: Array
    certificate: MarkovCertificate
    status: Status
    reason: str
    steps: int
    seconds: float
    history: tuple[tuple[int, float, float], ...]
    entropy: int | None = None

    @property
    def line(self) -> str:
        """What the run came to, in one line."""
        return f"{self.reason}: {self.certificate} [{self.status.name.lower()}]"

    def __str__(self) -> str:
        return f"{self.line}\n{self.profile}"

    def __repr__(self) -> str:
        return f"MarkovSolution({self.line})"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.line)}</p>" + self.profile._repr_html_()


def markov_perfect(
    game: MarkovBayesianGame,
    solver: Solver | None = None,
    *,
    start: MarkovProfile | None = None,
    rng: Seed = None,
    tol: float = 1e-6,
    max_steps: int = 500,
    max_seconds: float | None = None,
    newton: bool = True,
    throw: bool = True,
) -> MarkovSolution:
    """Return a `MarkovSolution`: a Markov perfect equilibrium, as far as its certificate says.

    Runs `value_iteration`, certifies the profile of every sweep by its full deviations and keeps
    the best; a game of one player is solved by policy iteration. Convergence is certain for one
    player and for two in a zero-sum game. In others value iteration may go in circles; then
    Newton's method on the whole game tries from the profile nearest to a rest point, from random
    ones and from soft equilibria at falling temperatures, and all begins again from random play.
    None of that is certain: trust nothing but the certificate.

    Parameters
    ----------
    game : MarkovBayesianGame
    solver : solver of the stage games, with which value iteration goes on to the end; default:
        `econ_theory.solve`'s choice, warm-started, and the other methods above
    start : MarkovProfile, optional
        Where to begin: its values, and its profile in each stage.
    rng : int, Generator or None
    tol : relative epsilon to reach, a share of the range of discounted payoffs
    max_steps : profiles judged at most, one a sweep
    max_seconds : looked at between profiles
    newton : continue with what each profile is truly worth, safeguarded (`value_iteration`)
    throw : raise if `tol` is not reached; otherwise return what there is

    Raises
    ------
    RefusedError
        If `solver` does not apply to the stage games.
    NotConverged
        If `tol` was not reached and `throw` is true; its `solution` holds the best profile.

    Examples
    --------
    A stage that ends unless both play alike; alike once pays 1 and goes on, the other way pays 1:

    >>> from econ_theory.games import MarkovBayesianGame
    >>> pay = np.zeros((2, 1, 1, 2, 2))
    >>> pay[0] = np.eye(2)
    >>> move = np.zeros((2, 1, 1, 2, 2, 2))
    >>> move[..., 1] = 1
    >>> move[0, 0, 0, 0, 0] = 1, 0
    >>> game = MarkovBayesianGame(move, [pay, -pay], discount=0.5)
    >>> round(float(markov_perfect(game).values[0, 0]), 9)    # (sqrt(4 + d^2) - (2 - d)) / 2d
    0.561552813

    Source: Shapley 1953 for zero-sum games; existence in general: Fink 1964.
    """
    if not tol >= 0 or max_steps < 1:
        raise SettingError(
            f"tol is {tol} and max_steps {max_steps}, want a share of the payoff range >= 0 and "
            "at least one step."
        )
    if start is not None:
        check_markov_profile(start, game)
    rng = as_rng(rng)
    entropy = entropy_of(rng)
    trial: Trial[tuple[MarkovProfile, str], MarkovCertificate] = Trial(tol, max_steps, max_seconds)
    for profile, how in _proposals(game, solver, start, rng, newton):
        if trial.judged((profile, how), certify_markov(game, profile)):
            break
    assert trial.best is not None
    (profile, how), certificate = trial.best
    solution = MarkovSolution(
        profile=profile.labelled(game),
        values=frozen(state_values(game, profile)),
        certificate=certificate,
        status=trial.status,
        reason=how,
        steps=len(trial.history),
        seconds=trial.seconds,
        history=tuple(trial.history),
        entropy=entropy,
    )
    if throw and trial.status is not Status.CONVERGED:
        raise NotConverged(trial.shortfall(), solution)
    return solution


def _proposals(
    game: MarkovBayesianGame,
    solver: Solver | None,
    start: MarkovProfile | None,
    rng: np.random.Generator,
    newton: bool,
) -> Iterator[tuple[MarkovProfile, str]]:
    """Yield profiles worth judging, and how they were found."""
    if game.n_players == 1 and solver is None:
        first = MarkovProfile.uniform(game) if start is None else start
        yield MarkovProfile([best_response(game, first, 0).row]), "one player: policy iteration"
        return
    for attempt in count():
        least, idle, near = np.inf, 0, None
        for sweep in value_iteration(game, solver, start=start, rng=rng, newton=newton):
            yield sweep.profile, "value iteration"
            if sweep.residual < least:
                least, idle, near = sweep.residual, 0, sweep.profile
            else:
                idle += 1
            # A solver that was asked for is not replaced by another method.
            if idle >= PATIENCE and solver is None:
                break
        assert near is not None
        starts = [(near, "value iteration, finished by Newton's method")]
        if attempt == COOLING and sum(row.size for row in near.rows) <= MOST_ENTRIES:
            heat = np.array([COOL * (game.payoff_range(i) or 1.0) for i in range(game.n_players)])
            for soft in cooled(game, heat, most=MOST_POINTS):
                near = soft
            starts.append((near, "soft equilibria, finished by Newton's method"))
        throws = [MarkovProfile.random(game, rng=rng) for _ in range(THROWS)]
        starts += [(throw, "Newton's method from random play") for throw in throws]
        start = throws[0]
        for first, how in starts:
            for profile in perfected(game, first):
                yield profile, how
