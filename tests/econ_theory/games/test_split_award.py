"""Split awards: bounds against every pair of asks on a grid, the buyer's choice played out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from econ_theory import certify, solve
from econ_theory.errors import GameError, ProfileError, RefusedError, SettingError
from econ_theory.games import AuctionGame, Power, SplitAward, Uniform, truncated
from econ_theory.solvers import SplitAwards
from econ_theory.strategies.bids import BidFunction, BidProfile, BidSchedule

GAME = SplitAward(Uniform(1.0, 1.4), 0.3)


def constant(level, low=1.0, high=1.4):
    return BidFunction([low, high], [level, level])


def pooling(half, single=None):
    return BidProfile([BidSchedule([constant(single or 2 * half), constant(half)])] * 2)


def chances(game, s, p, rival_s, rival_p):
    """The buyer's choice: shares first, then the cheaper whole, a fair draw between equals."""
    shared = p + rival_p <= np.minimum(s, rival_s) + game.tie
    whole = np.where(s < rival_s, 1.0, np.where(s == rival_s, 0.5, 0.0))
    return np.where(shared, 0.0, whole).mean(axis=-1), shared.mean(axis=-1)


def random_asks(prior, rng, *, flat):
    types = np.concatenate(
        [[prior.low], np.sort(rng.uniform(prior.low, prior.high, 2)), [prior.high]]
    )
    single = np.sort(rng.uniform(prior.low, 2 * prior.high, 4))
    split = np.sort(rng.uniform(0.2 * prior.low, prior.high, 4))
    if flat in ("split", "both"):
        split[:] = split[1]
    if flat in ("single", "both"):
        single[1:] = single[1]
    if flat == "jump":
        types = np.insert(types, 2, types[2])
        single, split = np.insert(single, 2, single[1]), np.insert(split, 2, split[2])
    return BidSchedule([BidFunction(types, single), BidFunction(types, split)])


@settings(max_examples=8)
@given(
    seed=st.integers(0, 10_000),
    flat=st.sampled_from(["none", "split", "single", "both", "jump"]),
    share=st.sampled_from([0.2, 0.45, 0.7]),
)
def test_bound_holds_against_every_pair_on_a_grid(seed, flat, share):
    rng = np.random.default_rng(seed)
    priors = [Uniform(0.5, 1.0), Power(2.0)]
    game = SplitAward(priors, share)
    profile = BidProfile([random_asks(prior, rng, flat=flat) for prior in priors])
    certificate = certify(game, profile)
    assert certificate.kind == "bound"
    quantiles = (np.arange(4000) + 0.5) / 4000
    for i in (0, 1):
        rival, own, prior = profile.functions[1 - i], profile.functions[i], priors[i]
        costs = priors[1 - i].ppf(quantiles)
        rival_s, rival_p = rival.functions[0](costs), rival.functions[1](costs)
        near = np.concatenate(
            [rival_s[::400] - 1e-9, rival_s[[0, -1]] - 1e-9, np.linspace(0.4, 2, 25)]
        )
        gaps = rival_s - rival_p
        halves = np.concatenate([gaps[::400], np.linspace(gaps.min(), gaps.max(), 25)])
        s, p = (x.ravel() for x in np.meshgrid(np.append(near, 9.0), np.append(halves, 9.0)))
        sole, some = chances(game, s[:, None], p[:, None], rival_s, rival_p)
        types = np.linspace(prior.low, prior.high, 41)[:-1] + 1e-6
        at_s, at_p = own.functions[0](types), own.functions[1](types)
        own_sole, own_some = chances(game, at_s[:, None], at_p[:, None], rival_s, rival_p)
        played = (at_s - types) * own_sole + (at_p - share * types) * own_some
        values = (s - types[:, None]) * sole + (p - share * types[:, None]) * some
        gains = values.max(axis=1) - played
        rows = np.searchsorted(certificate.types[i][:, 0], types, side="right") - 1
        coarse = 4 / 4000 * 2
        assert (gains <= certificate.gains[i][rows] + coarse).all()
        most = certificate.gains[i].max()
        assert most <= 2 * certificate.estimates[i].max() + 1e-6
        # The grid finds most of it.
        assert gains.max() >= 0.8 * certificate.estimates[i][rows].max() - coarse


def test_a_mean_utility_is_what_the_buyers_choices_give():
    rng = np.random.default_rng(5)
    prior = Power(2.0)
    game = SplitAward(prior, 0.4)
    profile = BidProfile([random_asks(prior, rng, flat="none") for _ in range(2)])
    certificate = certify(game, profile)
    types = prior.ppf((np.arange(1500) + 0.5) / 1500)
    asks = [[f(types) for f in schedule.functions] for schedule in profile.functions]
    sole, some = chances(game, asks[0][0][:, None], asks[0][1][:, None], *asks[1])
    utility = ((asks[0][0] - types) * sole + (asks[0][1] - 0.4 * types) * some).mean()
    np.testing.assert_allclose(certificate.utilities[0], utility, atol=2e-3)


