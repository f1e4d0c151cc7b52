"""Best responses of two players with two actions: curves that cross where both are at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.driver import solve
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.plotting.canvas import INK, axes_for, curve_style, panels_for
from econ_theory.search import solve_all
from econ_theory.strategies import StrategyProfile, check_profile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_best_responses"]

MOST_PANELS = 9
ROUNDING = 1e-9
"""Share of the payoff range below which two actions are equally good."""


def plot_best_responses(
    game: BayesianGame,
    profile: StrategyProfile | None = None,
    *,
    types: tuple[int, int] | None = None,
    axes: Any = None,
) -> Array:
    """Draw the best responses of two players with two actions each; return the axes (T_1, T_2).

    One panel a pair of types that occur. In it, the first player's type chooses across, the second
    player's up, how likely it plays its second action, while all other types play as in `profile`.
    Each curve holds the best responses to the other: where they cross, neither type would move. So
    a profile is an equilibrium if and only if its dot lies on a crossing in every panel. A type
    that is indifferent whatever the other does has the whole square, which is hatched.

    Without types there is one panel, whatever the profile; all equilibria are marked, unless a
    profile is given. (The heat map `plot_best_replies` shows what each action loses, in games of
    any size.)

    Parameters
    ----------
    game : of two players with two actions each
    profile : what all other types play, marked by a dot; default, in a game with types, what
        `solve` finds
    types : the one pair of types to draw; default all pairs
    axes : axes to draw on, one a panel; default those of a new figure

    Raises
    ------
    SettingError
        If the game is of another size, there are more than nine panels, or no such types.
    ProfileError
        If the profile does not fit the game.

    Examples
    --------
    >>> hunt = np.array([[4, 0], [3, 3]]).reshape(1, 1, 2, 2)
    >>> axes = plot_best_responses(BayesianGame([[1]], [hunt, hunt.swapaxes(2, 3)]))
    >>> dots = next(line for line in axes[0, 0].lines if line.get_label() == "equilibrium")
    >>> dots.get_xydata().round(6).tolist()
    [[0.0, 0.0], [0.25, 0.25], [1.0, 1.0]]
    """
    pairs = _pairs(game, types)
    alone = game.prior.size == 1
    if profile is None:
        found = [s.profile for s in solve_all(game)] if alone else [solve(game, rng=0).profile]
    else:
        found = [profile]
    for played in found:
        check_profile(played, game)
    found = [played.floating for played in found]
    size = 4.2 if alone else 3.4
    axes = panels_for(axes, pairs.shape[:2], (size, size))
    for (row, column), ax in np.ndenumerate(axes):
        t = (int(pairs[row, column, 0]), int(pairs[row, column, 1]))
        _panel(game, found, t, ax, "equilibrium" if profile is None else "profile")
    box: dict[str, Any] = {"frameon": False, "fontsize": "small", "labelcolor": INK}
    box["handlelength"] = 3.4
    if alone:
        axes[0, 0].legend(**box, loc="lower left", bbox_to_anchor=(0.0, 1.0))
    else:
        given = axes[0, 0].get_legend_handles_labels()
        axes[0, 0].figure.legend(*given, **box, loc="outside upper left", ncols=3)
    return axes


def _panel(
    game: BayesianGame, found: list[StrategyProfile], t: tuple[int, int], ax: Axes, dot: str
) -> None:
    axes_for(ax)
    for i in (0, 1):
        style = curve_style(i)
        path = _responses(game, found[0], i, t)
        label = f"best response: {game.players[i]}"
        look: dict[str, Any] = {"color": style.colour, "label": label, "zorder": 2 + i}
        if path is None:
            ax.fill([0, 1, 1, 0], [0, 0, 1, 1], alpha=0.25, hatch="/\\"[i] * 3, fill=False, **look)
            continue
        own, other = path
        x, y = (own, other) if i == 0 else (other, own)
        # Wide below narrow, so that both show where they lie on each other.
        ax.plot(x, y, linestyle=style.line, linewidth=3.0 - 0.9 * i, clip_on=False, **look)
    dots = sorted(tuple(p.rows[i][t[i], 1] for i in (0, 1)) for p in found)
    ax.plot(*np.transpose(dots), "o", color=INK, markersize=8, label=dot, clip_on=False, zorder=5)
    ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    for i, name in enumerate((ax.set_xlabel, ax.set_ylabel)):
        who = game.players[i] if len(game.types[i]) == 1 else game.types[i][t[i]]
        name(f"{who}: probability of {game.actions[i][1]}")


def _responses(
    game: BayesianGame, profile: StrategyProfile, i: int, t: tuple[int, int]
) -> tuple[Array, Array] | None:
    """Return the best responses of type ``t[i]``, along the other type's probability from 0 to 1.

    None if every response is best, always.
    """
    j = 1 - i
    edge = []
    for share in (0.0, 1.0):
        rows = [row.copy() for row in profile.rows]
        rows[j][t[j]] = [1 - share, share]
        values = game.action_values(StrategyProfile(rows), i)[t[i]]
        edge.append(float(values[1] - values[0]) / float(game.type_weights(i)[t[i]]))
    none = ROUNDING * game.payoff_range(i)
    edge = [0.0 if abs(gain) <= none else gain for gain in edge]
    at_zero, at_one = edge
    if at_zero == at_one == 0:
        return None
    if at_zero == at_one or at_zero * at_one > 0:
        best = float(at_zero > 0)
        return np.array([best, best]), np.array([0.0, 1.0])
    turn = at_zero / (at_zero - at_one)
    before, after = float(at_zero > 0 or at_one < 0), float(at_one > 0 or at_zero < 0)
    return np.array([before, before, after, after]), np.array([0.0, turn, turn, 1.0])


def _pairs(game: BayesianGame, types: tuple[int, int] | None) -> Array:
    """Return the pairs of types to draw, (rows, columns, 2), the first player's types down."""
    if game.n_players != 2 or game.n_actions != (2, 2):
        raise SettingError(
            f"game has {game.n_players} players with {game.n_actions} actions, want 2 with (2, 2); "
            "draw larger games by plot_best_replies, one player at a time."
        )
    occur = [np.flatnonzero(game.type_weights(i) > 0).tolist() for i in (0, 1)]
    if types is None:
        n = len(occur[0]) * len(occur[1])
        if n > MOST_PANELS:
            raise SettingError(
                f"game has {n} pairs of types, want at most {MOST_PANELS} panels; choose one pair "
                "by types=(0, 0)."
            )
        return np.stack(np.meshgrid(*occur, indexing="ij"), axis=-1)
    if len(types) != 2 or any(types[i] not in occur[i] for i in (0, 1)):
        raise SettingError(
            f"types is {types}, want a pair of types that occur, of {occur[0]} and {occur[1]}."
        )
    return np.array(types).reshape(1, 1, 2)
