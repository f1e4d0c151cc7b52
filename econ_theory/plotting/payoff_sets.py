"""What two players can earn: at all, by a mediator, in equilibrium, and against anybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from econ_theory.analysis import expected_payoffs
from econ_theory.arrays import Array
from econ_theory.driver import Solution
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.plotting.canvas import FAINT, INK, axes_for, curve_style, legend, option
from econ_theory.plotting.polygons import hull, minkowski_sum, support_polygon
from econ_theory.search import solve_all
from econ_theory.solvers import CorrelatedLp
from econ_theory.solvers.finite.algebra.obedience import own_view
from econ_theory.solvers.finite.correlated_lp import Kind
from econ_theory.strategies import StrategyProfile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_payoff_set"]

SECONDS = 5.0
"""Wall time after which the search for equilibria is cut short."""

CORRELATED = {
    "bayes": "Bayes correlated equilibria",
    "communication": "communication equilibria",
    "agent": "correlated equilibria, told by type",
    "strategic": "correlated equilibria, told by plan",
}


def plot_payoff_set(
    game: BayesianGame,
    *,
    kind: Kind = "bayes",
    equilibria: Iterable[Solution | StrategyProfile] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the ex-ante payoffs that two players can have; return the axes.

    The pale set holds all that is feasible, by any plan that knows the types. The shaded polygon
    is what correlated equilibria pay, its corners found by linear programs, about two a corner;
    dots are Nash equilibria, the dotted line around them what lotteries over these pay. Right of
    and above the dashed corner lies what is individually rational: a player can secure the corner's
    payoff by a best reply, whatever the other does (minmax).

    Parameters
    ----------
    game : of two players
    kind : what the mediator knows, see `CorrelatedLp`; without types all four are one
    equilibria : Nash equilibria to mark; default those that `solve_all` finds in 5 seconds
    ax : axes to draw on; default new ones

    Raises
    ------
    SettingError
        If the game has not two players.
    RefusedError
        If the linear program is too large to be built.

    Examples
    --------
    >>> chicken = np.array([[6, 2], [7, 0]]).reshape(1, 1, 2, 2)
    >>> ax = plot_payoff_set(BayesianGame([[1]], [chicken, chicken.swapaxes(2, 3)]))
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['feasible', 'correlated equilibria', 'lotteries over Nash', 'Nash equilibria', 'minmax corner']
    """
    option("kind", kind, tuple(CORRELATED))
    if game.n_players != 2:
        raise SettingError(
            f"game has {game.n_players} players, want 2: a payoff set is drawn in the plane."
        )
    refusal = CorrelatedLp(kind=kind).refuses(game)
    if refusal:
        raise RefusedError(f"plot_payoff_set refuses: {refusal}")
    profiles, said = _profiles(game, equilibria)
    nash = np.array([expected_payoffs(game, profile) for profile in profiles]).reshape(-1, 2)
    feasible = minkowski_sum(_outcomes(game))
    floor = np.array([_minmax(game, i) for i in (0, 1)])
    ax = axes_for(ax, (5.8, 4.9))
    edge = {"edgecolor": "#8b9099", "linewidth": 0.8}
    ax.fill(*feasible.T, facecolor="#eef0f3", **edge, label="feasible", zorder=1)
    name = CORRELATED[kind] if game.prior.size > 1 else "correlated equilibria"
    polygon = _correlated(game, kind)
    ink = curve_style(0).colour
    ax.fill(*polygon.T, facecolor="#c9d6ea", edgecolor=ink, linewidth=1.6, label=name, zorder=2)
    if len(nash) > 1:
        loop = hull(nash)
        loop = np.vstack([loop, loop[:1]])
        red = curve_style(1).colour
        ax.plot(*loop.T, ":", color=red, linewidth=1.4, label="lotteries over Nash", zorder=3)
    if len(nash):
        ax.plot(*nash.T, "o", color=curve_style(1).colour, markersize=6.5, label=said, zorder=5)
    top = np.maximum(feasible.max(axis=0), floor)
    corner = np.array([[floor[0], top[1]], floor, [top[0], floor[1]]])
    ax.plot(*corner.T, "--", color=INK, linewidth=1.2, label="minmax corner", zorder=4)
    ax.grid(True, color=FAINT, linewidth=0.6)
    ax.set_xlabel(f"{game.players[0]} (payoff units, ex ante)")
    ax.set_ylabel(f"{game.players[1]} (payoff units, ex ante)")
    legend(ax, columns=2)
    return ax


def _profiles(
    game: BayesianGame, equilibria: Iterable[Solution | StrategyProfile] | None
) -> tuple[list[StrategyProfile], str]:
    """Return the equilibria to mark, and what the legend calls them."""
    if equilibria is not None:
        listed = [s.profile if isinstance(s, Solution) else s for s in equilibria]
        return listed, "Nash equilibria given"
    search = solve_all(game, rng=0, max_seconds=SECONDS)
    found = [solution.profile for solution in search]
    return found, "Nash equilibria" if search.complete else "Nash equilibria found"


def _outcomes(game: BayesianGame) -> list[Array]:
    """Return the payoffs (A, 2) of all joint actions at each joint type, times its probability."""
    shape = (*game.n_types, *game.n_actions)
    pair = np.stack([np.broadcast_to(u, shape) for u in game.payoffs], axis=-1)
    return [game.prior[t] * pair[t].reshape(-1, 2) for t in np.ndindex(game.n_types)]


def _correlated(game: BayesianGame, kind: Kind) -> Array:
    """Return the corners of what correlated equilibria pay."""
    sizes = np.array([game.payoff_range(i) or 1.0 for i in (0, 1)])

    def farthest(towards: Array) -> Array:
        first, second = (towards / sizes).tolist()
        return CorrelatedLp(kind=kind, objective=(first, second)).solve(game).payoffs / sizes

    return support_polygon(farthest) * sizes


def _minmax(game: BayesianGame, i: int) -> float:
    """Return what player `i` earns ex ante by a best reply to the play that makes it smallest.

    Minimize sum_t v_t over the other's strategy q, with v_t at least the weighted value of each of
    type t's actions, which is linear in q.
    """
    from scipy.optimize import linprog
    from scipy.sparse import block_array, coo_array, eye_array, kron

    view = own_view(game, i)
    n_types, n_others, n_actions, n_replies = view.payoff.shape
    values = np.moveaxis(view.prior[:, :, None, None] * view.payoff, 1, 2)
    values = values.reshape(n_types * n_actions, n_others * n_replies)
    low = kron(eye_array(n_types), np.ones((n_actions, 1)))
    sums = kron(eye_array(n_others), np.ones((1, n_replies)))
    done = linprog(
        np.concatenate([np.ones(n_types), np.zeros(values.shape[1])]),
        A_ub=block_array([[-low, coo_array(values)]]),
        b_ub=np.zeros(len(values)),
        A_eq=block_array([[coo_array((n_others, n_types)), sums]]),
        b_eq=np.ones(n_others),
        bounds=[(None, None)] * n_types + [(0, None)] * values.shape[1],
    )
    if not done.success:
        raise RefusedError(f"the linear program of minmax payoffs gave up: {done.message}")
    return float(done.fun)
