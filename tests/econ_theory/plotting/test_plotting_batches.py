"""Pictures of many runs at once: means, bands, checkpoints, and what bounds say of them."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import BayesianGame
from econ_theory.errors import SettingError
from econ_theory.learners import Exp3, Hedge, RegretMatching
from econ_theory.regret import (
    Bound,
    RegretTrace,
    bandit_bound,
    clairvoyant_regret,
    dynamic_regret,
    external_regret,
    learner_bound,
    play_learners,
    pseudo_regret,
)

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

from econ_theory.plotting import plot_regret, plot_regret_by_type, plot_simplex  # noqa: E402

RUNS, STEPS = 12, 400


@pytest.fixture(scope="module")
def bandits(game):
    return play_learners(
        game, Exp3(), STEPS, feedback="bandit", n_runs=RUNS, checkpoints="log", rng=1
    )


def legends(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def title_of(ax) -> str:
    return ax.get_legend().get_title().get_text()


def band_of(ax) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return steps, low and high of the only band drawn."""
    (band,) = ax.collections
    corners = band.get_paths()[0].vertices
    steps = np.unique(corners[:, 0])
    ends = np.array([np.sort(corners[corners[:, 0] == step, 1])[[0, -1]] for step in steps])
    return steps, *ends.T


@pytest.mark.parametrize("band", ["quantiles", "interval"])
def test_curve_is_the_mean_over_runs_and_the_band_is_what_the_legend_says(bandits, band):
    regret = external_regret(bandits.realized)
    ax = plot_regret(regret, band=band)
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), regret.steps)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), regret.total.mean(axis=0))
    steps, low, high = band_of(ax)
    np.testing.assert_array_equal(steps, regret.steps)
    if band == "quantiles":
        wanted = np.quantile(regret.total, (0.05, 0.95), axis=0)
        assert title_of(ax) == "12 runs, 5–95 % of them"
    else:
        from scipy.stats import t

        error = regret.total.std(axis=0, ddof=1) / np.sqrt(RUNS)
        mean = regret.total.mean(axis=0)
        wanted = mean + np.array([[-1], [1]]) * t.ppf(0.975, RUNS - 1) * error
        assert title_of(ax) == "12 runs, mean ± 95 % interval"
    np.testing.assert_allclose([low, high], wanted)


def test_a_batch_and_the_list_of_its_runs_are_one_picture(bandits):
    regret = external_regret(bandits.realized)
    whole, listed = plot_regret(regret, player=1), plot_regret(regret.runs, player=1)
    assert legends(whole) == legends(listed)
    np.testing.assert_array_equal(whole.lines[0].get_ydata(), listed.lines[0].get_ydata())


def test_the_exponent_in_the_legend_is_that_of_the_trace_at_its_checkpoints(bandits):
    regret = pseudo_regret(bandits)
    rate = regret.rate(0)
    low, high = rate.interval
    text = f": exponent {rate.exponent:.2f} [{low:.2f}, {high:.2f}]"
    assert legends(plot_regret(regret, player=0))[0].endswith(text)


def test_different_numbers_of_runs_are_said_curve_by_curve(bandits):
    regret = external_regret(bandits.realized)
    ax = plot_regret({"all": regret, "some": regret.runs[:3], "one": regret.run(0)}, player=1)
    starts = ["all (12 runs, 5–95 % of them)", "some (3 runs, 5–95 % of them)", "one: exponent"]
    assert [text[: len(s)] for text, s in zip(legends(ax), starts, strict=True)] == starts
    assert title_of(ax) == ""


def test_checkpoints_too_few_for_a_rate_get_none():
    steps = np.array([1, 10, 100, 1000, 10_000])
    trace = RegretTrace(np.sqrt(steps)[:, None], "external", steps=steps)
    ax = plot_regret(trace, scale="log")
    assert legends(ax) == ["external regret"]
    assert ax.lines[0].get_xdata().tolist() == steps.tolist()


def test_games_and_runs_of_a_batch_are_drawn_together(game):
    other = BayesianGame(game.prior, [2 * u for u in game.payoffs])
    play = play_learners([game, other], Hedge(), 30, feedback="realized", n_runs=3, rng=0)
    regret = external_regret(play.observed)
    assert title_of(plot_regret(regret)).startswith("6 runs")
    np.testing.assert_allclose(
        plot_regret(regret).lines[0].get_ydata(), regret.total.mean(axis=(0, 1))
    )


def test_a_bound_says_its_verdict_of_the_batch_and_where_it_begins_to_speak(game, bandits):
    bound = bandit_bound(game, Exp3())
    regret = pseudo_regret(bandits)
    ax = plot_regret(regret, bounds=bound, player=0)
    check = bound.check(regret)
    start = bound.informative_from(0)
    assert check.verdict == "holds"
    assert legends(ax)[1] == f"bound: {bound.name}: holds, informative from step {start}"
    ring = next(line for line in ax.lines if len(line.get_xdata()) == 1)
    assert ring.get_xdata()[0] == start
    np.testing.assert_allclose(ring.get_ydata(), bound.value(np.array([start]), 0))


