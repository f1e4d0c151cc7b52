"""What all pictures share: axes, curve styles, legends. Nothing here is global state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.finite.labels import default_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "INK",
    "Style",
    "axes_for",
    "curve_style",
    "legend",
    "option",
    "panels_for",
    "player_names",
    "thin",
]

INK = "#2b2d33"
FAINT = "#d9dbe0"
POINTS = 1200
CHARACTERS = 16
"""Of a legend to the inch of the axes below it, which are narrower."""

HANDLE = 8
"""Characters as wide as the sample of a curve before its name."""


class Style(NamedTuple):
    """How one curve looks: told apart by any one of the three."""

    colour: str
    line: str | tuple[int, tuple[float, ...]]
    marker: str


# Lightness rises over the first four, which is as many as most pictures hold.
STYLES = (
    Style("#16325c", "-", "o"),
    Style("#ad352f", (0, (6, 2)), "s"),
    Style("#3a9f92", (0, (6, 2, 1.5, 2)), "^"),
    Style("#e8a33d", (0, (2.5, 1.5)), "D"),
    Style("#8e7cc3", (0, (9, 2, 1.5, 2, 1.5, 2)), "v"),
    Style("#8b9099", (0, (1, 1)), "P"),
)


def curve_style(k: int) -> Style:
    """Return the style of curve `k`; after the list is used up, colours meet new line styles.

    >>> curve_style(0) == curve_style(6)
    False
    """
    n = len(STYLES)
    shifted = STYLES[(k + k // n) % n]
    return Style(STYLES[k % n].colour, shifted.line, shifted.marker)


def axes_for(ax: Axes | None, size: tuple[float, float] = (6.4, 4.0), *, grid: bool = True) -> Axes:
    """Return `ax`, or the axes of a new figure of `size` inches, tidied."""
    if ax is None:
        from matplotlib import pyplot

        _, ax = pyplot.subplots(figsize=size, layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(INK)
    ax.tick_params(colors=INK, labelsize="small")
    ax.xaxis.label.set_color(INK)
    ax.yaxis.label.set_color(INK)
    ax.set_axisbelow(True)
    if grid:
        ax.grid(True, which="major", color=FAINT, linewidth=0.6)
    return ax


def panels_for(axes: Any, shape: tuple[int, int], size: tuple[float, float]) -> Array:
    """Return `axes` as an array of this `shape`, or those of a new figure, `size` inches each."""
    if axes is None:
        from matplotlib import pyplot

        inches = (shape[1] * size[0], shape[0] * size[1])
        return pyplot.subplots(*shape, figsize=inches, layout="constrained", squeeze=False)[1]
    given = np.asarray(axes, dtype=object)
    if given.size != shape[0] * shape[1]:
        raise SettingError(f"axes has {given.size} axes, want {shape[0] * shape[1]}: one a panel.")
    return given.reshape(shape)


def player_names(game: Any) -> tuple[str, ...]:
    """Return the labels of the players of `game`; where it has none, "player 1" and so on."""
    return tuple(getattr(game, "players", None) or default_labels("player", game.n_players))


def legend(ax: Axes, *, columns: int = 1, title: str = "") -> None:
    """Draw the legend of `ax` above it, where it hides no curve, in `columns` if there is room."""
    handles, names = ax.get_legend_handles_labels()
    longest = max((len(line) for name in names for line in name.split("\n")), default=0)
    room = CHARACTERS * ax.bbox.width / ax.figure.dpi
    columns = max(1, min(columns, int(room // (longest + HANDLE))))
    box = ax.legend(
        handles,
        names,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=columns,
        title=title or None,
        title_fontsize="medium",
        alignment="left",
        frameon=False,
        fontsize="small",
        labelcolor=INK,
        handlelength=3.4,
    )
    box.get_title().set_color(INK)


def thin(steps: Array, *, log: bool) -> Array:
    """Return positions in rising `steps` (K,), at most about 1200, first and last included.

    Even in the logarithm of the step when `log`, else even in the step.

    >>> thin(np.array([1, 10, 100]), log=True).tolist()
    [0, 1, 2]
    >>> len(thin(np.arange(1, 50_001), log=False))
    1200
    """
    if len(steps) <= POINTS:
        return np.arange(len(steps))
    space = np.geomspace if log else np.linspace
    wanted = space(steps[0], steps[-1], POINTS)
    return np.unique(np.searchsorted(steps, wanted.round()).clip(0, len(steps) - 1))


def option(what: str, got: str, allowed: tuple[str, ...]) -> None:
    """Raise `SettingError` unless `got` is one of `allowed`."""
    if got not in allowed:
        raise SettingError(f"{what} is {got!r}, want one of {allowed}; the first is the default.")
