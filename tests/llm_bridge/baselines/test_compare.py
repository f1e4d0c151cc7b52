from __future__ import annotations

import numpy as np
import pytest

from llm_bridge.baselines.base import Results
from llm_bridge.baselines.comparison import compare, frontier, paired_difference
from llm_bridge.errors import ConfigError


def results(name: str, scores, prompt: int = 50, completion: int = 10, cached: int = 0) -> Results:
    q = len(scores)
    return Results(
        name,
        ("x",) * q,
        scores,
        np.full(q, prompt),
        np.full(q, cached),
        np.full(q, completion),
        np.full(q, 2),
        np.arange(q) % 10 == 0,
    )


def paired_scores(rng, q: int, gain: float) -> tuple[np.ndarray, np.ndarray]:
    """Two methods that find the same questions hard; the second is right a little more often."""
    hardness = rng.random(q)
    luck = rng.random(q)
    one = (0.3 * luck + 0.7 * hardness < 0.5).astype(float)
    return one, np.maximum(one, rng.random(q) < gain * 2)


def test_pairing_beats_independent_samples() -> None:
    one, two = paired_scores(np.random.default_rng(0), 300, 0.05)
    paired = paired_difference(results("two", two), results("one", one), rng=0)
    assert 0 < paired.lower < paired.difference < paired.upper
    alone = np.sqrt(one.var() / 300 + two.var() / 300)
    assert paired.upper - paired.lower < 2 * 1.96 * alone
    assert paired.difference == pytest.approx(two.mean() - one.mean())


def test_intervals_cover_the_true_difference() -> None:
    covered = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        one, two = paired_scores(rng, 100, 0.05)
        found = paired_difference(results("two", two), results("one", one), rng=rng)
        covered += found.lower <= 0.05 <= found.upper
    # P(first right) is 1/2 by symmetry, so the second gains half of twice the gain.
    assert covered / 200 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200)


def test_methods_that_hardly_differ_keep_an_honest_width() -> None:
    scores = np.random.default_rng(0).integers(0, 2, 60).astype(float)
    same = paired_difference(results("b", scores), results("a", scores), rng=0)
    assert same.difference == 0.0
    assert same.lower < -0.05 < 0.05 < same.upper


def test_all_are_compared_with_the_reference_at_once() -> None:
    rng = np.random.default_rng(1)
    runs = [results(f"m{k}", rng.random(80)) for k in range(5)]
    found = compare(runs, reference=2, rng=0)
    assert [item.name for item in found] == ["m0", "m1", "m3", "m4"]
    assert {item.reference for item in found} == {"m2"}
    alone = paired_difference(runs[0], runs[2], rng=0)
    assert found[0].upper - found[0].lower > alone.upper - alone.lower


def test_equal_tokens_are_checked_and_said() -> None:
    rng = np.random.default_rng(0)
    base = results("base", rng.random(50), prompt=100, completion=20)
    near = results("near", rng.random(50), prompt=105, completion=20)
    dear = results("dear", rng.random(50), prompt=200, completion=20)
    close, far = compare([base, near, dear], rng=0)
    assert close.equal_tokens
    assert not far.equal_tokens
    assert "NOT equal tokens: 220 against 120 a question" in str(far)
    assert "on the same 50 questions" in str(close)
    assert "; equal tokens: 125 against 120" in str(close)


def test_the_frontier_holds_costs_apart_and_marks_the_best() -> None:
    cheap = results("cheap", [0, 1] * 20, prompt=30, completion=5)
    good = results("good", [1, 1, 1, 0] * 10, prompt=80, completion=30, cached=60)
    worse = results("worse", [1, 0, 1, 0] * 10, prompt=90, completion=30)
    points = frontier([worse, good, cheap], rng=0)
    assert [point.name for point in points] == ["cheap", "good", "worse"]
    assert [point.best for point in points] == [True, True, False]
    assert (points[1].prompt, points[1].cached, points[1].completion) == (80, 60, 30)
    assert points[1].tokens == 110
    assert points[1].invalid == 4
    assert points[1].lower < 0.75 < points[1].upper


def test_a_perfect_score_still_has_an_interval() -> None:
    point = frontier([results("perfect", np.ones(100))], rng=0)[0]
    assert point.accuracy == point.upper == 1.0
    assert 0.9 < point.lower < 0.99


def test_two_equal_methods_are_both_best() -> None:
    points = frontier([results("a", [0, 1] * 20), results("b", [1, 0] * 20)], rng=0)
    assert [point.best for point in points] == [True, True]


def test_what_cannot_be_compared_is_named() -> None:
    one, other = results("one", [1.0] * 5), results("other", [1.0] * 6)
    with pytest.raises(ConfigError, match="'other' has 6 questions and 'one' has 5"):
        compare([one, other])
    with pytest.raises(ConfigError, match="results has 1 methods, want at least 2"):
        compare([one])
    with pytest.raises(ConfigError, match="'none' has 0 questions"):
        frontier([results("none", [])])
