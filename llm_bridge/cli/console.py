"""What every command shares: where words go, how a refusal looks, what a program may read."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from typing import Any

import typer
from rich.console import Console

from econ_theory.errors import EconError, NotConverged

__all__ = ["EXIT_ERROR", "EXIT_INTERRUPTED", "EXIT_NOT_CONVERGED", "emit", "err", "guarded", "out"]

EXIT_NOT_CONVERGED = 1
EXIT_ERROR = 2
EXIT_INTERRUPTED = 130

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def emit(data: Any) -> None:
    """Print `data` as JSON on standard output, and nothing else there."""
    sys.stdout.write(json.dumps(data, indent=2, allow_nan=False, default=float) + "\n")


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Turn exceptions raised on purpose into one red line and an exit status; no tracebacks."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except NotConverged as error:
            err.print(str(error), style="yellow", markup=False)
            raise typer.Exit(EXIT_NOT_CONVERGED) from None
        except (EconError, OSError) as error:
            err.print(str(error), style="red", markup=False)
            raise typer.Exit(EXIT_ERROR) from None
        except KeyboardInterrupt:
            err.print(
                "interrupted; everything asked so far is kept, run the same command to go on.",
                style="yellow",
            )
            raise typer.Exit(EXIT_INTERRUPTED) from None

    return run
