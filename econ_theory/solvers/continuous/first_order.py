"""First-order conditions of a whole profile, solved by damped Gauss-Newton on smooth bids.

Unknown are each class's bids at a few knots, joined by a monotone cubic. A family of games says
what should be zero (`AuctionConditions`, `PayoffConditions`).

Source: Levenberg 1944; Marquardt 1963; the monotone cubic: Fritsch and Butland 1984.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from typing import ClassVar

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.priors import Prior
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["FINEST", "FirstOrder"]

FINE = 8
"""Straight pieces in a piece of the cubic, while equations are solved."""

FINEST = 2048
"""Straight pieces of what is proposed."""

NEAR = 0.05
"""Highest bids this close, as a share of the range of actions, are taken to be the same."""

LEAST = (1e-2, 1e-4, 1e-6, 1e-9)
"""Round after round: the least weight of a small equation, as a share of the largest."""

PULL = 0.1
WORTHWHILE = 1e-3
"""A step that lowers the sum of squares by a smaller share ends a round."""


class FirstOrder(ABC):
    """Equations in the bids at knots; a vector x joins those of all classes.

    Attributes
    ----------
    classes : players who are alike, class by class; `priors` are their types'
    scale : float
        Range of actions: the unit of bids in x.
    places : one (K,) integer array a class
        Where in x its bids at the knots are; highest bids that are nearly the same are one unknown.
    entries : one integer or None a class
        Where in x the worst type that bids is; None if all do.
    """

    classes: list[tuple[int, ...]]
    priors: list[Prior]
    scale: float
    places: list[Array]
    entries: list[int | None]
    joins: ClassVar[bool]
    """Whether highest bids that are near each other have to be the same."""

    nudge: ClassVar[float]
    """Step of the Jacobian's differences."""

    def __init__(self, game: ContinuousGame, groups: Sequence[tuple[int, ...]]) -> None:
        self.game, self.classes = game, list(groups)

    def refine(self, functions: Sequence[BidFunction], n_knots: int) -> Array:
        """Take `n_knots` knots a class, crowded at both ends, and return `functions` there."""
        self.shares = (1 - np.cos(np.linspace(0, np.pi, n_knots))) / 2
        self.places, self.entries, x = [], [], []
        tops: list[tuple[float, int]] = []
        for f, prior in zip(functions, self.priors, strict=True):
            low, high = f.types[[0, -1]]
            x += [low / self.scale] if low > prior.low else []
            self.entries.append(len(x) - 1 if low > prior.low else None)
            bids = f(np.minimum(low + self.shares * (high - low), high)) / self.scale
            unknown = self.encoded(bids)
            place = np.arange(len(x), len(x) + len(unknown))
            x.extend(unknown)
            near = [k for top, k in tops if abs(top - bids[-1]) < NEAR]
            if self.joins and near:
                place[-1] = near[0]
                x.pop()
            else:
                tops.append((bids[-1], len(x) - 1))
            self.places.append(place)
        return np.array(x)

    def functions(self, x: Array, pieces: int | None = None) -> list[BidFunction]:
        """Return the bid functions at `x`, in `pieces` straight pieces or a few for each knot."""
        from scipy.interpolate import PchipInterpolator

        shares = self.shares
        if pieces is None:
            parts = np.linspace(0, 1, FINE + 1)[:-1]
            fine = np.append((shares[:-1, None] + np.diff(shares)[:, None] * parts).ravel(), 1.0)
        else:
            fine = (1 - np.cos(np.linspace(0, np.pi, pieces + 1))) / 2
        made = []
        for c, prior in enumerate(self.priors):
            low, high, entry = prior.low, prior.high, self.entries[c]
            if entry is not None:
                low = min(max(x[entry] * self.scale, low), high - NEAR * (high - low))
            knots = self.decoded(x[self.places[c]]) * self.scale
            types = low + fine * (high - low)
            types[-1] = high
            bids = PchipInterpolator(shares, knots)(fine)
            made.append(self.admitted(c, types, bids))
        return made

    def encoded(self, bids: Array) -> Array:
        """Return the unknowns that stand for the bids at the knots, the highest last."""
        return bids

    def decoded(self, unknown: Array) -> Array:
        """Return the bids at the knots."""
        return unknown

    @abstractmethod
    def admitted(self, c: int, types: Array, bids: Array) -> BidFunction:
        """Return the bid function nearest to `bids` that class `c` may have."""

    @abstractmethod
    def weigh(self, x: Array, least: float) -> None:
        """Fix the weights of the equations at `x`; sizes count as `least` of the largest."""

    @abstractmethod
    def residuals(self, x: Array) -> Array:
        """Return what should be zero, ``(R,)``."""

    @abstractmethod
    def gain(self, x: Array) -> float:
        """Return about what the best deviation gains at `x`, as a share of the payoff range."""

    def read(self, functions: Sequence[BidFunction]) -> list[BidFunction]:
        """Return the classes' functions as the equations have them, from those of the game."""
        return list(functions)

    def profile(self, functions: Sequence[BidFunction]) -> BidProfile:
        """Return the profile in which every class plays its function."""
        owner = {j: f for f, members in zip(functions, self.classes, strict=True) for j in members}
        return BidProfile([owner[i] for i in range(self.game.n_players)])

    def solved(self, x: Array) -> Generator[None, None, Array]:
        """Return a better x; yield after every round of weights, while they bring one."""
        damping, gain = 1e-3, np.inf
        for least in LEAST:
            self.weigh(x, least)
            began, pull = x, PULL * least**0.5
            for _ in range(6):
                x, damping, fall = self._step(x, damping, began, pull)
                if fall < WORTHWHILE:
                    break
            new = self.gain(x)
            if new > 1.5 * gain + 1e-8:
                return began
            gain = new
            yield
        return x

    def _step(
        self, x: Array, damping: float, began: Array, pull: float
    ) -> tuple[Array, float, float]:
        """Return the next x, damping, and the share by which the sum of squares fell.

        Where the equations say little, x is held by a weak `pull` to where the round `began`.
        """
        now = self.residuals(x)
        size = float(now @ now + pull**2 * ((x - began) ** 2).sum())
        jacobian = np.empty((len(now), len(x)))
        for k in range(len(x)):
            moved = x.copy()
            moved[k] += self.nudge
            jacobian[:, k] = (self.residuals(moved) - now) / self.nudge
        normal = jacobian.T @ jacobian + pull**2 * np.eye(len(x))
        ridge = np.diag(normal) + 1e-9 * np.trace(normal) / len(x)
        slope = jacobian.T @ now + pull**2 * (x - began)
        for _ in range(8):
            new = x - np.linalg.solve(normal + damping * np.diag(ridge), slope)
            try:
                off = self.residuals(new)
                smaller = float(off @ off + pull**2 * ((new - began) ** 2).sum())
            except RefusedError:
                smaller = np.inf
            if smaller < size:
                return new, max(damping / 5, 1e-12), 1 - smaller / size
            damping = max(4 * damping, 1e-6)
        return x, damping, 0.0
