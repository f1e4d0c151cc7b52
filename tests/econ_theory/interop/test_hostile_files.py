"""Game files that attack: bounded time and memory, and nothing but our own exceptions."""

from __future__ import annotations

import json
import random
import re
import time
import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econ_theory import certify, solve_all
from econ_theory.errors import EconError, FormatError, GameError
from econ_theory.games import BayesianGame
from econ_theory.interop import (
    dumps_efg,
    dumps_json,
    dumps_nfg,
    loads_efg,
    loads_json,
    loads_nfg,
    read_json,
    write_json,
)
from econ_theory.interop.text import distinct

RANDOM = random.Random(0)


def long_fraction(digits: int = 890) -> str:
    low, high = 10 ** (digits - 1), 10**digits
    return f"{RANDOM.randrange(low, high)}/{RANDOM.randrange(low, high)}"


def game_json(**fields) -> str:
    game = {"schema": "econ-theory/game", "version": 1, "title": "", "players": ["a"]}
    game |= {"types": [["t"]], "actions": [["a"]], "prior": [1.0], "payoffs": [[[1.0]]]}
    return json.dumps(game | fields)


def names(n: int) -> str:
    return "{ " + " ".join(f'"p{k}"' for k in range(n)) + " }"


def efg_of(n: int) -> str:
    moves = " ".join(f'p "" {k} 1 "" {{ "a" }} 0' for k in range(1, n + 1))
    return f'EFG 2 R "" {names(n)} {moves} t "" 1 "" {{ {"1 " * n}}}'


def nfg_of(n: int) -> str:
    return f'NFG 1 R "" {names(n)} {{ {"1 " * n}}} {"1 " * n}'


@pytest.mark.parametrize(("loads", "text"), [(loads_nfg, nfg_of), (loads_efg, efg_of)])
def test_as_many_players_as_a_game_has_are_read_and_one_more_is_refused(loads, text):
    assert loads(text(26)).n_players == 26
    for n in (27, 32, 33, 64, 1000):
        with pytest.raises(FormatError, match=f"line 1: the game has {n} players, want at most 26"):
            loads(text(n))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (f'NFG 1 R "" {names(20)} {{ {"999999999 " * 20}}} 1', "e.181 payoffs, want at most 4,000"),
        (f'NFG 1 R "" {names(1)} {{ {"4000000 " * 100}}} 1', "1 players and 2 lists of strategies"),
        ('NFG 1 R "" { "p" } { 4000000 } 1', "4,000,000 cells and the file 32 characters"),
        ('NFG 1 R "" { "p" "q" } { 1000 2000 } { { 1 1 } } 1', "2,000,000 cells and the file 50"),
    ],
)
def test_sizes_are_checked_before_memory_is_taken(text, complaint):
    tracemalloc.start()
    with pytest.raises(FormatError, match=complaint):
        loads_nfg(text)
    assert tracemalloc.get_traced_memory()[1] < 1e6
    tracemalloc.stop()


def seconds(function, *arguments) -> float:
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def test_equal_labels_cost_one_pass():
    labels = ["x"] * 20_000
    assert distinct(["x", "x (2)", "x", "", "x (2)"], "a") == (
        "x",
        "x (2)",
        "x (3)",
        "a4",
        "x (2) (2)",
    )
    assert seconds(distinct, labels, "a") < 1
    text = 'NFG 1 R "" { "p" } { { ' + '"x" ' * 20_000 + "} } " + "1 " * 20_000
    assert seconds(loads_nfg, text) < 5

    def late() -> None:
        twice = [f"a{k}" for k in range(20_000)] + ["a19999"]
        with pytest.raises(GameError, match="the label 'a19999' twice"):
            BayesianGame([1.0], [np.zeros((1, 20_001))], actions=[twice])

    assert seconds(late) < 1


def test_long_fractions_are_read_where_nothing_adds_them_up():
    text = 'NFG 1 R "" { "p" } { 300 } ' + " ".join(long_fraction() for _ in range(300))
    assert seconds(loads_nfg, text) < 3
    assert loads_nfg(text).n_actions == (300,)


def chance(weights: list[str]) -> str:
    actions = " ".join(f'"x" {weight}' for weight in weights)
    return 'EFG 2 R "" { "p" } c "" 1 "" { ' + actions + " } 0"


def path(step) -> str:
    """A tree of one path with 600 chance moves, `step(k)` each, then a move."""
    moves = " ".join(step(k) for k in range(1, 600))
    return f'EFG 2 R "" {{ "p" }} {moves} p "" 1 1 "" {{ "a" }} 0 t "" 0'


