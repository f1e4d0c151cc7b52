"""Question to prompt, reply to answer: every sentence a model is sent, and the one way to read it.

Reading is total: `parse_answer` never raises and says why a reply has no answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from llm_bridge.errors import ConfigError
from llm_bridge.messages import Message, Question

__all__ = [
    "STYLES",
    "Answer",
    "Style",
    "answer_messages",
    "commitment_messages",
    "max_tokens",
    "parse_answer",
    "stop_strings",
    "strategy_messages",
]

LONGEST_ANSWER = 200  # characters; a longer answer line is a reply that did not end


@dataclass(frozen=True, slots=True)
class Style:
    """How a model is asked: instruction, worked turns, token limit and stop strings.

    `shots` are fixed turns; with `own_examples` the question's own examples stand in their place,
    where it has some.
    """

    name: str
    instruction: str
    max_tokens: int
    stop: tuple[str, ...] = ()
    shots: tuple[tuple[str, str], ...] = ()
    own_examples: bool = False


_ONE_LINE = "Solve the problem. Reply with one line only, in the form\nAnswer: <final answer>"

STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        # Small models keep the form only once they have seen it: one turn shows it.
        Style(
            "direct",
            _ONE_LINE,
            max_tokens=16,
            stop=("\n",),
            shots=(("What is the capital of France?", "Paris"),),
        ),
        Style(
            "examples",
            _ONE_LINE,
            max_tokens=16,
            stop=("\n",),
            shots=(
                ("What is 3 + 4?", "7"),
                ("What is the capital of France?", "Paris"),
                ("Calculate 12 * 3.", "36"),
                ('How many times does the letter "a" appear in "banana"?', "3"),
            ),
            own_examples=True,
        ),
        Style(
            "steps",
            "Solve the problem step by step in at most three short lines. "
            "Then end with one line in the form\nAnswer: <final answer>",
            max_tokens=96,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reply says: its canonical `value`, or `valid=False` and `why` there is none."""

    value: str
    valid: bool = True
    why: str = ""


def _style(name: str) -> Style:
    try:
        return STYLES[name]
    except KeyError:
        raise ConfigError(
            f"style is {name!r}, want one of {', '.join(STYLES)}; pick one of these."
        ) from None


def max_tokens(style: str) -> int:
    """Return the most tokens a reply in `style` may have.

    >>> max_tokens("direct")
    16
    """
    return _style(style).max_tokens


def stop_strings(style: str) -> tuple[str, ...]:
    r"""Return the strings at which a reply in `style` ends.

    >>> stop_strings("direct")
    ('\n',)
    """
    return _style(style).stop


def answer_messages(
    question: Question, *, strategy: str = "", style: str = "direct"
) -> tuple[Message, ...]:
    """Return the executor's prompt: instruction, worked turns, then strategy and question.

    Everything that is the same for all questions stands first, so that a prompt cache holds it.

    >>> ask = answer_messages(Question("q1", "What is 2 + 2?", "sums", "4"), style="direct")
    >>> [message.role for message in ask], ask[-1].content
    (['system', 'user', 'assistant', 'user'], 'What is 2 + 2?')
    """
    chosen = _style(style)
    turns = [Message("system", chosen.instruction)]
    shots = question.examples if chosen.own_examples and question.examples else chosen.shots
    for asked, answer in shots:
        turns += [Message("user", asked), Message("assistant", f"Answer: {answer}")]
    hint = strategy.strip()
    text = f"Strategy: {hint}\n\n{question.text}" if hint else question.text
    turns.append(Message("user", text))
    return tuple(turns)


def strategy_messages(question: Question) -> tuple[Message, ...]:
    """Return the Coordinator's prompt for a strategy of at most 50 tokens without the answer.

    >>> strategy_messages(Question("q1", "What is 2 + 2?", "sums", "4"))[0].role
    'system'
    """
    return (
        Message(
            "system",
            "You coordinate a team of solvers who cannot see each other. Write them one strategy "
            "of at most 50 tokens: how to solve the problem and the format of the final answer. "
            "Do not solve the problem and do not write its answer.",
        ),
        Message("user", question.text),
    )


