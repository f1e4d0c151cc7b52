from __future__ import annotations

import numpy as np
import pytest

from econ_theory.errors import SettingError
from econ_theory.regret import (
    RegretTrace,
    linear_test,
    log_log_test,
    pooled_rate,
    trend_test,
)
from econ_theory.regret.rates import run_rate
from econ_theory.regret.summaries import checkpoint_steps


def runs(mean, n_runs, spread, rng):
    return mean + rng.normal(0, spread, (n_runs, len(mean))).cumsum(axis=1)


def trace_at(steps):
    return RegretTrace(np.ones((2, 1)), "external", steps=steps)


def rejections(mean, repeats, *, spread, n_runs=30, seed=0, at=None):
    rng = np.random.default_rng(seed)
    at = np.arange(1, len(mean) + 1) if at is None else at
    drawn = (runs(mean, n_runs, spread, rng)[:, at - 1] for _ in range(repeats))
    tests = (linear_test(curves, steps=at) for curves in drawn)
    return np.mean([test.p_value < 0.05 for test in tests])


@pytest.mark.parametrize("exponent", [-0.5, 0.25, 0.5, 1.0])
def test_exact_power_laws_have_their_exponent(exponent):
    curve = 3 * np.arange(1, 501.0) ** exponent
    rate = run_rate(curve, rng=0)
    assert rate.exponent == pytest.approx(exponent, abs=1e-9)
    assert rate.interval == pytest.approx((exponent, exponent), abs=1e-6)
    assert rate.linear_test is None
    assert "block bootstrap" in str(rate)


def test_burn_in_is_left_out():
    curve = np.arange(1, 1001.0) ** 0.5
    curve[:50] = 40.0
    assert run_rate(curve, burn_in=50, rng=0).exponent == pytest.approx(0.5)


def test_regret_trace_rates_one_player_or_all():
    steps = np.arange(1, 301.0)
    trace = RegretTrace(np.stack([steps, 1e-9 * np.sqrt(steps)], axis=1), "external")
    assert trace.rate(rng=0).exponent == pytest.approx(1, abs=1e-6)
    assert trace.rate(1, rng=0).exponent == pytest.approx(0.5)
    assert trace.rate(rng=3).interval == trace.rate(rng=3).interval


def test_negative_regret_has_no_exponent():
    rate = run_rate(-np.sqrt(np.arange(1, 101)), rng=0)
    assert np.isnan(rate.exponent)
    assert np.isnan(rate.interval).all()


def test_pooled_rate_of_traces_equals_that_of_arrays():
    curves = runs(np.sqrt(np.arange(1, 201)), 8, 0.05, np.random.default_rng(0))
    traces = [RegretTrace(np.stack([c / 2, c / 2], axis=1), "external") for c in curves]
    one, other = pooled_rate(curves), pooled_rate(traces)
    assert one.exponent == pytest.approx(other.exponent)
    assert one.n_runs == other.n_runs == 8
    assert one.interval[0] < one.exponent < one.interval[1]
    assert one.linear_test is not None


@pytest.mark.parametrize(
    ("exponent", "spread"), [(0.5, 0.05), (0.8, 0.2), (1.0, 0.3)], ids=["root", "middle", "linear"]
)
def test_intervals_cover(exponent, spread):
    rng = np.random.default_rng(7)
    mean = np.arange(1, 401.0) ** exponent
    one = [run_rate(runs(mean, 1, spread, rng)[0], rng=rng).interval for _ in range(40)]
    many = [pooled_rate(runs(mean, 10, spread, rng)).interval for _ in range(40)]
    for intervals in (one, many):
        assert np.mean([low <= exponent <= high for low, high in intervals]) >= 0.85


def test_linear_test_has_its_size_and_power():
    steps = np.arange(1, 101)
    root = np.sqrt(steps)
    assert 0.02 <= rejections(root, 400, spread=0.5) <= 0.09
    assert rejections(0.05 * steps + 0.5 * root, 60, spread=0.5) >= 0.9
    assert rejections(0.1 * steps + 1, 60, spread=0.5) >= 0.6
    assert rejections(0.1 * steps + 1, 60, spread=0.2) >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.05, 0.1, 0.2, 0.5])
def test_linear_test_has_its_size_and_power_to_two_digits(spread):
    steps, longer = np.arange(1, 101), np.arange(1, 201)
    root = np.sqrt(steps)
    # The standard error of the size at 4,000 repetitions is 0.0034.
    assert 0.04 <= rejections(root, 4000, spread=spread) <= 0.06
    assert rejections(0.05 * steps + 0.5 * root, 1000, spread=spread) >= 0.96
    assert rejections(0.1 * steps + 1, 1000, spread=spread) >= 0.70
    assert rejections(0.1 * longer + 1, 1000, spread=spread) >= 0.97


