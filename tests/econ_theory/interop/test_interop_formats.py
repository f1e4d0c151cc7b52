"""Normal-form files, nashpy and the native JSON file."""

from __future__ import annotations

import json
from contextlib import suppress
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory.certificates import certify
from econ_theory.errors import FormatError, GameError, MissingExtra, RefusedError
from econ_theory.forms import harsanyi_form
from econ_theory.games import BayesianGame
from econ_theory.interop import (
    dumps_efg,
    dumps_json,
    dumps_nfg,
    from_nashpy,
    loads_efg,
    loads_json,
    loads_nfg,
    read_json,
    read_nfg,
    to_nashpy,
    write_json,
    write_nfg,
)
from econ_theory.strategies import StrategyProfile


def bimatrix(a, b, **labels):
    return BayesianGame([[1]], [np.asarray(a)[None, None], np.asarray(b)[None, None]], **labels)


def bayesian(seed=0, exact=False):
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.ones(4)).reshape(2, 2)
    payoffs = [rng.normal(size=(2, 2, 2, 3)), rng.normal(size=(1, 2, 2, 3))]
    if exact:
        prior = np.array([[Fraction(1, 3), Fraction(1, 6)], [Fraction(0), Fraction(1, 2)]])
        payoffs = [
            np.array([Fraction(int(8 * x), 7) for x in u.flat], dtype=object).reshape(u.shape)
            for u in payoffs
        ]
    return BayesianGame(prior, payoffs, title="named", types=[["l", "h"], ["l", "h"]])


# --- .nfg


def test_normal_form_round_trip_keeps_labels_and_player_one_runs_fastest(tmp_path):
    third = Fraction(1, 3)
    game = bimatrix(
        [[third, 2, 3], [4, 5, 6]],
        [[7, 8, 9], [10, 11, third]],
        players=["Ann", 'B "b"'],
        actions=[["u", "d"], ["l", "m", "r"]],
        title="T",
    )
    path = tmp_path / "x.nfg"
    write_nfg(game, path)
    assert path.read_text().split('""\n\n')[1].split("\n")[:2] == ["1/3 7", "4 10"]
    back = read_nfg(path)
    assert (back.given[1][0] == game.given[1][0]).all()
    assert (back.given[1][1] == game.given[1][1]).all()
    assert (back.players, back.actions, back.title) == (game.players, game.actions, game.title)


def test_games_with_types_are_written_as_their_exact_harsanyi_form():
    game = bayesian(exact=True)
    back = loads_nfg(dumps_nfg(game))
    form = harsanyi_form(game)
    assert back.n_actions == (4, 9)
    assert (back.exact.payoffs[0] == form.game.exact.payoffs[0]).all()
    assert back.actions == form.game.actions


def test_three_players_normal_form():
    rng = np.random.default_rng(1)
    game = BayesianGame(np.ones((1, 1, 1)), [rng.normal(size=(1, 1, 1, 2, 3, 4)) for _ in "abc"])
    back = loads_nfg(dumps_nfg(game))
    for u, v in zip(game.payoffs, back.payoffs, strict=True):
        assert (u == v).all()


