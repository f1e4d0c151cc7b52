from __future__ import annotations

import numpy as np
import pytest

from econ_theory.catalog import random_markov_game
from econ_theory.errors import ProfileError, RefusedError, SettingError
from econ_theory.games import MarkovBayesianGame
from econ_theory.markov import (
    EpsilonGreedy,
    MarkovProfile,
    Softmax,
    StepSize,
    certify_markov,
    markov_dynamic_regret,
    optimal_action_values,
    q_learning,
    soft_reply,
    state_values,
)


def noisy_loop(schedule: StepSize, n_steps: int = 12_000, n_runs: int = 300):
    """One state, one action, discount 0.9, payoff 1 with standard normal noise: Q* = 10."""
    game = MarkovBayesianGame(np.ones((1, 1, 1, 1)), [[[[1.0]]]], discount=0.9)
    return q_learning(game, schedule=schedule, n_steps=n_steps, n_runs=n_runs, noise=1.0, rng=0)


@pytest.fixture(scope="module")
def root_run():
    return noisy_loop(StepSize(power=0.5))


def test_step_size_one_over_root_k_gives_an_error_of_order_k_to_the_minus_a_quarter(root_run):
    rate = root_run.exponent(burn_in=2000, rng=0)
    assert root_run.optimal.item() == pytest.approx(10.0)
    assert rate.low < rate.slope < rate.high
    assert rate.slope == pytest.approx(-0.25, abs=0.05)
    assert rate.low > -0.5
    # The stationary spread: step size times the noise variance over 2 (1 - discount).
    assert root_run.rms[-1] == pytest.approx(np.sqrt(12_000**-0.5 / 0.2), rel=0.15)


def test_other_step_sizes_have_other_exponents():
    assert noisy_loop(StepSize(10.0)).exponent(burn_in=1000, rng=0).slope == pytest.approx(
        -0.5, abs=0.07
    )
    # One over k forgets the start like k to the minus (1 - discount).
    assert noisy_loop(StepSize(1.0), n_runs=50).exponent(
        burn_in=1000, rng=0
    ).slope == pytest.approx(-0.1, abs=0.01)
    constant = noisy_loop(StepSize(0.1, power=0), 4000, 200)
    assert constant.exponent(burn_in=1000, rng=0).slope == pytest.approx(0.0, abs=0.08)


def test_robbins_monro_wants_a_power_above_a_half():
    said = {power: StepSize(power=power).robbins_monro for power in (0, 0.5, 0.51, 1, 1.1)}
    assert said == {0: False, 0.5: False, 0.51: True, 1: True, 1.1: False}
    assert StepSize(5.0).at(np.array([1, 10])).tolist() == [1.0, 0.5]


def test_optimal_values_solve_bellmans_equation():
    game = random_markov_game(4, (3, 1), (2, 3), rng=2)
    against = MarkovProfile.random(game, rng=3)
    q = optimal_action_values(game, 0, against)
    worth = (game.type_weights(0) * q.max(axis=2)).sum(axis=1)
    expected = game.kernel.expect(game.lookahead(worth, 0)[..., None], against.rows, 0)[..., 0]
    np.testing.assert_allclose(q * game.type_weights(0)[..., None], expected, atol=1e-10)
    with pytest.raises(SettingError, match="against is None in a game of 2 players"):
        optimal_action_values(game, 0)


@pytest.mark.parametrize("exploration", [EpsilonGreedy(0.3), Softmax(0.5)])
def test_one_learner_finds_the_optimal_values(exploration):
    game = random_markov_game(2, (2, 1), (2, 3), discount=0.6, rng=5)
    fixed = MarkovProfile.random(game, rng=1)
    trace = q_learning(
        game,
        learners=[0],
        fixed=fixed,
        n_steps=4000,
        n_runs=20,
        schedule=StepSize(power=0.7),
        exploration=exploration,
        rng=0,
    )
    assert trace.rms[-1] < 0.15
    assert trace.rms[-1] < 0.2 * trace.rms[0]
    greedy = trace.profile(greedy=True)
    certificate = certify_markov(game, greedy)
    assert certificate.of(0).max() < 0.1
    np.testing.assert_array_equal(greedy.rows[1], fixed.rows[1])


def test_types_that_move_the_state_are_learned_too():
    game = random_markov_game(3, 2, 2, n_players=1, discount=0.5, rng=8, types_move=True)
    trace = q_learning(
        game, n_steps=4000, n_runs=20, schedule=StepSize(power=0.7), restart=0.1, rng=0
    )
    assert trace.rms[-1] < 0.12