@pytest.mark.parametrize("exponent", [-0.5, 0.5, 1.0])
def test_power_laws_keep_their_exponent_at_checkpoints(exponent):
    steps = checkpoint_steps("log", 10_000)
    curve = 3 * steps.astype(float) ** exponent
    assert run_rate(curve, steps=steps, rng=0).exponent == pytest.approx(exponent, abs=1e-9)
    trace = RegretTrace(np.stack([curve, curve])[:, :, None], "external", steps=steps)
    assert trace.rate().exponent == pytest.approx(exponent, abs=1e-9)
    assert trace.run(0).rate(rng=0).interval == pytest.approx((exponent, exponent), abs=1e-6)
    assert log_log_test(curve, steps=steps)[0] == pytest.approx(exponent)


def test_steps_that_count_up_change_nothing():
    rng = np.random.default_rng(0)
    curves, steps = runs(np.sqrt(np.arange(1, 201)), 6, 0.1, rng), np.arange(1, 201)
    assert pooled_rate(curves) == pooled_rate(curves, steps=steps)
    assert run_rate(curves[0], rng=1) == run_rate(curves[0], steps=steps, rng=1)
    assert trend_test(curves[0]) == trend_test(curves[0], steps=steps)
    batch = RegretTrace(curves[:, :, None], "external")
    assert linear_test(batch) == linear_test(curves) == linear_test(batch.runs)


def test_linear_test_finds_the_slope_of_any_grid():
    steps = np.array([2, 3, 7, 20, 21, 90])
    noise = np.random.default_rng(1).normal(0, 1e-9, (4, 6))
    test = linear_test(0.3 * steps + 2 * np.sqrt(steps) + noise, steps=steps)
    assert test.slope == pytest.approx(0.3, abs=1e-8)


def test_linear_test_has_its_size_and_power_at_checkpoints():
    steps = np.arange(1, 201)
    root = np.sqrt(steps)
    at = checkpoint_steps(np.unique(np.geomspace(1, 200, 25).astype(int)), 200)
    assert 0.02 <= rejections(root, 400, spread=0.5, at=at) <= 0.09
    assert rejections(0.05 * steps + 0.5 * root, 60, spread=0.5, at=at) >= 0.9
    assert rejections(0.1 * steps + 1, 60, spread=0.2, at=at) >= 0.99


def test_intervals_cover_at_checkpoints():
    rng, at = np.random.default_rng(7), checkpoint_steps("log", 1000)
    mean = np.arange(1, 1001.0) ** 0.8
    drawn = (runs(mean, 10, 0.2, rng)[:, at - 1] for _ in range(40))
    pairs = [
        (run_rate(curves[0], steps=at, rng=rng).interval, pooled_rate(curves, steps=at).interval)
        for curves in drawn
    ]
    for intervals in zip(*pairs, strict=True):
        assert np.mean([low <= 0.8 <= high for low, high in intervals]) >= 0.8


def test_literature_tests_are_fooled_and_ours_is_not():
    short, steps = 0.1 * np.arange(1, 26) + 1, np.arange(1, 101)
    assert trend_test(short) == 2.0**-24
    slope, p_value = log_log_test(short)
    assert slope == pytest.approx(0.40, abs=0.005)
    assert p_value < 1e-9
    curves = runs(0.1 * steps + 1, 30, 0.2, np.random.default_rng(0))
    assert linear_test(curves).p_value < 1e-3


def test_trend_test_of_rising_averages():
    assert trend_test(np.arange(1, 21.0) ** 2) == 1.0


def test_identical_runs_need_no_spread():
    steps = np.arange(1, 101)
    assert linear_test(np.stack([np.sqrt(steps)] * 3)).p_value == 1.0
    assert linear_test(np.stack([np.sqrt(steps) + 0.1 * steps] * 3)).p_value == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: run_rate(np.ones((3, 3))), r"want finite cumulative regret of shape \(K,\)"),
        (lambda: run_rate([1.0, np.inf, 2.0]), "not finite"),
        (lambda: run_rate(np.ones(10), burn_in=8), "burn_in is 8 of 10 steps"),
        (lambda: pooled_rate(np.ones((1, 30))), "number of runs is 1, want at least 2"),
        (lambda: linear_test(np.ones((1, 30))), "want at least 2 runs"),
        (lambda: pooled_rate(np.ones(30)), r"shape \(B, K\)"),
        (lambda: run_rate(np.ones(4), steps=[1, 2, 2, 3]), "steps have shape .* or do not rise"),
        (lambda: pooled_rate([trace_at([1, 2]), trace_at([1, 3])]), "runs have different steps"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(SettingError, match=message):
        call()


def test_an_early_climb_that_ends_is_no_linear_component():
    rng, steps = np.random.default_rng(0), np.arange(1, 2001)
    climb = 60 * (1 - np.exp(-steps / 300))
    curves = climb + rng.normal(0, 0.1, (40, 2000)).cumsum(axis=1)
    assert linear_test(curves).p_value < 1e-6
    assert linear_test(curves, burn_in=200).p_value > 0.05
    test = pooled_rate(curves).linear_test
    assert test == linear_test(curves, burn_in=200)
    assert linear_test(curves + 0.2 * steps, burn_in=200).p_value < 1e-6
    with pytest.raises(SettingError, match="burn_in is 1999 of 2000"):
        linear_test(curves, burn_in=1999)
