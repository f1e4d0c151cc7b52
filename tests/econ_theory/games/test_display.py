"""A game in a notebook: names on the sides, best replies and pure equilibria marked."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, certify, solve_all
from econ_theory.solvers import PureEnumeration

THIRD = Fraction(1, 3)


@pytest.fixture
def entry() -> BayesianGame:
    incumbent = np.array([[[0, 2], [2, 3]], [[3 * THIRD / 2, 7 * THIRD], [THIRD, 2 * THIRD]]])
    entrant = np.array([[-1, 0], [1, 0]])
    return BayesianGame(
        [[THIRD / 2], [1 - THIRD / 2]],
        [incumbent.reshape(2, 1, 2, 2), entrant.reshape(1, 1, 2, 2)],
        players=["Incumbent", "Entrant"],
        types=[["high", "low"], ["any"]],
        actions=[["build", "hold"], ["enter", "stay out"]],
    )


def tables(game: BayesianGame) -> list[str]:
    """Return the payoff matrices, without the table of players."""
    return re.findall(r"<table>.*?</table>", game._repr_html_())[1:]


def cells(table: str) -> list[str]:
    return [cell for cell in re.findall(r"<td[^>]*>(.*?)</td>", table) if cell]


def framed(table: str) -> list[str]:
    return re.findall(r"<td style=[^>]*>(.*?)</td>", table)


def test_sides_carry_names_and_cells_exact_payoffs_in_the_order_said(entry):
    page = entry._repr_html_()
    low = tables(entry)[1]
    assert ">Incumbent: low, probability 5/6</caption>" in low
    assert '<th rowspan="2">Incumbent</th><th>build</th>' in low
    assert '<th colspan="2">Entrant</th>' in low
    assert cells(low)[0].split(" ★")[0] == "<u>1/2</u>, -1"
    assert "Payoffs in the order Incumbent, Entrant." in page


def test_best_replies_are_underlined_and_pure_equilibria_framed_by_joint_type(entry):
    high, low = tables(entry)
    # By hand: the low type always builds, so the entrant stays out.
    assert cells(high) == ["0, -1", "2, <u>0</u>", "<u>2</u>, <u>1</u>", "<u>3</u>, 0 ★"]
    assert framed(high) == ["<u>3</u>, 0 ★"]
    assert framed(low) == ["<u>7/3</u>, <u>0</u> ★"]
    assert len(list(solve_all(entry, PureEnumeration()))) == 1
    pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    none = BayesianGame([[1]], [pennies, -pennies])
    assert "no equilibrium in pure strategies" in none._repr_html_()
    assert not framed(tables(none)[0])


@pytest.mark.slow
@given(seed=st.integers(0, 10_000))
def test_what_is_framed_is_what_certified_pure_equilibria_play(draw_game, seed):
    game, _ = draw_game(seed, 2)
    plans = [
        np.array(np.meshgrid(*[range(a)] * t, indexing="ij")).reshape(t, -1).T
        for a, t in zip(game.n_actions, game.n_types, strict=True)
    ]
    pure = [
        (one, other)
        for one in plans[0]
        for other in plans[1]
        if certify(game, StrategyProfile.pure(game, [one, other]), arithmetic="exact").epsilon == 0
    ]
    occurring = np.argwhere(game.prior > 0)
    shown = tables(game)
    assert len(shown) == len(occurring)
    for table, (s, t) in zip(shown, occurring, strict=True):
        played = {(one[s], other[t]) for one, other in pure}
        assert len(framed(table)) == len(played)


def test_floats_a_rounding_apart_are_equally_good():
    payoff = np.array([[0.1 + 0.2, 1.0], [0.3, 0.0]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1.0]], [payoff, np.zeros((1, 1, 2, 2))])
    assert [cell.count("<u>") for cell in cells(tables(game)[0])] == [2, 2, 2, 1]


def test_exact_payoffs_are_compared_exactly():
    hair = Fraction(1, 10**12)
    game = BayesianGame([Fraction(1)], [np.array([[Fraction(1), 1 + hair, Fraction(0)]])])
    assert cells(tables(game)[0]) == ["1", "<u>1</u> ★", "0"]
    floats = BayesianGame([1.0], [[[1.0, 1.0 + 1e-12, 0.0]]])
    assert len(framed(tables(floats)[0])) == 2


def test_third_players_and_lone_ones_have_matrices_too():
    cube = np.arange(8.0).reshape(1, 1, 1, 2, 2, 2)
    three = BayesianGame(np.ones((1, 1, 1)), [cube, cube, -cube], actions=[["l", "r"]] * 3)
    first, second = tables(three)
    assert ">player 3 plays l</caption>" in first
    assert cells(first)[-1] == "<u>6</u>, <u>6</u>, <u>-6</u> ★"
    assert not framed(second)
    one = BayesianGame([0.5, 0.5], [[[1.0, 2.0], [3.0, 0.5]]])
    assert [cells(table) for table in tables(one)] == [["1", "<u>2</u> ★"], ["<u>3</u> ★", "0.5"]]
    assert "Payoffs of player 1." in one._repr_html_()


def test_large_games_fold_larger_ones_say_so_and_absent_types_are_left_out():
    def flat(t: int, a: int) -> BayesianGame:
        return BayesianGame(np.full((t, t), 1 / t**2), [np.ones((1, 1, a, a))] * 2)

    small, folded, huge = (flat(*size)._repr_html_() for size in ((2, 2), (3, 3), (4, 16)))
    assert "<details>" not in small
    assert "<details><summary>9 payoff matrices</summary>" in folded
    assert folded.count("<table>") == 10
    assert huge.count("<table>") == 1
    assert "4,096 payoff cells" in huge
    assert "not looked for: 65,536 pure profiles" in flat(4, 4)._repr_html_()
    absent = BayesianGame([[0.5, 0.0], [0.25, 0.25]], [np.ones((1, 1, 2, 2))] * 2)
    assert len(tables(absent)) == 3
    assert "probability zero are left out" in absent._repr_html_()


def test_labels_are_escaped():
    game = BayesianGame(
        [[1]], [np.ones((1, 1, 2, 2))] * 2, players=["<b>", "B"], actions=[["<i>", "x"], None]
    )
    page = game._repr_html_()
    assert "&lt;b&gt;" in page
    assert "&lt;i&gt;" in page
    assert "<b>" not in page
    assert "<i>" not in page
