"""Labels: one value, checked once, counted from one where there are none."""

from __future__ import annotations

import pytest

from econ_theory import BayesianGame
from econ_theory.errors import GameError
from econ_theory.games import Labels

ANN = Labels(["Ann", "Bob"], [["low", "high"], ["sole"]], [["in", "out"], ["x", "y", "z"]])


def test_labels_are_values():
    same = Labels(("Ann", "Bob"), (("low", "high"), ("sole",)), (("in", "out"), ("x", "y", "z")))
    assert same == ANN
    assert hash(same) == hash(ANN)
    assert ANN.shapes == ((2, 2), (1, 3))
    assert Labels.counted(ANN.shapes) != ANN
    assert Labels.counted([(2, 1)], 2) == Labels(
        ["player 1"], [["t1", "t2"]], [["a1"]], ["s1", "s2"]
    )


def test_a_players_only_type_goes_without_saying():
    assert ANN.who(0, 1) == "Ann as high"
    assert ANN.who(1, 0) == "Bob"
    assert (
        Labels(["Ann"], [["l", "h"]], [["a"]], ["boom", "bust"]).who(0, 0, 1) == "Ann in bust as l"
    )


def test_a_game_has_labels():
    game = BayesianGame(
        [[0.5], [0.5]],
        [[[[[0, 1, 2], [0, 1, 2]]]]] * 2,
        players=["Ann", "Bob"],
        types=[None, ["s"]],
    )
    assert game.labels == Labels(
        ["Ann", "Bob"], [["t1", "t2"], ["s"]], [["a1", "a2"], ["a1", "a2", "a3"]]
    )


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ((["Ann", "Ann"], [["t"]] * 2, [["a"]] * 2), "players has the label 'Ann' twice"),
        ((["Ann", "Bob"], [["t"]], [["a"]] * 2), "types has 1 lists, want 2"),
        ((["Ann"], [["t"]], [["a", "a"]]), "actions of Ann has the label 'a' twice"),
        ((["Ann"], ["t"], [["a"]]), "types of Ann is the string 't'"),
        ((["Ann"], [["t"]], [["a"]], ["s", "s"]), "states has the label 's' twice"),
    ],
)
def test_wrong_labels_are_refused(given, complaint):
    with pytest.raises(GameError, match=complaint):
        Labels(*given)
