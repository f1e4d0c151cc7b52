from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_bridge.errors import ConfigError
from llm_bridge.messages import Question
from llm_bridge.models.codecs import (
    STYLES,
    answer_messages,
    commitment_messages,
    max_tokens,
    parse_answer,
    stop_strings,
    strategy_messages,
)

QUESTION = Question("q1", "What is 2 + 2?", "sums", "4")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Answer: 7", "7"),
        ("answer:7.", "7"),
        ("  **Final Answer:** $1,234$", "1234"),
        ("The answer is 12", "12"),
        ("Working: 3 + 4\nAnswer: 8\nAnswer: 7", "7"),
        ("Answer: 3 + 4 = 07", "7"),
        ("Answer: +5.500", "5.5"),
        ("Answer: -0", "0"),
        ("Answer: -12", "-12"),
        ("Answer: \u221212", "-12"),
        ("Ａｎｓｗｅｒ： ４２", "42"),
        (r"Answer: \boxed{18}", "18"),
        ("Answer: Paris.", "Paris"),
        ("Answer: x = 1/2", "x = 1/2"),
        ("Answer: alpha α", "alpha α"),
        ("Answer: 007 agents", "007 agents"),
        ("Answer:\nAnswer: .5", "0.5"),
    ],
)
def test_readable_replies(text: str, value: str) -> None:
    answer = parse_answer(text)
    assert answer.valid, answer.why
    assert answer.value == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        (None, "empty"),
        ("Seven, I think.", "no `Answer:` line"),
        ("Answer:", "line is empty"),
        ("Answer: **", "line is empty"),
        ("Answer: " + "very " * 500, "more than 200 characters"),
        ("la la " * 5000, "no `Answer:` line"),
        ("Answer: семь яблок", "another script"),
        ("答案：七", "no `Answer:` line"),
    ],
)
def test_unreadable_replies_say_why(text: str, why: str) -> None:
    answer = parse_answer(text)
    assert not answer.valid
    assert answer.value == ""
    assert why in answer.why


@given(st.text())
def test_reading_is_total_and_stable(text: str) -> None:
    for reply in (text, "Answer: " + text):
        answer = parse_answer(reply)
        assert answer.valid == (answer.why == "")
        if answer.valid:
            assert parse_answer("Answer: " + answer.value).value == answer.value


@given(st.integers(), st.integers(0, 5))
def test_equal_numbers_are_equal_strings(number: int, zeros: int) -> None:
    sign, size = ("-", str(-number)) if number < 0 else ("", str(number))
    padded = f"{sign}{'0' * zeros}{size}.{'0' * zeros}"
    assert parse_answer(f"Answer: {padded}").value == str(number)


@pytest.mark.parametrize("style", STYLES)
def test_prompts_share_their_prefix(style: str) -> None:
    other = Question("q2", "What is 5 * 5?", "products", "25")
    a = answer_messages(QUESTION, style=style)
    b = answer_messages(other, strategy="Multiply.", style=style)
    assert a[:-1] == b[:-1]
    assert a[0].role == "system"
    assert [m.role for m in a[1:]] == ["user", "assistant"] * (len(a) // 2 - 1) + ["user"]
    assert other.text in b[-1].content
    assert "Multiply." in b[-1].content
    assert max_tokens(style) > 0
    assert isinstance(stop_strings(style), tuple)


@pytest.mark.parametrize("style", STYLES)
def test_worked_turns_are_readable_answers(style: str) -> None:
    for message in answer_messages(QUESTION, style=style):
        if message.role == "assistant":
            assert parse_answer(message.content).valid


def test_a_question_brings_its_own_examples() -> None:
    own = Question(
        "q4", "Spell cat backward.", "spelling", "tac", examples=(("Spell dog.", "god"),)
    )
    turns = answer_messages(own, style="examples")
    assert [m.content for m in turns[1:]] == ["Spell dog.", "Answer: god", "Spell cat backward."]
    assert answer_messages(own, style="direct")[:-1] == answer_messages(QUESTION)[:-1]


def test_unknown_style_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"style is 'poem', want one of direct, examples, steps"):
        answer_messages(QUESTION, style="poem")


def test_coordinator_prompts_hold_the_question_and_never_its_answer() -> None:
    secret = Question("q3", "What is the sum?", "sums", "987654")
    ask = strategy_messages(secret) + commitment_messages(secret, "Add up.", ["3", ""])
    told = "\n".join(message.content for message in ask)
    assert "987654" not in told
    assert told.count("What is the sum?") == 2
    assert "Solver 1: 3" in told
    assert "Solver 2: no answer" in told
    assert "Strategy: Add up." in told
