from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import Status, certify
from econ_theory.catalog import random_markov_game
from econ_theory.errors import NotConverged, ProfileError, RefusedError, SettingError
from econ_theory.games import MarkovBayesianGame
from econ_theory.markov import (
    MarkovProfile,
    best_response,
    certify_markov,
    ex_ante_values,
    markov_dynamic_regret,
    markov_exploitability,
    markov_perfect,
    markov_regret,
    soft_equilibrium,
    soft_reply,
    state_values,
    value_iteration,
)
from econ_theory.markov.newton import cooled, perfected
from econ_theory.markov.system import MarkovSystem
from econ_theory.solvers import Lemke, ZeroSumLp

SEEDS = st.integers(0, 2**32 - 1)


def matrix_game_value(payoff: np.ndarray) -> float:
    """The value of a matrix game by a linear program of our own."""
    from scipy.optimize import linprog

    m, k = payoff.shape
    result = linprog(
        np.r_[np.zeros(m), -1.0],
        A_ub=np.c_[-payoff.T, np.ones(k)],
        b_ub=np.zeros(k),
        A_eq=np.r_[np.ones(m), 0.0][None],
        b_eq=[1.0],
        bounds=[(0, None)] * m + [(None, None)],
    )
    return -float(result.fun)


def shapley_values(game: MarkovBayesianGame, sweeps: int = 400) -> np.ndarray:
    """Shapley's iteration on player 0's payoffs, types of one player only: plain loops."""
    payoff = np.broadcast_to(game.payoffs[0], (game.n_states, 1, 1, *game.n_actions))[:, 0, 0]
    move = np.broadcast_to(game.transition, (game.n_states, 1, 1, *game.n_actions, game.n_states))[
        :, 0, 0
    ]
    values = np.zeros(game.n_states)
    for _ in range(sweeps):
        values = np.array(
            [
                matrix_game_value(payoff[s] + game.discount * move[s] @ values)
                for s in range(game.n_states)
            ]
        )
    return values


@pytest.fixture(scope="module")
def zero_sum() -> tuple[MarkovBayesianGame, np.ndarray]:
    game = random_markov_game(3, 1, (3, 2), discount=0.7, zero_sum=True, rng=4)
    return game, shapley_values(game, 55)


@pytest.mark.parametrize("newton", [True, False])
def test_zero_sum_equilibrium_has_shapleys_values(zero_sum, newton):
    game, values = zero_sum
    solution = markov_perfect(game, rng=0, newton=newton, tol=1e-9)
    assert solution.certificate.epsilon < 1e-7
    np.testing.assert_allclose(solution.values[:, 0], values, atol=1e-7)
    np.testing.assert_allclose(solution.values.sum(axis=1), 0, atol=1e-12)
    assert solution.status is Status.CONVERGED
    assert "value iteration" in str(solution)
    assert solution.history[-1][0] == solution.steps


def test_zero_sum_value_iteration_contracts(zero_sum):
    game, values = zero_sum
    first = np.abs(values).max()
    for k, sweep in enumerate(value_iteration(game, ZeroSumLp()), start=1):
        error = np.abs(sweep.values[:, 0] - values).max()
        assert error <= game.discount**k * first + 1e-8
        if k == 12:
            break


def test_a_stage_solved_by_nashpy_agrees(zero_sum):
    import nashpy

    game, values = zero_sum
    stage = game.stage_game(1, np.c_[values, -values])
    bimatrix = nashpy.Game(stage.payoffs[0][0, 0], stage.payoffs[1][0, 0])
    row, column = bimatrix.linear_program()
    assert row @ stage.payoffs[0][0, 0] @ column == pytest.approx(values[1], abs=1e-7)


