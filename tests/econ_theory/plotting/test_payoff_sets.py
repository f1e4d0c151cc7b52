"""Payoff sets: what is drawn holds what can be earned, and its corners are earned."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.path import Path

from econ_theory import BayesianGame, StrategyProfile, certify, solve, solve_all
from econ_theory.analysis import expected_payoffs
from econ_theory.errors import RefusedError, SettingError
from econ_theory.plotting import plot_payoff_set
from econ_theory.plotting.polygons import hull, minkowski_sum, support_polygon
from econ_theory.solvers import CorrelatedLp

mpl.use("Agg")

CLOUDS = st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=9).map(
    lambda points: np.array(points, dtype=float)
)
DIRECTIONS = np.array([[np.cos(a), np.sin(a)] for a in np.linspace(0, 6.2, 23)])


def drawn(ax) -> dict[str, np.ndarray]:
    """Return corners of areas and points of lines by their names in the legend."""
    areas = {patch.get_label(): patch.get_xy()[:-1] for patch in ax.patches}
    return areas | {line.get_label(): line.get_xydata() for line in ax.lines}


def reaches(corners: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return, direction by direction, how far `points` stick out of the hull of `corners`."""
    return (DIRECTIONS @ points.T).max(axis=1) - (DIRECTIONS @ corners.T).max(axis=1)


@pytest.fixture(scope="module")
def rich() -> BayesianGame:
    rng = np.random.default_rng(3)
    payoffs = [rng.random((2, 2, 2, 2)), 4 * rng.random((2, 2, 2, 2))]
    return BayesianGame([[0.3, 0.2], [0.1, 0.4]], payoffs, players=["Row", "Column"])


@given(points=CLOUDS)
def test_a_hull_reaches_as_far_as_its_points_and_turns_left(points):
    corners = hull(points)
    np.testing.assert_allclose(reaches(corners, points), 0, atol=1e-9)
    assert {tuple(c) for c in corners} <= {tuple(p) for p in points}
    if len(corners) > 2:
        steps = np.roll(corners, -1, axis=0) - corners
        after = np.roll(steps, -1, axis=0)
        assert (steps[:, 0] * after[:, 1] - steps[:, 1] * after[:, 0] > 0).all()


@given(clouds=st.lists(CLOUDS, min_size=1, max_size=4))
def test_a_sum_reaches_as_far_as_its_parts_together(clouds):
    total = minkowski_sum(clouds)
    wanted = sum((DIRECTIONS @ cloud.T).max(axis=1) for cloud in clouds)
    np.testing.assert_allclose((DIRECTIONS @ total.T).max(axis=1), wanted, atol=1e-9)


@given(points=CLOUDS)
def test_directions_find_every_corner(points):
    asked = []

    def farthest(towards):
        asked.append(towards)
        return points[(points @ towards).argmax()]

    corners = hull(points)
    found = support_polygon(farthest)
    assert {tuple(c) for c in found} == {tuple(c) for c in corners}
    assert len(asked) <= 4 + 2 * len(corners)


def test_chicken_by_hand():
    first = np.array([[6, 2], [7, 0]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1]], [first, first.swapaxes(2, 3)], players=["Ann", "Bob"])
    ax = plot_payoff_set(game)
    shown = drawn(ax)
    wanted = {(0, 0), (7, 2), (6, 6), (2, 7)}
    assert {tuple(corner) for corner in shown["feasible"]} == wanted
    corners = {(7.0, 2.0), (2.0, 7.0), (5.25, 5.25), (3.6, 3.6)}
    assert {tuple(corner) for corner in shown["correlated equilibria"].round(9)} == corners
    np.testing.assert_allclose(
        sorted(shown["Nash equilibria"].tolist()), [[2, 7], [14 / 3, 14 / 3], [7, 2]]
    )
    # Going on at least secures 2 against one who goes on: yield.
    np.testing.assert_allclose(shown["minmax corner"][1], [2, 2])
    assert ax.get_xlabel() == "Ann (payoff units, ex ante)"
    assert ax.get_ylabel() == "Bob (payoff units, ex ante)"


