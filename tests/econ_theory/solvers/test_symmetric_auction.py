"""The symmetric solver: closed forms recovered, smooth priors certified, refusals that help."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from econ_theory import catalog, solve
from econ_theory.driver import ContinuousSolution
from econ_theory.errors import NotConverged, RefusedError
from econ_theory.games import (
    AllPay,
    AuctionGame,
    Cara,
    Crra,
    CustomPayoff,
    KthPrice,
    Power,
    Spite,
    Uniform,
    WinnerPays,
    truncated,
)
from econ_theory.solvers import (
    AsymmetricAllPay,
    AsymmetricFirstPrice,
    SelfPlay,
    SymmetricAuction,
    TruthfulBidding,
)

SOLVER = SymmetricAuction()
ENTRIES = [entry for entry in catalog.auctions() if SOLVER.refuses(entry.game) is None]


UNSOLVED: set[str] = set()
"""Auctions of the catalog of independent private values that none of these solvers takes."""


def test_no_auction_of_the_catalog_is_refused():
    own = SOLVER, TruthfulBidding(), AsymmetricAllPay(), AsymmetricFirstPrice()
    refused = {
        entry.name
        for entry in catalog.auctions()
        if type(entry.game) is AuctionGame
        if all(solver.refuses(entry.game) for solver in own)
    }
    assert refused == UNSOLVED


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_closed_forms_are_recovered(entry):
    solution = solve(entry.game)
    assert solution.certificate.relative <= 1e-6
    known, found = entry.equilibrium.functions[0], solution.profile.functions[0]
    types = np.linspace(known.types[0], known.types[-1], 1001)[1:-1]
    distance = np.sqrt(np.mean((known(types) - found(types)) ** 2))
    assert distance <= 1e-5 * np.ptp(known.bids)


NORMAL = truncated(stats.norm(0.5, 0.15), 0, 1)


@pytest.mark.parametrize(
    "game",
    [
        AuctionGame("first_price", NORMAL, 4),
        AuctionGame("all_pay", stats.beta(2, 3), 4),
        AuctionGame("war_of_attrition", NORMAL, 3),
        AuctionGame(KthPrice(3), NORMAL, 4),
        AuctionGame(WinnerPays(0.3), stats.beta(2, 3), 3),
        AuctionGame(AllPay(prizes=(0.6, 0.4)), NORMAL, 4),
        AuctionGame("first_price", NORMAL, 4, utilities=Crra(0.5), reserve=0.3),
        AuctionGame("first_price", stats.beta(2, 3), 10, utilities=Cara(2.0)),
        AuctionGame("first_price", NORMAL, 3, procurement=True, reserve=0.6),
        AuctionGame("second_price", NORMAL, 2, utilities=Spite(0.4)),
        AuctionGame(KthPrice(3), NORMAL, 4, reserve=0.3),
        AuctionGame(KthPrice(4), truncated(stats.expon(), 0, 1.2), 6),
        AuctionGame(KthPrice(5), truncated(stats.expon(), 0, 1.2), 10),
        AuctionGame(KthPrice(6), Uniform(1, 2), 8),
        AuctionGame("all_pay", NORMAL, 3, utilities=Cara(2.0)),
        AuctionGame("all_pay", Uniform(), 2, utilities=Cara(1.0), reserve=0.2),
    ],
    ids=str,
)
def test_smooth_priors_are_solved(game):
    solution = solve(game)
    assert isinstance(solution, ContinuousSolution)
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative <= 1e-6


def test_the_fourth_price_of_a_power_prior():
    """With F = v^(1/2) and m = 2: q^2 Q = q^4, whose second derivative is 12 v."""
    found = solve(AuctionGame(KthPrice(4), Power(0.5), 4)).profile.functions[0]
    types = np.linspace(0.01, 1, 100)
    assert np.abs(found(types) - 6 * types).max() <= 1e-6


def test_risk_aversion_vanishes():
    small = AuctionGame("all_pay", NORMAL, 3, utilities=Cara(1e-3))
    near, neutral = (
        solve(game).profile.functions[0] for game in (small, AuctionGame("all_pay", NORMAL, 3))
    )
    types = np.linspace(0, 1, 101)
    assert np.abs(near(types) - neutral(types)).max() <= 1e-3


def test_revenue_equivalence():
    """First price, second price and all-pay are worth the same to bidders, for any prior."""
    rules = ("first_price", "second_price", "all_pay", WinnerPays(0.3), AllPay(0.5))
    worth = [
        solve(AuctionGame(rule, stats.beta(2, 3), 4)).certificate.utilities[0] for rule in rules
    ]
    assert np.ptp(worth) <= 1e-6


def test_refusals_say_what_to_do():
    unequal = AuctionGame("first_price", [Uniform(), Uniform(0, 2)])
    with pytest.raises(RefusedError, match="bidders differ, want two or more who are alike"):
        solve(unequal, SOLVER)
    with pytest.raises(RefusedError, match="no type is worth the reserve 2"):
        solve(AuctionGame("first_price", Uniform(), 2, reserve=2.0), SOLVER)
    with pytest.raises(RefusedError, match=r"bid number 7, want KthPrice\(6\) at most"):
        solve(AuctionGame(KthPrice(7), Uniform(), 8), SOLVER)
    with pytest.raises(RefusedError, match="the fourth or a lower price has a reserve"):
        solve(AuctionGame(KthPrice(4), Uniform(), 5, reserve=0.2), SOLVER)
    with pytest.raises(RefusedError, match="the payoff is custom"):
        solve(AuctionGame(CustomPayoff(lambda v, b, o: v, (0, 1), 1.0), Uniform(), 2), SOLVER)
    with pytest.raises(RefusedError, match="SelfPlay refuses: types are continuous"):
        solve(AuctionGame("first_price", Uniform(), 2), SelfPlay())


def test_what_is_out_of_reach_is_not_hidden():
    game = AuctionGame("all_pay", Uniform(), 5)
    with pytest.raises(NotConverged) as failure:
        solve(game, SymmetricAuction(knots=(8,)), tol=1e-6)
    assert failure.value.solution.certificate.relative > 1e-6
