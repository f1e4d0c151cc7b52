from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_bridge.bank.rewards import INVALID, RewardWeights, aggregate, rewards
from llm_bridge.errors import ConfigError

KINDS = ("vote", "weighted_vote", "verifier_best")
V = 4


@st.composite
def draws(draw, kinds=KINDS):
    """A joint draw of 1 to 5 executors over 4 answers, with scores, cosines, weights and a kind."""
    n = draw(st.integers(1, 5))
    answers = np.array(draw(st.lists(st.integers(INVALID, V - 1), min_size=n, max_size=n)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows = rng.standard_normal((V, 3))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    weights = RewardWeights(*rng.dirichlet(np.ones(3)))
    scores = rng.choice([0.0, 1.0, 0.25, 0.7], size=V, replace=False)
    return answers, scores, rows @ rows.T, weights, draw(st.sampled_from(kinds)), rng.random(n)


def naive(answers, scores, similarity, weights, kind, votes):
    """The definition, one executor and one sentence at a time."""

    def commit(team):
        best, most = INVALID, -1.0
        for i in team:
            if answers[i] == INVALID:
                continue
            if kind == "verifier_best":
                support = scores[answers[i]]
            else:
                mates = [j for j in team if answers[j] == answers[i]]
                support = sum(votes[j] if kind == "weighted_vote" else 1 for j in mates)
            if support > most:
                best, most = answers[i], support
        return best

    def score(answer):
        return 0.0 if answer == INVALID else scores[answer]

    everyone = range(len(answers))
    chosen = commit(everyone)
    earned = []
    for i in everyone:
        if answers[i] == INVALID:
            earned.append(0.0)
            continue
        rest = commit([j for j in everyone if j != i])
        parts = (
            (1 + similarity[answers[i], chosen]) / 2,
            scores[answers[i]],
            (1 + score(chosen) - score(rest)) / 2,
        )
        earned.append(sum(w * part for w, part in zip(weights.array, parts, strict=True)))
    return np.array(earned), chosen


@given(draws())
def test_rewards_follow_the_definition(case) -> None:
    answers, scores, similarity, weights, kind, votes = case
    earned = rewards(answers, scores, similarity, weights=weights, aggregator=kind, votes=votes)
    wanted, chosen = naive(*case)
    np.testing.assert_allclose(earned.reward, wanted, atol=1e-12)
    assert earned.commitment == chosen
    assert earned.commitment == aggregate(kind, answers, votes, scores)


@given(draws())
def test_rewards_are_in_the_unit_interval_and_invalid_earns_nothing(case) -> None:
    answers, scores, similarity, weights, kind, votes = case
    earned = rewards(answers, scores, similarity, weights=weights, aggregator=kind, votes=votes)
    for array in (earned.reward, earned.components, earned.team):
        assert (array >= 0).all()
        assert (array <= 1).all()
    assert (earned.reward[answers == INVALID] == 0).all()
    assert (earned.components[answers == INVALID] == 0).all()
    assert (earned.commitment == INVALID) == (answers == INVALID).all()


@given(draws(kinds=("weighted_vote",)), st.randoms())
def test_permuting_executors_permutes_rewards(case, random) -> None:
    """With weights that break ties, no executor's place matters."""
    answers, scores, similarity, weights, kind, votes = case
    order = list(range(len(answers)))
    random.shuffle(order)
    one = rewards(answers, scores, similarity, weights=weights, aggregator=kind, votes=votes)
    other = rewards(
        answers[order], scores, similarity, weights=weights, aggregator=kind, votes=votes[order]
    )
    np.testing.assert_allclose(other.reward, one.reward[order], atol=1e-12)


@given(draws(), st.integers(0, V - 1), st.integers(0, V - 1))
def test_an_irrelevant_executor_contributes_neutrally(case, first, last) -> None:
    """Two agree and stand first: a third voter with another answer changes nothing."""
    _, scores, similarity, _, _, _ = case
    earned = rewards(np.array([first, first, last]), scores, similarity)
    assert earned.commitment == first
    assert earned.components[2, 2] == 0.5


@given(draws(), st.integers(1, 4))
@settings(max_examples=30)
def test_batches_and_question_tables_agree_with_single_draws(case, q) -> None:
    _, _, _, weights, kind, votes = case
    n = len(votes)
    rng = np.random.default_rng(q)
    answers = rng.integers(INVALID, V, size=(q, 3, n))
    scores, rows = rng.random((q, V)), rng.standard_normal((q, V, 3))
    rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
    similarity = rows @ rows.swapaxes(1, 2)
    batch = rewards(answers, scores, similarity, weights=weights, aggregator=kind, votes=votes)
    for k in range(q):
        for b in range(3):
            single = rewards(
                answers[k, b],
                scores[k],
                similarity[k],
                weights=weights,
                aggregator=kind,
                votes=votes,
            )
            np.testing.assert_allclose(batch.reward[k, b], single.reward, atol=1e-14)
            assert batch.commitment[k, b] == single.commitment


def test_ties_go_to_the_earliest_executor() -> None:
    assert aggregate("vote", np.array([3, 1, 1, 3])) == 3
    assert aggregate("verifier_best", np.array([2, 1]), scores=np.array([0, 0.5, 0.5])) == 2
    assert aggregate("weighted_vote", np.array([0, 1, -1]), np.array([1.0, 1.0, 9.0])) == 0


@pytest.mark.parametrize("values", [(0.5, 0.5, 0.5), (-0.1, 0.6, 0.5), (float("nan"), 0.5, 0.5)])
def test_reward_weights_off_the_simplex_are_refused(values) -> None:
    with pytest.raises(ConfigError, match="three non-negative numbers summing to 1"):
        RewardWeights(*values)


def test_bad_aggregators_are_named() -> None:
    ids = np.array([0, 1])
    with pytest.raises(ConfigError, match="aggregator is 'loudest', want one of vote"):
        aggregate("loudest", ids)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="weights of a weighted vote are None"):
        aggregate("weighted_vote", ids)
    with pytest.raises(ConfigError, match=r"\[-1.0, 1.0\], want finite numbers >= 0"):
        aggregate("weighted_vote", ids, np.array([-1.0, 1.0]))
    with pytest.raises(ConfigError, match="scores of verifier_best are None"):
        aggregate("verifier_best", ids)
