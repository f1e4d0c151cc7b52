"""Every learner that is exported plays distributions, keeps its state pure and obeys its bound."""

from __future__ import annotations

import copy
import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import econ_theory.learners
from econ_theory import BayesianGame, certify
from econ_theory.learners import BanditMinimizer
from econ_theory.solvers import SelfPlay

EXPORTED = [getattr(econ_theory.learners, name) for name in econ_theory.learners.__all__]
ALL = [
    thing()
    for thing in EXPORTED
    if isinstance(thing, type)
    and not getattr(thing, "_is_protocol", False)
    and all(hasattr(thing, name) for name in ("init", "strategy", "observe", "bound", "source"))
]
LEARNERS = [learner for learner in ALL if not isinstance(learner, BanditMinimizer)]
BANDITS = [learner for learner in ALL if isinstance(learner, BanditMinimizer)]
learner_test = pytest.mark.parametrize("learner", LEARNERS, ids=lambda l: type(l).__name__)
bandit_test = pytest.mark.parametrize("learner", BANDITS, ids=lambda l: type(l).__name__)
any_test = pytest.mark.parametrize("learner", ALL, ids=lambda l: type(l).__name__)
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
    n_steps, n_actions = len(utilities), utilities.shape[-1]
    gains = utilities - (utilities * strategies).sum(-1, keepdims=True)
    regrets = {"bound": gains.cumsum(0).max(-1)}
    if hasattr(learner, "swap_bound"):
        regrets["swap_bound"] = sum(
            (strategies[..., a, None] * (utilities - utilities[..., a, None])).cumsum(0).max(-1)
            for a in range(n_actions)
        )
    for name, regret in regrets.items():
        bounds = [getattr(learner, name)(k + 1, n_actions) for k in range(n_steps)]
        over = regret - np.reshape(bounds, (-1,) + (1,) * (regret.ndim - 1))
        assert over.max() <= 1e-9, name


def test_some_learners_are_exported():
    assert len(LEARNERS) >= 5
    assert len(BANDITS) >= 2


@any_test
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
def test_constant_added_to_a_row_changes_nothing(learner):
    rng = np.random.default_rng(5)
    utilities, shifts = rng.random((60, 3, 4)), rng.normal(size=(60, 3, 1))
    # Predictions compare two steps: a shift moves both, so play is the same.
    np.testing.assert_allclose(
        play(learner, utilities + shifts), play(learner, utilities), atol=1e-9
    )


@any_test
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
    utilities = np.stack([coins, drift, 7 + coins, coins - 1], axis=1)
    assert_bounded(learner, utilities, play(learner, utilities))


@functools.cache
def vertices(n_actions):
    return np.array(list(np.ndindex((2,) * n_actions)), dtype=float)


def worst_vertex(strategy, gains, score):
    corners = vertices(len(strategy))
    regrets = gains + corners - (corners @ strategy)[:, None]
    return corners[score(regrets).argmax()]


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
        lambda s, gains: worst_vertex(s, gains, lambda r: (np.maximum(r, 0) ** 2).sum(-1)),
        lambda s, gains: worst_vertex(s, gains, lambda r: r.max(-1) + 0.1 * r.sum(-1)),
    ],
    ids=["least", "half", "not-most", "leader", "norm", "greedy"],
)
def test_bound_holds_against_adversaries(learner, n_actions, adversary):
    state, gains = learner.init(1, n_actions), np.zeros(n_actions)
    utilities, strategies = np.zeros((2, 300, n_actions))
    for k in range(300):
        strategies[k] = learner.strategy(state)[0]
        utilities[k] = adversary(strategies[k], gains)
        gains = gains + utilities[k] - utilities[k] @ strategies[k]
        state = learner.observe(state, utilities[k][None])
    assert_bounded(learner, utilities, strategies)


@learner_test
@settings(max_examples=60)
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


ZERO_SUM = {
    "skewed pennies": [[2.0, -1.0], [-1.0, 1.0]],
    "rare pennies": [[9.0, 0.0], [-1.0, 1.0]],
    "three by two": [[0.0, 3.0], [2.0, -1.0], [1.0, 0.5]],
}


