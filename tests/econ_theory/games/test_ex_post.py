"""Ex-post payoffs: their means are the certificates' utilities; ties, reserves, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import catalog, certify
from econ_theory.errors import GameError, RefusedError
from econ_theory.games import (
    AggregativeGame,
    AllPay,
    AuctionGame,
    ContinuousGame,
    CustomPayoff,
    Effort,
    KthPrice,
    Uniform,
    WinnerPays,
    ex_post_payoffs,
)
from econ_theory.strategies.bids import BidProfile

ENTRIES = [e for e in catalog.auctions() if isinstance(e.game, AuctionGame | AggregativeGame)]
DRAWS = 2**15


def drawn(game, profile: BidProfile, seed: int = 0):
    """Types from a Latin hypercube, and what they bid."""
    rng = np.random.default_rng(seed)
    shares = np.stack([rng.permutation(DRAWS) for _ in game.priors]) + rng.random(
        (game.n_players, DRAWS)
    )
    types = np.stack([p.ppf(q) for p, q in zip(game.priors, shares / DRAWS, strict=True)])
    return types, np.stack([f(v) for f, v in zip(profile.functions, types, strict=True)])


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_mean_payoffs_are_the_certificates_utilities(entry):
    game, profile = entry.game, entry.equilibrium
    payment = getattr(game, "payment", Effort())
    if not isinstance(payment, Effort) and game.reserve is None and not game.procurement:
        # Off the equilibrium and, where the certificate allows it, unequal.
        alike = isinstance(payment, KthPrice) or len(getattr(payment, "prizes", (1.0,))) > 1
        first, *rest = profile.functions
        profile = profile.scaled(0.9) if alike else BidProfile([first.scaled(0.9), *rest])
    payoffs = ex_post_payoffs(game, *drawn(game, profile))
    error = payoffs.std(axis=1) / np.sqrt(DRAWS)
    utilities = certify(game, profile).utilities
    assert (np.abs(payoffs.mean(axis=1) - utilities) <= 5 * error + 1e-6).all()


def test_ties_are_worth_a_fair_draw():
    types = np.array([[1.0], [0.8], [0.6]])
    tied = np.array([[0.5], [0.5], [0.2]])
    game = AuctionGame("first_price", Uniform(), 3)
    np.testing.assert_allclose(ex_post_payoffs(game, types, tied)[:, 0], [0.25, 0.15, 0.0])
    prizes = AuctionGame(AllPay(prizes=(0.6, 0.3)), Uniform(), 3)
    expected = [0.45 - 0.5, 0.8 * 0.45 - 0.5, -0.2]
    np.testing.assert_allclose(ex_post_payoffs(prizes, types, tied)[:, 0], expected)


def test_reserve_and_absence():
    nan = np.nan
    game = AuctionGame(WinnerPays(0.0), Uniform(), 2, reserve=0.3)
    types = np.array([[0.9, 0.9, 0.9, 0.2], [0.5, 0.1, 0.2, 0.1]])
    bids = np.array([[0.9, 0.9, 0.9, nan], [0.5, nan, 0.2, nan]])
    expected = [[0.4, 0.6, 0.6, 0.0], [0.0, 0.0, 0.0, 0.0]]
    np.testing.assert_allclose(ex_post_payoffs(game, types, bids), expected, atol=1e-15)
    third = AuctionGame(KthPrice(3), Uniform(), 3)
    alone = np.array([[0.5], [nan], [nan]])
    np.testing.assert_allclose(third.ex_post(0, np.full((3, 1), 0.7), alone), [0.7])


def test_alternatives_are_those_of_one_player():
    game = AuctionGame("first_price", [Uniform(), Uniform(0, 2)])
    rng = np.random.default_rng(1)
    types, bids = rng.random((2, 50)), rng.random((2, 50))
    own = rng.random((4, 50))
    table = game.ex_post(1, types, bids, own)
    for row, alternative in zip(table, own, strict=True):
        changed = np.stack([bids[0], alternative])
        np.testing.assert_array_equal(row, ex_post_payoffs(game, types, changed)[1])


def test_custom_payoffs_see_flat_draws():
    seen = []

    def product(v, own, others):
        seen.append((v.shape, own.shape, others.shape))
        return v * own - others.sum(axis=0)

    game = AuctionGame(CustomPayoff(product, (0.0, 1.0), 2.0), [Uniform()] * 3)
    types, actions = np.full((3, 5), 0.5), np.arange(15.0).reshape(3, 5)
    own = np.ones((2, 5))
    table = game.ex_post(0, types, actions, own)
    np.testing.assert_allclose(table, np.tile(0.5 - actions[1] - actions[2], (2, 1)))
    assert seen == [((10,), (10,), (2, 10))]


def test_every_range_contains_the_equilibrium():
    for entry in ENTRIES:
        for i, function in enumerate(entry.equilibrium.functions):
            low, high = entry.game.action_range(i)
            attrition = getattr(getattr(entry.game, "payment", None), "returned", 0.0) > 0.5
            assert low <= function.bids.min() + 1e-9, entry.name
            assert attrition or function.bids.max() <= high + 1e-9, entry.name


def test_errors():
    game = AuctionGame("first_price", Uniform(), 2)
    with pytest.raises(GameError, match=r"shapes \(2, 3\) and \(2, 4\), want both \(2, B\)"):
        ex_post_payoffs(game, np.zeros((2, 3)), np.zeros((2, 4)))
    broken = AuctionGame(CustomPayoff(lambda v, a, o: v[:1], (0, 1), 1.0), Uniform(), 2)
    with pytest.raises(GameError, match="want one finite number a draw"):
        ex_post_payoffs(broken, np.zeros((2, 3)), np.zeros((2, 3)))

    class Bare(ContinuousGame):
        priors = (Uniform(),)
        summary = ("bare", "one")

        def payoff_range(self, i):
            return 1.0

    assert not Bare().stated_by_payoffs
    with pytest.raises(RefusedError, match="Bare states no ex-post payoffs"):
        ex_post_payoffs(Bare(), [[0.0]], [[0.0]])
    with pytest.raises(RefusedError, match="Bare states no range of actions"):
        Bare().action_range(0)
