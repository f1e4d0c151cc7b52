"""Following the curve of logit equilibria: predictor, corrector, step length."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.solvers.finite.algebra.interim import InterimSystem
from econ_theory.solvers.finite.algebra.logit_equations import LogitEquations

__all__ = ["BRISK", "CAREFUL", "Ending", "LogitPath", "Pace", "Point"]

MOST_STEPS = 12
"""Corrector steps of one point."""

FINE = 0.1
"""Step length below which matrices are fine: rough ones may fail where the curve turns sharply."""

CROSSING = 1e-3
"""Step length from which a change of orientation is a jump to another curve; a shorter step has
crossed a bifurcation, as there are in symmetric games."""

SHORTEST, LONGEST = 1e-9, 2.0
"""Step lengths; where play has settled, one unit multiplies the rate by e."""


class Pace(NamedTuple):
    """How closely the curve is followed."""

    accuracy: float
    """Estimated error of an accepted point's probabilities: last change times contraction."""
    slow: float
    """Contraction above which the matrix is factorized afresh."""
    prediction: float
    """Error of the predictor, as a change of probabilities, that step lengths aim at."""
    farthest: float
    """Largest such error."""
    straight: float
    """Least cosine between the directions at two consecutive points."""


CAREFUL = Pace(1e-12, 0.1, 0.005, 0.03, 0.97)
"""Of 250 small random games, the end of one differs from that of steps a third as long."""

BRISK = Pace(1e-8, 0.3, 0.05, 0.3, 0.6)
"""For an end on any curve: a third of the points. Of the 250 games, the ends of three differ."""


class Point(NamedTuple):
    """A logit equilibrium in flat coordinates.

    `x` holds log-probabilities ``(N,)``, `rate` is one over the temperature, `gain` the largest
    gain as a share of the payoff range, `direction` the unit tangent ``(N + 1,)``, rate last.
    `flipped` is the sign of the bordered determinant: along a regular curve it never changes
    (Allgower and Georg 1990, section 2.1), but where a step has gone to a curve close by, the next
    strand mostly runs the other way.
    """

    x: Array
    rate: float
    gain: float
    direction: Array
    flipped: bool = False


class Ending(NamedTuple):
    """Whether a path came to its goal, and what happened, in words."""

    arrived: bool
    reason: str


