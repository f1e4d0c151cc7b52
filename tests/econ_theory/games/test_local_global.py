"""Local-local-global auctions: payoffs against draws, bounds against grids, and known numbers."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from econ_theory import certify
from econ_theory.certificates.continuous.local_global.package_bids import (
    global_payoff,
    local_payoff,
    sum_of,
)
from econ_theory.certificates.continuous.local_global.steps import Steps, bids_below
from econ_theory.errors import GameError, ProfileError, RefusedError
from econ_theory.games import LocalGlobalAuction, Power, Uniform, truncated
from econ_theory.games.continuous.local_global_auction import CoreRule
from econ_theory.strategies.bids import BidFunction, BidProfile

RULES = get_args(CoreRule)
LOCALS = [Uniform(), Uniform(0.3, 1.2), Power(2.0), truncated(stats.norm(0.4, 0.3), 0, 1)]
GLOBALS = [Uniform(0, 2), Uniform(0.5, 1.5), Power(0.7, 2.0), truncated(stats.norm(1, 0.4), 0, 2)]
TRUTH = BidFunction([0, 2], [0, 2])


def random_bids(prior, rng, *, rough: bool) -> BidFunction:
    """A random rising function between zero and one and a half times the value."""
    types = np.linspace(prior.low, prior.high, 5)
    types[1:-1] += rng.uniform(-0.1, 0.1, 3) * (prior.high - prior.low)
    bids = np.sort(rng.uniform(0, 1.2, 5)) * types
    bids = np.maximum.accumulate(bids)
    if rough:
        bids[1] = bids[0] = 0.0
        types = np.insert(types, 3, types[3])
        bids = np.insert(bids, 3, (bids[2] + bids[3]) / 2)
    return BidFunction(types, bids)


def random_case(rule, seed, *, rough=False, correlation=None, n_globals=4):
    rng = np.random.default_rng(seed)
    gamma = rng.choice([0.0, 0.4, 1.0]) if correlation is None else correlation
    pick = rng.integers(4, size=3) % [4, 4, n_globals]
    first = LOCALS[pick[0]]
    second = first if gamma else LOCALS[pick[1]]
    game = LocalGlobalAuction(rule, (first, second), GLOBALS[pick[2]], correlation=gamma)
    bids = [random_bids(prior, rng, rough=rough) for prior in game.priors]
    return game, BidProfile(bids)


def drawn_payoffs(game, profile, i, v, b, n=30_000, seed=0):
    """Mean ex-post payoffs of type `v` of player `i` at bids `b`, and standard errors."""
    rng = np.random.default_rng(seed)
    types = np.stack([prior.ppf(rng.random(n)) for prior in game.priors])
    equal = rng.random(n) < game.correlation
    if i == 2:
        types[1] = np.where(equal, types[0], types[1])
    else:
        types[1 - i] = np.where(equal, v, types[1 - i])
    types[i] = v
    bids = np.stack([f(t) for f, t in zip(profile.functions, types, strict=True)])
    means, errors = [], []
    for bid in b:
        bids[i] = bid
        payoffs = game.payoffs(types, bids)[i]
        means.append(payoffs.mean())
        errors.append(payoffs.std() / np.sqrt(n))
    return np.array(means), np.array(errors)


@pytest.mark.parametrize("rule", RULES)
def test_expected_payoffs_are_means_of_draws(rule):
    for seed in range(3):
        game, profile = random_case(rule, seed, correlation=(0.0, 0.4, 1.0)[seed], n_globals=2)
        for i in range(3):
            payoff = local_payoff(game, profile, i) if i < 2 else global_payoff(game, profile)
            prior = game.priors[i]
            v = prior.low + 0.7 * (prior.high - prior.low)
            b = np.array([0.0, 0.17, 0.43, 1.2])
            r = profile.functions[1 - i](v) if i < 2 and payoff.rival else 0.0
            found = payoff(np.full(4, v), b, np.full(4, r))
            means, errors = drawn_payoffs(game, profile, i, v, b)
            np.testing.assert_array_less(np.abs(found - means), 5 * errors + 1e-6)


def grid_gains(payoff, own, rival, prior, n_types=41, n_bids=401):
    """The best deviation on a grid for types on a grid, of a stated payoff."""
    inside = np.linspace(prior.low, prior.high, n_types)
    extra = np.concatenate([f.types for f in (own, rival) if f is not None])
    v = np.unique(np.concatenate([inside, extra + 1e-7, extra - 1e-7]))
    v = v[(v > prior.low) & (v < prior.high)]
    r = rival(v) if rival is not None else np.zeros_like(v)
    bids = np.linspace(0, payoff.top, n_bids)
    table = payoff(v[:, None], bids[None, :], np.broadcast_to(r[:, None], (len(v), n_bids)))
    return v, table.max(axis=1) - payoff(v, own(v), r)


def check_bound(game, profile):
    certificate = certify(game, profile)
    assert certificate.kind == "bound"
    for i in range(3):
        payoff = local_payoff(game, profile, i) if i < 2 else global_payoff(game, profile)
        own, prior = profile.functions[i], game.priors[i]
        v, gains = grid_gains(payoff, own, payoff.rival, prior)
        cell = np.searchsorted(certificate.types[i][:, 0], v, side="right") - 1
        bounds = certificate.gains[i]
        assert (gains <= bounds[cell] + 1e-6).all()
        assert bounds.max() <= 2 * max(gains.max(), certificate.estimates[i].max()) + 1e-6
        # The best deviation may lie between two points of the grid, not far above them.
        assert certificate.estimates[i].max() <= 1.3 * gains.max() + 1e-3


@settings(max_examples=8)
@given(rule=st.sampled_from(RULES), seed=st.integers(0, 10_000), rough=st.booleans())
def test_bound_holds_for_all_types_and_is_not_silly(rule, seed, rough):
    check_bound(*random_case(rule, seed, rough=rough, n_globals=2))


@pytest.mark.slow
@settings(max_examples=14)
@given(rule=st.sampled_from(RULES), seed=st.integers(0, 10_000), rough=st.booleans())
def test_bound_holds_whatever_the_global_prior(rule, seed, rough):
    check_bound(*random_case(rule, seed, rough=rough))


@pytest.mark.parametrize("rule", RULES)
def test_core_payments_share_what_the_loser_bids(rule):
    game = LocalGlobalAuction(rule)
    rng = np.random.default_rng(1)
    bids = rng.random((3, 2000)) * np.array([[1], [1.5], [2]])
    first, second, both = game.payments(bids)
    win = bids[0] + bids[1] > bids[2]
    assert not first[~win].any()
    assert not both[win].any()
    assert (first <= bids[0] + 1e-15).all()
    assert (second <= bids[1] + 1e-15).all()
    total = first + second
    if rule == "vcg":
        assert (total <= bids[2] + 1e-15).all()
    elif rule == "first_price":
        np.testing.assert_allclose(total[win], (bids[0] + bids[1])[win])
    else:
        np.testing.assert_allclose(total[win], bids[2][win], atol=1e-15)
        least = np.maximum(bids[2] - bids[1], 0)[win]
        assert (first[win] >= least - 1e-15).all()
        # Nearest to the reference point: no share of the core line is nearer.
        point = {
            "nearest_zero": np.zeros((2, win.sum())),
            "nearest_bid": bids[:2, win],
            "nearest_vcg": LocalGlobalAuction("vcg").payments(bids)[:2, win],
        }[rule]
        best = np.hypot(first[win] - point[0], second[win] - point[1])
        for other in np.linspace(0, 1, 21):
            own = least + other * (np.minimum(bids[0], bids[2])[win] - least)
            assert (np.hypot(own - point[0], bids[2][win] - own - point[1]) >= best - 1e-12).all()


def test_values_certify_under_vcg_whatever_the_priors():
    truth = [lambda v: v] * 3
    for prior in GLOBALS[:2]:
        game = LocalGlobalAuction("vcg", (Uniform(), Power(2.0)), prior)
        assert certify(game, truth).relative < 1e-8
        game = LocalGlobalAuction("vcg", correlation=0.3)
        assert certify(game, truth).relative < 1e-9


def test_global_bidder_is_judged_too():
    shade = BidFunction([0, 1], [0, 0.8])
    game = LocalGlobalAuction("nearest_vcg")
    exact = certify(game, BidProfile([shade, shade, TRUTH]))
    assert exact.gains[2].max() == 0
    off = certify(game, BidProfile([shade, shade, TRUTH.scaled(0.9)]))
    assert off.gains[2].max() > 1e-3
    # Gains of the best deviation, the value: the integral of H less H at the bid.
    total = bids_below(shade, Uniform())
    x = np.linspace(0, 1.6, 200_001)
    below = np.where(x <= 0.8, x**2 / 1.28, 1 - (1.6 - x) ** 2 / 1.28)
    area = np.concatenate([[0.0], np.cumsum((below[1:] + below[:-1]) / 2 * np.diff(x))])
    v = np.linspace(0, 1.6, 401)
    bid = 0.9 * v
    gain = np.interp(v, x, area) - np.interp(bid, x, area) - (v - bid) * np.interp(bid, x, below)
    assert gain.max() <= off.gains[2].max() <= 1.3 * gain.max() + 1e-6
    assert total.error == 0


def test_atoms_and_ties_do_not_blow_up_the_bound():
    flat = BidFunction([0, 0.5, 0.5, 1], [0, 0, 0.3, 0.8])
    both = BidFunction([0, 0.4, 2], [0, 0, 1.6])
    game = LocalGlobalAuction("nearest_bid", correlation=0.5)
    certificate = certify(game, BidProfile([flat, flat, both]))
    assert certificate.epsilon <= 1.3 * certificate.estimate + 1e-6


@pytest.mark.parametrize("noise", [1e-2, 1e-3])
def test_bound_is_tight_near_an_equilibrium_too(noise):
    """Bids cross the rival's at the same value, where the price to be paid has a kink."""
    rng = np.random.default_rng(5)
    locals_ = []
    for _ in range(2):
        v = np.unique(np.concatenate([[0, 1], rng.random(40)]))
        bids = np.maximum(0, 1 + 2 * np.log(0.5 + v / 2)) + noise * rng.standard_normal(len(v))
        locals_.append(BidFunction(v, np.maximum.accumulate(np.maximum(bids, 0))))
    certificate = certify(
        LocalGlobalAuction("nearest_zero", correlation=0.5), BidProfile([*locals_, TRUTH])
    )
    assert certificate.estimate <= certificate.epsilon <= 1.3 * certificate.estimate + 1e-9


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), low=st.floats(0, 1), width=st.floats(1e-3, 1))
def test_steps_enclose(seed, low, width):
    rng = np.random.default_rng(seed)
    x = np.sort(rng.random(6)) * 2
    values = np.sort(rng.random(12))
    f = Steps(x, values[::2], values[1::2] if seed % 2 else values[::2])
    high = low + width
    at = np.linspace(low, high, 401)[1:-1]
    ends = f.inside(np.array([low, high]), np.array([low, low]), np.array([high, high]))
    line = ends[0] + (at - low) / width * (ends[1] - ends[0])
    assert np.abs(f(at) - line).max() <= f.bend(np.array([low]), np.array([high]))[0] + 1e-12
    total = f.integral(np.array([high])) - f.integral(np.array([low]))
    assert abs(total[0] - f(at).mean() * width) < 0.02 * width + 1e-3
    mirror = f.mirrored()
    np.testing.assert_allclose(mirror(-at), f(at), atol=1e-12)


