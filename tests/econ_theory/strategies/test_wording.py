"""Profiles in words: by label, exact fractions as they are, long ones folded but counted."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econ_theory.errors import ProfileError
from econ_theory.games import BayesianGame
from econ_theory.games.finite.labels import Labels
from econ_theory.strategies import (
    AffineProfile,
    BidFunction,
    BidProfile,
    BidSchedule,
    StepProfile,
    StrategyProfile,
)
from econ_theory.strategies.steps import StepFunction

F = Fraction
ENTRY = BayesianGame(
    [[F(3, 10)], [F(7, 10)]],
    [[[[[2, 4], [0, 0]]], [[[-2, 3], [0, 0]]]], [[[[-1, 1], [5, 5]]], [[[2, 1], [5, 5]]]]],
    players=["entrant", "incumbent"],
    types=[["strong", "weak"], None],
    actions=[["enter", "stay out"], ["fight", "yield"]],
)
ROWS = [[[1, F(0)], [F(6, 7), F(1, 7)]], [[F(3, 5), F(2, 5)]]]


@st.composite
def exact_profiles(draw):
    """Profiles of one to three players with small fractions, shapes all different."""
    rows = []
    for _ in range(draw(st.integers(1, 3))):
        n_types, n_actions = draw(st.integers(1, 4)), draw(st.integers(1, 5))
        weights = st.lists(st.integers(0, 9), min_size=n_actions, max_size=n_actions).filter(sum)
        given_weights = [draw(weights) for _ in range(n_types)]
        rows.append([[F(w, sum(ws)) for w in ws] for ws in given_weights])
    return StrategyProfile(rows)


def counted(profile: StrategyProfile) -> Labels:
    return Labels.counted([(len(row), row.shape[1]) for row in profile.rows])


def parsed(text: str, labels: Labels) -> list[np.ndarray]:
    """Read a text back by its labels alone: whatever is left out is zero."""
    rows = [np.array([[F(0)] * a for _ in range(t)], dtype=object) for t, a in labels.shapes]
    player = -1
    for line in text.splitlines():
        if not line.startswith("  "):
            player = labels.players.index(line.split(":")[0])
        if ": " in line:
            name, mixture = line.strip().split(": ")
            t = 0 if name in labels.players else labels.types[player].index(name)
            for part in mixture.split(", "):
                action, chance = part.rsplit(" ", 1)
                rows[player][t, labels.actions[player].index(action)] = F(chance)
    return rows


def test_who_plays_what_with_which_probability():
    exact = StrategyProfile(ROWS, ENTRY.labels)
    assert str(exact).splitlines() == [
        "entrant",
        "  strong: enter 1",
        "  weak: enter 6/7, stay out 1/7",
        "incumbent: fight 3/5, yield 2/5",
    ]
    assert "weak: enter 0.8571, stay out 0.1429" in str(exact.floating)
    assert exact.line == (
        "entrant (strong: enter 1; weak: enter 6/7, stay out 1/7); incumbent: fight 3/5, yield 2/5"
    )
    assert str(StrategyProfile(ROWS)).splitlines()[2] == "  t2: a1 6/7, a2 1/7"
    assert "\n" not in repr(exact)
    page = exact._repr_html_()
    assert page.count("<table>") == 2
    assert "<tr><th>weak</th><td>6/7</td><td>1/7</td></tr>" in page


@given(exact_profiles())
def test_the_text_of_an_exact_profile_reads_back_to_the_same_fractions(profile):
    rows = parsed(str(profile), counted(profile))
    assert StrategyProfile(rows) == profile


@given(exact_profiles())
def test_relabelling_relabels_the_text_and_nothing_else(profile):
    plain = counted(profile)
    labels = Labels(
        [f"P{k}" for k in range(len(plain.players))],
        [[f"type {k}" for k in range(t)] for t, _ in plain.shapes],
        [[f"do {k}" for k in range(a)] for _, a in plain.shapes],
    )
    other = profile.labelled(labels)
    assert all(
        (a == b).all() for a, b in zip(parsed(str(other), labels), profile.rows, strict=True)
    )
    assert all(a is b for a, b in zip(other.rows, profile.rows, strict=True))
    back = re.sub(r"P(\d)", lambda m: f"player {int(m[1]) + 1}", str(other))
    back = re.sub(r"type (\d)", lambda m: f"t{int(m[1]) + 1}", back)
    assert re.sub(r"do (\d)", lambda m: f"a{int(m[1]) + 1}", back) == str(profile)
    assert other.labelled(None) == profile != other


@given(st.integers(1, 60), st.integers(2, 40))
def test_folding_never_hides_how_many_are_left_out(n_types, n_actions):
    """Of every type and every action, either its line is there or it is in the count."""
    profile = StrategyProfile([np.full((n_types, n_actions), 1 / n_actions)])
    text = str(profile)
    lines = text.splitlines() if n_types == 1 else text.splitlines()[1:]
    left = re.fullmatch(r"  \.\.\. and (\d+) more types", lines[-1])
    assert len(lines) - bool(left) + (int(left[1]) if left else 0) == n_types
    more = re.search(r"\.\.\. and (\d+) more actions, (\S+) in all", lines[0])
    told = len(re.findall(r"a\d+ 0", lines[0]))
    assert told + (int(more[1]) if more else 0) == n_actions
    if more:
        assert float(more[2]) == pytest.approx(int(more[1]) / n_actions, rel=1e-3)
    rows = profile._repr_html_().count("<tr>") - 1
    assert rows == len(lines)
    columns = re.search(r"and (\d+) more actions", profile._repr_html_())
    head = profile._repr_html_().split("</tr>")[0].count("<th>") - 1
    assert head - bool(columns) + (int(columns[1]) if columns else 0) == n_actions


def test_of_many_actions_the_likeliest_are_told():
    row = np.full((1, 30), 0.01)
    row[0, 25] = 0.71
    text = str(StrategyProfile([row]))
    assert "a26 0.71" in text
    assert "... and 22 more actions, 0.22 in all" in text
    assert "a26" in StrategyProfile([row])._repr_html_()


def test_fractions_too_long_to_read_are_rounded_and_say_so():
    long = F(1, 3**5000)
    text = str(StrategyProfile([[[F(1, 3) - long, F(2, 3) + long]]]))
    assert text == "player 1: a1 ~0.3333, a2 ~0.6667"


def test_profiles_take_labels_from_the_game_and_hand_them_on():
    made = (
        StrategyProfile.uniform(ENTRY),
        StrategyProfile.random(ENTRY, rng=0),
        StrategyProfile.pure(ENTRY, [[0, 1], [1]]),
        StrategyProfile(ROWS).labelled(ENTRY),
        StrategyProfile(StrategyProfile(ROWS, ENTRY.labels)),
    )
    for profile in made:
        for each in (profile, profile.exact, profile.floating):
            assert each.labels == ENTRY.labels
        assert profile.mixed_with(StrategyProfile(ROWS), 0.5).labels == ENTRY.labels
        assert StrategyProfile(ROWS).mixed_with(profile, 0.5).labels == ENTRY.labels
    with pytest.raises(ProfileError, match=r"labels are for .*\(\(2, 2\), \(1, 2\)\), want"):
        StrategyProfile([[[1.0]]], ENTRY.labels)
    with pytest.raises(ProfileError, match="labels are for"):
        StrategyProfile([[[1.0]]]).labelled(ENTRY)
    with pytest.raises(ProfileError, match=r"strategy of incumbent sums to 0\.9"):
        StrategyProfile([[[1, 0], [1, 0]], [[0.9, 0]]], ENTRY.labels)
    with pytest.raises(ProfileError, match=r"plan of incumbent is \[2\]"):
        StrategyProfile.pure(ENTRY, [[0, 1], [2]])


def test_profiles_are_equal_by_content():
    exact = StrategyProfile(ROWS, ENTRY.labels)
    again = StrategyProfile(ROWS, ENTRY.labels)
    assert exact == again
    assert hash(exact) == hash(again)
    assert exact != StrategyProfile(ROWS)
    assert exact != exact.floating, "a rounding is another profile"
    assert exact != StrategyProfile([ROWS[0], [[F(2, 5), F(3, 5)]]], ENTRY.labels)
    assert exact != "exact"
    signed = StrategyProfile([[[-0.0, 1.0]]])
    assert signed == StrategyProfile([[[0.0, 1.0]]])
    assert len({signed, StrategyProfile([[[0.0, 1.0]]])}) == 1


def test_strategies_of_continuous_games_are_told_in_a_line():
    half, steep = BidFunction([0, 1], [0, 0.5]), BidFunction([0, 0.5, 1], [0, 0.1, 0.5])
    assert str(BidProfile([half, steep])).splitlines() == [
        "player 1 bids 0 to 0.5 on [0, 1]",
        "player 2 bids 0 to 0.5 on [0, 1] (0.05 at 0.25, 0.1 at 0.5, 0.3 at 0.75)",
    ]
    assert str(BidProfile([half, BidFunction([0, 1], [0, 0.5])])) == (
        "each of 2 players bids 0 to 0.5 on [0, 1]"
    )
    assert str(BidProfile([BidSchedule([half, BidFunction([2], [1])])])) == (
        "player 1 bids 0 to 0.5 on [0, 1]; 1 at 2"
    )
    many = [BidFunction([0, 1], [0, k]) for k in range(1, 31)]
    assert str(BidProfile(many)).endswith("\n... and 18 more players")
    assert str(StepProfile([StepFunction([], [0.25])])) == (
        "player 1 joins with probability 0.25 whatever its type"
    )
    assert str(StepProfile([StepFunction.below(0.3), StepFunction.above(0.3)])).splitlines() == [
        "player 1 joins up to type 0.3",
        "player 2 joins from type 0.3",
    ]
    assert str(
        AffineProfile([(0.5, -1.0), ([[1.0, -2.0], [0.0, 3.0]], [0.0, 1.0])])
    ).splitlines() == [
        "player 1 plays -1 + 0.5 s",
        "player 2 plays 0 + 1 s1 - 2 s2; 1 + 0 s1 + 3 s2",
    ]


@pytest.mark.parametrize(
    ("make", "other"),
    [
        (lambda: BidFunction([0, 1], [0, 0.5]), BidFunction([0, 1], [0, 0.6])),
        (lambda: BidProfile([BidFunction([0, 1], [0, 0.5])]), BidProfile([BidFunction([0], [0])])),
        (
            lambda: BidSchedule([BidFunction([0, 1], [0, 0.5])]),
            BidSchedule([BidFunction([0, 1], [0, 0.5])] * 2),
        ),
        (lambda: StepProfile([StepFunction.above(0.5)]), StepProfile([StepFunction.below(0.5)])),
        (lambda: AffineProfile([(0.5, 1.0)]), AffineProfile([(0.5, 2.0)])),
    ],
)
def test_continuous_strategies_are_equal_by_content(make, other):
    assert make() == make()
    assert hash(make()) == hash(make())
    assert make() != other