@learner_test
@pytest.mark.parametrize("name", ZERO_SUM)
def test_self_play_is_as_good_as_the_bound_says(learner, name):
    """In a zero-sum game the gains against average play add up to the players' mean regret."""
    payoff, n_steps = np.array(ZERO_SUM[name]), 1000
    game = BayesianGame([[1.0]], [payoff[None, None], -payoff[None, None]])
    solver = SelfPlay(learner, alternating=False, iterate="average", power=0, steps=n_steps)
    *_, average = solver.propose(game, None, np.random.default_rng(0))
    bound = sum(learner.bound(n_steps, n_actions) for n_actions in payoff.shape)
    # Averages run from step 2 to K + 1: one strategy of each player is exchanged.
    assert certify(game, average).relative <= (bound + 2) / n_steps
    assert certify(game, average).relative <= 0.1


def drawn(learner, payoffs, uniforms, idle):
    """Return strategies of a bandit; payoffs (K, ..., T, A), uniforms and idle (K, ..., T)."""
    *_, n_types, n_actions = payoffs.shape
    state, strategies = learner.init(n_types, n_actions), []
    for payoff, uniform, off in zip(payoffs, uniforms, idle, strict=True):
        strategies.append(np.broadcast_to(learner.strategy(state), payoff.shape))
        chosen = (strategies[-1].cumsum(-1) < uniform[..., None]).sum(-1).clip(max=n_actions - 1)
        played = np.eye(n_actions)[chosen] * ~off[..., None]
        state = learner.observe(state, played, (payoff * played).sum(-1))
    return np.array(strategies)


def draws(seed, *shape):
    rng = np.random.default_rng(seed)
    return rng.random(shape), rng.random(shape[:-1]), rng.random(shape[:-1]) < 0.3


@bandit_test
@pytest.mark.parametrize(("n_types", "n_actions"), [(1, 1), (3, 1), (1, 4), (2, 3)])
def test_bandit_rows_are_distributions(learner, n_types, n_actions):
    strategies = drawn(learner, *draws(0, 200, n_types, n_actions))
    assert (strategies >= 0).all()
    np.testing.assert_allclose(strategies.sum(-1), 1.0, atol=1e-12)


@bandit_test
def test_bandit_observe_is_pure(learner):
    state = learner.init(2, 3)
    for k in range(5):
        played, payoff = np.eye(3)[[k % 3, 1]], np.array([0.2, 0.7])
        before, seen = copy.deepcopy(state), (played.copy(), payoff.copy())
        following = learner.observe(state, played, payoff)
        np.testing.assert_array_equal(learner.strategy(state), learner.strategy(before))
        again = learner.observe(before, *seen)
        np.testing.assert_array_equal(learner.strategy(following), learner.strategy(again))
        np.testing.assert_array_equal(played, seen[0])
        np.testing.assert_array_equal(payoff, seen[1])
        state = following


@bandit_test
def test_bandit_rows_that_were_not_drawn_are_left_as_they_are(learner):
    payoffs, uniforms, idle = draws(1, 60, 2, 3)
    together = drawn(learner, payoffs, uniforms, idle)
    for t in range(2):
        on = ~idle[:, t]
        alone = drawn(learner, payoffs[on][:, [t]], uniforms[on][:, [t]], idle[on][:, [t]])
        np.testing.assert_array_equal(together[on][:, [t]], alone)
    untouched = learner.observe(learner.init(1, 2), np.zeros((1, 2)), np.array([np.nan]))
    np.testing.assert_array_equal(learner.strategy(untouched), [[0.5, 0.5]])


@bandit_test
def test_bandit_leading_axes_are_a_batch(learner):
    payoffs, uniforms, idle = draws(2, 40, 2, 3, 2, 4)
    together = drawn(learner, payoffs, uniforms, idle)
    for b in np.ndindex(2, 3):
        at = (slice(None), *b)
        alone = drawn(learner, payoffs[at], uniforms[at], idle[at])
        np.testing.assert_allclose(together[at], alone, atol=1e-12)


@bandit_test
def test_bandit_relabelled_actions_are_played_relabelled(learner):
    rng, order = np.random.default_rng(3), np.array([2, 0, 3, 1])
    one, other = learner.init(1, 4), learner.init(1, 4)
    for _ in range(40):
        played, payoff = np.eye(4)[rng.integers(4, size=1)], rng.random(1)
        one, other = (
            learner.observe(one, played, payoff),
            learner.observe(other, played[:, order], payoff),
        )
        np.testing.assert_allclose(
            learner.strategy(other), learner.strategy(one)[:, order], atol=1e-12
        )
