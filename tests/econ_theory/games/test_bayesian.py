"""Bayesian games: what is accepted, what is refused and how it says so, labels, views, display."""

from __future__ import annotations

import pickle
from fractions import Fraction

import numpy as np
import pytest

from econ_theory.certificates import certify
from econ_theory.errors import GameError
from econ_theory.games import BayesianGame, Game
from econ_theory.strategies import StrategyProfile

ONE = np.ones((1, 1))
FLAT = np.ones((1, 1, 2, 2))


@pytest.mark.parametrize(
    ("prior", "complaint"),
    [
        ([[0.5, -0.5], [0.5, 0.5]], r"prior has -0.5 at index \(0, 1\), want no negative entry"),
        ([[np.nan, 0.5], [0.5, 0]], r"prior has nan at index \(0, 0\), want finite numbers"),
        ([[np.inf, 0], [0, 0]], r"prior has inf at index \(0, 0\), want finite numbers"),
        ([[0.5, 0.5], [0.5, 0.5]], "prior sums to 2, want 1; pass probabilities .to renormalize"),
        ([[0.3, 0.3], [0.3, 0.0]], "prior sums to 0.9, want 1"),
        ([[0.0, 0.0], [0.0, 0.0]], "prior sums to 0, want 1"),
        ([[0.5, 0.5 + 1e-8], [0, 0]], "prior sums to 1.00000001, want 1"),
        ([[Fraction(1, 3)] * 2, [Fraction(1, 6)] * 2][:1], "prior sums to 0.666"),
        (np.zeros((0, 2)), r"prior has shape \(0, 2\), want one axis of length >= 1 a player"),
        (1.0, r"prior has shape \(\), want one axis"),
        ([[1, 2], [3]], "prior is ragged"),
        ([["a", "b"]], "prior has entries of type <U1, want real numbers"),
        ([[1j]], "prior has entries of type complex128, want real numbers"),
        ([[None]], "prior has an entry None of type NoneType, want real numbers"),
        ([[Fraction(1, 2), 0.5]], "an entry 0.5 of type float, want real numbers; pass floats, or"),
    ],
)
def test_wrong_priors_are_refused(prior, complaint):
    with pytest.raises(GameError, match=complaint):
        BayesianGame(prior, [np.ones((1, 1, 1, 1))] * 2)


def test_an_exact_prior_must_sum_to_one_exactly():
    tiny = Fraction(1, 10**400)
    with pytest.raises(GameError, match="prior sums to 1, want 1"):
        BayesianGame([Fraction(1) - tiny], [[[1]]])


@pytest.mark.parametrize(
    ("payoffs", "complaint"),
    [
        ([FLAT], "payoffs has 1 tensors, want 2: one for each axis of the prior"),
        ([FLAT] * 3, "payoffs has 3 tensors, want 2"),
        ([FLAT, np.ones((2, 2))], "payoff of player 2 has 2 axes, want 4: 2 of types, then 2 of"),
        (
            [FLAT, np.ones((1, 3, 2, 2))],
            "player 2 has length 3 on the type axis of player 2, want 1",
        ),
        (
            [FLAT, np.ones((1, 1, 2, 3))],
            "player 1 has length 2 on the action axis of player 2, want",
        ),
        ([FLAT, np.ones((1, 1, 0, 2))], r"player 2 has shape \(1, 1, 0, 2\), want no empty axis"),
        (
            [FLAT, np.full((1, 1, 2, 2), np.nan)],
            r"payoff of player 2 has nan at index \(0, 0, 0, 0\)",
        ),
        ([FLAT * -np.inf, FLAT], "payoff of player 1 has -inf at index"),
        ([FLAT, [[[[1, 2], [3]]]]], "payoff of player 2 is ragged"),
        ([FLAT, np.full((1, 1, 2, 2), "1/2")], "payoff of player 2 has entries of type <U3"),
        (
            [FLAT, np.full((1, 1, 2, 2), Fraction(10**400))],
            "payoff of player 2 has an entry beyond",
        ),
    ],
)
def test_wrong_payoffs_are_refused(payoffs, complaint):
    with pytest.raises(GameError, match=complaint):
        BayesianGame(ONE, payoffs)