def test_outcome_version_with_outcome_zero():
    game = loads_nfg(
        """NFG 1 D "Outcomes" { "A" "B" } { { "x" "y" } { "z" } }
        "comment"
        { { "first" 1, 1/2 } { "" 3 -4e-1 } }
        2 0"""
    )
    assert game.given[1][0].ravel().tolist() == [3, 0]
    assert game.given[1][1].ravel().tolist() == [Fraction(-2, 5), 0]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("EFG 2", "line 1: found 'EFG', want 'NFG'"),
        ('NFG 1 R "" { "a" } { 2 } 1', "line 1: found the end of the file, want payoff 2 of 2"),
        ('NFG 1 R "" { "a" } { 2 } 1\n x', "line 2: found 'x', want payoff 2 of 2"),
        ('NFG 1 R "" { "a" } { 2 } 1 2\n3', "line 2: found '3' after the last cell"),
        ('NFG 1 R "" { "a" } { 0 }', "a player has no strategies"),
        ('NFG 1 R "" { "a" } { }', "1 players and 0 lists of strategies"),
        ('NFG 1 R "" { } { }', "list of players is empty"),
        ('NFG 1 R "" { "a" "b" } { 2 } 1 2', "2 players and 1 lists"),
        ('NFG 1 R "" { "a" "b" } { 90000 90000 } 1', "16,200,000,000 payoffs, want at most"),
        ('NFG 1 R "" { "a" } { 99999999 } 1', "99,999,999 payoffs, want at most"),
        ('NFG 1 R "" { "a" } { 99999999999 } 1', "want at most 9 digits"),
        ('NFG 1 R "" { "a" } { 2 } { { "" 1 } } 1 2', "the outcome is 2, want 0 to 1"),
        ('NFG 1 R "" { "a" } { 2 } { { "" 1 2 } } 1 1', "outcome 1 has 2 payoffs, want 1"),
        ('NFG 1 R "" { "a" } { 2 } -1/-2', "found '-1/-2', want payoff 1"),
    ],
)
def test_malformed_normal_forms_are_refused_with_their_line(text, complaint):
    with pytest.raises(FormatError, match=complaint):
        loads_nfg(text)


def test_normal_form_too_large_is_refused():
    game = BayesianGame(np.full((12, 12), 1 / 144), [np.ones((12, 12, 2, 2))] * 2)
    with pytest.raises(GameError, match="write the extensive form with write_efg"):
        dumps_nfg(game)


# --- nashpy


def test_nashpy_equilibria_of_an_asymmetric_game_certify():
    game = bimatrix([[2, -1], [-1, 1]], [[-2, 1], [1, -1]])
    for row, column in to_nashpy(game).support_enumeration():
        assert certify(game, [[row], [column]]).epsilon < 1e-12
        np.testing.assert_allclose(row, [0.4, 0.6])


@pytest.mark.parametrize("seed", range(3))
def test_nashpy_equilibria_of_the_normal_form_lift_to_bayesian_equilibria(seed):
    rng = np.random.default_rng(seed)
    game = BayesianGame(
        rng.dirichlet(np.ones(4)).reshape(2, 2), [rng.normal(size=(2, 2, 2, 2)) for _ in "ab"]
    )
    lift = harsanyi_form(game).lift
    found = list(to_nashpy(game).vertex_enumeration())
    assert found
    for pair in found:
        # nashpy leaves zeros as small as -1e-17.
        profile = StrategyProfile([[np.clip(row, 0, None)] for row in pair])
        assert certify(game, lift(profile)).epsilon < 1e-9


def test_nashpy_there_and_back():
    game = bimatrix([[1.0, 2, 3]], [[4.0, 5, 6]])
    back = from_nashpy(to_nashpy(game))
    assert (back.payoffs[1] == game.payoffs[1]).all()
    with pytest.raises(GameError, match=r"the object is a int, want a nashpy\.Game"):
        from_nashpy(3)


def test_nashpy_refuses_three_players_and_names_what_is_missing(monkeypatch):
    with pytest.raises(RefusedError, match="3 players, want 2 for nashpy"):
        to_nashpy(BayesianGame(np.ones((1, 1, 1)), [np.ones((1,) * 6)] * 3))
    monkeypatch.setitem(__import__("sys").modules, "nashpy", None)
    with pytest.raises(MissingExtra, match="nashpy is not installed"):
        to_nashpy(bimatrix([[1]], [[1]]))


# --- JSON


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.booleans())
def test_json_round_trip_is_bit_for_bit(seed, exact):
    game = bayesian(seed, exact)
    back = loads_json(dumps_json(game))
    for a, b in zip((game.given[0], *game.given[1]), (back.given[0], *back.given[1]), strict=True):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        assert (a == b).all()
    assert (back.types, back.actions, back.players) == (game.types, game.actions, game.players)
    assert back.title == "named"


