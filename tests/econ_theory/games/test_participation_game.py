"""Games of joining or staying out, and step functions: what is read, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import BidFunction, certify
from econ_theory.errors import GameError, ProfileError
from econ_theory.games import ParticipationGame, Power, Uniform
from econ_theory.strategies.steps import StepFunction, StepProfile, as_steps

GOOD = ParticipationGame.public_good


def test_functions_and_tables_state_the_same_game():
    stated = ParticipationGame(
        lambda v, m: v * (m >= 1) - 0.25, Uniform(), 3, stay=lambda v, m: v * (m >= 2)
    )
    game = GOOD(Uniform(), 3, cost=0.25, threshold=2)
    np.testing.assert_array_equal(stated.joined, game.joined)
    np.testing.assert_array_equal(stated.stayed, game.stayed)


def test_costs_as_types_and_refunds():
    game = GOOD([Uniform(), Uniform(0, 2)], value=[1.0, 2.0], threshold=2, refund=True)
    np.testing.assert_array_equal(game.joined[0], [[0, 0], [1, -1]])
    np.testing.assert_array_equal(game.joined[1], [[0, 0], [2, -1]])
    assert not game.stayed.any()
    assert game.slope(0) == -1
    assert game.payoff_range(1) == 2
    assert game.summary[0] == "public good, 2 must pay their type for 1, 2 or nobody does"
    assert not game.alike(0, 1)


def test_slope_is_open_where_it_depends_on_the_others():
    game = ParticipationGame(lambda t, m: t * (1 - 2 * m) - 0.1, Uniform(), 2)
    assert game.slope(0) == 0
    with pytest.raises(ProfileError, match=r"player 1 is the cutoff 0.5, want a StepFunction"):
        certify(game, [0.5, 0.5])
    certificate = certify(game, [StepFunction([0.2, 0.8], [1.0, 0.0, 0.5])] * 2)
    assert certificate.kind == "bound"


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: GOOD(Uniform(), cost=0.2), "n_players is None, want how many players"),
        (lambda: GOOD([Uniform()] * 2, 3, cost=0.2), "n_players is 3 with 2 priors"),
        (lambda: GOOD(Uniform(), 3), "cost is None and value is None, want one of them"),
        (lambda: GOOD(Uniform(), 3, cost=1, value=1), "cost is 1 and value is 1, want one"),
        (lambda: GOOD(Uniform(), 3, cost=1, threshold=4), "threshold is 4 with 3 players, want 1"),
        (lambda: GOOD(Uniform(), 3, cost=[1, 2]), "cost or value has 2 entries, want one, or"),
        (lambda: ParticipationGame.entry(Uniform(), 3, profits=[1, 2]), "profits has 2 entries"),
        (lambda: ParticipationGame(lambda t, m: t**2, Uniform(), 2), "join is not affine in the"),
        (
            lambda: ParticipationGame([lambda t, m: t, lambda t, m: t**3], [Uniform()] * 2),
            r"join\[1\] is not affine in the type where 0 others join",
        ),
        (lambda: ParticipationGame(np.ones((3, 2)), Uniform(), 2), r"join has shape \(3, 2\)"),
        (lambda: ParticipationGame([[1, 0], [1, 0]], Uniform(), 2), "type of player 1 makes no"),
    ],
)
def test_bad_games_are_refused_with_words(build, words):
    with pytest.raises(GameError, match=words):
        build()


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ([0.5], "profile has 1 functions, want 2: one a player"),
        ([0.5, "x"], "strategy of player 2 is str, want a StepFunction or a cutoff"),
        ([0.5, BidFunction([0, 1], [0, 1])], "strategy of player 2 slopes, want probabilities"),
    ],
)
def test_bad_profiles_are_refused_with_words(profile, words):
    with pytest.raises(ProfileError, match=words):
        certify(GOOD(Uniform(), 2, cost=0.2), profile)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: StepFunction([0.5], [0.0]), r"shapes \(1,\) and \(1,\), want \(C,\) and"),
        (lambda: StepFunction([0.5, 0.2], [0, 1, 0]), "cuts decrease somewhere"),
        (lambda: StepFunction([0.5], [0, 1.5]), "shares reach from 0 to 1.5, want probabilities"),
        (lambda: StepFunction.above(0.5).scaled(-1.0), "factor is -1.0, want a positive number"),
        (lambda: StepProfile([0.5]), "strategy of player 1 is float, want a StepFunction"),
    ],
)
def test_bad_strategies_are_refused_with_words(build, words):
    with pytest.raises(ProfileError, match=words):
        build()


def test_strategies_in_all_their_forms():
    game = GOOD([Uniform(), Power(2.0), Uniform()], cost=0.2)
    jump = BidFunction([0, 0.5, 0.5, 1], [0.25, 0.25, 0.75, 0.75])
    profile = as_steps([0.4, jump, StepFunction([], [1.0])], game)
    assert profile.functions[0].probability(Uniform()) == pytest.approx(0.6)
    assert profile.functions[1].probability(Power(2.0)) == pytest.approx(0.25 / 4 + 0.75 * 0.75)
    assert profile.functions[2].probability(Uniform()) == 1.0
    np.testing.assert_array_equal(profile.functions[1]([0.2, 0.5, 0.9]), [0.25, 0.75, 0.75])
    moved = profile.scaled(1.5)
    assert moved.functions[0].cuts == pytest.approx([0.6])
    assert profile._repr_html_().count("<tr>") == 4
    costs = GOOD(Uniform(), 2, value=1.0)
    assert as_steps([0.3, 0.3], costs).functions[0](0.2) == 1.0
