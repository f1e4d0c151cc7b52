"""Records to JSON text: what each value looks like in a file."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from importlib import import_module
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import RefusedError
from econ_theory.records.kinds import KINDS, RAW, SCHEMA, VERSION, fields_of, kind_of

__all__ = ["DTYPES", "encoded", "integer_text", "to_text"]

DTYPES = frozenset(
    {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
    | {"bool", "float16", "float32", "float64"}
)
"""Types of numbers an array in a file may have; ``"fraction"`` besides."""

LONGEST = 12_000
"""Bits up to which an integer is written in decimal; Python refuses to read very long ones."""

_LONE = re.compile("[\ud800-\udfff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def to_text(record: Any) -> str:
    """Return `record` as JSON text, one line a field.

    Raises
    ------
    RefusedError
        If it is no record, or holds something that no file can; names the field.
    """
    parts = [f"{_dumped(name)}: {_dumped(value)}" for name, value in _record(record, "").items()]
    return "{" + ",\n ".join([", ".join(parts[:2]), *parts[2:]]) + "}"


def encoded(value: Any, where: str) -> Any:
    """Return `value` as JSON values; `where` is the field's name for complaints.

    >>> encoded((1, Fraction(1, 3), float("nan")), "x")
    [1, {'fraction': '1/3'}, {'float': 'nan'}]
    >>> encoded(np.zeros((0, 2)), "x")
    {'dtype': 'float64', 'shape': [0, 2], 'data': []}
    """
    if isinstance(value, np.generic):
        value = value.item()
    kind = type(value)
    if isinstance(value, str):
        return str(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        return value if abs(value).bit_length() <= LONGEST else {"integer": integer_text(value)}
    if kind is float:
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, Fraction):
        return {"fraction": _fraction(value)}
    if isinstance(value, np.ndarray):
        return _array(value, where)
    name = kind_of(kind)
    if name is not None:
        if isinstance(value, Enum):
            return {"enum": name, "name": value.name}
        return _record(value, where)
    if kind is tuple:
        return _sequence(value, where)
    if kind is list:
        return {"list": _sequence(value, where)}
    if isinstance(value, Mapping) and all(type(key) is str for key in value):
        parts = {key: encoded(part, f"{where}[{key!r}]") for key, part in value.items()}
        return {"mapping": parts}
    raise RefusedError(
        f"{where or 'the object'} is a {kind.__name__}, want numbers, text, arrays or a result of "
        "econ_theory: nothing else can be written to a file; pickle it, if it can be."
    )


def integer_text(value: int) -> str:
    """Return an integer as text that reads back whatever its length: decimal or, if long, hex.

    >>> integer_text(12), integer_text(16**4000)[:5]
    ('12', '0x100')
    """
    return str(value) if abs(value).bit_length() <= LONGEST else hex(value)


def _record(value: Any, where: str) -> dict[str, Any]:
    name = kind_of(type(value))
    if name is None or name not in KINDS:
        raise RefusedError(
            f"{where or 'the object'} is a {type(value).__name__}, want a result of econ_theory; "
            "one's own classes can be pickled, if their parts can."
        )
    head = {"schema": SCHEMA + name, "version": VERSION}
    if name in RAW:
        return {**head, **import_module(RAW[name]).fields_of(value)}
    dot = f"{where}." if where else ""
    return {
        **head,
        **{field: encoded(part, dot + field) for field, part in fields_of(value).items()},
    }


def _sequence(values: Any, where: str) -> list[Any]:
    """Return the values, and ``{"same": k}`` for a record that is the very object at place k."""
    first: dict[int, int] = {}
    result: list[Any] = []
    for k, value in enumerate(values):
        at = first.setdefault(id(value), k) if kind_of(type(value)) in KINDS else k
        result.append(encoded(value, f"{where}[{k}]") if at == k else {"same": at})
    return result


def _array(array: Array, where: str) -> dict[str, Any]:
    name = array.dtype.name
    if name == "object":
        strange = {type(x).__name__ for x in array.flat if not isinstance(x, (Fraction, int))}
        if strange:
            raise RefusedError(f"{where} has entries of type {sorted(strange)}, want numbers.")
        name, data = "fraction", _mapped(_fraction, array.tolist())
    elif isinstance(array, np.ma.MaskedArray) or name not in DTYPES:
        raise RefusedError(
            f"{where} is a {type(array).__name__} of {name}, want a plain array of numbers."
        )
    else:
        data = array.tolist()
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            data = _mapped(lambda x: x if math.isfinite(x) else str(x), data)
    return {"dtype": name, "shape": list(array.shape), "data": data if array.size else []}


def _mapped(function: Any, data: Any) -> Any:
    return [_mapped(function, part) for part in data] if isinstance(data, list) else function(data)


def _fraction(value: Fraction | int) -> str:
    top = integer_text(value.numerator)
    return top if value.denominator == 1 else f"{top}/{integer_text(value.denominator)}"


def _dumped(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if _PAIR.search(text):
        raise RefusedError(
            "a text holds two halves of one character (a surrogate pair), want the character "
            "itself; decode the text it came from."
        )
    # Half a character has no UTF-8, but an escape.
    return _LONE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
