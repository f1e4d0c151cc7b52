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
        └── TaskError     (ValueError)    a task or data set is unknown or lacks a field

A reply that cannot be read is not an exception: it is scored zero and counted as INVALID.
"""

from __future__ import annotations

from econ_theory.errors import EconError

__all__ = [
    "AuthError",
    "BridgeError",
    "BudgetError",
    "ConfigError",
    "ModelError",
    "StoreError",
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


class TaskError(BridgeError, ValueError):
    """A task or data set is unknown, or lacks a field."""
