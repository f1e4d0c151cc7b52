"""The linear program of a mediator: obedience and truth-telling, in units of their own stakes."""

from __future__ import annotations

from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import RefusedError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.solvers.finite.algebra.mediation import Mediation
from econ_theory.solvers.finite.algebra.obedience import own_view

__all__ = ["best_rule"]

ATTEMPTS = (
    ("highs", True, 1e-10),
    ("highs-ds", False, 1e-10),
    ("highs-ipm", True, 1e-10),
    ("highs-ds", False, 1e-9),
    ("highs", True, 1e-7),
)
"""Algorithm, presolve and tolerance, in the order tried; what comes out is judged in any case."""

LEAST = 1e-300


def best_rule(form: Mediation, aims: list[Array], *, reports: bool) -> Array:
    """Return the rule of the form's game, ``(T_1..T_n, A_1..A_n)``, whose smallest aim is largest.

    `aims` are weights for the original players' payoffs; with `reports` types must want to tell
    the truth. The program is the same whatever units the players' payoffs are in.

    Raises
    ------
    RefusedError
        If the linear programming code gives up.
    """
    from scipy.sparse import coo_array, vstack

    game = form.game
    shape = (*game.n_types, *game.n_actions)
    size, n_profiles = int(np.prod(shape)), int(np.prod(game.n_types))
    incentives = _Rows(size)
    for i in range(game.n_players):
        _incentives(incentives, game, i, reports=reports)
    goals = _Rows(size)
    level = incentives.new_columns(1)
    _goals(goals, form, aims, level)
    width = incentives.n_columns
    one = coo_array(
        (np.ones(size), (np.arange(size) // (size // n_profiles), np.arange(size))),
        shape=(n_profiles, width),
    )
    cost = np.zeros(width)
    cost[level] = -1.0
    solution = _solved(
        c=cost,
        A_ub=vstack([incentives.matrix(width), goals.matrix(width)]).tocsr(),
        b_ub=np.concatenate([incentives.right(), goals.right()]),
        A_eq=one.tocsr(),
        b_eq=np.ones(n_profiles),
        bounds=[(0, None)] * size + [(None, None)] * (width - size),
    )
    rule = np.maximum(solution[:size], 0.0).reshape(n_profiles, -1)
    return (rule / rule.sum(axis=1, keepdims=True)).reshape(shape)


def _solved(**program: Any) -> Array:
    """Return the solution of a program that has one: a Nash equilibrium is feasible."""
    from scipy.optimize import linprog

    result = None
    for method, presolve, tolerance in ATTEMPTS:
        options = {
            "presolve": presolve,
            "dual_feasibility_tolerance": tolerance,
            "primal_feasibility_tolerance": tolerance,
        }
        result = linprog(**program, method=method, options=options)
        if result.status == 0:
            return result.x
    raise RefusedError(
        f"the linear program ended with {result and result.message!r}, want an optimum; "
        "use SelfPlay: every equilibrium is a correlated one."
    )


def _goals(goals: _Rows, form: Mediation, aims: list[Array], level: Array) -> None:
    """Add that no aim is below the level.

    The level is counted from the least that an aim can be, in units of the most by which the
    smallest aim can vary; each row in its own units, however far apart those of the players are.
    """
    game, players = form.game, range(form.game.n_players)
    weight = game.prior.reshape(game.n_types + (1,) * game.n_players)
    bounds = np.array([game.payoff_bounds(k) for k in players])
    spreads = bounds[:, 1] - bounds[:, 0]
    # What each of the form's players counts for in each aim, payoff units.
    factors = [np.array([aim[i] * share for i, share in form.shares]) for aim in aims]
    ends = [np.sort(factor[:, None] * bounds, axis=1).sum(axis=0) for factor in factors]
    base = min(low for low, _ in ends)
    unit = min(high for _, high in ends) - base
    for factor in factors:
        scale = max(np.abs(factor * spreads).max(), unit) or 1.0
        row = goals.new_rows(1, (factor @ bounds[:, 0] - base) / scale)
        gain = np.zeros((*game.n_types, *game.n_actions))
        for k in np.flatnonzero(factor * spreads):
            share = factor[k] * spreads[k] / scale
            gain += weight * ((game.payoffs[k] - bounds[k, 0]) / spreads[k]) * share
        goals.add(np.full(gain.size, row), np.arange(gain.size), -gain.ravel())
        goals.add(row, level, np.full(1, (unit or 1.0) / scale))


class _Rows:
    """Inequalities ``row @ x <= right``, gathered entry by entry."""

    def __init__(self, n_columns: int) -> None:
        self.n_rows, self.n_columns = 0, n_columns
        self._entries: list[tuple[Array, Array, Array]] = []
        self._right: list[Array] = []

    def new_rows(self, count: int, right: float = 0.0) -> Array:
        self._right.append(np.full(count, right))
        self.n_rows += count
        return np.arange(self.n_rows - count, self.n_rows)

    def new_columns(self, count: int) -> Array:
        self.n_columns += count
        return np.arange(self.n_columns - count, self.n_columns)

    def add(self, rows: Array, columns: Array, values: Array) -> None:
        parts = np.broadcast_arrays(rows, columns, values)
        rows, columns, values = (part.ravel() for part in parts)
        keep = values != 0
        self._entries.append((rows[keep], columns[keep], values[keep]))

    def right(self) -> Array:
        return np.concatenate([*self._right, np.zeros(0)])

    def matrix(self, width: int) -> Any:
        from scipy.sparse import coo_array

        empty = np.zeros(0, dtype=int)
        entries = [*self._entries, (empty, empty, np.zeros(0))]
        rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
        return coo_array((values, (rows, columns)), shape=(self.n_rows, width))


def _incentives(rows: _Rows, game: BayesianGame, i: int, *, reports: bool) -> None:
    """Add what player i must not gain, each type's in units of its own stakes.

    What is added to all payoffs of a joint type changes no incentive, and is taken out.
    """
    view, weights = own_view(game, i), game.type_weights(i)
    n_types, _, n_actions, _ = view.index.shape
    for t in np.flatnonzero(weights > 0):
        low = view.payoff[t].min(axis=(1, 2), keepdims=True)
        stakes = view.prior[t][:, None, None] / weights[t] * (view.payoff[t] - low)
        stakes /= stakes.max() or 1.0
        if not reports:
            # Told a, playing b instead gains nothing.
            for a in range(n_actions):
                gain = stakes[:, np.delete(np.arange(n_actions), a)] - stakes[:, [a]]
                gain /= np.abs(gain).max(axis=(0, 2), keepdims=True) + LEAST
                new = rows.new_rows(gain.shape[1])
                rows.add(new[None, :, None], view.index[t][:, [a]], gain)
            continue
        truth = view.index[t], -stakes
        for r in range(n_types):
            # best[a]: the most that type t can make of report r and recommendation a.
            best = rows.new_columns(n_actions)
            for a in range(n_actions):
                new = rows.new_rows(n_actions)
                rows.add(new[None, :, None], view.index[r][:, [a]], stakes)
                rows.add(new, best[[a]], -np.ones(1))
            total = rows.new_rows(1)
            rows.add(total, best, np.ones(1))
            rows.add(total, *truth)
