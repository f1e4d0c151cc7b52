"""Where play went: every type's path through its simplex."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.plotting.canvas import INK, axes_for, curve_style, legend, thin
from econ_theory.plotting.runs import draw_curve, words
from econ_theory.regret.plays import Play
from econ_theory.regret.summaries import PlaySummary
from econ_theory.regret.traces import PlayTrace
from econ_theory.strategies import StrategyProfile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["plot_simplex"]

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]])

NEAR = 0.02
"""Side lengths of the triangle within which marks would hide each other."""

ARROWS = (0.25, 0.6)
"""Shares of a path's length at which arrowheads stand."""

SHOWN = 6
"""Runs of a batch whose own paths are drawn in a triangle."""


class _Paths(NamedTuple):
    """Strategies (B, K, T_i, A_i) at `steps` (K,), and the words that say what they are."""

    strategies: Array
    steps: Array
    types: Sequence[str]
    actions: Sequence[str]
    what: str


def plot_simplex(
    play: Play | Sequence[StrategyProfile] | Array,
    i: int = 0,
    *,
    game: BayesianGame | None = None,
    equilibrium: StrategyProfile | None = None,
    average: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the strategies player `i` went through, one path a type; return the axes.

    Three actions: a triangle whose corners are the actions, start hollow and end filled, with
    arrows the way play went; where types start together their marks stand in each other. Two
    actions: the probability of the second one against steps. Stars (or level lines) mark
    `equilibrium`. Of a batch of runs the mean is drawn, with a band from the 5 % to the 95 %
    quantile or, in a triangle, with the paths of the first six runs, pale.

    Parameters
    ----------
    play : a `PlayTrace` or `PlaySummary`, a sequence of profiles, or player i's strategies, shape
        (*batch, K, T_i, A_i)
    i : the player
    game : gives the names of types and actions
    equilibrium : a profile to mark
    average : draw the average of strategies up to each step, which is what converges in zero-sum
        games, instead of the strategies themselves
    ax : axes to draw on; default new ones

    Raises
    ------
    SettingError
        If the player has neither two nor three actions, or there is no such player.

    Examples
    --------
    >>> paths = np.array([[[1.0, 0.0]], [[0.5, 0.5]]])
    >>> plot_simplex(paths).get_ylabel()
    'probability of action 2'
    """
    strategies, steps = _strategies(play, i, average)
    n_runs, _, n_types, n_actions = strategies.shape
    paths = _Paths(
        strategies,
        steps,
        game.types[i] if game else [f"type {t + 1}" for t in range(n_types)],
        game.actions[i] if game else [f"action {a + 1}" for a in range(n_actions)],
        "average probability" if average else "probability",
    )
    marks = None if equilibrium is None else equilibrium.floating.rows[i]
    who = game.players[i] if game else f"player {i + 1}"
    if n_actions == 3:
        ax = _triangle(ax, paths, marks)
        who += f" (mean of {n_runs} runs; {min(n_runs, SHOWN)} pale)" if n_runs > 1 else ""
    else:
        ax = _line(ax, paths, marks)
        who += f" ({words(n_runs, 'quantiles')})" if n_runs > 1 else ""
    legend(ax, columns=4, title=who)
    return ax


def _line(ax: Axes | None, paths: _Paths, marks: Array | None) -> Axes:
    ax = axes_for(ax)
    for t, label in enumerate(paths.types):
        shares = paths.strategies[:, :, t, 1]
        draw_curve(ax, t, paths.steps, shares, label, band="quantiles", log=True, mark_end=True)
        if marks is not None:
            colour = curve_style(t).colour
            ax.axhline(marks[t, 1], color=colour, linewidth=1.0, linestyle=":")
    if marks is not None:
        ax.plot([], [], color=INK, linewidth=1.0, linestyle=":", label="equilibrium")
    ax.set_xscale("log")
    ax.set_ylim(-0.03, 1.03)
    ax.set_xlabel("play (steps)")
    ax.set_ylabel(f"{paths.what} of {paths.actions[1]}")
    return ax


def _triangle(ax: Axes | None, paths: _Paths, marks: Array | None) -> Axes:
    ax = axes_for(ax, (5.2, 4.8), grid=False)
    outline = np.vstack([CORNERS, CORNERS[:1]])
    ax.plot(*outline.T, color=INK, linewidth=1.0)
    for share in (0.25, 0.5, 0.75):
        for a in range(3):
            ends = [share * CORNERS[a] + (1 - share) * CORNERS[(a + b) % 3] for b in (1, 2)]
            ax.plot(*np.transpose(ends), color="#e4e6ea", linewidth=0.6, zorder=0.5)
    at = thin(paths.steps, log=True)
    means = paths.strategies[:, at].mean(axis=0) @ CORNERS
    starts, ends = _nested(means[0]), _nested(means[-1])
    for t, label in enumerate(paths.types):
        style = curve_style(t)
        runs = paths.strategies[:, at, t]
        for run in runs[:SHOWN] if len(runs) > 1 else []:
            ax.plot(*(run @ CORNERS).T, color=style.colour, linewidth=0.6, alpha=0.3)
        x, y = means[:, t].T
        ax.plot(x, y, color=style.colour, linestyle=style.line, linewidth=1.3, label=label)
        _arrows(ax, x, y, style.colour)
        spot = {"color": style.colour, "marker": style.marker, "zorder": 4}
        first: dict[str, Any] = {"markerfacecolor": "none", "markeredgewidth": 1.3}
        ax.plot(x[:1], y[:1], **spot, **first, markersize=starts[t])
        ax.plot(x[-1:], y[-1:], **spot, markersize=ends[t], markeredgecolor="white")
        if marks is not None:
            star: dict[str, Any] = {"marker": "*", "markersize": 19, "markerfacecolor": "white"}
            ax.plot(*(marks[t] @ CORNERS), color=style.colour, **star, zorder=3)
    key: dict[str, Any] = {"color": INK, "linestyle": ""}
    ax.plot([], [], **key, marker="o", fillstyle="none", label="start")
    ax.plot([], [], **key, marker="o", label="end")
    if marks is not None:
        ax.plot(
            [], [], **key, marker="*", markersize=11, markerfacecolor="none", label="equilibrium"
        )
    for a, shift in enumerate(((-6, -13), (6, -13), (0, 12))):
        ax.annotate(
            paths.actions[a],
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
    ax.set_xlabel(f"{paths.what} of each action (grid lines every 0.25)")
    return ax


def _nested(points: Array) -> list[float]:
    """Return a marker size for each of `points` (T, 2), so that later ones stand in earlier ones.

    >>> _nested(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]))
    [11.5, 7.0, 7.0]
    """
    near = np.abs(points[:, None] - points).max(axis=2) < NEAR
    return (7.0 + 4.5 * np.triu(near, 1).sum(axis=1)).tolist()


def _arrows(ax: Axes, x: Array, y: Array, colour: str) -> None:
    """Draw arrowheads along a path, the way it goes; none on a path that hardly moves."""
    lengths = np.hypot(np.diff(x), np.diff(y))
    walked = lengths.cumsum()
    if len(walked) == 0 or walked[-1] < NEAR:
        return
    for share in ARROWS:
        k = int(np.searchsorted(walked, share * walked[-1]))
        k = min(k, len(lengths) - 1)
        heading = np.array([x[k + 1] - x[k], y[k + 1] - y[k]]) / lengths[k]
        middle = np.array([x[k + 1] + x[k], y[k + 1] + y[k]]) / 2
        look = {"arrowstyle": "-|>", "color": colour, "mutation_scale": 14, "linewidth": 0}
        ax.annotate("", middle + 0.012 * heading, middle - 0.012 * heading, arrowprops=look)


def _strategies(
    play: Play | Sequence[StrategyProfile] | Array, i: int, average: bool
) -> tuple[Array, Array]:
    """Return player i's strategies (B, K, T_i, A_i), or their running averages, and steps (K,)."""
    if isinstance(play, PlayTrace | PlaySummary):
        _check_player(i, play.n_players)
        found, steps = play.average(i) if average else play.played(i), play.steps
    else:
        listed: Any = play
        if len(listed) and isinstance(listed[0], StrategyProfile):
            _check_player(i, listed[0].n_players)
            listed = np.stack([profile.floating.rows[i] for profile in listed])
        found = np.asarray(listed, dtype=float)
        _check_shape(found, i)
        steps = np.arange(1, found.shape[-3] + 1)
        if average:
            found = found.cumsum(axis=-3) / steps[:, None, None]
    _check_shape(found, i)
    return np.asarray(found, dtype=float).reshape(-1, *found.shape[-3:]), steps


def _check_player(i: int, n_players: int) -> None:
    if not 0 <= i < n_players:
        raise SettingError(f"i is {i}, want one of the players 0..{n_players - 1}.")


def _check_shape(found: Array, i: int) -> None:
    if found.ndim < 3 or not found.size or found.shape[-1] not in (2, 3):
        raise SettingError(
            f"strategies have shape {found.shape}, want (K, T_{i}, 2 or 3) after any batch axes: a "
            "line for two actions, a triangle for three; draw single profiles by plot_strategy."
        )