@pytest.mark.parametrize("half", [0.42, 0.5, 0.6])
def test_pooling_between_the_highest_cost_of_a_half_and_what_the_whole_is_worth(half):
    """Any half from C * highest to (1 - C) * lowest, with singles of its double."""
    certificate = certify(GAME, pooling(half))
    if half == 0.42:
        assert certificate.relative < 1e-10
        np.testing.assert_allclose(certificate.utilities, 0.06, atol=1e-9)
        # Five per cent more is another pooling equilibrium; five per cent less is a loss.
        assert certify(GAME, pooling(half).scaled(1.05)).relative < 1e-10
        assert certify(GAME, pooling(half).scaled(0.95)).relative > 0.01
    assert certificate.relative < 1e-10


def test_too_high_a_half_is_undercut_and_too_low_a_single_no_share():
    assert certify(GAME, pooling(0.75)).relative > 0.01
    assert certify(GAME, pooling(0.5, single=0.99)).relative > 0.01


def test_different_suppliers_are_judged_each_against_the_other():
    game = SplitAward([Uniform(1.0, 1.4), Uniform(1.0, 1.2)], 0.3)
    wide, narrow = constant(1.0), constant(1.0, 1.0, 1.2)
    halves = constant(0.5), constant(0.5, 1.0, 1.2)
    profile = BidProfile([BidSchedule([wide, halves[0]]), BidSchedule([narrow, halves[1]])])
    certificate = certify(game, profile)
    assert certificate.relative < 1e-10
    np.testing.assert_allclose(certificate.utilities, [0.14, 0.17], atol=1e-9)


@pytest.mark.parametrize(
    ("priors", "share", "message"),
    [
        ([Uniform()] * 3, 0.3, "priors has 3 entries, want one or two"),
        (Uniform(-1, 1), 0.3, "costs reach below 0"),
        (Uniform(), 1.5, "split_cost is 1.5, want"),
    ],
)
def test_bad_parts_are_refused(priors, share, message):
    with pytest.raises(GameError, match=message):
        SplitAward(priors, share)


def test_bad_profiles_are_refused():
    with pytest.raises(ProfileError, match="wrong slope"):
        certify(GAME, [[lambda t: 3 - t, lambda t: t]] * 2)
    short = BidFunction([1.1, 1.4], [1.2, 1.4])
    with pytest.raises(ProfileError, match="leaves types out"):
        certify(GAME, BidProfile([BidSchedule([short, short])] * 2))


SHARED = [
    SplitAward(Uniform(1.0, 1.4), 0.3),
    SplitAward(truncated(stats.norm(1.2, 0.1), 1.0, 1.4), 0.35),
    SplitAward([Uniform(1.0, 1.4), Uniform(1.1, 1.3)], 0.3),
]


@pytest.mark.parametrize("game", SHARED, ids=str)
@pytest.mark.parametrize("half", [None, 0.55])
def test_pooling_is_found(game, half):
    solution = solve(game, SplitAwards("share", half=half))
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative < 1e-5
    price = solution.profile.functions[0].functions[1].bids
    assert price[0] == price[-1]
    assert half is None or price[0] == half


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_winner_takes_all_is_found(share):
    prior = truncated(stats.norm(1.2, 0.2), 1.0, 1.4)
    solution = solve(SplitAward(prior, share), SplitAwards("winner_takes_all"))
    assert solution.certificate.relative < 1e-5
    singles = solution.profile.functions[0].functions[0]
    np.testing.assert_allclose(singles(1.4), 1.4, atol=1e-9)
    # First-price procurement, from its integral.
    costs = np.linspace(1.2, 1.4, 20_001)
    mean = np.trapezoid(1 - prior.cdf(costs), costs) / (1 - prior.cdf(1.2))
    np.testing.assert_allclose(singles(1.2), 1.2 + mean, atol=1e-6)


def test_the_default_shares_where_it_can():
    assert solve(GAME).solver == "SplitAwards"
    np.testing.assert_allclose(solve(GAME).certificate.utilities, 0.34, atol=1e-6)
    dear = SplitAward(Uniform(1.0, 1.4), 0.45)
    np.testing.assert_allclose(solve(dear).certificate.utilities, 1 / 15, atol=1e-6)


@pytest.mark.parametrize(
    ("game", "solver", "message"),
    [
        (SplitAward(Uniform(1.0, 1.4), 0.45), SplitAwards("share"), "no half is worth sharing at"),
        (GAME, SplitAwards("share", half=0.9), "half is 0.9, want it in"),
        (SHARED[2], SplitAwards("winner_takes_all"), "suppliers differ"),
        (AuctionGame("first_price", Uniform(), 2), SplitAwards(), "want SplitAward"),
    ],
)
def test_the_solver_says_what_it_does_not_solve(game, solver, message):
    with pytest.raises(RefusedError, match=message):
        solve(game, solver)


def test_bad_settings_are_refused():
    with pytest.raises(SettingError, match="outcome is 'pool'"):
        SplitAwards("pool")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="knots is 1"):
        SplitAwards(knots=1)
