"""Outcomes of markets, contests and public goods against sums written out."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import solve
from econ_theory.analysis import cournot_outcome, expected_total
from econ_theory.errors import RefusedError
from econ_theory.games import AggregativeGame, Contest, Cournot, Known, Power, PublicGood, Uniform


def test_an_unequal_market_is_worth_what_draws_say():
    game = AggregativeGame(Cournot(2.0, 0.5), [Uniform(0, 0.4), Power(2.0, 0.5), Known(0.3)])
    solution = solve(game)
    assert solution.certificate.relative <= 1e-9
    outcome = cournot_outcome(game, solution.profile)
    rng, n = np.random.default_rng(0), 400_000
    types = np.array([prior.ppf(rng.random(n)) for prior in game.priors])
    actions = np.array([f(t) for f, t in zip(solution.profile.functions, types, strict=True)])
    total = actions.sum(axis=0)
    assert outcome.quantity == pytest.approx(total.mean(), abs=5 * total.std() / n**0.5)
    assert outcome.price == pytest.approx(2 - 0.5 * outcome.quantity)
    assert outcome.consumer_surplus == pytest.approx((total**2).mean() / 4, rel=2e-3)
    for i, profit in enumerate(outcome.profits):
        assert profit == pytest.approx(game.ex_post(i, types, actions).mean(), rel=5e-3)
    assert outcome.welfare == outcome.consumer_surplus + sum(outcome.profits)


def test_entry_lowers_prices_and_profits_and_raises_welfare():
    outcomes = []
    for n in (1, 2, 3, 5):
        game = AggregativeGame(Cournot(), Uniform(0, 0.05), n)
        solution = solve(game)
        assert solution.certificate.relative <= 1e-15
        outcomes.append(cournot_outcome(game, solution.profile))
    assert (np.diff([outcome.price for outcome in outcomes]) < 0).all()
    assert (np.diff([sum(outcome.profits) for outcome in outcomes]) < 0).all()
    assert (np.diff([outcome.welfare for outcome in outcomes]) > 0).all()


def test_private_values_dissipate_less_rent():
    """Two of equal known value 1/2 spend half of it; of private values U[0, 1], less."""
    game = AggregativeGame(Contest(), Uniform(), 2)
    solution = solve(game)
    assert solution.certificate.relative <= 1e-8
    spent = expected_total(game, solution.profile)
    assert 0.15 < spent < 0.25
    # What the two get is what the prize is worth to whom it goes, less what they spend.
    assert sum(solution.certificate.utilities) + spent <= 2 / 3


def test_groups_give_less_than_they_should():
    game = AggregativeGame(PublicGood(0.25, 1.0), Uniform(1, 2), 3)
    solution = solve(game)
    assert solution.certificate.relative <= 1e-12
    given = expected_total(game, solution.profile)
    # g = v - (g + y) / 4 on average; together they would want g = 3 v - 3 (g + y) / 4.
    assert given == pytest.approx(3 * 1.5 / (1 + 3 / 4))
    assert given < 9 * 1.5 / (1 + 9 / 4)


def test_only_markets_have_a_price():
    with pytest.raises(RefusedError, match="the payoff is Tullock contest, want Cournot"):
        cournot_outcome(AggregativeGame(Contest(), Known(1.0), 2), [([1.0], [0.25])] * 2)
