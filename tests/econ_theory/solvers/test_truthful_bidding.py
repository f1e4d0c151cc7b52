"""Truthful bids: dominant in the second-price auction, whoever the bidders are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from econ_theory import solve
from econ_theory.errors import RefusedError
from econ_theory.games import AuctionGame, Cara, Crra, RiskNeutral, Spite, Uniform, truncated
from econ_theory.solvers import TruthfulBidding

PRIORS = [Uniform(), Uniform(0, 2), truncated(stats.norm(0.5, 0.2), 0, 1)]


@pytest.mark.parametrize(
    "game",
    [
        AuctionGame("second_price", PRIORS),
        AuctionGame("second_price", PRIORS, reserve=0.3),
        AuctionGame("second_price", PRIORS, utilities=[Crra(0.5), Cara(1.0), RiskNeutral()]),
        AuctionGame("second_price", PRIORS, procurement=True),
        AuctionGame("second_price", PRIORS, procurement=True, reserve=0.6),
    ],
    ids=str,
)
def test_truth_is_certified(game):
    solution = solve(game)
    assert solution.certificate.relative <= 1e-8
    assert solution.solver == "TruthfulBidding"
    f = solution.profile.functions[0]
    assert np.array_equal(f.types, f.bids)


@pytest.mark.parametrize(
    ("game", "words"),
    [
        (AuctionGame("first_price", PRIORS), "want the second price"),
        (
            AuctionGame("second_price", PRIORS[:2], utilities=Spite(0.5)),
            "look beyond their own surplus",
        ),
        (AuctionGame("second_price", PRIORS, reserve=1.0), "no type of player 1 is worth"),
    ],
)
def test_refusals_say_what_is_wanted(game, words):
    with pytest.raises(RefusedError, match=words):
        solve(game, TruthfulBidding())
