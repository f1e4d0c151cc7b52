"""What every command shares: where words go, how a refusal looks, what a program may read."""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import sys
import traceback
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from econ_theory.errors import EconError, NotConverged
from llm_bridge.cli.extras import extra_of

__all__ = [
    "EXIT_ERROR",
    "EXIT_INTERRUPTED",
    "EXIT_NOT_CONVERGED",
    "EXIT_PIPE",
    "EXIT_UNFORESEEN",
    "complain",
    "emit",
    "err",
    "guarded",
    "out",
    "say",
    "shown",
    "visible",
]

EXIT_NOT_CONVERGED = 1
EXIT_ERROR = 2
EXIT_UNFORESEEN = 70
EXIT_INTERRUPTED = 130
EXIT_PIPE = 141
"""What a shell reports of a program that wrote into a closed pipe."""

JOINERS = "\u200c\u200d"
"""Marks of format that words of some languages, and pictures, are made of."""


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise


out = _Console(highlight=False, soft_wrap=True)
err = _Console(stderr=True, highlight=False, soft_wrap=True)


def visible(text: str, *, lines: bool = False) -> str:
    r"""Return `text` with what a terminal would obey and not show written as escapes.

    Those are control characters, marks of direction and lone surrogates; with `lines`, the ends of
    lines stay.

    >>> print(visible("\x1b[31mhit\u202e\n"))
    \x1b[31mhit\u202e\n
    """
    return "".join(
        c
        if c in JOINERS
        or (lines and c == "\n")
        or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
        else c.encode("unicode_escape").decode()
        for c in text
    )


def shown(label: object, style: str = "") -> Text:
    """Return a `label` from a file as rich text that shows exactly it, for a cell of a table."""
    return Text(visible(str(label)), style=style)


def say(words: object, *, style: str = "") -> None:
    """Print `words` on standard output as they are: no markup, no control characters."""
    out.print(Text(visible(str(words), lines=True), style=style))


def complain(words: object, *, style: str = "red") -> None:
    """Print `words` on standard error as they are: no markup, no control characters."""
    err.print(Text(visible(str(words), lines=True), style=style))


def emit(data: Any) -> None:
    """Print `data` as JSON on standard output, and nothing else there."""
    out.file.write(json.dumps(data, indent=2, allow_nan=False, default=float) + "\n")
    out.file.flush()


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Turn exceptions into a line on standard error and an exit status; no tracebacks.

    Where the command was asked for JSON, ``{"error": ...}`` goes to standard output as well. With
    ECON_TRACEBACK set in the environment, what nobody foresaw is raised.
    """

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except typer.Exit:
            raise
        except BrokenPipeError:
            _give_up(sys.stdout)
            raise typer.Exit(EXIT_PIPE) from None
        except (Exception, KeyboardInterrupt) as error:
            status, words, style = _explained(error)
            if status == EXIT_UNFORESEEN and os.environ.get("ECON_TRACEBACK"):
                raise
            complain(words, style=style)
            try:
                if options.get("json_"):
                    emit({"error": words})
                elif sys.stdout is not None:
                    sys.stdout.flush()
            except OSError:
                _give_up(sys.stdout)
            raise typer.Exit(status) from None

    return run


def _explained(error: BaseException) -> tuple[int, str, str]:
    """Return the exit status, the words and the colour of a failure."""
    match error:
        case NotConverged():
            return EXIT_NOT_CONVERGED, str(error), "yellow"
        case KeyboardInterrupt():
            words = "interrupted; a run keeps all replies: run the same command to go on."
            return EXIT_INTERRUPTED, words, "yellow"
        case EconError() | OSError():
            return EXIT_ERROR, str(error), "red"
        case ModuleNotFoundError(name=str(name)) if extra := extra_of(name):
            words = f"{name} is not installed, want it for this command; run: {extra.remedy}"
            return EXIT_ERROR, words, "red"
        case sqlite3.Error():
            words = f"the run's store could not be read ({error}), want the file econ train wrote."
            return EXIT_ERROR, words, "red"
        case MemoryError():
            words = "the memory of this machine did not suffice, want a smaller game or setting."
            return EXIT_ERROR, words, "red"
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        EXIT_UNFORESEEN,
        f"econ met what it did not foresee ({type(error).__name__}: {error}; {place.name} in "
        f"{os.path.basename(place.filename)}, line {place.lineno}), want it reported; with "
        "ECON_TRACEBACK=1 in the environment the same command shows where it comes from.",
        "red",
    )


def _give_up(stream: Any) -> None:
    """Send what is left in `stream` nowhere, so that closing it at the end does not fail again."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
