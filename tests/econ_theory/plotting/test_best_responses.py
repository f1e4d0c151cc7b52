"""Best-response diagrams: nobody gains on the own curve, and curves cross at equilibria."""

from __future__ import annotations

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from econ_theory import BayesianGame, StrategyProfile, certify, solve, solve_all
from econ_theory.errors import ProfileError, SettingError
from econ_theory.plotting import plot_best_responses

mpl.use("Agg")

GAMES = st.integers(0, 100_000)


def two_by_two(seed: int, n_types: tuple[int, int] = (1, 1)) -> BayesianGame:
    rng = np.random.default_rng(seed)
    payoffs = [rng.integers(-3, 4, (*n_types, 2, 2)).astype(float) for _ in range(2)]
    prior = rng.integers(1, 5, n_types).astype(float)
    return BayesianGame(prior / prior.sum(), payoffs)


def curves(ax) -> list[np.ndarray]:
    return [line.get_xydata() for line in ax.lines if line.get_label().startswith("best")]


def along(curve: np.ndarray) -> np.ndarray:
    """Return points of a path of straight pieces, corners and middles."""
    return np.concatenate([curve, (curve[1:] + curve[:-1]) / 2])


def on_path(curve: np.ndarray, point: np.ndarray, slack: float) -> bool:
    """Return whether `point` is on a path whose pieces are horizontal or vertical."""
    ends = [(np.minimum(a, b) - slack, np.maximum(a, b) + slack) for a, b in pairwise(curve)]
    return any(((low <= point) & (point <= high)).all() for low, high in ends)


def dots(ax) -> np.ndarray:
    (line,) = [line for line in ax.lines if line.get_label() in ("equilibrium", "profile")]
    return line.get_xydata()


@given(seed=GAMES)
def test_nobody_gains_anywhere_on_the_own_curve(seed):
    game = two_by_two(seed)
    (ax,) = plot_best_responses(game).ravel()
    labels = [line.get_label() for line in ax.lines]
    for i in (0, 1):
        name = f"best response: {game.players[i]}"
        if name not in labels:
            assert name in [patch.get_label() for patch in ax.patches], "always indifferent"
            points = np.array([[0, 0], [0.3, 0.8], [1, 1]])
        else:
            points = along(ax.lines[labels.index(name)].get_xydata())
        for x, y in points:
            profile = StrategyProfile([[[1 - x, x]], [[1 - y, y]]])
            assert certify(game, profile).gains[i].max() <= 1e-9
    plt.close("all")


@pytest.mark.slow
@given(seed=GAMES)
def test_every_equilibrium_is_marked_and_lies_on_both_curves(seed):
    game = two_by_two(seed)
    (ax,) = plot_best_responses(game).ravel()
    found = sorted([float(s.profile.rows[i][0, 1]) for i in (0, 1)] for s in solve_all(game))
    np.testing.assert_allclose(dots(ax), found)
    for curve in curves(ax):
        for dot in dots(ax):
            assert on_path(curve, dot, 1e-9)
    plt.close("all")


def test_a_skewed_game_by_hand():
    # Staying is worth 3 y - 2 more to Ann, right 1 - 4 x more to Bob: they turn at 2/3 and 1/4.
    first = np.array([[2, -1], [0, 0]]).reshape(1, 1, 2, 2)
    second = np.array([[0, 1], [3, 0]]).reshape(1, 1, 2, 2)
    game = BayesianGame(
        [[1]], [first, second], players=["Ann", "Bob"], actions=[["go", "stay"], ["left", "right"]]
    )
    (ax,) = plot_best_responses(game).ravel()
    own, other = curves(ax)
    np.testing.assert_allclose(own, [[0, 0], [0, 2 / 3], [1, 2 / 3], [1, 1]])
    np.testing.assert_allclose(other, [[0, 1], [0.25, 1], [0.25, 0], [1, 0]])
    np.testing.assert_allclose(dots(ax), [[0.25, 2 / 3]])
    assert ax.get_xlabel() == "Ann: probability of stay"
    assert ax.get_ylabel() == "Bob: probability of right"
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert named == ["best response: Ann", "best response: Bob", "equilibrium"]


@settings(max_examples=8)
@given(seed=GAMES)
def test_a_profile_is_an_equilibrium_if_its_dot_is_on_both_curves_of_every_panel(seed):
    game = two_by_two(seed, (2, 2))
    for profile in (solve(game, rng=0).profile, StrategyProfile.random(game, rng=seed)):
        axes = plot_best_responses(game, profile)
        assert axes.shape == (2, 2)
        on = []
        for (s, t), ax in np.ndenumerate(axes):
            (dot,) = dots(ax)
            np.testing.assert_allclose(dot, [profile.rows[0][s, 1], profile.rows[1][t, 1]])
            on += [on_path(curve, dot, 1e-6) for curve in curves(ax)]
        assert all(on) == (certify(game, profile).relative < 1e-6)
        plt.close("all")


def test_panels_are_types_that_occur_and_the_others_stay_where_the_profile_puts_them():
    game = two_by_two(5, (1, 2))
    null = BayesianGame(
        [[0.25, 0.0, 0.75]],
        [np.insert(u, 1, 9.0, axis=1) for u in game.payoffs],
        types=[["any"], ["red", "never", "green"]],
    )
    profile = StrategyProfile([[[0.4, 0.6]], [[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]])
    axes = plot_best_responses(null, profile)
    assert axes.shape == (1, 2)
    assert [ax.get_ylabel() for ax in axes[0]] == [
        "red: probability of a2",
        "green: probability of a2",
    ]
    (own, _) = curves(axes[0, 1])
    for x, y in along(own):
        moved = StrategyProfile([[[1 - x, x]], [[0.9, 0.1], [0.5, 0.5], [1 - y, y]]])
        assert certify(null, moved).gains[0].max() <= 1e-9
    one = plot_best_responses(null, profile, types=(0, 2))
    assert one.shape == (1, 1)
    np.testing.assert_array_equal(curves(one[0, 0])[0], own)
    _, mine = plt.subplots(1, 2)
    assert plot_best_responses(null, profile, axes=mine)[0].tolist() == mine.tolist()


def test_games_of_another_size_are_refused_in_a_sentence():
    large = BayesianGame([[1]], [np.ones((1, 1, 3, 2))] * 2)
    with pytest.raises(SettingError, match=r"2 players with \(3, 2\) actions.*plot_best_replies"):
        plot_best_responses(large)
    many = two_by_two(0, (4, 3))
    with pytest.raises(SettingError, match="12 pairs of types, want at most 9 panels"):
        plot_best_responses(many)
    with pytest.raises(SettingError, match=r"types is \(0, 3\), want a pair of types that occur"):
        plot_best_responses(many, types=(0, 3))
    with pytest.raises(ProfileError, match="strategy of player"):
        plot_best_responses(many, StrategyProfile.uniform(two_by_two(0)), types=(0, 0))
