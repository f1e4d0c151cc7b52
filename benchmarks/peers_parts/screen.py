"""What both comparisons print and write: tables with targets, the tally, and the run as JSON."""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["consoles", "remarks", "short", "table", "tally", "write"]

COLOURS = {"met": "green", "missed": "bold red", "undecided": "bold red", "not": "yellow"}


def consoles(parser: argparse.ArgumentParser) -> tuple[Any, Any]:
    """Return where progress and where results go; ends the run where rich is not installed."""
    try:
        from rich.console import Console
    except ImportError:
        parser.error("rich is not installed; pip install rich (or this package with [llm])")
    console = Console()
    return Console(stderr=True), console if console.is_terminal else Console(width=200)


def table(title: str, columns: Sequence[str], words: Iterable[int]) -> Any:
    """Return an empty rich table; columns are numbers, set to the right, but for those of words."""
    from rich.table import Table

    made = Table(*columns, title=title)
    for k in set(range(len(columns))) - set(words):
        made.columns[k].justify = "right"
        made.columns[k].no_wrap = True
    return made


def remarks(targets: Iterable[tuple[str, str]], note: str) -> Any:
    """Return targets with their verdicts in colour, a line each, and the note below."""
    from rich.text import Text

    lines = []
    for target, verdict in targets:
        style = next(colour for word, colour in COLOURS.items() if verdict.startswith(word))
        lines.append(Text(f"{target}: {verdict}", style=style))
    return Text("\n").join([*lines, *([Text(note)] if note else [])])


def short(number: float | None, form: str = "{:.3g}") -> str:
    """Return a number in few characters, a dash for None.

    >>> short(0.0123456), short(0, "{:.0e}"), short(None)
    ('0.0123', '0', '-')
    """
    return "-" if number is None else "0" if number == 0 else form.format(number)


def tally(verdicts: Sequence[str], else_: str) -> str:
    """Return how many targets are met, missed, or neither.

    >>> tally(["met: 3", "missed: 1", "met, peer did not finish: 9"], "undecided")
    '3 targets: 2 met, 1 missed, 0 undecided'
    """
    met, missed = (sum(v.startswith(word) for v in verdicts) for word in ("met", "missed"))
    left = len(verdicts) - met - missed
    return f"{len(verdicts)} targets: {met} met, {missed} missed, {left} {else_}"


def write(file: Path | None, **report: Any) -> None:
    """Write the run as JSON, with the versions of Python and of the machine, if there is a file."""
    if file is None:
        return
    run = {"python": platform.python_version(), "machine": platform.machine(), **report}
    file.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
