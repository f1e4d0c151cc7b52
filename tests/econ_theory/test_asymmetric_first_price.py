"""Unequal bidders in the first-price auction: closed forms recovered, classes certified."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from econ_theory import catalog, solve
from econ_theory.errors import RefusedError
from econ_theory.games import AuctionGame, Crra, Power, RiskNeutral, Uniform, truncated
from econ_theory.solvers import AsymmetricFirstPrice

ENTRIES = {entry.name: entry for entry in catalog.auctions()}
SOLVER = AsymmetricFirstPrice()


@pytest.mark.parametrize("name", ["first_price_unequal", "first_price_unequal_crra"])
def test_closed_forms_are_recovered(name):
    entry = ENTRIES[name]
    solution = solve(entry.game)
    assert solution.certificate.relative <= 1e-6
    for known, found in zip(entry.equilibrium.functions, solution.profile.functions, strict=True):
        types = np.linspace(0, known.types[-1], 1001)
        assert np.abs(known(types) - found(types)).max() <= 1e-5
    np.testing.assert_allclose(solution.certificate.utilities, entry.utilities, atol=1e-5)


NORMAL = truncated(stats.norm(0.5, 0.2), 0, 1)
EXPONENTIAL = truncated(stats.expon(), 0, 1.2)


@pytest.mark.parametrize(
    ("priors", "utilities"),
    [
        ([Uniform(), NORMAL], RiskNeutral()),
        ([Uniform(), Uniform(), EXPONENTIAL, NORMAL, NORMAL], RiskNeutral()),
        ([Power(1.0), Power(1.0), Power(3.0), Power(3.0)], RiskNeutral()),
        ([Uniform()] * 3, [RiskNeutral(), Crra(0.5), Crra(0.8)]),
    ],
)
def test_classes_are_certified(priors, utilities):
    solution = solve(AuctionGame("first_price", priors, utilities=utilities))
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative <= 1e-5


def test_stopping_short_is_said():
    game = AuctionGame("first_price", [Uniform()] * 2 + [Uniform(0, 1.1)] * 3)
    solution = solve(game)
    assert solution.certificate.relative > 1e-5
    assert "stops short of the highest bid" in solution.reason


@pytest.mark.parametrize(
    ("game", "words"),
    [
        (AuctionGame("all_pay", [Uniform(), Power(2.0)]), "want the first price without reserve"),
        (AuctionGame("first_price", [Uniform(), Uniform(0.1, 1)]), r"weakest types are \[0.0, 0.1"),
        (AuctionGame("first_price", [Uniform(), stats.beta(2, 3)]), "density vanishes"),
    ],
)
def test_refusals_say_what_is_wanted(game, words):
    with pytest.raises(RefusedError, match=words):
        solve(game)
