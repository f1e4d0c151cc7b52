"""Unequal bidders in the first-price auction: closed forms recovered, classes certified."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from econ_theory import catalog, certify, solve
from econ_theory.errors import RefusedError
from econ_theory.games import (
    AuctionGame,
    Cara,
    Crra,
    Power,
    ReturnOnInvestment,
    RiskNeutral,
    Uniform,
    WinnerPays,
    truncated,
)
from econ_theory.solvers import AsymmetricFirstPrice

ENTRIES = {entry.name: entry for entry in catalog.auctions()}
SOLVER = AsymmetricFirstPrice(knots=(1500,))
NORMAL = truncated(stats.norm(0.5, 0.2), 0, 1)
EXPONENTIAL = truncated(stats.expon(), 0, 1.2)


def proposed(game):
    return next(filter(None, SOLVER.propose(game, None, np.random.default_rng(0))))


@pytest.mark.parametrize("name", ["first_price_unequal", "first_price_unequal_crra"])
def test_closed_forms_are_recovered(name):
    entry = ENTRIES[name]
    solution = solve(entry.game)
    assert solution.certificate.relative <= 1e-7
    for known, found in zip(entry.equilibrium.functions, solution.profile.functions, strict=True):
        types = np.linspace(known.types[0], known.types[-1], 1001)
        assert np.abs(known(types) - found(types)).max() <= 5e-6
    copies = entry.game.n_players // len(entry.utilities)
    np.testing.assert_allclose(solution.certificate.utilities, entry.utilities * copies, atol=1e-7)


TEN = [Uniform()] * 4 + [Uniform(0, 1.1)] * 3 + [Power(2.0)] * 3


@pytest.mark.parametrize(
    ("priors", "options"),
    [
        pytest.param(*([Uniform(), NORMAL, NORMAL, EXPONENTIAL], {}), marks=pytest.mark.slow),
        pytest.param(*([Uniform()] * 2 + [Uniform(0, 1.1)] * 3, {}), marks=pytest.mark.slow),
        (TEN, {}),
        ([Uniform(), stats.beta(2, 3)], {}),
        pytest.param(*([Uniform(), stats.beta(0.5, 0.5)], {}), marks=pytest.mark.slow),
        ([Uniform(), Uniform(0, 2)], {"reserve": 0.3}),
        ([Uniform(), Uniform(0.2, 1.2), Uniform(0.1, 2)], {}),
        pytest.param(*([Uniform(), Uniform(0.6, 1.5)], {"reserve": 0.55}), marks=pytest.mark.slow),
        pytest.param(
            [Uniform(), Uniform(0.2, 1.2), Uniform(0.2, 2)],
            {"utilities": [Cara(1.0), RiskNeutral(), Crra(0.5)]},
            marks=pytest.mark.slow,
        ),
        ([Uniform(), Uniform(0.2, 1.2), NORMAL], {"procurement": True, "reserve": 0.8}),
        pytest.param(
            *([Uniform(), Uniform(0, 0.9)], {"procurement": True, "demand": (2, 1)}),
            marks=pytest.mark.slow,
        ),
        ([Uniform(), Uniform(0, 2)], {"utilities": ReturnOnInvestment(), "reserve": 0.1}),
    ],
)
def test_classes_are_certified(priors, options):
    game = AuctionGame("first_price", priors, **options)
    certificate = certify(game, proposed(game))
    assert certificate.kind == "bound"
    assert certificate.relative <= 1e-6


@pytest.mark.slow
def test_mixtures_of_first_and_second_price():
    game = AuctionGame(WinnerPays(0.4), [Uniform(), Uniform(0, 2), NORMAL])
    assert certify(game, proposed(game)).relative <= 1e-6


def test_weak_classes_stop_short_of_the_highest_bid():
    game = AuctionGame("first_price", [Uniform()] * 2 + [Uniform(0, 2)] * 3)
    profile = proposed(game)
    weak, strong = profile.functions[0], profile.functions[-1]
    assert certify(game, profile).relative <= 1e-6
    # The highest weak type gains no more by bidding on: 1 / (1 - b) is the rivals' pull there.
    assert certify(game, profile.scaled(1.02)).relative > 1e-4
    b = float(weak.bids[-1])
    assert b < strong.bids[-1] - 0.1
    assert 1 / (1 - b) == pytest.approx(3 / 2 / (strong.inverse(b) - b), rel=1e-4)


@pytest.mark.slow
def test_alike_bidders_are_one_class():
    game = AuctionGame("first_price", NORMAL, 5)
    found, known = proposed(game).functions[0], solve(game).profile.functions[0]
    types = np.linspace(0.2, 1, 201)
    assert np.abs(found(types) - known(types)).max() <= 1e-6


def test_far_apart_the_lowest_strong_type_bids_against_values():
    """The lowest bid maximizes (0.6 - b) F(b): Kaplan and Zamir 2012."""
    game = AuctionGame("first_price", [Uniform(0, 0.5), Uniform(0.6, 0.7)])
    profile = proposed(game)
    assert certify(game, profile).relative <= 1e-6
    assert profile.functions[1].bids[0] == pytest.approx(0.3, abs=1e-12)
    assert profile.functions[0](0.2) == pytest.approx(0.2)


def test_too_strong_a_bidder_pools_at_the_second_highest_value():
    game = AuctionGame("first_price", [Uniform(0, 0.1), Uniform(0.6, 0.7)])
    solution = solve(game)
    assert solution.certificate.relative <= 1e-8
    assert np.array_equal(solution.profile.functions[1].bids, [0.1, 0.1])


def test_a_reserve_between_the_lowest_types():
    game = AuctionGame("first_price", [Uniform(), Uniform(0.6, 1.5)], reserve=0.55)
    profile = proposed(game)
    assert certify(game, profile).relative <= 1e-6
    weak, strong = profile.functions
    # Bidding more against values costs type 0.6 more than it wins: it bids the reserve, and
    # F_2(v_2(b)) rises like the tenth power of the distance, so that many types all but do.
    assert strong.bids[0] == 0.55
    assert strong(0.62) <= 0.5501
    assert np.isnan(weak(0.5))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_random_classes_are_certified(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(1, 4, size=3)
    priors, utilities = [], []
    for count in counts:
        low, width = rng.uniform(0, 0.6), rng.uniform(0.4, 2)
        shape = [
            Uniform(low, low + width),
            truncated(stats.norm(low + width / 2, width / 3), low, low + width),
            stats.beta(*rng.uniform(0.6, 3, size=2), low, width),
        ][rng.integers(3)]
        priors += [shape] * count
        utilities += [[RiskNeutral(), Crra(0.5), Cara(1.0)][rng.integers(3)]] * count
    reserve = 0.5 if seed % 2 else None
    game = AuctionGame("first_price", priors, utilities=utilities, reserve=reserve)
    assert certify(game, proposed(game)).relative <= 1e-5


@pytest.mark.parametrize(
    ("game", "words"),
    [
        (AuctionGame("all_pay", [Uniform(), Power(2.0)]), "want the winner to pay its own bid"),
        (AuctionGame("first_price", Uniform(), 1), "there is one bidder"),
        (
            AuctionGame("first_price", [Uniform(), Uniform(0, 2)], reserve=1.5),
            "no type of player 1 is worth the reserve 1.5",
        ),
    ],
)
def test_refusals_say_what_is_wanted(game, words):
    with pytest.raises(RefusedError, match=words):
        solve(game, SOLVER)
