"""The audit runner: one ledger whatever runs it, and nothing lost when something breaks."""

from __future__ import annotations

import json
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import pytest

from econ_theory.audit import CLAIMS, Claim, Curve, Finding, run_audit
from econ_theory.errors import AuditError, SettingError


@dataclass(frozen=True)
class Mean:
    """Whether a normal draw has mean zero."""

    mean: float = 0.0
    id: str = "MEAN"
    statement = "the mean is zero"
    source = "these tests"
    hypotheses = ()

    def n_trials(self, quick: bool) -> int:
        return 8 if quick else 16

    def trial(self, rng: np.random.Generator, quick: bool) -> float:
        return float(rng.normal(self.mean))

    def judge(self, results) -> Finding:
        number = float(np.mean(results))
        verdict = "holds" if abs(number) < 2 else "fails"
        return Finding(verdict, number, "mean", (number, number), "", repr(list(results)))


@dataclass(frozen=True)
class Raises(Mean):
    """Every third trial or so raises."""

    id: str = "RAISES"

    def trial(self, rng: np.random.Generator, quick: bool) -> float:
        if rng.random() < 0.5:
            raise ArithmeticError("a planted failure")
        return 0.0


@dataclass(frozen=True)
class Dies(Mean):
    """Takes its worker with it."""

    id: str = "DIES"

    def trial(self, rng: np.random.Generator, quick: bool) -> float:
        os._exit(1)


def findings(ledger):
    return [(row.id, row.finding.number, row.finding.counterexample) for row in ledger]


def processes() -> ProcessPoolExecutor:
    # Forking a process that holds numpy's and torch's threads can hang.
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


def test_same_ledger_on_every_executor():
    claims = [Mean(), Mean(5.0, "OTHER")]
    here = run_audit(claims, rng=3)
    assert [row.finding.verdict for row in here] == ["holds", "fails"]
    with ThreadPoolExecutor(2) as threads:
        assert findings(run_audit(claims, rng=3, executor=threads)) == findings(here)
    assert findings(run_audit(claims, rng=4)) != findings(here)


@pytest.mark.slow
def test_same_ledger_on_a_process_pool():
    claims = [Mean(), Mean(5.0, "OTHER")]
    with processes() as pool:
        assert findings(run_audit(claims, rng=3, executor=pool)) == findings(
            run_audit(claims, rng=3)
        )


def test_a_claim_is_the_same_with_and_without_its_neighbours():
    claims = [Mean(), Mean(5.0, "OTHER")]
    assert (
        findings(run_audit(claims, only="OTHER", rng=3)) == findings(run_audit(claims, rng=3))[1:]
    )


def test_a_raising_trial_loses_no_other_claim():
    with pytest.raises(AuditError, match=r"RAISES.*planted failure.*only=\['RAISES'\]") as caught:
        run_audit([Mean(), Raises(), Mean(5.0, "OTHER")], rng=0)
    assert [row.id for row in caught.value.ledger] == ["MEAN", "OTHER"]


@pytest.mark.slow
def test_a_dead_pool_is_reported_with_what_was_done():
    with processes() as pool:
        done = run_audit([Mean()], executor=pool)
        with pytest.raises(AuditError, match="DIES") as caught:
            run_audit([Dies()], executor=pool)
        with pytest.raises(AuditError, match="MEAN"):
            run_audit([Mean()], executor=pool)
    assert len(done) == 1
    assert len(caught.value.ledger) == 0


def test_quick_runs_the_shorter_experiment_and_progress_counts_it():
    seen = []
    ledger = run_audit(
        [Mean()], quick=True, progress=lambda done, total: seen.append((done, total))
    )
    assert ledger["MEAN"].n_trials == 8
    assert seen == [(k + 1, 8) for k in range(8)]


def test_json_has_the_columns_a_script_reads():
    (record,) = json.loads(json.dumps(run_audit([Mean()]).records()))
    assert {"id", "verdict", "number", "interval", "seconds"} <= set(record)
    assert record["id"] == "MEAN"
    assert record["interval"][0] <= record["number"] <= record["interval"][1]


def test_numbers_that_are_not_finite_are_null_in_json():
    @dataclass(frozen=True)
    class Endless(Mean):
        def judge(self, results) -> Finding:
            return Finding("holds", np.inf, "", (0.0, np.inf), "")

    (record,) = json.loads(json.dumps(run_audit([Endless()]).records()))
    assert record["number"] is None
    assert record["interval"] == [0.0, None]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: run_audit([Mean()], only="NONE"), "only names.*NONE.*MEAN"),
        (lambda: run_audit([Mean(), Mean(1.0)]), "each id once"),
        (lambda: Finding("right", 0, "", (0, 0), ""), "verdict is 'right'"),
        (lambda: Finding("holds", 3, "", (0, 1), ""), r"number is 3.*\[0, 1\]"),
        (lambda: Curve("c", [1, 2], [1, 2, 3]), r"y of curve 'c'.*\(3,\)"),
    ],
)
def test_bad_input_says_what_is_wrong(call, message):
    with pytest.raises(SettingError, match=message):
        call()


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_claim_says_what_it_claims_and_where(claim):
    assert isinstance(claim, Claim)
    assert claim.statement
    assert claim.source
    assert all(claim.hypotheses)
    assert 1 <= claim.n_trials(quick=True) <= claim.n_trials(quick=False)
