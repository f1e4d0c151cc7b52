"""What the file formats share: sizes, numbers as text, labels made distinct."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from econ_theory.errors import GameError

__all__ = [
    "LONE_SURROGATE",
    "MOST_CELLS",
    "MOST_DIGITS",
    "distinct",
    "in_short",
    "number_text",
    "quoted",
    "too_fine",
    "too_long",
]


MOST_CELLS = 4_000_000
"""Most payoffs that a file may ask for; each becomes a Fraction."""

MOST_DIGITS = 2000
"""Most digits of a numerator or denominator, also of one that sums and products in a file make.

A float's exact value has at most 309 digits over at most 324. Without a bound, a megabyte of
probabilities with different denominators costs minutes, for a sum that nobody can read.
"""

MOST_BITS = int(MOST_DIGITS * 3.3219281)

LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character, which no UTF-8 file can hold; JSON can, as an escape."""


_ESCAPED = re.compile(r'\\{2,}|\\(?="|\Z)|"')


def number_text(value: Any) -> str:
    """Return `value` as text that reads back as the same number.

    Fractions become ``p/q``; floats the shortest decimal that rounds to them.

    >>> number_text(Fraction(1, 3)), number_text(0.1), number_text(1e22), number_text(2.0)
    ('1/3', '0.1', '1e22', '2')
    """
    if isinstance(value, Fraction):
        return str(value)
    value = float(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value).replace("e+", "e")


def quoted(label: str) -> str:
    r"""Return `label` in double quotes, quotes escaped, and backslashes where they could mislead.

    Gambit reads one backslash before a letter as one, and two as three: a single one stays single.
    Two in a row, one at the end and one before a quote it cannot read; they are doubled for us.

    >>> print(quoted('say "hi"'), quoted(r"a\b"), quoted(r"a\\b"))
    "say \"hi\"" "a\b" "a\\\\b"

    Raises
    ------
    GameError
        If the label has a lone surrogate, which no such file can hold.
    """
    if LONE_SURROGATE.search(label):
        raise GameError(
            f"the label {in_short(label)} has half of a surrogate pair, want whole characters in "
            "a Gambit file; write JSON, or relabel the game."
        )

    def escaped(found: re.Match[str]) -> str:
        return '\\"' if found[0] == '"' else found[0] * 2

    return '"' + _ESCAPED.sub(escaped, label) + '"'


def distinct(labels: Sequence[str], stem: str) -> tuple[str, ...]:
    """Return `labels` with blanks filled (``stem`` and number) and repetitions numbered.

    >>> distinct(["low", "", "low"], "t")
    ('low', 't2', 'low (2)')
    """
    taken: set[str] = set()
    copies: dict[str, int] = {}
    result = []
    for k, label in enumerate(labels, start=1):
        base = candidate = label if label.strip() else f"{stem}{k}"
        # Each base goes on from its last copy, so that thousands of equal labels cost one pass.
        while candidate in taken:
            copies[base] = copies.get(base, 1) + 1
            candidate = f"{base} ({copies[base]})"
        taken.add(candidate)
        result.append(candidate)
    return tuple(result)


def in_short(data: Any) -> str:
    """Return `data` as a person can read it in a complaint: cut in depth and in length.

    >>> in_short("x" * 200), in_short([[[[[[[[1]]]]]]]])
    ("'xxxxxxxxxxxx...xxxxxxxxxxxxx'", '[[[[[[...]]]]]]')
    """
    return reprlib.repr(data)


def too_fine(numbers: Iterable[Fraction]) -> bool:
    """Return whether the common denominator of `numbers`, and so their sum, has over 2,000 digits.

    >>> too_fine([Fraction(1, 2), Fraction(1, 3)])
    False
    """
    common = 1
    for number in numbers:
        common = lcm(common, number.denominator)
        if common.bit_length() > MOST_BITS:
            return True
    return False


def too_long(number: Fraction) -> bool:
    """Return whether `number`, made by sums and products in a file, has over 2,000 digits.

    >>> too_long(Fraction(1, 3) ** 1000), too_long(Fraction(1, 3) ** 9000)
    (False, True)
    """
    return max(number.numerator.bit_length(), number.denominator.bit_length()) > MOST_BITS
