"""Where play went: every type's path through its simplex."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.plotting.canvas import INK, axes_for, curve_style, legend, thin
from econ_theory.regret.traces import PlayTrace
from econ_theory.strategies import StrategyProfile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from econ_theory.games.bayesian import BayesianGame

__all__ = ["plot_simplex"]

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])


def plot_simplex(
    play: PlayTrace | Sequence[StrategyProfile] | Array,
    i: int = 0,
    *,
    game: BayesianGame | None = None,
    equilibrium: StrategyProfile | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the strategies player `i` went through, one path a type; return the axes.

    Three actions: a triangle whose corners are the actions, start hollow and end filled. Two
    actions: the probability of the second one against steps. Stars (or level lines) mark
    `equilibrium`.

    Parameters
    ----------
    play : a `PlayTrace`, a sequence of profiles, or player i's strategies, shape (K, T_i, A_i)
    i : the player
    game : gives the names of types and actions
    equilibrium : a profile to mark
    ax : axes to draw on; default new ones

    Raises
    ------
    SettingError
        If the player has neither two nor three actions, or there is no such player.

    Examples
    --------
    >>> paths = np.array([[[1.0, 0.0]], [[0.5, 0.5]]])
    >>> plot_simplex(paths).get_ylabel()
    'probability of a2 (share)'
    """
    paths = _paths(play, i)
    n_types, n_actions = paths.shape[1:]
    actions = game.actions[i] if game else [f"a{a + 1}" for a in range(n_actions)]
    types = game.types[i] if game else [f"t{t + 1}" for t in range(n_types)]
    marks = None if equilibrium is None else equilibrium.floating.rows[i]
    draw = _triangle if n_actions == 3 else _line
    ax = draw(ax, paths, types, actions, marks)
    legend(ax, columns=4, title=game.players[i] if game else f"player {i + 1}")
    return ax


def _line(
    ax: Axes | None, paths: Array, types: Sequence[str], actions: Sequence[str], marks: Array | None
) -> Axes:
    ax = axes_for(ax)
    at = thin(len(paths), log=True)
    for t, label in enumerate(types):
        style = curve_style(t)
        ax.plot(
            at + 1,
            paths[at, t, 1],
            color=style.colour,
            linestyle=style.line,
            linewidth=1.6,
            marker=style.marker,
            markevery=[len(at) - 1],
            label=label,
        )
        if marks is not None:
            ax.axhline(marks[t, 1], color=style.colour, linewidth=1.0, linestyle=":")
    if marks is not None:
        ax.plot([], [], color=INK, linewidth=1.0, linestyle=":", label="equilibrium")
    ax.set_xscale("log")
    ax.set_ylim(-0.03, 1.03)
    ax.set_xlabel("play (steps)")
    ax.set_ylabel(f"probability of {actions[1]} (share)")
    return ax


def _triangle(
    ax: Axes | None, paths: Array, types: Sequence[str], actions: Sequence[str], marks: Array | None
) -> Axes:
    ax = axes_for(ax, (5.2, 4.8), grid=False)
    outline = np.vstack([CORNERS, CORNERS[:1]])
    ax.plot(*outline.T, color=INK, linewidth=1.0)
    for share in (0.25, 0.5, 0.75):
        for a in range(3):
            ends = [share * CORNERS[a] + (1 - share) * CORNERS[(a + b) % 3] for b in (1, 2)]
            ax.plot(*np.transpose(ends), color="#e4e6ea", linewidth=0.6, zorder=0.5)
    at = thin(len(paths), log=True)
    for t, label in enumerate(types):
        style = curve_style(t)
        x, y = (paths[at, t] @ CORNERS).T
        ax.plot(x, y, color=style.colour, linestyle=style.line, linewidth=1.3, label=label)
        spot = {"color": style.colour, "marker": style.marker, "markersize": 7, "zorder": 3}
        ax.plot(x[:1], y[:1], **spot, markerfacecolor="white")
        ax.plot(x[-1:], y[-1:], **spot)
        if marks is not None:
            ax.plot(
                *(marks[t] @ CORNERS),
                color=style.colour,
                marker="*",
                markersize=15,
                markeredgecolor="white",
                zorder=4,
            )
    if marks is not None:
        ax.plot([], [], color=INK, marker="*", markersize=11, linestyle="", label="equilibrium")
    for a, shift in enumerate(((-6, -6), (6, -6), (0, 6))):
        ax.annotate(
            actions[a],
            CORNERS[a],
            xytext=shift,
            textcoords="offset points",
            ha="center",
            va="top" if a < 2 else "bottom",
            color=INK,
        )
    ax.set_aspect("equal")
    ax.set_xlim(-0.12, 1.12)
    ax.set_ylim(-0.12, 1.0)
    ax.spines[:].set_visible(False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_xlabel("probability of action (share; grid 0.25)")
    return ax


def _paths(play: Any, i: int) -> Array:
    if isinstance(play, PlayTrace):
        players = play.n_players
    elif len(play) and isinstance(play[0], StrategyProfile):
        players = play[0].n_players
    else:
        players = i + 1
    if not 0 <= i < players:
        raise SettingError(f"i is {i}, want one of the players 0..{players - 1}.")
    if isinstance(play, PlayTrace):
        paths = play.played(i)
    elif len(play) and isinstance(play[0], StrategyProfile):
        paths = np.stack([profile.floating.rows[i] for profile in play])
    else:
        paths = np.asarray(play, dtype=float)
    if paths.ndim != 3 or not len(paths) or paths.shape[2] not in (2, 3):
        raise SettingError(
            f"strategies have shape {paths.shape}, want (K, T_{i}, 2 or 3): a line for two "
            "actions, a triangle for three; draw single profiles by plot_strategy."
        )
    return paths