def commitment_messages(
    question: Question, strategy: str, answers: Sequence[str]
) -> tuple[Message, ...]:
    """Return the Coordinator's prompt for the team's final answer from its members' answers.

    >>> ask = commitment_messages(Question("q1", "What is 2 + 2?", "sums", "4"), "", ["4", "5"])
    >>> print(ask[1].content)
    What is 2 + 2?
    <BLANKLINE>
    Solver 1: 4
    Solver 2: 5
    """
    heard = "\n".join(f"Solver {k}: {text or 'no answer'}" for k, text in enumerate(answers, 1))
    hint = f"Strategy: {strategy.strip()}\n\n" if strategy.strip() else ""
    return (
        Message(
            "system",
            "Solvers worked on the problem apart from each other. Weigh their answers and reply "
            "with one line only, in the form\nAnswer: <final answer>",
        ),
        Message("user", f"{hint}{question.text}\n\n{heard}"),
    )


# A label opens its line; decoration around it ("**Answer:**", "# Final answer =") is let through.
_LABEL = re.compile(
    r"^[ \t#>*_`\-]*(?:the +|my +)?(?:final +)?answer *(?:is\b *:?|[:=])[ \t*_`]*(?P<value>.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d+)?(?:\.(?P<part>\d*))?")
_GROUPED = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?![\d,])")
_BOXED = re.compile(r"\\boxed\{([^{}]*)\}")


def parse_answer(text: str) -> Answer:
    r"""Return the answer that `text` gives on its last `Answer:` line; never raises.

    The value is stripped of decoration, full-width forms and a closing full stop; of an equation
    with a number on the right that number is kept; numbers lose leading zeros, a plus sign,
    digit grouping and an empty fraction, so that equal answers are equal strings.

    >>> parse_answer("Answer: 07").value, parse_answer("**Answer:** 3 + 4 = 7.0").value
    ('7', '7')
    >>> parse_answer("I think so.")
    Answer(value='', valid=False, why='the reply has no `Answer:` line')
    """
    if not isinstance(text, str) or not text.strip():
        return Answer("", False, "the reply is empty")
    lines = "\n".join(unicodedata.normalize("NFKC", text).splitlines())
    found = [match["value"] for match in _LABEL.finditer(lines)]
    if not found:
        return Answer("", False, "the reply has no `Answer:` line")
    value = _canonical(next((v for v in reversed(found) if v.strip()), ""))
    if not value:
        return Answer("", False, "the `Answer:` line is empty")
    if len(value) > LONGEST_ANSWER:
        return Answer("", False, f"the answer line has more than {LONGEST_ANSWER} characters")
    if _is_foreign(value):
        return Answer("", False, "the answer is written in another script")
    return Answer(value)


def _canonical(raw: str) -> str:
    value = raw.replace("\u2212", "-")
    boxed = _BOXED.search(value)
    value = boxed[1] if boxed else value
    value = " ".join(value.split()).strip(" \t*_`$\"'“”‘’<>").rstrip(".;, ").strip(" *_`$\"'")
    value = _GROUPED.sub(lambda match: match[0].replace(",", ""), value)
    right = value.rpartition("=")[2].strip()
    for candidate in (value, right):
        number = _NUMBER.fullmatch(candidate)
        if number and (number["whole"] or number["part"]):
            return _plain_number(number)
    return value


def _plain_number(number: re.Match[str]) -> str:
    digits = (number["whole"] or "0").lstrip("0") or "0"
    part = (number["part"] or "").rstrip("0")
    size = f"{digits}.{part}" if part else digits
    return f"-{size}" if number["sign"] == "-" and size != "0" else size


def _is_foreign(value: str) -> bool:
    letters = [c for c in value if c.isalpha()]
    # Greek letters stand in formulas; two or more of any other script are prose.
    foreign = [c for c in letters if not unicodedata.name(c, "").startswith(("LATIN", "GREEK"))]
    return len(foreign) >= 2 and 2 * len(foreign) > len(letters)
