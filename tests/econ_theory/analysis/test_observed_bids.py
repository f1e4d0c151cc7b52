"""Values from simulated bids of known values: consistency, bands, groups, procurement."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import certify, solve
from econ_theory.analysis import optimal_reserve, simulate, values_from_bids
from econ_theory.analysis.value_estimate import triweight
from econ_theory.errors import GameError, SettingError
from econ_theory.games import AuctionGame, Power, Uniform

GAME = AuctionGame("first_price", Uniform(), 3)
QUANTILES = np.array([0.3, 0.5, 0.7])


def bids_of(game, n, seed, strategies=None):
    profile = solve(game).profile if strategies is None else strategies
    return simulate(game, profile, n, rng=seed)


def uniform_draws(n, seed):
    return bids_of(GAME, n, seed, [lambda v: 2 * v / 3] * 3)


def test_the_formula_written_out():
    bids = uniform_draws(40, 0).bids
    estimate = values_from_bids(bids)
    flat = bids.ravel()
    width = 2.978 * 1.06 * flat.std(ddof=1) * flat.size**-0.2
    assert estimate.bandwidths[0][0] == pytest.approx(width)
    kernel = 35 / 32 * np.maximum(1 - ((flat[:, None] - flat) / width) ** 2, 0) ** 3
    density = kernel.mean(axis=1) / width
    below = (flat <= flat[:, None]).mean(axis=1)
    kept = (flat >= flat.min() + width) & (flat <= flat.max() - width)
    assert (estimate.kept.ravel() == kept).all()
    assert estimate.values.ravel()[kept] == pytest.approx((flat + below / density / 2)[kept])
    assert np.isinf(estimate.values.ravel()[~kept]).all()
    values = estimate.values.ravel()[kept]
    second = 2.978 * 1.06 * values.std(ddof=1) * values.size**-0.2
    assert estimate.bandwidths[0][1] == pytest.approx(second)
    at = np.array([0.3, 0.5])
    smooth = triweight((at[:, None] - values) / second).sum(axis=1) / second / flat.size
    assert estimate.density(at) == pytest.approx(smooth)


@pytest.mark.parametrize("boundary", ["trim", "kernel"])
@pytest.mark.parametrize("prior", [Uniform(), Power(2.0), Uniform(2, 5)])
def test_more_auctions_find_the_values(prior, boundary):
    game = AuctionGame("first_price", prior, 3)
    profile = solve(game).profile
    errors = []
    for n in (60, 1500):
        draws = bids_of(game, n, 4, profile)
        estimate = values_from_bids(draws.bids, boundary=boundary)
        off = np.abs(estimate.values - draws.types)[estimate.kept]
        errors.append(off.mean() / (prior.high - prior.low))
    assert errors[1] < errors[0] / 2
    assert errors[1] < 0.01
    inside = prior.ppf(QUANTILES[:2])
    assert estimate.cdf(inside) == pytest.approx(QUANTILES[:2], abs=0.02)


@pytest.mark.slow
def test_the_prior_solves_again():
    draws = uniform_draws(500, 2)
    estimate = values_from_bids(draws.bids, boundary="kernel")
    assert estimate.kept.mean() > 0.99
    again = AuctionGame("first_price", estimate.prior, 3)
    solution = solve(again)
    assert solution.certificate.relative < 1e-3
    v = np.array([0.2, 0.5, 0.8])
    assert solution.profile.functions[0](v) == pytest.approx(2 * v / 3, abs=0.03)
    price = optimal_reserve(estimate.prior)
    assert price * (1 - price) == pytest.approx(0.25, abs=0.01)
    # And what was bid is nearly an equilibrium of what was found.
    assert certify(again, [lambda v: np.maximum(2 * v / 3, 0)] * 3).relative < 0.02


@pytest.mark.slow
def test_groups_of_unequal_bidders():
    game = AuctionGame("first_price", [Uniform(), Uniform(0, 2), Uniform(0, 2)])
    draws = bids_of(game, 1500, 1)
    estimate = values_from_bids(draws.bids, groups=["weak", "strong", "strong"], boundary="kernel")
    off = np.abs(estimate.values - draws.types)
    inner = estimate.kept & (draws.bids < np.quantile(draws.bids, 0.9))
    assert off[inner].mean() < 0.03
    assert estimate.priors[1] is not estimate.priors[0]
    assert estimate.priors[1] is estimate.priors[2]
    assert estimate.cdf([0.5], "weak") == pytest.approx([0.5], abs=0.04)
    assert estimate.cdf([1.0], "strong") == pytest.approx([0.5], abs=0.04)
    assert "group strong: values" in str(estimate)
    alike = values_from_bids(draws.bids, boundary="kernel")
    assert np.abs(alike.values - draws.types)[inner].mean() > 1.5 * off[inner].mean()
    with pytest.raises(SettingError, match="there are 2 groups"):
        _ = estimate.prior
    with pytest.raises(SettingError, match="group is None, want one of"):
        estimate.cdf([0.5])


def test_names_of_groups_and_order_of_columns_do_not_matter():

    def weak(v):
        return v / (1 + np.sqrt(1 - 0.75 * v**2))

    def strong(v):
        return v / (1 + np.sqrt(1 + 0.75 * v**2))

    game = AuctionGame("first_price", [Uniform(), Uniform(0, 2)])
    bids = bids_of(game, 100, 1, [weak, strong]).bids
    one = values_from_bids(bids, groups=["a", "b"])
    other = values_from_bids(bids[:, ::-1], groups=["x", "y"])
    assert other.values[:, ::-1] == pytest.approx(one.values)
    same = values_from_bids(bids, groups=["a", "a"])
    assert same.values == pytest.approx(values_from_bids(bids).values)


def test_procurement_is_an_auction_turned_round():
    game = AuctionGame("first_price", Uniform(1, 2), 3, procurement=True)
    draws = bids_of(game, 800, 3)
    estimate = values_from_bids(draws.bids, procurement=True, boundary="kernel")
    assert np.abs(estimate.values - draws.types)[estimate.kept].mean() < 0.02
    assert estimate.cdf([1.25, 1.5, 1.75]) == pytest.approx([0.25, 0.5, 0.75], abs=0.04)
    assert estimate.density([1.5]) == pytest.approx([1.0], abs=0.15)
    mirrored = values_from_bids(-draws.bids, boundary="kernel")
    assert mirrored.values == pytest.approx(-estimate.values)
    band = estimate.band([1.25, 1.75], rng=0, resamples=50)
    assert (band.low <= band.estimate).all()
    assert (band.estimate <= band.high).all()


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 50.0), st.floats(-5.0, 5.0), st.sampled_from(["trim", "kernel"]))
def test_units_of_money_do_not_matter(scale, shift, boundary):
    bids = uniform_draws(50, 7).bids
    one = values_from_bids(bids, boundary=boundary)
    other = values_from_bids(shift + scale * bids, boundary=boundary)
    sure = one.kept & other.kept
    assert sure.sum() >= one.kept.sum() - 2
    assert other.values[sure] == pytest.approx(shift + scale * one.values[sure], abs=1e-6 * scale)


def test_bands_narrow_and_repeat():
    at = np.array([0.4, 0.6])
    few, many = (values_from_bids(uniform_draws(n, 5).bids) for n in (100, 1600))
    for what in ("cdf", "density"):
        wide = few.band(at, what, rng=1, resamples=60)
        thin = many.band(at, what, rng=1, resamples=60)
        assert np.mean(thin.high - thin.low) < 0.6 * np.mean(wide.high - wide.low)
        again = few.band(at, what, rng=1, resamples=60)
        assert (again.low == wide.low).all()
        narrow = few.band(at, what, rng=1, resamples=60, level=0.5)
        assert (narrow.high - narrow.low < wide.high - wide.low).all()


@pytest.mark.slow
def test_bands_hold_the_truth_as_often_as_they_say():
    covered = []
    for seed in range(60):
        estimate = values_from_bids(uniform_draws(100, seed).bids, boundary="kernel")
        for what, truth in (("cdf", QUANTILES), ("density", np.ones(3))):
            band = estimate.band(QUANTILES, what, rng=seed, resamples=80)
            covered.append((band.low <= truth) & (truth <= band.high))
    # 360 draws at 95 %, three at a time dependent: 0.88 would be far below.
    assert 0.88 < np.mean(covered) <= 0.99


def test_refusals_say_what_is_wanted():
    bids = uniform_draws(50, 0).bids
    for wrong, words in (
        (bids[0], "ten auctions or more"),
        (bids[:, :1], "two bidders or more"),
        (np.full((20, 2), 0.5), "all bids are 0.5, want bids that differ"),
        (np.where(bids < 0.1, np.nan, bids), "bids has nan at index"),
        (np.tile([[0.0, 1.0]], (12, 1)), "0 bids are left after trimming"),
    ):
        with pytest.raises(GameError, match=words):
            values_from_bids(wrong)
    with pytest.raises(GameError, match=r"reserve is 0\.2, want None"):
        values_from_bids(bids, reserve=0.2)
    with pytest.raises(GameError, match="groups has 2 labels, want one each of 3"):
        values_from_bids(bids, groups=["a", "b"])
    with pytest.raises(GameError, match='boundary is \'none\', want "trim" or "kernel"'):
        values_from_bids(bids, boundary="none")
    with pytest.raises(GameError, match="bandwidth is 0, want a positive multiple"):
        values_from_bids(bids, bandwidth=0)
    with pytest.raises(SettingError, match='what is \'pdf\', want "cdf" or "density"'):
        values_from_bids(bids).band([0.5], "pdf")
    with pytest.raises(SettingError, match=r"level is 1\.5"):
        values_from_bids(bids).band([0.5], level=1.5)
