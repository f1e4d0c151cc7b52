"""Locals' equilibrium bids: solved, certified, compared with closed forms, moved by correlation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from econ_theory import catalog, certify, solve
from econ_theory.analysis import revenue
from econ_theory.errors import SettingError
from econ_theory.games import AuctionGame, LocalGlobalAuction, Uniform, truncated
from econ_theory.solvers import CoreBidding

ENTRIES = [entry for entry in catalog.auctions() if isinstance(entry.game, LocalGlobalAuction)]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_closed_forms_are_found(entry):
    solution = solve(entry.game, CoreBidding(knots=(64,)))
    assert solution.certificate.relative < 2e-9
    v = np.linspace(0, 1, 1001)
    for ours, true in zip(solution.profile.functions, entry.equilibrium.functions, strict=True):
        assert np.abs(ours(v) - true(v)).max() < 2e-4
    np.testing.assert_allclose(solution.certificate.utilities, entry.utilities, atol=2e-5)


def test_more_knots_are_better():
    game = LocalGlobalAuction("nearest_zero")
    found = CoreBidding(knots=(16, 64, 256)).propose(game, None, np.random.default_rng(0))
    estimates = [certify(game, profile).estimate for profile in filter(None, found)]
    # Squared errors of a piecewise-linear function: N ** -4.
    assert estimates[1] < estimates[0] / 100
    assert estimates[2] < estimates[1] / 100


@pytest.mark.parametrize("rule", ["nearest_vcg", "nearest_bid"])
def test_unequal_locals(rule):
    game = LocalGlobalAuction(rule, (Uniform(), Uniform(0, 1.5)))
    solution = solve(game)
    assert solution.certificate.relative < 1e-6
    weak, strong, both = solution.profile.functions
    assert abs(weak(0.9) - strong(0.9)) > 1e-3
    np.testing.assert_array_equal(both.bids, both.types)


def test_other_priors_and_correlation():
    values = truncated(stats.norm(0.5, 0.3), 0, 1)
    game = LocalGlobalAuction("nearest_vcg", values, Uniform(0, 1.8), correlation=0.5)
    assert solve(game, CoreBidding(knots=(64,))).certificate.relative < 1e-6


def test_correlation_moves_bids_and_revenue():
    """Ausubel and Baranov 2020: more correlation, less free riding under the proxy rule."""
    earned, bids = {}, {}
    for rule in ("nearest_zero", "nearest_vcg", "nearest_bid"):
        for gamma in (0.0, 0.5, 0.9):
            game = LocalGlobalAuction(rule, correlation=gamma)
            solution = solve(game, CoreBidding(knots=(64,)))
            assert solution.certificate.relative < 1e-8
            earned[rule, gamma] = revenue(game, solution.profile)
            bids[rule, gamma] = float(solution.profile.functions[0](0.4))
    assert earned["nearest_zero", 0.0] < earned["nearest_zero", 0.5] < earned["nearest_zero", 0.9]
    assert bids["nearest_zero", 0.0] < bids["nearest_zero", 0.5] < bids["nearest_zero", 0.9]
    assert earned["nearest_bid", 0.0] > earned["nearest_bid", 0.5] > earned["nearest_bid", 0.9]
    # All below the VCG revenue of truthful bids at independent values, 7 / 12.
    vcg = LocalGlobalAuction("vcg")
    assert revenue(vcg, [lambda v: v] * 3) == pytest.approx(7 / 12, abs=1e-6)
    assert earned["nearest_vcg", 0.0] < 7 / 12


def test_revenue_is_the_mean_of_payments():
    game = LocalGlobalAuction("nearest_bid", Uniform(), Uniform(0, 1.5), correlation=0.4)
    bids = [([0, 1], [0, 0.7])] * 2 + [([0, 1.5], [0, 1.4])]
    rng = np.random.default_rng(0)
    types = rng.random((3, 400_000)) * [[1], [1], [1.5]]
    types[1] = np.where(rng.random(400_000) < 0.4, types[0], types[1])
    paid = game.payments(types * np.array([[0.7], [0.7], [1.4 / 1.5]])).sum(axis=0)
    assert revenue(game, bids) == pytest.approx(paid.mean(), abs=5 * paid.std() / 400_000**0.5)


def test_first_price_and_other_games_are_refused():
    solver = CoreBidding()
    words = solver.refuses(LocalGlobalAuction("first_price"))
    assert "the global bidder shades its bid, want a core rule" in words
    assert "want LocalGlobalAuction" in solver.refuses(AuctionGame("first_price", Uniform(), 2))
    with pytest.raises(SettingError, match="tol is 0"):
        CoreBidding(tol=0)
