"""How results are shown: numbers, lists that fold, text that shows what it holds, HTML tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from html import escape
from typing import Any, TypeVar

__all__ = ["folded", "html_text", "shown", "table_html", "visible"]

JOINERS = "\u200c\u200d"
"""Marks of format that words of some languages, and pictures, are made of."""

MOST_BITS = 32
"""Size of a denominator up to which a fraction is written out."""


def shown(number: Any, digits: int = 4) -> str:
    """Return a number in a few characters: short fractions as they are, else `digits` digits.

    A fraction too long to read is rounded, and a ``~`` says so.

    >>> shown(Fraction(6, 7)), shown(0.123456), shown(1.0), shown(Fraction(1, 3**50))
    ('6/7', '0.1235', '1', '~1.393e-24')
    """
    if isinstance(number, Fraction):
        if max(number.numerator.bit_length(), number.denominator.bit_length()) <= MOST_BITS:
            return str(number)
        return f"~{float(number):.{digits}g}"
    return f"{float(number):.{digits}g}"


T = TypeVar("T")


def folded(
    item: Callable[[int], T],
    count: int,
    most: int,
    what: str,
    note: Callable[[str], T] = lambda words: words,
) -> list[T]:
    """Return ``item(0) .. item(count - 1)``, or the first `most` and how many more there are.

    A single one more is shown instead. `note` makes an item of the words that say how many.

    >>> folded("abcd".__getitem__, 4, 2, "types"), folded("abc".__getitem__, 3, 2, "types")
    (['a', 'b', '... and 2 more types'], ['a', 'b', 'c'])
    """
    if count <= most + 1:
        return [item(k) for k in range(count)]
    return [*map(item, range(most)), note(f"... and {count - most} more {what}")]


def table_html(caption: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return an HTML table of escaped strings; the first column is a row header.

    >>> table_html("t", ["", "x"], [["a", "1"]])
    '<table><caption>t</caption><tr><th></th><th>x</th></tr><tr><th>a</th><td>1</td></tr></table>'
    """
    head = "".join(f"<th>{html_text(cell)}</th>" for cell in header)
    body = "".join(
        f"<tr><th>{html_text(first)}</th>{''.join(f'<td>{html_text(c)}</td>' for c in rest)}</tr>"
        for first, *rest in rows
    )
    return f"<table><caption>{html_text(caption)}</caption><tr>{head}</tr>{body}</table>"


def html_text(text: str) -> str:
    """Return `text` as HTML that shows it as it is, whatever it holds.

    >>> html_text("<b>" + chr(7))
    '&lt;b&gt;\\\\x07'
    """
    return escape(visible(text, lines=True))


def visible(text: str, *, lines: bool = False) -> str:
    r"""Return `text` with what a screen would obey and not show written as Python's escapes.

    Labels come from files and users: a control character, an escape sequence, a change of writing
    direction, half of a surrogate pair or what XML forbids is shown and does nothing. Markup is not
    touched, nor are the marks that join letters and pictures; with `lines`, tabs and ends of lines
    stay.

    >>> print(visible("[red]hit"), visible("bell\x07, \x1b[2J"), visible("two\nlines"))
    [red]hit bell\x07, \x1b[2J two\nlines
    """
    if text.isprintable():
        return text
    return "".join(
        c if _shows(c) or (lines and c in "\n\t") else c.encode("unicode_escape").decode()
        for c in text
    )


def _shows(c: str) -> bool:
    return c in JOINERS or not (
        unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") or ord(c) & 0xFFFE == 0xFFFE
    )
