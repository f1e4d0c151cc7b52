"""Fictitious play, best-response, replicator and mirror-descent dynamics, each by its theorem."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, certify, solve
from econ_theory.beliefs import kl_divergence
from econ_theory.catalog import random_game
from econ_theory.games.finite.payoffs import best_actions, logit_rows
from econ_theory.learners import Hedge
from econ_theory.learners.base import utility_scales
from econ_theory.solvers import BestResponseDynamics, FictitiousPlay, MirrorDescent, Replicator

RNG = np.random.default_rng(0)
SKEWED = np.array([[2.0, -1.0], [-1.0, 1.0]]).reshape(1, 1, 2, 2)
PENNIES = BayesianGame([[1]], [SKEWED, -SKEWED])
CYCLE = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
SHAPLEY = BayesianGame([[1]], [CYCLE.reshape(1, 1, 3, 3), np.roll(CYCLE, 1, 1).reshape(1, 1, 3, 3)])


def last(solver, game, start=None):
    *_, profile = solver.propose(game, start, np.random.default_rng(0))
    return profile


def naive_fictitious_play(game: BayesianGame, steps: int, *, alternating: bool) -> list:
    sums = [np.array(row) for row in StrategyProfile.uniform(game).rows]
    for _ in range(steps):
        seen = sums if alternating else [np.array(total) for total in sums]
        for i in range(game.n_players):
            best = best_actions(game.kernel.values(seen, i))
            sums[i] = sums[i] + np.eye(game.n_actions[i])[best]
            if alternating:
                seen = sums
    return [total / (steps + 1) for total in sums]


@pytest.mark.parametrize("alternating", [True, False])
@pytest.mark.parametrize("seed", [0, 2, 3])
def test_strides_are_fictitious_play_step_by_step(seed: int, alternating: bool) -> None:
    game = random_game(2, 3, rng=seed, zero_sum=True)
    fast = last(FictitiousPlay(alternating=alternating, steps=700), game)
    slow = naive_fictitious_play(game, 700, alternating=alternating)
    for a, b in zip(fast.rows, slow, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_fictitious_play_of_a_million_steps_is_quick_and_close() -> None:
    profile = last(FictitiousPlay(alternating=False, steps=1_000_000), PENNIES)
    assert certify(PENNIES, profile).relative <= 2e-3
    np.testing.assert_allclose(profile.rows[0], [[0.4, 0.6]], atol=2e-3)


def test_fictitious_play_ends_at_a_pure_equilibrium_that_traps_it() -> None:
    meet = np.array([[2.0, 0], [0, 1]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1]], [meet, meet])
    assert certify(game, last(FictitiousPlay(), game)).epsilon == 0
    three = np.array([2.0, 0, 0, 0, 0, 0, 0, 1]).reshape(1, 1, 1, 2, 2, 2)
    game = BayesianGame([[[1]]], [three] * 3)
    assert solve(game, FictitiousPlay(), tol=0).certificate.epsilon == 0


def test_shapleys_game_defeats_fictitious_play_and_best_responses() -> None:
    start = StrategyProfile([[[0.6, 0.3, 0.1]], [[0.3, 0.3, 0.4]]])
    for solver in (FictitiousPlay(steps=100_000), BestResponseDynamics(steps=5_000)):
        assert certify(SHAPLEY, last(solver, SHAPLEY, start)).relative > 0.05


def test_smooth_replies_rest_at_the_quantal_response_equilibrium() -> None:
    target = last(MirrorDescent(temperature=0.5), PENNIES)
    for solver in (
        FictitiousPlay(temperature=0.5, steps=5_000),
        BestResponseDynamics(temperature=0.5, rate=0.25, patience=2, slowest=1e-3, steps=300),
    ):
        assert last(solver, PENNIES).distance(target) < 1e-3


@pytest.mark.parametrize("seed", range(3))
def test_best_responses_in_turn_end_purely_in_potential_games(seed: int) -> None:
    rng = np.random.default_rng(seed)
    common = rng.random((3, 2, 4, 3))
    own = rng.random((3, 2, 4, 1))
    game = BayesianGame(rng.dirichlet(np.ones(6)).reshape(3, 2), [common, common + own])
    profile = last(BestResponseDynamics(every=1), game)
    assert certify(game, profile).relative <= 1e-12
    assert all(set(np.unique(row)) <= {0.0, 1.0} for row in profile.rows)


@pytest.mark.parametrize("seed", range(3))
def test_finer_best_responses_follow_the_flow_into_zero_sum_equilibria(seed: int) -> None:
    game = random_game(2, 2, rng=seed, zero_sum=True)
    assert solve(game, BestResponseDynamics(), rng=0, tol=2e-3).certificate.relative <= 2e-3


def test_replicator_keeps_its_distance_from_the_interior_equilibrium() -> None:
    """In a two-player zero-sum game the sum of divergences from it is a constant of motion."""
    start = StrategyProfile([[[0.7, 0.3]], [[0.2, 0.8]]])
    centre = np.array([[0.4, 0.6]])
    proposals = Replicator(time=50.0, accuracy=1e-9, tremble=1e-12).propose(PENNIES, start, RNG)
    states = [start, *list(proposals)[::2]]
    distances = [sum(kl_divergence(centre, row).item() for row in state.rows) for state in states]
    np.testing.assert_allclose(distances, distances[0], rtol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_replicator_averages_gain_at_most_log_actions_over_time(seed: int) -> None:
    game = random_game(2, 3, rng=seed, zero_sum=True)
    average = last(Replicator(time=100.0), game)
    # Either side's regret is at most ln A / t per type, and gains of the averages add up.
    assert certify(game, average).ex_ante <= 2 * np.log(3) / 100 * game.payoff_range(0)


def test_euler_replicator_is_hedge() -> None:
    game = random_game(2, 3, rng=7)
    steps, learner = 10, Hedge(step=0.1)
    scales = utility_scales(game)
    states = [learner.init(*shape) for shape in game.kernel.shapes]
    for _ in range(steps):
        rows = [learner.strategy(state) for state in states]
        states = [
            learner.observe(state, game.kernel.values(rows, i) * scales[i])
            for i, state in enumerate(states)
        ]
    state, _average = Replicator(method="euler", time=1.0).propose(game, None, RNG)
    for row, expected in zip(state.rows, states, strict=True):
        np.testing.assert_allclose(row, learner.strategy(expected), atol=1e-12)


def test_a_zero_in_the_start_is_lifted() -> None:
    dilemma = np.array([[3.0, 0], [5, 1]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1]], [dilemma, dilemma.swapaxes(2, 3)])
    start = StrategyProfile.pure(game, [[0], [0]])
    for solver in (Replicator(), MirrorDescent()):
        assert solve(game, solver, start=start).certificate.relative <= 1e-3


@st.composite
def hot_games(draw) -> tuple[BayesianGame, tuple]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_types, n_actions = (2, 3), (3, 2)
    prior = rng.dirichlet(np.ones(6)).reshape(n_types)
    if draw(st.booleans()):
        prior[-1] = 0
        prior /= prior.sum()
    u = rng.random((*n_types, *n_actions))
    other = -u if draw(st.booleans()) else rng.random(u.shape) * 0.1
    scale = draw(st.sampled_from([1e-6, 1.0, 1e6]))
    heat = tuple(tuple(scale * draw(st.floats(0.3, 2.0)) for _ in range(t)) for t in n_types)
    return BayesianGame(prior, [scale * u, scale * other]), heat


@given(hot_games())
@settings(max_examples=25)
def test_mirror_descent_rests_at_the_heterogeneous_quantal_response(case) -> None:
    game, heat = case
    profile = last(MirrorDescent(temperature=heat), game)
    for i, temperatures in enumerate(heat):
        weights = game.type_weights(i)
        values = game.action_values(profile, i) / np.where(weights > 0, weights, 1)[:, None]
        expected = logit_rows(values, np.array(temperatures))
        np.testing.assert_allclose(profile.rows[i], expected, atol=1e-9)


def test_mirror_descent_approaches_linearly_in_zero_sum_games() -> None:
    game = random_game(3, 3, rng=2, zero_sum=True)
    target = last(MirrorDescent(temperature=0.5), game)
    solver = MirrorDescent(temperature=0.5, step=0.25, every=1, steps=120, alternating=False)
    away = [profile.distance(target) for profile in solver.propose(game, None, RNG)]
    rates = np.diff(np.log(away[20:100]))
    assert away[0] > 1e-3
    assert rates.max() < 0, "no step moves away"
    assert away[100] < 1e-3 * away[20]


@pytest.mark.parametrize("seed", range(3))
def test_mirror_descent_finds_nash_by_the_moving_magnet_and_by_annealing(seed: int) -> None:
    game = random_game(3, 3, rng=seed, zero_sum=True)
    for solver in (MirrorDescent(), MirrorDescent(temperature=0.5, anneal=0.7, accuracy=1e-4)):
        assert solve(game, solver, max_steps=500).certificate.relative <= 1e-3


@pytest.mark.parametrize(
    "solver", [FictitiousPlay, BestResponseDynamics, Replicator, MirrorDescent]
)
@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_nothing_depends_on_the_unit_of_payoffs(solver, scale: float) -> None:
    game = random_game(2, 2, rng=4)
    scaled = BayesianGame(game.prior, [u * scale for u in game.payoffs])
    one, two = (solve(g, solver(), rng=0, throw=False, max_steps=5) for g in (game, scaled))
    assert one.certificate.relative == pytest.approx(two.certificate.relative, abs=1e-7)


def test_temperatures_may_come_in_lists() -> None:
    solver = MirrorDescent(temperature=[1.0, [2.0]])
    assert solver == MirrorDescent(temperature=(1.0, (2.0,)))
    assert hash(solver) == hash(MirrorDescent(temperature=(1.0, (2.0,))))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FictitiousPlay(temperature=-1.0), r"temperature is -1.0, want a number >= 0"),
        (lambda: FictitiousPlay(every=0), r"every is 0, want a number >= 1"),
        (lambda: BestResponseDynamics(rate=1.5), r"rate is 1.5, want a share in \(0, 1\]"),
        (lambda: BestResponseDynamics(slowest=-1.0), r"slowest is -1.0, want a number >= 0"),
        (lambda: Replicator(method="rk4"), r"method is 'rk4', want 'adaptive' or 'euler'"),
        (lambda: Replicator(step=0.0), r"step is 0.0, want a number > 0"),
        (lambda: MirrorDescent(anneal=2.0, temperature=1.0), r"anneal is 2.0, want a factor"),
        (lambda: MirrorDescent(anneal=0.5), r"anneal is given without a temperature"),
        (lambda: MirrorDescent(step=-1.0), r"step is -1.0, want a number > 0"),
        (
            lambda: last(MirrorDescent(temperature=(1.0, 1.0, 1.0)), PENNIES),
            r"temperature has 3 entries, want 2: one a player",
        ),
        (
            lambda: last(MirrorDescent(temperature=(1.0, (1.0, 2.0))), PENNIES),
            r"temperature of player 2 is \[1.0, 2.0\], want one number > 0, or 1: one a type",
        ),
    ],
)
def test_bad_settings_are_named(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
