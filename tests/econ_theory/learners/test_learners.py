from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame
from econ_theory.errors import SettingError
from econ_theory.learners import (
    DualAveraging,
    FollowTheLeader,
    GradientAscent,
    Hedge,
    InternalRegretMatching,
    MagneticMirrorDescent,
    OptimisticHedge,
    PredictiveRegretMatchingPlus,
    RegretMatching,
    RegretMatchingPlus,
    RegretMinimizer,
    SmoothFictitiousPlay,
    SwapRegret,
)
from econ_theory.learners.base import normalize_rows, utility_scales

MATCHING = [RegretMatching(), RegretMatchingPlus(), PredictiveRegretMatchingPlus()]
HEDGES = [kind(step) for kind in (Hedge, OptimisticHedge) for step in ("adaptive", "sqrt", 0.2)]
PROJECTED = [
    *(DualAveraging(step) for step in ("adaptive", "sqrt", 0.2)),
    *(GradientAscent(step) for step in ("sqrt", 0.2)),
]
ENTROPIC = [
    MagneticMirrorDescent(),
    MagneticMirrorDescent(0.5, 0.2),
    MagneticMirrorDescent(0.01, 1.0),
    SmoothFictitiousPlay(),
    SmoothFictitiousPlay(0.5),
]
SWAPPING = [SwapRegret(), SwapRegret(RegretMatching()), InternalRegretMatching()]
EVERY = MATCHING + HEDGES + PROJECTED + ENTROPIC + SWAPPING + [FollowTheLeader()]


def play(learner, utilities):
    state = learner.init(*utilities.shape[1:])
    for utility in utilities:
        state = learner.observe(state, utility)
    return learner.strategy(state)


def worst_regret_share(learner, n_steps, n_actions=2):
    """Return regret over bound when the least played action always pays."""
    state, gains, share = learner.init(1, n_actions), np.zeros(n_actions), 0.0
    for k in range(1, n_steps + 1):
        strategy = learner.strategy(state)[0]
        utility = np.eye(n_actions)[strategy.argmin()]
        gains += utility - utility @ strategy
        state = learner.observe(state, utility[None])
        assert gains.max() <= learner.bound(k, n_actions) + 1e-9
        share = max(share, gains.max() / learner.bound(k, n_actions))
    return share


@pytest.mark.parametrize("learner", EVERY, ids=str)
def test_is_a_regret_minimizer(learner):
    assert isinstance(learner, RegretMinimizer)


@pytest.mark.parametrize("learner", EVERY, ids=str)
def test_constant_added_to_a_row_changes_nothing(learner):
    rng = np.random.default_rng(0)
    utilities = rng.random((60, 3, 4))
    shifts = rng.normal(size=(60, 3, 1))
    # Predictions compare two steps: a shift moves both, so play is the same.
    np.testing.assert_allclose(
        play(learner, utilities + shifts), play(learner, utilities), atol=1e-9
    )


@pytest.mark.parametrize(
    "learner",
    [*MATCHING, Hedge(), OptimisticHedge(), DualAveraging(), FollowTheLeader(), *SWAPPING],
    ids=str,
)
@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_scale_free_learners_do_not_see_the_scale(learner, scale):
    utilities = np.random.default_rng(0).random((60, 3, 4))
    np.testing.assert_allclose(
        play(learner, scale * utilities), play(learner, utilities), atol=1e-7
    )


@pytest.mark.parametrize("learner", EVERY, ids=str)
def test_bound_holds_and_is_no_idle_one(learner):
    assert 0.1 < worst_regret_share(learner, 2000) <= 1


@pytest.mark.parametrize("learner", EVERY, ids=str)
@settings(max_examples=40)
@given(st.integers(1, 4), st.lists(st.integers(0, 15), min_size=1, max_size=60))
def test_bound_holds_on_found_corners(learner, n_actions, codes):
    state, gains = learner.init(1, n_actions), np.zeros(n_actions)
    for k, code in enumerate(codes, start=1):
        utility = np.array([code >> a & 1 for a in range(n_actions)], dtype=float)
        gains += utility - utility @ learner.strategy(state)[0]
        state = learner.observe(state, utility[None])
        assert gains.max() <= learner.bound(k, n_actions) + 1e-9


COLD = [learner for learner in EVERY if getattr(learner, "temperature", 0) < 0.5]


@pytest.mark.parametrize("learner", COLD, ids=str)
def test_the_better_action_wins(learner):
    rng = np.random.default_rng(0)
    utilities = (rng.random((800, 1, 3)) < [0.8, 0.3, 0.2]).astype(float)
    assert play(learner, utilities)[0, 0] > 0.8