def test_a_violated_and_a_vacuous_bound_say_so():
    steps = np.arange(1, 51)
    runs = RegretTrace(np.stack([0.5 * steps, 0.6 * steps])[..., None], "external")
    low = Bound("low", lambda steps, i: np.sqrt(steps), lambda steps, i: 1.0 * steps)
    high = Bound("high", lambda steps, i: 40 * np.sqrt(steps), lambda steps, i: 1.0 * steps)
    never = Bound("never", lambda steps, i: 2.0 * steps, lambda steps, i: 1.0 * steps)
    said = legends(plot_regret(runs, bounds=[low, high, never]))[1:]
    assert said == [
        "bound: low: violated at step 3",
        "bound: high: vacuous before step 1,601",
        "bound: never: vacuous throughout",
        "trivial bound: holds of any play",
    ]


def test_a_violation_by_one_player_shows_although_the_sum_keeps_the_bound():
    steps = np.arange(1, 51)
    regret = RegretTrace(np.stack([2 * np.sqrt(steps), -9 * np.sqrt(steps)], axis=1), "external")
    bound = Bound("root", lambda steps, i: np.sqrt(steps), lambda steps, i: 1.0 * steps)
    assert "violated at step 1" in legends(plot_regret(regret, bounds=bound))[1]
    assert "violated at step 1" in legends(plot_regret(regret, bounds=bound, player=0))[1]
    assert ": holds," in legends(plot_regret(regret, bounds=bound, player=1))[1]


def test_notions_stand_side_by_side_and_a_bound_judges_the_one_it_speaks_of(game):
    play = play_learners(game, RegretMatching(), 60)
    notions = {
        "external": external_regret(play),
        "dynamic": dynamic_regret(play),
        "clairvoyant": clairvoyant_regret(play),
    }
    ax = plot_regret(notions, bounds=learner_bound(game, RegretMatching()))
    assert ax.get_ylabel().startswith("cumulative regret,")
    assert ": holds," in legends(ax)[3]


def test_bounds_by_label_have_the_colour_and_the_verdict_of_their_curves(game):
    learners = {"matching": RegretMatching(), "hedge": Hedge()}
    regrets = {k: external_regret(play_learners(game, l, 60)) for k, l in learners.items()}
    bounds = {k: learner_bound(game, l) for k, l in learners.items()}
    handles, names = plot_regret(regrets, bounds=bounds).get_legend_handles_labels()
    assert [handle.get_color() for handle in handles[:2]] == [h.get_color() for h in handles[2:4]]
    assert [": holds," in name for name in names[2:4]] == [True, True]
    unlabelled = legends(plot_regret(regrets, bounds=list(bounds.values())))
    assert sum("kept by every curve" in name for name in unlabelled) == 2


def test_a_bound_on_other_draws_is_refused(game, bandits):
    with pytest.raises(SettingError, match="regret is of basis 'realized'"):
        plot_regret(external_regret(bandits.realized), bounds=learner_bound(game, RegretMatching()))


def test_runs_at_different_checkpoints_are_refused():
    rows = np.ones((3, 1))
    runs = [RegretTrace(rows, "external", steps=[1, 2, last]) for last in (3, 4)]
    with pytest.raises(SettingError, match="runs have different steps"):
        plot_regret(runs)


def test_regret_by_type_of_a_batch_adds_up_to_the_mean_regret_at_its_checkpoints(game, bandits):
    regret = external_regret(bandits.realized)
    ax = plot_regret_by_type(regret, 1, game=game)
    assert ax.get_legend().get_title().get_text() == "Column (12 runs, 5–95 % of them)"
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), regret.steps)
    total = sum(np.asarray(line.get_ydata()) for line in ax.lines)
    np.testing.assert_allclose(total, regret.cumulative[..., 1].mean(axis=0), atol=1e-12)
    assert len(ax.collections) == 3


def test_simplex_of_a_summary_is_drawn_at_its_checkpoints(game, bandits):
    ax = plot_simplex(bandits, 1, game=game)
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), bandits.steps)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), bandits.played(1)[:, :, 0, 1].mean(axis=0))
    assert len(ax.collections) == 3, "a band for each type"
    triangle = plot_simplex(bandits, 0, game=game)
    assert "mean of 12 runs; 6 pale" in triangle.get_legend().get_title().get_text()


def test_simplex_draws_averages_on_request(game):
    play = play_learners(game, RegretMatching(), 50)
    ax = plot_simplex(play, 1, average=True)
    assert ax.get_ylabel() == "average probability of action 2"
    np.testing.assert_allclose(ax.lines[2].get_ydata(), play.average(1)[:, 2, 1])
    same = plot_simplex(play.played(1), 1, average=True)
    np.testing.assert_allclose(same.lines[2].get_ydata(), play.average(1)[:, 2, 1])


def test_many_steps_are_thinned_evenly_in_the_step_whatever_the_checkpoints():
    steps = np.concatenate([np.arange(1, 4001), np.arange(5000, 100_001, 1000)])
    trace = RegretTrace(np.sqrt(steps)[:, None], "external", steps=steps)
    for scale in ("linear", "log"):
        drawn = plot_regret(trace, scale=scale).lines[0].get_xdata()
        assert drawn[[0, -1]].tolist() == [1, 100_000]
        assert len(drawn) <= 1200
        assert np.isin(drawn, steps).all()
