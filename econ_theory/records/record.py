"""What every result has in common: it goes to JSON, and it is pickled with its contents alone."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from econ_theory.arrays import ByContent
from econ_theory.records.kinds import fields_of

__all__ = ["Record"]


class Record(ByContent):
    """A result that lasts: equal by content, goes to JSON, pickled without what is cached.

    Arrays of an unpickled record are as read-only as those of the one that was pickled.
    """

    def to_json(self, path: str | Path | None = None) -> str:
        """Return the record as JSON text and, if `path` is given, write it there.

        Floats come back bit for bit, `Fraction` as it is; `econ_theory.load_json` reads it. A file
        is replaced at once or not at all.

        >>> from econ_theory import StrategyProfile
        >>> print(StrategyProfile([[[0.25, 0.75]]]).to_json())
        {"schema": "econ-theory/strategy-profile", "version": 1,
         "rows": [{"dtype": "float64", "shape": [1, 2], "data": [[0.25, 0.75]]}]...}

        Raises
        ------
        RefusedError
            If it holds something that no file can, such as a function; names the field.
        """
        from econ_theory.records.files import write_text
        from econ_theory.records.writing import to_text

        text = to_text(self)
        if path is not None:
            write_text(path, text + "\n")
        return text

    def _content(self) -> list[Any]:
        if not is_dataclass(self):
            return list(fields_of(self).values())
        return super()._content()

    def __getstate__(self) -> dict[str, Any]:
        if not is_dataclass(self):
            return self.__dict__
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: _read_only(value) for name, value in state.items()})


def _read_only(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    elif type(value) is tuple:
        for part in value:
            _read_only(part)
    return value
