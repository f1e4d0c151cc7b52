"""Equilibria of bilateral trade found, and what they leave of the gains from trade."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from econ_theory import certify, solve
from econ_theory.analysis import gains_from_trade
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games import AuctionGame, Crra, DoubleAuction, Power, Uniform, truncated
from econ_theory.solvers import BilateralTrade
from econ_theory.strategies.bids import BidFunction

NORMAL = truncated(stats.norm(0.5, 0.25), 0.0, 1.0)


@pytest.mark.slow
@given(
    k=st.floats(0.1, 0.9),
    low=st.floats(-0.3, 0.2),
    width=st.floats(0.8, 1.5),
)
@settings(max_examples=4)
def test_uniform_types_bid_straight_lines(k, low, width):
    """Chatterjee and Samuelson 1983, for values and costs uniform on different intervals."""
    game = DoubleAuction(k, Uniform(low, low + width), Uniform(0, 2))
    solution = solve(game, tol=1e-5)
    assert solution.certificate.relative < 1e-6
    # s0 = ((1 - k) b1) / (2 - k), b1 = (high + k s0) / (1 + k)
    highest = (low + width) / (1 + k - k * (1 - k) / (2 - k))
    lowest = (1 - k) * highest / (2 - k)
    assert lowest >= low
    bid, ask = solution.profile.functions
    v = np.linspace(lowest, low + width, 9)
    np.testing.assert_allclose(bid(v), (v + k * lowest) / (1 + k), atol=1e-5)
    c = np.linspace(0, highest, 9)
    np.testing.assert_allclose(ask(c), (c + (1 - k) * highest) / (2 - k), atol=1e-5)


@pytest.mark.parametrize(
    ("k", "buyer", "seller"),
    [
        (0.5, NORMAL, NORMAL),
        (0.3, stats.beta(2, 2), stats.beta(2, 3)),
        (0.5, Uniform(1, 2), Uniform(0, 1.4)),
        (0.0, NORMAL, NORMAL),
        (1.0, NORMAL, Power(2.0)),
        (0.0, stats.beta(0.5, 0.5), Uniform()),
        (0.5, Uniform(2, 3), Uniform()),
    ],
)
def test_smooth_priors_are_solved(k, buyer, seller):
    solution = solve(DoubleAuction(k, buyer, seller), tol=1e-5)
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative < 1e-5
    assert solution.solver == "BilateralTrade"


def test_powers_have_the_closed_form_of_the_catalog():
    game = DoubleAuction(0.5, stats.beta(1, 3), Power(2.0))
    bid, ask = solve(game).profile.functions
    v = np.linspace(0.15, 1.0, 7)
    np.testing.assert_allclose(bid(v), 4 * v / 5 + 2 / 85, atol=1e-6)
    c = np.linspace(0.0, 0.8, 7)
    np.testing.assert_allclose(ask(c), 6 * c / 7 + 2 / 17, atol=1e-6)


@given(
    k=st.floats(0.2, 0.8),
    cost=st.floats(0.1, 0.4),
    value=st.floats(0.6, 0.9),
    at=st.floats(0.3, 0.7),
)
@settings(max_examples=4)
def test_every_point_between_cost_and_value_has_its_equilibrium(k, cost, value, at):
    """Satterthwaite and Williams 1989; no equilibrium attains more than the second best."""
    price = cost + at * (value - cost)
    game = DoubleAuction(k, Uniform(), Power(1.5))
    solution = solve(game, BilateralTrade(through=(cost, price, value)), tol=1e-5)
    assert solution.certificate.relative < 1e-5
    bid, ask = solution.profile.functions
    assert bid([value])[0] == pytest.approx(price, abs=1e-5)
    assert ask([cost])[0] == pytest.approx(price, abs=1e-5)
    trade = gains_from_trade(game, solution.profile)
    assert trade.gains <= trade.second_best + 1e-6
    assert trade.second_best < trade.first_best


@pytest.mark.slow
def test_the_mirrored_game_has_the_mirrored_equilibrium():
    game = DoubleAuction(0.3, Power(2.0), Power(1.2))
    one, other = solve(game), solve(game.mirrored)
    v = np.linspace(0.3, 1.0, 8)
    np.testing.assert_allclose(
        one.profile.functions[0](v), -other.profile.functions[1](-v), atol=1e-5
    )
    assert one.certificate.utilities == pytest.approx(other.certificate.utilities[::-1], abs=1e-7)


def test_a_monopolist_skips_prices_that_are_never_best():
    """A density with two peaks: the ask jumps where the best price does."""

    class TwoPeaks:
        low, high, turns = 0.0, 1.0, ()

        def cdf(self, v):
            v = np.clip(v, 0.0, 1.0)
            return v + 0.9 * np.sin(4 * np.pi * v) / (4 * np.pi)

        def pdf(self, v):
            return 1 + 0.9 * np.cos(4 * np.pi * np.asarray(v, dtype=float))

        def ppf(self, q):
            grid = np.linspace(0, 1, 10_001)
            return np.interp(q, self.cdf(grid), grid)

    peaks = TwoPeaks()
    peaks.turns = (0.25, 0.5, 0.75)
    solution = solve(DoubleAuction(0.0, peaks, Uniform(-0.5, 1)), tol=1e-5)
    assert solution.certificate.relative < 1e-5
    ask = solution.profile.functions[1]
    assert (np.diff(ask.bids)[np.diff(ask.types) == 0] > 0.1).any()


def test_what_is_not_solved_is_refused_with_advice():
    with pytest.raises(RefusedError, match="risk averse"):
        solve(DoubleAuction(0.5, utilities=Crra(0.5)), BilateralTrade())
    with pytest.raises(RefusedError, match="want DoubleAuction"):
        solve(AuctionGame("first_price", Uniform(), 2), BilateralTrade())
    with pytest.raises(RefusedError, match="inside the types"):
        solve(DoubleAuction(), BilateralTrade(through=(-0.1, 0.5, 0.9)))
    with pytest.raises(RefusedError, match="one side truthful"):
        solve(DoubleAuction(1.0), BilateralTrade(through=(0.1, 0.5, 0.9)))
    with pytest.raises(SettingError, match="want cost < price < value"):
        BilateralTrade(through=(0.5, 0.4, 0.9))


@given(low=st.floats(-2.0, 2.0), width=st.floats(0.1, 10.0))
@settings(max_examples=8)
def test_uniform_second_best_attains_27_of_32(low, width):
    """Myerson and Satterthwaite 1983: trade iff the value exceeds the cost by a quarter."""
    unit = Uniform(low, low + width)
    truth = BidFunction([low, low + width], [low, low + width])
    trade = gains_from_trade(DoubleAuction(0.5, unit, unit), [truth, truth])
    assert trade.second_best / trade.first_best == pytest.approx(27 / 32, abs=1e-9)
    assert trade.weight == pytest.approx(1 / 3, abs=1e-9)
    assert trade.first_best == pytest.approx(width / 6, rel=1e-12)
    assert trade.share == pytest.approx(1.0, abs=1e-12)
    assert trade.chance == pytest.approx(0.5, abs=1e-12)
    margin = [
        BidFunction([low, low + width], [low - width / 8, low + width * 7 / 8]),
        BidFunction([low, low + width], [low + width / 8, low + width * 9 / 8]),
    ]
    best = gains_from_trade(DoubleAuction(0.5, unit, unit), margin)
    assert best.gains == pytest.approx(best.second_best, rel=1e-9)


@given(seed=st.integers(0, 10**6), k=st.floats(0.0, 1.0))
@settings(max_examples=10)
def test_gains_are_what_buyer_and_seller_earn_together(seed, k):
    rng = np.random.default_rng(seed)
    priors = [Uniform(0.1, 1.2), Power(2.0), NORMAL]
    buyer, seller = (priors[j] for j in rng.integers(3, size=2))
    game = DoubleAuction(k, buyer, seller)
    functions = []
    for prior, idle in ((buyer, 0), (seller, -1)):
        types = np.sort(np.concatenate([[prior.low, prior.high], rng.uniform(0.2, 0.9, 3)]))
        if rng.random() < 0.5:
            types[idle] = (types[idle] + types[1 if idle == 0 else -2]) / 2
        bids = np.sort(rng.uniform(0.0, 1.2, 5))
        bids[3] = bids[2]
        functions.append(BidFunction(types, bids))
    certificate = certify(game, functions)
    trade = gains_from_trade(game, functions)
    assert trade.gains == pytest.approx(sum(certificate.utilities), abs=3e-5)
    v = buyer.ppf((np.arange(1000) + 0.5) / 1000)[:, None]
    c = seller.ppf((np.arange(1000) + 0.5) / 1000)
    with np.errstate(invalid="ignore"):
        trades = functions[0](v) >= functions[1](c)
    assert trade.gains == pytest.approx(float(((v - c) * trades).mean()), abs=2e-3)
    assert trade.chance == pytest.approx(float(trades.mean()), abs=4e-3)
    assert trade.first_best == pytest.approx(float(np.maximum(v - c, 0).mean()), abs=1e-5)


@pytest.mark.slow
def test_second_best_of_unequal_types_pays_for_itself():
    """All pay their informational rents: utilities of the mechanism add up to its gains."""
    for buyer, seller in ((Power(2.0), NORMAL), (Uniform(0.5, 1.5), Power(2.0))):
        game = DoubleAuction(0.5, buyer, seller)
        trade = gains_from_trade(game, solve(game).profile)
        assert trade.gains <= trade.second_best + 1e-7
        assert trade.share_of_second_best > 0.95
        assert 0 < trade.weight < 1
        v, c = (p.ppf((np.arange(1500) + 0.5) / 1500) for p in (buyer, seller))
        value = (v - trade.weight * (1 - buyer.cdf(v)) / buyer.pdf(v))[:, None]
        cost = c + trade.weight * seller.cdf(c) / seller.pdf(c)
        trades = value >= cost
        assert float(((v[:, None] - c) * trades).mean()) == pytest.approx(
            trade.second_best, abs=1e-3
        )
        rents = trades.mean(axis=1) * (1 - buyer.cdf(v)) / buyer.pdf(v)
        margins = trades.mean(axis=0) * seller.cdf(c) / seller.pdf(c)
        assert rents.mean() + margins.mean() == pytest.approx(trade.second_best, abs=3e-3)


def test_trade_that_is_always_efficient_needs_no_rents():
    game = DoubleAuction(0.5, Uniform(1, 2), Uniform(0, 1))
    trade = gains_from_trade(game, [BidFunction([1, 2], [1, 1]), BidFunction([0, 1], [1, 1])])
    assert (trade.weight, trade.second_best) == (0.0, trade.first_best)
    assert trade.share == pytest.approx(1.0, abs=1e-12)


def test_irregular_priors_have_another_best_mechanism():
    game = DoubleAuction(0.5, stats.beta(0.5, 0.5), Uniform())
    truth = BidFunction([0, 1], [0, 1])
    with pytest.raises(RefusedError, match="virtual value falls"):
        gains_from_trade(game, [truth, truth])
    with pytest.raises(RefusedError, match="want a DoubleAuction"):
        gains_from_trade(AuctionGame("first_price", Uniform(), 2), [truth, truth])  # type: ignore[arg-type]
