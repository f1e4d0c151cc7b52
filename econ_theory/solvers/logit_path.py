"""Following the curve of logit equilibria: predictor, corrector, step length."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.solvers.interim import InterimSystem

__all__ = ["Ending", "LogitPath", "Point"]

ACCURACY = 1e-6
"""Change of a probability by the last Newton step of a point; the error left is of its square."""

PREDICTION, FARTHEST = 0.005, 0.03
"""Error of the predictor, as a change of probabilities: what step lengths aim at, and the most."""

STRAIGHT = 0.97
"""Least cosine between the directions at two consecutive points.

With `FARTHEST` this keeps the path from jumping to a curve that passes close by: at these values
the ends of 20 random games agree with those of paths followed in steps a third as long; at 0.2 and
0.7 two of them do not.
"""

SHORTEST, LONGEST = 1e-9, 2.0
"""Step lengths; where play has settled, one unit multiplies the rate by e."""

NEGLIGIBLE = 1e-4
"""Largest derivative of a log-odds that the Newton matrix leaves out."""


class Point(NamedTuple):
    """A logit equilibrium in flat coordinates.

    `x` holds log-probabilities ``(N,)``, `rate` is one over the temperature, `gain` the largest
    gain as a share of the payoff range, `direction` the unit tangent ``(N + 1,)``, rate last.
    """

    x: Array
    rate: float
    gain: float
    direction: Array


class Ending(NamedTuple):
    """Whether a path came to its goal, and what happened, in words."""

    arrived: bool
    reason: str


class LogitPath:
    """The curve ``x = log of the logit reply to exp(x)`` .

    Parameters
    ----------
    system : InterimSystem
        Payoffs in one unit for all players.
    heat : (n_live,) temperature of each live type as a multiple of the common one
    shares : (n_live,) what a gain of one unit is to each type's player, as a share of its range
    """

    def __init__(self, system: InterimSystem, heat: Array, shares: Array) -> None:
        self.system = system
        self._cool = 1.0 / heat[system.type_of]
        self._worth = shares * heat
        lengths = np.diff(np.append(system.first, system.size))
        self.uniform = -np.log(lengths)[system.type_of]

    def points(self, goal: float, limit: float, most: int) -> Generator[Point, None, Ending]:
        """Yield points from uniform play on.

        Ends exactly at rate `goal`, or where the gain is at most `limit`, or after `most` points.
        """
        here = self._origin()
        yield here
        previous, length, last = here.direction, 0.1, 0.1
        for _ in range(most - 1):
            if goal == np.inf and here.gain <= limit:
                return Ending(
                    True, f"the limit is reached: gains of at most {limit:g} of the range"
                )
            if length < SHORTEST:
                return Ending(False, f"the branch was lost at rate {here.rate:.3g}")
            bend = (here.direction - previous) * (0.5 * length / last)
            guess = np.append(here.x, here.rate) + length * (here.direction + bend)
            found, error = self._correct(guess, here.direction)
            if found is None:
                length *= 0.5
                continue
            turn = self._turn(here, found)
            if turn < STRAIGHT:
                length *= 0.5
                continue
            if found.rate >= goal:
                # Between the two points the curve crosses the goal: land on it.
                share = (goal - here.rate) / (found.rate - here.rate)
                guess = np.append((1 - share) * here.x + share * found.x, goal)
                flat = np.zeros(len(guess))
                flat[-1] = 1.0
                landed, _ = self._correct(guess, flat)
                if landed is None:
                    length *= 0.5
                    continue
                yield landed
                return Ending(True, "the temperature asked for is reached")
            yield found
            previous, here, last = here.direction, found, length
            bent = np.sqrt(max(1.0 - turn, 1e-9) / (1.0 - STRAIGHT))
            growth = min((PREDICTION / max(error, 1e-9)) ** (1 / 3), 0.7 / bent, 2.0)
            length = min(length * max(growth, 0.3), LONGEST)
        return Ending(False, f"{most} points were followed; raise max_points")

    def _origin(self) -> Point:
        u, _ = self.system.at(np.exp(self.uniform))
        u = u * self._cool
        slope = self._centred(np.exp(self.uniform), u[:, None])[:, 0]
        direction = self._unit(np.append(slope, 1.0), self.uniform, 0.0)
        return Point(self.uniform, 0.0, self._gain(np.exp(self.uniform), u), direction)

    def _correct(self, guess: Array, border: Array) -> tuple[Point | None, float]:
        """Return the point of the curve on the hyperplane through `guess`, and the guess's error.

        The hyperplane is orthogonal to `border` in the metric of the probabilities; no point is
        returned where Newton's method does not contract.
        """
        x, rate = self._normalized(guess[:-1]), float(guess[-1])
        first = change = np.inf
        for step in range(8):
            s = np.exp(x)
            dx, tangent, gain = self._newton(x, s, rate, border)
            if not np.isfinite(dx).all():
                return None, np.inf
            # An action nobody plays may enter: its change counts at the larger of the two.
            new = self._normalized(x + dx[:-1])
            before, change = (
                change,
                max(float(np.abs(np.exp(new) - s).max()), abs(dx[-1]) / (1 + abs(rate))),
            )
            if step == 0:
                first = change
            if not change <= FARTHEST or (step > 0 and change > 0.5 * before):
                return None, np.inf
            x, rate = new, rate + float(dx[-1])
            if change < ACCURACY:
                return Point(x, rate, gain, self._unit(tangent, x, rate)), first
        return None, np.inf

    def _newton(self, x: Array, s: Array, rate: float, border: Array) -> tuple[Array, Array, float]:
        """Return the Newton step and the tangent ``(N + 1,)``, and the gain at x."""
        system, type_of = self.system, self.system.type_of
        u, matrix = system.at(s)
        u = u * self._cool
        # Log-odds against each type's likeliest action: the simplex's redundant direction is gone,
        # and rounding stays small however high the rate.
        likeliest = self._likeliest(s)
        against = likeliest[type_of]
        slope = u - u[against]
        miss = rate * slope - (x - x[against])
        # Columns of actions that nobody plays do not matter; their rows follow afterwards.
        played = s > NEGLIGIBLE / (1.0 + abs(rate))
        kept = np.flatnonzero(played)
        played[likeliest] = False
        free = np.flatnonzero(played)
        part = matrix[np.ix_(free, kept)] - matrix[np.ix_(likeliest, kept)][type_of[free]]
        part *= rate * self._cool[free, None]
        starts = np.searchsorted(kept, system.first)
        means = np.add.reduceat(part * s[kept], starts, axis=1)
        part = (part[:, np.searchsorted(kept, free)] - means[:, type_of[free]]) * s[free]
        edge = np.append(s[free] * border[:-1][free], border[-1] / (1.0 + abs(rate)) ** 2)
        right = np.zeros((len(free) + 1, 2))
        right[:-1, 0], right[-1, 1] = miss[free], 1.0
        solved = _bordered(part, -slope[free], edge, right, np.searchsorted(free, system.ends))
        odds = np.zeros((system.size, 2))
        odds[free] = solved[:-1]
        moved = s[:, None] * self._centred(s, odds)
        du = (matrix @ moved) * (rate * self._cool[:, None])
        odds = du - du[against] + slope[:, None] * solved[-1]
        odds[:, 0] += miss
        full = np.vstack([self._centred(s, odds), solved[-1]])
        return full[:, 0], full[:, 1], self._gain(s, u)

    def _likeliest(self, s: Array) -> Array:
        top = np.flatnonzero(s == np.maximum.reduceat(s, self.system.first)[self.system.type_of])
        return top[np.searchsorted(top, self.system.first)]

    def _centred(self, s: Array, change: Array) -> Array:
        """Return `change`, ``(N, k)``, less its mean over each type's actions."""
        mean = np.add.reduceat(s[:, None] * change, self.system.first)
        return change - mean[self.system.type_of]

    def _gain(self, s: Array, u: Array) -> float:
        first = self.system.first
        gaps = np.maximum.reduceat(u, first)[self.system.type_of] - u
        return float((np.add.reduceat(s * gaps, first) * self._worth).max())

    def _normalized(self, x: Array) -> Array:
        first, type_of = self.system.first, self.system.type_of
        x = x - np.maximum.reduceat(x, first)[type_of]
        return x - np.log(np.add.reduceat(np.exp(x), first))[type_of]

    def _metric(self, x: Array, rate: float) -> Array:
        """Return the squared weights of a change: of square roots of probabilities, of log rate."""
        return np.append(np.exp(x), (1.0 + abs(rate)) ** -2)

    def _unit(self, direction: Array, x: Array, rate: float) -> Array:
        return direction / np.sqrt(np.sum(self._metric(x, rate) * direction**2))

    def _turn(self, here: Point, there: Point) -> float:
        weight = self._metric(there.x, there.rate)
        size = np.sqrt(np.sum(weight * here.direction**2))
        return float(np.sum(weight * here.direction * there.direction) / size)


