"""What the file formats share: sizes, reading text, numbers as text, labels made distinct."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from pathlib import Path
from typing import Any

from econ_theory.errors import FormatError, GameError

__all__ = [
    "LONE_SURROGATE",
    "MOST_BYTES",
    "MOST_CELLS",
    "MOST_DIGITS",
    "distinct",
    "in_short",
    "number_text",
    "quoted",
    "read_text",
    "too_fine",
    "too_long",
]

MOST_BYTES = 64_000_000
"""Largest file that is read."""

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


def read_text(path: str | Path) -> str:
    """Return the file's text, decoded as UTF-8.

    Raises
    ------
    FormatError
        If the file is larger than 64 MB or is not UTF-8.
    """
    path = Path(path)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise FormatError(
            f"{path.name} is {size:,} bytes, want at most {MOST_BYTES:,}; "
            "build the game from arrays instead."
        )
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FormatError(
            f"{path.name}, line {line}: byte {error.object[error.start]:#04x} is no UTF-8 text, "
            "want a UTF-8 file; convert it first."
        ) from None


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
    r"""Return `label` in double quotes, with quotes and backslashes escaped.

    >>> print(quoted('say "hi"'))
    "say \"hi\""

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
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"') + '"'


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
