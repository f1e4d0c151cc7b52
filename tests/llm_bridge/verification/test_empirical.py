from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from econ_theory import StrategyProfile, certify, solve
from llm_bridge.bank.rewards import RewardWeights, rewards
from llm_bridge.bank.signals import SignalBins
from llm_bridge.bank.table import MISSING
from llm_bridge.errors import ConfigError
from llm_bridge.models.controls import ControlMenu
from llm_bridge.models.simulated import SimulatedWorld, Skill
from llm_bridge.verification.empirical import empirical_game, question_payoffs
from llm_bridge.verification.ground_truth import draw_table, exact_bins, exact_game

WORLD = SimulatedWorld((0.4, 0.6), n_wrong=2)
ANN = Skill((0.9, 0.6), (0.3, 0.2), (0.2, 1.0), signals=((0.8, 0.2), (0.2, 0.8)), invalid=0.3)
BOB = Skill((0.7, 0.8), (0.3, 0.2), (1.0, 0.2), signals=((0.7, 0.3), (0.4, 0.6)))
MENU = ControlMenu.grid([0.2, 1.0])
BINS = exact_bins([ANN, BOB])


def table_of(n=40, m=3, seed=0, skills=(ANN, ANN, BOB), pools=(0, 0, 1)):
    return draw_table(WORLD, list(skills), MENU, n, m, pools=list(pools), rng=seed)


def test_payoffs_average_all_draws_without_reuse() -> None:
    """Against plain loops over questions, controls and completions."""
    table, weights = table_of(n=4), RewardWeights(0.2, 0.5, 0.3)
    payoffs = question_payoffs(table, weights=weights, aggregator="vote", max_draws=27)
    for q, e in product(range(4), product(range(2), repeat=3)):
        earned = []
        for s in product(range(3), repeat=3):
            if e[0] == e[1] and s[0] == s[1]:
                continue
            answers = np.array([table.answers[q, p, e[i], s[i]] for i, p in enumerate(table.pools)])
            earned.append(
                rewards(answers, table.scores[q], table.similarity[q], weights=weights).reward
            )
        wanted = np.mean(earned, axis=0)
        for i in range(3):
            assert payoffs[(q, i, *e)] == pytest.approx(wanted[i])


def test_balanced_draws_have_the_same_expectation() -> None:
    table = table_of(n=300, m=4)
    every = question_payoffs(table, max_draws=64)
    some = question_payoffs(table, max_draws=8, rng=0)
    assert not np.array_equal(every, some)
    error = (some - every).std(axis=0) / np.sqrt(300)
    assert (np.abs((some - every).mean(axis=0)) <= 4.5 * error + 1e-12).all()


def test_the_game_holds_shares_means_and_labels() -> None:
    table = table_of(n=60)
    bins = exact_bins([ANN, ANN, BOB])
    empirical = empirical_game(table, bins)
    types = bins.types(table.signals)
    assert empirical.counts.sum() == 60
    np.testing.assert_allclose(empirical.game.prior, empirical.counts / 60)
    for cell in np.argwhere(empirical.counts > 0):
        own = empirical.payoffs[(types == cell).all(axis=1)]
        for i in range(3):
            np.testing.assert_allclose(empirical.game.payoffs[i][tuple(cell)], own[:, i].mean(0))
    assert empirical.game.types[0] == ("unsure", "sure")
    assert empirical.game.actions[2] == MENU.labels
    assert empirical.type_counts(1).sum() == 60


def test_unseen_joint_types_are_null_and_noted() -> None:
    table = table_of(n=3)
    empirical = empirical_game(table, exact_bins([ANN, ANN, BOB]))
    unseen = empirical.counts == 0
    assert unseen.sum() >= 5
    assert (empirical.game.prior[unseen] == 0).all()
    assert (empirical.widths[:, unseen] == 1.0).all()
    assert any("occur on none of the 3 questions" in note for note in empirical.notes)


def test_executors_of_one_type_need_no_signal() -> None:
    table = table_of(n=30)
    silent = replace(table, signals=np.full((30, 3), np.nan))
    empirical = empirical_game(silent, SignalBins((np.empty(0),) * 3))
    assert empirical.game.n_types == (1, 1, 1)
    assert empirical.game.types[0] == ("any",)


def test_invalid_completions_and_constant_signals_are_noted() -> None:
    table = table_of(n=50)
    constant = replace(table, signals=np.full((50, 3), -1.0))
    empirical = empirical_game(constant, SignalBins.fit(constant.signals, 2))
    assert empirical.game.n_types == (1, 1, 1)
    assert any("signal of executor 2 is constant" in note for note in empirical.notes)
    assert any("could not be read (INVALID)" in note for note in empirical.notes)


@pytest.mark.parametrize("method", ["bernstein", "bootstrap"])
def test_widths_cover_every_payoff_at_once(method) -> None:
    game = exact_game(WORLD, [ANN, BOB], MENU)
    covered = 0
    for seed in range(40):
        table = draw_table(WORLD, [ANN, BOB], MENU, 300, 2, rng=seed)
        empirical = empirical_game(table, BINS, method=method, rng=seed)
        covered += all(
            (np.abs(empirical.game.payoffs[i] - game.payoffs[i]) <= empirical.widths[i]).all()
            for i in range(2)
        )
    assert covered / 40 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 40)


def test_an_empirical_equilibrium_is_a_true_one_up_to_two_widths() -> None:
    """The sup-norm guarantee, for equilibria of the estimate and for arbitrary profiles."""
    game = exact_game(WORLD, [ANN, BOB], MENU)
    tightest = 1.0
    for seed in range(40):
        table = draw_table(WORLD, [ANN, BOB], MENU, 600, 2, rng=seed)
        empirical = empirical_game(table, BINS, rng=seed)
        found = solve(empirical.game, rng=seed, throw=False).profile
        for profile in (found, StrategyProfile.random(game, rng=seed)):
            gamma = certify(empirical.game, profile).epsilon
            epsilon = certify(game, profile).epsilon
            assert epsilon <= gamma + 2 * empirical.width
            tightest = min(tightest, gamma + 2 * empirical.width - epsilon)
        for i in range(2):
            values = [
                g.action_values(profile, i) / g.type_weights(i)[:, None]
                for g in (game, empirical.game)
            ]
            off = np.abs(values[0] - values[1]).max(axis=1)
            assert (off <= empirical.interim_widths[i]).all()
    assert tightest > 0
    assert 0.05 < empirical.width < 0.25


def test_bad_banks_are_named() -> None:
    table = table_of(n=5)
    signals = table.signals.copy()
    signals[3, 1] = np.nan
    with pytest.raises(ConfigError, match="the signal of executor 'executor 2' on question 3"):
        empirical_game(replace(table, signals=signals), exact_bins([ANN, ANN, BOB]))
    holes = table.answers.copy()
    holes[2, 0, 1, 1:] = MISSING
    with pytest.raises(ConfigError, match="a cell of the bank has 1 completions, want at least 2"):
        question_payoffs(replace(table, answers=holes))
    with pytest.raises(ConfigError, match="the bank has 0 questions"):
        question_payoffs(table.take(np.arange(0)))
    with pytest.raises(ConfigError, match="confidence is 95"):
        empirical_game(table, exact_bins([ANN, ANN, BOB]), confidence=95)
    with pytest.raises(ConfigError, match=r"pools of the bank has shape \(2,\), want \(3,\)"):
        replace(table, pools=np.zeros(2, dtype=int))
