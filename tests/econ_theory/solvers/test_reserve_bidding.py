"""Reserves that nobody, or one bidder alone, is worth."""

from __future__ import annotations

import pytest

from econ_theory import certify, solve
from econ_theory.analysis import allocation_welfare, revenue
from econ_theory.errors import ProfileError, RefusedError
from econ_theory.games import (
    AllPay,
    AuctionGame,
    Cara,
    Crra,
    DoubleAuction,
    Effort,
    KthPrice,
    Power,
    ReturnOnInvestment,
    RiskNeutral,
    Uniform,
    WinnerPays,
)
from econ_theory.solvers import (
    AsymmetricFirstPrice,
    DualAveraging,
    ReserveBidding,
    SymmetricAuction,
    TruthfulBidding,
)
from econ_theory.strategies.bids import BidFunction

PAYMENTS = [
    WinnerPays(1.0),
    WinnerPays(0.0),
    WinnerPays(0.4),
    KthPrice(3),
    KthPrice(4),
    AllPay(),
    AllPay(1.0),
    AllPay(0.3),
]
SILENT = BidFunction([], [])


@pytest.mark.parametrize("payment", PAYMENTS, ids=str)
@pytest.mark.parametrize("reserve", [1.0, 1.5])
def test_nobody_bids_whatever_is_paid(payment, reserve):
    game = AuctionGame(payment, Power(2.0), 4, reserve=reserve)
    solution = solve(game)
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative < 1e-10
    assert solution.certificate.utilities == (0.0,) * 4
    assert revenue(game, solution.profile) == 0.0
    assert all(f.silent for f in solution.profile.functions)
    # Just below the highest type it would pay to come in.
    lower = AuctionGame(payment, Power(2.0), 4, reserve=0.9)
    assert certify(lower, solution.profile).epsilon == pytest.approx(0.1, rel=1e-6)


@pytest.mark.parametrize("utility", [Crra(0.5), Cara(1.0), ReturnOnInvestment()])
def test_nobody_bids_whatever_the_attitude(utility):
    game = AuctionGame("first_price", Uniform(), 2, reserve=1.2, utilities=utility)
    assert solve(game).certificate.relative < 1e-10
    assert game.payoff_range(0) > 0


def test_a_buyer_who_offers_too_little_buys_nothing():
    game = AuctionGame(
        "first_price", [Uniform(1, 2), Uniform(1.1, 2)], procurement=True, reserve=1.0
    )
    solution = solve(game)
    assert solution.solver == "ReserveBidding"
    assert solution.certificate.relative < 1e-10
    assert revenue(game, solution.profile) == 0.0
    assert game.payoff_range(0) == 1.0


@pytest.mark.parametrize("payment", ["first_price", "second_price", "all_pay", WinnerPays(0.5)])
def test_one_bidder_alone_bids_the_reserve(payment):
    game = AuctionGame(payment, [Uniform(), Uniform(0, 2)], reserve=1.2)
    solution = solve(game, ReserveBidding())
    assert solution.certificate.relative < 1e-10
    assert solution.certificate.utilities == pytest.approx((0.0, 0.16))
    assert revenue(game, solution.profile) == pytest.approx(0.4 * 1.2)
    assert solve(game).certificate.relative < 1e-10
    welfare = allocation_welfare(game, solution.profile) if payment != "all_pay" else None
    assert welfare is None or welfare.value == pytest.approx(0.4 * 1.6)


def test_a_lone_bidder_pays_the_reserve():
    game = AuctionGame("first_price", [Uniform()], reserve=0.3)
    assert solve(game).certificate.relative < 1e-10
    seller = AuctionGame("first_price", [Uniform()], reserve=0.7, procurement=True)
    solution = solve(seller)
    assert solution.certificate.relative < 1e-10
    assert revenue(seller, solution.profile) == pytest.approx(0.49)


def test_silence_without_a_reserve_leaves_everything_to_gain():
    for payment, priors in (("first_price", Uniform()), ("all_pay", Uniform())):
        certificate = certify(AuctionGame(payment, priors, 2), [SILENT] * 2)
        assert certificate.epsilon == pytest.approx(1.0)
    # Who never works in a contest, against one who never does, wins by any effort.
    contest = certify(AuctionGame(Effort(), Uniform(1, 2), 2), [SILENT] * 2)
    assert contest.utilities == (0.0, 0.0)
    mixed = AuctionGame("first_price", [Uniform(), Power(2)], utilities=[RiskNeutral(), Crra(0.5)])
    certificate = certify(mixed, [SILENT, lambda v: v / 2])
    assert certificate.epsilon == pytest.approx(0.5, rel=1e-4)


def test_refusals_say_what_to_use():
    game = AuctionGame("first_price", Uniform(), 2, reserve=1.0)
    for solver in (SymmetricAuction(), DualAveraging()):
        with pytest.raises(RefusedError, match="use ReserveBidding"):
            solve(game, solver)
    with pytest.raises(RefusedError, match="2 bidders are worth the reserve"):
        solve(AuctionGame("first_price", Uniform(), 2, reserve=0.5), ReserveBidding())
    with pytest.raises(RefusedError, match="there is no reserve"):
        solve(AuctionGame("first_price", Uniform(), 2), ReserveBidding())
    unequal = AuctionGame("first_price", [Uniform(), Uniform(0, 2)], reserve=1.0)
    for solver in (AsymmetricFirstPrice(), TruthfulBidding()):
        with pytest.raises(RefusedError):
            solve(unequal, solver)
    with pytest.raises(ProfileError, match="player 1 places no bid whatever its type"):
        certify(DoubleAuction(0.5), [SILENT, lambda c: (1 + c) / 2])