def test_json_file_and_extreme_floats(tmp_path):
    table = np.array([[5e-324, -1.7976931348623157e308, 1 / 3, 0.1]])
    game = BayesianGame([1.0], [table], players=["Zoë"])
    write_json(game, tmp_path / "g.json")
    back = read_json(str(tmp_path / "g.json"))
    assert (back.payoffs[0] == table).all()
    assert back.players == ("Zoë",)


def fields(**changes):
    data = json.loads(dumps_json(bimatrix([[1, 2]], [[3, 4]])))
    data.update(changes)
    return json.dumps(data)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{\n"schema": }', "text, line 2: Expecting value, want JSON"),
        ("[1]", "holds a list, want an object"),
        ("[" * 100_000, "nested too deeply"),
        (fields(schema="other"), "field \"schema\" is 'other', want 'econ-theory/game'"),
        (
            fields(version=2),
            'field "version" is 2, want 1 for .econ-theory/game.; a newer',
        ),
        (fields(version="1"), "field \"version\" is '1', want 1"),
        (fields(title=3), 'field "title" is 3, want a string'),
        (fields(extra=1), 'field "extra" is unknown'),
        (fields(players="Ann"), "field \"players\" is 'Ann', want a list of strings"),
        (fields(players=["Ann"]), "players has 1 labels, want 2"),
        (fields(types=3), 'field "types" is 3, want one list a player'),
        (fields(types=[["a"], [1]]), r'field "types"\[1\] is \[1\], want a list of strings'),
        (fields(actions=[["a"], ["b"]]), "want 1|has 1 labels, want 2"),
        (fields(prior=1), 'field "prior" is 1, want nested lists'),
        (fields(prior=[["x"]]), "field \"prior\" has 'x', want numbers or strings"),
        (fields(prior=[["1/0"]]), "field \"prior\" has '1/0', want no zero denominator"),
        (fields(prior=[[True]]), 'field "prior" has True, want numbers'),
        (fields(prior=[["1/2"]]), "prior sums to 0.5, want 1"),
        (fields(prior=[[1], [0, 0]]), "prior is ragged"),
        (fields(payoffs={}), 'field "payoffs" is {}, want one tensor a player'),
        (fields(payoffs=[[[[[1]]]]]), "payoffs has 1 tensors, want 2"),
        (fields(payoffs=[[[[[1, "1/2"]]]], [[[[1, 2]]]]]), 'field "payoffs".0. mixes numbers and'),
        (fields().replace("2.0", "NaN"), "text: the number NaN is no JSON"),
        (fields().replace('"title": "", ', ""), 'field "title" is missing'),
        (fields().replace("2.0", "1" * 5000), "number that is too long"),
    ],
)
def test_malformed_json_is_refused_with_its_field(text, complaint):
    with pytest.raises(FormatError, match=complaint):
        loads_json(text)


@pytest.mark.parametrize(
    ("dumps", "loads"),
    [(dumps_efg, loads_efg), (dumps_nfg, loads_nfg), (dumps_json, loads_json)],
    ids=["efg", "nfg", "json"],
)
@settings(max_examples=150)
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_but_never_crashes(dumps, loads, data):
    text = dumps(bayesian(exact=True))
    words = [
        '"',
        "{",
        "}",
        "[",
        "]",
        "0",
        "-1",
        "1/0",
        "t",
        "p",
        "c",
        " ",
        "\\",
        ",",
        "9" * 30,
        "\0",
    ]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.sampled_from([0, 1, 3, 30, 300]))
        text = text[:start] + data.draw(st.sampled_from(words)) + text[start + length :]
    with suppress(FormatError):
        assert loads(text).exact.prior.sum() == 1
