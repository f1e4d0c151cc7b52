"""Existence proofs: true equilibria are proved, nothing else ever is, refusals say why."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, certify, solve
from econ_theory.certificates.finite.existence import gain_bounds, prove_existence
from econ_theory.errors import RefusedError
from econ_theory.solvers import Chain, IndifferenceNewton, Lemke, SelfPlay


def random_game(n_types, n_actions, seed: int) -> BayesianGame:
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.ones(int(np.prod(n_types)))).reshape(n_types)
    return BayesianGame(prior, [rng.random((*n_types, *n_actions)) for _ in n_types])


def solved(game: BayesianGame) -> StrategyProfile:
    newton = IndifferenceNewton(restarts=5)
    chain = Chain((SelfPlay(), newton) * 4, (5, 18, 8, 18, 16, 18, 40, 18))
    return solve(game, chain, rng=0).profile


def volunteers(high=3.0) -> BayesianGame:
    """Three players; each contributes with probability 1 - 3 ** -0.5 in the mixed equilibrium."""
    own = np.zeros((1, 1, 1, 2, 2, 2), dtype=object if isinstance(high, Fraction) else float)
    own[..., 0, :, :], own[..., 1, :, :] = 2 * high / 3, high
    own[..., 1, 1, 1] = 0 * high
    return BayesianGame(np.ones((1, 1, 1)), [np.moveaxis(own, 3, 3 + i) for i in range(3)])


@pytest.mark.parametrize("high", [3.0, 3e-9, 3e9, Fraction(3)])
def test_encloses_a_known_irrational_equilibrium(high) -> None:
    root = 3**-0.5
    game = volunteers(high)
    certificate = certify(game, [[[1 - root, root]]] * 3, arithmetic="interval")
    assert certificate.existence is not None
    assert certificate.existence.proved
    assert certificate.existence.radius < 1e-15
    assert certificate.epsilon <= 1e-15 * float(high)
    assert "exists within" in str(certificate)
    # A profile 1e-5 off is told so: the radius covers the distance to the true one.
    off = prove_existence(game, StrategyProfile([[[1 - root + 1e-5, root - 1e-5]]] * 3))
    assert 1e-5 <= off.radius < 1.0001e-5


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "shape", [((2,) * 3, (3,) * 3), ((3, 1, 2), (2, 4, 2)), ((2,) * 4, (2,) * 4)]
)
def test_proves_what_newton_finds_in_random_games(shape, seed: int) -> None:
    game = random_game(*shape, seed)
    profile = solved(game)
    certificate = certify(game, profile, arithmetic="interval")
    assert certificate.existence is not None
    assert certificate.existence.proved, certificate.existence.reason
    assert certificate.existence.radius < 1e-8
    # The float one rounds: an ulp or two of a payoff.
    assert certificate.epsilon >= certify(game, profile).epsilon - 1e-15


@given(st.integers(0, 500), st.floats(0.0, 1.0), st.integers(2, 3))
@settings(max_examples=60)
def test_never_proves_what_is_not_there(seed: int, weight: float, n_actions: int) -> None:
    """With two players the exact equilibrium tells how far the nearest one may be."""
    game = random_game((2, 2), (n_actions, 2), seed)
    known = solve(game, Lemke()).profile
    moved = known.mixed_with(StrategyProfile.random(game, rng=seed), weight)
    proof = prove_existence(game, moved)
    if proof.proved:
        gain = float(certify(game, moved, arithmetic="exact").relative)
        # Payoffs are multilinear in [0, 1]: an equilibrium within r leaves gains of order r.
        assert gain <= 20 * proof.radius
    else:
        assert proof.radius == float("inf")
    if weight > 0.2 and float(certify(game, moved).relative) > 0.1:
        assert not proof.proved


def test_pure_profile_that_is_no_equilibrium_is_refused() -> None:
    game = volunteers()
    proof = prove_existence(game, StrategyProfile.pure(game, [[1], [1], [1]]))
    assert not proof.proved
    assert "a1 of player 1 is not played but loses only -0.67" in proof.reason
    assert prove_existence(game, StrategyProfile.pure(game, [[0], [1], [1]])).proved


def test_ties_and_continua_are_refused() -> None:
    tie = BayesianGame([[1.0]], [np.zeros((1, 1, 2, 2))] * 2)
    proof = prove_existence(tie, StrategyProfile.pure(tie, [[0], [0]]))
    assert "a2 of player 1 is not played but loses only 0" in proof.reason
    mixed = prove_existence(tie, StrategyProfile.uniform(tie))
    assert "singular" in mixed.reason


def test_null_types_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    prior = np.array([[[0.5, 0.5]], [[0.0, 0.0]]])
    game = BayesianGame(prior, [rng.random((2, 1, 2, 2, 2, 2)) for _ in range(3)])
    profile = solved(game)
    assert prove_existence(game, profile).proved
    assert gain_bounds(game, profile)[0][1] == 0


@given(st.integers(0, 500))
@settings(max_examples=30)
def test_gain_bounds_are_upper_bounds_of_the_exact_gains(seed: int) -> None:
    game = random_game((2, 1, 2), (2, 3, 2), seed)
    profile = StrategyProfile.random(game, rng=seed)
    exact = certify(game, profile, arithmetic="exact")
    for bound, gain in zip(gain_bounds(game, profile), exact.gains, strict=True):
        assert all(Fraction(b) >= g for b, g in zip(bound.tolist(), gain, strict=True))
        np.testing.assert_allclose(bound, gain.astype(float), rtol=1e-14)


def thirds(difference: Fraction, *, in_prior: bool) -> BayesianGame:
    """One player whose second action pays `difference` more: 1/3 and that, or chances of 1/3.

    Rounded to floats the difference is gone: 1/3 is no float, and a float has 16 digits.
    """
    if not in_prior:
        third = Fraction(1, 3)
        return BayesianGame([Fraction(1)], [[[third, third + difference]]])
    # Types 2 and 3 are types of a second player, who has one action and no say.
    prior = [[Fraction(1, 3), Fraction(1, 3) + difference, Fraction(1, 3) - difference]]
    first = [[[[0], [-1]], [[0], [1]], [[0], [0]]]]
    payoffs = [np.array(first, dtype=object), np.zeros((1, 1, 1, 1), dtype=object)]
    return BayesianGame(prior, [u + Fraction(0) for u in payoffs])


@pytest.mark.parametrize("in_prior", [False, True])
def test_rationals_are_enclosed_not_rounded(in_prior: bool) -> None:
    """Payoffs and chances of 1/3 once went through a float on their way into a ball."""
    tiny = Fraction(1, 10**25)
    for difference in (tiny, -tiny):
        game = thirds(difference, in_prior=in_prior)
        first = StrategyProfile.pure(game, [[0], [0, 0, 0]][: game.n_players])
        exact = certify(game, first, arithmetic="exact").gains[0][0]
        assert exact == max(difference, 0)
        assert Fraction(float(gain_bounds(game, first)[0][0])) >= exact
        # Either way one action is best, by little: that is proved, or no more than a tie is said.
        proof = prove_existence(game, first)
        assert proof.proved == (difference < 0), proof.reason


def test_too_large_a_game_is_refused() -> None:
    game = BayesianGame(np.ones((1, 1, 1)), [np.zeros((1, 1, 1, 120, 120, 120))] * 3)
    assert "want 1,000,000" in prove_existence(game, StrategyProfile.uniform(game)).reason


def test_needs_a_game_with_payoffs() -> None:
    class Bare:
        n_players = 1

        def action_values(self, profile, i):
            return np.zeros((1, 2))

        def type_weights(self, i):
            return np.ones(1)

        def payoff_range(self, i):
            return 1.0

    with pytest.raises(RefusedError, match="Bare has no payoff tensors"):
        certify(Bare(), [[[0.5, 0.5]]], arithmetic="interval")