def halves(k: int) -> str:
    p = Fraction(1, RANDOM.randrange(10**80, 10**81))
    here = 'p "" 1 1 "" { "a" } 0 t "" 0'
    return f'c "" {k} "" {{ "x" {p} "y" {1 - p} }} 0 {here}'


@pytest.mark.parametrize(
    ("loads", "text", "complaint"),
    [
        (loads_efg, chance([long_fraction() for _ in range(600)]), "common denominator of over 2,"),
        (
            loads_efg,
            path(lambda k: f'c "" {k} "" {{ "x" 1 }} {k} "" {{ {long_fraction()} }}'),
            "a payoff of this path comes to a fraction of over 2,000 digits",
        ),
        (loads_efg, path(halves), "the probability of this path comes to a fraction of over 2,000"),
        (
            loads_json,
            game_json(
                prior=[long_fraction() for _ in range(600)], types=[[str(k) for k in range(600)]]
            ),
            '"prior" has a common denominator of over 2,000 digits',
        ),
    ],
)
def test_sums_of_long_fractions_are_bounded_and_say_so(loads, text, complaint):
    def refused() -> None:
        with pytest.raises(FormatError, match=complaint):
            loads(text)

    assert seconds(refused) < 3


def test_floats_of_any_size_stay_within_the_bound_on_digits():
    tiny = [5e-324, 2.0**-1000, 1e-300]
    game = BayesianGame([*tiny, 1.0], [np.outer([1e308, 5e-324, -1e-308, 1.0], [1.0, 0.5])])
    for loads, dumps in ((loads_efg, dumps_efg), (loads_json, dumps_json)):
        back = loads(dumps(game))
        assert (back.payoffs[0] == game.payoffs[0]).all()


@pytest.mark.parametrize("depth", [54, 900, 100_000])
@pytest.mark.parametrize(
    "field", ["schema", "version", "title", "players", "types", "actions", "prior", "payoffs"]
)
def test_nesting_is_bounded_in_every_field(field, depth):
    deep = "[" * depth + "1" + "]" * depth
    text = game_json(**{field: "HERE"}).replace('"HERE"', deep)
    with pytest.raises(FormatError, match=f'"{field}".* is |nested too deeply') as caught:
        loads_json(text)
    assert len(str(caught.value)) < 200


def test_a_flood_of_lists_is_refused_before_it_is_read():
    with pytest.raises(FormatError, match=r"8,000,00\d commas and opening brackets, want at most"):
        loads_json("[" + "[]," * 4_000_000 + "1]")


LABELS = ["[red]hit", "[/x]", "\x1b[31mred", "bell\x07", "nul\x00", "tab\t", "\u202eleft", "  "]


def test_labels_are_kept_as_they_are():
    game = BayesianGame(
        [1.0], [np.zeros((1, len(LABELS)))], actions=[LABELS], players=["\x1b[2J"], title="a\x00b"
    )
    assert loads_json(dumps_json(game)).actions == game.actions
    for back in (loads_nfg(dumps_nfg(game)), loads_efg(dumps_efg(game))):
        assert back.players == game.players
        assert back.title == game.title
        assert back.actions[0][:-1] == game.actions[0][:-1], "a blank label is a missing one"


def test_half_a_surrogate_pair_lives_in_json_and_is_refused_elsewhere(tmp_path):
    game = BayesianGame([1.0], [[[0.0, 1.0]]], actions=[["cut \ud83d", "smile \U0001f600"]])
    write_json(game, tmp_path / "game.json")
    assert read_json(tmp_path / "game.json").actions == game.actions
    for dumps in (dumps_efg, dumps_nfg):
        with pytest.raises(GameError, match=r"'cut \\ud83d' has half of a surrogate pair"):
            dumps(game)


TRUST = """EFG 2 R "trust" { "B" "S" }
""
p "" 1 1 "" { "T" "N" } 0
p "" 2 1 "" { "H" "A" } 0
t "" 1 "x" { 1, 1 }
t "" 2 "y" { -1, 2 }
t "" 3 "z" { 0, 0 }"""

NOISY = """EFG 2 R "Bag" { "A" "B" }
p "" 1 1 "" { "S" "C" } 0
c "" 1 "" { "s" 9/10 "c" 1/10 } 0
p "" 2 1 "" { "S" "C" } 0
t "" 1 "SS" { 5, 2 }"""

ABSENT_MINDED = """EFG 2 R "driver" { "D" }
p "" 1 1 "" { "e" "s" } 0
t "" 1 "x" { 0 }
p "" 1 1 "" { "e" "s" } 0
t "" 2 "y" { 4 }
t "" 3 "z" { 1 }"""

