from __future__ import annotations

import pytest

from llm_bridge.errors import ConfigError
from llm_bridge.messages import Question
from llm_bridge.models.codecs import (
    STYLES,
    answer_messages,
    commitment_messages,
    max_tokens,
    stop_strings,
    strategy_messages,
)
from llm_bridge.tasks import extract_answer

QUESTION = Question("q1", "What is 2 + 2?", "sums", "4")


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
            assert extract_answer(message.content).valid


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


@pytest.mark.parametrize("style", STYLES)
def test_an_answer_of_several_lines_gets_room_and_is_asked_for(style: str) -> None:
    grid = Question("g", "Turn 1 2 / 3 4.", "grids", "3 1\n4 2", form="block")
    first = answer_messages(grid, style=style)[0].content
    assert "one line only" not in first
    assert "Answer:\n<the lines" in first
    assert stop_strings(style, "block") == ()
    assert max_tokens(style, "block") > max_tokens(style)