def _bordered(part: Array, slope: Array, edge: Array, right: Array, cut: Array) -> Array:
    """Solve ``[[I - part, slope], [edge]] z = right``.

    No player's payoff depends on its own strategy, so the diagonal blocks of `part` vanish and the
    largest player's unknowns are eliminated by a product, before anything is factorized.
    """
    m = len(slope)
    largest = int(np.diff(cut).argmax())
    gone = slice(cut[largest], cut[largest + 1])
    rest = np.r_[0 : gone.start, gone.stop : m]
    from_gone, to_gone = part[rest, gone], part[gone][:, rest]
    square = np.empty((len(rest) + 1, len(rest) + 1))
    square[:-1, :-1] = -part[np.ix_(rest, rest)] - from_gone @ to_gone
    square[np.arange(len(rest)), np.arange(len(rest))] += 1.0
    square[:-1, -1] = slope[rest] + from_gone @ slope[gone]
    square[-1, :-1] = edge[rest] + edge[gone] @ to_gone
    square[-1, -1] = edge[-1] - edge[gone] @ slope[gone]
    known = np.empty((len(rest) + 1, right.shape[1]))
    known[:-1] = right[rest] + from_gone @ right[gone]
    known[-1] = right[-1] - edge[gone] @ right[gone]
    z = np.empty_like(right)
    try:
        solved = np.linalg.solve(square, known)
    except np.linalg.LinAlgError:
        z[:] = np.nan
        return z
    z[rest], z[-1] = solved[:-1], solved[-1]
    z[gone] = right[gone] + to_gone @ solved[:-1] - np.outer(slope[gone], solved[-1])
    return z
