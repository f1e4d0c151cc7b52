"""Two unequal bidders who all pay: closed form recovered, any priors certified."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from econ_theory import catalog, certify, solve
from econ_theory.errors import RefusedError
from econ_theory.games import AllPay, AuctionGame, Cara, Power, Uniform, truncated
from econ_theory.solvers import AsymmetricAllPay, SymmetricAuction

NORMAL = truncated(stats.norm(0.5, 0.2), 0, 1)


def test_the_closed_form_is_recovered():
    entry = next(e for e in catalog.auctions() if e.name == "all_pay_unequal")
    solution = solve(entry.game)
    assert solution.certificate.relative <= 1e-7
    assert solution.solver == "AsymmetricAllPay"
    for known, found in zip(entry.equilibrium.functions, solution.profile.functions, strict=True):
        types = np.linspace(0, known.types[-1], 1001)
        assert np.abs(known(types) - found(types)).max() <= 1e-6
    np.testing.assert_allclose(solution.certificate.utilities, entry.utilities, atol=1e-7)


@pytest.mark.parametrize(
    ("rule", "priors"),
    [
        ("all_pay", [NORMAL, Uniform(0, 2)]),
        ("all_pay", [Uniform(0.4, 1), Uniform(0.5, 2)]),
        ("all_pay", [Uniform(0, 1), Uniform(2, 3)]),
        (AllPay(0.5), [NORMAL, stats.beta(2, 3)]),
        (AllPay(0.95), [NORMAL, Uniform(0, 2)]),
    ],
)
def test_smooth_priors_are_solved(rule, priors):
    game = AuctionGame(rule, priors)
    certificate = solve(game).certificate
    assert certificate.kind == "bound"
    assert certificate.relative <= 1e-6


def test_the_weaker_bidder_stays_at_zero_with_positive_probability():
    game = AuctionGame("all_pay", [Power(3.0), Uniform(0, 2)])
    solution = solve(game)
    assert solution.certificate.relative <= 1e-6
    # m_1(0) = 3 / 2 = log(2 / v) / 2 at the threshold of the second bidder.
    second = solution.profile.functions[1]
    threshold = second.types[np.flatnonzero(second.bids == 0)[-1]]
    assert threshold == pytest.approx(2 * np.exp(-3), rel=1e-6)


def test_alike_bidders_bid_as_the_symmetric_solver_says():
    game = AuctionGame(AllPay(0.3), NORMAL, 2)
    solver = AsymmetricAllPay()
    *_, profile = solver.propose(game, None, np.random.default_rng(0))
    assert certify(game, profile).relative <= 1e-6
    types = np.linspace(0, 1, 101)
    known = solve(game, SymmetricAuction()).profile.functions[0]
    assert np.abs(profile.functions[0](types) - known(types)).max() <= 1e-6


@pytest.mark.parametrize(
    ("game", "words"),
    [
        (AuctionGame("first_price", [Uniform(), Power(2.0)]), "want AllPay with one prize"),
        (AuctionGame("war_of_attrition", [Uniform(), Power(2.0)]), "want returned < 1"),
        (AuctionGame("all_pay", [Uniform(), Power(2.0), Power(3.0)]), "there are 3 bidders"),
        (AuctionGame("all_pay", [Uniform(), Power(2.0)], utilities=Cara(1.0)), "risk averse"),
        (AuctionGame("all_pay", [Uniform(), Uniform(-1, 1)]), "some values are negative"),
    ],
)
def test_refusals_say_what_is_wanted(game, words):
    with pytest.raises(RefusedError, match=words):
        solve(game, AsymmetricAllPay())