@pytest.mark.parametrize("discount", [0.3, 0.9, 0.99])
def test_a_game_with_a_closed_form(discount):
    """Alike once pays 1 and goes on, alike otherwise pays 1 and ends, else nothing and it ends.

    v = val [[1 + d v, 0], [0, 1]] = (1 + d v) / (2 + d v), so d v^2 + (2 - d) v - 1 = 0.
    """
    pay = np.zeros((2, 1, 1, 2, 2))
    pay[0] = np.eye(2)
    move = np.zeros((2, 1, 1, 2, 2, 2))
    move[..., 1] = 1
    move[0, 0, 0, 0, 0] = 1, 0
    solution = markov_perfect(MarkovBayesianGame(move, [pay, -pay], discount=discount), tol=1e-10)
    value = (np.sqrt(4 + discount**2) - (2 - discount)) / (2 * discount)
    assert solution.certificate.relative <= 1e-10
    assert solution.values[0, 0] == pytest.approx(value, abs=1e-8)
    share = 1 / (2 + discount * value)
    np.testing.assert_allclose(solution.profile.rows[0][0, 0], [share, 1 - share], atol=1e-7)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["two", "types", "three"])
def test_general_sum_games_are_solved_to_a_certificate(seed, kind):
    game = {
        "two": lambda: random_markov_game(4, 1, (3, 2), rng=seed),
        "types": lambda: random_markov_game(3, (2, 3), (3, 2), rng=seed, types_move=True),
        "three": lambda: random_markov_game(3, (1, 2, 1), (2, 2, 3), n_players=3, rng=seed),
    }[kind]()
    solution = markov_perfect(game, rng=0)
    assert certify_markov(game, solution.profile).relative <= 1e-6
    values = state_values(game, solution.profile)
    for s in range(game.n_states):
        stage = certify(game.stage_game(s, values), solution.profile.at(s))
        assert stage.epsilon <= solution.certificate.epsilon + 1e-12


def test_where_value_iteration_goes_in_circles_newton_finishes():
    game = random_markov_game(8, 1, (3, 4), discount=0.95, spread=0.1, rng=30)
    sweeps = value_iteration(game, rng=0)
    tail = [next(sweeps).residual for _ in range(50)][30:]
    assert min(tail) > 1e-3
    solution = markov_perfect(game, rng=0)
    assert solution.certificate.relative < 1e-9
    assert "Newton" in solution.reason


def test_newton_converges_from_nearby():
    game = random_markov_game(3, (2, 1), (2, 3), rng=1)
    exact = markov_perfect(game, rng=0, tol=1e-12).profile
    near = exact.mixed_with(MarkovProfile.uniform(game), 0.02)
    assert min(certify_markov(game, p).relative for p in perfected(game, near)) < 1e-13


def test_one_player_is_solved_by_policy_iteration():
    game = random_markov_game(6, 3, 4, n_players=1, discount=0.99, rng=2)
    solution = markov_perfect(game)
    assert solution.certificate.relative < 1e-13
    values = np.zeros(6)
    for _ in range(4000):
        ahead = game.lookahead(values, 0)
        values = (game.prior * ahead.max(axis=2)).sum(axis=1)
    np.testing.assert_allclose(solution.values[:, 0], values, atol=1e-9)
    assert solution.steps == 1


def test_discount_zero_is_one_bayesian_game_a_state():
    game = random_markov_game(3, (2, 3), (3, 2), discount=0.0, rng=5)
    solution = markov_perfect(game, rng=0)
    assert solution.certificate.relative < 1e-9
    for s in range(3):
        stage = game.stage_game(s, np.zeros((3, 2)))
        known = certify(stage, solution.profile.at(s))
        mine = max(solution.certificate.of(i)[s].max() for i in range(2))
        assert mine == pytest.approx(known.epsilon, abs=1e-14)


def test_a_repeated_dilemma_is_defection_for_ever():
    u = np.array([[3.0, 0.0], [5.0, 1.0]]).reshape(1, 1, 1, 2, 2)
    game = MarkovBayesianGame(np.ones((1,) * 6), [u, 2 * u.swapaxes(3, 4)], discount=0.9)
    solution = markov_perfect(game)
    assert solution.certificate.epsilon == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(solution.values, [[10.0, 20.0]])


def test_a_start_that_is_an_equilibrium_is_kept():
    meet = np.array([[2.0, 0.0], [0.0, 1.0]]).reshape(1, 1, 1, 2, 2)
    game = MarkovBayesianGame(np.ones((1,) * 6), [meet, meet], discount=0.9)
    worse = MarkovProfile.pure(game, [[[1]], [[1]]])
    solution = markov_perfect(game, start=worse)
    assert solution.profile.distance(worse) == 0
    assert solution.values[0, 0] == pytest.approx(10.0)


