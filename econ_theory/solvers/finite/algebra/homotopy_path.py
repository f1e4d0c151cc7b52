"""Following the equilibria of a game with a bonus from a high level down, support by support."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.solvers.finite.algebra.bonus_piece import BonusGame, Landing, Piece

__all__ = ["BonusPath", "PathEnd", "Waypoint"]

ROUNDING = 1e-14
"""Violation of the indifference conditions, in payoff ranges, at a proposed equilibrium."""

SLACK = 1e-8
"""How far below zero a probability or a loss may be at a point of the path: its accuracy."""

ZERO = 1e-12
"""Level, in payoff ranges, that counts as zero: ties make the path run along level zero."""

REACH, AIM = 0.1, 0.02
"""Predictor's error, in probabilities and level: the most, and what step lengths aim at."""

STRAIGHT = 0.7
"""Least cosine between the directions at two consecutive points of a piece."""

SHORTEST = 1e-9
"""Step length at which a path is given up."""


class Waypoint(NamedTuple):
    """A point of the path: strategies ``(N,)``, level, and whether the game itself is solved."""

    x: Array
    level: float
    solved: bool


class PathEnd(NamedTuple):
    """Whether the path came to its other end, and what happened, in words."""

    arrived: bool
    reason: str


class _Step(NamedTuple):
    landing: Landing
    event: int | None
    tangent: Array
    length: float


class BonusPath:
    """The curve of pairs (equilibrium of the game with ``level * bonus``, level).

    It comes from level infinity, where each type plays its highest bonus, and for almost every
    bonus goes to level minus infinity. Its orientation, the sign of a determinant, does not change
    along a piece: a step that would jump to a neighbouring curve running the other way is refused.

    Attributes
    ----------
    points, changes : int
        Points followed, and changes of support, so far.
    """

    def __init__(self, game: BonusGame) -> None:
        self.game = game
        self.points = self.changes = 0
        system, bonus = game.system, game.bonus
        support = bonus >= system.best(bonus)[system.type_of]
        x = support.astype(float)
        start = game.at(x, 0.0)
        self._piece = Piece(game, support, x)
        losses = (bonus[self._piece.top] - bonus)[~support]
        gains = (start.u - start.u[self._piece.top])[~support]
        highest = float((gains / losses).max(initial=0.0))
        self._point = start._replace(level=1.0 + 1.1 * highest)
        self._tangent, self._sign = np.array([-1.0]), -1.0
        self._length = REACH

    def follow(self, most: int) -> Generator[Waypoint, None, PathEnd]:
        """Yield points of the path, at most `most`; those at level zero are equilibria."""
        while self.points < most:
            piece, point = self._piece, self._point
            straight = self.game.straight or not len(piece.free)
            event, distance = self._next_event()
            if straight and distance == np.inf:
                if self._tangent[-1] < 0 < point.level:
                    yield Waypoint(point.x, 0.0, True)
                return PathEnd(True, "the path came to its other end")
            step = self._stepped(event, distance, straight)
            if step is None:
                return PathEnd(False, f"the path was lost at level {point.level:.3g}")
            self.points += 1
            new = step.landing.point
            if point.level > ZERO >= new.level or point.level < -ZERO <= new.level:
                crossing = self._crossing(step)
                if crossing is None and not straight and step.length > SHORTEST:
                    # The step may have passed level zero more than once, or left the curve.
                    self._length = 0.5 * step.length
                    continue
                x = new.x if crossing is None else crossing
                yield Waypoint(x, 0.0, True)
            else:
                yield Waypoint(new.x, new.level, False)
            self._point = new
            if step.event is None:
                self._tangent = step.tangent
            elif not self._pivoted(step.event):
                return PathEnd(
                    False, f"the path cannot be continued at level {new.level:.3g} (singular)"
                )
            if not straight:
                self._adapt(step)
        return PathEnd(False, f"{most} points were followed; raise max_points")

    def _next_event(self) -> tuple[int, float]:
        """Return the margin that the tangent brings to zero first, and how far along it."""
        margins = self._piece.margins(self._point)
        rates = self._piece.margin_rates(self._point, self._tangent)
        with np.errstate(divide="ignore", invalid="ignore"):
            distances = np.where(rates < -1e-14, np.maximum(margins, 0.0) / -rates, np.inf)
        k = int(distances.argmin())
        return k, float(distances[k])

    def _stepped(self, event: int, distance: float, straight: bool) -> _Step | None:
        """Return a step to the next event or a shorter one, halved until it can be trusted."""
        length = self._length
        while length >= SHORTEST:
            towards = event if straight or distance <= length else None
            tried = distance if towards is not None else length
            step = self._attempt(towards, tried, straight)
            if step is not None or straight:
                return step
            length = 0.5 * min(tried, length)
        return None

    def _attempt(self, event: int | None, length: float, straight: bool) -> _Step | None:
        """Return the step of this length, or the one to the first event on the way; None if lost.

        An event between the two ends is aimed at by the secant of its margin.
        """
        piece, tangent = self._piece, self._tangent
        here = piece.unknowns(self._point)
        margins = piece.margins(self._point)
        guess, reach = here + length * tangent, np.inf if straight else REACH
        for _ in range(6):
            if event is None:
                landing = piece.onto_plane(guess, tangent, reach)
            else:
                landing = piece.onto_margin(guess, event, reach)
            if landing is None:
                return None
            # A margin met from above falls along the path.
            turned = 1.0 if event is None else -1.0
            after = piece.tangent(turned * landing.rate)
            if turned * landing.sign != self._sign or piece.cosine(tangent, after) < STRAIGHT:
                return None
            there = piece.margins(landing.point)
            if event is not None:
                there[event] = 0.0
            below = np.flatnonzero(there < -SLACK)
            if not len(below):
                return _Step(landing, event, after, length)
            if (margins[below] <= SLACK).any():
                return None
            shares = margins[below] / (margins[below] - there[below])
            event = int(below[shares.argmin()])
            guess = here + shares.min() * (landing.y - here)
            length *= float(shares.min())
        return None

    def _crossing(self, step: _Step) -> Array | None:
        """Return the strategies at level zero between here and the end of `step`."""
        piece, level = self._piece, self._point.level
        end = step.landing
        if abs(end.point.level) <= ZERO and step.event is not None:
            exact = piece.onto_margin(end.y, step.event, np.inf, ROUNDING)
            return None if exact is None else exact.point.x
        here = piece.unknowns(self._point)
        guess = here + level / (level - end.point.level) * (end.y - here)
        found = piece.onto_margin(guess, len(end.point.x), np.inf, ROUNDING)
        if found is None or found.sign != -np.sign(level) * self._sign:
            return None
        return found.point.x

    def _pivoted(self, event: int) -> bool:
        """Let the action of `event` into the support, or out; the path goes on from its margin."""
        self.changes += 1
        support = self._piece.support.copy()
        support[event] = not support[event]
        self._piece = Piece(self.game, support, self._point.x)
        entering = self._piece.entering(self._point, event)
        if entering is None:
            return False
        self._tangent, self._sign = entering
        return bool(np.isfinite(self._tangent).all())

    def _adapt(self, step: _Step) -> None:
        growth = float(np.clip(np.sqrt(AIM / max(step.landing.miss, 1e-9)), 0.3, 3.0))
        if step.event is None:
            self._length = step.length * growth
        elif growth > 1:
            self._length = max(self._length, step.length * growth)
