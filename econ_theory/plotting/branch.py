"""How play moves along a branch of quantal response equilibria, as choice becomes less noisy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.plotting.canvas import INK, axes_for, curve_style, legend, thin
from econ_theory.solvers import Branch
from econ_theory.strategies import StrategyProfile, check_profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_branch"]


def plot_branch(
    branch: Branch,
    game: BayesianGame,
    i: int = 0,
    *,
    t: int | None = None,
    equilibrium: StrategyProfile | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what player `i` plays along `branch`, from uniform play on; return the axes.

    One curve for each type and action; of two actions, only the second. The horizontal axis, the
    precision lambda, is linear up to one over the payoff range, logarithmic beyond, so that the
    start, zero, is on it. A branch that turns back is drawn turning back. Types of probability zero
    are left out.

    Parameters
    ----------
    branch : from `QuantalResponse.trace`
    game : the game it was traced in; gives the names of players, types and actions
    i : the player
    t : the one type to draw; default all
    equilibrium : a profile to mark by level lines
    ax : axes to draw on; default new ones

    Raises
    ------
    SettingError
        If there is no such player, or no such type that occurs.
    ProfileError
        If the branch is not one of this game.

    Examples
    --------
    >>> from econ_theory.solvers import QuantalResponse
    >>> meet = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [meet, meet])
    >>> plot_branch(QuantalResponse().trace(game), game).get_ylabel()
    'probability of a2'
    """
    if not 0 <= i < game.n_players:
        raise SettingError(f"i is {i}, want one of the players 0..{game.n_players - 1}.")
    check_profile(branch.end, game)
    occurring = np.flatnonzero(game.type_weights(i) > 0).tolist()
    if t is not None and t not in occurring:
        raise SettingError(f"t is {t}, want None or one of the types that occur, {occurring}.")
    marks = None
    if equilibrium is not None:
        check_profile(equilibrium, game)
        marks = equilibrium.floating.rows[i]
    at = thin(np.arange(len(branch)), log=False)
    paths = np.stack([branch.profiles[k].rows[i] for k in at])
    two = game.n_actions[i] == 2
    drawn = [1] if two else range(game.n_actions[i])
    curves = [(s, a) for s in (occurring if t is None else [t]) for a in drawn]
    from matplotlib.ticker import NullLocator

    ax = axes_for(ax)
    for k, (s, a) in enumerate(curves):
        label = game.types[i][s] if two else f"{game.types[i][s]}: {game.actions[i][a]}"
        _curve(ax, k, branch.rates[at], paths[:, s, a], label)
        if marks is not None:
            ax.axhline(marks[s, a], color=curve_style(k).colour, linewidth=1.0, linestyle=":")
    if marks is not None:
        ax.plot([], [], color=INK, linewidth=1.0, linestyle=":", label="equilibrium")
    largest = max(game.payoff_range(j) for j in range(game.n_players)) or 1.0
    ax.set_xscale("symlog", linthresh=1.0 / largest)
    ax.set_xlim(left=0.0)
    # Zero and the powers of ten beyond the linear part: those within it would crowd.
    first, last = np.log10(1.0 / largest), np.log10(max(branch.rates[-1], 1.0 / largest))
    powers = 10.0 ** np.arange(np.ceil(first - 1e-9), np.floor(last + 1e-9) + 1)
    ax.set_xticks([0.0, *powers])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_ylim(-0.03, 1.03)
    ax.set_xlabel("λ, one over the temperature (per payoff unit)")
    ax.set_ylabel(f"probability of {game.actions[i][1] if two else 'each action'}")
    legend(ax, columns=4 if two else 2, title=game.players[i])
    return ax


def _curve(ax: Axes, k: int, rates: Array, shares: Array, label: str) -> None:
    style = curve_style(k)
    ax.plot(
        rates,
        shares,
        color=style.colour,
        linestyle=style.line,
        linewidth=1.6,
        marker=style.marker,
        markevery=[len(rates) - 1],
        label=label,
    )
