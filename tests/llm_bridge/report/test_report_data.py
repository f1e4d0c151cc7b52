"""Report data: through JSON and back, and built from the results of the stages."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from econ_theory.errors import SettingError
from econ_theory.regret import RegretTrace, econ_bound
from llm_bridge.bank.sampled import Bank
from llm_bridge.bank.signals import SignalBins
from llm_bridge.baselines import Results
from llm_bridge.baselines.comparison import compare, frontier
from llm_bridge.errors import ConfigError
from llm_bridge.models.controls import ControlMenu
from llm_bridge.models.embeddings import ExactEmbedder
from llm_bridge.models.simulated import SimulatedModel, SimulatedWorld, Skill
from llm_bridge.report import (
    ReportData,
    comparison_view,
    learning_curve,
    regret_curve,
    render,
    verification_view,
)
from llm_bridge.tasks.simulated import SimulatedTask
from llm_bridge.verification.empirical import empirical_game
from llm_bridge.verification.verdict import verify


def test_round_trip_through_strict_json(report: ReportData) -> None:
    text = json.dumps(report.to_dict(), allow_nan=False)
    again = ReportData.from_dict(json.loads(text))
    assert again == report
    assert again.verification is not None
    assert math.isinf(again.verification.sensitivity[2].f)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"seconds": {"train": "long"}}, "seconds.train"),
        ({"curve": {"episodes": [8]}}, "curve.reward"),
        ({"verification": []}, "verification"),
    ],
)
def test_wrong_data_is_named(change: dict, where: str) -> None:
    with pytest.raises(ConfigError, match=f"report data at {where}.*run the stage"):
        ReportData.from_dict({"name": "x", **change})


def test_regret_is_thinned_and_checked() -> None:
    steps = np.arange(1, 2001)[:, None]
    trace = RegretTrace(np.sqrt(steps) * [1.0, 2.0], "equilibrium-comparator")
    curve = regret_curve(trace, ("a", "b"), bounds=[econ_bound(n_agents=2, discount=0.0)])
    assert len(curve.steps) == 400
    assert curve.steps[-1] == 2000
    assert curve.exponent == pytest.approx(0.5, abs=1e-6)
    (bound,) = curve.bounds
    assert bound.verdict == "holds"
    # Two players' bounds of 2 * 2 * sqrt(k) each.
    assert bound.values[-1] == pytest.approx(8 * math.sqrt(2000))


def test_bound_on_another_regret_is_refused() -> None:
    trace = RegretTrace(np.ones((20, 1)), "external")
    with pytest.raises(SettingError, match="external"):
        regret_curve(trace, ("a",), bounds=[econ_bound(n_agents=1, discount=0.0)])


def test_short_regret_has_no_exponent() -> None:
    curve = regret_curve(RegretTrace(np.ones((5, 1)), "external"), ("a",))
    assert curve.exponent is None
    assert curve.exponent_interval is None


def test_no_records_no_curve() -> None:
    assert learning_curve([]) is None


def results(name: str, scores: list[float], tokens: int) -> Results:
    q = len(scores)
    zeros, ones = [0] * q, [1] * q
    return Results(name, ["x"] * q, np.array(scores), [tokens] * q, zeros, ones, ones, zeros)


def test_comparison_is_turned_to_ours() -> None:
    methods = [results("single", [0.0, 1.0] * 20, 9), results("econ", [1.0, 1.0] * 20, 19)]
    other = results("vote", [0.0] * 40, 19)
    points = frontier([*methods, other], rng=0)
    there = comparison_view("econ", points, compare(methods, rng=0))
    back = comparison_view("econ", points, compare(methods, reference=1, rng=0))
    for view in (there, back):
        (found,) = view.differences
        assert (found.name, found.reference) == ("econ", "single")
        assert found.difference == 0.5
        assert found.lower < 0.5 < found.upper
        assert (found.tokens, found.reference_tokens) == (20.0, 10.0)
    unrelated = compare([methods[0], other, methods[1]], rng=0)
    assert len(comparison_view("econ", points, unrelated).differences) == 1


def test_unknown_name_of_ours_is_refused() -> None:
    methods = [results("single", [0.0, 1.0] * 20, 9), results("vote", [1.0] * 40, 19)]
    with pytest.raises(ConfigError, match=r"'econ'.*'single', 'vote'|'econ'.*'vote', 'single'"):
        comparison_view("econ", frontier(methods, rng=0), compare(methods, rng=0))


def test_verification_of_a_simulated_team_makes_a_page() -> None:
    world = SimulatedWorld((0.5, 0.5))
    task = SimulatedTask(world)
    models = [
        (SimulatedModel(world, Skill(top, (0.1, 0.1), (0.2, 1.0)), name=name), name)
        for name, top in (("one", (0.9, 0.5)), ("two", (0.5, 0.8)))
    ]
    menu = ControlMenu.grid((0.2, 1.0))
    bank = Bank(task, task.draw("test", 40), models, menu, ExactEmbedder(), m=4)
    bank.ensure()
    bins = SignalBins.fit(bank.ensure_signals(), 2)
    empirical = empirical_game(bank.table, bins, rng=0)
    mixed = [np.full((t, 2), 0.5) for t in bins.n_types]
    found = verify(empirical, mixed, rng=0)
    view = verification_view(found, empirical)
    assert view.epsilon == found.epsilon
    assert all(item.lower <= item.gain <= item.upper for item in view.deviations)
    settled = verify(empirical, found.equilibria[0].profile, rng=0)
    settled_view = verification_view(settled, empirical)
    assert all(item.lower <= item.gain <= item.upper for item in settled_view.deviations)
    assert min(item.gain for item in settled_view.deviations) < -0.01
    assert view.executors[0].questions == tuple(empirical.type_counts(0))
    assert sum(view.executors[1].questions) == 40
    assert view.executors[0].policy == ((0.5, 0.5), (0.5, 0.5))
    assert view.n_pure + view.n_mixed == len(found.equilibria)
    nearest = min(item.distance for item in view.equilibria)
    assert nearest == min(found.profile.distance(item.profile) for item in found.equilibria)
    data = ReportData("simulated", verification=view)
    assert ReportData.from_dict(data.to_dict()) == data
    assert "The policy beside equilibria" in render(data)
