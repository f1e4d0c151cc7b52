"""HTML tables for notebooks: escaped strings in, one table out; text that shows what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["table_html", "visible"]


def table_html(caption: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return an HTML table of escaped strings; the first column is a row header.

    >>> table_html("t", ["", "x"], [["a", "1"]])
    '<table><caption>t</caption><tr><th></th><th>x</th></tr><tr><th>a</th><td>1</td></tr></table>'
    """
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(
        f"<tr><th>{escape(first)}</th>" + "".join(f"<td>{escape(c)}</td>" for c in rest) + "</tr>"
        for first, *rest in rows
    )
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>{body}</table>"


def visible(text: str) -> str:
    """Return `text` with everything that does not print as the escape that Python writes for it.

    Labels come from files and users: a control character, an escape sequence, a change of writing
    direction or half of a surrogate pair is shown and does nothing. Markup is not touched.

    >>> print(visible("[red]hit"), visible("bell\\x07, \\x1b[2J"), visible("two\\nlines"))
    [red]hit bell\\x07, \\x1b[2J two\\nlines
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
