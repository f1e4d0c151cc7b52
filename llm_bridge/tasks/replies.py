"""What of a reply is said to the reader: thoughts, control tokens and invisible marks taken off.

Every rule is a row of a table with an example, and a test runs them all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["RULES", "Replacement", "Rule", "spoken"]

_THOUGHT = r"(?:think|thinking|thoughts?|reasoning|reflection|analysis|scratchpad)"
_OPEN = (
    rf"(?:<{_THOUGHT}>|\[{_THOUGHT}\]|◁think▷|<\|begin_of_thought\|>|<\|START_THINKING\|>"
    r"|<\|channel\|>(?:analysis|commentary)\b[^<]*<\|message\|>)"
)
_CLOSE = rf"(?:</{_THOUGHT}>|\[/{_THOUGHT}\]|◁/think▷|<\|end_of_thought\|>|<\|END_THINKING\|>)"
_END = (
    r"<\|(?:im_end|eot_id|eom_id|endoftext|end_of_text|end_of_turn|end|return|eos|eot)\|>"
    r"|</s>|<eos>|<end_of_turn>|<\uff5cend\u2581of\u2581sentence\uff5c>|\[/?INST\]"
)
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_SUPER = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_LEVEL = str.maketrans(_SUPER, "0123456789+-")


Replacement = str | Callable[[re.Match[str]], str]


class Rule(NamedTuple):
    """One rewriting of a reply, and a reply that shows it."""

    name: str
    pattern: re.Pattern[str]
    by: Replacement
    example: str
    becomes: str


def _rule(name: str, pattern: str, by: str, example: str, becomes: str) -> Rule:
    return Rule(name, re.compile(pattern, re.IGNORECASE | re.DOTALL), by, example, becomes)


RULES = (
    _rule("unseen marks", f"[{_UNSEEN}]", "", "\ufeffAnswer:\u200b 4", "Answer: 4"),
    _rule("spaces", f"[{_SPACES}]", " ", "12\u202f345", "12 345"),
    _rule("half a character", "[\ud800-\udfff]", "\ufffd", "4 \ud83d", "4 \ufffd"),
    _rule("NUL", "\0", "\ufffd", "4\0", "4\ufffd"),
    _rule("lines", r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", "a\r\nb", "a\nb"),
    _rule(
        "begin of turn", r"\A\s*(?:<s>|<bos>|<\|begin_of_text\|>)+", "", "<s>Answer: 4", "Answer: 4"
    ),
    _rule(
        "a closed thought",
        rf"{_OPEN}(?:(?!{_OPEN}).)*?(?:{_CLOSE}|<\|end\|>)",
        "\n",
        "<think>Answer: 4</think>Answer: 5",
        "\nAnswer: 5",
    ),
    _rule(
        "a thought opened by the prompt",
        rf"\A.*{_CLOSE}",
        "\n",
        "It may be 4.</think>Answer: 5",
        "\nAnswer: 5",
    ),
    _rule("a thought without end", rf"{_OPEN}.*\Z", "", "<think>Answer: 4", ""),
    _rule(
        "a turn's head",
        r"(?:<\|start\|>\w*)?<\|channel\|>\w+[^<]*<\|message\|>"
        r"|<\|(?:im_start|start_header_id|start)\|>\s*(?:assistant|model)\b(?:<\|end_header_id\|>)?"
        r"|<start_of_turn>model",
        "\n",
        "<|channel|>final<|message|>Answer: 4<|return|>",
        "\nAnswer: 4<|return|>",
    ),
    _rule(
        "what follows the end of a turn", rf"(?:{_END}).*\Z", "", "Answer: 4</s>Q: 5?", "Answer: 4"
    ),
)


def spoken(text: str) -> str:
    """Return `text` as a reader takes it: one kind of space and line, no thoughts, no tokens.

    A thought that never closes is all that follows it; one that the prompt opened is all before
    its closing tag. Full-width forms become plain ones, digits of any script 0 to 9, superscript
    digits a power and vulgar fractions two numbers and a slash. Never raises.

    >>> spoken("<think>Is it 4?</think>Answer: ５²")
    '\\nAnswer: 5^2'
    """
    for rule in RULES:
        text = rule.pattern.sub(rule.by, text)
    text = re.sub(f"[{_SUPER}]+", lambda match: "^" + match[0].translate(_LEVEL), text)
    return "".join(map(_plain, text)) if not text.isascii() else text


def _plain(c: str) -> str:
    if c.isascii():
        return c
    if c.isdecimal():
        return str(unicodedata.decimal(c))
    kind = unicodedata.decomposition(c).partition(" ")[0]
    if kind == "<fraction>":
        return " " + unicodedata.normalize("NFKC", c).replace("\u2044", "/")
    if c == "\u2044":
        return "/"
    return unicodedata.normalize("NFKC", c) if kind in ("<wide>", "<narrow>", "<font>") else c
