"""Two-player zero-sum Bayesian games by one linear program in behavioural strategies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import RefusedError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.solvers.base import Proposals, two_players_wanted
from econ_theory.strategies import StrategyProfile

__all__ = ["ZeroSumLp", "sum_is_constant"]


@dataclass(frozen=True)
class ZeroSumLp:
    """The maximin behavioural strategy and, from the duals, the minimax one.

    With ``W`` player 1's prior-weighted payoffs, ``(T_1 A_1, T_2 A_2)``::

        maximize sum_t2 q[t2]  subject to  q[t2] <= (W^T x)[t2, a2],  sum_a1 x[t1, a1] = 1,  x >= 0

    The program has ``sum T_i A_i`` variables and rows, not ``A ** T``. Games whose payoffs sum to
    a number that depends on the types alone are zero-sum for this purpose.

    >>> from econ_theory import BayesianGame, solve
    >>> game = [[3, -1], [-2, 1]]
    >>> u = np.array(game).reshape(1, 1, 2, 2)
    >>> solve(BayesianGame([[1]], [u, -u]), ZeroSumLp()).profile.rows[0].round(6)
    array([[0.428571, 0.571429]])
    """

    source = "Ponssard and Sorin (1980); HiGHS: Huangfu and Hall (2018)"
    exact = True
    continuous = False

    def refuses(self, game: BayesianGame) -> str | None:
        """Return why the program does not apply: not two players, or not zero-sum."""
        fault = two_players_wanted(game)
        if fault:
            return fault
        if not sum_is_constant(game):
            return "payoffs do not sum to a constant for each joint type, want zero-sum; use Lemke."
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield the one profile of maximin strategies; `start` and `rng` are not used."""
        from scipy.optimize import linprog

        (n_types_1, n_actions_1), (n_types_2, n_actions_2) = game.kernel.shapes
        scale = game.payoff_range(0) or 1.0
        low = game.payoff_bounds(0)[0]
        # Payoffs in [0, 1]: HiGHS works with absolute tolerances.
        centred = (game.payoffs[0] - low) / scale
        weights = BayesianGame(game.prior, [centred, centred]).kernel.folded(0)
        sums_1 = np.kron(np.eye(n_types_1), np.ones(n_actions_1))
        sums_2 = np.kron(np.eye(n_types_2), np.ones(n_actions_2))
        result = linprog(
            np.r_[np.zeros(n_types_1 * n_actions_1), -np.ones(n_types_2)],
            A_ub=np.hstack([-weights.T, sums_2.T]),
            b_ub=np.zeros(n_types_2 * n_actions_2),
            A_eq=np.hstack([sums_1, np.zeros((n_types_1, n_types_2))]),
            b_eq=np.ones(n_types_1),
            bounds=[(0, None)] * (n_types_1 * n_actions_1) + [(None, None)] * n_types_2,
            method="highs-ipm",
            options={"dual_feasibility_tolerance": 1e-10, "primal_feasibility_tolerance": 1e-10},
        )
        if result.status != 0:
            raise RefusedError(
                f"the linear program ended with {result.message!r}, want an optimum; use Lemke."
            )
        rows_1 = result.x[: n_types_1 * n_actions_1].reshape(n_types_1, n_actions_1)
        rows_2 = -result.ineqlin.marginals.reshape(n_types_2, n_actions_2)
        yield StrategyProfile([_clean(rows_1), _clean(rows_2)])
        return "the linear program is solved"


def sum_is_constant(game: BayesianGame) -> bool:
    """Return whether the two players' payoffs sum to a function of the joint type alone."""
    total = game.payoffs[0] + game.payoffs[1]
    gap = total.max(axis=(2, 3)) - total.min(axis=(2, 3))
    scale = max(game.payoff_range(0), game.payoff_range(1))
    return bool((np.where(game.prior > 0, gap, 0.0) <= 1e-12 * scale).all())


def _clean(rows: Array) -> Array:
    """Clip rounding below zero; a null type, of which the duals say nothing, plays uniformly."""
    rows = np.maximum(rows, 0.0)
    total = rows.sum(axis=1, keepdims=True)
    alive = total > 1e-12
    return np.where(alive, rows / np.where(alive, total, 1.0), 1.0 / rows.shape[1])
