"""Every exception this project raises on purpose.

::

    EconError
    ├── GameError      (ValueError)    a game's prior, payoffs, labels or file are wrong
    │   └── FormatError                a file is malformed: names the line or field
    ├── ProfileError   (ValueError)    a strategy profile is no profile of that game
    ├── SettingError   (ValueError)    an option of a solver, learner or driver is wrong
    ├── RefusedError   (ValueError)    a method does not apply to this object, and says what does
    ├── NotConverged   (RuntimeError)  the tolerance was not reached; carries the solution so far
    ├── AuditError     (RuntimeError)  trials of an audit failed; carries the ledger of the rest
    └── MissingExtra   (ImportError)   an optional dependency is absent; names its install line

Each is also a built-in exception, so ``except ValueError`` keeps working.
"""

from __future__ import annotations

import math
from numbers import Real
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "AuditError",
    "EconError",
    "FormatError",
    "GameError",
    "MissingExtra",
    "NotConverged",
    "ProfileError",
    "RefusedError",
    "SettingError",
    "check_number",
    "require",
]


class EconError(Exception):
    """The root of every exception raised on purpose."""


class GameError(EconError, ValueError):
    """A game's prior, payoffs or labels are wrong."""


class FormatError(GameError):
    """A file is malformed; the message names the line or field."""


class ProfileError(EconError, ValueError):
    """A strategy profile is not a profile of the game at hand."""


class SettingError(EconError, ValueError):
    """An option has a value that makes no sense."""


class RefusedError(EconError, ValueError):
    """A method does not apply to this game or result; the message says what to use instead."""


class NotConverged(EconError, RuntimeError):
    """A driver stopped above its tolerance; ``solution`` holds what was reached."""

    def __init__(self, message: str, solution: Any) -> None:
        # All arguments are kept, for an exception is pickled by them.
        super().__init__(message, solution)
        self.solution = solution

    def __str__(self) -> str:
        return str(self.args[0])


class AuditError(EconError, RuntimeError):
    """Trials of an audit failed or their worker died; ``ledger`` holds the claims completed."""

    def __init__(self, message: str, ledger: Any) -> None:
        super().__init__(message, ledger)
        self.ledger = ledger

    def __str__(self) -> str:
        return str(self.args[0])


class MissingExtra(EconError, ImportError):
    """An optional dependency is not installed; the message names the install line."""


def check_number(
    name: str, value: Any, *, least: float = 0, above: bool = False, finite: bool = False
) -> None:
    """Raise `SettingError` unless an option's `value` is a number >= `least`, or `above` it.

    With `finite`, infinity is refused too; NaN and what is no number always are.

    >>> check_number("temperature", -1.0, above=True)
    Traceback (most recent call last):
    econ_theory.errors.SettingError: temperature is -1.0, want a number > 0; \
leave it out for the default.
    """
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if (number > least or (number == least and not above)) and not (finite and math.isinf(number)):
        return
    raise SettingError(
        f"{name} is {value!r}, want a number {'>' if above else '>='} {least}; "
        "leave it out for the default."
    )


def require(module: str, extra: str) -> ModuleType:
    """Return the imported `module`, or raise `MissingExtra` naming the `extra` that brings it.

    >>> require("math", "llm").sqrt(4.0)
    2.0
    >>> require("no_such_module", "llm")
    Traceback (most recent call last):
    econ_theory.errors.MissingExtra: no_such_module is not installed, want it for this call; \
run: pip install "econ-theory[llm]"
    """
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtra(
            f"{module} is not installed, want it for this call; "
            f'run: pip install "econ-theory[{extra}]"'
        ) from error
