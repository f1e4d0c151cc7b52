"""Newton's method on a whole Markov game: to a perfect equilibrium, or to a soft one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.markov import MarkovBayesianGame
from econ_theory.markov.profiles import MarkovProfile
from econ_theory.markov.system import MarkovSystem

__all__ = ["cooled", "perfected", "softened"]

SETTLED = 1e-12
"""Violation of the equilibrium conditions, in probability and payoff ranges, that ends a run."""

CLOSE = 1e-6
"""Violation at which a run that did not settle still has something worth judging."""

SCALES = (1.0, 0.1, 10.0, 0.01)
"""Weights of payoffs against probabilities in the rule for supports, tried in turn."""

MOST_STEPS = 25

PATIENCE = 5
"""Newton steps that may pass without a smaller violation."""

FARTHEST = 0.2
"""Largest change of a probability in one step to a soft equilibrium."""

SHORTEST = 1e-3
"""Smallest step in the logarithm of temperature."""


def perfected(game: MarkovBayesianGame, start: MarkovProfile) -> Iterator[MarkovProfile]:
    """Yield equilibria that Newton's method on the indifference conditions reaches from `start`.

    With u the action values and w those of types, each step solves ``u(x) + G (x' - x) = w'`` on
    the support ``{a : x[a] >= c (w - u)[a]}`` and sets the rest to zero, as `IndifferenceNewton`
    does for one stage; G holds what play does to the worth of later stages too. Quadratic near
    a regular equilibrium, even where value iteration does not converge to it; no promise from afar.
    """
    system = MarkovSystem(game)
    ranges = np.array([game.payoff_range(i) or 1.0 for i in range(game.n_players)])
    unit = ranges[system.player_of][system.type_of]
    for c in SCALES:
        x, least, idle, violation = system.flat(start), np.inf, 0, np.inf
        for _ in range(MOST_STEPS):
            u, matrix = system.at(x)
            u, matrix = u / unit, matrix / unit[:, None]
            gaps = system.best(u)[system.type_of] - u
            violation = float(np.abs(np.minimum(x, gaps)).max())
            idle = 0 if violation < least else idle + 1
            least = min(least, violation)
            if violation <= SETTLED or idle >= PATIENCE:
                break
            score = x - c * gaps
            kept = (score >= 0) | (score >= system.best(score)[system.type_of])
            stepped = _indifferent(system, np.flatnonzero(kept), u - matrix @ x, matrix)
            if stepped is None:
                break
            # Values are rational in x and have poles outside the simplex: stay on it.
            x = system.flat(system.profile(stepped))
        if violation <= CLOSE:
            yield system.profile(x)


def softened(system: MarkovSystem, x: Array, heat: Array) -> Array | None:
    """Return the log-probabilities of the soft equilibrium near x, ``(N,)``, or None.

    Each Newton step solves ``(I - K) dx = log r - x`` with r the logit reply to ``exp(x)`` and
    ``K = (G - r.G) diag(e^x) / heat``; no profile is returned where steps do not contract.
    """
    cool = 1.0 / heat[system.player_of][system.type_of]
    before = np.inf
    for step in range(MOST_STEPS):
        s = np.exp(x)
        u, matrix = system.at(s)
        log_reply = _normalized(system, u * cool)
        reply = np.exp(log_reply)
        slope = matrix * cool[:, None]
        slope -= np.add.reduceat(reply[:, None] * slope, system.first, axis=0)[system.type_of]
        try:
            dx = np.linalg.solve(np.eye(len(x)) - slope * s, log_reply - x)
        except np.linalg.LinAlgError:
            return None
        new = _normalized(system, x + dx)
        change = float(np.abs(np.exp(new) - s).max())
        if not change <= FARTHEST or (step > 1 and change > 0.7 * before):
            return x if before <= 1e-11 else None
        x, before = new, change
        if change <= 1e-13:
            return x
    return None


def cooled(
    game: MarkovBayesianGame, heat: Array, *, entropy_bonus: bool = False, most: int = 200
) -> Iterator[MarkovProfile]:
    """Yield soft equilibria at ever lower temperatures, down to `heat`, (n,), if the path is found.

    Starts where temperatures are so high that play is nearly uniform. Steps in the logarithm of
    the common factor shrink where Newton's method does not contract; at a fold, where the path
    turns back to higher temperatures, they shrink to nothing and the path ends there.

    Source: the branch of Eibelshaeuser & Poensgen 2019, followed in temperature alone.
    """
    factor = max(1.0, *(game.payoff_range(i) / h for i, h in enumerate(heat)))
    system = MarkovSystem(game)
    here, slope, step = _normalized(system, np.zeros(system.size)), np.zeros(system.size), 0.0
    length = 0.5
    for _ in range(most):
        if entropy_bonus:
            system = MarkovSystem(game, heat * factor)
        found = softened(system, _normalized(system, here + step * slope), heat * factor)
        if found is None:
            length = step / 2
            if length < SHORTEST:
                return
            factor *= float(np.exp(step - length))
            step = length
            continue
        yield system.profile(np.exp(found))
        if factor == 1.0:
            return
        # The next guess lies on the line through the last two points.
        slope = (found - here) / step if step else slope
        here, length = found, min(1.6 * length, 1.0)
        step = min(length, float(np.log(factor)))
        factor = 1.0 if step < length else factor * float(np.exp(-step))


def _normalized(system: MarkovSystem, x: Array) -> Array:
    """Return x less the logarithm of each type's sum of ``exp(x)``."""
    x = x - system.best(x)[system.type_of]
    return x - np.log(system.sums(np.exp(x)))[system.type_of]


def _indifferent(
    system: MarkovSystem, support: Array, constant: Array, matrix: Array
) -> Array | None:
    """Return the strategies on `support` that solve the linearized system, or None."""
    n_live, m = len(system.first), len(support)
    member = (system.type_of[support][:, None] == np.arange(n_live)).astype(float)
    square = np.zeros((m + n_live, m + n_live))
    square[:m, :m] = matrix[np.ix_(support, support)]
    square[:m, m:] = -member
    square[m:, :m] = member.T
    right = np.concatenate([-constant[support], np.ones(n_live)])
    solution = np.linalg.lstsq(square, right, rcond=1e-12)[0]
    if not np.isfinite(solution).all() or np.abs(solution[:m]).max() > 1e6:
        return None
    x = np.zeros(system.size)
    x[support] = solution[:m]
    return x