AGAIN = ABSENT_MINDED.replace('p "" 1 1 "" { "e" "s" } 0\nt "" 2', 'p "" 1 2 "" { "e" "s" } 0\nt 2')

SOMETIMES = """EFG 2 R "" { "A" "B" }
c "" 1 "" { "x" 1/2 "y" 1/2 } 0
p "" 1 1 "" { "a" } 0
p "" 2 1 "" { "a" } 0
t "" 1 "" { 1 1 }
p "" 1 2 "" { "a" } 0
t "" 1"""


@pytest.mark.parametrize(
    ("text", "line", "kind", "remedy"),
    [
        (TRUST, 7, "'S' does not move on every path.*a move is seen", "normal_form"),
        (NOISY, 3, "shows it with noise, is a game in turns.*a move is seen", "normal_form"),
        (ABSENT_MINDED, 4, "imperfect recall, an absent-minded player", "of its own for each move"),
        (AGAIN, 4, "'D' moves a second time.*is a game in turns", "normal_form"),
        (SOMETIMES, 7, "'B' does not move on every path", "after those moves of chance"),
    ],
)
def test_a_tree_that_is_no_bayesian_game_hears_what_it_is_and_what_to_do(text, line, kind, remedy):
    with pytest.raises(FormatError, match=f"line {line}: .*{kind}.*{remedy}"):
        loads_efg(text)


def test_nine_equilibria_of_which_the_search_says_that_it_may_miss_some():
    game = loads_nfg(
        'NFG 1 R "nine" { "A" "B" "C" } { 2 2 2 } 9 8 12 0 0 0 0 0 0 9 8 2 0 0 0 3 4 4 3 4 6 0 0 0'
    )
    found = solve_all(game)
    profiles = [equilibrium.profile for equilibrium in found]
    assert max(certify(game, profile).epsilon for profile in profiles) < 1e-9
    assert sum(all(((r == 0) | (r == 1)).all() for r in p.rows) for p in profiles) == 4
    assert "not complete" in str(found)


TREE = dumps_efg(
    BayesianGame(
        [[Fraction(1, 3)], [Fraction(2, 3)]],
        [np.arange(8).reshape(2, 1, 2, 2), np.arange(4).reshape(1, 1, 2, 2)],
    )
)
TABLE = dumps_nfg(BayesianGame([[1]], [np.arange(6).reshape(1, 1, 2, 3)] * 2))
OUTCOMES = 'NFG 1 R "" { "A" "B" } { { "a" "b" } { "c" } } "" { { "x" 1, 2 } { "" 3 1/4 } } 1 2'
JSON = dumps_json(BayesianGame([[Fraction(1, 3)], [Fraction(2, 3)]], [[[[[1, 2]]]], [[[[0]]]]]))
READERS = [(loads_efg, TREE), (loads_nfg, TABLE), (loads_nfg, OUTCOMES), (loads_json, JSON)]
WORD = re.compile(r'"[^"]*"|[\w./+-]+|\S')
NASTY = [
    *("{", "}", "[", "]", ",", ":", '"', '""', '"x"', "c", "p", "t", "0", "1", "2", "-1", "7"),
    *("1/0", "1e400", "1e-400", "999999999", "9" * 4400, "1/" + "7" * 1500, ".", "nan", "Infinity"),
    *("null", "true", "[[[[[[[1]]]]]]]", "{}", "\x00", "\ud800", "\\ud800", '"\\', "\u0661", "-0"),
]


@given(st.data())
def test_whatever_is_changed_in_a_file_is_read_or_refused_in_our_words(data):
    loads, text = data.draw(st.sampled_from(READERS))
    words = WORD.findall(text)
    for _ in range(data.draw(st.integers(1, 4))):
        at, upto = (data.draw(st.integers(0, len(words))) for _ in range(2))
        at, upto = min(at, upto), max(at, upto)
        words[at:upto] = data.draw(
            st.one_of(
                st.lists(st.sampled_from(NASTY), max_size=3),
                st.just(words[at:upto] * 2),
                st.just(words[at:upto][::-1]),
                st.just(words[upto : upto + 3]),
            )
        )
    spoilt = data.draw(st.sampled_from(["", " ", "\n"])).join(words)
    try:
        game = loads(spoilt)
    except EconError as error:
        complaint = str(error)
    else:
        complaint = ""
        assert abs(float(game.given[0].sum()) - 1) <= 1e-9
    assert len(complaint) < 1000