def test_limits_and_refusals():
    game = random_markov_game(5, 1, 3, rng=6)
    with pytest.raises(NotConverged, match=r"relative epsilon is .* after 2 proposals") as stop:
        markov_perfect(game, rng=0, max_steps=2)
    partial = stop.value.solution
    assert partial.status is Status.STEPS
    assert partial.certificate.epsilon == certify_markov(game, partial.profile).epsilon
    timed = markov_perfect(game, rng=0, max_seconds=0.0, throw=False)
    assert timed.status is Status.TIME
    circling = markov_perfect(game, Lemke(), rng=0, max_steps=40, throw=False)
    assert circling.status is Status.STEPS
    assert circling.reason == "value iteration"
    with pytest.raises(RefusedError, match="ZeroSumLp refuses"):
        markov_perfect(game, ZeroSumLp())
    with pytest.raises(SettingError, match="max_steps 0"):
        markov_perfect(game, max_steps=0)
    with pytest.raises(ProfileError, match="Markov profile has shapes"):
        markov_perfect(game, start=MarkovProfile([[[[1.0]]]]))


@settings(max_examples=25)
@given(SEEDS)
def test_derivatives_are_those_of_finite_differences(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 4))
    game = random_markov_game(
        3,
        rng.integers(1, 3, size=n).tolist(),
        rng.integers(2, 4, size=n).tolist(),
        n_players=n,
        rng=rng,
        types_move=bool(rng.integers(2)),
    )
    heat = rng.uniform(0.2, 1.0, size=n) if rng.integers(2) else None
    system = MarkovSystem(game, heat)
    x = system.flat(
        MarkovProfile.random(game, rng=rng).mixed_with(MarkovProfile.uniform(game), 0.5)
    )
    _, matrix = system.at(x)
    step = rng.normal(size=system.size)
    step -= (system.sums(step) / system.sums(np.ones(system.size)))[system.type_of]
    h = 1e-6
    slope = (system.at(x + h * step)[0] - system.at(x - h * step)[0]) / (2 * h)
    np.testing.assert_allclose(matrix @ step, slope, atol=1e-6 * max(1, np.abs(slope).max()))


@pytest.mark.parametrize("entropy_bonus", [False, True])
@pytest.mark.parametrize("temperature", [1.0, (0.5, 2.0), 0.05])
def test_soft_equilibrium_is_its_own_logit_reply(temperature, entropy_bonus):
    game = random_markov_game(4, (2, 1), (2, 3), rng=7)
    soft = soft_equilibrium(game, temperature, entropy_bonus=entropy_bonus)
    reply = soft_reply(game, soft.profile, temperature, entropy_bonus=entropy_bonus)
    assert soft.residual <= 1e-9
    assert soft.profile.distance(reply) == soft.residual
    assert soft.status is Status.CONVERGED
    assert "residual" in str(soft)
    # No action is worth more than log(A) temperatures over the logit mixture of one stage.
    heat = np.broadcast_to(temperature, 2)
    if not entropy_bonus:
        for i, width in enumerate(game.n_actions):
            assert soft.certificate.one_shot[i].max() <= heat[i] * np.log(width) + 1e-9


def test_hot_play_is_uniform_and_cold_play_is_an_equilibrium():
    game = random_markov_game(3, (2, 1), (2, 3), rng=7)
    uniform = MarkovProfile.uniform(game)
    distances = [soft_equilibrium(game, t).profile.distance(uniform) for t in (1e1, 1e2, 1e3)]
    assert distances[0] > 5 * distances[1] > 25 * distances[2]
    epsilons = [soft_equilibrium(game, t).certificate.epsilon for t in (0.3, 0.03, 0.003)]
    assert epsilons[0] > epsilons[1] > epsilons[2]
    assert epsilons[2] < 0.02


