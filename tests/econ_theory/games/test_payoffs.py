"""The kernel: against its own definition, in floats, Fractions and batches, on compact axes."""

from __future__ import annotations

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory.games import BayesianGame
from econ_theory.games.finite.payoffs import Kernel, best_actions, logit_rows
from econ_theory.strategies import StrategyProfile

SEEDS = st.integers(0, 10**6)


def brute_force(game, profile, i):
    """The definition, summed term by term in Fractions."""
    shape = (*game.n_types, *game.n_actions)
    u = np.broadcast_to(game.exact.payoffs[i], shape)
    values = np.zeros((game.n_types[i], game.n_actions[i]), dtype=object)
    for t in product(*map(range, game.n_types)):
        for a in product(*map(range, game.n_actions)):
            weight = game.exact.prior[t]
            for j in range(game.n_players):
                if j != i:
                    weight = weight * profile.rows[j][t[j], a[j]]
            values[t[i], a[i]] += weight * u[(*t, *a)]
    return values


@settings(max_examples=40)
@given(seed=SEEDS)
def test_kernel_equals_its_definition_exactly_and_in_floats(draw_game, seed):
    game, profile = draw_game(seed)
    for i in range(game.n_players):
        wanted = brute_force(game, profile, i)
        assert (game.exact.action_values(profile, i) == wanted).all()
        values = game.action_values(profile.floating, i)
        np.testing.assert_allclose(values, wanted.astype(float), atol=1e-12)
        assert values.dtype == float


@settings(max_examples=30)
@given(seed=SEEDS)
def test_short_axes_equal_their_expansion(draw_game, seed):
    game, profile = draw_game(seed)
    shape = (*game.n_types, *game.n_actions)
    prior, payoffs = game.given
    wide = BayesianGame(prior, [np.broadcast_to(u, shape) for u in payoffs])
    for i in range(game.n_players):
        assert (game.exact.action_values(profile, i) == wide.exact.action_values(profile, i)).all()
        np.testing.assert_allclose(
            game.action_values(profile.floating, i),
            wide.action_values(profile.floating, i),
            atol=1e-12,
        )
        assert game.payoff_range(i) == wide.payoff_range(i)


@settings(max_examples=30)
@given(seed=SEEDS, batch=st.sampled_from([(1,), (3,), (2, 3)]))
def test_batches_agree_with_a_loop(draw_game, seed, batch):
    game, _ = draw_game(seed)
    profiles = [StrategyProfile.random(game, rng=k) for k in range(int(np.prod(batch)))]
    rows = [
        np.stack([p.rows[j] for p in profiles]).reshape(*batch, *profiles[0].rows[j].shape)
        for j in range(game.n_players)
    ]
    for i in range(game.n_players):
        values = game.kernel.values(rows, i)
        if game.n_players > 1:
            assert values.shape == (*batch, game.n_types[i], game.n_actions[i])
        flat = np.broadcast_to(values, (*batch, *values.shape[-2:])).reshape(-1, *values.shape[-2:])
        for value, profile in zip(flat, profiles, strict=True):
            np.testing.assert_allclose(value, game.action_values(profile, i), atol=1e-12)


@settings(max_examples=15)
@given(seed=SEEDS)
def test_batches_broadcast_against_single_rows_and_run_on_fractions(draw_game, seed):
    game, profile = draw_game(seed, 3)
    other = profile.mixed_with(StrategyProfile.uniform(game).exact, 1)
    stacked = np.stack([profile.rows[1], other.rows[1]])
    values = game.exact.kernel.values([profile.rows[0], stacked, profile.rows[2]], 0)
    single = game.exact.kernel.values([profile.rows[0], other.rows[1], profile.rows[2]], 0)
    assert (values[1] == single).all()
    assert (values[0] == game.exact.action_values(profile, 0)).all()


def test_own_row_is_not_read():
    kernel = Kernel(np.ones((1, 1)), (np.arange(4.0).reshape(1, 1, 2, 2),) * 2, (2, 2))
    values = kernel.values([np.full((1, 2), np.nan), np.array([[0.5, 0.5]])], 0)
    assert values.tolist() == [[0.5, 2.5]]


@pytest.mark.parametrize(("n", "n_types"), [(6, 2), (7, 2), (8, 1)])
def test_many_players_need_no_factorial_search(n, n_types):
    rng = np.random.default_rng(0)
    shape = (n_types,) * n + (2,) * n
    prior = rng.dirichlet(np.ones(n_types**n)).reshape(shape[:n])
    game = BayesianGame(prior, [rng.random(shape)] * n)
    start = time.process_time()
    values = [game.action_values(StrategyProfile.uniform(game), i) for i in range(n)]
    assert time.process_time() - start < 2
    flat = game.payoffs[0].mean(axis=tuple(range(n + 1, 2 * n)))
    direct = (prior[..., None] * flat).sum(axis=tuple(range(1, n)))
    np.testing.assert_allclose(values[0], direct)


def test_kernel_of_a_game_whose_payoffs_depend_on_nothing():
    game = BayesianGame([[0.25, 0.75]], [[[[[5]]]], [[[[7]]]]], actions=[["x", "y"], ["z"]])
    profile = StrategyProfile.uniform(game)
    assert game.action_values(profile, 0).tolist() == [[5, 5]]
    assert game.action_values(profile, 1).tolist() == [[1.75], [5.25]]


def test_best_actions_takes_the_first_and_logit_replies_are_distributions():
    assert best_actions(np.array([[1.0, 1.0, 0.0]])).tolist() == [0]
    rows = logit_rows(np.array([[1e200, 0.0], [0.0, -1e300]]), np.array([1e-9, 1.0]))
    assert rows.tolist() == [[1.0, 0.0], [1.0, 0.0]]
    soft = logit_rows(np.array([[3.0, 1.0, 2.0]]), 0.7)
    np.testing.assert_allclose(soft.sum(axis=1), 1)
    assert logit_rows(np.array([[0.0, 5.0]]) + 1e3, 2.0) == pytest.approx(
        logit_rows(np.array([[0.0, 5.0]]), 2.0)
    )
