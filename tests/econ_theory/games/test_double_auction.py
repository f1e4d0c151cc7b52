"""Bilateral trade: bounds against brute force, equilibria with atoms, both roles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from econ_theory import certify
from econ_theory.errors import GameError, ProfileError, RefusedError
from econ_theory.games import (
    Cara,
    Crra,
    DoubleAuction,
    Power,
    RiskNeutral,
    Spite,
    Uniform,
    truncated,
)
from econ_theory.strategies.bids import BidFunction, BidProfile

PRIORS = [
    Uniform(),
    Uniform(0.2, 1.4),
    Power(2.0),
    Power(0.5),
    truncated(stats.norm(0.4, 0.3), 0.0, 1.0),
]
DRAWS = 4000


def random_function(prior, rng, low, high, *, flat: bool, idle: str | None) -> BidFunction:
    """A random rising function to [low, high], maybe with a flat piece, a jump, and types out."""
    inner = np.sort(rng.uniform(prior.low, prior.high, 3))
    types = np.concatenate([[prior.low], inner, [prior.high]])
    bids = np.sort(rng.uniform(low, high, 5))
    if idle:
        k = 0 if idle == "low" else -1
        types[k] += (types[2] - types[k]) * 0.2
        types = np.sort(types)
    if flat:
        bids[2] = bids[1]
        types, bids = np.insert(types, 3, types[3]), np.insert(bids, 3, (bids[2] + bids[3]) / 2)
    return BidFunction(types, bids)


def utilities(game, profile, i, own_types, own_bids):
    """Utility of types ``(T, 1)`` at bids ``(B,)`` or ``(T, 1)``: a mean over rivals' quantiles."""
    prior, f = game.priors[1 - i], profile.functions[1 - i]
    rival = f(prior.ppf((np.arange(DRAWS) + 0.5) / DRAWS))
    rival = rival[np.isfinite(rival)]
    u = game.utilities[i]
    own_bids = np.broadcast_to(own_bids, np.broadcast_shapes(own_types.shape, np.shape(own_bids)))
    total = np.zeros(own_bids.shape)
    for part in np.array_split(rival, 50):
        other = part[:, None, None]
        if i == 0:
            surplus = own_types - game.k * own_bids - (1 - game.k) * other
            trade = own_bids >= other
        else:
            surplus = game.k * other + (1 - game.k) * own_bids - own_types
            trade = own_bids <= other
        total += np.where(trade, u.of(surplus), 0.0).sum(axis=0)
    return total / DRAWS


def brute_force(game, profile, i, n_types=41, n_bids=161):
    """The most that any of 41 types gains by any of 161 bids, kinks and their neighbours."""
    kinks = np.concatenate([f.bids for f in profile.functions])
    near = np.concatenate([kinks, kinks - 1e-9, kinks + 1e-9])
    bids = np.unique(np.concatenate([np.linspace(kinks.min(), kinks.max(), n_bids), near]))
    prior, f = game.priors[i], profile.functions[i]
    ends = np.concatenate([f.types - 1e-9, f.types + 1e-9])
    types = np.union1d(np.linspace(prior.low, prior.high, n_types), ends)
    types = types[(types > prior.low) & (types < prior.high)]
    own = f(types)
    played = np.where(
        np.isfinite(own),
        utilities(game, profile, i, types[:, None], np.nan_to_num(own)[:, None])[:, 0],
        0.0,
    )
    best = utilities(game, profile, i, types[:, None], bids).max(axis=1)
    return np.maximum(best, 0.0) - played


@pytest.mark.slow
@given(
    seed=st.integers(0, 10**6),
    k=st.sampled_from([0.0, 0.3, 0.5, 1.0]),
    flat=st.tuples(st.booleans(), st.booleans()),
    idle=st.booleans(),
)
@settings(max_examples=20)
def test_no_deviation_gains_more_than_the_bound(seed, k, flat, idle):
    rng = np.random.default_rng(seed)
    buyer, seller = (PRIORS[j] for j in rng.integers(len(PRIORS), size=2))
    game = DoubleAuction(k, buyer, seller)
    profile = BidProfile(
        [
            random_function(buyer, rng, 0.1, 1.2, flat=flat[0], idle="low" if idle else None),
            random_function(seller, rng, 0.0, 1.1, flat=flat[1], idle="high" if idle else None),
        ]
    )
    certificate = certify(game, profile)
    for i in range(2):
        found = brute_force(game, profile, i).max()
        slack = 4 / DRAWS
        assert found <= certificate.gains[i].max() + slack
        assert certificate.estimates[i].max() <= certificate.gains[i].max() + 1e-12
        assert certificate.gains[i].max() <= 2 * certificate.estimates[i].max() + 1e-6
        assert found >= certificate.estimates[i].max() - 0.03


