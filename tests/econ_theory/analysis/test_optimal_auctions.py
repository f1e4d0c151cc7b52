"""Ironed virtual values and reserves, against isotonic regression and against all reserves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import isotonic_regression

from econ_theory.analysis import optimal_reserve, optimal_revenue, revenue, virtual_value
from econ_theory.games import AuctionGame, Empirical, Mixture, Power, Uniform, truncated
from econ_theory.games.continuous.priors import as_prior

HUMPS = Mixture([Uniform(0, 1), Uniform(0.8, 3)], [3, 1])
IRREGULAR = {
    "sparse above": Empirical([0, 0.25, 0.5, 0.75, 1, 3]),
    "lognormal sample": Empirical(np.random.default_rng(1).lognormal(size=80)),
    "apart": Mixture([Uniform(0, 1), Uniform(2, 3)], [3, 1]),
    "humps": HUMPS,
    "bimodal": truncated(stats.beta(0.5, 0.5), 0.01, 0.99),
    "steep": Power(0.5),
}


def ironed_cells(prior, n_cells):
    """Isotonic regression of mean virtual values in cells of equal probability, highest first."""
    q = np.linspace(0, 1, n_cells + 1)
    means = np.diff(q * prior.ppf(1 - q)) / np.diff(q)
    return q, isotonic_regression(means, increasing=False).x


@pytest.mark.parametrize("name", IRREGULAR)
def test_ironing_is_isotonic_regression_over_ranks(name):
    prior = as_prior(IRREGULAR[name])
    q, cells = ironed_cells(prior, 20_000)
    middle = (q[1:] + q[:-1]) / 2
    inner = (middle > 0.01) & (middle < 0.99)
    seen = virtual_value(prior, ironed=True)(prior.ppf(1 - middle))
    span = prior.high - prior.low
    # At jumps of the virtual value a cell mixes both sides.
    assert np.quantile(np.abs(seen - cells)[inner], 0.98) < 2e-3 * span
    assert np.abs(seen - cells)[inner].mean() < 2e-3 * span


@pytest.mark.parametrize("name", IRREGULAR)
def test_ironed_values_rise(name):
    prior = as_prior(IRREGULAR[name])
    types = np.linspace(prior.low, prior.high, 30_001)[1:-1]
    worth = virtual_value(prior, ironed=True)(types)
    assert (np.diff(worth) >= -1e-9).all()


@pytest.mark.parametrize("name", IRREGULAR)
@pytest.mark.parametrize("n", [1, 3])
def test_optimal_revenue_is_the_mean_of_the_highest_ironed_value(name, n):
    prior = as_prior(IRREGULAR[name])
    q, cells = ironed_cells(prior, 50_000)
    chance = (1 - q[:-1]) ** n - (1 - q[1:]) ** n
    assert optimal_revenue(prior, n) == pytest.approx(
        np.maximum(cells, 0) @ chance, abs=2e-5 * prior.high
    )


@pytest.mark.parametrize("name", IRREGULAR)
def test_one_buyer_is_best_asked_the_reserve(name):
    prior = as_prior(IRREGULAR[name])
    price = optimal_reserve(prior)
    earned = price * (1 - prior.cdf(price))
    prices = np.linspace(prior.low, prior.high, 50_001)
    assert earned >= (prices * (1 - prior.cdf(prices))).max() - 1e-12
    assert optimal_revenue(prior, 1) == pytest.approx(earned, rel=2e-6)
    kept = optimal_reserve(prior, seller_value=0.3 * prior.high)
    spare = (prices - 0.3 * prior.high) * (1 - prior.cdf(prices))
    assert (kept - 0.3 * prior.high) * (1 - prior.cdf(kept)) >= spare.max() - 1e-12


def earned(prior, n, reserve):
    game = AuctionGame("second_price", prior, n, reserve=reserve)
    return revenue(game, [([reserve, prior.high], [reserve, prior.high])] * n)


@pytest.mark.parametrize("name", ["lognormal sample", "humps", "bimodal"])
@pytest.mark.parametrize("n", [2, 4])
def test_no_other_reserve_earns_more_and_ironing_does(name, n):
    prior = as_prior(IRREGULAR[name])
    best = earned(prior, n, optimal_reserve(prior, n))
    for reserve in np.linspace(prior.low, prior.high, 60)[1:-1]:
        assert earned(prior, n, reserve) <= best + 1e-9
    assert best <= optimal_revenue(prior, n) + 1e-8


def test_the_best_reserve_of_an_auction_may_depend_on_how_many_bid():
    # One buyer had better be asked what the poor may pay; of many, one is probably rich.
    prior = Mixture([Uniform(0, 1), Uniform(1.7, 2)], [83, 17])
    one, many = optimal_reserve(prior, 1), optimal_reserve(prior, 8)
    assert one == pytest.approx(1 / (2 * 0.83), abs=1e-9)
    assert many == pytest.approx(1.7, abs=1e-6)
    assert optimal_reserve(prior) == one
    assert earned(prior, 8, many) > earned(prior, 8, one) + 1e-3
    assert one * (1 - prior.cdf(one)) > many * 0.17 + 1e-3


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.floats(0.0, 10.0), min_size=3, max_size=12, unique=True).filter(
        lambda data: min(np.diff(np.sort(data))) > 1e-3
    )
)
def test_any_sample_has_a_reserve(data):
    prior = Empirical(data)
    price = optimal_reserve(prior)
    prices = np.linspace(prior.low, prior.high, 5001)
    best = (prices * (1 - prior.cdf(prices))).max()
    assert price * (1 - prior.cdf(price)) >= best - 1e-9
    assert optimal_revenue(prior, 1) == pytest.approx(
        price * (1 - float(prior.cdf(price))), rel=1e-4
    )
