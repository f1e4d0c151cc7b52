"""`ReportData` to HTML: one page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from llm_bridge.models.ledger import LedgerRow
from llm_bridge.report import charts, wording
from llm_bridge.report.data import ComparisonView, ReportData
from llm_bridge.report.played import headline, what_was_played

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["PUBLISHED", "page_environment", "render"]

PUBLISHED = (
    ("zero-shot", 68.8),
    ("few-shot", 78.3),
    ("self-consistency @64", 73.9),
    ("rStar", 77.6),
    ("ECON", 82.7),
)
"""Mean accuracy over five data sets, in per cent, LLaMA-3.1-70B: Yi et al. 2025 (2506.08292)."""


class Figure(NamedTuple):
    """A number at the top of the page: what it is, the number, and its base."""

    label: str
    value: str
    base: str


def render(data: ReportData) -> str:
    """Return the HTML page of a run: no script, no external resource, charts as inline SVG.

    The same data gives the same bytes. Text from models, tasks and configurations is escaped.

    >>> page = render(ReportData("a <b> run"))
    >>> "a &lt;b&gt; run" in page, "http-equiv" in page
    (True, False)
    """
    return page_environment().get_template("report.html.j2").render(
        data=data,
        comparison=data.comparison,
        verification=data.verification,
        curve=data.curve,
        headline=headline(data),
        verdict=wording.verdict(data),
        played=what_was_played(data),
        key_figures=_key_figures(data),
        charts=_charts(data),
        settings=_settings(data.config),
        total=_total(data.ledger),
        commands=data.commands or _commands(data.name),
        published=PUBLISHED,
    )  # fmt: skip


@cache
def page_environment() -> Environment:
    """Return the templates of this folder, escaping what they are given."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        seen = wording.visible(value)
        return Markup(seen) if isinstance(value, Markup) else seen

    folder = files("llm_bridge.report")
    environment = Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        amount=wording.amount,
        signed=wording.signed,
        method=wording.method_name,
        duration=wording.seconds_text,
        deviation=wording.deviation_text,
        unbroken=wording.unbroken,
    )
    environment.globals.update(interval=wording.interval, frontier_caption=wording.frontier_caption)
    return environment


def _charts(data: ReportData) -> dict[str, Any]:
    """Return the charts that the data allows, by name, safe to stand in the page."""
    from markupsafe import Markup

    drawn: dict[str, str] = {}
    compared, judged = data.comparison, data.verification
    if compared is not None:
        drawn["frontier"] = charts.frontier_chart(compared)
        drawn["differences"] = charts.difference_chart(compared)
    if data.curve is not None and len(data.curve.episodes) > 1:
        drawn["learning"] = charts.learning_chart(data.curve)
        drawn["loss"] = charts.loss_chart(data.curve)
    if data.regret:
        drawn["regret"] = charts.regret_chart(data.regret)
        if any(curve.bounds for curve in data.regret):
            drawn["bounds"] = charts.bound_chart(data.regret)
    if judged is not None and judged.deviations:
        drawn["gains"] = charts.gain_chart(judged)
    if judged is not None and judged.sensitivity:
        drawn["sensitivity"] = charts.sensitivity_chart(judged)
    return {name: Markup(chart) for name, chart in drawn.items()}


def _key_figures(data: ReportData) -> list[Figure]:
    figures, compared, judged = [], data.comparison, data.verification
    if compared is not None:
        figures += _of_comparison(compared)
    if judged is not None:
        value, ends = wording.interval(judged.epsilon, judged.lower, judged.upper).split(" ", 1)
        base = f"{ends} on {wording.base(judged.n_questions)}"
        figures.append(Figure("distance from equilibrium, ε", value, base))
    if data.ledger:
        total = _total(data.ledger)
        base = f"in {wording.amount(total.calls)} calls; {wording.amount(total.replays)} replays"
        figures.append(Figure("tokens, all stages", wording.amount(total.tokens), base))
    return figures


def _of_comparison(compared: ComparisonView) -> list[Figure]:
    ours = compared.point(compared.ours)
    value, ends = wording.interval(ours.accuracy, ours.lower, ours.upper).split(" ", 1)
    name = wording.method_name(ours.name)
    figures = [Figure(f"accuracy of {name}", value, f"{ends} on {wording.base(ours.n_questions)}")]
    found = compared.ranked[0]
    value, ends = wording.interval(found.difference, found.lower, found.upper, plus=True).split(
        " ", 1
    )
    cost = "equal tokens" if found.equal_tokens else "not equal tokens"
    label = f"against {wording.method_name(found.reference)}"
    figures.append(Figure(label, value, f"{ends}, {cost}, {wording.base(found.n_questions)}"))
    return figures


def _total(rows: Iterable[LedgerRow]) -> LedgerRow:
    rows = tuple(rows)
    sums = {
        item.name: sum(getattr(row, item.name) for row in rows)
        for item in fields(LedgerRow)
        if item.name not in ("purpose", "model")
    }
    return LedgerRow("total", "", **sums)


def _settings(config: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Return the configuration by section, each a list of (dotted key, value in words)."""
    general = [(key, _words(value)) for key, value in config.items() if not _nested(value)]
    sections = {"run": general} if general else {}
    for key, value in config.items():
        if _nested(value):
            sections[key] = list(_flat("", value))
    return sections


def _flat(path: str, value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, entry in value.items():
            yield from _flat(f"{path}.{key}" if path else key, entry)
    elif _nested(value):
        for k, entry in enumerate(value, start=1):
            yield from _flat(f"{path}.{k}" if path else str(k), entry)
    else:
        yield path, _words(value)


def _nested(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(entry, dict) for entry in value)
    )


def _words(value: Any) -> str:
    if isinstance(value, list | tuple):
        inner = [f"({_words(v)})" if isinstance(v, list | tuple) else _words(v) for v in value]
        return ", ".join(inner) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None or value == {} else str(value)


def _commands(name: str) -> tuple[str, ...]:
    from shlex import quote

    run = quote(f"runs/{name}")
    return (
        f"econ train --config {run}/config.json",
        *(f"econ {stage} {run}" for stage in ("verify", "compare", "report")),
    )
