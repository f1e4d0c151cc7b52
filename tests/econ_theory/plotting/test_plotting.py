"""Pictures: axes, units, curves that show the numbers they were given, and no global state."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from econ_theory import StrategyProfile, solve
from econ_theory.errors import ProfileError, SettingError
from econ_theory.learners import Hedge, RegretMatching
from econ_theory.regret import (
    Bound,
    PlayTrace,
    RegretTrace,
    econ_bound,
    external_regret,
    learner_bound,
    play_learners,
    swap_regret,
)
from econ_theory.solvers import SelfPlay

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402

from econ_theory.plotting import (  # noqa: E402
    plot_best_replies,
    plot_exploitability,
    plot_regret,
    plot_regret_by_type,
    plot_simplex,
    plot_strategy,
)

STEPS = 120


@pytest.fixture(scope="module")
def play(game) -> PlayTrace:
    return play_learners(game, RegretMatching(), STEPS)


@pytest.fixture(scope="module")
def pictures(game, play):
    """Every picture as a function of its axes alone."""
    regret = external_regret(play)
    other = external_regret(play_learners(game, Hedge(), STEPS))
    bound = learner_bound(game, RegretMatching())
    solution = solve(game, SelfPlay(every=4), tol=1e-2, throw=False, max_steps=20, rng=0)
    profile = solution.profile
    return {
        "regret": lambda ax: plot_regret(regret, bounds=bound, ax=ax),
        "regret log": lambda ax: plot_regret(
            {"matching": regret, "hedge": other}, bounds=[bound], player=1, scale="log", ax=ax
        ),
        "regret band": lambda ax: plot_regret([regret, other, regret], ax=ax),
        "regret by type": lambda ax: plot_regret_by_type(regret, 1, game=game, ax=ax),
        "steps": lambda ax: plot_exploitability(solution, tol=1e-2, ax=ax),
        "seconds": lambda ax: plot_exploitability([solution] * 2, against="seconds", ax=ax),
        "strategy": lambda ax: plot_strategy(game, profile, 0, ax=ax),
        "best replies": lambda ax: plot_best_replies(game, profile, 1, ax=ax),
        "triangle": lambda ax: plot_simplex(play, 0, game=game, equilibrium=profile, ax=ax),
        "line": lambda ax: plot_simplex(play, 1, equilibrium=profile, ax=ax),
    }


UNITS = {
    "regret": ("(steps)", "(payoff units)"),
    "regret log": ("(steps)", "(payoff units)"),
    "regret band": ("(steps)", "(payoff units)"),
    "regret by type": ("(steps)", "(payoff units)"),
    "steps": ("(steps)", "(share of payoff range)"),
    "seconds": ("(seconds)", "(share of payoff range)"),
    "strategy": ("action", "(prior probability)"),
    "best replies": ("action", "(prior probability)"),
    "triangle": ("(grid lines every 0.25)", ""),
    "line": ("(steps)", "probability of action 2"),
}


@pytest.mark.parametrize("name", UNITS)
def test_picture_takes_axes_names_units_and_leaves_global_style_alone(pictures, name):
    before = dict(matplotlib.rcParams)
    _, mine = plt.subplots()
    ax = pictures[name](mine)
    assert ax is mine
    own = pictures[name](None)
    assert isinstance(own, Axes)
    assert own is not mine
    for axes in (ax, own):
        assert axes.get_xlabel().endswith(UNITS[name][0])
        assert axes.get_ylabel().endswith(UNITS[name][1])
        axes.figure.canvas.draw()
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", ["regret log", "regret by type", "seconds", "triangle"])
def test_curves_of_one_picture_differ_without_colour(pictures, name):
    handles = pictures[name](None).get_legend_handles_labels()[0]
    looks = [
        (str(line._dash_pattern), line.get_marker(), line.get_linewidth(), line.get_fillstyle())
        for line in handles
    ]
    assert len(set(looks)) == len(looks) > 1


def test_regret_curve_is_the_regret_given(play):
    regret = external_regret(play)
    line = plot_regret(regret, player=1).get_lines()[0]
    assert line.get_xdata().tolist() == list(range(1, STEPS + 1))
    np.testing.assert_array_equal(line.get_ydata(), regret.cumulative[:, 1])


def test_regret_bound_is_summed_over_players_and_dotted_where_vacuous(game, play):
    bound = learner_bound(game, RegretMatching())
    lines = plot_regret(external_regret(play), bounds=bound, scale="linear").get_lines()
    vacuous, says = lines[1].get_ydata(), lines[2].get_ydata()
    first = bound.informative_from()
    steps = np.arange(1, STEPS + 1)
    total = bound.value(steps, 0) + bound.value(steps, 1)
    np.testing.assert_allclose(says[first:], total[first:])
    np.testing.assert_allclose(vacuous[: first - 1], total[: first - 1])
    assert np.isnan(vacuous[first:]).all()


def test_regret_legend_holds_the_exponent():
    steps = np.arange(1, 401)[:, None]
    runs = [RegretTrace(c * steps**0.75, "swap") for c in (1.0, 1.5)]
    texts = plot_regret({"mine": runs}).get_legend().get_texts()
    assert texts[0].get_text().startswith("mine: exponent 0.75")
    never = RegretTrace(-1.0 * steps, "swap")
    short = RegretTrace([[1.0]], "swap")
    for trace in (never, short):
        assert plot_regret({"mine": trace}).get_legend().get_texts()[0].get_text() == "mine"


def test_long_curves_are_thinned_but_keep_both_ends():
    steps = np.arange(1, 50_001)
    for scale in ("linear", "log"):
        trace = RegretTrace(np.sqrt(steps)[:, None], "external")
        line = plot_regret(trace, scale=scale).get_lines()[0]
        assert line.get_xdata()[[0, -1]].tolist() == [1, 50_000]
        assert len(line.get_xdata()) <= 1200


def test_exploitability_shows_what_came_and_the_best_so_far_and_zero_stays_on_the_page():
    history = [(1, 0.1, 0.5), (2, 0.2, 0.7), (3, 0.4, 0.0)]
    ax = plot_exploitability({"mine": history}, against="seconds")
    best, came, _ = ax.get_lines()
    assert came.get_linewidth() > best.get_linewidth()
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert named == ["mine", "thin: best so far"]
    monotone = plot_exploitability({"mine": history[:1] + history[2:]})
    assert len(monotone.get_lines()) == 1
    assert came.get_ydata().tolist() == [0.5, 0.7, 1e-16]
    assert best.get_ydata().tolist() == [0.5, 0.5, 1e-16]
    assert best.get_xdata().tolist() == [0.1, 0.2, 0.4]


def test_strategy_map_shows_labels_and_probabilities(game):
    profile = StrategyProfile([[[0.25, 0.75, 0], [0, 0, 1]], [[1, 0], [0.5, 0.5], [0, 1]]])
    ax = plot_strategy(game, profile, 0)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["up", "flat", "down"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["low (0.5)", "high (0.5)"]
    assert [text.get_text() for text in ax.texts] == ["0.25", "0.75", "0", "0", "0", "1"]


def test_best_reply_map_is_the_certificate_cell_by_cell(game):
    from econ_theory import certify

    profile = StrategyProfile.random(game, rng=2)
    ax = plot_best_replies(game, profile, 1)
    losses = np.asarray(ax.images[0].get_array())
    np.testing.assert_allclose(
        (profile.rows[1] * losses).sum(axis=1), certify(game, profile).gains[1], atol=1e-12
    )
    assert (losses[1] == 0).all()  # the null type
    assert len(ax.patches) == (losses == 0).sum()


def test_simplex_corners_are_pure_actions(game):
    path = np.array([[[1, 0, 0]], [[0, 1, 0]], [[0, 0, 1]]], dtype=float)
    ax = plot_simplex(path)
    curve = next(line for line in ax.get_lines() if line.get_label() == "type 1")
    np.testing.assert_allclose(
        np.transpose(curve.get_data()), [[0, 0], [1, 0], [0.5, np.sqrt(0.75)]]
    )
    profiles = [StrategyProfile.random(game, rng=seed) for seed in range(5)]
    line = plot_simplex(profiles, 1, game=game).get_lines()[2]
    assert line.get_label() == "green"
    assert line.get_ydata().tolist() == [profile.rows[1][2, 1] for profile in profiles]


def test_regret_with_a_bound_is_logarithmic_and_says_whose_it_is(game, play):
    regret, bound = external_regret(play), learner_bound(game, RegretMatching())
    assert plot_regret(regret).get_yscale() == "linear"
    ax = plot_regret(regret, bounds=bound)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert "all players together" in ax.get_ylabel()
    assert "player 2 (" in plot_regret(regret, player=1).get_ylabel()
    alone = RegretTrace(np.ones((3, 1)), "external")
    assert plot_regret(alone).get_ylabel() == "cumulative external regret (payoff units)"


def test_a_bound_on_two_curves_keeps_its_verdict():
    steps = np.arange(1, 201)
    root = Bound("root", lambda steps, i: 2 * np.sqrt(steps), lambda steps, i: 1.0 * steps)
    traces = {
        name: RegretTrace(c * np.sqrt(steps)[:, None], "external")
        for name, c in (("mild", 0.5), ("strong", 1.0), ("wild", 3.0))
    }

    def said(*names: str) -> str:
        ax = plot_regret({name: traces[name] for name in names}, bounds=root)
        return ax.get_legend().get_texts()[len(names)].get_text()

    assert said("mild", "strong") == "bound: root: kept by every curve, informative from step 5"
    assert said("mild", "wild") == "bound: root: violated by wild at step 1"


def test_starts_and_ends_stand_in_each_other_and_arrows_show_the_way():
    path = np.array([[[1, 0, 0], [1, 0, 0]], [[0, 1, 0], [0, 0, 1]]], dtype=float)
    ax = plot_simplex(path)
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "none"]
    first, second = (line for line in hollow if len(line.get_xdata()))
    assert first.get_xydata().tolist() == second.get_xydata().tolist() == [[0, 0]]
    assert first.get_markersize() > second.get_markersize() + 3
    heads = [text for text in ax.texts if text.arrow_patch is not None]
    moves = [np.subtract(head.xy, head.xyann) for head in heads]
    np.testing.assert_allclose([move / np.hypot(*move) for move in moves[:2]], [[1, 0]] * 2)
    slope = [0.5, np.sqrt(3) / 2]
    np.testing.assert_allclose([move / np.hypot(*move) for move in moves[2:]], [slope] * 2)
    still = plot_simplex(np.full((5, 1, 3), 1 / 3))
    assert not [text for text in still.texts if text.arrow_patch is not None]


def test_bad_input_is_refused_by_name(game, play):
    regret = external_regret(play)
    with pytest.raises(SettingError, match="scale is 'loglog', want one of"):
        plot_regret(regret, scale="loglog")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"player is 2, want None or one of 0\.\.1"):
        plot_regret(regret, player=2)
    with pytest.raises(SettingError, match="at least one run"):
        plot_regret([])
    with pytest.raises(SettingError, match="all of one kind and shape"):
        plot_regret([regret, swap_regret(play)])
    with pytest.raises(SettingError, match="no traces"):
        plot_regret({})
    with pytest.raises(SettingError, match="band is 'sd', want one of"):
        plot_regret(regret, band="sd")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"bounds are given for \['b'\], want labels among"):
        plot_regret({"a": regret}, bounds={"b": learner_bound(game, RegretMatching())})
    with pytest.raises(SettingError, match="says nothing about it"):
        plot_regret(regret, bounds=econ_bound(n_agents=2, discount=0.5))
    with pytest.raises(SettingError, match="recorded by type"):
        plot_regret_by_type(RegretTrace(np.ones((3, 1)), "external"), 0)
    with pytest.raises(SettingError, match="history of 'mine' has shape"):
        plot_exploitability({"mine": []})
    with pytest.raises(SettingError, match="no solutions"):
        plot_exploitability([])
    with pytest.raises(SettingError, match="against is 'time'"):
        plot_exploitability({"mine": [(1, 1.0, 1.0)]}, against="time")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"i is 3, want one of the players 0\.\.1"):
        plot_strategy(game, StrategyProfile.uniform(game), 3)
    with pytest.raises(SettingError, match=r"i is 2, want one of the players 0\.\.1"):
        plot_simplex(play, 2)
    with pytest.raises(SettingError, match="a triangle for three"):
        plot_simplex(np.full((5, 1, 4), 0.25))
    with pytest.raises(ProfileError, match="strategy of Row has shape"):
        plot_best_replies(game, StrategyProfile([[[1.0, 0.0]], [[1.0, 0.0]]]), 0)


def test_importing_the_pictures_does_not_import_matplotlib():
    code = (
        "import sys, econ_theory.plotting as p; p.plot_regret; print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