def test_learners_of_a_dilemma_learn_to_defect():
    u = np.array([[3.0, 0.0], [5.0, 1.0]]).reshape(1, 1, 1, 2, 2)
    game = MarkovBayesianGame(np.ones((1,) * 6), [u, u.swapaxes(3, 4)], discount=0.0)
    trace = q_learning(game, n_steps=1500, n_runs=3, schedule=StepSize(power=0.6), rng=0)
    for run in range(3):
        assert certify_markov(game, trace.profile(run=run, greedy=True)).epsilon == 0
    play = [trace.profile(c) for c in range(len(trace.steps))]
    assert markov_dynamic_regret(game, play).kind == "dynamic"
    with pytest.raises(RefusedError, match="2 players learn, want one"):
        trace.errors  # noqa: B018


def test_settled_softmax_learners_play_a_soft_reply():
    game = random_markov_game(2, 1, (2, 3), discount=0.3, rng=3)
    trace = q_learning(
        game,
        n_steps=6000,
        schedule=StepSize(power=0.8),
        exploration=Softmax(1.0),
        n_runs=10,
        rng=0,
    )
    rows = [np.mean([trace.profile(run=r).rows[i] for r in range(10)], axis=0) for i in range(2)]
    # The learners' target is the best next action, not the one they play: small here.
    profile = MarkovProfile(rows)
    assert profile.distance(soft_reply(game, profile, 1.0)) < 0.08


def test_the_world_moves_as_the_game_says():
    game = random_markov_game(3, (2, 1), (2, 2), discount=0.8, rng=6, types_move=True)
    fixed = MarkovProfile.random(game, rng=7)
    # With one action at its optimum no learning is needed: average targets equal the values.
    lazy = MarkovBayesianGame(
        (game.kernel.expect(game.transition, fixed.rows))[:, None, None, :],
        [game.kernel.expect(game.payoffs[0][..., None], fixed.rows).reshape(3, 1, 1)],
        discount=0.8,
        initial=game.initial,
    )
    values = state_values(lazy, MarkovProfile.uniform(lazy))[:, 0]
    np.testing.assert_allclose(values, state_values(game, fixed)[:, 0], atol=1e-10)
    trace = q_learning(lazy, n_steps=3000, n_runs=100, schedule=StepSize(power=0.8), rng=1)
    error = np.abs(trace.values[0][-1].mean(axis=0)[:, 0, 0] - values)
    assert error.max() < 0.05 * np.abs(values).max()


def test_runs_repeat_from_their_seed_and_count_steps_or_visits():
    game = random_markov_game(2, 1, 2, rng=1)
    a, b = (q_learning(game, n_steps=50, n_runs=2, rng=3) for _ in range(2))
    np.testing.assert_array_equal(a.values[0], b.values[0])
    c = q_learning(game, n_steps=50, n_runs=2, count="steps", rng=3)
    assert np.abs(a.values[0] - c.values[0]).max() > 0
    assert a.steps[0] == 1
    assert a.steps[-1] == 50
    assert "2 runs, 50 steps" in repr(a)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_steps": 0}, "n_steps is 0"),
        ({"noise": -1.0}, "noise is -1"),
        ({"restart": 2.0}, "restart 2.0"),
        ({"count": "moves"}, "count is 'moves'"),
        ({"learners": [0, 0]}, "want distinct players"),
        ({"learners": [2]}, r"want indices in 0\.\.1"),
        ({"learners": [0]}, "fixed is None"),
    ],
)
def test_bad_settings_are_named(change, words):
    with pytest.raises(SettingError, match=words):
        q_learning(random_markov_game(2, 1, 2, rng=1), **{"n_steps": 5, **change})


def test_bad_values_are_named():
    with pytest.raises(SettingError, match="scale 0"):
        StepSize(0.0)
    with pytest.raises(SettingError, match="epsilon 2"):
        EpsilonGreedy(2.0)
    with pytest.raises(SettingError, match="temperature 0"):
        Softmax(0.0)
    game = random_markov_game(2, 1, 2, rng=1)
    with pytest.raises(ProfileError, match="Markov profile has shapes"):
        q_learning(game, n_steps=1, fixed=MarkovProfile([[[[1.0]]]]))
    trace = q_learning(game, n_steps=5, learners=[1], fixed=MarkovProfile.uniform(game), rng=0)
    with pytest.raises(SettingError, match="burn_in is 100 with 0 checkpoints"):
        trace.exponent(burn_in=100)
