"""What each learner's step maximizes, how learners relate, and bounds in the spread of utility."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from econ_theory import BayesianGame
from econ_theory.errors import SettingError
from econ_theory.learners import (
    DualAveraging,
    FollowTheLeader,
    GradientAscent,
    Hedge,
    MagneticMirrorDescent,
    OptimisticHedge,
    RegretMatching,
    RegretMatchingPlus,
    SmoothFictitiousPlay,
)
from econ_theory.learners.euclidean import project_rows
from econ_theory.solvers import MirrorDescent, SelfPlay

UTILITIES = np.random.default_rng(3).random((80, 2, 4))


def run(learner, utilities):
    """Return the strategies (K + 1, ..., T, A) before each of K steps and after the last."""
    state = learner.init(*utilities.shape[-2:])
    strategies = [learner.strategy(state)]
    for utility in utilities:
        state = learner.observe(state, utility)
        strategies.append(learner.strategy(state))
    return np.array(strategies)


@given(
    hnp.arrays(
        float,
        hnp.array_shapes(min_dims=1, max_dims=3, max_side=6),
        elements=st.one_of(st.floats(-5, 5), st.sampled_from([0.0, 1.0, -1e200, 1e8])),
    )
)
def test_projection_is_the_nearest_distribution(points):
    rows = project_rows(points)
    assert (rows >= 0).all()
    np.testing.assert_allclose(rows.sum(-1), 1.0, atol=1e-12)
    # Nearest if and only if no vertex lies at an acute angle: <y - x, e - x> <= 0.
    gaps = points - points.max(-1, keepdims=True) - rows
    gaps[rows == 0] = np.maximum(gaps[rows == 0], -1e3)
    angles = gaps - np.vecdot(gaps, rows)[..., None]
    assert angles.max() <= 1e-9


def test_projection_of_distributions_and_of_infinite_entries():
    rows = np.random.default_rng(0).dirichlet(np.ones(5), size=(3, 2))
    np.testing.assert_allclose(project_rows(rows), rows, atol=1e-15)
    np.testing.assert_allclose(project_rows(np.array([[0.0, -np.inf, -0.5]])), [[0.75, 0, 0.25]])


def test_dual_averaging_projects_the_sum_of_utilities():
    strategies = run(DualAveraging(0.3), UTILITIES)
    np.testing.assert_allclose(strategies[-1], project_rows(0.3 * UTILITIES.sum(0)), atol=1e-12)
    falling = run(DualAveraging("sqrt"), UTILITIES)
    eta = np.sqrt(0.75 / (2 * 1.0 * 81))
    np.testing.assert_allclose(falling[-1], project_rows(eta * UTILITIES.sum(0)), atol=1e-12)


def test_gradient_ascent_projects_every_step():
    rows = np.full((2, 4), 0.25)
    for utility in UTILITIES:
        rows = project_rows(rows + 0.3 * utility)
    np.testing.assert_allclose(run(GradientAscent(0.3), UTILITIES)[-1], rows, atol=1e-12)


def test_lazy_and_greedy_projection_agree_inside_the_simplex_only():
    lazy, greedy = (run(kind(0.02), UTILITIES[:9]) for kind in (DualAveraging, GradientAscent))
    assert lazy.min() > 0
    np.testing.assert_allclose(lazy, greedy, atol=1e-12)
    # Sixty steps against the first action: greedy ascent takes it up at once, lazy one does not.
    utilities = np.zeros((61, 1, 2))
    utilities[:60, 0, 1] = utilities[60, 0, 0] = 1.0
    assert run(GradientAscent(0.3), utilities)[-1, 0, 0] == pytest.approx(0.15)
    assert run(DualAveraging(0.3), utilities)[-1, 0, 0] == 0


def test_magnetic_mirror_descent_without_temperature_is_hedge():
    np.testing.assert_allclose(
        run(MagneticMirrorDescent(0.0, 0.3), UTILITIES), run(Hedge(0.3), UTILITIES), atol=1e-12
    )
    assert MagneticMirrorDescent(0.0, 0.3).bound(500, 4) == Hedge(0.3).bound(500, 4)


def test_magnetic_step_maximizes_what_it_says():
    rng = np.random.default_rng(1)
    for temperature, step in ((0.1, 0.4), (2.0, 3.0)):
        strategies = run(MagneticMirrorDescent(temperature, step), UTILITIES)
        before, after, utility = strategies[-2], strategies[-1], UTILITIES[-1]

        def worth(x, t=temperature, s=step, old=before, u=utility):
            magnet = (x * np.log(4 * x)).sum(-1)
            return (u * x).sum(-1) - t * magnet - (x * np.log(x / old)).sum(-1) / s

        best = worth(after)
        for _ in range(200):
            other = rng.dirichlet(np.ones(4), size=2)
            assert (worth(0.99 * after + 0.01 * other) <= best + 1e-12).all()


def test_magnetic_self_play_ends_in_the_quantal_response_equilibrium():
    payoff = np.array([[2.0, -1.0], [-1.0, 1.0]])
    game = BayesianGame([[1.0]], [payoff[None, None], -payoff[None, None]])
    learner = MagneticMirrorDescent(temperature=0.1, step=0.1)
    solver = SelfPlay(learner, alternating=False, iterate="last", steps=2000)
    *_, last = solver.propose(game, None, np.random.default_rng(0))
    # Temperature is a share of the payoff range, which is three.
    for i in range(2):
        values = game.kernel.values(last.rows, i) / 0.3
        logit = np.exp(values - values.max())
        np.testing.assert_allclose(last.rows[i], logit / logit.sum(), atol=1e-9)
    *_, quantal = MirrorDescent(temperature=0.3, steps=4000).propose(
        game, None, np.random.default_rng(0)
    )
    assert last.distance(quantal) < 1e-8


@pytest.mark.parametrize("temperature", [0.05, 0.3, 2.0])
@pytest.mark.parametrize("step", [0.05, 1.0])
def test_regularized_bound_of_magnetic_mirror_descent(temperature, step):
    learner = MagneticMirrorDescent(temperature, step)
    rng = np.random.default_rng(0)
    # The best mixture in hindsight is the logit reply to mean utility.
    state, total, earned, largest = learner.init(1, 3), np.zeros(3), 0.0, 0.0
    for k in range(1, 501):
        strategy = learner.strategy(state)[0]
        utility = np.eye(3)[strategy.argmin()] if k % 3 else rng.random(3)
        total = total + utility
        earned += utility @ strategy - temperature * (strategy * np.log(3 * strategy)).sum()
        state = learner.observe(state, utility[None])
        mean = total / k / temperature
        best = k * temperature * (np.log(np.exp(mean - mean.max()).mean()) + mean.max())
        assert best - earned <= learner.regularized_bound(k, 3) + 1e-9
        largest = max(largest, (best - earned) / learner.regularized_bound(k, 3))
    assert largest > 0.02


@pytest.mark.parametrize(
    "learner", [MagneticMirrorDescent(0.2, 0.2), SmoothFictitiousPlay(0.2)], ids=str
)
def test_at_a_fixed_temperature_regret_is_linear_as_the_bound_says(learner):
    strategies = run(learner, np.tile([[[1.0, 0.0]]], (2000, 1, 1)))[:-1]
    regret = (1 - strategies[:, 0, 0]).cumsum()
    assert regret[1999] - regret[999] == pytest.approx(1000 / (1 + np.exp(5)), rel=1e-3)
    assert regret[1999] <= learner.bound(2000, 2)


def test_smooth_fictitious_play_is_the_logit_reply_to_the_mean():
    strategies = run(SmoothFictitiousPlay(0.1), UTILITIES)
    logit = np.exp(UTILITIES.mean(0) / 0.1)
    np.testing.assert_allclose(strategies[-1], logit / logit.sum(-1, keepdims=True), atol=1e-12)
    np.testing.assert_allclose(
        run(SmoothFictitiousPlay(1e-9), UTILITIES)[1:], run(FollowTheLeader(), UTILITIES)[1:]
    )


@pytest.mark.parametrize("n_actions", [2, 3, 5])
def test_the_leader_can_be_fooled_at_every_step(n_actions):
    """Regret (1 - 1/A) K is reached: the leader earns nothing, all the others do."""
    learner, gains = FollowTheLeader(), np.zeros(n_actions)
    state = learner.init(1, n_actions)
    for k in range(1, 1001):
        strategy = learner.strategy(state)[0]
        # The first step, nearly worthless, decides all ties to come.
        utility = 1e-3 * np.arange(n_actions) / n_actions if k == 1 else 1.0 * (strategy < 0.5)
        gains += utility - utility @ strategy
        state = learner.observe(state, utility[None])
        assert gains.max() <= learner.bound(k, n_actions) + 1e-9
    assert gains.max() > 0.99 * learner.bound(1000, n_actions)
    assert Hedge().bound(1000, n_actions) < 0.1 * gains.max()


SECOND_ORDER = [
    RegretMatching(),
    RegretMatchingPlus(),
    Hedge(),
    Hedge(0.3),
    DualAveraging(),
    DualAveraging(0.3),
    GradientAscent(0.3),
]


@pytest.mark.parametrize("learner", SECOND_ORDER, ids=str)
@pytest.mark.parametrize("pattern", ["shrinking", "bursts", "random"])
def test_second_order_bounds_count_squared_spreads(learner, pattern):
    """What `SwapRegret` relies on: small utilities cost as little as their squared spread."""
    assert learner.second_order
    rng = np.random.default_rng(0)
    state, gains, squares = learner.init(1, 3), np.zeros(3), 0.0
    for k in range(1, 401):
        spread = {"shrinking": k**-0.5, "bursts": float(k % 20 == 0), "random": rng.random() ** 2}
        strategy = learner.strategy(state)[0]
        utility = spread[pattern] * np.eye(3)[strategy.argmin()]
        squares += spread[pattern] ** 2
        gains += utility - utility @ strategy
        state = learner.observe(state, utility[None])
        assert gains.max() <= learner.bound(max(squares, 1e-9), 3) + 1e-9


@pytest.mark.parametrize("learner", [Hedge("sqrt"), OptimisticHedge(), GradientAscent()], ids=str)
def test_bounds_that_count_steps_say_so(learner):
    assert not learner.second_order


@settings(max_examples=100)
@given(st.integers(2, 4), st.lists(st.integers(0, 80), min_size=1, max_size=40))
def test_leader_bound_holds_on_found_grids(n_actions, codes):
    learner, gains = FollowTheLeader(), np.zeros(n_actions)
    state = learner.init(1, n_actions)
    for k, code in enumerate(codes, start=1):
        utility = np.array([code // 3**a % 3 / 2 for a in range(n_actions)])
        gains += utility - utility @ learner.strategy(state)[0]
        state = learner.observe(state, utility[None])
        assert gains.max() <= learner.bound(k, n_actions) + 1e-12


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GradientAscent(-1.0), r"step is -1.0, want 'sqrt' or a number > 0"),
        (lambda: GradientAscent("adaptive"), r"step is 'adaptive', want 'sqrt' or a number > 0"),
        (lambda: MagneticMirrorDescent(-0.1), r"temperature is -0.1, want a number >= 0"),
        (lambda: MagneticMirrorDescent(0.1, 0.0), r"step is 0.0, want a number > 0"),
        (lambda: SmoothFictitiousPlay(0.0), r"temperature is 0.0, want a number > 0"),
        (lambda: SmoothFictitiousPlay(float("nan")), r"temperature is nan, want a number > 0"),
    ],
)
def test_bad_settings_are_refused(make, message):
    with pytest.raises(SettingError, match=message):
        make()
