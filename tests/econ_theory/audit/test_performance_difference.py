"""ECON-L2.2: true with the occupancy, false without it, and true again where play cannot move."""

from __future__ import annotations

import pytest

from econ_theory.audit import run_audit
from econ_theory.audit.performance_difference import Instance, PerformanceDifferenceLemma


def finding(claim):
    return run_audit([claim], quick=True, rng=2)[claim.id].finding


def test_lemma_holds_to_rounding():
    found = finding(PerformanceDifferenceLemma())
    assert found.verdict == "holds"
    assert found.number < 1e-12


def test_pointwise_form_is_caught():
    found = finding(PerformanceDifferenceLemma("pointwise"))
    assert found.verdict == "fails"
    assert found.number > 0.01
    assert "even in sign" in found.explanation
    assert "against" in found.counterexample


def test_pointwise_form_is_not_flagged_where_there_is_one_state():
    found = finding(PerformanceDifferenceLemma("pointwise", n_states=(1, 1)))
    assert found.verdict == "holds"
    assert found.counterexample == ""


@pytest.mark.parametrize(("off", "verdict"), [(1e-14, "holds"), (1e-6, "fails")])
def test_rounding_is_forgiven_and_no_more(off, verdict):
    results = [Instance(1.0, 1.0, 2.0, 4, "good"), Instance(0.5, 0.5 + off, 2.0, 9, "off")]
    found = PerformanceDifferenceLemma().judge(results)
    assert found.verdict == verdict
    assert found.counterexample == ("off" if verdict == "fails" else "")


def test_the_counterexample_shown_is_the_smallest():
    results = [Instance(1.0, 2.0, 2.0, k, f"size {k}") for k in (9, 4, 7)]
    assert PerformanceDifferenceLemma().judge(results).counterexample == "size 4"
