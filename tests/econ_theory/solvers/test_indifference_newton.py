"""Newton on the indifference conditions: rounding-level ends, repaired supports, ties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, certify, solve
from econ_theory.errors import SettingError
from econ_theory.solvers import Chain, IndifferenceNewton, Lemke, SelfPlay


def random_game(n_types, n_actions, seed: int) -> BayesianGame:
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.ones(int(np.prod(n_types)))).reshape(n_types)
    return BayesianGame(prior, [rng.random((*n_types, *n_actions)) for _ in n_types])


def chain() -> Chain:
    newton = IndifferenceNewton(restarts=5)
    return Chain((SelfPlay(), newton) * 4, steps=(4, 18, 6, 18, 12, 18, 40, 18))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "shape", [((2,) * 3, (4,) * 3), ((3, 1, 2), (2, 4, 3)), ((2,) * 4, (3, 2, 2, 2))]
)
def test_finishes_self_play_of_three_and_four_players(shape, seed: int) -> None:
    solution = solve(random_game(*shape, seed), chain(), rng=0)
    assert solution.certificate.relative <= 1e-12


@given(st.integers(0, 999), st.integers(1, 3), st.integers(2, 4), st.floats(1e-6, 1e-2))
@settings(max_examples=40)
def test_returns_to_the_equilibrium_it_is_moved_from(seed, n_types, n_actions, weight) -> None:
    game = random_game((n_types, 2), (n_actions, 3), seed)
    known = solve(game, Lemke()).profile
    noisy = known.mixed_with(StrategyProfile.random(game, rng=seed), weight)
    solution = solve(game, IndifferenceNewton(), start=noisy, rng=0)
    assert solution.certificate.relative <= 1e-12
    if weight < 1e-4:
        assert solution.profile.distance(known) < 1e-6 or solution.certificate.relative == 0


def test_repairs_a_wrong_support() -> None:
    """Started on a support that misses a profitable action and holds a dominated one."""
    u1 = np.array([[3.0, 0.0, 0.0], [0.0, 2.0, 0.0], [-1.0, -1.0, -1.0]])
    u2 = np.array([[0.0, 3.0, -1.0], [2.0, 0.0, -1.0], [0.0, 0.0, -1.0]])
    game = BayesianGame([[1]], [u.reshape(1, 1, 3, 3) for u in (u1, u2)])
    start = StrategyProfile([[[0.9, 0.0, 0.1]], [[0.0, 0.9, 0.1]]])
    solution = solve(game, IndifferenceNewton(restarts=0), start=start)
    assert solution.certificate.relative <= 1e-15
    np.testing.assert_allclose(solution.profile.rows[0], [[0.4, 0.6, 0.0]], atol=1e-15)


@given(st.integers(0, 999), st.sampled_from([1, 3]), st.integers(2, 3), st.booleans())
@settings(max_examples=40)
def test_ties_duplicates_and_null_types(seed: int, high: int, n: int, duplicate: bool) -> None:
    rng = np.random.default_rng(seed)
    n_types = rng.integers(1, 3, n)
    n_types[0] = 2
    prior = rng.dirichlet(np.ones(int(np.prod(n_types)))).reshape(n_types)
    prior[1] = 0.0
    game = BayesianGame(
        prior / prior.sum(),
        [rng.integers(0, high + 1, (*n_types, *([3] * n))).astype(float) for _ in range(n)],
    )
    if duplicate:
        payoffs = [u.take([0, 1, 2, 2], axis=n) for u in game.payoffs]
        game = BayesianGame(game.prior, payoffs)
    solution = solve(game, chain(), rng=0, throw=False)
    exact = certify(game, solution.profile, arithmetic="exact")
    assert float(exact.relative) == pytest.approx(solution.certificate.relative, abs=1e-12)
    assert solution.certificate.relative <= 1e-9


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_does_not_mind_the_scale(scale: float) -> None:
    game = random_game((2, 2, 1), (2, 3, 2), 3)
    scaled = BayesianGame(game.prior, [u * scale for u in game.payoffs])
    assert solve(scaled, chain(), rng=0).certificate.relative <= 1e-10


def test_one_player_and_single_actions() -> None:
    game = BayesianGame([0.5, 0.5], [np.array([[1.0, 2.0], [4.0, 3.0]])])
    assert solve(game, IndifferenceNewton(), rng=0).certificate.epsilon == 0
    game = BayesianGame([[1.0]], [np.ones((1, 1, 1, 1))] * 2)
    assert solve(game, IndifferenceNewton()).certificate.epsilon == 0


def test_says_why_it_stopped() -> None:
    game = random_game((2, 2, 2), (4, 4, 4), 0)
    newton = IndifferenceNewton(restarts=0, max_iterations=1)
    solution = solve(game, newton, throw=False)
    assert "no support settled from 1 starts; start closer" in solution.reason


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"scales": ()}, r"scales is \(\), want positive numbers"),
        ({"restarts": -1}, "restarts is -1, want a number >= 0"),
        ({"max_iterations": 0}, "max_iterations is 0, want a number >= 1"),
    ],
)
def test_refuses_senseless_settings(settings, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        IndifferenceNewton(**settings)