@pytest.mark.parametrize(
    ("labels", "complaint"),
    [
        ({"players": ["A"]}, "players has 1 labels, want 2"),
        ({"players": "AB"}, "players is the string 'AB', want a list of 2 strings"),
        ({"players": ["A", "A"]}, "players has the label 'A' twice, want distinct labels"),
        ({"types": [["t"]]}, "types has 1 lists, want 2: one for each player"),
        ({"types": [["t"], ["t", "u"]]}, "types of player 2 has 2 labels, want 1"),
        ({"actions": [["l", "r"]]}, "actions has 1 lists, want 2"),
        ({"actions": [["l", "r"], ["u"]]}, "actions of player 2 has 1 labels, want 2"),
        ({"actions": [["l", "r"], ["u", "v", "w"]]}, "length 2 on the action axis of player 2"),
        ({"actions": [["l", "r"], []]}, "actions of player 2 has 0 labels, want 2"),
        ({"actions": [["l", "l"], ["u", "v"]]}, "actions of player 1 has the label 'l' twice"),
        ({"actions": ["lr", ["u", "v"]]}, "actions of player 1 is the string 'lr'"),
    ],
)
def test_wrong_labels_are_refused(labels, complaint):
    with pytest.raises(GameError, match=complaint):
        BayesianGame(ONE, [FLAT, FLAT], **labels)


def test_more_players_than_axes_can_name_are_refused():
    n = 27
    with pytest.raises(GameError, match="prior has 27 axes, want at most 26"):
        BayesianGame(np.ones((1,) * n), [np.ones((1,) * (2 * n))] * n)


def test_actions_may_be_named_where_no_payoff_depends_on_them():
    game = BayesianGame(ONE, [np.ones((1, 1, 1, 1))] * 2, actions=[["x", "y", "z"], None])
    assert game.n_actions == (3, 1)
    assert game.actions == (("x", "y", "z"), ("a1",))


def test_labels_may_be_arrays_or_given_for_some_players_only():
    game = BayesianGame(
        [[0.5, 0.5]], [np.ones((1, 2, 1, 1))] * 2, types=[None, np.array(["low", "high"])]
    )
    assert game.types == (("t1",), ("low", "high"))
    again = game.relabelled(players=["A", "B"], title="new")
    assert (again.players, again.types, again.title) == (("A", "B"), game.types, "new")
    assert (game.players, game.title) == (("player 1", "player 2"), "")


def test_arrays_are_copied_and_read_only():
    prior, table = np.ones((1, 1)), np.ones((1, 1, 2, 2))
    game = BayesianGame(prior, [table, table])
    table[:] = 7
    prior[:] = 7
    assert (game.payoffs[0] == 1).all()
    assert game.prior[0, 0] == 1
    for array in (game.prior, game.payoffs[0], game.given[0], game.exact.prior):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 2
    assert table.flags.writeable


def test_floats_stand_for_the_rationals_they_are():
    game = BayesianGame([0.1, 0.9], [[[0.1], [0.2]]])
    assert game.exact.prior.sum() == 1
    assert game.exact.payoffs[0][0, 0] == Fraction(0.1)
    fractions = BayesianGame([Fraction(1, 3), Fraction(2, 3)], [[[1], [2]]])
    assert fractions.exact.prior[0] == Fraction(1, 3)
    assert fractions.given[0].dtype == object
    assert fractions.given[1][0].dtype == float


def test_exact_and_float_views_agree_and_are_games():
    game = BayesianGame([[0.25, 0.25], [0.5, 0]], [np.arange(16.0).reshape(2, 2, 2, 2)] * 2)
    assert isinstance(game, Game)
    assert isinstance(game.exact, Game)
    for i in range(2):
        assert game.exact.type_weights(i).tolist() == game.type_weights(i).tolist()
        assert game.exact.payoff_range(i) == game.payoff_range(i)
    # The joint type (1, 1), where the payoffs are largest, cannot occur.
    assert game.payoff_bounds(0) == (0, 11)


def test_one_player_is_a_decision_under_uncertainty():
    game = BayesianGame([0.25, 0.75], [[[1, 0], [0, 1]]])
    best = StrategyProfile.pure(game, [[0, 1]])
    assert certify(game, best, arithmetic="exact").epsilon == 0
    assert tuple(certify(game, StrategyProfile.pure(game, [[0, 0]])).worst) == (0, 1, 1, 1.0)
    weights = game.type_weights(0)
    weights[0] = 5
    assert game.prior[0] == 0.25


def test_games_can_be_pickled():
    game = BayesianGame(ONE, [FLAT, FLAT], title="x")
    certify(game, StrategyProfile.uniform(game), arithmetic="exact")
    again = pickle.loads(pickle.dumps(game))
    assert again.title == "x"
    assert (again.payoffs[0] == game.payoffs[0]).all()


def test_repr_says_the_shape_and_a_profile_has_its_table():
    large = BayesianGame(np.full((4, 4), 1 / 16), [np.ones((4, 4, 4, 4))] * 2)
    assert repr(large) == "BayesianGame(2 players, types (4, 4), actions (4, 4))"
    assert "t1" in StrategyProfile.uniform(large)._repr_html_()
