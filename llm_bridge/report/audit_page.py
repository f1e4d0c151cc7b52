"""A claims ledger as one HTML page: what is claimed, what its experiment found, and the picture."""

from __future__ import annotations

from collections import Counter
from textwrap import fill
from typing import Any, NamedTuple

from econ_theory.audit import MEANINGS, SOURCES, VERDICTS, Ledger, Row
from econ_theory.plotting import plot_finding
from llm_bridge.report.formulas import formula, measured, signs
from llm_bridge.report.page import page_environment
from llm_bridge.report.panels import key, log_axis, panel
from llm_bridge.report.svg import inline_svg

__all__ = ["render_audit"]


COUNTED = {"holds": "hold", "fails": "fail"}
"""Verdicts that change with their number; the others read "is" and "are" before them."""

LABEL_LETTERS = 52, 36
"""That fit below and beside the axes of a picture."""


class ClaimView(NamedTuple):
    """One claim as the page shows it; `chart` is an SVG element or empty."""

    row: Row
    anchor: str
    number: str
    interval: str
    chart: str


def render_audit(ledger: Ledger) -> str:
    """Return the HTML page of an audit: no script, no external resource, pictures as inline SVG.

    >>> from econ_theory.audit import run_audit
    >>> "always (cooperate, cooperate)" in render_audit(run_audit(only="ECON-R±", quick=True))
    True
    """
    counts = Counter(row.finding.verdict for row in ledger)
    found = [verdict for verdict in VERDICTS if counts[verdict]]
    n_open = counts["open"]
    return page_environment().get_template("audit.html.j2").render(
        ledger=ledger,
        claims=[_view(k, row) for k, row in enumerate(ledger)],
        n_claims=len(ledger) - n_open,
        n_open=n_open,
        counts=[_counted(verdict, counts[verdict]) for verdict in found if verdict != "open"],
        meanings=[(verdict, MEANINGS[verdict]) for verdict in found],
        sources=[
            (letters, source)
            for letters, source in SOURCES.items()
            if any(row.id.startswith(f"{letters}-") for row in ledger)
        ],
        seconds=sum(row.seconds for row in ledger),
        formula=formula,
    )  # fmt: skip


def _counted(verdict: str, count: int) -> str:
    """Return how many claims got a verdict.

    >>> _counted("holds", 1), _counted("fails", 2), _counted("vacuous", 1)
    ('1 holds', '2 fail', '1 is vacuous')
    """
    if verdict in COUNTED:
        return f"{count} {verdict if count == 1 else COUNTED[verdict]}"
    return f"{count} {'is' if count == 1 else 'are'} {verdict}"


def _view(k: int, row: Row) -> ClaimView:
    number, interval = measured(row.finding.number, *row.finding.interval)
    return ClaimView(row, f"claim-{k}", number, interval, _chart(k, row))


def _chart(k: int, row: Row) -> str:
    from markupsafe import Markup

    picture = row.finding.picture
    if picture is None:
        return ""
    name = f"finding{k}"
    entries = key([*(curve.name for curve in picture.curves), *picture.marks])
    with panel(name, 3.0 + entries.height) as (figure, ax):
        plot_finding(row.finding, ax=ax)
        _fitted(ax)
        words = "; ".join(f"{c.name}: {c.y[0]:.3g} to {c.y[-1]:.3g}" for c in picture.curves)
        return Markup(inline_svg(figure, name=name, title=row.claim.statement, description=words))


def _fitted(ax: Any) -> None:
    """Break labels and legend to the width of the page's column; plain numbers on log axes."""
    ax.set_title("")
    # The page says claim and verdict beside the picture.
    ax.get_legend().set_title(None)
    for axis, letters in zip((ax.xaxis, ax.yaxis), LABEL_LETTERS, strict=True):
        axis.set_label_text(fill(signs(" ".join(axis.get_label_text().split())), letters))
        if axis.get_scale() == "log":
            log_axis(axis)
    texts = ax.get_legend().get_texts()
    labels = key([signs(text.get_text()) for text in texts]).labels
    for text, label in zip(texts, labels, strict=True):
        text.set_text(label)
