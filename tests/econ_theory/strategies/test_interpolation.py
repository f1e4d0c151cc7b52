"""Bid functions from callables that stay out somewhere, and from observed bids."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econ_theory import certify, solve
from econ_theory.errors import ProfileError
from econ_theory.games import AuctionGame, Effort, Uniform
from econ_theory.strategies.bids import BidFunction, BidProfile


@given(st.floats(0.0, 1.0), st.sampled_from([(0.0, 1.0), (-3.0, 7.0), (1e3, 1e3 + 1)]))
def test_no_bid_is_found_to_the_last_bit(share, support):
    low, high = support
    entry = low + share * (high - low)
    f = BidFunction.from_callable(lambda v: np.where(v < entry, np.nan, (v - low) ** 2), low, high)
    assert f.types[0] == pytest.approx(
        entry, abs=(3.1e-6 if share < 3e-6 else 1e-12) * (high - low)
    )
    g = BidFunction.from_callable(lambda v: np.where(v > entry, np.nan, -v), low, high)
    assert g.types[-1] == pytest.approx(
        entry, abs=(3.1e-6 if share > 1 - 3e-6 else 1e-12) * (high - low)
    )


def test_what_solve_returns_certifies_as_a_callable():
    game = AuctionGame("first_price", Uniform(), 3, reserve=0.4)
    solution = solve(game)
    f = solution.profile.functions[0]
    assert certify(game, [lambda v: f(v)] * 3).relative < 1e-6
    formula = lambda v: np.where(v < 0.4, np.nan, 2 / 3 * v + 0.4**3 / (3 * v**2))  # noqa: E731
    assert certify(game, [formula] * 3).relative < 1e-8
    late = lambda v: np.where(v < 0.6, np.nan, 2 / 3 * v + 0.4**3 / (3 * v**2))  # noqa: E731
    assert certify(game, [late] * 3).relative > 0.01


def test_only_one_end_stays_out():
    with pytest.raises(ProfileError, match=r"type 0\.203125 places no bid \(NaN\), types on both"):
        BidFunction.from_callable(lambda v: np.where((v > 0.19) & (v < 0.21), np.nan, v), 0, 1.0)
    with pytest.raises(ProfileError, match="best types of player"):
        certify(
            AuctionGame("first_price", Uniform(), 2),
            [lambda v: np.where(v > 0.8, np.nan, v / 2)] * 2,
        )
    effort = AuctionGame(Effort(), Uniform(1, 2), 2)
    stay = lambda c: np.where(c > 1.5, np.nan, 2 - c)  # noqa: E731
    assert certify(effort, [stay] * 2).kind == "bound"
    with pytest.raises(ProfileError, match="is not finite"):
        BidFunction.from_callable(lambda v: 1 / (v - 0.5), 0, 1)


def test_a_ratio_of_zeros_at_an_end_is_still_a_bid():
    f = BidFunction.from_callable(lambda v: np.expm1(v) / v, 0, 1)
    assert f.types[0] == 0
    assert f.bids[0] == pytest.approx(1, abs=1e-6)


def test_silence_is_a_function_of_no_types():
    silent = BidFunction.from_callable(lambda v: np.nan * v, 0, 1)
    assert silent.silent
    assert silent.rising
    assert np.isnan(silent([0.0, 0.5, 1.0])).all()
    assert silent.distribution(Uniform(), [0.0, 0.5]).tolist() == [1.0, 1.0]
    assert silent.scaled(2.0).silent
    assert silent.turned(negate=True).silent
    assert repr(silent) == "BidFunction(no type bids)"
    assert "no bid" in BidProfile([silent, silent])._repr_html_()


@given(st.lists(st.integers(-5, 5), min_size=2, max_size=9), st.booleans(), st.booleans())
def test_observed_bids_become_the_closest_monotone_ones(bids, rising, twice):
    types, sign = np.arange(len(bids)) / 10, 1 if rising else -1
    f = BidFunction.from_observed(
        np.repeat(types, 1 + twice), np.repeat(bids, 1 + twice), -0.1, 1.0, rising=rising
    )
    assert f.types[[0, -1]].tolist() == [-0.1, 1.0]
    # The least-squares fit is the largest of the least means of blocks that contain a datum.
    n = len(bids)
    closest = [
        max(min(sign * np.mean(bids[i : j + 1]) for j in range(k, n)) for i in range(k + 1))
        for k in range(n)
    ]
    assert np.unique((sign * f.bids).round(9)) == pytest.approx(np.unique(np.round(closest, 9)))
    assert f.rising == rising or f.bids[0] == f.bids[-1]


def test_noisy_bids_are_certified_once_smoothed():
    game, rng = AuctionGame("first_price", Uniform(), 2), np.random.default_rng(3)
    v = np.sort(rng.random(400))
    b = v / 2 + rng.normal(0, 0.02, 400)
    with pytest.raises(ProfileError, match=r"BidFunction\.from_observed"):
        certify(game, [(v, b)] * 2)
    smooth = BidFunction.from_observed(v, b, 0.0, 1.0)
    certificate = certify(game, [smooth] * 2)
    assert certificate.kind == "bound"
    assert 1e-4 < certificate.relative < 0.05
    # Above value, but monotone: judged as they are.
    assert certify(game, [([0, 1], [0, 1.2])] * 2).relative > 0.1
    with pytest.raises(ProfileError, match="3 types and 2 bids are observed"):
        BidFunction.from_observed([1, 2, 3], [1, 2])
