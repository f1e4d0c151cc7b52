"""From a floating-point equilibrium of a two-player game to the rational one it stands for.

Once the support is known, an equilibrium of two players solves linear equations: player j's
strategy makes player i indifferent between the actions i plays. Solved over the rationals, the
answer has epsilon zero as a `Fraction`, not within a tolerance. What is returned has been checked
in integers against every deviation; a profile that fails is not returned, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

import numpy as np

from econ_theory.arrays import Array, as_fractions, frozen, is_exact
from econ_theory.certificates import Certificate, certify
from econ_theory.errors import RefusedError, SettingError, require
from econ_theory.games.bayesian import BayesianGame
from econ_theory.games.derivatives import written_out
from econ_theory.strategies import StrategyProfile, check_profile

__all__ = ["Recovery", "recover_exactly"]

THRESHOLDS = (1e-9, 0.0, 1e-6, 1e-4)
"""Probabilities above which an action counts as played, in the order tried."""

TIED = 1e-8
"""Loss, as a share of the payoff range, up to which an unplayed action is tried as a tie."""


@dataclass(frozen=True, eq=False)
class Recovery:
    """An exact equilibrium, or why there is none.

    Attributes
    ----------
    profile : StrategyProfile of Fractions, or None
    certificate : Certificate in exact arithmetic with epsilon 0, or None
    reason : str
        How it was found, or what stood in the way.
    """

    profile: StrategyProfile | None
    certificate: Certificate | None
    reason: str

    def __bool__(self) -> bool:
        return self.profile is not None

    def __str__(self) -> str:
        return self.reason


def recover_exactly(
    game: BayesianGame,
    profile: StrategyProfile | Sequence[Any],
    *,
    tol: float = 1e-6,
    use_flint: bool | None = None,
) -> Recovery:
    """Return the exact equilibrium of a two-player `game` that `profile` approximates.

    The support is read off `profile`; ties that a degenerate game leaves open are tried both
    ways, and free probabilities keep the values they have in `profile`. Types of probability zero
    keep their strategies.

    Parameters
    ----------
    game : BayesianGame
        Floats stand for the dyadic rationals they are.
    profile : StrategyProfile
    tol : float
        Relative gain of `profile` above which it is taken for no equilibrium.
    use_flint : bool, optional
        Solve with python-flint, or by fraction-free elimination in Python (the same result,
        slower on large supports). Default: python-flint if it is installed.

    Raises
    ------
    RefusedError
        If the game does not have two players.

    Examples
    --------
    >>> u1, u2 = np.array([[2, -1], [-1, 1]]), np.array([[-2, 1], [1, -1]])
    >>> game = BayesianGame([[1]], [u1.reshape(1, 1, 2, 2), u2.reshape(1, 1, 2, 2)])
    >>> found = recover_exactly(game, [[[0.4, 0.6]], [[0.4, 0.6]]])
    >>> found.profile.rows[0], found.certificate.epsilon
    (array([[Fraction(2, 5), Fraction(3, 5)]], dtype=object), Fraction(0, 1))
    """
    if game.n_players != 2:
        raise RefusedError(
            f"the game has {game.n_players} players, want 2: with more, equilibria are irrational; "
            'use certify(game, profile, arithmetic="interval").'
        )
    if not tol >= 0:
        raise SettingError(f"tol is {tol}, want a share of the payoff range >= 0.")
    profile = profile if isinstance(profile, StrategyProfile) else StrategyProfile(profile)
    check_profile(profile, game)
    floating = profile.floating
    relative = float(certify(game, floating).relative)
    if relative > tol:
        return Recovery(
            None,
            None,
            f"some type gains {relative:.2g} of the payoff range at the profile, want at most "
            f"{tol:g}; solve further first (IndifferenceNewton, Lemke)",
        )
    flint = find_spec("flint") is not None if use_flint is None else use_flint
    attempt = _Attempt(game, floating, _rref_flint if flint else _rref_integers)
    solved_by = "python-flint" if flint else "fraction-free elimination"
    reason, seen = "", set()
    for threshold in THRESHOLDS:
        played = [row > threshold for row in floating.rows]
        if not all(mask.any(axis=1).all() for mask in played):
            continue
        for tight in (played, attempt.with_ties(played)):
            key = b"".join(mask.tobytes() for mask in (*played, *tight))
            if key in seen:
                continue
            seen.add(key)
            try:
                rows = [attempt.strategy(j, played, tight) for j in range(2)]
                best = [attempt.best_replies(i, rows) for i in range(2)]
            except _Failed as failed:
                reason = reason or str(failed)
                continue
            return Recovery(
                StrategyProfile(rows),
                attempt.certificate(best),
                f"the indifference system of {int(sum(mask.sum() for mask in played))} played "
                f"actions was solved over the rationals by {solved_by}",
            )
    return Recovery(None, None, f"no exact equilibrium has this support: {reason}")


class _Failed(Exception):
    """Why one choice of support does not give an equilibrium."""


class _Attempt:
    """The game in integers: prior and payoffs each times a positive constant."""

    def __init__(self, game: BayesianGame, profile: StrategyProfile, rref: Any) -> None:
        self.game, self.profile, self.rref = game, profile, rref
        prior, payoffs = game.given
        weights = _integers(prior)
        self.matrices = []
        for i, payoff in enumerate(payoffs):
            matrix = written_out(weights, _integers(payoff), game.n_actions)
            self.matrices.append(matrix if i == 0 else matrix.T)
        self.alive = [game.type_weights(i) > 0 for i in range(2)]

    def with_ties(self, played: list[Array]) -> list[Array]:
        """Return `played` and all actions that lose next to nothing at the profile."""
        tight = []
        for i, mask in enumerate(played):
            values = self.game.action_values(self.profile, i)
            weights = np.where(self.alive[i], self.game.type_weights(i), 1.0)
            loss = (values.max(axis=1, keepdims=True) - values) / weights[:, None]
            tight.append(mask | (loss <= TIED * (self.game.payoff_range(i) or 1.0)))
        return tight

    def strategy(self, j: int, played: list[Array], tight: list[Array]) -> Array:
        """Return player j's strategy, Fractions ``(T_j, A_j)``, that makes `tight` indifferent."""
        i = 1 - j
        mask = played[j] & self.alive[j][:, None]
        columns = np.flatnonzero(mask)
        n_actions = self.game.n_actions
        rows = []
        for t in np.flatnonzero(self.alive[i]):
            first, *others = t * n_actions[i] + np.flatnonzero(tight[i][t])
            base = self.matrices[i][first, columns]
            rows += [self.matrices[i][k, columns] - base for k in others]
        sums = columns // n_actions[j] == np.flatnonzero(self.alive[j])[:, None]
        equations = np.array([*rows, *sums.astype(int).astype(object)], dtype=object)
        right = np.array([0] * len(rows) + [1] * len(sums), dtype=object)
        guess = self.profile.rows[j].ravel()[columns]
        solution = self.rref(equations, right, guess)
        if solution is None:
            raise _Failed(
                f"player {j} cannot make player {i} indifferent between the actions it plays "
                f"({len(rows)} equations, {len(columns) - len(sums)} unknowns)"
            )
        negative = [k for k, value in enumerate(solution) if value < 0]
        if negative:
            t, a = divmod(int(columns[negative[0]]), n_actions[j])
            raise _Failed(
                f"player {j} as type {t} would play action {a} with probability "
                f"{float(solution[negative[0]]):.2g}"
            )
        strategy = self.profile.exact.rows[j].copy()
        strategy[self.alive[j]] = Fraction(0)
        strategy.ravel()[columns] = solution
        return strategy

    def best_replies(self, i: int, rows: list[Array]) -> Array:
        """Return each type's best action, ``(T_i,)``; refuse if one is played that is not best."""
        other = rows[1 - i].ravel()
        columns = np.flatnonzero(other)
        weights = _integers(other[columns])
        values = (self.matrices[i][:, columns] @ weights).reshape(rows[i].shape)
        best = np.zeros(len(values), dtype=int)
        for t in np.flatnonzero(self.alive[i]):
            best[t] = values[t].argmax()
            worse = [a for a in np.flatnonzero(rows[i][t]) if values[t, a] < values[t, best[t]]]
            if worse:
                raise _Failed(
                    f"player {i} as type {t} plays action {worse[0]} though action {best[t]} "
                    "is better: the support is wrong or degenerate"
                )
        return best

    def certificate(self, best: list[Array]) -> Certificate:
        """Return the certificate of a profile that `best_replies` has passed for both players."""
        game = self.game
        prior = as_fractions(game.given[0])
        prior = prior / prior.sum()
        ranges = [
            game.exact.payoff_range(i)
            if any(is_exact(array) for array in (game.given[0], game.given[1][i]))
            else Fraction(game.payoff_bounds(i)[1]) - Fraction(game.payoff_bounds(i)[0])
            for i in range(2)
        ]
        zeros = [np.array([Fraction(0)] * t, dtype=object) for t in game.n_types]
        return Certificate(
            gains=tuple(frozen(zero) for zero in zeros),
            actions=tuple(frozen(action) for action in best),
            weights=tuple(frozen(prior.sum(axis=1 - i)) for i in range(2)),
            ranges=tuple(ranges),
            arithmetic="exact",
        )