@pytest.mark.parametrize("negated", [False, True])
def test_sums_of_bids_against_draws(negated):
    rng = np.random.default_rng(3)
    g = bids_below(random_bids(Uniform(), rng, rough=True), Uniform())
    f = random_bids(Uniform(), rng, rough=True)
    r = bids_below(f, Uniform())
    x = np.linspace(-0.5, 1.5, 301)
    found = sum_of(g, r, x, negated=negated)
    drawn = f((np.arange(40_000) + 0.5) / 40_000)
    for k in (40, 77, 120, 200, 260):
        mean = g(x[k] - drawn if negated else x[k] + drawn).mean()
        assert abs(mean - (found.below[k] + found.upto[k]) / 2) < 2e-4
        # Between knots, within what is said of it.
        middle = (x[k] + x[k + 1]) / 2
        mean = g(middle - drawn if negated else middle + drawn).mean()
        assert abs(mean - found(np.array([middle]))[0]) <= found.off[k] + 2e-4


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.3])
@pytest.mark.parametrize("rule", ["vcg", "nearest_vcg", "first_price"])
def test_who_ties_at_the_highest_types_only_never_wins(rule, correlation):
    game = LocalGlobalAuction(rule, Power(2.0), correlation=correlation)
    rises = ([0, 0.5, 1], [0, 0.3874, 0.3885]), ([0, 0.4, 1], [0, 0.25, 0.261])
    certificate = certify(game, [*rises, ([0, 2], [0.6495, 0.6495])])
    assert certificate.utilities[:2] == pytest.approx((0.0, 0.0), abs=1e-15)
    # A little less asked by the global bidder, and the same locals win sometimes.
    assert min(certify(game, [*rises, ([0, 2], [0.64, 0.64])]).utilities[:2]) > 1e-3


def test_what_is_wrong_is_said():
    with pytest.raises(GameError, match="rule is 'core', want one of vcg, nearest_vcg"):
        LocalGlobalAuction("core")
    with pytest.raises(GameError, match=r"correlation is 1.5, want a probability"):
        LocalGlobalAuction(correlation=1.5)
    with pytest.raises(GameError, match="the locals' priors differ"):
        LocalGlobalAuction(local=(Uniform(), Power(2.0)), correlation=0.5)
    with pytest.raises(GameError, match="values go down to -1, want none below 0"):
        LocalGlobalAuction(global_=Uniform(-1, 2))
    with pytest.raises(GameError, match="local has 3 priors"):
        LocalGlobalAuction(local=[Uniform()] * 3)
    game = LocalGlobalAuction()
    with pytest.raises(ProfileError, match="profile has 2 bid functions, want 3"):
        certify(game, [lambda v: v] * 2)
    with pytest.raises(RefusedError, match=r"some bid is -0.1, want bids >= 0"):
        certify(game, [lambda v: v - 0.1, lambda v: v, lambda v: v])