@pytest.mark.slow
@pytest.mark.parametrize("utility", [Crra(0.5), Cara(2.0)], ids=str)
@given(
    seed=st.integers(0, 10**6),
    k=st.sampled_from([0.0, 0.3, 0.7, 1.0]),
    flat=st.tuples(st.booleans(), st.booleans()),
)
@settings(max_examples=5)
def test_no_deviation_of_the_risk_averse_gains_more_than_the_bound(utility, seed, k, flat):
    rng = np.random.default_rng(seed)
    buyer, seller = (PRIORS[j] for j in rng.integers(len(PRIORS), size=2))
    game = DoubleAuction(k, buyer, seller, utilities=utility)
    profile = BidProfile(
        [
            below_value(random_function(buyer, rng, 0.1, 1.2, flat=flat[0], idle="low"), 1),
            below_value(random_function(seller, rng, 0.0, 1.1, flat=flat[1], idle=None), -1),
        ]
    )
    certificate = certify(game, profile)
    for i in range(2):
        found = brute_force(game, profile, i, n_types=21, n_bids=81).max()
        assert found <= certificate.gains[i].max() + 4 / DRAWS
        assert certificate.estimates[i].max() <= certificate.gains[i].max() + 1e-12
        assert certificate.gains[i].max() <= 3 * certificate.estimates[i].max() + 1e-3
        assert found >= certificate.estimates[i].max() - 0.05


def below_value(f, sign):
    """The function with bids moved to the right side of the type, which they come close to."""
    least = np.minimum if sign > 0 else np.maximum
    return BidFunction(f.types, least(f.bids, f.types - 0.01 * sign))


@pytest.mark.slow
@pytest.mark.parametrize("power", [0.3, 0.5, 0.9])
def test_risk_averse_traders_have_a_linear_equilibrium(power):
    """Derived: ``u(v - b) f = u'`` integrated, in straight lines of one slope."""
    c = 2 ** (1 / power) - 0.5
    slope = 1 - 1 / (2 * c)
    game = DoubleAuction(0.5, utilities=Crra(power))
    bids = [
        lambda v: slope / (4 * c**2 - 1) + slope * v,
        lambda v: (c - 0.5) / (2 * c**2 - 0.5) + slope * v,
    ]
    certificate = certify(game, bids)
    assert certificate.kind == "bound"
    assert certificate.relative < 1e-6
    assert certificate.utilities[0] == pytest.approx(certificate.utilities[1], abs=1e-9)
    if power == 0.5:
        assert certificate.utilities[0] == pytest.approx(343 * 2**0.5 / 2880, abs=1e-6)


def test_the_risk_averse_do_not_bid_above_their_values():
    game = DoubleAuction(0.5, utilities=[Crra(0.5), RiskNeutral()])
    with pytest.raises(RefusedError, match="above its value"):
        certify(game, [BidFunction([0, 1], [0.5, 0.8]), BidFunction([0, 1], [0.2, 0.9])])


def test_a_bid_just_at_an_atom_of_asks_trades():
    """Half the sellers ask 1/2; a buyer that bids a little less meets half of all sellers."""
    game = DoubleAuction(0.0, Uniform(), Uniform())
    asks = BidFunction([0, 0.5, 1], [0.5, 0.5, 1.0])
    below = BidFunction([0, 1], [0.25, 0.49])
    certificate = certify(game, [below, asks])
    # Type 1 could bid 1, pay 1/2 to half of them, and the ask c to the others.
    assert certificate.gains[0].max() == pytest.approx(0.25 + 0.125, abs=1e-6)
    at = BidFunction([0, 0.5, 0.5, 1], [0.0, 0.5, 0.5, 0.5])
    assert certify(game, [at, asks]).gains[0].max() == pytest.approx(0.125, abs=1e-6)
    assert certify(game, [at, asks]).utilities[0] == pytest.approx(0.5 * 0.125, abs=1e-9)


