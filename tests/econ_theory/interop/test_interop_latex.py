"""LaTeX: what a paper prints, no label a command, best replies underlined, balanced throughout."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from econ_theory import BayesianGame, StrategyProfile, certify, solve, solve_all
from econ_theory.catalog import entries, random_markov_game
from econ_theory.errors import GameError, RefusedError
from econ_theory.interop import to_latex
from econ_theory.interop.latex_text import latex_label, latex_number
from econ_theory.markov import markov_perfect

ANY = st.text(st.characters(exclude_categories=[]), max_size=8)
COMMANDS = {
    "begin", "end", "centering", "caption", "toprule", "midrule", "bottomrule", "cmidrule",
    "multicolumn", "underline", "tfrac", "text", "times", "varepsilon", "textbackslash",
    "textasciitilde", "textasciicircum", "textless", "textgreater", "textbar", "infty",
}  # fmt: skip


def check(text: str, *, rows: bool = True) -> None:
    """Assert that braces, environments and dollars balance, and that rows have equal cells."""
    depth = 0
    bare = re.sub(r"\\[{}$&#_%\\]", " ", text)
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert bare.count("$") % 2 == 0
    assert not re.search(r"[~^#%](?!\{)", bare)
    open_: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if kind == "begin":
            open_.append(name)
        else:
            assert open_.pop() == name
    assert not open_
    assert set(re.findall(r"\\([A-Za-z]+)", text.replace("\\\\", ""))) <= COMMANDS
    for body, layout in [
        (table[table.index("}") + 1 :], table[: table.index("}")])
        for table in text.split(r"\begin{tabular}{")[1:]
    ]:
        for line in body.split("\n"):
            if line.endswith(r"\\") and "multicolumn" not in line:
                assert len(re.findall(r"(?<!\\)&", line)) + 1 == len(layout)


@given(ANY, st.lists(ANY, min_size=2, max_size=2, unique=True), ANY)
def test_no_label_is_a_command_and_all_balances(title, labels, action):
    game = BayesianGame(
        [[0.25, 0.75]],
        [np.arange(4.0).reshape(1, 2, 2, 1), np.ones((1, 2, 1, 1))],
        players=labels,
        types=[None, labels],
        actions=[labels, [action]],
        title=title,
    )
    check(to_latex(game))
    check(to_latex(StrategyProfile.uniform(game)))


@given(ANY)
def test_a_label_can_be_read_back(label):
    text = latex_label(label)
    for escape, plain in (
        (r"\textbackslash{}", "\x01"), (r"\textasciitilde{}", "~"), (r"\textasciicircum{}", "^"),
        (r"\textless{}", "<"), (r"\textgreater{}", ">"), (r"\textbar{}", "|"),
        ("{[}", "["), ("{]}", "]"), ("{*}", "*"),
    ):  # fmt: skip
        text = text.replace(escape, plain)
    text = text.replace("{}", "") if not re.search(r"\\[{}]", text) else text
    if re.search(r"[{}\x00-\x1f\x7f-\x9f]|[\ud800-\udfff]", label):
        return
    back = re.sub(r"\\([$&#_%])", r"\1", text).replace("\x01", "\\")
    assert back == re.sub(r"\s+", " ", label)


def test_ligatures_and_control_characters_are_taken_apart():
    assert latex_label("a--b---c") == "a-{}-b-{}-{}-c"
    assert latex_label("?`x''") == "?{}`x'{}'"
    assert latex_label("\x07\x80\ud800") == (
        r"\textbackslash{}x07\textbackslash{}x80\textbackslash{}ud800"
    )
    assert latex_label(r"\input{x}") == r"\textbackslash{}input\{x\}"


@given(st.fractions() | st.floats(allow_nan=False))
def test_numbers_are_math(number):
    text = latex_number(number)
    check(f"${text}$")
    MathTextParser("path").parse("$" + text.replace(r"\tfrac", r"\frac") + "$")


def test_short_fractions_are_exact_and_long_ones_rounded():
    assert latex_number(Fraction(-2, 7)) == r"-\tfrac{2}{7}"
    assert latex_number(Fraction(1, 3**40)) == r"8.225 \times 10^{-20}"
    assert latex_number(-0.0) == "0"
    assert latex_number(float("nan")) == r"\text{nan}"


def test_best_replies_are_underlined_player_by_player():
    first = np.array([[1, 5], [1, 0]], dtype=float)
    second = np.array([[2, 2], [0, 7]], dtype=float)
    game = BayesianGame([[1]], [u.reshape(1, 1, 2, 2) for u in (first, second)])
    cells = re.findall(r"\$(.*?)\$", to_latex(game))
    assert cells == [
        r"\underline{1},\, \underline{2}",
        r"\underline{5},\, \underline{2}",
        r"\underline{1},\, 0",
        r"0,\, \underline{7}",
    ]


def test_a_table_a_joint_type_that_can_occur_and_an_action_of_the_third(labelled_game):
    text = to_latex(labelled_game)
    assert text.count(r"\begin{tabular}") == 4
    assert "never" not in text
    assert r"Row is low, Column is green (probability $0.2$)" in text
    check(text)
    three = BayesianGame([[[1.0]]], [np.arange(12.0).reshape(1, 1, 1, 2, 3, 2)] * 3)
    assert to_latex(three).count("player 3 plays a2") == 1
    one = BayesianGame([0.5, 0.5], [[[1.0, 2.0], [3.0, 0.0]]], players=["Ann"])
    assert r"a2 & $\underline{2}$ \\" in to_latex(one)
    for text in (to_latex(three), to_latex(one)):
        check(text)


def test_an_equilibrium_reads_as_in_a_paper():
    u = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1]], [u, u[..., ::-1, ::-1]], players=["Ann", "Bob"],
                        actions=[["opera", "box & ring"]] * 2)  # fmt: skip
    found = solve_all(game)
    assert all(s.certificate.epsilon == 0 for s in found)
    text = to_latex(found)
    check(text)
    assert r"\caption{3 equilibria; all there are}" in text
    assert r"$\tfrac{2}{3}\,\text{opera} + \tfrac{1}{3}\,\text{box \& ring}$" in text
    assert r"1 & Ann & t1 & $\text{" in text
    solution = solve(game, rng=0)
    check(to_latex(solution))
    assert rf"\caption{{Found by {solution.solver}; $\varepsilon = " in to_latex(solution)
    markov = to_latex(markov_perfect(random_markov_game(2, 2, 2, discount=0.5, rng=0), rng=0))
    check(markov)
    assert "Player & State & Type & Strategy" in markov


def test_catalog_games_print_or_say_why_not():
    printed = 0
    for entry in entries():
        try:
            text = to_latex(entry.game)
        except GameError as error:
            assert "want at most 32, 60 and 20" in str(error)  # noqa: PT017
        else:
            printed += 1
            check(text)
    assert printed >= 10


def test_what_is_too_large_or_no_table_is_refused():
    many = BayesianGame(np.full((40, 1), 1 / 40), [np.zeros((1, 1, 2, 2))] * 2)
    with pytest.raises(GameError, match="takes 40 tables of 2 rows and 2 columns, want at most 32"):
        to_latex(many)
    with pytest.raises(GameError, match="the strategies take 80 rows, want at most 60"):
        to_latex(StrategyProfile([np.ones((80, 1))]))
    game = BayesianGame([[1]], [np.eye(2).reshape(1, 1, 2, 2)] * 2)
    with pytest.raises(RefusedError, match="the object is a Certificate, want a BayesianGame"):
        to_latex(certify(game, StrategyProfile.uniform(game)))
