"""Bidders who look at the others' money: spite and charity, against payoffs draw by draw."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import certify, solve
from econ_theory.errors import RefusedError
from econ_theory.games import AuctionGame, Charity, Power, Spite, Uniform, ex_post_payoffs
from econ_theory.strategies.bids import BidFunction, BidProfile

WEAK, STRONG = Uniform(), Uniform(0.0, 2.0)
SHADE, BOLD, CURVED = (
    BidFunction([0, 1], [0, 0.5]),
    BidFunction([0, 2], [0.1, 0.8]),
    BidFunction([0, 0.5, 1], [0, 0.2, 0.7]),
)
GAMES = [
    (
        AuctionGame(
            "first_price", [WEAK, STRONG, Power(2)], utilities=[Spite(0.3), Spite(0.5), Spite(2)]
        ),
        BidProfile([SHADE, BOLD, CURVED]),
    ),
    (AuctionGame("first_price", WEAK, 3, utilities=Spite(0.5)), BidProfile([SHADE, SHADE, CURVED])),
    (
        AuctionGame("first_price", [WEAK, STRONG, STRONG], utilities=Charity(0.4)),
        BidProfile([CURVED, BOLD, BOLD]),
    ),
    (
        AuctionGame("second_price", [WEAK, STRONG], utilities=[Charity(0.2), Spite(0.7)]),
        BidProfile([CURVED, BOLD]),
    ),
]


def drawn(game, profile, n=50_000):
    rng = np.random.default_rng(5)
    types = np.stack([prior.ppf(rng.random(n)) for prior in game.priors])
    return types, np.stack([f(row) for f, row in zip(profile.functions, types, strict=True)])


@pytest.mark.parametrize(("game", "profile"), GAMES, ids=["spite", "alike", "charity", "second"])
def test_bound_and_utility_are_what_draws_say(game, profile):
    certificate = certify(game, profile)
    types, bids = drawn(game, profile)
    payoffs = ex_post_payoffs(game, types, bids)
    error = 4 * payoffs.std(axis=1) / np.sqrt(payoffs.shape[1])
    assert (np.abs(payoffs.mean(axis=1) - certificate.utilities) < error).all()
    for i, f in enumerate(profile.functions):
        most = certificate.gains[i].max()
        best = 0.0
        for v in np.linspace(f.types[0], f.types[-1], 7):
            fixed = types.copy()
            fixed[i] = v
            played = bids.copy()
            played[i] = f(v)
            own = game.ex_post(i, fixed, played)
            for b in np.linspace(0, 1.2, 13):
                more = game.ex_post(i, fixed, played, np.full(len(own), b)) - own
                slack = 4 * more.std() / np.sqrt(len(own)) + 1e-12
                assert more.mean() <= most + slack
                best = max(best, more.mean())
        assert best > 0.7 * certificate.estimates[i].max() - 0.01


@pytest.mark.parametrize("utility", [Spite(0.8), Charity(0.6)])
@pytest.mark.parametrize("n", [2, 4])
def test_uniform_values_have_the_stated_slope(utility, n):
    game = AuctionGame("first_price", WEAK, n, utilities=utility)
    k = (n - 1) * (1 + utility.weight) if isinstance(utility, Spite) else None
    slope = k / (k + 1) if k else (n - 1) / (n - 0.6)
    line = BidFunction([0, 1], [0, slope])
    assert certify(game, [line] * n).relative < 1e-8
    assert certify(game, [line.scaled(0.95)] * n).relative > 1e-4
    solution = solve(game)
    assert solution.certificate.relative < 1e-6
    assert solution.profile.functions[0](0.7) == pytest.approx(0.7 * slope, abs=1e-6)


def test_charity_of_unequal_bidders_is_solved():
    game = AuctionGame("first_price", [WEAK, STRONG], utilities=[Charity(0.3), Charity(0.1)])
    assert solve(game).certificate.relative < 1e-6


def test_who_stays_out_leaves_nobody_to_be_envied():
    game = AuctionGame("first_price", WEAK, 2, utilities=Spite(0.5))
    out = np.nan
    assert ex_post_payoffs(game, [[0.5], [0.9]], [[out], [out]]).tolist() == [[0.0], [0.0]]
    assert ex_post_payoffs(game, [[0.5], [0.9]], [[out], [0.5]]).ravel() == pytest.approx(
        [-0.2, 0.4]
    )
    glad = AuctionGame("second_price", WEAK, 2, utilities=Charity(0.5))
    assert ex_post_payoffs(glad, [[0.5], [0.9]], [[out], [0.5]]).tolist() == [[0.0], [0.9]]
    with pytest.raises(RefusedError, match="some types place no bid"):
        certify(game, [([0.4, 1.0], [0.4, 0.7])] * 2)


def test_charity_where_nobody_may_bid_is_refused():
    game = AuctionGame("first_price", WEAK, 2, utilities=Charity(0.5))
    half = BidFunction([0.5, 1.0], [0.2, 0.4])
    with pytest.raises(RefusedError, match="a bid wins however low"):
        certify(game, [half, half])
