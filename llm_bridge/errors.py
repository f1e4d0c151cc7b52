"""Every exception the bridge raises on purpose; the root is `econ_theory.errors.EconError`.

::

    EconError
    └── BridgeError
        ├── ConfigError   (ValueError)    a run configuration or option is wrong: names the field
        ├── ModelError    (RuntimeError)  a language model could not be loaded or did not answer
        │   ├── AuthError                 the endpoint refused the key (which is never shown)
        │   └── BudgetError               the ledger's budget is spent
        ├── WeightsError  (RuntimeError)  model weights are missing, truncated or of a wrong hash
        ├── StoreError    (RuntimeError)  the run store cannot be read or written
        ├── SweepError    (RuntimeError)  a run of several failed; carries those that ended
        └── TaskError     (ValueError)    a task or data set is unknown or lacks a field

A reply that cannot be read is not an exception: it is scored zero and counted as INVALID.
"""

from __future__ import annotations

from typing import Any

from econ_theory.errors import EconError

__all__ = [
    "AuthError",
    "BridgeError",
    "BudgetError",
    "ConfigError",
    "ModelError",
    "StoreError",
    "SweepError",
    "TaskError",
    "WeightsError",
]


class BridgeError(EconError):
    """The root of the bridge's exceptions."""


class ConfigError(BridgeError, ValueError):
    """A run configuration or option is wrong; the message names the field."""


class ModelError(BridgeError, RuntimeError):
    """A language model could not be loaded, reached, or did not answer."""


class AuthError(ModelError):
    """The endpoint refused the key; the key itself is never part of the message."""


class BudgetError(ModelError):
    """The ledger's budget is spent."""


class WeightsError(BridgeError, RuntimeError):
    """Model weights are missing, truncated or have the wrong hash."""


class StoreError(BridgeError, RuntimeError):
    """The run store cannot be read or written."""


class SweepError(BridgeError, RuntimeError):
    """A run of several failed or its worker died; ``runs`` holds those that ended, by seed."""

    def __init__(self, message: str, runs: dict[int, Any]) -> None:
        # All arguments are kept, for an exception is pickled by them.
        super().__init__(message, runs)
        self.runs = runs

    def __str__(self) -> str:
        return str(self.args[0])


class TaskError(BridgeError, ValueError):
    """A task or data set is unknown, or lacks a field."""
