"""One equilibrium of any two-player Bayesian game by complementary pivoting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.solvers.base import Proposals, two_players_wanted
from econ_theory.solvers.finite.algebra.tableau import LemkeTableau
from econ_theory.strategies import StrategyProfile

__all__ = ["Lemke"]


@dataclass(frozen=True)
class Lemke:
    """Lemke's algorithm on behavioural strategies, started from any prior strategy.

    With costs ``C_i`` (a constant minus interim payoffs, all positive), x and y the players'
    strategies and p, q their interim costs, an equilibrium is a solution ``z = (x, y, p, q)`` of
    the linear complementarity problem of size ``sum T_i (A_i + 1)``::

        C_1 y - E^T p >= 0,   C_2 x - F^T q >= 0,   E x >= 1,   F y >= 1,   z >= 0,   complementary

    The covering vector is ``C_1 y0`` and ``C_2 x0`` on the strategy rows and 1 on the others, so
    the path begins at the best reply to the prior strategy ``(x0, y0)``, and ``(x + z0 x0,
    y + z0 y0)`` is a strategy profile all along it; it is proposed every `every` pivots. The
    closer the prior strategy is to an equilibrium, the shorter the path. Ties are broken
    lexicographically, so that the path cannot cycle.

    Parameters
    ----------
    max_pivots : int
    every : int
        Pivots between proposals.
    tremble : float
        Weight of uniform play mixed into `start`; interior starts are generic.

    Examples
    --------
    >>> from econ_theory import BayesianGame, solve
    >>> u1, u2 = np.array([[2, -1], [-1, 1]]), np.array([[-2, 1], [1, -1]])
    >>> game = BayesianGame([[1]], [u1.reshape(1, 1, 2, 2), u2.reshape(1, 1, 2, 2)])
    >>> solve(game, Lemke()).profile.rows[0].round(12)
    array([[0.4, 0.6]])
    """

    max_pivots: int = 20_000
    every: int = 100
    tremble: float = 1e-3

    source = "Lemke (1965); von Stengel, van den Elzen and Talman (2002), Econometrica 70, 693-715"
    exact = True
    continuous = False

    def refuses(self, game: BayesianGame) -> str | None:
        """Return why pivoting does not apply: not two players."""
        return two_players_wanted(game)

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield the profile on the path every `every` pivots, and the equilibrium at its end."""
        uniform = StrategyProfile.uniform(game)
        prior = uniform if start is None else start.floating.mixed_with(uniform, self.tremble)
        alive = [game.type_weights(i) > 0 for i in range(2)]
        costs = [_interim_costs(game, i, alive) for i in range(2)]
        x0, y0 = (row[keep] for row, keep in zip(prior.rows, alive, strict=True))
        tableau = LemkeTableau(*_problem(costs, x0.shape, y0.shape), _cover(costs, x0, y0))

        def profile(z: Array, z0: float) -> StrategyProfile:
            x = z[: x0.size].reshape(x0.shape) + z0 * x0
            y = z[x0.size : x0.size + y0.size].reshape(y0.shape) + z0 * y0
            rows = [np.array(row) for row in prior.rows]
            for i, played in enumerate((x, y)):
                played = np.maximum(played, 0.0)
                rows[i][alive[i]] = played / played.sum(axis=1, keepdims=True)
            return StrategyProfile(rows)

        yield prior
        for pivots in range(1, self.max_pivots + 1):
            ended = tableau.pivot()
            if ended == "solved":
                yield profile(tableau.solution(), 0.0)
                return f"the path ended at an equilibrium after {pivots} pivots"
            if ended:
                return f"the path was lost after {pivots} pivots ({ended}); start elsewhere"
            if pivots % self.every == 0:
                yield profile(*tableau.point())
        return f"{self.max_pivots} pivots did not reach the end of the path; start elsewhere"


def _interim_costs(game: BayesianGame, i: int, alive: list[Array]) -> Array:
    """Return C_i, ``(T_i A_i, T_j A_j)``, over live types: costs in [1, 2] by ``p(t_j | t_i)``."""
    j = 1 - i
    high = game.payoff_bounds(i)[1]
    scale = game.payoff_range(i) or 1.0
    full = np.broadcast_to(game.payoffs[i], (*game.n_types, *game.n_actions))
    payoff = full.transpose(i, j, 2 + i, 2 + j)[alive[i]][:, alive[j]]
    prior = game.prior.transpose(i, j)[alive[i]][:, alive[j]]
    beliefs = prior / prior.sum(axis=1, keepdims=True)
    cost = beliefs[:, :, None, None] * (1.0 + (high - payoff) / scale)
    n_rows, n_columns = cost.shape[0] * cost.shape[2], cost.shape[1] * cost.shape[3]
    return cost.transpose(0, 2, 1, 3).reshape(n_rows, n_columns)


def _problem(
    costs: list[Array], x_shape: tuple[int, ...], y_shape: tuple[int, ...]
) -> tuple[Array, Array]:
    """Return M and b of the complementarity problem ``w = M z + b``."""
    sums = [np.kron(np.eye(t), np.ones((1, a))) for t, a in (x_shape, y_shape)]
    sizes = [sums[0].shape[1], sums[1].shape[1], sums[0].shape[0], sums[1].shape[0]]
    x, y, p, q = (slice(end - size, end) for size, end in zip(sizes, np.cumsum(sizes), strict=True))
    total = sum(sizes)
    matrix, constant = np.zeros((total, total)), np.zeros(total)
    matrix[x, y], matrix[x, p] = costs[0], -sums[0].T
    matrix[y, x], matrix[y, q] = costs[1], -sums[1].T
    matrix[p, x], matrix[q, y] = sums
    constant[p.start :] = -1.0
    return matrix, constant


def _cover(costs: list[Array], x0: Array, y0: Array) -> Array:
    ones = np.ones(len(x0) + len(y0))
    return np.concatenate([costs[0] @ y0.ravel(), costs[1] @ x0.ravel(), ones])
