"""What the file formats share: sizes, numbers as text, labels made distinct."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

__all__ = ["MOST_CELLS", "distinct", "number_text", "quoted"]

MOST_CELLS = 4_000_000
"""Most payoffs that a file may ask for; each becomes a Fraction."""


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
    """

    def escaped(found: re.Match[str]) -> str:
        return '\\"' if found[0] == '"' else found[0] * 2

    return '"' + _ESCAPED.sub(escaped, label) + '"'


def distinct(labels: Sequence[str], stem: str) -> tuple[str, ...]:
    """Return `labels` with blanks filled (``stem`` and number) and repetitions numbered.

    >>> distinct(["low", "", "low"], "t")
    ('low', 't2', 'low (2)')
    """
    taken: set[str] = set()
    result = []
    for k, label in enumerate(labels, start=1):
        base = label if label.strip() else f"{stem}{k}"
        candidate, copy = base, 1
        while candidate in taken:
            copy += 1
            candidate = f"{base} ({copy})"
        taken.add(candidate)
        result.append(candidate)
    return tuple(result)
