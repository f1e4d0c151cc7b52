"""Exact recovery: epsilon is the rational zero, both arithmetics agree, refusals say why."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, certify, solve
from econ_theory.certificates.recovery import recover_exactly
from econ_theory.errors import RefusedError
from econ_theory.solvers import Lemke


def random_game(n_types, n_actions, seed: int, high: int = 0) -> BayesianGame:
    """Payoffs uniform on [0, 1], or integers up to `high` (then degenerate more often than not)."""
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.ones(n_types[0] * n_types[1])).reshape(n_types)
    shape = (*n_types, *n_actions)
    if high:
        prior[0] = 0 if n_types[0] > 1 else prior[0]
        payoffs = [rng.integers(0, high + 1, shape) for _ in range(2)]
        return BayesianGame(prior / prior.sum(), payoffs)
    return BayesianGame(prior, [rng.random(shape) for _ in range(2)])


SIZES = st.tuples(st.integers(1, 3), st.integers(1, 3))
ACTIONS = st.tuples(st.integers(1, 4), st.integers(1, 3))


@given(SIZES, ACTIONS, st.integers(0, 9999))
@settings(max_examples=60)
def test_regular_games_are_always_recovered(n_types, n_actions, seed: int) -> None:
    game = random_game(n_types, n_actions, seed)
    near = solve(game, Lemke()).profile
    found = recover_exactly(game, near)
    assert found, found.reason
    assert found.profile is not None
    assert found.certificate is not None
    assert certify(game, found.profile, arithmetic="exact").epsilon == Fraction(0)
    assert found.certificate.epsilon == Fraction(0)
    assert isinstance(found.certificate.epsilon, Fraction)
    assert found.profile.distance(near) < 1e-8
    slow = recover_exactly(game, near, use_flint=False)
    assert slow.profile is not None
    for one, two in zip(found.profile.rows, slow.profile.rows, strict=True):
        assert (one == two).all()


@given(SIZES, ACTIONS, st.integers(0, 9999), st.sampled_from([1, 2, 5]), st.booleans())
@settings(max_examples=120)
def test_degenerate_games_are_recovered_or_refused_but_never_wrong(
    n_types, n_actions, seed: int, high: int, flint: bool
) -> None:
    game = random_game(n_types, n_actions, seed, high)
    near = solve(game, Lemke()).profile
    found = recover_exactly(game, near, use_flint=flint)
    if found.profile is None:
        assert "no exact equilibrium has this support" in found.reason
        return
    exact = certify(game, found.profile, arithmetic="exact")
    assert exact.epsilon == Fraction(0)
    assert found.certificate is not None
    for mine, theirs in zip(found.certificate.weights, exact.weights, strict=True):
        assert (mine == theirs).all()
    assert found.certificate.ranges == exact.ranges


def test_keeps_free_probabilities_where_a_continuum_is_exact() -> None:
    """Player 1 is indifferent whatever player 2 does: its own mixture stays as it was given."""
    u1, u2 = np.zeros((1, 1, 2, 2)), np.array([[1.0, 0.0], [1.0, 0.0]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1.0]], [u1, u2])
    found = recover_exactly(game, [[[0.25, 0.75]], [[1.0, 0.0]]])
    assert found.certificate is not None
    assert found.certificate.epsilon == 0
    assert found.profile is not None
    assert found.profile.rows[0].tolist() == [[Fraction(1, 4), Fraction(3, 4)]]


def test_payoffs_given_as_fractions_stay_exact() -> None:
    third = Fraction(1, 3)
    u = np.array([[third, 0], [0, 2 * third]], dtype=object).reshape(1, 1, 2, 2)
    game = BayesianGame([[Fraction(1)]], [u, -u])
    found = recover_exactly(game, [[[2 / 3, 1 / 3]], [[2 / 3, 1 / 3]]])
    assert found.profile is not None
    assert found.profile.rows[0].tolist() == [[2 * third, third]]


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1e9])
def test_scale_does_not_matter(scale: float) -> None:
    game = random_game((2, 3), (3, 2), 5)
    scaled = BayesianGame(game.prior, [u * scale for u in game.payoffs])
    found = recover_exactly(scaled, solve(game, Lemke()).profile)
    assert found.certificate is not None
    assert found.certificate.epsilon == 0


def test_eight_types_and_actions() -> None:
    game = random_game((8, 8), (8, 8), 1)
    found = recover_exactly(game, solve(game, Lemke()).profile)
    assert found.certificate is not None
    assert found.certificate.epsilon == 0
    assert "proved to have one solution" in found.reason
    assert "by python-flint" in found.reason
    assert "profile" not in vars(found), "digits are computed for those who ask"
    assert found.floating is not None
    assert found.profile is not None
    assert found.profile.distance(found.floating) < 1e-15


def test_a_regular_system_is_proved_before_it_is_solved_and_a_degenerate_one_after() -> None:
    """Player 1 is indifferent throughout; player 2 strictly prefers its first action."""
    u1, u2 = np.zeros((1, 1, 2, 2)), np.array([[1.0, 0.0], [1.0, 0.0]]).reshape(1, 1, 2, 2)
    pure = [[[1.0, 0.0]], [[1.0, 0.0]]]
    tied = recover_exactly(BayesianGame([[1.0]], [u1, u2]), pure)
    assert tied
    assert "solved over the rationals" in tied.reason
    u1[0, 0, 1] = -1e-9
    strict = recover_exactly(BayesianGame([[1.0]], [u1, u2]), pure)
    assert strict
    assert "proved to have one solution" in strict.reason


def test_a_profile_far_from_equilibrium_is_refused() -> None:
    game = random_game((2, 2), (3, 3), 0)
    found = recover_exactly(game, StrategyProfile.uniform(game))
    assert not found
    assert "want at most 1e-06; solve further first" in found.reason


def test_a_wrong_support_is_refused_even_when_asked_to_trust_it() -> None:
    game = random_game((2, 2), (3, 3), 0)
    found = recover_exactly(game, StrategyProfile.uniform(game), tol=1.0)
    assert not found
    assert "no exact equilibrium has this support" in found.reason


def test_three_players_are_refused() -> None:
    game = BayesianGame(np.ones((1, 1, 1)), [np.zeros((1, 1, 1, 2, 2, 2))] * 3)
    with pytest.raises(RefusedError, match=r"3 players, want 2.*interval"):
        recover_exactly(game, StrategyProfile.uniform(game))
