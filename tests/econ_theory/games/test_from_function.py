"""Games written as functions: every form of types, prior and payoff; what is wrong is named."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econ_theory import certify, solve
from econ_theory.errors import GameError
from econ_theory.games import BayesianGame

HALF = Fraction(1, 2)
TYPES = {"Ann": [1, 4], "Bob": ["x", "y", "z"]}
ACTIONS = {"Ann": [0, 2, 3], "Bob": [(0, 1), (1, 0)]}
PRIOR = {(1, "x"): Fraction(1, 4), (4, "z"): Fraction(3, 4)}


def pay(t, a):
    """Ann's payoff depends on nothing of Bob's type, Bob's on nothing of Ann's."""
    return t[0] * a[0] - a[1][0], Fraction(len(t[1]) + a[1][1], 3) * (1 + "xyz".index(t[1]))


def test_the_table_is_the_function_and_constant_axes_stay_short():
    game = BayesianGame.from_function(TYPES, ACTIONS, PRIOR, pay, title="odd")
    assert (game.players, game.types) == (("Ann", "Bob"), (("1", "4"), ("x", "y", "z")))
    assert game.actions == (("0", "2", "3"), ("(0, 1)", "(1, 0)"))
    assert [u.shape for u in game.payoffs] == [(2, 1, 3, 2), (1, 3, 1, 2)]
    assert game.given[0].tolist() == [[Fraction(1, 4), 0, 0], [0, 0, Fraction(3, 4)]]
    assert game.title == "odd"
    for t in product(*TYPES.values()):
        for a in product(*ACTIONS.values()):
            named = {"types": [*map(str, t)], "actions": [*map(str, a)]}
            assert tuple(game.payoff(i, **named) for i in range(2)) == pay(t, a)
    assert isinstance(game.payoff("Bob", types=("1", "x"), actions=("0", 0)), Fraction)
    assert certify(game, solve(game).profile).epsilon < 1e-9


def test_lists_dicts_one_function_a_player_and_arrays_give_one_game():
    prior = np.full((2, 3), 1 / 6)
    one = BayesianGame.from_function(TYPES, ACTIONS, prior, pay)
    each = [lambda t, a: pay(t, a)[0], lambda t, a: pay(t, a)[1]]
    others = [
        BayesianGame.from_function(
            list(TYPES.values()), list(ACTIONS.values()), prior, each, players=["Ann", "Bob"]
        ),
        BayesianGame.from_function(
            TYPES,
            dict(reversed(ACTIONS.items())),
            lambda t: 1 / 6,
            dict(zip(TYPES, each, strict=True)),
        ),
        BayesianGame.from_function(list(TYPES.values()), ACTIONS, [[0.5] * 2, [1 / 3] * 3], pay),
    ]
    for other in others:
        assert (other.players, other.types, other.actions) == (one.players, one.types, one.actions)
        np.testing.assert_allclose(other.prior, prior, rtol=1e-15)
        assert all((u == v).all() for u, v in zip(one.given[1], other.given[1], strict=True))


@given(st.data())
def test_arrays_at_once_are_the_cells_one_by_one(data):
    n = data.draw(st.integers(1, 3))
    values = st.lists(st.integers(-9, 9), min_size=1, max_size=3, unique=True)
    types, actions = ([data.draw(values) for _ in range(n)] for _ in range(2))
    weights = data.draw(st.lists(st.integers(-2, 2), min_size=2 * n * n, max_size=2 * n * n))

    def payoff(t, a):
        terms = zip((*t, *a) * n, weights, strict=True)
        parts = [x * w for x, w in terms]
        return [sum(parts[2 * n * i : 2 * n * (i + 1)]) ** 2 for i in range(n)]

    uniform = [np.full(len(t), 1 / len(t)) for t in types]
    cells = BayesianGame.from_function(types, actions, uniform, payoff)
    arrays = BayesianGame.from_function(types, actions, uniform, payoff, vectorized=True)
    assert cells.n_types == tuple(map(len, types))
    assert cells.n_actions == tuple(map(len, actions))
    for i, (u, v) in enumerate(zip(cells.payoffs, arrays.payoffs, strict=True)):
        assert u.shape == v.shape
        assert (u == v).all()
        whole = (*cells.n_types, *cells.n_actions)
        for axis, size in enumerate(u.shape):
            assert size in (1, whole[axis])
            assert size == 1 or (u != u.take([0], axis)).any(), f"player {i} depends on {axis}"


def test_vectorized_takes_labels_fractions_scalars_and_one_function_a_player():
    game = BayesianGame.from_function(
        [["low", "high"], [Fraction(1, 3), Fraction(2, 3)]],
        [["in", "out"], None],
        [{"low": HALF, "high": HALF}, [HALF, HALF]],
        [lambda t, a: np.where((t[0] == "high") & (a[0] == "in"), 2, -1), lambda t, a: t[1] + 1],
        vectorized=True,
    )
    assert game.payoff(0, types=("high", 0), actions=("in", None)) == 2
    assert game.payoff(0, types=("low", 0), actions=("in", None)) == -1
    assert game.payoff(1, types=("low", "1/3"), actions={"player 1": "in"}) == Fraction(4, 3)
    assert game.given[0].tolist() == [[Fraction(1, 4)] * 2] * 2
    assert game.actions[1] == ("a1",)
    flat = BayesianGame.from_function(
        None, [["a", "b"], [1]], None, lambda t, a: (3, a[1]), vectorized=True
    )
    assert (flat.n_types, flat.n_actions) == ((1, 1), (2, 1))
    assert flat.payoff(0, actions=("b", 0)) == 3


def test_two_by_two_lists_are_read_by_their_sum():
    def prior(given):
        return BayesianGame.from_function([[0, 1]] * 2, [[0]] * 2, given, lambda t, a: t).prior

    assert prior([[0.1, 0.2], [0.3, 0.4]]).tolist() == [[0.1, 0.2], [0.3, 0.4]]
    assert prior([[0.5, 0.5], [1.0, 0.0]]).tolist() == [[0.5, 0], [0.5, 0]]
    frame = pd.DataFrame([[0.4, 0.3], [0.2, 0.1]], index=[1, 0], columns=[1, 0])
    assert prior(frame).tolist() == [[0.1, 0.2], [0.3, 0.4]], "a frame is matched by label"
    with pytest.raises(GameError, match=r"prior sums to 1\.2"):
        prior([[0.3, 0.3], [0.3, 0.3]])
    with pytest.raises(GameError, match=r"prior of player 2 sums to 0\.7"):
        prior([[0.5, 0.5], [0.3, 0.4]])


def test_a_sure_type_leaves_the_other_players_prior_exact():
    third = [Fraction(1, 3), Fraction(2, 3)]
    for sure in ([1], [1.0], {"x": 1}):
        game = build({"Ann": [1, 4], "Bob": ["x"]}, prior={"Ann": third, "Bob": sure})
        assert game.given[0].tolist() == [[third[0]], [third[1]]]
    mixed = build({"Ann": [1, 4], "Bob": ["x", "y"]}, prior={"Ann": third, "Bob": [0.5, 0.5]})
    assert mixed.given[0].dtype == float


def test_integers_too_large_for_floats_stay_exact():
    game = BayesianGame.from_function(None, [["a", "b"]], None, lambda t, a: 2**60 + (a[0] == "a"))
    assert game.payoff(0, actions=["a"]) - game.payoff(0, actions=["b"]) == 1


def build(types=TYPES, actions=ACTIONS, prior=PRIOR, payoff=pay, **options):
    return BayesianGame.from_function(types, actions, prior, payoff, **options)


def bad(value, at=(4, "y")):
    return lambda t, a: (value, 0.0) if t == at and a == (2, (1, 0)) else (0.0, 0.0)


WHERE = r"payoff of Ann at types \('4', 'y'\) and actions \('2', '\(1, 0\)'\)"


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"payoff": bad(np.nan)}, WHERE + " is nan, want a finite number"),
        ({"payoff": bad(-np.inf)}, WHERE + " is -inf, want a finite number"),
        ({"payoff": bad(None)}, WHERE + " is None, want a finite number"),
        ({"payoff": bad("1")}, WHERE + " is '1', want a finite number"),
        ({"payoff": bad([1])}, WHERE + r" is \[1\], want a finite number"),
        ({"payoff": lambda t, a: (HALF if t[0] == 1 else 0.5, 0)}, "is 0.5, a float among Fracti"),
        ({"payoff": lambda t, a: (10**400, 0)}, "payoff of Ann has an entry beyond"),
        (
            {"payoff": lambda t, a: (1 / (t[0] - 4), 0)},
            r"types \('4', 'x'\) .* raised ZeroDivisionErr",
        ),
        ({"payoff": lambda t, a: 1.0}, r"payoff at types \('1', 'x'\) .* is 1.0, want 2 numbers"),
        ({"payoff": lambda t, a: (1, 2, 3)}, "want 2 numbers, one a player"),
        ({"payoff": lambda t, a: ((1, 2), 3)}, r"payoff of Ann at types .* is \(1, 2\), want"),
        ({"payoff": [pay]}, "payoff has 1 entries, want 2"),
        ({"payoff": [pay, 3]}, "payoff of Bob is 3, want a function"),
        ({"payoff": {"Ann": pay, "Bab": pay}}, "payoff has the keys .'Ann', 'Bab'., want"),
        (
            {"prior": {(1, "w"): 1}},
            r"prior has the key \(1, 'w'\), which is no type.* \(1, '[xyz]'\)",
        ),
        ({"prior": {(1, "x"): 0.5}}, "prior sums to 0.5, want 1"),
        ({"prior": {(1, "x"): np.nan}}, r"prior at types \('1', 'x'\) is nan"),
        ({"prior": lambda t: {}[t]}, r"prior at types \('1', 'x'\) raised KeyError"),
        ({"prior": None}, "prior is missing"),
        ({"prior": np.ones((3, 2)) / 6}, r"prior has shape \(3, 2\), want \(2, 3\)"),
        ({"prior": [0.5, 0.5]}, r"prior has shape \(2,\), want \(2, 3\)"),
        ({"prior": {"Ann": {1: 1}, "Bob": {"u": 1}}}, "prior of Bob has the key 'u'"),
        ({"prior": [[0.5, 0.5], [0.5, 0.2, 0.2]]}, "prior of Bob sums to 0.9, want 1"),
        ({"players": ["A", "B"]}, "players are given by keys and by players=, want one"),
        ({"types": {"Ann": [1]}}, "actions has the keys .'Ann', 'Bob'., want the players"),
        ({"types": {"Ann": [1], "Bob": []}}, "types of Bob is empty"),
        ({"types": {"Ann": [1], "Bob": "xyz"}}, "types of Bob is 'xyz', want a list"),
        (
            {
                "types": {"Ann": [1, "1"], "Bob": ["x"]},
                "prior": [[1, 0], [1]],
                "payoff": lambda *_: (0, 0),
            },
            "the label '1' tw",
        ),
        ({"types": [[1]]}, "types has 1 entries, want 2"),
        ({"types": 3}, "types is 3, want one list"),
        ({"actions": {"Ann": range(3000), "Bob": range(3000)}}, "54,000,000 joint types and actio"),
        ({"types": {"Ann": [[1], [4]], "Bob": ["x"]}, "prior": {}}, "want types that are hashable"),
    ],
)
def test_what_is_wrong_is_named(wrong, complaint):
    with pytest.raises(GameError, match=complaint):
        build(**wrong)


@pytest.mark.parametrize(
    ("payoff", "complaint"),
    [
        (lambda t, a: (t[0] * np.array([1.0, np.nan, 1.0]), 0), "shape"),
        (
            lambda t, a: (np.where((t[0] > 1) & (a[0] > 2), np.nan, 1.0), 0),
            "'4', 'x'.*'3', .* nan, want",
        ),
        (lambda t, a: (np.where(a[1] == 5, 1, None), 0), "payoff of Ann at .* is None, want a"),
        (lambda t, a: 1.0, "payoff returns 1 tables, want 2"),
        (lambda t, a: np.ones(3), "payoff returns 3 tables, want 2"),
        (lambda t, a: (1, 2) if t[0] > 1 else (0, 0), r"vectorized=True\), raised ValueError"),
        (lambda t, a: ([[1], [1, 2]], 0), "payoff of Ann is ragged"),
        (lambda t, a: (0, np.array("a")), "payoff of Bob at types .* is .*'a'.* want a finite"),
    ],
)
def test_wrong_arrays_are_named(payoff, complaint):
    with pytest.raises(GameError, match=complaint):
        build(payoff=payoff, vectorized=True)


def test_an_error_of_the_function_is_the_cause():
    with pytest.raises(GameError) as caught:
        build(payoff=lambda t, a: {}["gone"])
    assert isinstance(caught.value.__cause__, KeyError)


A, B = [[3, 0, 1], [5, 1, 0]], [[3, 5, 2], [0, 1, 4]]


def test_plain_tables_and_frames():
    plain = BayesianGame.bimatrix(A, B, players=["Ann", "Bob"])
    assert (plain.n_types, plain.n_actions) == ((1, 1), (2, 3))
    assert plain.payoff("Bob", actions=("a1", "a2")) == 5
    first = pd.DataFrame(A, index=["up", "down"], columns=[10, 20, 30])
    second = pd.DataFrame(B, index=["up", "down"], columns=[10, 20, 30]).iloc[::-1, [2, 0, 1]]
    for payoffs in ((first, second), (first, np.array(B))):
        game = BayesianGame.bimatrix(*payoffs)
        assert game.actions == (("up", "down"), ("10", "20", "30"))
        assert game.payoff(1, actions=("down", "30")) == 4
        assert game.payoff(0, actions=("down", "10")) == 5
    assert BayesianGame.bimatrix(A, pd.DataFrame(B)).actions[1] == ("0", "1", "2")
    named = first.rename_axis(index="Ann", columns="Bob")
    assert BayesianGame.bimatrix(named, -named).players == ("Ann", "Bob")
    exact = first.map(lambda v: Fraction(v, 7))
    assert BayesianGame.bimatrix(exact, second).payoff(0, actions=(1, "10")) == Fraction(5, 7)
    cube = np.arange(12).reshape(2, 3, 2)
    game = BayesianGame.normal_form(cube, cube, -cube)
    assert game.payoff(2, actions=(1, 2, 0)) == -10
    assert certify(plain, solve(plain).profile).epsilon < 1e-9


@pytest.mark.parametrize(
    ("payoffs", "options", "complaint"),
    [
        ((), {}, "there are no payoffs"),
        ((A, [[1]]), {}, r"payoff of player 2 has shape \(1, 1\), want \(2, 3\)"),
        ((A, A, A), {}, "payoff of player 1 has 2 axes, want 3"),
        ((A, [[1, 2, 3], [1, 2, np.nan]]), {"players": "ab"}, "players is the string"),
        ((A, [[1, 2, 3], [1, 2, np.nan]]), {"players": ["a", "b"]}, "payoff of b has nan"),
        ((A, A), {"players": ["a"]}, "players has 1 labels, want 2"),
        ((pd.DataFrame(A), pd.DataFrame(B, columns=list("abc"))), {}, "columns of a table are"),
        ((pd.DataFrame(A, index=[1, 1]), A), {}, "rows of a table are .1, 1., want the distinct"),
    ],
)
def test_wrong_tables_are_named(payoffs, options, complaint):
    with pytest.raises(GameError, match=complaint):
        BayesianGame.normal_form(*payoffs, **options)


@pytest.mark.parametrize(
    ("question", "complaint"),
    [
        ({"player": "Anne"}, "player is 'Anne', which is none of its 2 labels.* nearest is 'Ann'"),
        ({"player": 2}, "player is 2, want a position from 0 to 1 or a label such as 'Ann'"),
        ({"types": ("5", "x")}, "the type of Ann is '5'"),
        ({"types": (-1, "x")}, "the type of Ann is -1, want a position from 0 to 1"),
        ({"types": None}, "the type of Ann is missing, want one of 2, such as '1'"),
        ({"actions": {"Ann": "2"}}, "the action of Bob is missing"),
        ({"actions": ("2",)}, "actions has 1 entries, want 2"),
        ({"actions": {"Bo": 0}}, "player is 'Bo', .* the nearest is 'Bob'"),
    ],
)
def test_a_cell_that_is_not_there_is_named(question, complaint):
    asked = {"player": "Ann", "types": ("1", "x"), "actions": ("0", "(0, 1)")} | question
    with pytest.raises(GameError, match=complaint):
        build().payoff(asked.pop("player"), **asked)
