"""The ledger's page: every claim with its verdict, nothing from outside, text escaped."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pytest

from econ_theory.audit import (
    MEANINGS,
    VERDICTS,
    Curve,
    Finding,
    Ledger,
    Picture,
    Row,
    run_audit,
)
from llm_bridge.report import render_audit


@dataclass(frozen=True)
class Awkward:
    """A claim whose words are markup."""

    id = "<i>X</i>-1"
    statement = 'all is <script>alert("well")</script>'
    source = "a & b"
    hypotheses = ("h < 1",)

    def n_trials(self, quick: bool) -> int:
        return 1

    def trial(self, rng: np.random.Generator, quick: bool) -> None:
        return None

    def judge(self, results) -> Finding:
        raise NotImplementedError


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    steps = np.arange(1, 50)
    picture = Picture(
        "step",
        "regret (payoff units)",
        (
            Curve("<b>bold</b>", steps, np.sqrt(steps), np.sqrt(steps) - 1, np.sqrt(steps) + 1),
            Curve("zero on a log axis", steps, 0.0 * steps),
        ),
        x_log=True,
        y_log=True,
        marks={"from here": 10.0},
    )
    findings = [
        Finding("holds", 0.5, "share", (0.25, 0.75), "because <it> is", picture=picture),
        Finding("fails", 1.0, "gap", (1.0, 1.0), "since", counterexample="x < y"),
    ]
    return Ledger(tuple(Row(Awkward(), found, 3, 1.5) for found in findings), True, 7)


def test_verdicts_are_counted_and_every_claim_is_told(ledger: Ledger) -> None:
    page = render_audit(ledger)
    assert "2 claims: 1 holds, 1 fails. Verdicts" in page
    assert "[0.25, 0.75]" in page
    assert page.count("Smallest counterexample") == 1
    assert "econ audit --quick --seed 7" in page
    assert page == render_audit(ledger)


def test_words_are_explained_that_occur_and_no_others(ledger: Ledger) -> None:
    page = render_audit(ledger)
    for verdict, meaning in MEANINGS.items():
        assert (f"<dt>{verdict}</dt><dd>{meaning}" in page) is (verdict in ("holds", "fails"))
    assert "ECON-…" not in page
    real = render_audit(run_audit(only=["ECON-R±", "NR-cce"], quick=True))
    assert "<dt>ECON-…</dt>" in real
    assert "<dt>NR-…</dt>" in real
    assert "DICE-…" not in real
    assert "1 trial, " in real
    assert set(MEANINGS) == set(VERDICTS)


def test_an_open_question_is_no_claim(ledger: Ledger) -> None:
    asked = Row(Awkward(), Finding("open", 0.5, "price", (0.5, 0.5), "no", "x = 1"), 3, 1.5)
    page = render_audit(Ledger((*ledger.rows, asked), True, 7))
    assert "2 claims: 1 holds, 1 fails; and 1 open question. Verdicts" in page
    assert page.count("Smallest example") == page.count("Smallest counterexample") == 1
    assert "<p>0 claims; and 1 open question. Verdicts" in render_audit(Ledger((asked,), True, 7))


def test_numbers_have_the_digits_they_deserve() -> None:
    found = Finding(
        "fails", 3399158.4, "E abs(Q_t - Q*) <= C / sqrt(t)", (2846534.1, 4059068.9), "since",
        counterexample="weights [0.40021482704912849, 2.22e-15]",
    )  # fmt: skip
    page = render_audit(Ledger((Row(Awkward(), found, 3, 1.5),), True, 7))
    assert "3\u202f400\u202f000" in page
    assert "E |Q<sub>t</sub> − Q<sup>*</sup>| ≤ C / √t" in page
    assert "weights [0.4002, 2.22·10<sup>−15</sup>]" in page


def test_text_is_escaped_and_nothing_is_fetched(ledger: Ledger) -> None:
    page = render_audit(ledger)
    assert "<script" not in page
    assert "<b>bold" not in page
    assert "&lt;script&gt;" in page
    assert "x &lt; y" in page
    for target in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert target.startswith("#") or target == "data:,"


def test_a_real_ledger_has_its_picture() -> None:
    page = render_audit(run_audit(only="ECON-R±", quick=True))
    assert page.count("<svg viewBox") == 1
    assert "cumulative regret of player 1" in page
