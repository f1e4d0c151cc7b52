"""A claims ledger as one HTML page: what is claimed, what its experiment found, and the picture."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from econ_theory.audit import VERDICTS, Ledger, Row
from econ_theory.plotting import plot_finding
from llm_bridge.report.page import page_environment
from llm_bridge.report.panels import panel
from llm_bridge.report.svg import inline_svg

__all__ = ["render_audit"]


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
    return page_environment().get_template("audit.html.j2").render(
        ledger=ledger,
        claims=[_view(k, row) for k, row in enumerate(ledger)],
        counts=[(verdict, counts[verdict]) for verdict in VERDICTS if counts[verdict]],
        seconds=sum(row.seconds for row in ledger),
    )  # fmt: skip


def _view(k: int, row: Row) -> ClaimView:
    low, high = row.finding.interval
    return ClaimView(
        row,
        f"claim-{k}",
        f"{row.finding.number:.4g}",
        "" if low == high else f"[{low:.4g}, {high:.4g}]",
        _chart(k, row),
    )


def _chart(k: int, row: Row) -> str:
    from markupsafe import Markup

    picture = row.finding.picture
    if picture is None:
        return ""
    name = f"finding{k}"
    with panel(name, 2.9 + 0.16 * len(picture.curves)) as (figure, ax):
        plot_finding(row.finding, ax=ax)
        words = "; ".join(f"{c.name}: {c.y[0]:.3g} to {c.y[-1]:.3g}" for c in picture.curves)
        return Markup(inline_svg(figure, name=name, title=row.claim.statement, description=words))