@pytest.mark.parametrize("k", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("price", [0.2, 0.5, 0.9])
def test_trade_at_one_price_is_an_equilibrium_for_any_priors(k, price):
    game = DoubleAuction(k, Power(2.0), PRIORS[-1])
    bid = BidFunction([0, price, price, 1], [0, 0, price, price])
    ask = BidFunction([0, price, price, 1], [price, price, 1, 1])
    assert certify(game, [bid, ask]).relative < 1e-9
    silent = [BidFunction([price, 1], [price] * 2), BidFunction([0, price], [price] * 2)]
    certificate = certify(game, silent)
    assert certificate.relative < 1e-9
    assert certificate.utilities == pytest.approx(certify(game, [bid, ask]).utilities, abs=1e-12)


def test_all_who_trade_surely_may_bid_one_price():
    game = DoubleAuction(0.5, Uniform(2, 3), Uniform(0, 1))
    assert (
        certify(game, [BidFunction([2, 3], [1.2, 1.2]), BidFunction([0, 1], [1.2, 1.2])]).epsilon
        < 1e-12
    )
    certificate = certify(game, [BidFunction([2, 3], [2, 2]), BidFunction([0, 1], [1, 1])])
    # Each could name the other's price and trade half the difference better.
    assert certificate.epsilon == pytest.approx(0.5, abs=1e-9)
    assert certificate.utilities == pytest.approx([1.0, 1.0], abs=1e-9)


@given(seed=st.integers(0, 10**6), k=st.sampled_from([0.0, 0.2, 0.7]))
@settings(max_examples=10)
def test_buyer_and_seller_may_change_roles(seed, k):
    rng = np.random.default_rng(seed)
    buyer, seller = (PRIORS[j] for j in rng.integers(len(PRIORS), size=2))
    game = DoubleAuction(k, buyer, seller)
    bid = random_function(buyer, rng, 0.1, 1.2, flat=True, idle=None)
    ask = random_function(seller, rng, 0.0, 1.1, flat=False, idle=None)
    one = certify(game, [bid, ask])
    other = certify(game.mirrored, [ask.turned(negate=True), bid.turned(negate=True)])
    assert one.gains[0].max() == pytest.approx(other.gains[1].max(), abs=1e-8)
    assert one.utilities == pytest.approx(other.utilities[::-1], abs=1e-9)
    assert game.mirrored.mirrored.priors == game.priors


def test_scaling_values_scales_gains():
    bid, ask = BidFunction([0, 1], [0, 0.7]), BidFunction([0, 1], [0.2, 1.0])
    base = certify(DoubleAuction(0.5), [bid, ask])
    large = DoubleAuction(0.5, Uniform(0, 1e5), Uniform(0, 1e5))
    scaled = [BidFunction(1e5 * f.types, 1e5 * f.bids) for f in (bid, ask)]
    assert certify(large, scaled).relative == pytest.approx(base.relative, rel=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DoubleAuction(1.5), "k is 1.5, want a share"),
        (lambda: DoubleAuction(0.5, Uniform(0, 1), Uniform(1, 2)), "nothing to trade"),
        (lambda: DoubleAuction(0.5, utilities=Spite(1.0)), "want RiskNeutral"),
        (lambda: DoubleAuction(0.5, utilities=[RiskNeutral()] * 3), "3 entries, want 2"),
        (lambda: DoubleAuction(0.5, buyer="uniform"), "want a Prior"),
    ],
)
def test_what_is_no_game_is_refused(make, message):
    with pytest.raises(GameError, match=message):
        make()


def test_the_best_types_do_not_stay_out():
    whole = BidFunction([0, 1], [0, 1])
    with pytest.raises(ProfileError, match="best types of player 2"):
        certify(DoubleAuction(), [whole, BidFunction([0.3, 1], [0.3, 1])])
    with pytest.raises(ProfileError, match="wrong slope"):
        certify(DoubleAuction(), [BidFunction([0, 1], [1, 0]), whole])


def test_the_game_says_what_it_is():
    game = DoubleAuction(0.25, Uniform(0, 2), Power(2.0), utilities=[RiskNeutral(), Crra(0.5)])
    assert repr(game) == (
        "DoubleAuction(double auction, k = 0.25, buyer U[0, 2]; seller F = v^2, `Crra(power=0.5)`)"
    )
    assert (game.payoff_range(0), game.payoff_range(1)) == (2.0, 2.0**0.5)