def test_everything_played_is_feasible_and_nash_is_correlated_and_rational(rich):
    ax = plot_payoff_set(rich)
    shown = drawn(ax)
    profiles = [StrategyProfile.random(rich, rng=seed) for seed in range(40)]
    played = np.array([expected_payoffs(rich, profile) for profile in profiles])
    assert (reaches(shown["feasible"], played) <= 1e-9).all()
    found = [s.profile for s in solve_all(rich, rng=0)]
    assert max(certify(rich, profile).relative for profile in found) < 1e-6
    nash = np.array([expected_payoffs(rich, profile) for profile in found])
    np.testing.assert_allclose(shown["Nash equilibria"], nash)
    assert (reaches(shown["Bayes correlated equilibria"], nash) <= 1e-6).all()
    assert (nash >= shown["minmax corner"][1] - 1e-9).all()


def test_the_correlated_polygon_is_what_linear_programs_say_in_any_direction(rich):
    shown = drawn(plot_payoff_set(rich))["Bayes correlated equilibria"]
    for angle in np.linspace(0.1, 6.2, 9):
        towards = (float(np.cos(angle)), float(np.sin(angle)))
        best = CorrelatedLp(objective=towards).solve(rich)
        assert best.relative < 1e-7
        assert best.value == pytest.approx((shown @ towards).max(), abs=1e-6)


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000))
def test_a_player_can_secure_the_corner_and_be_held_down_to_it(seed):
    rng = np.random.default_rng(seed)
    payoff = rng.integers(-4, 5, (2, 2, 2, 3)).astype(float)
    prior = np.array([[0.3, 0.2], [0.1, 0.4]])
    game = BayesianGame(prior, [payoff, rng.random((2, 2, 2, 3))])
    corner = drawn(plot_payoff_set(game, equilibria=[]))["minmax corner"][1, 0]
    # In the zero-sum game of the same payoffs, that is the value.
    duel = BayesianGame(prior, [payoff, -payoff])
    value = expected_payoffs(duel, solve(duel).profile)[0]
    assert corner == pytest.approx(value, abs=1e-6)
    plt.close("all")


def test_sets_that_are_lines_and_points_are_drawn():
    pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    shown = drawn(plot_payoff_set(BayesianGame([[1]], [pennies, -pennies])))
    assert sorted(shown["feasible"].tolist()) == [[-1, 1], [1, -1]]
    np.testing.assert_allclose(shown["correlated equilibria"], [[0, 0]], atol=1e-9)
    flat = drawn(plot_payoff_set(BayesianGame([[1]], [np.ones((1, 1, 2, 2))] * 2)))
    np.testing.assert_allclose(flat["feasible"], [[1, 1]])


def test_given_equilibria_and_less_informed_mediators(rich):
    profile = solve(rich, rng=0).profile
    ax = plot_payoff_set(rich, kind="communication", equilibria=[profile])
    shown = drawn(ax)
    np.testing.assert_allclose(shown["Nash equilibria given"], [expected_payoffs(rich, profile)])
    inner, outer = shown["communication equilibria"], drawn(plot_payoff_set(rich, equilibria=[]))
    assert (reaches(outer["Bayes correlated equilibria"], inner) <= 1e-6).all()
    assert Path(outer["feasible"]).contains_points(inner, radius=1e-6).all()


def test_what_cannot_be_drawn_is_refused_in_a_sentence(rich):
    three = BayesianGame(np.ones((1, 1, 1)), [np.ones((1, 1, 1, 2, 2, 2))] * 3)
    with pytest.raises(SettingError, match="game has 3 players, want 2: a payoff set is drawn"):
        plot_payoff_set(three)
    with pytest.raises(SettingError, match="kind is 'nash', want one of"):
        plot_payoff_set(rich, kind="nash")  # type: ignore[arg-type]
    huge = BayesianGame([[1]], [np.ones((1, 1, 200, 300))] * 2)
    with pytest.raises(RefusedError, match="plot_payoff_set refuses: the program has"):
        plot_payoff_set(huge)