def test_regret_matching_by_hand():
    learner = RegretMatching()
    state = learner.observe(learner.init(1, 3), np.array([[1.0, 0.4, 0.1]]))
    np.testing.assert_allclose(state.regret, [[0.5, -0.1, -0.4]])
    state = learner.observe(state, np.array([[0.0, 1.0, 0.0]]))
    np.testing.assert_allclose(state.regret, [[0.5, 0.9, -0.4]])
    np.testing.assert_allclose(learner.strategy(state), [[5 / 14, 9 / 14, 0]])


def test_regret_matching_plus_clips():
    learner = RegretMatchingPlus()
    state = learner.observe(learner.init(1, 3), np.array([[1.0, 0.4, 0.1]]))
    np.testing.assert_allclose(state.regret, [[0.5, 0, 0]])


def test_matching_plays_uniformly_while_nothing_is_regretted():
    strategy = play(PredictiveRegretMatchingPlus(), np.zeros((3, 2, 4)))
    np.testing.assert_array_equal(strategy, np.full((2, 4), 0.25))


def test_adaptive_hedge_by_hand():
    # Uniform play misses the leader by 2/3, the first gap; the next step size is ln 3 / (2/3).
    weight = 3**1.5
    np.testing.assert_allclose(
        play(Hedge(), np.array([[[1.0, 0.0, 0.0]]])), [np.array([weight, 1, 1]) / (weight + 2)]
    )


def test_bounds_by_hand():
    assert RegretMatching().bound(100, 5) == 20
    assert PredictiveRegretMatchingPlus().bound(1, 5) == 2
    assert DualAveraging(0.5).bound(80, 3) == pytest.approx(2 / 3 + 0.25 * 2 / 3 * 80)
    assert DualAveraging("sqrt").bound(100, 4) == pytest.approx(np.sqrt(2 * 0.75 * 100))
    assert DualAveraging().bound(100, 4) == pytest.approx(1 + np.sqrt(1 + 150))
    assert GradientAscent(0.5).bound(80, 3) == DualAveraging(0.5).bound(80, 3)
    assert GradientAscent().bound(100, 4) == 20
    assert MagneticMirrorDescent(0.1, 0.5).bound(80, 3) == pytest.approx(10 * np.log(3) + 5)
    assert MagneticMirrorDescent(0.1, 0.5).regularized_bound(80, 3) == pytest.approx(
        2 * np.log(3) + 5
    )
    assert SmoothFictitiousPlay(0.1).bound(101, 3) == pytest.approx(
        10 * np.log(3) + 1.25 * (2 + np.log(100))
    )
    assert FollowTheLeader().bound(80, 4) == 60
    assert Hedge(0.5).bound(80, 3) == pytest.approx(np.log(3) / 0.5 + 5)
    assert Hedge("sqrt").bound(100, 3) == pytest.approx(np.sqrt(100 * np.log(3)))
    assert Hedge().bound(100, 3) == pytest.approx(1 + np.sqrt(1 + 100 * np.log(3)))
    assert OptimisticHedge().bound(100, 3) == pytest.approx(2 + np.sqrt(4 + 397 * np.log(3)))


def test_a_bound_that_is_too_small_would_be_caught():
    class Boastful(RegretMatching):
        def bound(self, n_steps, n_actions):
            return 0.3 * super().bound(n_steps, n_actions)

    with pytest.raises(AssertionError):
        worst_regret_share(Boastful(), 200)


@pytest.mark.parametrize("kind", [Hedge, OptimisticHedge, DualAveraging])
@pytest.mark.parametrize("step", [0.0, -1.0, float("nan"), float("inf"), "fast"])
def test_bad_step_is_refused(kind, step):
    with pytest.raises(SettingError, match=r"step is .*, want 'adaptive', 'sqrt' or a number > 0"):
        kind(step)


def test_normalize_rows_with_an_empty_row():
    np.testing.assert_array_equal(
        normalize_rows(np.array([[2.0, 6.0], [0.0, 0.0]])), [[0.25, 0.75], [0.5, 0.5]]
    )


def test_utility_scales_leave_null_types_out():
    payoff = np.array([[0.0, 4.0], [1.0, 3.0]]).reshape(2, 2)
    scales = utility_scales(BayesianGame([1.0, 0.0], [payoff]))
    np.testing.assert_array_equal(scales[0], [[0.25], [0.0]])
