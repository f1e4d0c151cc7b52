"""What the charts of a report share: a figure, forests, smoothed curves, readable log axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from textwrap import fill
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from econ_theory.plotting.canvas import INK, axes_for, curve_style, legend
from llm_bridge.report.svg import PAPER, chart_style
from llm_bridge.report.wording import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "Key",
    "apart",
    "forest",
    "forest_height",
    "key",
    "log_axis",
    "panel",
    "row_labels",
    "smoothed",
]

WIDTH = 4.8
LETTERS, ROW_LETTERS = 46, 20
"""That fit on a line of a legend, and before a row of a forest."""

MOST_LETTERS = 120
LINE = 0.165
"""Height of a line of small text, inches."""


class Key(NamedTuple):
    """A legend planned before its figure: its entries broken into lines, columns, inches."""

    labels: list[str]
    columns: int
    height: float

    def draw(self, ax: Axes) -> None:
        """Draw the legend of what is drawn in `ax` under the `labels`."""
        legend(ax, columns=self.columns)


def key(names: Sequence[str]) -> Key:
    """Return the legend of curves called `names`, which may be long.

    >>> key(["a", "b", "c"]).columns, key(["a", "a method of a rather long name"]).columns
    (3, 1)
    """
    labels = [_broken(name, LETTERS) for name in names]
    lines = [line for label in labels for line in label.splitlines()]
    longest = max(map(len, lines), default=0)
    columns = 3 if longest < 10 else 2 if longest < 20 else 1
    return Key(labels, columns, LINE * ceil(len(lines) / columns))


def _broken(name: str, width: int) -> str:
    """Return a name in lines of at most `width` letters, cut off where it has very many.

    Fewer letters where they are wide.
    """
    whole = visible(" ".join(name.split())) or "(no name)"
    if len(whole) > MOST_LETTERS:
        whole = whole[: MOST_LETTERS - 1] + "…"
    room = sum(2.0 if letter > "\u2e7f" else 1.6 if letter in "mwMW@%" else 1.0 for letter in whole)
    return fill(whole, max(4, int(width * min(1.0, 1.15 * len(whole) / room))))


def forest_height(labels: Sequence[str]) -> float:
    """Return the height in inches of a `forest` whose labels have room."""
    lines = [1 + _broken(label, ROW_LETTERS).count("\n") for label in labels]
    return 0.8 + len(labels) * max(0.32, LINE * max(lines, default=1) + 0.1)


@contextmanager
def panel(name: str, height: float, *, rows: int = 1) -> Iterator[tuple[Figure, Any]]:
    """Open a figure of the page's column width, its axes tidied; `rows` axes above each other."""
    from matplotlib.figure import Figure

    with chart_style(name):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.subplots(rows, 1, squeeze=False)[:, 0]
        for ax in axes:
            axes_for(ax)
        yield figure, axes[0] if rows == 1 else axes


def apart(ax: Axes, tokens: np.ndarray) -> np.ndarray:
    """Return ascending `tokens` with those that would be drawn on each other side by side."""
    low, high = ax.get_xlim()
    log = ax.get_xscale() == "log"
    if log:
        low, high, tokens = np.log(low), np.log(high), np.log(tokens)
    at, gap = (tokens - low) / (high - low), 0.045
    groups: list[list[float]] = []
    for place in at:
        if groups and place - groups[-1][-1] < gap:
            groups[-1].append(float(place))
        else:
            groups.append([float(place)])
    spread = [
        np.mean(group) + gap * (np.arange(len(group)) - (len(group) - 1) / 2) for group in groups
    ]
    moved = low + (high - low) * np.concatenate(spread)
    return np.exp(moved) if log else moved


def forest(
    ax: Axes,
    labels: Sequence[str],
    rows: Sequence[tuple[float, float, float]],
    filled: Sequence[bool],
) -> None:
    """Draw estimates with intervals, one a row, the first on top, and a line at zero."""
    colour = curve_style(0).colour
    ax.axvline(0.0, color=INK, linewidth=0.9, zorder=1.5)
    for k, ((value, lower, upper), full) in enumerate(zip(rows, filled, strict=True)):
        ax.plot([lower, upper], [k, k], color=colour, linewidth=1.5)
        ax.plot(
            [value],
            [k],
            color=colour,
            marker="o",
            markersize=7,
            markerfacecolor=colour if full else PAPER,
            markeredgewidth=1.4,
        )
    row_labels(ax, labels)


def row_labels(ax: Axes, labels: Sequence[str]) -> None:
    """Name the rows 0, 1, ... of `ax`, the first on top, in place of a y axis."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.set_yticks(range(len(labels)), [_broken(label, ROW_LETTERS) for label in labels])
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.grid(False, axis="y")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)


def smoothed(
    ax: Axes, episodes: Sequence[int], values: Sequence[float], k: int, label: str, *, raw: bool
) -> None:
    """Draw a centred moving mean over a tenth of the updates, and faintly what it smooths."""
    style, x, y = curve_style(k), np.array(episodes), np.array(values)
    if raw:
        ax.plot(x, y, color=style.colour, linewidth=0.7, alpha=0.35)
    half = max(1, len(y) // 10) // 2
    sums = np.concatenate([[0.0], y.cumsum()])
    at = np.arange(len(y))
    low, high = np.maximum(at - half, 0), np.minimum(at + half + 1, len(y))
    ax.plot(
        x,
        (sums[high] - sums[low]) / (high - low),
        color=style.colour,
        linestyle=style.line,
        linewidth=1.8,
        label=label,
    )


def log_axis(axis: Any) -> None:
    """Make an axis logarithmic with plain numbers at 1, 2 and 5 times powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

    axis.axes.set_xscale("log") if axis.axis_name == "x" else axis.axes.set_yscale("log")
    low, high = axis.get_data_interval()
    wide = low > 0 and high > 300 * low
    axis.set_major_locator(LogLocator(subs=(1.0,) if wide else (1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _plain(value)))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def _plain(value: float) -> str:
    """Return a tick's number in plain digits; a power of ten where these would be many.

    >>> _plain(20000.0), _plain(1e7), _plain(2e-5)
    ('20\u202f000', '10⁷', '2·10⁻⁵')
    """
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return f"{value:,.6g}".replace(",", "\u202f")
    factor, power = f"{value:.0e}".split("e")
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if factor == "1" else f"{factor}·10{raised}"
