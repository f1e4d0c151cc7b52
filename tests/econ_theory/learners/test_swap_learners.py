"""Stationary distributions, swap regret, and the correlated equilibria that it leads to."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from econ_theory import BayesianGame
from econ_theory.errors import SettingError
from econ_theory.learners import (
    DualAveraging,
    Exp3,
    FollowTheLeader,
    Hedge,
    InternalRegretMatching,
    OptimisticHedge,
    RegretMatching,
    RegretMatchingPlus,
    SwapRegret,
)
from econ_theory.learners.swap_regret import stationary_rows
from econ_theory.regret import play_learners, swap_regret
from econ_theory.solvers import disobedience

SWAP = [
    SwapRegret(),
    SwapRegret(RegretMatching()),
    SwapRegret(RegretMatchingPlus()),
    SwapRegret(DualAveraging()),
    SwapRegret(Hedge("sqrt")),
    SwapRegret(OptimisticHedge(0.1)),
    InternalRegretMatching(),
]


def exact_stationary(rates):
    """Solve the balance equations in rationals."""
    n = len(rates)
    flow = [[Fraction(float(r)) for r in row] for row in rates]
    rows = [[flow[a][b] for a in range(n)] for b in range(n)]
    for b in range(n):
        rows[b][b] = -sum(flow[b][c] for c in range(n) if c != b)
    rows[-1] = [Fraction(1)] * n
    right = [Fraction(0)] * (n - 1) + [Fraction(1)]
    for k in range(n):
        pivot = next(j for j in range(k, n) if rows[j][k])
        rows[k], rows[pivot], right[k], right[pivot] = rows[pivot], rows[k], right[pivot], right[k]
        for j in range(n):
            if j != k and rows[j][k]:
                factor = rows[j][k] / rows[k][k]
                rows[j] = [x - factor * y for x, y in zip(rows[j], rows[k], strict=True)]
                right[j] -= factor * right[k]
    return np.array([float(right[k] / rows[k][k]) for k in range(n)])


@given(
    hnp.arrays(
        float,
        st.integers(1, 5).map(lambda n: (n, n)),
        elements=st.sampled_from([1e-17, 1e-12, 1e-6, 0.01, 0.3, 1.0, 7.0]),
    )
)
@settings(max_examples=60)
def test_stationary_probabilities_are_accurate_however_small(rates):
    np.testing.assert_allclose(stationary_rows(rates), exact_stationary(rates), rtol=1e-13)


@given(
    st.integers(2, 6).flatmap(
        lambda n: st.tuples(
            hnp.arrays(float, (n, n), elements=st.sampled_from([0.0, 0.0, 0.25, 1.0])),
            st.permutations(range(n)),
        )
    )
)
@settings(max_examples=80)
def test_reducible_chains_balance_and_relabel(case):
    rates, order = case
    weights = stationary_rows(rates)
    np.testing.assert_allclose(weights.sum(), 1.0, atol=1e-14)
    flow = rates * ~np.eye(len(rates), dtype=bool)
    np.testing.assert_allclose(weights @ flow, weights * flow.sum(1), atol=1e-14)
    relabelled = stationary_rows(rates[np.ix_(order, order)])
    np.testing.assert_allclose(relabelled, weights[list(order)], atol=1e-14)


def test_stationary_distribution_of_hopeless_chains():
    np.testing.assert_array_equal(stationary_rows(np.zeros((2, 3, 3))), np.full((2, 3), 1 / 3))
    np.testing.assert_array_equal(stationary_rows(np.ones((2, 1, 1))), [[1.0], [1.0]])
    # State after state is left for the next: every step back is as rare as can be.
    ladder = np.eye(12, k=1)
    np.testing.assert_allclose(stationary_rows(ladder), np.eye(12)[-1], atol=1e-14)
    np.testing.assert_allclose(stationary_rows(ladder.T), np.eye(12)[0], atol=1e-14)


def test_stationary_rows_of_a_batch_and_input_untouched():
    rates = np.random.default_rng(0).random((4, 3, 5, 5))
    before = rates.copy()
    together = stationary_rows(rates)
    np.testing.assert_array_equal(rates, before)
    for b in np.ndindex(4, 3):
        np.testing.assert_allclose(together[b], stationary_rows(rates[b]), atol=1e-15)


def swap_gains(learner, n_steps, n_actions, adversary):
    """Return gains[k, a, b]: what playing b wherever a was played would have added by step k."""
    state, gains = learner.init(1, n_actions), np.zeros((n_steps + 1, n_actions, n_actions))
    for k in range(n_steps):
        strategy = learner.strategy(state)[0]
        utility = adversary(strategy, gains[k], k)
        gains[k + 1] = gains[k] + strategy[:, None] * (utility - utility[:, None])
        state = learner.observe(state, utility[None])
    return gains[1:]


ADVERSARIES = {
    "least": lambda s, gains, k: np.eye(len(s))[s.argmin()],
    "not-most": lambda s, gains, k: 1.0 - np.eye(len(s))[s.argmax()],
    "worst pair": lambda s, gains, k: np.eye(len(s))[(gains * s[:, None]).max(0).argmax()],
    "phases": lambda s, gains, k: (np.eye(len(s)) * (1 + np.arange(len(s))) / len(s))[k // 40 % 3],
    "coins": lambda s, gains, k: (np.sin(k * np.arange(1, len(s) + 1) ** 2) > 0).astype(float),
}


@pytest.mark.parametrize("learner", SWAP, ids=str)
@pytest.mark.parametrize("name", ADVERSARIES)
@pytest.mark.parametrize("n_actions", [3, 4])
def test_swap_bound_holds_against_adversaries(learner, name, n_actions):
    gains = swap_gains(learner, 300, n_actions, ADVERSARIES[name])
    swap = gains.max(2).sum(1)
    bounds = [learner.swap_bound(k + 1, n_actions) for k in range(300)]
    assert (swap <= np.array(bounds) + 1e-9).all()
    # External regret for b is what leaving every action for b would have gained.
    assert (gains.sum(1).max(1) <= swap + 1e-9).all()
    if isinstance(learner, InternalRegretMatching):
        internal = gains.max((1, 2))
        assert (internal <= np.sqrt((n_actions - 1) * np.arange(1, 301)) + 1e-9).all()


def test_a_learner_without_external_regret_may_have_swap_regret():
    """Each action is followed until the next one has long paid: a swap would have been in time."""
    utilities = np.zeros((600, 3))
    utilities[:200], utilities[200:400], utilities[400:] = [1, 0.5, 0], [0, 1, 0.5], [0.5, 0, 1]
    pick = lambda s, gains, k: utilities[k]  # noqa: E731
    plain = swap_gains(FollowTheLeader(), 600, 3, pick)[-1].max(1).sum()
    learner = SwapRegret(RegretMatching())
    assert swap_gains(learner, 600, 3, pick)[-1].max(1).sum() <= learner.swap_bound(600, 3) < plain


def test_a_swap_bound_that_is_too_small_would_be_caught():
    class Boastful(InternalRegretMatching):
        def swap_bound(self, n_steps, n_actions):
            return 0.2 * super().swap_bound(n_steps, n_actions)

    with pytest.raises(AssertionError):
        test_swap_bound_holds_against_adversaries(Boastful(), "least", 4)


@pytest.mark.parametrize("learner", SWAP[:2] + SWAP[-1:], ids=str)
def test_average_joint_play_is_nearly_a_correlated_equilibrium(learner):
    """In Shapley's game, where average play need not be anywhere near Nash."""
    rng = np.random.default_rng(2)
    payoffs = [np.eye(3)[[1, 2, 0]] + rng.random((3, 3)) / 9, np.eye(3) + rng.random((3, 3)) / 9]
    game = BayesianGame([[1.0]], [payoff[None, None] for payoff in payoffs])
    n_steps = 1500
    trace = play_learners(game, learner, n_steps)
    joint = np.einsum("ka,kb->ab", trace.played(0)[:, 0], trace.played(1)[:, 0]) / n_steps
    for i, gain in enumerate(disobedience(game, joint[None, None])):
        bound = game.payoff_range(i) * learner.swap_bound(n_steps, 3) / n_steps
        assert 0 <= gain[0] <= bound
        assert gain[0] < 0.1
        measured = swap_regret(trace).cumulative[-1, i] / n_steps
        np.testing.assert_allclose(gain[0], measured, atol=1e-9)


