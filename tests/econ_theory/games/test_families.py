"""Structured families: the equilibria their theory predicts, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import StrategyProfile, certify, solve
from econ_theory.catalog import first_price_auction, global_game, global_game_on_grid
from econ_theory.errors import SettingError
from econ_theory.solvers import PureEnumeration


def pure_equilibria(game):
    return list(filter(None, PureEnumeration().propose(game, None, np.random.default_rng(0))))


@pytest.mark.parametrize("seed", range(3))
def test_global_games_have_increasing_extreme_equilibria(seed):
    weights = np.random.default_rng(seed).dirichlet(np.ones(8))
    game = global_game_on_grid(8, state_weights=weights)
    found = pure_equilibria(game)
    assert found
    assert max(certify(game, profile).relative for profile in found) <= 1e-12
    investing = np.array([[row[:, 1] for row in profile.rows] for profile in found])
    for extreme in (investing.min(axis=0), investing.max(axis=0)):
        assert (np.diff(extreme, axis=1) >= 0).all()
        assert any((extreme == rows).all() for rows in investing), "the extremes are equilibria"
    assert (investing[:, :, 0] == 0).all(), "staying out dominates at the lowest signal"
    assert (investing[:, :, -1] == 1).all(), "investing dominates at the highest"


def test_global_game_agrees_with_the_textbook_entry():
    entry = global_game(6)
    ours = global_game_on_grid(6, lowest=-0.75, highest=1.75)
    np.testing.assert_allclose(ours.prior, entry.game.prior, atol=1e-15)
    for mine, theirs in zip(ours.payoffs, entry.game.payoffs, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-12)


def test_global_game_of_three_pays_the_share_of_others():
    game = global_game_on_grid(4, n_players=3, noise=0)
    assert game.prior[0, 0, 0] == pytest.approx(0.25)
    assert (game.prior > 0).sum() == 4
    state = -0.5
    np.testing.assert_allclose(
        game.payoffs[1][0, 0, 0, :, 1, :], [[state - 1, state - 0.5], [state - 0.5, state]]
    )
    assert (game.payoffs[1][..., 0, :] == 0).all()
    assert certify(game, solve(game, tol=1e-6, rng=0).profile).relative <= 1e-6


def test_bidding_half_of_a_uniform_value_is_nearly_an_equilibrium():
    for size in (4, 8, 16):
        game = first_price_auction(size, size + 1)
        half = [list(range(1, size + 1))] * 2
        plan = StrategyProfile.pure(game, half)
        assert certify(game, plan).epsilon <= 1.0 / size
    assert game.payoffs[0].shape == (16, 1, 17, 17)


@pytest.mark.parametrize("bidders", [1, 2, 3])
def test_auction_payoffs_are_the_rules(bidders):
    game = first_price_auction(
        3, 4, n_bidders=bidders, affiliation=0.5, value_weights=[0.5, 0, 0.5]
    )
    assert game.prior.sum() == pytest.approx(1)
    assert game.prior[(0,) * bidders] == pytest.approx(0.25 + 0.5 * 0.5**bidders)
    top, all_tie = (0,) * (bidders - 1), (2,) * bidders
    value, bid = 1.0, 2 * float(game.actions[0][1])
    cell = (2, *top)
    assert game.payoffs[0][(*cell, *all_tie)] == pytest.approx((value - bid) / bidders, rel=1e-3)
    assert game.payoffs[0][(*cell, 2, *top)] == pytest.approx(value - bid, rel=1e-3)
    if bidders > 1:
        assert game.payoffs[0][(*cell, 1, *(2,) * (bidders - 1))] == 0


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: global_game_on_grid(1), "n_states is 1"),
        (lambda: global_game_on_grid(3, noise=-1), "noise -1"),
        (lambda: global_game_on_grid(3, lowest=1, highest=1), "want lowest < highest"),
        (lambda: global_game_on_grid(3, state_weights=[1, 0]), r"state_weights has shape \(2,\)"),
        (lambda: first_price_auction(0, 2), "n_values is 0"),
        (lambda: first_price_auction(2, 2, affiliation=1.5), "affiliation is 1.5"),
        (lambda: first_price_auction(2, 2, highest_bid=-1), "highest_bid is -1"),
        (lambda: first_price_auction(2, 2, value_weights=[0.5, 0.6]), "value_weights sums to 1.1"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(make, complaint):
    with pytest.raises(SettingError, match=complaint):
        make()
