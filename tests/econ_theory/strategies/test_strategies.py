"""Strategy profiles: construction, conversions, mixing, distance, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory.errors import ProfileError
from econ_theory.games import BayesianGame
from econ_theory.strategies import StrategyProfile, check_profile

GAME = BayesianGame([[0.5, 0.5]], [np.ones((1, 2, 3, 2))] * 2)


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([[[0.5, 0.6]]], r"strategy of player 1 sums to 1.1 in row \(0,\), want 1"),
        ([[[1.0]], [[1, 0], [0.9, 0.0]]], r"strategy of player 2 sums to 0.9 in row \(1,\)"),
        ([[[1.5, -0.5]]], r"strategy of player 1 has -0.5 at index \(0, 1\), want no negative"),
        ([[[np.nan, 1.0]]], r"strategy of player 1 has nan at index \(0, 0\), want finite"),
        ([[0.5, 0.5]], r"strategy of player 1 has shape \(2,\), want one row a type"),
        ([np.zeros((1, 0))], r"strategy of player 1 has shape \(1, 0\), want at least one entry"),
        ([[[1], [0.5, 0.5]]], "strategy of player 1 is ragged"),
        ([[[Fraction(1, 3)] * 2]], "strategy of player 1 sums to 0.666666666667"),
        ([[["one"]]], "strategy of player 1 has entries of type"),
    ],
)
def test_what_is_no_distribution_is_refused(rows, complaint):
    with pytest.raises(ProfileError, match=complaint):
        StrategyProfile(rows)


@pytest.mark.parametrize(
    ("plans", "complaint"),
    [
        ([[0]], "plans has 1 entries, want 2"),
        ([[0], [0]], r"plan of player 2 is \[0\], want 2 action indices in 0\.\.1"),
        ([[3], [0, 0]], r"plan of player 1 is \[3\], want 1 action indices in 0\.\.2"),
        ([[-1], [0, 0]], r"plan of player 1 is \[-1\]"),
        ([[0.5], [0, 0]], r"plan of player 1 is \[0.5\]"),
    ],
)
def test_wrong_plans_are_refused(plans, complaint):
    with pytest.raises(ProfileError, match=complaint):
        StrategyProfile.pure(GAME, plans)


def test_constructors_fit_the_game():
    for profile in (
        StrategyProfile.uniform(GAME),
        StrategyProfile.random(GAME, rng=0),
        StrategyProfile.pure(GAME, [[2], [0, 1]]),
    ):
        check_profile(profile, GAME)
        assert profile.n_players == 2
    again = StrategyProfile.random(GAME, rng=0)
    assert again.distance(StrategyProfile.random(GAME, rng=0)) == 0
    assert StrategyProfile(again).rows[0].tolist() == again.rows[0].tolist()
    pure = StrategyProfile.pure(GAME, [[2], [0, 1]])
    assert pure.supports[1].tolist() == [[True, False], [False, True]]


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_exact_rows_sum_to_one_exactly_and_come_back(seed):
    profile = StrategyProfile.random(GAME, rng=seed)
    exact = profile.exact
    assert all(total == 1 for row in exact.rows for total in row.sum(axis=1))
    assert exact.distance(profile) < 1e-15
    assert exact.exact is exact
    assert profile.floating is profile
    assert exact.floating.rows[0].dtype == float


def test_mixing_is_exact_where_all_is_rational_and_float_otherwise():
    a = StrategyProfile.pure(GAME, [[0], [0, 0]])
    b = StrategyProfile.pure(GAME, [[1], [1, 1]])
    assert a.mixed_with(b, 0.25).rows[0].tolist() == [[0.75, 0.25, 0]]
    exact = a.exact.mixed_with(b.exact, Fraction(1, 3))
    assert exact.rows[0][0, 0] == Fraction(2, 3)
    assert a.exact.mixed_with(b.exact, 0.5).rows[0].dtype == float
    assert a.exact.mixed_with(b, Fraction(1, 2)).rows[0].dtype == float
    assert a.distance(a.mixed_with(b, 0.25)) == pytest.approx(0.25)
    with pytest.raises(ProfileError, match="want no negative entry"):
        a.mixed_with(b, 1.5)
    other = StrategyProfile([[[1.0]], [[1.0]]])
    for call in (lambda: a.mixed_with(other, 0.5), lambda: a.distance(other)):
        with pytest.raises(ProfileError, match="the other profile has shapes"):
            call()


def test_profiles_are_read_only_copies():
    row = np.array([[0.5, 0.5]])
    profile = StrategyProfile([row])
    row[:] = 1
    assert profile.rows[0].tolist() == [[0.5, 0.5]]
    with pytest.raises(ValueError, match="read-only"):
        profile.rows[0][0, 0] = 1
    assert repr(profile) == "StrategyProfile((1, 2))"


def test_check_profile_names_player_and_shapes():
    with pytest.raises(ProfileError, match="profile has 1 strategies, want 2"):
        check_profile(StrategyProfile([[[1, 0, 0]]]), GAME)
    with pytest.raises(ProfileError, match=r"player 2 has shape \(1, 2\), want \(2, 2\)"):
        check_profile(StrategyProfile([[[1, 0, 0]], [[1, 0]]]), GAME)
