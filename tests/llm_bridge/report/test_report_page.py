"""The page: what it says, what it must never let through, what it needs from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from llm_bridge.errors import ConfigError
from llm_bridge.report import ReportData, render, verdict

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