class LogitPath:
    """The curve ``x = log of the logit reply to exp(x)``.

    Parameters
    ----------
    system : InterimSystem
        Payoffs in one unit for all players.
    heat : (n_live,) temperature of each live type as a multiple of the common one
    shares : (n_live,) what a gain of one unit is to each type's player, as a share of its range
    pace : how closely to follow
    """

    def __init__(
        self, system: InterimSystem, heat: Array, shares: Array, pace: Pace = CAREFUL
    ) -> None:
        self.system, self.pace = system, pace
        self._equations = LogitEquations(system, heat, shares)

    def points(self, goal: float, limit: float, most: int) -> Generator[Point, None, Ending]:
        """Yield points from uniform play on.

        Ends exactly at rate `goal`, or where the gain is at most `limit`, or after `most` points.
        """
        here, pace = self._origin(), self.pace
        yield here
        lap, previous, length, last = _Lap(self), here.direction, 0.1, 0.1
        for _ in range(most - 1):
            if goal == np.inf and here.gain <= limit:
                return Ending(
                    True, f"the limit is reached: gains of at most {limit:g} of the range"
                )
            if length < SHORTEST:
                return Ending(False, f"the branch was lost at rate {here.rate:.3g}")
            bend = (here.direction - previous) * (0.5 * length / last)
            guess = np.append(here.x, here.rate) + length * (here.direction + bend)
            found, error = self._correct(guess, here.direction, fine=length < FINE)
            if found is None:
                length *= 0.5
                continue
            turn = self._turn(here, found)
            if turn < pace.straight or (found.flipped != here.flipped and length > CROSSING):
                length *= 0.5
                continue
            if found.rate >= goal:
                # Between the two points the curve crosses the goal: land on it.
                share = (goal - here.rate) / (found.rate - here.rate)
                guess = np.append((1 - share) * here.x + share * found.x, goal)
                flat = np.zeros(len(guess))
                flat[-1] = 1.0
                landed, _ = self._correct(guess, flat, fine=True)
                if landed is None:
                    length *= 0.5
                    continue
                yield landed
                return Ending(True, "the temperature asked for is reached")
            yield found
            if lap.closed(found, length):
                return Ending(False, f"the path went round a loop at rate {found.rate:.3g}")
            previous, here, last = here.direction, found, length
            bent = np.sqrt(max(1.0 - turn, 1e-9) / (1.0 - pace.straight))
            growth = min((pace.prediction / max(error, 1e-9)) ** (1 / 3), 0.7 / bent, 2.0)
            length = min(length * max(growth, 0.3), LONGEST)
        return Ending(False, f"{most} points were followed; raise max_points")

    def _origin(self) -> Point:
        equations = self._equations
        lengths = np.diff(np.append(self.system.first, self.system.size))
        x = -np.log(lengths)[self.system.type_of]
        state = equations.state(x, 0.0)
        slope = equations.centred(state.s, state.slope)
        return Point(x, 0.0, equations.gain(state), self._unit(np.append(slope, 1.0), x, 0.0))

    def _correct(self, guess: Array, border: Array, *, fine: bool) -> tuple[Point | None, float]:
        """Return the point of the curve on the hyperplane through `guess`, and the guess's error.

        The hyperplane is orthogonal to `border` in the metric of the probabilities. One matrix is
        factorized and kept while it serves; no point is returned where steps do not contract.
        """
        equations, pace = self._equations, self.pace
        x, rate = equations.normalized(guess[:-1]), float(guess[-1])
        state = equations.state(x, rate)
        factor = equations.factor(state, border, fine=fine)
        fresh, first, change = True, np.inf, np.inf
        for step in range(MOST_STEPS):
            dx, drate = equations.step(state, factor)
            new = equations.normalized(x + dx)
            # An action nobody plays may enter: its change counts at the larger of the two.
            moved = float(np.abs(np.exp(new) - state.s).max())
            before, change = change, max(moved, abs(drate) / (1.0 + abs(rate)))
            ratio = change / before if step and before > 0 else 0.0
            if step == 0:
                first = change
            if not change <= pace.farthest or not ratio <= (0.5 if fresh else 1.0):
                break
            x, rate = new, rate + drate
            state = equations.state(x, rate, factor.likeliest)
            if step and change * ratio <= pace.accuracy:
                tangent = equations.tangent(state, factor)
                if tangent is None:
                    break
                direction = self._unit(tangent, x, rate)
                return Point(x, rate, equations.gain(state), direction, factor.flipped), first
            fresh = ratio > pace.slow
            if fresh:
                factor = equations.factor(state, border, fine=fine)
        return None, np.inf

    def metric(self, x: Array, rate: float) -> Array:
        """Return the squared weights of a change: of square roots of probabilities, of log rate."""
        return np.append(np.exp(x), (1.0 + abs(rate)) ** -2)

    def _unit(self, direction: Array, x: Array, rate: float) -> Array:
        return direction / np.sqrt(np.sum(self.metric(x, rate) * direction**2))

    def _turn(self, here: Point, there: Point) -> float:
        weight = self.metric(there.x, there.rate)
        size = np.sqrt(np.sum(weight * here.direction**2))
        return float(np.sum(weight * here.direction * there.direction) / size)


class _Lap:
    """Whether a path has come back to where it was, which the branch itself never does.

    One point in 1, 2, 4, ... is remembered, so a loop is noticed after three rounds at most (Brent
    1980).
    """

    def __init__(self, path: LogitPath) -> None:
        self._path = path
        self._mark: Point | None = None
        self._count, self._away = 0, False

    def closed(self, here: Point, length: float) -> bool:
        """Return whether `here` is within a step of the point remembered, which had been left."""
        self._count += 1
        if self._mark is None or self._count & (self._count - 1) == 0:
            self._mark, self._away = here, False
            return False
        mark = self._mark
        gap = np.append(here.x - mark.x, here.rate - mark.rate)
        weight = np.maximum(*(self._path.metric(point.x, point.rate) for point in (here, mark)))
        distance = np.sqrt(np.sum(weight * gap**2))
        self._away |= bool(distance > 4 * length)
        return self._away and bool(
            distance < length and np.sum(weight * here.direction * mark.direction) > 0
        )
