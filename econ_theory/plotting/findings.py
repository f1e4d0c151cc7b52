"""What an audit found: the curves behind one verdict, and the ledger as a table of verdicts."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from econ_theory.audit import Finding, Ledger, Picture, Row
from econ_theory.errors import SettingError
from econ_theory.plotting.canvas import INK, axes_for, curve_style, legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_finding", "plot_ledger"]

SHADES = {
    "holds": "#3a9f92",
    "fails": "#ad352f",
    "vacuous": "#e8a33d",
    "undefined": "#8e7cc3",
    "undecided": "#8b9099",
    "open": "#d9dbe0",
}
SIGNS = {
    "holds": "✓",
    "fails": "✗",
    "vacuous": "○",
    "undefined": "∅",
    "undecided": "?",
    "open": "…",
}
MARKS = (":", (0, (5, 2, 1, 2)), (0, (1, 3)))
ROW_HEIGHT = 0.3
"""Of a ledger's line, inches."""

WIDTH = 72
"""Characters of a line above a picture."""

CHARACTERS = 164
"""That fit beside each other on a ledger's line."""

TITLES = ("claim", "verdict", "what is claimed", "what was found")


def plot_finding(finding: Finding | Row, *, ax: Axes | None = None) -> Axes:
    """Draw the curves a verdict rests on, with their bands and marks; return the axes.

    Above them stand the verdict and its number and, of a row of a ledger, what is claimed. Marks
    are vertical lines, named in the legend, where they hide no curve. On a logarithmic axis, points
    that are not positive are left out. What a band is, the curve's name says.

    Raises
    ------
    SettingError
        If the finding has no picture.

    Examples
    --------
    >>> from econ_theory.audit import run_audit
    >>> ax = plot_finding(run_audit(only="ECON-R±")["ECON-R±"])
    >>> print(ax.get_legend().get_title().get_text())
    ECON-R±: regret R(T) against an equilibrium's value measures distance
    from equilibrium
    ✗ fails: -2 payoff units a player and round, the smallest regret
    """
    claim = finding.claim if isinstance(finding, Row) else None
    finding = finding.finding if isinstance(finding, Row) else finding
    picture = finding.picture
    if picture is None:
        raise SettingError("the finding has no picture, want one; see its number and explanation.")
    verdict = fill(f"{SIGNS[finding.verdict]} {finding.verdict}: {_number(finding)}", WIDTH)
    stated = "" if claim is None else fill(f"{claim.id}: {claim.statement}", WIDTH) + "\n"
    title = stated + verdict
    ax = axes_for(ax, (6.4, 4.0 + 0.19 * title.count("\n")))
    for k, curve in enumerate(picture.curves):
        style = curve_style(k)
        x = _positive(curve.x) if picture.x_log else curve.x
        y = _positive(curve.y) if picture.y_log else curve.y
        ax.plot(
            x,
            y,
            color=style.colour,
            linestyle=style.line if curve.joined else "",
            marker=style.marker if len(x) <= 30 or not curve.joined else "",
            markersize=4,
            linewidth=1.6,
            label=curve.name,
        )
        if curve.low is not None and curve.high is not None:
            low = _positive(curve.low) if picture.y_log else curve.low
            ax.fill_between(x, low, curve.high, color=style.colour, alpha=0.18, linewidth=0)
    for k, (name, place) in enumerate(picture.marks.items()):
        label = f"{name} (at {place:.3g})"
        ax.axvline(place, color=INK, linewidth=1.1, linestyle=MARKS[k % len(MARKS)], label=label)
    if picture.x_log:
        ax.set_xscale("log")
    if picture.y_log:
        ax.set_yscale("log")
    _whole_ticks(ax, picture)
    ax.set_xlabel(_broken(picture.x_label, 62))
    ax.set_ylabel(_broken(picture.y_label, 40))
    legend(ax, columns=2, title=title)
    return ax


def plot_ledger(ledger: Ledger, *, ax: Axes | None = None) -> Axes:
    """Draw the ledger as a table, one line a claim; return the axes.

    Verdicts differ by sign and word, not by colour alone.

    >>> from econ_theory.audit import run_audit
    >>> ax = plot_ledger(run_audit(only="ECON-R±"))
    >>> [text.get_text() for text in ax.texts][4:6]
    ['ECON-R±', '✗ fails']
    """
    if not len(ledger):
        raise SettingError("the ledger has no rows, want at least one claim; run the audit first.")
    ids = 0.014 + 0.0088 * max(len(row.id) for row in ledger)
    columns = (0.0, ids, ids + 0.105, ids + 0.105 + 0.6 * (0.895 - ids))
    cells = [
        (
            row.id,
            f"{SIGNS[row.finding.verdict]} {row.finding.verdict}",
            *(
                fill(text, int(CHARACTERS * (end - start)))
                for text, start, end in zip(
                    (row.claim.statement, _number(row.finding)),
                    columns[2:],
                    (*columns[3:], 1.0),
                    strict=True,
                )
            ),
        )
        for row in ledger
    ]
    heights = [0.45 + 0.55 * (1 + max(text.count("\n") for text in row)) for row in cells]
    ax = axes_for(ax, (12.0, ROW_HEIGHT * (sum(heights) + 1)), grid=False)
    ax.set_axis_off()
    ax.set_xlim(0, 1)
    ax.set_ylim(sum(heights), -1)
    for x, title in zip(columns, TITLES, strict=True):
        ax.text(x, -0.45, title, va="center", fontsize=8.5, style="italic", color=INK)
    ax.axhline(0, color=INK, linewidth=0.9)
    top = 0.0
    for row, texts, height in zip(ledger, cells, heights, strict=True):
        ends = columns[1] - 0.006, columns[2] - 0.008
        shade = SHADES[row.finding.verdict]
        ax.axhspan(top + 0.05, top + height - 0.05, *ends, color=shade, alpha=0.25, linewidth=0)
        for x, text, weight in zip(columns, texts, ("bold", *["normal"] * 3), strict=True):
            ax.text(x, top + height / 2, text, va="center", fontsize=8.5, weight=weight, color=INK)
        top += height
        ax.axhline(top, color=INK, linewidth=0.3)
    return ax


def _broken(label: str, width: int) -> str:
    """Return a long `label` in two lines, its unit on the second if it has one.

    >>> _broken("cumulative regret of all players (payoff units)", 20)
    'cumulative regret of all players\\n(payoff units)'
    """
    if len(label) <= width:
        return label
    before, bracket, unit = label.rpartition(" (")
    return f"{before}\n({unit}" if bracket else fill(label, len(label) // 2 + 6)


def _whole_ticks(ax: Axes, picture: Picture) -> None:
    """Tick at whole numbers only where a picture counts: rounds, steps, equilibria."""
    from matplotlib.ticker import MaxNLocator

    for axis, log, part in ((ax.xaxis, picture.x_log, "x"), (ax.yaxis, picture.y_log, "y")):
        numbers = np.concatenate([getattr(curve, part) for curve in picture.curves])
        if not log and np.ptp(numbers) >= 2 and (numbers == numbers.round()).all():
            axis.set_major_locator(MaxNLocator(integer=True, nbins="auto", steps=[1, 2, 5, 10]))


def _number(finding: Finding) -> str:
    low, high = finding.interval
    spread = "" if low == high else f" [{low:.3g}, {high:.3g}]"
    return f"{finding.number:.4g}{spread} {finding.quantity}"


def _positive(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, np.nan)
