"""The quantal response branch drawn: curves are the branch, start and limit are on the page."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from econ_theory import BayesianGame, StrategyProfile
from econ_theory.errors import ProfileError, SettingError
from econ_theory.solvers import QuantalResponse

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

from econ_theory.plotting import plot_branch  # noqa: E402


@pytest.fixture(scope="module")
def branch(game):
    return QuantalResponse().trace(game)


def labelled(ax) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    handles, labels = ax.get_legend_handles_labels()
    return {label: line.get_data() for line, label in zip(handles, labels, strict=True)}


def test_curves_are_the_branch(game, branch):
    curves = labelled(plot_branch(branch, game, 1))
    assert list(curves) == ["red", "green"], "a type of probability zero says nothing"
    rates, shares = curves["green"]
    np.testing.assert_array_equal(rates, branch.rates)
    np.testing.assert_array_equal(shares, [p.rows[1][2, 1] for p in branch.profiles])
    three = labelled(plot_branch(branch, game, 0))
    assert len(three) == 6
    np.testing.assert_allclose(sum(three[f"low: {a}"][1] for a in game.actions[0]), 1.0)
    assert list(labelled(plot_branch(branch, game, t=1))) == [
        "high: up",
        "high: flat",
        "high: down",
    ]


def test_start_is_on_the_page_units_are_named_and_style_is_left_alone(game, branch):
    before = dict(matplotlib.rcParams)
    _, mine = plt.subplots()
    ax = plot_branch(branch, game, 1, equilibrium=branch.end, ax=mine)
    assert ax is mine
    ax.figure.canvas.draw()
    assert ax.get_xlim()[0] == 0
    assert np.isfinite(ax.transData.transform((0.0, 0.5))).all()
    assert ax.get_xlabel().endswith("(per payoff unit)")
    assert ax.get_ylabel() == "probability of right"
    assert ax.get_xlabel().startswith("λ")
    assert ax.get_legend().get_title().get_text() == "Column"
    dotted = [line.get_ydata() for line in ax.get_lines() if line.get_linestyle() == ":"]
    levels = [line[0] for line in dotted if len(line)]
    np.testing.assert_allclose(levels, branch.end.rows[1][[0, 2], 1])
    assert dict(matplotlib.rcParams) == before


def test_tick_labels_do_not_touch(game, branch):
    small = BayesianGame(game.prior, [u / 37 for u in game.payoffs])
    for drawn, found in ((game, branch), (small, QuantalResponse().trace(small))):
        ax = plot_branch(found, drawn, 1)
        ax.figure.canvas.draw()
        boxes = [t.get_window_extent() for t in ax.get_xticklabels() if t.get_text()]
        assert len(boxes) >= 3
        assert not any(a.overlaps(b) for a, b in pairwise(boxes))


def test_curves_differ_without_colour(game, branch):
    handles = plot_branch(branch, game).get_legend_handles_labels()[0]
    looks = [(str(line._dash_pattern), line.get_marker()) for line in handles]
    assert len(set(looks)) == len(looks) == 6


def test_bad_input_is_refused_by_name(game, branch):
    with pytest.raises(SettingError, match=r"i is 2, want one of the players 0\.\.1"):
        plot_branch(branch, game, 2)
    with pytest.raises(SettingError, match=r"t is 1, want None or one of .* \[0, 2\]"):
        plot_branch(branch, game, 1, t=1)
    with pytest.raises(ProfileError, match="strategy of player 1 has shape"):
        plot_branch(branch, BayesianGame([[1.0]], [np.ones((1, 1, 2, 2))] * 2))
    with pytest.raises(ProfileError, match="strategy of Row has shape"):
        plot_branch(branch, game, equilibrium=StrategyProfile([[[1.0]], [[1.0]]]))
