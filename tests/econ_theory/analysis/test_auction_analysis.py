"""Revenue, welfare and optimal reserves: against closed forms, identities and theorems."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from econ_theory import StrategyProfile, catalog, certify, solve
from econ_theory.analysis import (
    allocation_welfare,
    optimal_reserve,
    optimal_revenue,
    revenue,
    virtual_value,
)
from econ_theory.catalog import random_game
from econ_theory.errors import RefusedError
from econ_theory.games import (
    AllPay,
    AuctionGame,
    Crra,
    CustomPayoff,
    KthPrice,
    Power,
    RiskNeutral,
    Uniform,
    WinnerPays,
    truncated,
)
from econ_theory.strategies.bids import BidFunction

NORMAL = truncated(stats.norm(0.5, 0.15), 0, 1)


@st.composite
def auctions_of_one_prior(draw):
    prior = draw(
        st.one_of(
            st.builds(Power, st.floats(0.5, 4)),
            st.builds(stats.beta, st.floats(1, 4), st.floats(1, 4)),
            st.builds(lambda low: Uniform(low, low + 1), st.floats(0, 3)),
        )
    )
    n = draw(st.integers(2, 5))
    share = draw(st.floats(0, 1))
    named = ["first_price", "second_price", "all_pay", "war_of_attrition"]
    payment = draw(st.sampled_from([*named, WinnerPays(share), AllPay(share)]))
    return AuctionGame(payment, prior, n)


@pytest.mark.slow
@settings(max_examples=15)
@given(auctions_of_one_prior())
def test_revenue_equivalence(game):
    solution = solve(game)
    assert solution.certificate.relative <= 1e-5
    prior, n = game.priors[0], game.n_players
    # Every rule in which the highest value wins earns the mean of the second highest value.
    shares = (np.arange(20_000) + 0.5) / 20_000
    second = prior.ppf(stats.beta(n - 1, 2).ppf(shares)).mean()
    assert revenue(game, solution.profile) == pytest.approx(second, rel=1e-4)
    welfare = allocation_welfare(game, solution.profile)
    assert welfare.share == pytest.approx(1.0, abs=1e-9)


NEUTRAL = [
    entry
    for entry in catalog.auctions()
    if isinstance(entry.game, AuctionGame)
    and all(isinstance(utility, RiskNeutral) for utility in entry.game.utilities)
    and getattr(entry.game.payment, "prizes", (1.0,)) == (1.0,)
    and entry.game.demand is None
    and not entry.game.falling
]


@pytest.mark.parametrize("entry", NEUTRAL, ids=lambda entry: entry.name)
def test_what_bidders_do_not_keep_the_seller_earns(entry):
    kept = sum(entry.utilities) * (entry.game.n_players // len(entry.utilities))
    earned = revenue(entry.game, entry.equilibrium)
    value = allocation_welfare(entry.game, entry.equilibrium).value
    sign = -1 if entry.game.procurement else 1
    assert sign * (value - earned) == pytest.approx(kept, abs=1e-5)


def test_unequal_bidders_and_ties_agree_with_draws_of_types():
    rng = np.random.default_rng(5)
    # Half of the first player's types bid 0.4, and some of the second's do.
    first = BidFunction([0, 0.5, 1], [0.4, 0.4, 0.7])
    second = BidFunction([0.2, 0.5, 0.8, 2.0], [0.1, 0.4, 0.4, 1.0])
    priors = [Uniform(), Uniform(0, 2)]
    n_draws = 400_000
    types = np.stack([rng.random(n_draws), 2 * rng.random(n_draws)])
    bids = np.nan_to_num(np.stack([first(types[0]), second(types[1])]), nan=-1.0)
    tied = (bids[0] == bids[1]) & (rng.random(n_draws) < 0.5)
    winner = np.where(tied, 1, bids.argmax(axis=0))
    value = types[winner, np.arange(n_draws)]
    high, low = bids.max(axis=0), np.maximum(bids.min(axis=0), 0)
    paid = {
        WinnerPays(1.0): high,
        WinnerPays(0.0): low,
        WinnerPays(0.3): 0.3 * high + 0.7 * low,
        AllPay(0.0): np.maximum(bids, 0).sum(axis=0),
        AllPay(0.6): np.maximum(bids, 0).sum(axis=0) - 0.6 * (high - low),
    }
    for payment, amounts in paid.items():
        game = AuctionGame(payment, priors)
        error = 5 * amounts.std() / np.sqrt(n_draws)
        assert revenue(game, [first, second]) == pytest.approx(amounts.mean(), abs=error), payment
        welfare = allocation_welfare(game, [first, second])
        assert welfare.value == pytest.approx(value.mean(), abs=5 * value.std() / n_draws**0.5)
        assert welfare.first_best == pytest.approx(1 + 1 / 12, abs=1e-12)


def test_buyers_pay_the_lowest_price_asked_for_what_they_then_buy():
    entry = next(entry for entry in catalog.auctions() if entry.name == "bertrand")
    (a, b), prior = entry.game.demand, entry.game.priors[0]
    costs = prior.ppf(np.random.default_rng(0).random((400_000, 3))).min(axis=1)
    price = entry.equilibrium.functions[0](costs)
    spent = price * (a - b * price)
    assert revenue(entry.game, entry.equilibrium) == pytest.approx(spent.mean(), abs=1e-3)
    with pytest.raises(RefusedError, match="a demand"):
        allocation_welfare(entry.game, entry.equilibrium)


def test_effort_in_a_contest_adds_up():
    # Three contestants, one prize: b(c) = -8 + 8c - 8 log c on costs in [1/2, 1].
    entry = next(e for e in catalog.auctions() if e.name == "contest_costs_one_prize")
    prior, function = entry.game.priors[0], entry.equilibrium.functions[0]
    shares = (np.arange(100_000) + 0.5) / 100_000
    mean = function(prior.ppf(shares)).mean()
    assert revenue(entry.game, entry.equilibrium) == pytest.approx(3 * mean, rel=1e-6)
    with pytest.raises(RefusedError, match="types that are no values"):
        allocation_welfare(entry.game, entry.equilibrium)


@pytest.mark.slow
@pytest.mark.parametrize("prior", [Uniform(), Power(2.0), NORMAL, stats.beta(2, 4)])
def test_no_reserve_earns_more_than_the_optimal_one(prior):
    best, most = optimal_reserve(prior), optimal_revenue(prior, 3)
    earned = {}
    for reserve in (0.8 * best, best, 1.2 * best):
        for rule in ("first_price", "second_price"):
            game = AuctionGame(rule, prior, 3, reserve=reserve)
            solution = solve(game)
            assert solution.certificate.relative <= 1e-5
            earned[rule, reserve] = revenue(game, solution.profile)
    for rule in ("first_price", "second_price"):
        assert earned[rule, best] == pytest.approx(most, rel=1e-5)
        assert max(earned[rule, 0.8 * best], earned[rule, 1.2 * best]) < earned[rule, best] - 1e-4
    plain = AuctionGame("second_price", prior, 3)
    assert revenue(plain, solve(plain).profile) < most


def test_known_optima():
    # Myerson: r = high / 2 for uniform values, r**k = 1 / (k + 1) for powers; revenue 5/12.
    assert optimal_reserve(Uniform(0, 2)) == pytest.approx(1.0, abs=1e-12)
    assert optimal_reserve(Power(2.0)) == pytest.approx(3**-0.5, abs=1e-12)
    assert optimal_reserve(Uniform(), seller_value=0.5) == pytest.approx(0.75, abs=1e-12)
    assert optimal_revenue(Uniform(), 2) == pytest.approx(5 / 12, abs=1e-12)
    # U[0,1] and U[0,2]: the mean of max(2x - 1, 4y - 2, 0) over x, y uniform.
    x = (np.arange(2000) + 0.5) / 2000
    grid = np.maximum(np.maximum(2 * x[:, None] - 1, 4 * x[None, :] - 2), 0).mean()
    assert optimal_revenue([Uniform(), Uniform(0, 2)]) == pytest.approx(grid, abs=1e-6)
    np.testing.assert_allclose(virtual_value(Power(2.0))([0.5, 1.0]), [-0.25, 1.0])


def test_unequal_bidders_are_not_worth_the_optimum_to_usual_auctions():
    priors = [Uniform(), Uniform(0, 2)]
    first, second = (AuctionGame(rule, priors) for rule in ("first_price", "second_price"))
    bids = solve(first).profile
    earned = revenue(first, bids), revenue(second, [lambda v: v] * 2)
    # The first price discriminates against the strong bidder, at the cost of welfare.
    assert earned[1] == pytest.approx(5 / 12, abs=1e-12)
    assert earned[1] < earned[0] < optimal_revenue(priors)
    assert allocation_welfare(first, bids).share < 1 - 1e-3


@pytest.mark.slow
def test_risk_aversion_raises_the_first_price_and_not_the_second():
    earned = []
    for power in (1.0, 0.7, 0.4, 0.2):
        game = AuctionGame("first_price", NORMAL, 3, utilities=Crra(power))
        solution = solve(game)
        assert solution.certificate.relative <= 1e-5
        earned.append(revenue(game, solution.profile))
    assert np.all(np.diff(earned) > 1e-3)
    game = AuctionGame("second_price", NORMAL, 3, utilities=Crra(0.4))
    assert revenue(game, solve(game).profile) == pytest.approx(earned[0], rel=1e-6)


@pytest.mark.slow
def test_more_bidders_are_worth_more_than_the_best_reserve():
    # Bulow and Klemperer 1996, for regular priors.
    for prior in (Uniform(), NORMAL, Power(2.0)):
        plain = [
            revenue(game, solve(game).profile)
            for game in (AuctionGame("first_price", prior, n) for n in (2, 3, 4, 8))
        ]
        assert np.all(np.diff(plain) > 0)
        assert all(
            one_more > optimal_revenue(prior, n) for n, one_more in ((2, plain[1]), (3, plain[2]))
        )


def test_third_price_earns_the_same():
    game = AuctionGame(KthPrice(3), stats.beta(2, 3), 4)
    plain = AuctionGame("second_price", stats.beta(2, 3), 4)
    assert revenue(game, solve(game).profile) == pytest.approx(
        revenue(plain, [lambda v: v] * 4), rel=1e-5
    )


def test_one_bidder_pays_the_reserve():
    game = AuctionGame("second_price", Uniform(), 1, reserve=0.5)
    bids = [BidFunction([0.5, 1], [0.5, 1])]
    assert certify(game, bids).relative <= 1e-8
    assert revenue(game, bids) == pytest.approx(0.25, abs=1e-12)


def test_refusals_say_why():
    custom = AuctionGame(CustomPayoff(lambda v, a, o: v * a, (0, 1), 1.0), Uniform(), 2)
    with pytest.raises(RefusedError, match="does not say what is paid"):
        revenue(custom, [lambda v: v] * 2)
    finite = random_game(2, 2, rng=0)
    for measure in (revenue, allocation_welfare):
        with pytest.raises(RefusedError, match="BayesianGame"):
            measure(finite, StrategyProfile.uniform(finite))
    reserve = AuctionGame("first_price", Uniform(), 2, reserve=0.5)
    with pytest.raises(RefusedError, match=r"some bid is 0, want none beyond the reserve 0\.5"):
        revenue(reserve, [lambda v: v / 2] * 2)
    buying = AuctionGame("first_price", Uniform(), 2, procurement=True, reserve=0.8)
    with pytest.raises(RefusedError, match="want None in procurement"):
        allocation_welfare(buying, solve(buying).profile)
    with pytest.raises(RefusedError, match="want less than the highest type 1"):
        optimal_reserve(Uniform(), seller_value=1.0)
