"""Payoffs and welfare, the best that could be had, and the price of anarchy and stability."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from typing import Any, Literal

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.driver import Solution
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.games.finite.payoffs import Kernel, best_actions
from econ_theory.records import Record
from econ_theory.strategies import StrategyProfile, as_profile

__all__ = [
    "Efficiency",
    "efficiency",
    "expected_payoffs",
    "first_best",
    "profiles_of",
    "team_optimum",
    "welfare",
]

MOST_PLANS = 2_000_000
"""Joint plans of all players but one that a team optimum is searched over."""

BATCH = 2048


def expected_payoffs(game: BayesianGame, profile: StrategyProfile | Sequence[Any]) -> Array:
    """Return every player's ex-ante payoff at `profile`, shape ``(n,)``, payoff units.

    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [pennies, -pennies])
    >>> expected_payoffs(game, StrategyProfile.pure(game, [[0], [0]]))
    array([ 1., -1.])
    """
    rows = as_profile(profile, game).floating.rows
    return frozen(
        np.array([(game.kernel.values(rows, i) * row).sum() for i, row in enumerate(rows)])
    )


def welfare(
    game: BayesianGame,
    profile: StrategyProfile | Sequence[Any],
    *,
    weights: Sequence[float] | None = None,
) -> float:
    """Return the weighted sum of ex-ante payoffs at `profile`; weights default to one.

    >>> meet = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [meet, meet])
    >>> welfare(game, StrategyProfile.pure(game, [[0], [0]]))
    4.0
    """
    return float(_weights(game, weights) @ expected_payoffs(game, profile))


def first_best(game: BayesianGame, *, weights: Sequence[float] | None = None) -> float:
    """Return the largest welfare that anyone who sees all types could order.

    ``sum_t p(t) max_a sum_i w_i u_i(t, a)``: no incentives, no private information.

    >>> chicken = np.array([[6, 2], [7, 0]]).reshape(1, 1, 2, 2)
    >>> first_best(BayesianGame([[1]], [chicken, chicken.swapaxes(2, 3)]))
    12.0
    """
    total = _total(game, weights)
    best = np.broadcast_to(total.max(axis=tuple(range(game.n_players, total.ndim))), game.n_types)
    return float((game.prior * best).sum())


def team_optimum(
    game: BayesianGame, *, weights: Sequence[float] | None = None
) -> tuple[float, StrategyProfile]:
    """Return the largest welfare of any profile, and a pure profile that attains it.

    The players share the goal but each type acts on what it knows: the right yardstick for what
    selfishness costs, where `first_best` also counts what ignorance costs. All plans of all
    players but the one with most are searched; that one replies type by type.

    Raises
    ------
    RefusedError
        If there are more than two million joint plans to search.

    Examples
    --------
    >>> guess = np.eye(2).reshape(1, 2, 2, 1)
    >>> game = BayesianGame([[0.25, 0.75]], [guess, guess])
    >>> team_optimum(game)[0], first_best(game)
    (1.5, 2.0)
    """
    n = game.n_players
    plans = [float(a) ** t for t, a in zip(game.n_types, game.n_actions, strict=True)]
    last = int(np.argmax(plans))
    others = [j for j in range(n) if j != last]
    if prod(plans[j] for j in others) > MOST_PLANS:
        raise RefusedError(
            f"the search has {prod(plans[j] for j in others):.3g} joint plans, want at most "
            f"{MOST_PLANS:,}; use first_best, an upper bound."
        )
    kernel = Kernel(game.prior, [_total(game, weights)] * n, game.n_actions)
    best: tuple[float, list[Array]] = (-np.inf, [])
    for batch in _batches(game, others):
        rows: list[Array] = [np.zeros(shape) for shape in kernel.shapes]
        for j, chosen in zip(others, batch, strict=True):
            rows[j] = np.eye(game.n_actions[j])[chosen]
        values = kernel.values(rows, last)
        reached = values.max(axis=-1).sum(axis=-1)
        k = int(reached.argmax())
        if float(reached.flat[k]) > best[0]:
            pure = [rows[j][k] for j in range(n) if j != last]
            reply = np.eye(game.n_actions[last])[best_actions(values[k] if others else values)]
            pure.insert(last, reply)
            best = float(reached.flat[k]), pure
    return best[0], StrategyProfile(best[1], game.labels)


@dataclass(frozen=True)
class Efficiency(Record):
    """The best and worst equilibrium welfare beside the best that could be had.

    Ratios speak only where welfare is positive, and are nan otherwise; `losses` always speak.
    """

    optimum: float
    best: float
    worst: float
    benchmark: str

    @property
    def price_of_anarchy(self) -> float:
        """Optimum over the worst equilibrium, at least one; nan unless both are positive."""
        return _ratio(self.optimum, self.worst)

    @property
    def price_of_stability(self) -> float:
        """Optimum over the best equilibrium, at least one; nan unless both are positive."""
        return _ratio(self.optimum, self.best)

    @property
    def losses(self) -> tuple[float, float]:
        """What the best and the worst equilibrium fall short by, payoff units."""
        return self.optimum - self.best, self.optimum - self.worst


def efficiency(
    game: BayesianGame,
    solutions: Iterable[Solution | StrategyProfile | Sequence[Any]],
    *,
    benchmark: Literal["team", "first best"] = "team",
    weights: Sequence[float] | None = None,
) -> Efficiency:
    """Return how the welfare of `solutions` compares with the best that could be had.

    Prices of anarchy and stability are those of the list that is passed: lower and upper bounds
    unless it holds all equilibria. The worst equilibrium of a Nash subset is at an extreme one, so
    the list of `ExtremeEnumeration` gives the exact prices.

    Raises
    ------
    SettingError
        If the list is empty, or `benchmark` is unknown.

    Examples
    --------
    >>> from econ_theory import solve_all
    >>> dilemma = np.array([[3, 0], [5, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [dilemma, dilemma.swapaxes(2, 3)])
    >>> efficiency(game, solve_all(game)).price_of_anarchy
    3.0

    Source: Koutsoupias and Papadimitriou 1999; stability: Anshelevich et al. 2004.
    """
    reached = [welfare(game, p, weights=weights) for p in profiles_of(solutions)]
    if benchmark == "team":
        optimum = team_optimum(game, weights=weights)[0]
    elif benchmark == "first best":
        optimum = first_best(game, weights=weights)
    else:
        raise SettingError(f'benchmark is {benchmark!r}, want "team" or "first best".')
    return Efficiency(optimum, max(reached), min(reached), benchmark)


def profiles_of(solutions: Iterable[Any]) -> list[StrategyProfile]:
    """Return the profiles of solutions, or the profiles or their rows; refuse an empty list."""
    found = [getattr(s, "profile", s) for s in solutions]
    profiles = [p if isinstance(p, StrategyProfile) else StrategyProfile(p) for p in found]
    if not profiles:
        raise SettingError("the list of solutions is empty, want at least one equilibrium.")
    return profiles


def _ratio(optimum: float, reached: float) -> float:
    return optimum / reached if optimum > 0 and reached > 0 else float("nan")


def _weights(game: BayesianGame, weights: Sequence[float] | None) -> Array:
    given = np.ones(game.n_players) if weights is None else np.asarray(weights, dtype=float)
    if given.shape != (game.n_players,):
        raise SettingError(
            f"weights has shape {given.shape}, want ({game.n_players},): one a player."
        )
    return given


def _total(game: BayesianGame, weights: Sequence[float] | None) -> Array:
    total: Any = 0.0
    for weight, payoff in zip(_weights(game, weights), game.payoffs, strict=True):
        total = total + weight * payoff
    return total


def _batches(game: BayesianGame, players: list[int]) -> Iterator[list[Array]]:
    """Yield, for the `players`, arrays of plans (B, T_j), together all joint plans."""
    spaces = [product(range(game.n_actions[j]), repeat=game.n_types[j]) for j in players]
    joint = product(*spaces)
    while block := list(islice(joint, BATCH)):
        yield [np.array([plans[k] for plans in block]) for k in range(len(players))]
