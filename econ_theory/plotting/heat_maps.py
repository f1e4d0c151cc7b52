"""Heat maps of one player: what its types play, and what each action costs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.plotting.canvas import INK, axes_for
from econ_theory.strategies import StrategyProfile, check_profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_best_replies", "plot_strategy"]

MOST_WRITTEN = 120
"""Cells up to which numbers are written into them."""


def plot_strategy(
    game: BayesianGame, profile: StrategyProfile, i: int, *, ax: Axes | None = None
) -> Axes:
    """Draw player `i`'s strategy: a row a type, a column an action, darker is likelier.

    Raises
    ------
    ProfileError
        If the profile does not fit the game.
    SettingError
        If `i` is not a player.

    Examples
    --------
    >>> game = BayesianGame([[0.5], [0.5]], [np.ones((2, 1, 2, 1)), np.ones((2, 1, 2, 1))])
    >>> plot_strategy(game, StrategyProfile.uniform(game), 0).get_ylabel()
    'type (prior probability)'
    """
    rows = _checked(game, profile, i).rows[i]
    return _heat_map(game, i, rows, 1.0, "strategy", "probability", ax)


def plot_best_replies(
    game: BayesianGame, profile: StrategyProfile, i: int, *, ax: Axes | None = None
) -> Axes:
    """Draw how far each action of each type of player `i` falls short of its best reply.

    Interim payoff lost by always playing the action against `profile`, in payoff units: zero and
    framed is a best reply. Dots are what the profile plays, their area its probability; a
    profile is an equilibrium where dots lie in frames only. A type of probability zero loses
    nothing.

    Examples
    --------
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [pennies, -pennies])
    >>> ax = plot_best_replies(game, StrategyProfile([[[1, 0]], [[0, 1]]]), 0)
    >>> [text.get_text() for text in ax.texts]
    ['2', '0']
    """
    profile = _checked(game, profile, i)
    values = game.action_values(profile, i)
    weights = game.type_weights(i)[:, None]
    short = values.max(axis=1, keepdims=True) - values
    short = np.divide(short, weights, out=np.zeros_like(short), where=weights > 0)
    size = game.payoff_range(i)
    # Rounding leaves equally good actions a few units in the last place apart.
    best = short <= 1e-9 * size
    short = np.where(best, 0.0, short)
    top = float(short.max()) or 1.0
    ax = _heat_map(game, i, short, top, "loss against a best reply", "loss (payoff units)", ax)
    from matplotlib.patches import Rectangle

    for t, a in np.argwhere(best):
        ax.add_patch(
            Rectangle((a - 0.46, t - 0.46), 0.92, 0.92, fill=False, edgecolor=INK, linewidth=1.6)
        )
    t, a = np.nonzero(profile.rows[i] > 0)
    ax.scatter(
        a + 0.32,
        t - 0.32,
        s=60 * profile.rows[i][t, a],
        color="#e8a33d",
        edgecolor="white",
        linewidth=0.6,
        zorder=3,
    )
    return ax


def _heat_map(
    game: BayesianGame,
    i: int,
    numbers: Array,
    top: float,
    what: str,
    unit: str,
    ax: Axes | None,
) -> Axes:
    """Draw `numbers` (T_i, A_i), none above `top`, with the labels of player i."""
    n_types, n_actions = numbers.shape
    size = (2.6 + min(0.85 * n_actions, 9.0), 1.5 + min(0.5 * n_types, 8.0))
    ax = axes_for(ax, size, grid=False)
    image = ax.imshow(numbers, cmap="Blues", vmin=0.0, vmax=top, aspect="auto")
    bar = ax.figure.colorbar(image, ax=ax, fraction=0.05, pad=0.03)
    bar.set_label(unit, color=INK, fontsize="small")
    bar.outline.set_visible(False)  # type: ignore[operator]
    bar.ax.tick_params(colors=INK, labelsize="small", length=0)
    if n_types * n_actions <= MOST_WRITTEN:
        for t, a in np.ndindex(numbers.shape):
            ax.text(
                a,
                t,
                _short(float(numbers[t, a])),
                ha="center",
                va="center",
                fontsize="small",
                color="white" if numbers[t, a] > 0.55 * top else INK,
            )
    ax.spines[:].set_visible(False)
    # White lines between the cells.
    ax.set_xticks(np.arange(n_actions + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(n_types + 1) - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1.5)
    ax.tick_params(which="both", length=0)
    ax.set_xticks(range(n_actions), game.actions[i])
    ax.set_yticks(
        range(n_types),
        [
            f"{label} ({weight:.2g})"
            for label, weight in zip(game.types[i], game.type_weights(i), strict=True)
        ],
    )
    if n_actions * max(map(len, game.actions[i])) > 60:
        ax.tick_params(axis="x", rotation=30)
    ax.set_xlabel("action")
    ax.set_ylabel("type (prior probability)")
    ax.set_title(f"{game.players[i]}: {what}", fontsize="medium", color=INK)
    return ax


def _short(number: float) -> str:
    """Return two digits after the point, or two that count; whole numbers without a point.

    >>> [_short(number) for number in (0.0, 1.0, 0.999, 0.25, 0.0312, 1234.5)]
    ['0', '1', '1.00', '0.25', '0.031', '1.2e+03']
    """
    if number == int(number) and number < 1e4:
        return str(int(number))
    return f"{number:.2f}" if 0.1 <= number < 100 else f"{number:.2g}"


def _checked(game: BayesianGame, profile: StrategyProfile, i: int) -> StrategyProfile:
    check_profile(profile, game)
    if not 0 <= i < game.n_players:
        raise SettingError(f"i is {i}, want one of the players 0..{game.n_players - 1}.")
    return profile.floating
