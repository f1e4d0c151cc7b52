"""The page: what it says, what it must never let through, what it needs from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from econ_theory.tables import visible
from llm_bridge.baselines.comparison import FrontierPoint
from llm_bridge.errors import ConfigError
from llm_bridge.report import ReportData, render, verdict
from llm_bridge.report.charts import frontier_chart, gain_chart

VOID = {"meta", "link", "br", "img", "hr", "input"}


class Outline(HTMLParser):
    """Reads a page: its tags, ids, text; fails on tags that do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


@pytest.fixture(scope="module")
def page(report: ReportData) -> str:
    return render(report)


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def test_text_from_outside_is_escaped(page: str, outline: Outline) -> None:
    tags = [tag for tag, _ in outline.tags]
    assert "script" not in tags
    assert "img" not in tags
    assert not [key for _, attrs in outline.tags for key in attrs if key.startswith("on")]
    assert "demo <script>alert(1)</script>" in outline.text
    assert '"><img src=x onerror=alert(2)>' in outline.text
    # In the charts too: the executor's name is a legend entry.
    assert "<b>solver</b>" not in page
    assert outline.text.count("<b>solver</b>") >= 4


def test_nothing_is_fetched(outline: Outline) -> None:
    for tag, attrs in outline.tags:
        for key in ("src", "href", "xlink:href", "action", "srcset", "data"):
            target = attrs.get(key) or "#"
            assert target.startswith("#") or target == "data:,", (tag, key, target)
    assert "@import" not in outline.text


def test_ids_are_unique_and_references_resolve(page: str, outline: Outline) -> None:
    ids = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    wanted = set(re.findall(r"url\(#([^)]+)\)", page)) | {
        name
        for _, attrs in outline.tags
        for name in (attrs.get("aria-labelledby") or "").split()
        + ([attrs["href"][1:]] if (attrs.get("href") or "").startswith("#") else [])
    }
    assert wanted <= set(ids)


def test_every_chart_says_what_it_shows(outline: Outline) -> None:
    charts = [attrs for tag, attrs in outline.tags if tag == "svg"]
    assert len(charts) == 8
    assert all(attrs["role"] == "img" for attrs in charts)
    assert "self-consistency (610 tokens) −0.02 [−0.09, 0.05]" in outline.text


def test_numbers_stand_with_their_base(outline: Outline) -> None:
    text = outline.text.replace("\xa0", " ")
    assert "accuracy −0.02 [−0.09, 0.05] on n = 40 questions (95% interval)" in text
    assert "ε = 0.03 [0.01, 0.06] on n = 60 questions" in text
    assert "solver 2, when unsure, gains 0.03 [0.01, 0.06] by T=0.8 examples" in text
    assert "best of 6 (oracle: knows the right answers)" in text
    assert "not comparable" in text
    # 80 + 1440 calls; all prompt and generated tokens.
    assert "1\u202f520 calls; 220 replays" in text
    assert "158\u202f400" in text
    for share in re.findall(r"[\d.]+ ?%(.{0,30})", text):
        assert "interval" in share or "confidence" in share


def test_verdict_is_computed(report: ReportData, degenerate: ReportData) -> None:
    same, single, fixed, epsilon, learned = verdict(report)
    assert same.startswith("No difference between ECON (greedy) and self-consistency (610 tokens)")
    assert single.startswith(
        "ECON (greedy) answered better than single (direct) at 610 tokens a question against 88"
    )
    assert fixed.startswith("No difference between ECON (greedy) and fixed controls")
    assert epsilon.startswith("The trained policy is not an equilibrium")
    assert "in training" in learned.lower()
    first, *rest = verdict(degenerate)
    assert len(rest) == 4
    assert first.startswith("Degenerate: no executor's payoff")
    assert "0.09 at 95% confidence" in first
    assert any(line.startswith("That the trained policy is an equil") for line in rest)


def test_the_strongest_baseline_at_equal_tokens_comes_first(report: ReportData) -> None:
    compared = report.comparison
    assert compared is not None
    for order in (compared.differences, compared.differences[::-1]):
        shuffled = replace(compared, differences=order)
        assert [found.reference for found in shuffled.ranked] == [
            "self-consistency 610 tokens",
            "single (direct)",
            "fixed controls",
            "best of 6",
        ]
    first, _, third, *_ = verdict(replace(report, comparison=shuffled))
    assert "self-consistency (610 tokens), the strongest of 2 baselines at equal tokens," in first
    assert third.endswith("1 more in the table.")
    page = Outline(render(replace(report, comparison=shuffled))).text
    assert page.index("against self-consistency (610 tokens)") < page.index("Accuracy and tokens")


def test_replies_that_could_not_be_read_are_told_beside_the_comparison(report: ReportData) -> None:
    compared = report.comparison
    assert compared is not None
    voted = replace(compared.points[3], invalid=141)
    points = (*compared.points[:3], voted, compared.points[4])
    told = verdict(ReportData("x", comparison=replace(compared, points=points)))
    assert told[-1].endswith("141 of 269 of self-consistency (610 tokens).")
    assert not any("could not be read" in line for line in verdict(report))


