"""Newton's method on the indifference conditions, the support repaired at every step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.solvers.base import Proposals, check_numbers
from econ_theory.solvers.finite.algebra.interim import InterimSystem
from econ_theory.strategies import StrategyProfile

__all__ = ["IndifferenceNewton"]

SETTLED = 1e-13
"""Violation of the equilibrium conditions, in probability and in payoff ranges, that ends a run."""

PLAY = 8
"""Steps of fictitious play before the first restart, twice as many before the second, and so on."""

FARTHEST = 50.0
"""Size of a probability beyond which a step is led back to the simplex: its support was wrong."""


@dataclass(frozen=True)
class IndifferenceNewton:
    """Polishes an approximate profile to an equilibrium up to rounding, for any number of players.

    With u the interim payoffs in units of the payoff range and w[t] the value of type t, x is an
    equilibrium if and only if every entry satisfies ``min(x, w - u(x)) = 0`` and every row sums
    to one. A step keeps the support ``S = {a : x[a] >= c (w - u)[a]}``: probable actions stay
    unless they lose much, improbable ones enter if they gain. On S it solves the indifference
    system, linearized with exact derivatives::

        u(x) + G (x' - x) = w'  on S,        x' = 0  off S,        sum_a x'[t, a] = 1

    An action whose probability comes out negative leaves S, one that pays more than w' enters: the
    support is repaired by the same rule, all of it at once. Close to a regular equilibrium the
    support settles and convergence is quadratic. Nothing is promised from afar, so the start is
    tried with several c; then other starts are: ever more noise in it, brought closer by ever more
    steps of fictitious play.

    Parameters
    ----------
    scales : the values of c tried; small trusts the probabilities, large trusts the payoffs
    restarts : other starts tried after `start` (or after uniform play, if there is none)
    max_iterations : Newton steps of one run

    Examples
    --------
    >>> from econ_theory import BayesianGame, StrategyProfile, certify
    >>> u1, u2 = np.array([[2, -1], [-1, 1]]), np.array([[-2, 1], [1, -1]])
    >>> game = BayesianGame([[1]], [u1.reshape(1, 1, 2, 2), u2.reshape(1, 1, 2, 2)])
    >>> near = StrategyProfile([[[0.3, 0.7]], [[0.5, 0.5]]])
    >>> *_, profile = IndifferenceNewton().propose(game, near, np.random.default_rng(0))
    >>> profile.rows[0], bool(certify(game, profile).relative < 1e-15)
    (array([[0.4, 0.6]]), True)

    Source: Hintermueller, Ito & Kunisch 2003, SIAM J. Optim. 13, 865-888 for the support rule.
    """

    scales: tuple[float, ...] = (1.0, 0.1, 10.0)
    restarts: int = 100
    max_iterations: int = 25

    source = "Hintermueller, Ito and Kunisch (2003), primal-dual active sets as Newton's method"
    exact = True
    continuous = False

    def __post_init__(self) -> None:
        if not self.scales or not all(c > 0 for c in self.scales):
            raise SettingError(
                f"scales is {self.scales}, want positive numbers; leave it out for the default."
            )
        check_numbers(self, restarts=0, max_iterations=1)

    def refuses(self, game: BayesianGame) -> str | None:
        """Return None: the conditions are those of every finite game."""
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield the start, then where each run ended."""
        system = InterimSystem(game)
        first = StrategyProfile.uniform(game) if start is None else start.floating
        yield first
        origin = system.flat(first)
        for attempt in range(self.restarts + 1):
            x = origin
            if attempt:
                # Ever more of a random profile, from 1 in 50 to all of it.
                share = 0.02 ** (1 - attempt / self.restarts)
                noise = system.flat(StrategyProfile.random(game, rng=rng))
                x = system.played((1 - share) * origin + share * noise, PLAY * attempt)
            for c in self.scales:
                end, steps, settled = _run(system, x, c, self.max_iterations)
                if end is None:
                    continue
                yield system.profile(end, first)
                if settled:
                    return f"the support settled after {steps} Newton steps (start {attempt + 1})"
        return (
            f"no support settled from {self.restarts + 1} starts; start closer to an equilibrium "
            "(SelfPlay)"
        )


def _run(system: InterimSystem, x: Array, c: float, limit: int) -> tuple[Array | None, int, bool]:
    """Return the last point, steps taken, and whether the conditions hold there."""
    u, matrix = system.at(x)
    w = system.best(u)
    seen: set[bytes] = set()
    for step in range(1, limit + 1):
        score = x - c * (w[system.type_of] - u)
        support = (score >= 0) | (score >= system.best(score)[system.type_of])
        if system.n_players <= 2:
            # With two players the step depends on the support alone: a second visit is a cycle.
            if support.tobytes() in seen:
                return x, step, False
            seen.add(support.tobytes())
        x, w = _indifferent(system, np.flatnonzero(support), u, matrix)
        if not np.isfinite(x).all():
            return None, step, False
        if np.abs(x).max() > FARTHEST:
            x = system.flat(system.profile(x))
        u, matrix = system.at(x)
        if np.abs(np.minimum(x, w[system.type_of] - u)).max() <= SETTLED:
            return x, step, True
    return x, limit, False


def _indifferent(
    system: InterimSystem, support: Array, u: Array, matrix: Array
) -> tuple[Array, Array]:
    """Return the strategies on `support` and values of types that solve the linearized system."""
    n_live, m = system.n_live, len(support)
    member = (system.type_of[support][:, None] == np.arange(n_live)).astype(float)
    square = np.zeros((m + n_live, m + n_live))
    square[:m, :m] = matrix[np.ix_(support, support)]
    square[:m, m:] = -member
    square[m:, :m] = member.T
    # Multilinear payoffs: u(x) - G x = -(n - 2) u(x).
    right = np.concatenate([(system.n_players - 2) * u[support], np.ones(n_live)])
    if system.n_players == 1:
        right[:m] = -u[support]
    try:
        solution = np.linalg.solve(square, right)
        sound = np.abs(solution[:m]).max() < 1e6
    except np.linalg.LinAlgError:
        sound = False
        solution = right
    if not sound:
        # Tied or duplicated actions: the least solution, if any, shares between them.
        solution = np.linalg.lstsq(square, right, rcond=1e-11)[0]
    x = np.zeros(system.size)
    x[support] = solution[:m]
    return x, solution[m:]
