"""Gambit extensive-form files: round trips, what Gambit writes, and what is refused where."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory.certificates import certify
from econ_theory.errors import FormatError, GameError
from econ_theory.games import BayesianGame
from econ_theory.interop import dumps_efg, loads_efg, read_efg, write_efg
from econ_theory.strategies import StrategyProfile

TREE = """EFG 2 R "Meet" { "Ann" "Bob" }
"a comment
over two lines"

c "" 1 "nature" { "low" 1/3 "high" 2/3 } 0
p "" 1 1 "low" { "L" "R" } 0
p "" 2 1 "only" { "U" "D" } 0
t "" 1 "" { 1, 2 }
t "" 2 "" { 1/3 -2.5 }
p "" 2 1 0
t "" 3 "x" { 1e-2, 2.5E+1 }
t "" 0
p "" 1 2 "high" { "L" "R" } 0
p "" 2 1 0
t "" 4 "" { .5 5. }
t "" 1
p "" 2 1 0
t "" 1
t "" 0
"""


def random_game(shape, seed, *, exact=False):
    rng = np.random.default_rng(seed)
    types, actions = shape
    if exact:
        weights = rng.integers(0, 5, size=types)
        weights.flat[0] += 1
        total = int(weights.sum())
        prior = np.array([Fraction(int(w), total) for w in weights.flat], dtype=object)
        prior = prior.reshape(types)
        size = (*types, *actions)
        draws = [rng.integers(-9, 9, size=size) for _ in types]
        payoffs = [
            np.array([Fraction(int(x), 7) for x in u.flat], dtype=object).reshape(size)
            for u in draws
        ]
        return BayesianGame(prior, payoffs, title="exact")
    prior = rng.dirichlet(np.ones(int(np.prod(types)))).reshape(types)
    return BayesianGame(prior, [rng.normal(size=(*types, *actions)) for _ in types])


def assert_same(a, b, *, rtol=0.0):
    assert a.players == b.players
    assert a.types == b.types
    assert a.actions == b.actions
    assert a.title == b.title
    np.testing.assert_allclose(a.prior, b.prior, rtol=rtol, atol=0)
    for u, v in zip(a.payoffs, b.payoffs, strict=True):
        full = (*a.n_types, *a.n_actions)
        assert (np.broadcast_to(u, full) == np.broadcast_to(v, full)).all()


@settings(max_examples=25)
@given(
    st.integers(1, 3).flatmap(
        lambda n: st.tuples(
            st.tuples(*[st.integers(1, 3)] * n), st.tuples(*[st.integers(1, 3)] * n)
        )
    ),
    st.integers(0, 10**6),
)
def test_exact_games_round_trip_exactly(shape, seed):
    game = random_game(shape, seed, exact=True)
    back = loads_efg(dumps_efg(game))
    assert_same(game, back)
    assert (game.exact.prior == back.exact.prior).all()
    for u, v in zip(game.exact.payoffs, back.exact.payoffs, strict=True):
        assert (u == v).all()


@settings(max_examples=25)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 10**6))
def test_float_games_round_trip_and_probabilities_sum_to_one(n_types, n_actions, seed):
    game = random_game(((n_types, 2), (n_actions, 2)), seed)
    back = loads_efg(dumps_efg(game))
    assert_same(game, back, rtol=3e-16)
    assert back.given[0].sum() == 1


def test_prior_with_tiny_and_zero_entries_keeps_its_null_types():
    prior = np.array([[1e-300, 0.0], [0.0, 0.0], [0.1, 0.9]])
    game = BayesianGame(prior, [np.ones((3, 2, 1, 1))] * 2)
    back = loads_efg(dumps_efg(game))
    assert (back.prior == prior).all()
    assert back.n_types == (3, 2)


def test_prior_that_misses_one_by_more_than_rounding_still_writes_one():
    game = BayesianGame([0.5, 0.5 + 4e-10], [np.ones((2, 1))])
    back = loads_efg(dumps_efg(game))
    assert back.given[0].sum() == 1
    np.testing.assert_allclose(back.prior, game.prior, rtol=1e-9)


@pytest.mark.parametrize("scale", [1e-12, 1e12, 1e-300, 5e307])
def test_payoffs_of_any_scale_keep_their_floats(scale):
    table = np.array([1.0, -np.pi, 0.1, 1 / 3]).reshape(1, 4) * scale
    back = loads_efg(dumps_efg(BayesianGame([1.0], [table])))
    assert (back.payoffs[0] == table).all()


def test_labels_with_quotes_backslashes_newlines_and_unicode_survive():
    game = BayesianGame(
        [0.5, 0.5],
        [np.eye(2)],
        players=['Ann "the brave" \\ é'],
        types=[["ends in \\", "two\nlines"]],
        actions=[["{ brace }", "日本"]],
        title='a "title" // not a comment, 1/2',
    )
    assert_same(game, loads_efg(dumps_efg(game)))


def test_length_one_axes_are_written_expanded():
    game = BayesianGame(np.full((2, 3), 1 / 6), [np.ones((2, 1, 2, 1)), np.zeros((1, 3, 1, 2))])
    assert_same(game, loads_efg(dumps_efg(game)))


def test_hand_written_tree_keeps_rationals_decimals_and_exponents():
    game = loads_efg(TREE)
    assert game.title == "Meet"
    assert game.players == ("Ann", "Bob")
    assert game.types == (("low", "high"), ("only",))
    assert game.actions == (("L", "R"), ("U", "D"))
    assert game.given[0].ravel().tolist() == [Fraction(1, 3), Fraction(2, 3)]
    ann, bob = (u.reshape(2, 2, 2).tolist() for u in game.given[1])
    assert ann == [[[1, Fraction(1, 3)], [Fraction(1, 100), 0]], [[Fraction(1, 2), 1], [1, 0]]]
    assert bob == [[[2, Fraction(-5, 2)], [25, 0]], [[5, 2], [2, 0]]]


def test_moves_may_come_in_any_order_and_outcomes_at_any_node():
    game = loads_efg(
        """EFG 2 R "" { "A" "B" }
        p "" 2 7 "" { "x" "y" } 1 "toll" { 10 20 }
        p "" 1 4 "" { "l" "r" } 0
        t "" 2 "" { 1 1 }
        t "" 3 "" { 2 2 }
        p "" 1 4 0
        t "" 4 "" { 3 3 }
        t "" 0"""
    )
    assert game.n_types == (1, 1)
    assert game.payoffs[0].reshape(2, 2).tolist() == [[11, 13], [12, 10]]
    assert game.payoffs[1].reshape(2, 2).tolist() == [[21, 23], [22, 20]]


def test_chance_that_nobody_sees_is_averaged_and_nested_chance_multiplied():
    game = loads_efg(
        """EFG 2 R "" { "A" }
        c "" 1 "" { "a" 1/4 "b" 3/4 } 0
        c "" 2 "" { "x" 1/2 "y" 1/2 } 0
        p "" 1 1 "low" { "go" } 0
        t "" 1 "" { 8 }
        p "" 1 1 0
        t "" 2 "" { 4 }
        p "" 1 2 "high" { "go" } 0
        t "" 3 "" { 1 }"""
    )
    assert game.prior.tolist() == [0.25, 0.75]
    assert game.payoffs[0].ravel().tolist() == [6, 1]


def test_joint_types_missing_from_the_tree_have_probability_zero():
    text = """EFG 2 R "" { "A" "B" }
        c "" 1 "" { "same" 1/2 "other" 1/2 } 0
        p "" 1 1 "" { "a" } 0
        p "" 2 1 "" { "a" } 0
        t "" 1 "" { 1 1 }
        p "" 1 2 "" { "a" } 0
        p "" 2 2 "" { "a" } 0
        t "" 2 "" { 2 2 }"""
    assert loads_efg(text).prior.tolist() == [[0.5, 0], [0, 0.5]]


def test_a_player_without_moves_has_one_type_and_one_action():
    game = loads_efg('EFG 2 R "" { "A" "B" } p "" 1 1 "" { "a" "b" } 0 t "" 1 "" { 1 2 } t "" 0')
    assert (game.n_types, game.n_actions) == ((1, 1), (2, 1))


def test_names_missing_or_repeated_become_distinct_labels():
    game = loads_efg('EFG 2 R "" { "" "" } p "" 1 1 "" { "a" "a" } 0 t "" 1 "" { 1 2 } t "" 0')
    assert game.players == ("player 1", "player 2")
    assert game.actions[0] == ("a", "a (2)")


def test_probabilities_within_1e_9_of_one_are_divided_by_their_sum():
    text = TREE.replace("1/3 ", "0.3333333333 ", 1).replace("2/3", "0.6666666666")
    assert loads_efg(text).given[0].sum() == 1


REFUSED = [
    ("NFG 1", "line 1: found 'NFG', want 'EFG'"),
    ("", "line 1: found the end of the file, want 'EFG'"),
    ("EFG 3 R", "line 1: found '3', want '2'"),
    ("EFG 2 X", "want 'R'"),
    ('EFG 2 R "" { }', "list of players is empty"),
    ('EFG 2 R "x" { "a" ', "line 1: found the end of the file, want one of the player names"),
    ('EFG 2 R "no end', "line 1: a string has no closing quote"),
    (TREE.replace("1/3 ", "1/2 ", 1), r"line 5: the probabilities sum to 1.16666666667, want 1"),
    (TREE.replace('"low" 1/3', '"low" -1/3'), "line 5: a probability is -1/3, want none below"),
    (TREE.replace('"low" 1/3', '"low"'), "line 5: found the string 'high', want its probability"),
    (TREE.replace("{ 1, 2 }", "{ 1, 2, 3 }"), "line 8: outcome 1 has 3 payoffs, want 2"),
    (TREE.replace("{ 1, 2 }", "{ 1, two }"), "line 8: found 'two', want a payoff"),
    (TREE.replace("{ 1, 2 }", "{ nan, 2 }"), "line 8: found 'nan', want a payoff"),
    (TREE.replace("{ 1, 2 }", "{ inf 2 }"), "line 8: found 'inf', want a payoff"),
    (TREE.replace("{ 1, 2 }", "{ 1/0 2 }"), "line 8: a payoff is '1/0', want a denominator"),
    (TREE.replace("{ 1, 2 }", "{ 1e999999999 2 }"), "line 8: a payoff is '1e999999999', want"),
    (TREE.replace("{ 1, 2 }", "{ 1e350 2 }"), "line 8: a payoff is '1e350', want a size"),
    (TREE.replace("{ 1, 2 }", "{ " + "9" * 5000 + " 2 }"), "line 8: a payoff is '999"),
    (TREE.replace("{ 1, 2 }", "{ 1_0 2 }"), "line 8: found '1_0', want a payoff"),
    (TREE.replace('t "" 2 ""', 't "" 1 ""'), "line 9: outcome 1 has other payoffs than before"),
    (TREE.replace('t "" 4 "" { .5 5. }', 't "" 9'), "line 15: outcome 9 is used before"),
    (TREE.replace('t "" 4 ""', 't "" 0 ""'), "line 15: outcome 0 has payoffs, want none"),
    (TREE.replace('p "" 2 1 "only"', 'p "" 3 1 "only"'), "line 7: the player is 3, want 1 to 2"),
    (TREE.replace('p "" 2 1 "only"', 'p "" 2 0 "only"'), "line 7: the information set is 0"),
    (TREE.replace('p "" 2 1 "only"', 'p "" 2 x "only"'), "line 7: found 'x', want the number of"),
    (TREE.replace(' { "U" "D" }', "", 1), "line 7: information set 1 of player 2 is used before"),
    (TREE.replace('"low" { "L" "R" }', '"low" { }'), "line 6: an information set has no actions"),
    (
        TREE.replace('"high" { "L" "R" }', '"high" { "L" }'),
        "line 13: player 'Ann' has 1 actions in information set 2 and 2 in 1, want the same",
    ),
    (
        TREE.replace('p "" 1 2 "high" { "L" "R" }', 'p "" 1 1 "high" { "R" "L" }'),
        r"line 13: information set 1 of player 1 has actions \['R', 'L'\] here",
    ),
    (
        TREE.replace('p "" 2 1 "only"', 'p "" 1 1 "only"').replace(' { "U" "D" }', ""),
        "line 7: player 'Ann' moves a second time on this path",
    ),
    (
        TREE.replace('p "" 2 1 0\nt "" 3', 'p "" 2 5 "seen" { "U" "D" } 0\nt "" 3'),
        "line 10: player 'Bob' is in information set 5 here and in 1 after other actions",
    ),
    (
        TREE.replace('p "" 2 1 "only" { "U" "D" }', 'c "" 2 "" { "U" 1/2 "D" 1/2 }'),
        "line 7: a chance move follows a player's move",
    ),
    (
        TREE.replace('p "" 2 1 0\nt "" 3 "x" { 1e-2, 2.5E+1 }\nt "" 0', 't "" 0'),
        "line 10: player 'Bob' does not move on every path",
    ),
    (TREE.replace('t "" 1\np "" 2 1 0\nt "" 1\nt "" 0', 't "" 1'), "want a node: 'c', 'p' or 't'"),
    (TREE + 't "" 0\n', "line 20: found 't' after the last leaf, want the end"),
    (TREE.replace('c "" 1 "nature" { "low"', 'c "" 1 "nature" 0 "low"'), "line 5: chance informat"),
]


@pytest.mark.parametrize(("text", "complaint"), REFUSED)
def test_malformed_or_not_bayesian_is_refused_with_its_line(text, complaint):
    with pytest.raises(FormatError, match=complaint):
        loads_efg(text)


def test_file_names_and_encodings_are_named(tmp_path):
    path = tmp_path / "bad.efg"
    path.write_bytes(b'EFG 2 R "caf\n\xe9" { }')
    with pytest.raises(FormatError, match=r"bad\.efg, line 2: byte 0xe9 is no UTF-8"):
        read_efg(path)
    path.write_text("\ufeff" + TREE, encoding="utf-8")
    assert read_efg(str(path)).title == "Meet"


def test_too_large_is_refused_before_it_is_built(tmp_path, monkeypatch):
    # 200 information sets a player, each met once: a small file that asks for 200**3 joint types.
    rows = ['EFG 2 R "" { "A" "B" "C" }', 'c "" 1 "" {']
    rows += [f'"{k}" 1/200' for k in range(200)] + ["} 0"]
    for k in range(1, 201):
        rows += [f'p "" {i} {k} "" {{ "a" }} 0' for i in (1, 2, 3)] + ['t "" 0']
    with pytest.raises(FormatError, match=r"24,000,000 payoffs,\s+want at most 4,000,000"):
        loads_efg("\n".join(rows))
    monkeypatch.setattr("econ_theory.records.files.MOST_BYTES", 10)
    path = tmp_path / "long.efg"
    path.write_text(TREE)
    with pytest.raises(FormatError, match=r"long\.efg is \d+ bytes, want at most 10"):
        read_efg(path)
    private = [np.ones((1, 1, 1100, 1)), np.ones((1, 1, 1, 2000))]
    with pytest.raises(GameError, match="4,400,000 payoffs"):
        dumps_efg(BayesianGame([[1.0]], private))


def test_eight_types_and_actions_take_about_a_second(tmp_path):
    game = random_game(((8, 8), (8, 8)), 0)
    path = tmp_path / "game.efg"
    start = time.process_time()
    write_efg(game, path)
    back = read_efg(path)
    assert time.process_time() - start < 3.0
    profile = StrategyProfile.random(game, rng=0)
    assert certify(back, profile).epsilon == pytest.approx(
        certify(game, profile).epsilon, abs=1e-12
    )
