"""The solver of Gaussian games: random games, insiders, followers, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import catalog, certify, solve
from econ_theory.errors import SettingError
from econ_theory.games import AuctionGame, GaussianGame, Uniform
from econ_theory.solvers import LinearGaussian

SOLVER = LinearGaussian()
ENTRIES = [e for e in catalog.auctions() if SOLVER.refuses(e.game) is None]


def dominant(rng, n, d, counts):
    """Payoffs whose own curvature outweighs all cross effects: one equilibrium."""
    total = sum(counts)
    starts = np.cumsum([0, *counts])
    payoffs = []
    for i in range(n):
        form = rng.normal(size=(1 + d + total,) * 2)
        form = form + form.T
        own = slice(1 + d + starts[i], 1 + d + starts[i + 1])
        form[own, own] = -np.eye(counts[i]) * (1 + np.abs(form[own, 1 + d :]).sum())
        payoffs.append(form)
    return payoffs


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_catalog_games_are_solved_up_to_rounding(entry):
    solution = solve(entry.game, rng=0)
    assert solution.certificate.relative < 1e-12
    for found, known in zip(solution.profile.rules, entry.equilibrium.rules, strict=True):
        np.testing.assert_allclose(found.slopes, known.slopes, atol=1e-9)
        np.testing.assert_allclose(found.constant, known.constant, atol=1e-9)


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_any_game_with_dominant_own_effects_is_solved(seed):
    rng = np.random.default_rng(seed)
    n, d = rng.integers(1, 5, 2)
    counts = rng.integers(1, 3, n).tolist()
    root = rng.normal(size=(d, rng.integers(1, d + 1)))
    game = GaussianGame(
        dominant(rng, n, d, counts),
        [rng.normal(size=(rng.integers(0, 5), d)) for _ in range(n)],
        root @ root.T,
        rng.normal(size=d),
        n_actions=counts,
        stakes=[1.0] * n,
    )
    solution = solve(game)
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative < 1e-12


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_relabelled_players_play_the_same(seed):
    rng = np.random.default_rng(seed)
    payoffs = dominant(rng, 3, 2, [1, 1, 1])
    signals = [rng.normal(size=(2, 2)) for _ in range(3)]
    order = rng.permutation(3)
    axes = np.concatenate([[0, 1, 2], 3 + order])
    covariance, stakes = np.array([[1.0, 0.3], [0.3, 0.5]]), [1.0] * 3
    game = GaussianGame(payoffs, signals, covariance, stakes=stakes)
    turned = GaussianGame(
        [payoffs[i][np.ix_(axes, axes)] for i in order],
        [signals[i] for i in order],
        covariance,
        stakes=stakes,
    )
    rules, other = solve(game).profile.rules, solve(turned).profile.rules
    for k, i in enumerate(order):
        np.testing.assert_allclose(other[k].slopes, rules[i].slopes, atol=1e-10)


@settings(max_examples=8)
@given(st.floats(0.05, 20), st.floats(0.05, 20), st.integers(1, 4), st.floats(0, 2))
def test_insiders_with_noisy_news_of_any_size(value, noise, n, error):
    """Insiders share one signal of precision h: slopes sqrt(n) as in Kyle, in units of E[v | s]."""
    payoffs = [lambda w, a, i=i: (w[0] - a[-1]) * a[i] for i in range(n)]
    game = GaussianGame(
        [*payoffs, lambda w, a: -((a[-1] - w[0]) ** 2)],
        [[1, 0, 1]] * n + [[0, 1, 0]],
        np.diag([value**2, noise**2, (error * value) ** 2]),
        sees=[None] * n + [[1] * n + [0]],
        stakes=[value * noise] * n + [value**2],
    )
    solution = solve(game, rng=1)
    assert solution.certificate.relative < 1e-12
    told = value / np.sqrt(1 + error**2)
    price = solution.profile.rules[-1].slopes.item()
    assert price == pytest.approx(np.sqrt(n) * told / ((n + 1) * noise), rel=1e-6)


def test_a_follower_without_noise_believes_what_it_sees():
    """Stackelberg's duopoly, demand 12, the follower's cost 1: 6.5 and 5.5 - q / 2."""
    game = GaussianGame(
        [lambda w, a, i=i: (12 - a[0] - a[1] - i) * a[i] for i in (0, 1)],
        [[[0]], [[0]]],
        [[0.0]],
        sees=[None, [1, 0]],
        stakes=[1, 1],
    )
    proposals = list(filter(None, SOLVER.propose(game, None, np.random.default_rng(0))))
    assert len(proposals) == 1
    assert certify(game, proposals[0]).relative < 1e-12
    leader, follower = proposals[0].rules
    assert leader.constant == pytest.approx([6.5])
    assert follower.slopes.item() == pytest.approx(-0.5)
    assert follower.constant == pytest.approx([5.5])


def test_three_who_see_each_other_in_turn():
    """Each answers to the last one's noisy choice; the certificate counts all responses."""
    rng = np.random.default_rng(4)
    noise = np.eye(3)
    game = GaussianGame(
        [
            lambda w, a: -((a[0] - w[0]) ** 2) - (a[0] - a[2]) ** 2,
            lambda w, a: -((a[1] - w[0]) ** 2) + a[1] * a[0],
            lambda w, a: -((a[2] - a[1]) ** 2) - a[2] ** 2,
        ],
        [[1, 1, 0, 0], [[1, 0, 1, 0], [0, 0, 1, 0.5]], [0, 0, 0, 1]],
        np.block([[np.ones((1, 1)), np.zeros((1, 3))], [np.zeros((3, 1)), noise]]),
        [1, 0, 0, 0],
        sees=[None, [[0, 0, 0], [1, 0, 0]], [0, 1, 0]],
    )
    solution = solve(game, rng=rng)
    assert solution.certificate.relative < 1e-12
    # Who ignores that it is seen plays something else.
    blind = GaussianGame(game.forms, game.signals, game.covariance, game.mean)
    assert certify(game, solve(blind).profile).relative > 1e-4


def test_a_start_is_where_newton_begins():
    entry = next(e for e in ENTRIES if e.name == "kyle_insider")
    near = entry.equilibrium.scaled(1.1)
    solution = solve(entry.game, LinearGaussian(starts=1), start=near)
    assert solution.certificate.relative < 1e-12
    assert solution.steps == 1


def test_what_is_refused():
    assert SOLVER.refuses(AuctionGame("first_price", Uniform(), 2)) == (
        "the game is of type AuctionGame, want GaussianGame; use the default solver."
    )
    with pytest.raises(SettingError, match="starts is 0"):
        LinearGaussian(starts=0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_random_games_of_moves_in_turn_are_solved(seed):
    rng = np.random.default_rng(seed)
    n, d = (int(k) for k in rng.integers(2, 5, 2))
    payoffs = []
    for i in range(n):
        form = rng.normal(size=(1 + d + n,) * 2)
        form = form + form.T
        form[1 + d + i, 1 + d + i] = -6.0 * n
        payoffs.append(form)
    signals = [rng.normal(size=(rng.integers(0, 3), d)) for _ in range(n)]
    earlier = np.tri(n, k=-1)
    sees = [rng.normal(size=(len(h), n)) * earlier[i] for i, h in enumerate(signals)]
    root = rng.normal(size=(d, d))
    game = GaussianGame(
        payoffs, signals, root @ root.T, rng.normal(size=d), sees=sees, stakes=[1.0] * n
    )
    found = list(filter(None, LinearGaussian(starts=8).propose(game, None, rng)))
    assert found
    for profile in found:
        assert certify(game, profile).relative < 1e-10
