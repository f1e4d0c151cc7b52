from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from llm_bridge.baselines import Results, majority, run_self_consistency, run_single
from llm_bridge.errors import ConfigError
from llm_bridge.messages import Question, Request
from llm_bridge.models.scripted import Scripted
from llm_bridge.models.store import Recorded, Store

QUESTIONS = [Question(f"q{k}", f"{k} + 1?", "sums", str(k + 1)) for k in range(4)]


class Sums:
    name = "sums"

    def draw(self, split: str, n: int) -> list[Question]:
        return QUESTIONS[:n]

    def score(self, question: Question, answer: str) -> float:
        return float(answer == question.answer)


def mostly_right(request: Request) -> str:
    """Right on even questions for two seeds in three, unreadable on question 3."""
    k = int(request.messages[-1].content.split()[-3])
    if k == 3:
        return "I will not say."
    right = k % 2 == 0 and request.seed % 3 != 0
    return f"Answer: {k + 1 if right else 99}"


def test_single_asks_once_and_counts_what_it_cannot_read() -> None:
    results = run_single(Scripted(mostly_right), Sums(), QUESTIONS, seed=1)
    assert results.name == "single (direct)"
    assert results.answers == ("1", "99", "3", "")
    np.testing.assert_array_equal(results.scores, [1, 0, 1, 0])
    np.testing.assert_array_equal(results.invalid, [0, 0, 0, 1])
    np.testing.assert_array_equal(results.calls, [1, 1, 1, 1])
    assert results.accuracy == 0.5
    assert results.tokens == results.prompt_tokens.sum() + results.completion_tokens.sum()
    assert not results.scores.flags.writeable
    assert "0.500" in results._repr_html_()


def test_a_strategy_reaches_the_prompt() -> None:
    seen: list[str] = []

    def reply(request: Request) -> str:
        seen.append(request.messages[-1].content)
        return "Answer: 1"

    run_single(Scripted(reply), Sums(), QUESTIONS[:1], seed=0, strategy="Add one.")
    assert "Add one." in seen[0]
    assert QUESTIONS[0].text in seen[0]


def test_voting_corrects_what_single_samples_get_wrong() -> None:
    single = run_single(Scripted(mostly_right), Sums(), QUESTIONS, seed=0)
    voted = run_self_consistency(Scripted(mostly_right), Sums(), QUESTIONS, k=3, seed=0)
    assert single.accuracy == 0.0
    np.testing.assert_array_equal(voted.scores, [1, 0, 1, 0])
    np.testing.assert_array_equal(voted.calls, [3, 3, 3, 3])
    np.testing.assert_array_equal(voted.invalid, [0, 0, 0, 3])
    np.testing.assert_array_equal(voted.prompt_tokens, 3 * single.prompt_tokens)


def test_a_larger_vote_extends_a_smaller_one(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        model = Recorded(Scripted(mostly_right), store)
        run_self_consistency(model, Sums(), QUESTIONS, k=2, seed=5)
        run_self_consistency(model, Sums(), QUESTIONS, k=5, seed=5)
        total = model.ledger.totals()
        assert (total.calls, total.replays) == (5 * 4, 2 * 4)


@pytest.mark.parametrize("n_calls", [1, 2, 5])
def test_a_token_budget_buys_what_fits(n_calls: int) -> None:
    one = run_single(Scripted(mostly_right), Sums(), QUESTIONS[:2], seed=0)
    cost = int(one.prompt_tokens[0] + one.completion_tokens[0])
    results = run_self_consistency(
        Scripted(mostly_right), Sums(), QUESTIONS[:2], tokens_per_question=n_calls * cost, seed=0
    )
    np.testing.assert_array_equal(results.calls, [n_calls, n_calls])


def test_majority_breaks_ties_by_the_earliest() -> None:
    assert majority(["b", "a", "a", "b", ""]) == "b"
    assert majority([]) == ""


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({}, "want exactly one of them"),
        ({"k": 3, "tokens_per_question": 9}, "want exactly one of them"),
        ({"k": 0}, "k is 0, want at least 1"),
    ],
)
def test_senseless_votes_are_refused(settings: dict[str, int], match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        run_self_consistency(Scripted(mostly_right), Sums(), QUESTIONS, seed=0, **settings)


def test_results_of_wrong_shape_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"calls of results 'x' has shape \(2,\), want \(1,\)"):
        Results("x", ("a",), *[np.zeros(1)] * 4, np.zeros(2), np.zeros(1))
