"""Markov perfect equilibria by value iteration: every state a Bayesian game, solved as one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates import certify
from econ_theory.driver import EXACT_TOL, Status, solve
from econ_theory.errors import NotConverged, SettingError
from econ_theory.markov.best_response import best_response
from econ_theory.markov.certificates import MarkovCertificate, certify_markov
from econ_theory.markov.profiles import MarkovProfile, check_markov_profile
from econ_theory.markov.values import state_values
from econ_theory.seeding import Seed, as_rng, entropy_of
from econ_theory.solvers import IndifferenceNewton, Solver
from econ_theory.strategies import StrategyProfile

if TYPE_CHECKING:
    from econ_theory.games.bayesian import BayesianGame
    from econ_theory.games.markov import MarkovBayesianGame

__all__ = ["MarkovSolution", "Sweep", "markov_perfect", "value_iteration"]

KEPT = 1e-11
"""Relative gain up to which the last profile of a stage is kept without solving it again."""


class Sweep(NamedTuple):
    """One sweep of value iteration over all states."""

    profile: MarkovProfile
    """An equilibrium of each stage game, given the continuation."""
    continuation: Array
    """What states were taken to be worth, ``(S, n)``."""
    values: Array
    """What the stage games under it pay, ``(S, n)``: the next continuation, without Newton."""
    newton: bool
    """Whether the continuation is what the profile before was truly worth."""

    @property
    def residual(self) -> float:
        """Largest change of a value in this sweep, payoff units; zero at an equilibrium."""
        return float(np.abs(self.values - self.continuation).max())


@dataclass(frozen=True, eq=False)
class MarkovSolution:
    """The best Markov profile of a run, with the certificate that judged it.

    Attributes
    ----------
    profile : MarkovProfile
    values : (S, n), what it is truly worth
    certificate : MarkovCertificate
    status : Status
    reason : how it was found and why the run stopped
    steps : sweeps over all states
    seconds : wall time
    history : tuple of (sweep, residual, relative epsilon)
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

    def __str__(self) -> str:
        return f"{self.reason}: {self.certificate} [{self.status.name.lower()}]"


def value_iteration(
    game: MarkovBayesianGame,
    solver: Solver | None = None,
    *,
    start: MarkovProfile | None = None,
    rng: Seed = None,
    newton: bool = False,
) -> Iterator[Sweep]:
    """Yield sweeps: solve every stage game under the continuation, take what it pays as the next.

    The first continuation is what `start` is worth, or zero. For two players, zero-sum, and for
    one player, the map is a contraction: after k sweeps values are within ``discount^k`` times
    their first error of the equilibrium's. In general-sum games a stage game may have many
    equilibria and nothing is promised; each sweep keeps to the last profile while it is still an
    equilibrium, and else tries Newton's method from it before it solves afresh.

    With `newton` the next continuation is what the profile, played for ever, is worth. If that did
    not bring the residual down by the discount, the sweep is undone and one of value iteration
    follows: fast where it works, and no worse than twice the sweeps in zero-sum games.

    >>> from econ_theory.catalog import random_markov_game
    >>> game = random_markov_game(2, 1, 2, discount=0.5, zero_sum=True, rng=0)
    >>> sweeps = value_iteration(game)
    >>> residuals = [next(sweeps).residual for _ in range(9)]
    >>> all(b <= 0.5 * a + 1e-12 for a, b in zip(residuals, residuals[1:]))
    True

    Source: Shapley 1953, theorem 1; with `newton`: Pollatschek & Avi-Itzhak 1969, safeguarded as
    by Filar & Tolwinski 1991.
    """
    rng = as_rng(rng)
    values = np.zeros((game.n_states, game.n_players))
    stages: list[StrategyProfile | None] = [None] * game.n_states
    if start is not None:
        values = state_values(game, start)
        stages = [start.at(state) for state in range(game.n_states)]
    fallback: tuple[float, Array] | None = None
    while True:
        paid = np.empty_like(values)
        found = []
        for state, last in enumerate(stages):
            stage = game.stage_game(state, values)
            profile = _stage_equilibrium(stage, solver, last, rng)
            found.append(profile)
            for i, row in enumerate(profile.rows):
                paid[state, i] = (stage.kernel.values(profile.rows, i) * row).sum()
        stages = list(found)
        sweep = Sweep(MarkovProfile.of_stages(found), values, paid, fallback is not None)
        yield sweep
        if fallback is not None and sweep.residual > game.discount * fallback[0]:
            values, fallback = fallback[1], None
        elif newton:
            values, fallback = state_values(game, sweep.profile), (sweep.residual, paid)
        else:
            values = paid


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
    player and for two in a zero-sum game. In others the run may cycle: try another `start` or
    another `rng`, and trust nothing but the certificate.

    Parameters
    ----------
    game : MarkovBayesianGame
    solver : solver of the stage games; default: `econ_theory.solve`'s choice, warm-started
    start : MarkovProfile, optional
        Where to begin: its values, and its profile in each stage.
    rng : int, Generator or None
    tol : relative epsilon to reach, a share of the range of discounted payoffs
    max_steps : sweeps at most
    max_seconds : looked at between sweeps
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
            "at least one sweep."
        )
    if start is not None:
        check_markov_profile(start, game)
    rng = as_rng(rng)
    entropy, began = entropy_of(rng), time.perf_counter()
    history: list[tuple[int, float, float]] = []
    best: tuple[MarkovProfile, MarkovCertificate] | None = None
    status, reason = Status.STEPS, "value iteration"
    if game.n_players == 1 and solver is None:
        sweeps, reason = _one_player(game, start), "one player: policy iteration"
        status = Status.EXHAUSTED
    else:
        sweeps = value_iteration(game, solver, start=start, rng=rng, newton=newton)
    for sweep in sweeps:
        certificate = certify_markov(game, sweep.profile)
        history.append((len(history) + 1, sweep.residual, certificate.relative))
        if best is None or certificate.relative < best[1].relative:
            best = sweep.profile, certificate
        if certificate.relative <= tol:
            status = Status.CONVERGED
            break
        if len(history) >= max_steps:
            break
        if max_seconds is not None and time.perf_counter() - began >= max_seconds:
            status = Status.TIME
            break
    assert best is not None
    profile, certificate = best
    solution = MarkovSolution(
        profile=profile,
        values=state_values(game, profile),
        certificate=certificate,
        status=status,
        reason=reason,
        steps=len(history),
        seconds=time.perf_counter() - began,
        history=tuple(history),
        entropy=entropy,
    )
    if throw and status is not Status.CONVERGED:
        raise NotConverged(
            f"relative epsilon is {certificate.relative:.3g} after {len(history)} sweeps of value "
            f"iteration, want {tol:g}; {status.value}.",
            solution,
        )
    return solution


def _one_player(game: MarkovBayesianGame, start: MarkovProfile | None) -> Iterator[Sweep]:
    first = MarkovProfile.uniform(game) if start is None else start
    response = best_response(game, first, 0)
    values = response.values[:, None]
    yield Sweep(MarkovProfile([response.row]), values, values, False)


def _stage_equilibrium(
    stage: BayesianGame,
    solver: Solver | None,
    last: StrategyProfile | None,
    rng: np.random.Generator,
) -> StrategyProfile:
    if solver is None and last is not None:
        if certify(stage, last).relative <= KEPT:
            return last
        for profile in IndifferenceNewton(restarts=0).propose(stage, last, rng):
            if profile is not None and certify(stage, profile).relative <= EXACT_TOL:
                return profile
    return solve(stage, solver, start=last, rng=rng, throw=False).profile
