"""Bayes' rule: interim beliefs, posteriors, entropy and divergence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory.beliefs import entropy, interim, kl_divergence, posterior
from econ_theory.errors import ProfileError, SettingError
from econ_theory.games import BayesianGame


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_interim_beliefs_are_the_prior_conditioned(draw_game, seed):
    game, _ = draw_game(seed)
    for i in range(game.n_players):
        beliefs = interim(game, i)
        others = tuple(range(1, game.n_players))
        np.testing.assert_allclose(beliefs.sum(axis=others), 1)
        weights = game.type_weights(i).reshape(-1, *[1] * (game.n_players - 1))
        np.testing.assert_allclose(weights * beliefs, np.moveaxis(game.prior, i, 0), atol=1e-15)


def test_a_null_type_gets_the_marginal_prior_of_the_others():
    game = BayesianGame([[0.25, 0.75], [0, 0]], [np.ones((2, 2, 1, 1))] * 2)
    assert interim(game, 0).tolist() == [[0.25, 0.75], [0.25, 0.75]]
    assert interim(game, 1).tolist() == [[1, 0], [1, 0]]
    with pytest.raises(SettingError, match=r"i is 2, want a player index in 0\.\.1"):
        interim(game, 2)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 4))
def test_posteriors_average_to_the_prior(seed, n_states, n_signals):
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.ones(n_states))
    likelihood = rng.dirichlet(np.ones(n_signals), size=n_states)
    result = posterior(prior, likelihood)
    assert result.shape == (n_signals, n_states)
    np.testing.assert_allclose((prior @ likelihood) @ result, prior, atol=1e-12)


def test_an_impossible_signal_leaves_the_prior():
    result = posterior(np.array([0.3, 0.7]), np.array([[1.0, 0.0], [1.0, 0.0]]))
    np.testing.assert_allclose(result, [[0.3, 0.7]] * 2)


@pytest.mark.parametrize(
    ("prior", "likelihood", "complaint"),
    [
        ([0.5, 0.6], [[1], [1]], "prior sums to 1.1"),
        ([0.5, 0.5], [[0.5, 0.6], [1, 0]], r"likelihood sums to 1.1 in row \(0,\)"),
        ([0.5, 0.5], [[1.5, -0.5], [1, 0]], "likelihood has -0.5"),
        ([0.5, 0.5], [[1.0, 0.0]], r"prior has shape \(2,\) and likelihood \(1, 2\), want \(K,\)"),
        ([[1.0]], [[1.0]], "want .K,. and"),
        ([np.nan, 1], [[1], [1]], "prior sums to nan"),
    ],
)
def test_what_is_no_distribution_is_refused(prior, likelihood, complaint):
    with pytest.raises(ProfileError, match=complaint):
        posterior(np.array(prior), np.array(likelihood))


def test_entropy_and_divergence():
    uniform = np.full(4, 0.25)
    assert entropy(uniform) == pytest.approx(np.log(4))
    assert entropy(np.eye(3)).tolist() == [0, 0, 0]
    assert kl_divergence(uniform, uniform) == 0
    assert kl_divergence(np.array([0.5, 0.5]), np.array([1.0, 0.0])) == np.inf
    p, q = np.array([[0.2, 0.8], [1.0, 0.0]]), np.array([[0.5, 0.5], [0.4, 0.6]])
    wanted = [0.2 * np.log(0.4) + 0.8 * np.log(1.6), np.log(2.5)]
    np.testing.assert_allclose(kl_divergence(p, q), wanted)
    tiny = np.array([5e-324, 1.0])
    assert np.isfinite(kl_divergence(tiny, np.array([0.5, 0.5])))
