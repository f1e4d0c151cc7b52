"""Distributions made of data and of other distributions: consistent, and soundly bounded."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from econ_theory import certify, solve
from econ_theory.errors import GameError
from econ_theory.games import AuctionGame, Empirical, Mixture, Power, Uniform, truncated
from econ_theory.strategies.bids import BidFunction, BidProfile

SAMPLE = Empirical(np.random.default_rng(0).beta(2, 3, size=40))
HUMPS = Mixture([truncated(stats.norm(0.3, 0.1), 0, 1), truncated(stats.norm(0.8, 0.1), 0.2, 1)])
STEPS = Mixture([Uniform(0, 1), Power(2.0, 0.7), Uniform(0.4, 1.5)], [1, 2, 3])


@pytest.mark.parametrize("prior", [SAMPLE, HUMPS, STEPS], ids=["sample", "humps", "steps"])
def test_functions_agree(prior):
    q = np.linspace(0, 1, 501)
    np.testing.assert_allclose(prior.cdf(prior.ppf(q)), q, atol=1e-12)
    assert prior.cdf(prior.low) == 0
    assert prior.cdf(prior.high) == 1
    edges = np.unique([prior.low, *prior.turns, prior.high])
    for left, right in pairwise(edges):
        inner = np.linspace(left, right, 42)[1:-1]
        if right - left > 1e-6:
            rise = np.diff(prior.pdf(inner))
            assert (rise >= -1e-9).all() or (rise <= 1e-9).all()
            mass = (right - left) * prior.pdf(np.linspace(left, right, 20_002)[1:-1]).mean()
            assert mass == pytest.approx(float(prior.cdf(right) - prior.cdf(left)), abs=1e-5)


@pytest.mark.parametrize("prior", [SAMPLE, HUMPS, STEPS], ids=["sample", "humps", "steps"])
@pytest.mark.parametrize("curve", [0.6, 1.0, 1.4])
def test_bounds_hold_off_equilibrium(prior, curve):
    span = prior.high - prior.low
    share = np.linspace(0, 1, 30)
    f = BidFunction(prior.low + span * share, prior.low + 0.6 * span * share**curve)
    game = AuctionGame("first_price", prior, 3)
    certificate = certify(game, BidProfile([f] * 3))
    types = np.linspace(prior.low, prior.high, 301)
    bids = np.linspace(prior.low, prior.low + 0.6 * span, 2001)
    win = f.distribution(prior, bids) ** 2
    own = (types - f(types)) * f.distribution(prior, f(types)) ** 2
    gain = ((types[:, None] - bids) * win).max(axis=1) - own
    cell = np.searchsorted(certificate.types[0][:, 1], types)
    assert (gain <= certificate.gains[0][np.minimum(cell, len(certificate.gains[0]) - 1)]).all()
    assert certificate.epsilon <= 1.1 * gain.max() + 1e-6


@pytest.mark.parametrize("prior", [SAMPLE, HUMPS, STEPS], ids=["sample", "humps", "steps"])
@pytest.mark.parametrize("rule", ["first_price", "all_pay"])
def test_auctions_are_solved(prior, rule):
    assert solve(AuctionGame(rule, prior, 3)).certificate.relative <= 1e-6


def test_unequal_mixtures_are_solved():
    assert solve(AuctionGame("first_price", [HUMPS, Uniform()])).certificate.relative <= 1e-6


def test_ties_count_as_often_as_they_occur():
    assert Empirical([0, 1, 1, 2]).cdf(1.0) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Empirical([1.0, 1.0]), "data has 1 distinct numbers, want two or more"),
        (lambda: Mixture([Uniform()], [0.0]), "want one positive number for each prior"),
        (lambda: Mixture([Uniform()], [1.0, 2.0]), "want one positive number for each prior"),
        (lambda: Mixture([stats.norm()]), "want a bounded interval"),
    ],
)
def test_bad_input_is_named(make, words):
    with pytest.raises(GameError, match=words):
        make()
