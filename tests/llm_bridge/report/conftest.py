"""Reports made by hand: a full one with awkward text, and one of a degenerate game."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from econ_theory.regret import Bound, RegretTrace
from llm_bridge.baselines.comparison import Difference, FrontierPoint
from llm_bridge.models.ledger import LedgerRow
from llm_bridge.report import (
    ComparisonView,
    EquilibriumView,
    ExecutorView,
    LearningCurve,
    ModelCard,
    RegretCurve,
    ReportData,
    SensitivityView,
    VerificationView,
    regret_curve,
)
from llm_bridge.settings.config import preset
from llm_bridge.verification.verdict import DeviationGain

EXECUTORS = ("solver 1", "solver 2", "<b>solver</b> & 3")
TYPES = ("unsure", "sure")
CONTROLS = tuple(f"T={t} {style}" for t in (0.1, 0.8, 1.4) for style in ("direct", "examples"))


def a_difference(reference: str, value: float, half: float, tokens: float) -> Difference:
    return Difference(
        "econ (greedy)", reference, 0.45, 0.45 - value, value, value - half, value + half,
        0.95, 40, 610.0, tokens, tokens > 560,
    )  # fmt: skip


def a_point(name: str, accuracy: float, tokens: float, best: bool) -> FrontierPoint:
    return FrontierPoint(
        name, accuracy, accuracy - 0.15, accuracy + 0.15, 40,
        tokens - 20, tokens / 2, 20.0, tokens / 90, 3, best,
    )  # fmt: skip


def a_comparison() -> ComparisonView:
    points = (
        a_point("single (direct)", 0.35, 88, True),
        a_point("fixed controls", 0.40, 600, False),
        a_point("econ (greedy)", 0.45, 610, False),
        a_point("self-consistency 610 tokens", 0.475, 605, True),
        a_point("best of 6", 0.625, 640, True),
    )
    differences = (
        a_difference("self-consistency 610 tokens", -0.02, 0.07, 605),
        a_difference("single (direct)", 0.1, 0.08, 88),
        a_difference("fixed controls", 0.05, 0.09, 600),
        a_difference("best of 6", -0.175, 0.1, 640),
    )
    return ComparisonView("econ (greedy)", points, differences, 0.95, oracles=("best of 6",))


def a_curve() -> LearningCurve:
    rng, n = np.random.default_rng(0), 25
    noise = rng.normal(0, 0.05, (6, n))
    steady = [tuple((level + row).tolist()) for level, row in zip((0.5, 0.7, 0.4, 0.5, 0.4, 0.6),
                                                                   noise, strict=True)]  # fmt: skip
    reward, alignment, task, contribution, accuracy, loss = steady
    return LearningCurve(
        tuple(range(8, 8 * n + 1, 8)), reward, alignment, task, contribution, accuracy, loss,
        tuple(np.geomspace(0.5, 0.05, n).tolist()), (0.01,) * n,
    )  # fmt: skip


def a_regret() -> tuple[RegretCurve, ...]:
    steps = np.arange(1, 26)[:, None]
    bound = Bound(
        "regret matching",
        lambda k, i: np.sqrt(6.0 * k),
        lambda k, i: 1.0 * k,
        hypotheses=("a learner that runs it",),
        source="Hart & Mas-Colell 2000",
    )
    shares = np.array([0.11, 0.07, 0.16])
    return (
        regret_curve(RegretTrace(np.sqrt(steps) * shares, "external"), EXECUTORS, bounds=[bound]),
        regret_curve(RegretTrace(steps**0.8 * shares, "dynamic"), EXECUTORS),
    )


def a_verification() -> VerificationView:
    rng = np.random.default_rng(1)

    def rows(sharpness: float) -> tuple[tuple[float, ...], ...]:
        weights = rng.random((2, 6)) ** sharpness
        return tuple(map(tuple, (weights / weights.sum(axis=1, keepdims=True)).tolist()))

    executors = tuple(
        ExecutorView(
            name, TYPES, (26, 34), CONTROLS, rows(12.0),
            tuple(tuple((g, g - 0.04, g + 0.04) for g in (0.0,) * 6) for _ in TYPES),
        )
        for name in EXECUTORS
    )  # fmt: skip
    deviations = (
        DeviationGain(EXECUTORS[1], "unsure", CONTROLS[3], 0.034, 0.012, 0.056, 26),
        DeviationGain(EXECUTORS[0], "sure", CONTROLS[0], 0.021, -0.02, 0.062, 34),
        DeviationGain(EXECUTORS[2], "unsure", CONTROLS[5], 0.004, -0.03, 0.038, 26),
        DeviationGain(EXECUTORS[2], "sure", CONTROLS[1], 0.0, -0.03, 0.02, 34),
        DeviationGain(EXECUTORS[0], "unsure", CONTROLS[1], 0.0, 0.0, 0.0, 26),
    )
    equilibria = tuple(
        EquilibriumView(label, tuple(rows(60.0) for _ in EXECUTORS), eps, welfare, solver, pure, d)
        for label, eps, welfare, solver, pure, d in (
            ("nearest", 0.0, 1.61, "PureEnumeration", True, 0.6),
            ("highest welfare", 0.0, 1.66, "PureEnumeration", True, 0.9),
            ("lowest welfare", 4e-4, 1.52, "SelfPlay", False, 1.0),
        )
    )
    sensitivity = tuple(
        SensitivityView(name, tuple((0.5 + 0.06 * rng.random(6)).tolist()), 0.05, 0.02, 0.08, f,
                        (5, 295), p)
        for name, f, p in zip(EXECUTORS, (3.2, 1.1, float("inf")), (0.008, 0.36, 0.0), strict=True)
    )  # fmt: skip
    return VerificationView(
        epsilon=0.034, lower=0.012, upper=0.062, relative=0.07, confidence=0.95,
        method="bootstrap", n_questions=60, welfare=1.58, welfare_interval=(1.49, 1.67),
        degenerate=False, resolution=0.11, width=0.72, executors=executors, deviations=deviations,
        equilibria=equilibria, n_pure=4, n_mixed=1, complete=True, equilibrium_welfare=(1.52, 1.66),
        sensitivity=sensitivity, notes=("3 of 2160 completions could not be read (INVALID).",),
    )  # fmt: skip


@pytest.fixture(scope="session")
def report() -> ReportData:
    """Everything a page can show, with markup where a model or a user might have put it."""
    config = preset("demo").model_dump(mode="json")
    return ReportData(
        name="demo <script>alert(1)</script>",
        config={**config, "note": '"><img src=x onerror=alert(2)>'},
        models=(ModelCard("executors and coordinator", "smollm2-135m", "135 M parameters, Q8"),),
        seconds={"train": 312.4, "verify": 88.0, "compare": 41.5},
        curve=a_curve(),
        regret=a_regret(),
        comparison=a_comparison(),
        verification=a_verification(),
        ledger=(
            LedgerRow("strategy", "smollm2-135m", 80, 0, 7200, 4100, 2900, 41.2, 0),
            LedgerRow("bank", "smollm2-135m", 1440, 220, 129600, 101000, 18700, 260.1, 12),
        ),
        notes=("</p><script>alert(3)</script> is what the model wrote most often.",),
        version="0.1.0",
    )


@pytest.fixture(scope="session")
def degenerate(report: ReportData) -> ReportData:
    """The same run where no control matters."""
    assert report.verification is not None
    flat = replace(report.verification, degenerate=True, lower=0.0, epsilon=0.004, resolution=0.09)
    return replace(report, verification=flat)
