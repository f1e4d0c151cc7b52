"""Question to prompt: every sentence a model is sent. Replies are read in `llm_bridge.tasks`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from llm_bridge.errors import ConfigError
from llm_bridge.messages import AnswerForm, Message, Question

__all__ = [
    "STYLES",
    "Style",
    "answer_messages",
    "commitment_messages",
    "max_tokens",
    "stop_strings",
    "strategy_messages",
]

BLOCK_TOKENS = 240
"""More tokens for an answer of several lines."""


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


_FORM = "in the form\nAnswer: <final answer>"
_BLOCK = "in the form\nAnswer:\n<the lines of the final answer>"
_ONE_LINE = f"Solve the problem. Reply with one line only, {_FORM}"

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
            f"Then end with one line {_FORM}",
            max_tokens=96,
        ),
    )
}


def _style(name: str, form: AnswerForm = "value") -> Style:
    try:
        style = STYLES[name]
    except KeyError:
        raise ConfigError(
            f"style is {name!r}, want one of {', '.join(STYLES)}; pick one of these."
        ) from None
    if form != "block":
        return style
    return replace(
        style,
        instruction=style.instruction.replace("one line only", "the answer only").replace(
            _FORM, _BLOCK
        ),
        max_tokens=style.max_tokens + BLOCK_TOKENS,
        stop=(),
    )


def max_tokens(style: str, form: AnswerForm = "value") -> int:
    """Return the most tokens a reply in `style` may have.

    >>> max_tokens("direct"), max_tokens("direct", "block")
    (16, 256)
    """
    return _style(style, form).max_tokens


def stop_strings(style: str, form: AnswerForm = "value") -> tuple[str, ...]:
    r"""Return the strings at which a reply in `style` ends.

    >>> stop_strings("direct"), stop_strings("direct", "block")
    (('\n',), ())
    """
    return _style(style, form).stop


def answer_messages(
    question: Question, *, strategy: str = "", style: str = "direct"
) -> tuple[Message, ...]:
    """Return the executor's prompt: instruction, worked turns, then strategy and question.

    Everything that is the same for all questions stands first, so that a prompt cache holds it.

    >>> ask = answer_messages(Question("q1", "What is 2 + 2?", "sums", "4"), style="direct")
    >>> [message.role for message in ask], ask[-1].content
    (['system', 'user', 'assistant', 'user'], 'What is 2 + 2?')
    """
    chosen = _style(style, question.form)
    turns = [Message("system", chosen.instruction)]
    shots = question.examples if chosen.own_examples and question.examples else chosen.shots
    for asked, answer in shots:
        turns += [Message("user", asked), Message("assistant", _said(answer))]
    hint = strategy.strip()
    text = f"Strategy: {hint}\n\n{question.text}" if hint else question.text
    turns.append(Message("user", text))
    return tuple(turns)


def _said(answer: str) -> str:
    return f"Answer:\n{answer}" if "\n" in answer else f"Answer: {answer}"


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
