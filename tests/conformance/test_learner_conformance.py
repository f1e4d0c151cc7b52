"""Every learner that is exported plays distributions, keeps its state pure and obeys its bound."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import econ_theory.learners
from econ_theory.learners import BanditMinimizer

EXPORTED = [getattr(econ_theory.learners, name) for name in econ_theory.learners.__all__]
ALL = [
    thing()
    for thing in EXPORTED
    if isinstance(thing, type)
    and not getattr(thing, "_is_protocol", False)
    and all(hasattr(thing, name) for name in ("init", "strategy", "observe", "bound", "source"))
]
LEARNERS = [learner for learner in ALL if not isinstance(learner, BanditMinimizer)]
learner_test = pytest.mark.parametrize("learner", LEARNERS, ids=lambda l: type(l).__name__)
SEEDS = range(2)


def play(learner, utilities):
    """Return strategies (K, ..., T, A) against `utilities` (K, ..., T, A) chosen beforehand."""
    *_, n_types, n_actions = utilities.shape
    state = learner.init(n_types, n_actions)
    strategies = []
    for utility in utilities:
        strategies.append(np.broadcast_to(learner.strategy(state), utility.shape))
        state = learner.observe(state, utility)
    return np.array(strategies)


def assert_bounded(learner, utilities, strategies):
    gains = utilities - (utilities * strategies).sum(-1, keepdims=True)
    regret = gains.cumsum(0).max(-1)
    bounds = [learner.bound(k + 1, utilities.shape[-1]) for k in range(len(utilities))]
    over = regret - np.reshape(bounds, (-1,) + (1,) * (regret.ndim - 1))
    assert over.max() <= 1e-9


def test_some_learners_are_exported():
    assert len(LEARNERS) >= 5


@learner_test
def test_source_is_named(learner):
    assert isinstance(learner.source, str)
    assert any(char.isdigit() for char in learner.source)


@learner_test
@pytest.mark.parametrize(("n_types", "n_actions"), [(1, 1), (3, 1), (1, 4), (2, 3)])
def test_rows_are_distributions(learner, n_types, n_actions):
    utilities = np.random.default_rng(0).random((50, n_types, n_actions))
    strategies = play(learner, utilities)
    assert strategies.shape == utilities.shape
    assert (strategies >= 0).all()
    np.testing.assert_allclose(strategies.sum(-1), 1.0, atol=1e-12)


@learner_test
def test_observe_changes_neither_state_nor_utility(learner):
    rng = np.random.default_rng(1)
    state = learner.init(2, 3)
    for _ in range(5):
        utility = rng.random((2, 3))
        before, seen = copy.deepcopy(state), utility.copy()
        following = learner.observe(state, utility)
        np.testing.assert_array_equal(learner.strategy(state), learner.strategy(before))
        again = learner.observe(before, seen)
        np.testing.assert_array_equal(learner.strategy(following), learner.strategy(again))
        np.testing.assert_array_equal(utility, seen)
        state = following


@learner_test
def test_rows_are_independent(learner):
    utilities = np.random.default_rng(2).random((40, 3, 4))
    together = play(learner, utilities)
    for t in range(3):
        np.testing.assert_allclose(together[:, [t]], play(learner, utilities[:, [t]]), atol=1e-12)


@learner_test
def test_leading_axes_are_a_batch(learner):
    utilities = np.random.default_rng(3).random((40, 2, 5, 3, 4))
    together = play(learner, utilities)
    for b in np.ndindex(2, 5):
        alone = play(learner, utilities[(slice(None), *b)])
        np.testing.assert_allclose(together[(slice(None), *b)], alone, atol=1e-12)


@learner_test
def test_relabelled_actions_are_played_relabelled(learner):
    utilities = np.random.default_rng(4).random((40, 2, 4))
    order = np.array([2, 0, 3, 1])
    np.testing.assert_allclose(
        play(learner, utilities[..., order]), play(learner, utilities)[..., order], atol=1e-9
    )


@learner_test
def test_bound_is_a_growing_number(learner):
    bounds = [learner.bound(k, 4) for k in (0, 1, 2, 10, 100, 10_000)]
    assert all(isinstance(bound, float) and bound >= 0 for bound in bounds)
    assert bounds == sorted(bounds)
    assert learner.bound(100, 3) <= learner.bound(100, 9)


@learner_test
@pytest.mark.parametrize("n_actions", [1, 2, 3, 8])
@pytest.mark.parametrize("seed", SEEDS)
def test_bound_holds_on_stochastic_utilities(learner, n_actions, seed):
    rng = np.random.default_rng(seed)
    coins = rng.integers(0, 2, (400, 4, n_actions)).astype(float)
    drift = rng.beta(0.3, 0.3, (400, 4, n_actions)) * np.linspace(0.9, 1, n_actions)
    for utilities in (coins, drift, 7 + coins, coins - 1):
        assert_bounded(learner, utilities, play(learner, utilities))


@learner_test
@pytest.mark.parametrize("n_actions", [2, 3, 5])
@pytest.mark.parametrize(
    "adversary",
    [
        lambda s, gains: np.eye(len(s))[s.argmin()],
        lambda s, gains: 1.0 * (s <= np.median(s)),
        lambda s, gains: 1.0 - np.eye(len(s))[s.argmax()],
        lambda s, gains: np.eye(len(s))[(gains - 10 * s).argmax()],
        # The vertex that leaves the largest squared positive regrets.
        lambda s, gains: max(
            (np.array(list(np.binary_repr(v, len(s))), float) for v in range(2 ** len(s))),
            key=lambda u: (np.maximum(gains + u - u @ s, 0) ** 2).sum(),
        ),
        lambda s, gains: max(
            (np.array(list(np.binary_repr(v, len(s))), float) for v in range(2 ** len(s))),
            key=lambda u: (gains + u - u @ s).max() + 0.1 * (gains + u - u @ s).sum(),
        ),
    ],
    ids=["least", "half", "not-most", "leader", "norm", "greedy"],
)
def test_bound_holds_against_adversaries(learner, n_actions, adversary):
    state, gains = learner.init(1, n_actions), np.zeros(n_actions)
    for k in range(1, 301):
        strategy = learner.strategy(state)[0]
        utility = adversary(strategy, gains)
        gains = gains + utility - utility @ strategy
        state = learner.observe(state, utility[None])
        assert gains.max() <= learner.bound(k, n_actions) + 1e-9


@learner_test
@settings(max_examples=60, deadline=None)
@given(
    utilities=st.tuples(st.integers(1, 30), st.just(2), st.integers(1, 4)).flatmap(
        lambda shape: hnp.arrays(
            float, shape, elements=st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1))
        )
    )
)
def test_bound_holds_on_found_sequences(learner, utilities):
    strategies = play(learner, utilities)
    np.testing.assert_allclose(strategies.sum(-1), 1.0, atol=1e-9)
    assert_bounded(learner, utilities, strategies)
