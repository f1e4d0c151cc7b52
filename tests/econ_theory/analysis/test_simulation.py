"""Auctions played out: means against certificates and revenue, ties, reserves, the table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import catalog, certify
from econ_theory.analysis import revenue, simulate
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games import (
    AllPay,
    AuctionGame,
    CustomPayoff,
    DoubleAuction,
    Effort,
    FgmPair,
    GaussianPair,
    IndependentSignals,
    InterdependentAuction,
    KthPrice,
    LinearShares,
    LocalGlobalAuction,
    MultiUnitAuction,
    Power,
    SplitAward,
    Uniform,
    WinnerPays,
    ex_post_payoffs,
)
from econ_theory.strategies.bids import BidFunction

FAMILIES = (
    AuctionGame,
    InterdependentAuction,
    MultiUnitAuction,
    SplitAward,
    DoubleAuction,
    LocalGlobalAuction,
)
ENTRIES = [e for e in catalog.auctions() if isinstance(e.game, FAMILIES)]
FLAT = BidFunction([0, 0.3, 0.6, 1], [0, 0.25, 0.25, 0.5])
STEP = BidFunction([0.3, 0.6, 1], [0.25, 0.25, 0.5])
LATE = BidFunction([0.4, 1], [0.3, 0.6])


def agrees(samples, wanted, sigmas=4.5):
    """Whether the mean of `samples` is `wanted`, up to what sampling and rounding may do."""
    error = samples.std(axis=0) / np.sqrt(len(samples))
    return (np.abs(samples.mean(axis=0) - wanted) <= sigmas * error + 1e-9).all()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_means_are_the_certificates_utilities_and_the_revenue(entry):
    draws = simulate(entry.game, entry.equilibrium, 30_000, rng=3)
    copies = entry.game.n_players // len(entry.utilities)
    assert agrees(draws.payoffs, np.array(entry.utilities * copies))
    # The revenue of package auctions takes seconds; one rule stands for all.
    if isinstance(entry.game, (AuctionGame, InterdependentAuction)) or entry.name == "package_vcg":
        earned = revenue(entry.game, entry.equilibrium)
        assert agrees(draws.revenue, earned)


ODD = [
    (AuctionGame("first_price", Uniform(), 3, reserve=0.25), [STEP, STEP, LATE]),
    (AuctionGame("second_price", [Uniform(), Power(2)], reserve=0.3), [LATE, LATE]),
    (AuctionGame(KthPrice(3), Uniform(), 3, reserve=0.3), [LATE] * 3),
    (AuctionGame(AllPay(0.4), [Uniform(), Power(2)], reserve=0.0), [FLAT, LATE]),
    (AuctionGame("all_pay", Uniform(), 3), [FLAT, FLAT, FLAT]),
    (AuctionGame(WinnerPays(0.3), Uniform(), 2, procurement=True, reserve=0.8),
     [([0, 0.7], [0.2, 0.7])] * 2),
    (AuctionGame("first_price", [Uniform(), Power(2)], procurement=True, demand=(2, 1)),
     [lambda c: 0.3 + 0.7 * c, lambda c: 0.5 + 0.5 * c]),
    *((MultiUnitAuction(pricing, 3, 2, [Uniform(), Power(2), Uniform()], reserve=0.2),
       [[STEP.scaled(1.2), STEP], [STEP, STEP.scaled(0.9)], [LATE, LATE]])
      for pricing in ("discriminatory", "vickrey", "uniform_price", "lowest_accepted")),
    (MultiUnitAuction("vickrey", 3, 2, Uniform(), 2, marginals="constant"), [[FLAT, FLAT]] * 2),
    (InterdependentAuction("first_price", LinearShares(), "wallet"), [lambda x: x / 2] * 2),
    (InterdependentAuction("second_price", GaussianPair(0.5), "wallet", reserve=0.2),
     [lambda x: 0.2 + x, lambda x: 0.3 + 0.8 * x]),
    (InterdependentAuction("all_pay", FgmPair(0.2), "wallet"), [lambda x: x**2 / 2] * 2),
    (InterdependentAuction("first_price", IndependentSignals(Power(2), 3), "wallet"),
     [lambda x: x / 2] * 3),
    (DoubleAuction(0.3), [([0.2, 1], [0.3, 0.7]), ([0, 0.8], [0.3, 0.9])]),
    (SplitAward([Uniform(1, 2), Uniform(1.2, 2)], 0.4),
     [[lambda t: 0.5 + t, lambda t: 0.3 + 0.5 * t], [lambda t: 0.4 + t, lambda t: 0.4 + 0.5 * t]]),
]  # fmt: skip


@pytest.mark.parametrize(("game", "profile"), ODD, ids=range(len(ODD)))
def test_off_the_equilibrium_with_ties_and_absence_too(game, profile):
    draws = simulate(game, profile, 60_000, rng=11)
    assert agrees(draws.payoffs, np.array(certify(game, profile).utilities))
    if isinstance(game, (AuctionGame, InterdependentAuction)):
        # Interdependent revenue is a midpoint rule over 1,024 signals.
        assert agrees(draws.revenue - revenue(game, profile), 0.0, 6)
    if isinstance(game, MultiUnitAuction):
        assert draws.won.sum(axis=1).max() <= game.n_units
        assert (draws.won <= game.demand).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["first_price", "second_price", "all_pay"]))
def test_single_draws_are_those_of_ex_post(seed, payment):
    game = AuctionGame(payment, [Uniform(), Power(2), Uniform(0, 2)], reserve=0.1)
    profile = [LATE, ([0.2, 1], [0.1, 0.5]), ([0.1, 2], [0.1, 0.9])]
    draws = simulate(game, profile, 200, rng=seed)
    payoffs = ex_post_payoffs(game, draws.types.T, draws.bids.T)
    assert draws.payoffs == pytest.approx(payoffs.T, abs=1e-12)
    value = np.take_along_axis(draws.types, np.maximum(draws.winner, 0)[:, None], axis=1)[:, 0]
    total = np.where(draws.sold, value, 0.0) - draws.revenue
    assert total == pytest.approx(draws.payoffs.sum(axis=1), abs=1e-12)


def test_ties_are_drawn_and_every_one_has_the_same_chance():
    game = AuctionGame("first_price", Uniform(), 4)
    draws = simulate(game, [lambda v: 0.2 + 0 * v] * 3 + [lambda v: 0.1 + 0 * v], 40_000, rng=0)
    assert agrees(draws.won, np.array([1, 1, 1, 0]) / 3)
    assert draws.price == pytest.approx(0.2, abs=1e-15)
    assert (draws.bids[:, :3] == 0.2).all()
    contest = AuctionGame(Effort((0.6, 0.3)), Uniform(1, 2), 3)
    prizes = simulate(contest, [lambda c: 0.1 + 0 * c] * 3, 30_000, rng=0)
    assert agrees(prizes.won, 0.3)
    assert prizes.payments == pytest.approx(0.1, abs=1e-15)
    with pytest.raises(RefusedError, match="several win in 30,000 of 30,000 draws"):
        _ = prizes.winner


def test_nobody_wins_below_the_reserve():
    game = AuctionGame("second_price", Uniform(), 2, reserve=0.5)
    draws = simulate(game, [([0.5, 1], [0.5, 1])] * 2, 20_000, rng=1)
    assert agrees(draws.sold.astype(float), 0.75)
    assert (draws.winner[~draws.sold] == -1).all()
    assert np.isnan(draws.price[~draws.sold]).all()
    alone = draws.sold & np.isnan(draws.bids).any(axis=1)
    assert (draws.price[alone] == 0.5).all()
    silent = simulate(game, [([], [])] * 2, 10, rng=1)
    assert not silent.sold.any()
    assert "mean price none" in str(silent)


def test_trade_and_packages_have_sides():
    trade = simulate(DoubleAuction(0.5), [lambda v: v, lambda c: c], 5000, rng=0)
    assert trade.players == ("buyer", "seller")
    assert (trade.won.sum(axis=1) == 0).all()
    assert (trade.revenue == 0).all()
    assert trade.price[trade.sold] == pytest.approx(trade.bids[trade.sold].mean(axis=1))
    package = simulate(LocalGlobalAuction("vcg", correlation=1.0), [lambda v: v] * 3, 5000, rng=0)
    assert (package.types[:, 0] == package.types[:, 1]).all()
    assert set(package.won.sum(axis=1)) == {2.0}


def test_the_table_prints_and_becomes_a_frame():
    game = MultiUnitAuction("vickrey", 2, 2, Uniform(), 2)
    draws = simulate(game, [[lambda v: v, lambda v: v]] * 2, 300, rng=4)
    text = str(draws)
    assert text.startswith("300 draws of MultiUnitAuction(vickrey, 2 units, 2 of U[0, 1]")
    assert "player 1" in text
    assert "player 0" not in text
    assert text.count("\ndraw ") == 5
    assert "player 2" in draws._repr_html_()
    assert repr(draws) == f"AuctionDraws(300 draws of {game!r})"
    frame = draws.to_pandas()
    assert len(frame) == 300
    assert frame["bid 2[player 1]"].to_numpy() == pytest.approx(draws.bids[:, 0, 1])
    assert frame["payoff[player 2]"].mean() == pytest.approx(draws.payoffs[:, 1].mean())


def test_draws_repeat_with_their_seed():
    game = InterdependentAuction("first_price", GaussianPair(0.3), "wallet")
    one, two, other = (simulate(game, [lambda x: x] * 2, 50, rng=r) for r in (5, 5, 6))
    assert (one.types == two.types).all()
    assert (one.types != other.types).any()


def test_refusals_say_why():
    custom = AuctionGame(CustomPayoff(lambda v, a, o: v * a, (0, 1), 1.0), Uniform(), 2)
    with pytest.raises(RefusedError, match="a custom payoff does not say who wins"):
        simulate(custom, [lambda v: v] * 2)
    gaussian = next(e for e in catalog.auctions() if type(e.game).__name__ == "GaussianGame")
    with pytest.raises(RefusedError, match="GaussianGame does not say who wins, want one of Auct"):
        simulate(gaussian.game, gaussian.equilibrium)
    with pytest.raises(SettingError, match="n is 0, want a number of draws >= 1"):
        simulate(AuctionGame("first_price", Uniform(), 2), [FLAT, FLAT], 0)
