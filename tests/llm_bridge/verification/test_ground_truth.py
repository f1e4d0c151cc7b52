from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from llm_bridge.bank.rewards import RewardWeights, rewards
from llm_bridge.errors import ConfigError
from llm_bridge.models.controls import ControlMenu
from llm_bridge.models.simulated import SimulatedWorld, Skill
from llm_bridge.verification.empirical import question_payoffs
from llm_bridge.verification.ground_truth import draw_table, exact_bins, exact_game

WORLD = SimulatedWorld((0.4, 0.6), n_wrong=2)
ANN = Skill((0.9, 0.6), (0.3, 0.2), (0.2, 1.0), signals=((0.8, 0.2), (0.2, 0.8)), invalid=0.3)
BOB = Skill(
    (0.7, 0.8),
    (0.3, 0.2),
    (1.0, 0.2),
    signals=((0.6, 0.3, 0.1), (0.1, 0.4, 0.5)),
    levels=(-3.0, -1.0, -0.2),
)
MENU = ControlMenu.grid([0.2, 0.6, 1.0])


@pytest.mark.parametrize("aggregator", ["vote", "weighted_vote", "verifier_best"])
def test_payoffs_are_the_enumerated_expectation(aggregator) -> None:
    """The definition in plain loops, on an asymmetric team with types of different number."""
    weights, votes = RewardWeights(0.5, 0.3, 0.2), np.array([0.7, 0.4])
    game = exact_game(
        WORLD, [ANN, BOB], MENU, weights=weights, aggregator=aggregator, votes=votes, cosine=0.25
    )
    assert game.n_types == (2, 3)
    similarity = np.full((3, 3), 0.25) + 0.75 * np.eye(3)
    tables = [skill.outcomes(MENU, 2) for skill in (ANN, BOB)]
    for t in product(range(2), range(3)):
        chance = [
            w * ANN.signals[c][t[0]] * BOB.signals[c][t[1]]
            for c, w in enumerate(WORLD.class_weights)
        ]
        assert game.prior[t] == pytest.approx(sum(chance))
        for e in product(range(3), repeat=2):
            expected = np.zeros(2)
            for c, o in product(range(2), product(range(4), repeat=2)):
                answers = np.array([-1 if outcome == 3 else outcome for outcome in o])
                earned = rewards(
                    answers,
                    np.array([1.0, 0.0, 0.0]),
                    similarity,
                    weights=weights,
                    aggregator=aggregator,
                    votes=votes,
                )
                p = tables[0][c, e[0], o[0]] * tables[1][c, e[1], o[1]]
                expected += chance[c] / sum(chance) * p * earned.reward
            for i in range(2):
                assert game.payoffs[i][t + e] == pytest.approx(expected[i])


@pytest.mark.slow
def test_drawn_tables_have_the_exact_game_as_their_mean() -> None:
    game = exact_game(WORLD, [ANN, ANN, BOB], MENU)
    table = draw_table(WORLD, [ANN, ANN, BOB], MENU, 6000, 2, pools=[0, 0, 1], rng=0)
    types = exact_bins([ANN, ANN, BOB]).types(table.signals)
    payoffs = question_payoffs(table)
    shares = np.zeros(game.n_types)
    np.add.at(shares, tuple(types.T), 1 / 6000)
    np.testing.assert_allclose(shares, game.prior, atol=0.02)
    for cell in np.argwhere(game.prior > 0.05):
        own = payoffs[(types == cell).all(axis=1)]
        error = own.std(axis=0) / np.sqrt(len(own))
        for i in range(3):
            off = np.abs(own[:, i].mean(axis=0) - game.payoffs[i][tuple(cell)])
            assert (off <= 4.5 * error[i]).all()


def test_equal_executors_are_exchangeable_where_the_tie_rule_is_silent() -> None:
    """Ties go to the first of three, so the other two, always readable, stand alike."""
    able = replace(ANN, invalid=0.0)
    game = exact_game(WORLD, [BOB, able, able], MENU)
    swapped = game.payoffs[2].transpose(0, 2, 1, 3, 5, 4)
    np.testing.assert_allclose(game.payoffs[1], swapped)


def test_impossible_types_are_legal() -> None:
    sure = Skill((0.9, 0.6), (0.3, 0.2), (0.2, 1.0), signals=((1.0, 0.0), (1.0, 0.0)))
    game = exact_game(WORLD, [sure, ANN], MENU)
    np.testing.assert_array_equal(game.prior[1], 0.0)


def test_bad_teams_are_named() -> None:
    with pytest.raises(ConfigError, match="the team has 16777216 joint outcomes"):
        exact_game(WORLD, [ANN] * 12, MENU)
    with pytest.raises(ConfigError, match="executors of one pool have different skills"):
        draw_table(WORLD, [ANN, BOB], MENU, 5, 2, pools=[0, 0])
