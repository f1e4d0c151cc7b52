"""What an audit found: the curves behind one verdict, and the ledger as a table of verdicts."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from econ_theory.audit import Finding, Ledger
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
}
SIGNS = {"holds": "✓", "fails": "✗", "vacuous": "○", "undefined": "∅", "undecided": "?"}
ROW_HEIGHT = 0.34


def plot_finding(finding: Finding, *, ax: Axes | None = None) -> Axes:
    """Draw the curves a verdict rests on, with their bands and marks; return the axes.

    On a logarithmic axis, points that are not positive are left out.

    Raises
    ------
    SettingError
        If the finding has no picture.

    Examples
    --------
    >>> from econ_theory.audit import run_audit
    >>> plot_finding(run_audit(only="ECON-R±")["ECON-R±"].finding).get_xlabel()
    'round'
    """
    picture = finding.picture
    if picture is None:
        raise SettingError("the finding has no picture, want one; see its number and explanation.")
    ax = axes_for(ax)
    for k, curve in enumerate(picture.curves):
        style = curve_style(k)
        x = _positive(curve.x) if picture.x_log else curve.x
        y = _positive(curve.y) if picture.y_log else curve.y
        ax.plot(
            x,
            y,
            color=style.colour,
            linestyle=style.line,
            marker=style.marker if len(x) <= 30 else "",
            markersize=4,
            linewidth=1.6,
            label=curve.name,
        )
        if curve.low is not None and curve.high is not None:
            low = _positive(curve.low) if picture.y_log else curve.low
            ax.fill_between(x, low, curve.high, color=style.colour, alpha=0.18, linewidth=0)
    for name, place in picture.marks.items():
        ax.axvline(place, color=INK, linewidth=0.9, linestyle=":")
        ax.annotate(
            name,
            (place, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(3, -3),
            textcoords="offset points",
            rotation=90,
            va="top",
            fontsize="x-small",
            color=INK,
        )
    if picture.x_log:
        ax.set_xscale("log")
    if picture.y_log:
        ax.set_yscale("log")
    ax.set_xlabel(picture.x_label)
    ax.set_ylabel(picture.y_label)
    legend(ax, columns=1 if max(len(c.name) for c in picture.curves) > 28 else 2)
    return ax


def plot_ledger(ledger: Ledger, *, ax: Axes | None = None) -> Axes:
    """Draw the ledger as a table, one line a claim; return the axes.

    Verdicts differ by sign and word, not by colour alone.

    >>> from econ_theory.audit import run_audit
    >>> ax = plot_ledger(run_audit(only="ECON-R±"))
    >>> [text.get_text() for text in ax.texts][:2]
    ['ECON-R±', '✗ fails']
    """
    if not len(ledger):
        raise SettingError("the ledger has no rows, want at least one claim; run the audit first.")
    statements = [fill(row.claim.statement, 66) for row in ledger]
    heights = [1 + text.count("\n") * 0.75 for text in statements]
    ax = axes_for(ax, (11.0, ROW_HEIGHT * sum(heights) + 0.5), grid=False)
    ax.set_axis_off()
    ax.set_xlim(0, 1)
    ax.set_ylim(sum(heights), -0.2)
    tops = np.concatenate([[0.0], np.cumsum(heights)])
    for row, statement, top, height in zip(ledger, statements, tops, heights, strict=False):
        verdict, y = row.finding.verdict, top + height / 2
        ax.axhspan(top + 0.04, top + height - 0.04, 0.13, 0.235, color=SHADES[verdict], alpha=0.25)
        for x, text, weight in (
            (0.0, row.id, "bold"),
            (0.135, f"{SIGNS[verdict]} {verdict}", "normal"),
            (0.25, statement, "normal"),
            (0.69, fill(_number(row.finding), 46), "normal"),
        ):
            ax.text(x, y, text, va="center", fontsize=8.5, weight=weight, color=INK)
        ax.axhline(top + height, color=INK, linewidth=0.3)
    return ax


def _number(finding: Finding) -> str:
    low, high = finding.interval
    spread = "" if low == high else f" [{low:.3g}, {high:.3g}]"
    return f"{finding.number:.4g}{spread} {finding.quantity}"


def _positive(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, np.nan)