def test_copies_are_told_their_part_and_balance_by_hand():
    learner = SwapRegret(RegretMatching())
    state = learner.observe(learner.init(1, 2), np.array([[0.0, 1.0]]))
    np.testing.assert_array_equal(learner.strategy(state), [[0.0, 1.0]])
    # Copy 0 was not played: it learns nothing, and copy 1 loses its confidence.
    state = learner.observe(state, np.array([[1.0, 0.0]]))
    np.testing.assert_allclose(state.base.regret[0, 0], [-0.25, 0.25])
    np.testing.assert_allclose(state.base.regret[0, 1], [0.75, 0.25])
    # Q = [[0, 1], [3/4, 1/4]], balanced by (3/7, 4/7).
    np.testing.assert_allclose(learner.strategy(state), [[3 / 7, 4 / 7]])


def test_bounds_by_hand():
    assert SwapRegret(RegretMatching()).swap_bound(300, 3) == pytest.approx(np.sqrt(6 * 300))
    assert SwapRegret().swap_bound(3000, 3) == pytest.approx(3 + np.sqrt(9 + 9000 * np.log(3)))
    assert SwapRegret(Hedge("sqrt")).swap_bound(3000, 3) == pytest.approx(
        3 * np.sqrt(3000 * np.log(3))
    )
    assert SwapRegret().swap_bound(2, 3) == 2
    assert InternalRegretMatching().bound(100, 4) == 30
    assert InternalRegretMatching().swap_bound(100, 4) == pytest.approx(np.sqrt(1200))


@pytest.mark.parametrize("base", [Exp3(), "Hedge", None])
def test_base_learner_must_see_all_utilities(base):
    with pytest.raises(SettingError, match=r"base_learner is .*, want a RegretMinimizer"):
        SwapRegret(base)
