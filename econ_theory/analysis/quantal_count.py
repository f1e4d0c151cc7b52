"""How many quantal response equilibria there are at a temperature, and where several become one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.records import Record
from econ_theory.seeding import Seed, as_rng
from econ_theory.solvers.finite.algebra.interim import InterimSystem
from econ_theory.solvers.finite.pure_enumeration import PureEnumeration
from econ_theory.solvers.finite.quantal_response import Temperature, type_temperatures
from econ_theory.strategies import StrategyProfile, as_profile

__all__ = ["QuantalCount", "count_quantal_responses", "phase_change"]

SOLVED = 1e-11
"""Largest difference of a found profile from the logit reply to it, in probability."""

SAME = 1e-6
"""Total-variation distance below which two profiles are one."""

NEWTON_STEPS, HALVINGS = 60, 12

LEAST_PROBABILITY = 1e-9

MOST_PROPOSALS = 64


@dataclass(frozen=True)
class QuantalCount(Record):
    """Distinct quantal response equilibria found, sorted by their first probabilities.

    Attributes
    ----------
    profiles : the equilibria; there may be more
    hits : how many starts ended at each
    lost : how many starts ended nowhere
    """

    profiles: tuple[StrategyProfile, ...]
    hits: tuple[int, ...]
    lost: int

    @property
    def count(self) -> int:
        """Number of distinct equilibria found: a lower bound on how many there are."""
        return len(self.profiles)

    def __str__(self) -> str:
        starts = sum(self.hits) + self.lost
        return (
            f"at least {self.count} quantal response equilibria, from {starts} starts of which "
            f"{self.lost} ended nowhere"
        )


def count_quantal_responses(
    game: BayesianGame,
    temperature: Temperature,
    *,
    n_starts: int = 40,
    near: Iterable[StrategyProfile | Sequence[Any]] = (),
    rng: Seed = 0,
) -> QuantalCount:
    """Return the `QuantalCount` of a search from many starts.

    Newton's method with step halving on ``y = u(softmax(y)) / alpha``, from uniform play, from
    `near`, from pure Nash equilibria (near which lie those at low temperatures), from random
    profiles (half of them nearly pure) and then from mixtures of the equilibria found, which is
    where unstable ones lie. A start counts as lost unless it ends where
    every type's row is within 1e-11 of the logit reply. What is found exists; what is not found may
    exist. Their number is odd but for exceptional temperatures, so an even count misses one; above
    the game's `coupling_constant` there is exactly one.

    Parameters
    ----------
    temperature : one number, one a player, or for some players one a type; payoff units
    n_starts : number of random starts
    near : profiles to start from, beside those

    Examples
    --------
    >>> meet = np.array([[1.0, 0.0], [0.0, 0.7]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [meet, meet])
    >>> [count_quantal_responses(game, alpha).count for alpha in (0.2, 0.3)]
    [3, 1]
    """
    if n_starts < 0:
        raise SettingError(f"n_starts is {n_starts}, want a number >= 0; leave it out for 40.")
    equations = _Equations(game, temperature)
    generator = as_rng(rng)
    starts = [StrategyProfile.uniform(game), *(as_profile(p, game) for p in near)]
    starts += [*_pure_starts(game, generator)]
    starts += _random_starts(game, n_starts, generator)
    found: list[Array] = []
    hits: list[int] = []
    lost = 0

    def run(profile: StrategyProfile) -> None:
        nonlocal lost
        s = equations.solve(equations.system.flat(profile))
        if s is None:
            lost += 1
            return
        for k, known in enumerate(found):
            if equations.distance(s, known) < SAME:
                hits[k] += 1
                return
        found.append(s)
        hits.append(1)

    for profile in starts:
        run(profile)
    k = 1
    while k < len(found):
        for known in found[:k]:
            for weight in (0.25, 0.5, 0.75):
                run(equations.system.profile((1 - weight) * known + weight * found[k]))
        k += 1
    order = sorted(range(len(found)), key=lambda k: tuple(found[k].round(9)))
    return QuantalCount(
        tuple(equations.system.profile(found[k]) for k in order),
        tuple(hits[k] for k in order),
        lost,
    )


def phase_change(
    game: BayesianGame,
    low: float,
    high: float,
    *,
    relative: Sequence[float | Sequence[float]] | None = None,
    tol: float = 1e-5,
    n_starts: int = 40,
    rng: Seed = 0,
) -> tuple[float, float]:
    """Return temperatures ``(a, b)``, b - a at most `tol`, between which several become one.

    Bisection on `count_quantal_responses`, each search started also from what the last one found:
    at a there are several equilibria, at b one was found. If several vanish and come back between
    `low` and `high`, this is one of the changes.

    Parameters
    ----------
    low, high : temperatures at which several are found, and one; payoff units
    relative : temperature of each player, or player and type, as a multiple of the common one

    Raises
    ------
    RefusedError
        If one equilibrium is found at `low`, or several at `high`.

    Examples
    --------
    >>> meet = np.array([[1.0, 0.0], [0.0, 0.7]]).reshape(1, 1, 2, 2)
    >>> below, above = phase_change(BayesianGame([[1]], [meet, meet]), 0.1, 0.5)
    >>> round(below, 4), above - below <= 1e-5
    (0.26, True)
    """
    if not 0 < low < high:
        raise SettingError(f"low is {low} and high {high}, want 0 < low < high.")
    heats = type_temperatures(game, 1.0 if relative is None else relative)

    def search(alpha: float, known: Sequence[StrategyProfile]) -> QuantalCount:
        return count_quantal_responses(
            game,
            [(heat * alpha).tolist() for heat in heats],
            n_starts=n_starts,
            near=known,
            rng=rng,
        )

    several, one = search(low, ()), search(high, ())
    if several.count < 2 or one.count > 1:
        raise RefusedError(
            f"{several.count} equilibria were found at {low:g} and {one.count} at {high:g}, want "
            "several and one; widen the interval."
        )
    while high - low > tol:
        middle = (low + high) / 2
        found = search(middle, several.profiles)
        if found.count > 1:
            low, several = middle, found
        else:
            high = middle
    return low, high


class _Equations:
    """The fixed-point equation over live types, in payoffs divided by temperatures."""

    def __init__(self, game: BayesianGame, temperature: Temperature) -> None:
        self.system = InterimSystem(game, [1.0] * game.n_players)
        heats = type_temperatures(game, temperature)
        live = np.concatenate([h[k] for h, k in zip(heats, self.system.alive, strict=True)])
        self._cool = 1.0 / live[self.system.type_of]

    def solve(self, s: Array) -> Array | None:
        """Return the equilibrium that Newton's method finds from `s`, ``(N,)``, or None.

        From `s` itself, which may lie near an unstable one; or else from the reply to it.
        """
        found = self._newton(np.log(np.maximum(s, LEAST_PROBABILITY)))
        return self._newton(self.system.at(s)[0] * self._cool) if found is None else found

    def distance(self, s: Array, other: Array) -> float:
        """Return the largest total-variation distance between two rows."""
        return float(np.add.reduceat(np.abs(s - other), self.system.first).max()) / 2

    def _newton(self, y: Array) -> Array | None:
        system = self.system
        miss, s, matrix = self._state(y)
        for _ in range(NEWTON_STEPS):
            reply = self._softmax(y + miss)
            if np.abs(reply - s).max() <= SOLVED:
                return reply
            # Columns by s, less their mean over the type: the derivative of softmax.
            scaled = matrix * self._cool[:, None] * s
            means = np.add.reduceat(scaled, system.first, axis=1)
            jacobian = np.eye(system.size) - scaled + means[:, system.type_of] * s
            try:
                step = np.linalg.solve(jacobian, miss)
            except np.linalg.LinAlgError:
                return None
            size = float(np.abs(miss).max())
            for _ in range(HALVINGS):
                trial, there, slopes = self._state(y + step)
                if np.abs(trial).max() < size:
                    break
                step = step / 2
            else:
                return None
            y, miss, s, matrix = y + step, trial, there, slopes
        return None

    def _state(self, y: Array) -> tuple[Array, Array, Array]:
        """Return what y misses the equation by, its strategies, and the payoffs' slopes there."""
        s = self._softmax(y)
        u, matrix = self.system.at(s)
        return u * self._cool - y, s, matrix

    def _softmax(self, y: Array) -> Array:
        first, type_of = self.system.first, self.system.type_of
        weights = np.exp(y - np.maximum.reduceat(y, first)[type_of])
        return weights / np.add.reduceat(weights, first)[type_of]


def _pure_starts(game: BayesianGame, rng: np.random.Generator) -> list[StrategyProfile]:
    """Return pure Nash equilibria, as many as a short search yields."""
    solver = PureEnumeration()
    if solver.refuses(game):
        return []
    proposals = islice(solver.propose(game, None, rng), MOST_PROPOSALS)
    return [profile for profile in proposals if profile is not None]


def _random_starts(
    game: BayesianGame, n_starts: int, rng: np.random.Generator
) -> list[StrategyProfile]:
    """Return `n_starts` random profiles, every other one nearly pure."""
    starts = []
    for k in range(n_starts):
        sharp = 0.05 if k % 2 else 1.0
        rows = [rng.dirichlet(np.full(a, sharp), size=t) for t, a in game.kernel.shapes]
        starts.append(StrategyProfile([row / row.sum(axis=1, keepdims=True) for row in rows]))
    return starts