def test_the_hot_reply_contracts():
    game = random_markov_game(4, 2, (2, 3), rng=3)
    a, b = (MarkovProfile.random(game, rng=k) for k in (1, 2))
    distances = []
    for _ in range(6):
        distances.append(a.distance(b))
        a, b = soft_reply(game, a, 5.0), soft_reply(game, b, 5.0)
    assert all(y <= 0.5 * x for x, y in pairwise(distances))


def test_temperatures_differ_between_players():
    game = random_markov_game(3, 1, (2, 3), rng=9)
    soft = soft_equilibrium(game, (1e-2, 1e3))
    assert np.abs(soft.profile.rows[1] - 1 / 3).max() < 1e-2
    assert best_response(game, soft.profile, 0).gains.max() < 0.05


def test_one_player_with_an_entropy_bonus_is_soft_value_iteration():
    game = random_markov_game(4, 2, 3, n_players=1, rng=3)
    heat = 0.4
    values = np.zeros(4)
    for _ in range(600):
        ahead = game.lookahead(values, 0)
        values = (game.prior * heat * np.log(np.exp(ahead / heat).sum(axis=2))).sum(axis=1)
    expected = np.exp(game.lookahead(values, 0) / heat)
    expected /= expected.sum(axis=2, keepdims=True)
    soft = soft_equilibrium(game, heat, entropy_bonus=True)
    np.testing.assert_allclose(soft.profile.rows[0], expected, atol=1e-8)


def test_the_branch_cools_to_the_temperature_asked_for():
    game = random_markov_game(4, (2, 1), (2, 3), zero_sum=True, rng=7)
    heat = np.array([0.02, 0.04])
    *_, last = cooled(game, heat)
    assert last.distance(soft_reply(game, last, heat)) < 1e-9


def test_soft_equilibrium_says_when_it_is_none():
    game = random_markov_game(4, 2, (2, 3), rng=3)
    with pytest.raises(NotConverged, match=r"residual is .* after 3 logit replies") as stop:
        soft_equilibrium(game, 1.0, start=MarkovProfile.random(game, rng=0), max_steps=2, tol=1e-30)
    assert stop.value.solution.residual > 0
    with pytest.raises(SettingError, match="temperature is -1"):
        soft_equilibrium(game, -1.0)
    with pytest.raises(SettingError, match="one for each of 2 players"):
        soft_equilibrium(game, [1.0, 1.0, 1.0])
    with pytest.raises(SettingError, match="tol is 0"):
        soft_equilibrium(game, 1.0, tol=0.0)


def test_regret_of_a_sequence():
    game = random_markov_game(3, (2, 1), (2, 3), rng=1)
    play = [MarkovProfile.random(game, rng=k) for k in range(4)]
    equilibrium = markov_perfect(game, rng=0).profile
    trace = markov_regret(game, play, equilibrium)
    worth = ex_ante_values(game, equilibrium)
    assert trace.kind == "equilibrium-comparator"
    expected = np.cumsum([worth - ex_ante_values(game, p) for p in play], axis=0)
    np.testing.assert_allclose(trace.cumulative, expected)
    np.testing.assert_allclose(markov_regret(game, play, list(worth)).cumulative, expected)
    dynamic = markov_dynamic_regret(game, play)
    np.testing.assert_allclose(
        dynamic.cumulative[-1], sum(markov_exploitability(game, p) for p in play)
    )
    assert markov_dynamic_regret(game, [equilibrium] * 3).cumulative.max() < 1e-6
    assert np.abs(markov_regret(game, [equilibrium] * 3, equilibrium).cumulative).max() == 0
    with pytest.raises(ProfileError, match=r"comparator has shape \(1,\)"):
        markov_regret(game, play, [1.0])
    with pytest.raises(ProfileError, match="play is empty"):
        markov_dynamic_regret(game, [])


def test_random_games_name_bad_settings():
    with pytest.raises(SettingError, match="n_states is 0"):
        random_markov_game(0, 1, 1)
    with pytest.raises(SettingError, match="spread is 0"):
        random_markov_game(1, 1, 1, spread=0)
    with pytest.raises(SettingError, match="n_players is 3, want 2"):
        random_markov_game(1, 1, 1, n_players=3, zero_sum=True)
    with pytest.raises(SettingError, match="n_actions is"):
        random_markov_game(1, 1, (1, 2, 3))