@pytest.mark.slow
def test_captions_speak_of_what_is_drawn(report: ReportData) -> None:
    compared = report.comparison
    assert compared is not None
    several = Outline(render(report)).text
    assert "The dashed line joins the methods" in several
    assert "stroke-dasharray" in frontier_chart(compared)
    cheap: FrontierPoint = replace(compared.points[0], accuracy=0.9, upper=0.99)
    points = (cheap, *(replace(point, best=False) for point in compared.points[1:]))
    alone = replace(compared, points=points)
    page = Outline(render(replace(report, comparison=alone))).text
    assert "No line is drawn: nothing is as accurate as single (direct) for as few tokens." in page
    assert "The dashed line" not in page
    assert "stroke-dasharray" not in frontier_chart(alone)


def test_gains_stand_inside_their_intervals(report: ReportData) -> None:
    judged = report.verification
    assert judged is not None
    lost = replace(judged.deviations[0], gain=-0.12, lower=-0.2, upper=-0.05)
    chart = gain_chart(replace(judged, deviations=(lost, *judged.deviations[1:])))
    assert "−0.12 [−0.20, −0.05]" in chart


NAMES = (
    "$x$ and $",
    "$\\nosuch{$",
    "a\\$b$",
    "bell\x07 escape\x1b[31m nul\x00 del\x7f c1\x85 return\r",
    "\u202eturned\u202c \ufffe half \ud83d",
    "求解器 一号 🙂",
    "a very long name " * 40,
    "w" * 700,
    "<b>&amp;</b>",
    " ",
)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_any_name_is_shown_and_harms_nothing(report: ReportData, name: str) -> None:
    compared, judged = report.comparison, report.verification
    assert compared is not None
    assert judged is not None
    points = tuple(replace(point, name=f"{k} {name}") for k, point in enumerate(compared.points))
    renamed = {old.name: new.name for old, new in zip(compared.points, points, strict=True)}
    data = replace(
        report,
        curve=None,
        regret=(),
        name=name,
        models=(replace(report.models[0], name=name, role=name),),
        ledger=tuple(replace(row, model=name, purpose=name) for row in report.ledger),
        comparison=replace(
            compared,
            ours=renamed[compared.ours],
            points=points,
            differences=tuple(
                replace(found, name=renamed[found.name], reference=renamed[found.reference])
                for found in compared.differences
            ),
        ),
        verification=replace(
            judged,
            executors=tuple(replace(item, name=name) for item in judged.executors),
            deviations=tuple(replace(item, executor=name) for item in judged.deviations),
            sensitivity=tuple(replace(item, executor=name) for item in judged.sensitivity),
        ),
        notes=(name,),
    )
    page = render(data)
    assert page == visible(page, lines=True)
    page.encode()
    outline = Outline(page)
    assert len([tag for tag, _ in outline.tags if tag == "svg"]) == 4
    assert visible(name).replace("\r", "") in outline.text
    if "$" in name:
        words = ElementTree.fromstring(gain_chart(data.verification)).iter("text")
        assert f"{name}, unsure" in [word.text for word in words]


def test_the_box_says_what_was_played(report: ReportData) -> None:
    text = Outline(render(replace(report, example=("What is 2 + 3?", "5")))).text
    box = text[text.index("What was played") : text.index("Before you rely on it")]
    for term in ("Task", "Executors", "Signal", "Control", "Coordinator, commitment", "Reward, ε"):
        assert term in box
    assert "One of them: “What is 2 + 3?” The right answer: 5." in box
    assert "smollm2-135m-instruct" in box
    assert "A team of 3 language models (smollm2-135m-instruct), trained with ECON: run" in text
    assert "What was played" not in render(ReportData("begun"))


def test_worse_is_called_worse(report: ReportData) -> None:
    assert report.comparison is not None
    last = report.comparison.differences[-1]
    only = replace(report.comparison, differences=(last,))
    (sentence,) = verdict(ReportData("x", comparison=only))
    assert sentence.startswith("ECON (greedy) answered worse than best of 6")


def test_hopeless_interval_is_called_so(report: ReportData) -> None:
    assert report.verification is not None
    wide = replace(report.verification, lower=0.0, upper=0.9)
    (sentence,) = verdict(ReportData("x", verification=wide))
    assert sentence.startswith("How far the policy is from equilibrium could hardly be measured")


def test_same_data_same_bytes(report: ReportData, page: str) -> None:
    assert render(ReportData.from_dict(report.to_dict())) == page


def test_a_run_that_has_only_begun() -> None:
    outline = Outline(render(ReportData("begun")))
    assert "Nothing has been measured yet." in outline.text
    assert "econ verify runs/begun" in outline.text
    assert "svg" not in [tag for tag, _ in outline.tags]


def test_commands_can_be_given() -> None:
    page = render(ReportData("x", commands=("make demo",)))
    assert "make demo" in page
    assert "--config" not in page


def test_one_update_of_training(report: ReportData) -> None:
    curve = report.curve
    assert curve is not None
    short = replace(
        curve, **{name: getattr(curve, name)[:1] for name in curve.__slots__ if name != "stopped"}
    )
    outline = Outline(render(ReportData("short", curve=short)))
    assert "Training ran for one update of 8 episodes" in outline.text
    assert "svg" not in [tag for tag, _ in outline.tags]


def test_wrong_root_is_refused() -> None:
    with pytest.raises(ConfigError, match="its root is 3"):
        ReportData.from_dict(3)
