from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_bridge.tasks.comparison import answer_key, unified


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1/2", "0.50"),
        ("2 1/2", "2.5"),
        ("-2 1/2", "-5/2"),
        ("60%", "60"),
        ("Paris.", "paris"),
        ("[1, 2]", "[1,2]"),
        ("x <= 5", "x<=5"),
        ("New  York", "new york"),
    ],
)
def test_same_answers(one: str, other: str) -> None:
    assert answer_key(one) == answer_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("60%", "0.6"), ("5", "-5"), ("5 cm", "5"), ("x < 5", "x <= 5"), ("12", "1 2"), ("", "0")],
)
def test_different_answers(one: str, other: str) -> None:
    assert answer_key(one) != answer_key(other)


def test_texts_and_blocks_count_as_they_stand() -> None:
    assert answer_key("1.0", "text") != answer_key("1", "text")
    assert answer_key("1 2  \n3 4\n", "block") == answer_key("1 2\n3 4", "block")


@given(st.fractions(max_denominator=50))
def test_the_key_of_a_number_is_its_value(number: Fraction) -> None:
    assert answer_key(str(number)) == number


@given(st.lists(st.sampled_from(["", "0.5", "1/2", "a", "A.", "b"])))
def test_unified_answers_are_equal_where_their_keys_are(values: list[str]) -> None:
    one = unified(values)
    assert [bool(v) for v in one] == [bool(v) for v in values]
    for i, v in enumerate(values):
        for j, w in enumerate(values):
            assert (one[i] == one[j]) == ((answer_key(v) == answer_key(w)) and bool(v) == bool(w))