def _integers(array: Array) -> Array:
    """Return `array` times the least positive constant that makes all its entries integers."""
    if is_exact(array):
        scale = math.lcm(*(value.denominator for value in array.ravel()))
        result = np.empty(array.shape, dtype=object)
        result.ravel()[:] = [v.numerator * (scale // v.denominator) for v in array.ravel()]
        return result
    mantissa, exponent = np.frexp(array)
    whole = (mantissa * 2.0**53).astype(np.int64).astype(object)
    lowest = exponent[array != 0].min(initial=0)
    return whole << np.maximum(exponent - lowest, 0).astype(object)


def _rref_flint(equations: Array, right: Array, guess: Array) -> list[Fraction] | None:
    """Solve over the rationals with python-flint; free unknowns take their value in `guess`."""
    fmpz_mat = require("flint", "exact").fmpz_mat
    n_rows, n_columns = equations.shape
    if n_rows == n_columns:
        square = fmpz_mat(n_rows, n_columns, equations.ravel().tolist())
        try:
            solved = square.solve(fmpz_mat(n_rows, 1, right.tolist()))
        except ZeroDivisionError:
            pass
        else:
            return [Fraction(int(x.p), int(x.q)) for x in solved.entries()]
    augmented = np.column_stack([equations, right])
    reduced, denominator, rank = fmpz_mat(n_rows, n_columns + 1, augmented.ravel().tolist()).rref()
    table = [[int(x) for x in row] for row in reduced.tolist()[:rank]]
    return _back_substituted(table, int(denominator), guess)


def _rref_integers(equations: Array, right: Array, guess: Array) -> list[Fraction] | None:
    """Solve as `_rref_flint` does, by fraction-free Gauss-Jordan elimination (Bareiss 1968)."""
    table = np.column_stack([equations, right])
    previous, rank = 1, 0
    for column in range(table.shape[1]):
        below = np.flatnonzero(table[rank:, column])
        if not len(below):
            continue
        pivot_row = rank + int(below[0])
        table[[rank, pivot_row]] = table[[pivot_row, rank]]
        pivot = table[rank, column]
        others = np.arange(len(table)) != rank
        factors = table[others, column]
        table[others] = (table[others] * pivot - np.outer(factors, table[rank])) // previous
        previous = pivot
        rank += 1
        if rank == len(table):
            break
    return _back_substituted([list(row) for row in table[:rank]], int(previous), guess)


def _back_substituted(table: list[list[int]], den: int, guess: Array) -> list[Fraction] | None:
    """Return the solution of ``den * x_pivot + free terms = last entry``, row by row."""
    n = len(guess)
    pivots = [next(k for k, entry in enumerate(row) if entry) for row in table]
    if n in pivots:
        return None
    free = [k for k in range(n) if k not in set(pivots)]
    solution = [Fraction(float(value)) for value in guess]
    for row, pivot in zip(table, pivots, strict=True):
        rest = sum((row[k] * solution[k] for k in free if row[k]), Fraction(0))
        solution[pivot] = (row[n] - rest) / den
    return solution
