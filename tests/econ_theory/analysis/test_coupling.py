"""The coupling constant: both bounds, its metric, and what it promises."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import block_diag, eigh

from econ_theory import BayesianGame, StrategyProfile
from econ_theory.analysis import coupling_constant
from econ_theory.catalog import covariance_game, prisoners_dilemma, random_game
from econ_theory.errors import SettingError

MEET = np.array([[1.0, 0.0], [0.0, 0.7]])


def bimatrix(first, second) -> BayesianGame:
    return BayesianGame([[1]], [np.asarray(u, dtype=float)[None, None] for u in (first, second)])


def entropy_pairing(game, s, z) -> tuple[float, float]:
    """`<v(s) - v(z), s - z>`, and the prior-weighted symmetric divergence of s and z."""
    pairing = divergence = 0.0
    for i, (a, b) in enumerate(zip(s.rows, z.rows, strict=True)):
        moved = game.kernel.values(s.rows, i) - game.kernel.values(z.rows, i)
        pairing += float((moved * (a - b)).sum())
        live = game.type_weights(i)[:, None]
        divergence += float((live * (a - b) * (np.log(a) - np.log(b))).sum())
    return pairing, divergence


GAMES = [
    *(random_game(1, (2, 4), rng=seed) for seed in range(2)),
    *(random_game((2, 3), (3, 2), rng=seed) for seed in range(2)),
    covariance_game(2, 3, correlation=1.0, rng=0),
    *(random_game((1, 2, 1), (2, 2, 3), n_players=3, rng=seed) for seed in range(2)),
    random_game(1, 2, n_players=4, rng=0),
]


def test_coordination_game_of_the_paper():
    found = coupling_constant(bimatrix(MEET, MEET))
    assert found.exact
    # The curvature 1.7 of the payoff along (x, y), over that of entropy, 4.
    assert found.upper == pytest.approx(1.7 / 4, abs=1e-12)
    assert found.lipschitz == pytest.approx(1.7 / 4, abs=1e-12)


def test_asymmetric_bimatrix_game_by_hand():
    # Second differences: 3 - 0 - 1 + 2 = 4 and 1 - 0 - 2 + 5 = 4; of the sum 8, an eighth of it.
    game = bimatrix([[3, 0], [1, 2]], [[1, 2], [0, 5]])
    assert coupling_constant(game).upper == pytest.approx(1.0)


@pytest.mark.parametrize("game", GAMES, ids=repr)
def test_random_profiles_never_pass_the_proven_bound(game):
    found = coupling_constant(game)
    assert 0 < found.lower <= found.upper <= found.lipschitz * (1 + 1e-12)
    rng = np.random.default_rng(0)
    for _ in range(200):
        s, z = (StrategyProfile.random(game, rng=rng) for _ in range(2))
        near = s.mixed_with(z, 1e-3)
        for other in (z, near):
            pairing, divergence = entropy_pairing(game, s, other)
            assert pairing <= found.upper * divergence + 1e-12


def quotient(game, profile) -> float:
    """Largest quotient over directions at an interior profile, by bumping one entry at a time."""
    rows = profile.rows
    columns = []
    for j, row in enumerate(rows):
        for index in np.ndindex(*row.shape):
            bumped = list(rows)
            bumped[j] = np.array(row)
            bumped[j][index] += 1.0
            moved = [game.kernel.values(bumped, i) for i in range(game.n_players)]
            still = [game.kernel.values(rows, i) for i in range(game.n_players)]
            columns.append(
                np.concatenate([(m - s).ravel() for m, s in zip(moved, still, strict=True)])
            )
    jacobian = np.array(columns).T
    entropy = np.concatenate(
        [(game.type_weights(i)[:, None] / row).ravel() for i, row in enumerate(rows)]
    )
    tangent = block_diag(
        *(
            np.eye(row.shape[1])[:, 1:] - np.eye(row.shape[1])[:, :1]
            for r in rows
            for row in [r] * len(r)
        )
    )
    symmetric = tangent.T @ (jacobian + jacobian.T) @ tangent / 2
    return float(eigh(symmetric, (tangent.T * entropy) @ tangent, eigvals_only=True)[-1])


@pytest.mark.parametrize("game", GAMES, ids=repr)
def test_lower_bound_is_reached_at_its_profile(game):
    found = coupling_constant(game)
    near = found.at.mixed_with(StrategyProfile.uniform(game), 1e-6)
    assert quotient(game, near) == pytest.approx(found.lower, rel=1e-4)
    assert quotient(game, StrategyProfile.uniform(game)) <= found.lower * (1 + 1e-9)


def test_zero_sum_games_have_none_and_common_interest_has():
    for seed in range(5):
        zero = coupling_constant(random_game((2, 3), (3, 2), zero_sum=True, rng=seed))
        assert (zero.lower, zero.upper, zero.exact) == (0.0, 0.0, True)
        common = coupling_constant(covariance_game((2, 3), 2, correlation=1.0, rng=seed))
        assert common.lower > 0.1


def test_payoffs_that_add_up_over_players_do_not_couple():
    assert coupling_constant(prisoners_dilemma(5, 3, 2, 0).game).upper == 0
    added = np.add.outer([0.0, 2.0], [1.0, 5.0])
    assert coupling_constant(bimatrix(added, added)).upper == 0


def test_metric_makes_types_comparable():
    """Splitting a type in two, or adding a null one, changes nothing; scale goes through."""
    base = random_game((2, 3), (3, 2), rng=3)
    found = coupling_constant(base)
    halves = np.array([0.5, 0.5, 1.0])[:, None]
    prior = base.prior[[0, 0, 1]] * halves
    split = BayesianGame(prior, [u[[0, 0, 1]] for u in base.payoffs])
    assert coupling_constant(split).upper == pytest.approx(found.upper)
    assert coupling_constant(split).lower == pytest.approx(found.lower, rel=1e-6)
    null = BayesianGame(
        np.concatenate([base.prior, np.zeros((1, 3))]),
        [np.concatenate([u, 100 + u[:1]]) for u in base.payoffs],
    )
    assert coupling_constant(null).upper == pytest.approx(found.upper)
    scaled = BayesianGame(base.prior, [10 * u + 3 for u in base.payoffs])
    assert coupling_constant(scaled).upper == pytest.approx(10 * found.upper)


def test_margin_takes_the_least_temperature_of_live_types():
    game = BayesianGame([[1.0, 0.0]], [MEET[None, None], MEET[None, None]])
    found = coupling_constant(game)
    assert found.margin(game, (1.0, (0.5, 0.1))) == pytest.approx(0.5 - 0.425)
    assert found.largest_step(game, 0.5) == pytest.approx(0.075 / 0.425**2)
    assert found.largest_step(game, 0.4) == 0
    with pytest.raises(SettingError, match="temperature of player 2 has 3 entries"):
        found.margin(game, (1.0, (1.0, 1.0, 1.0)))


def test_one_player_is_coupled_to_nobody():
    alone = coupling_constant(BayesianGame([0.5, 0.5], [np.eye(2)]))
    assert (alone.lower, alone.upper, alone.lipschitz) == (0, 0, 0)
