"""JSON text to records: everything is checked, nothing of the file is imported or run."""

from __future__ import annotations

import json
import math
import re
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import EconError, FormatError
from econ_theory.records.annotations import fields_fault
from econ_theory.records.files import read_text
from econ_theory.records.kinds import ALIKE, ENUMS, KINDS, RAW, SCHEMA, VERSION, class_of
from econ_theory.records.writing import DTYPES

__all__ = ["as_record", "load_json", "parsed"]

DEEPEST = 40
"""Most records and lists inside each other."""

_FRACTION = re.compile(
    r"(-?)(?:(\d{1,4000})|0x([0-9a-f]+))(?:/(?:(\d{1,4000})|0x([0-9a-f]+)))?", re.ASCII
)


def load_json(source: str | Path) -> Any:
    """Return the object that ``to_json`` wrote: a game, a solution, whatever the text says it is.

    Parameters
    ----------
    source : the text itself (it begins with a brace), or the path of a file

    Raises
    ------
    FormatError
        Naming the field that is missing, unknown or wrong, or the kind or version that this
        econ-theory does not know.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from econ_theory import StrategyProfile
    >>> text = StrategyProfile([[[Fraction(1, 3), Fraction(2, 3)]]]).to_json()
    >>> load_json(text).rows[0]
    array([[Fraction(1, 3), Fraction(2, 3)]], dtype=object)
    """
    if not isinstance(source, str | Path):
        raise FormatError(f"the source is a {type(source).__name__}, want JSON text or a path.")
    if isinstance(source, str) and source.lstrip()[:1] in ("{", "["):
        name, text = "text", source
    else:
        name, text = Path(source).name, _file(source)
    return as_record(parsed(text, name), name)


def as_record(fields: dict[str, Any], source: str) -> Any:
    """Return the record that the JSON object `fields` of `source` is."""
    return _Reader(source).record(fields, "", 0)


def parsed(text: str, source: str) -> dict[str, Any]:
    """Return the JSON object that `text` is: no field twice, every number finite.

    Raises
    ------
    FormatError
        Naming `source`, and the line that is no JSON.
    """
    try:
        fields = json.loads(text, object_pairs_hook=_once, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise FormatError(f"{source}, line {error.lineno}: {error.msg}, want JSON.") from None
    except RecursionError:
        raise FormatError(f"{source} is nested too deeply, want {DEEPEST} levels.") from None
    except FormatError as error:
        raise FormatError(f"{source}: {error}") from None
    except ValueError as error:
        raise FormatError(f"{source} has a number that is too long: {error}.") from None
    if not isinstance(fields, dict):
        raise FormatError(f"{source} holds a {type(fields).__name__}, want an object with fields.")
    return fields


class _Reader:
    """What a file's values stand for; every complaint names the file and the field."""

    def __init__(self, source: str) -> None:
        self.source = source

    def refuse(self, where: str, complaint: str) -> NoReturn:
        field = f'field "{where}" ' if where else ""
        raise FormatError(f"{self.source}: {field}{complaint}")

    def record(self, given: dict[str, Any], where: str, depth: int) -> Any:
        """Return the record whose ``schema`` and ``version`` `given` names."""
        dot = f"{where}." if where else ""
        schema, version = given.get("schema"), given.get("version")
        name = schema.removeprefix(SCHEMA) if isinstance(schema, str) else ""
        if schema != SCHEMA + name or name not in KINDS:
            self.refuse(
                f"{dot}schema",
                f"is {schema!r:.80}, want one that this econ-theory knows, such as "
                f"'{SCHEMA}solution'; a newer file needs a newer econ-theory.",
            )
        if type(version) is not int or version != VERSION:
            self.refuse(
                f"{dot}version",
                f"is {version!r:.40}, want {VERSION} for {schema!r}; a newer file needs a newer "
                "econ-theory.",
            )
        plain = {key: value for key, value in given.items() if key not in ("schema", "version")}
        if name in RAW:
            return import_module(RAW[name]).from_fields(
                plain, f"{self.source}: " + (f'in "{where}", ' if where else "")
            )
        cls = class_of(name)
        fields = {key: self.value(part, dot + key, depth + 1) for key, part in plain.items()}
        fault = fields_fault(cls, fields) or _unlike(name, fields)
        if fault:
            self.refuse(dot + fault[0], fault[1])
        try:
            if hasattr(cls, "_from_record"):
                return cls._from_record(**fields)
            return cls(**fields)
        except EconError as error:
            raise FormatError(f"{self.source}: {where or schema}: {error}") from error
        except (TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
            self.refuse(
                where or "schema", f"is no {cls.__name__}, want what to_json wrote: {error}."
            )

    def value(self, given: Any, where: str, depth: int) -> Any:
        """Return what a JSON value stands for."""
        if depth > DEEPEST:
            self.refuse(where[:80], f"is nested too deeply, want at most {DEEPEST} levels.")
        if isinstance(given, list):
            return tuple(self.sequence(given, where, depth))
        if not isinstance(given, dict):
            if isinstance(given, float) and not math.isfinite(given):
                self.refuse(where, "is beyond the largest float, want a smaller number.")
            return given
        if "schema" in given:
            return self.record(given, where, depth)
        keys = set(given)
        if keys == {"dtype", "shape", "data"}:
            return self.array(given["dtype"], given["shape"], given["data"], where)
        if keys == {"enum", "name"}:
            return self.member(given["enum"], given["name"], where)
        if len(keys) == 1:
            ((tag, part),) = given.items()
            if tag == "list" and isinstance(part, list):
                return self.sequence(part, where, depth)
            if tag == "mapping" and isinstance(part, dict):
                return {k: self.value(v, f"{where}[{k!r}]", depth + 1) for k, v in part.items()}
            if tag == "fraction":
                return self.fraction(part, where)
            if tag == "integer" and isinstance(part, str) and "/" not in part:
                return self.fraction(part, where).numerator
            if tag == "float" and part in ("nan", "inf", "-inf"):
                return float(part)
        return self.refuse(
            where,
            f"is an object with the fields {sorted(keys)!r:.80}, want a record with a schema, an "
            "array (dtype, shape, data), an enum, a list, a mapping, a fraction, an integer or a "
            "float that is not finite.",
        )

    def sequence(self, given: list[Any], where: str, depth: int) -> list[Any]:
        """Return the values, an earlier one again where it says so."""
        result: list[Any] = []
        for k, part in enumerate(given):
            if isinstance(part, dict) and set(part) == {"same"}:
                at = part["same"]
                if type(at) is not int or not 0 <= at < k:
                    self.refuse(f"{where}[{k}].same", f"is {at!r:.40}, want an earlier place.")
                result.append(result[at])
            else:
                result.append(self.value(part, f"{where}[{k}]", depth + 1))
        return result

    def member(self, enum: Any, name: Any, where: str) -> Any:
        """Return the member `name` of an enumeration in the table."""
        if enum not in list(ENUMS):
            self.refuse(f"{where}.enum", f"is {enum!r:.40}, want one of {sorted(ENUMS)}.")
        members = class_of(enum).__members__
        if name not in list(members):
            self.refuse(f"{where}.name", f"is {name!r:.40}, want one of {list(members)}.")
        return members[name]

    def fraction(self, given: Any, where: str) -> Fraction:
        """Return a rational that was written as ``p/q``, decimal or, if long, in hex."""
        match = _FRACTION.fullmatch(given) if isinstance(given, str) else None
        if match is None:
            self.refuse(where, f'has {given!r:.40}, want a rational such as "1/3".')
        sign, top, long_top, bottom, long_bottom = match.groups()
        over = int(top) if top else int(long_top, 16)
        under = int(bottom) if bottom else int(long_bottom or "1", 16)
        if under == 0:
            self.refuse(where, f"has {given!r:.40}, want a denominator other than zero.")
        return Fraction(-over if sign else over, under)

    def array(self, dtype: Any, shape: Any, data: Any, where: str) -> Array:
        """Return a read-only array; nested lists must be as long as `shape` says."""
        if not isinstance(dtype, str) or (dtype != "fraction" and dtype not in DTYPES):
            self.refuse(f"{where}.dtype", f"is {dtype!r:.40}, want 'fraction' or a numpy name.")
        sizes: list[Any] = shape if isinstance(shape, list) else [None]
        if len(sizes) > 32 or any(type(n) is not int or not 0 <= n < 2**40 for n in sizes):
            self.refuse(f"{where}.shape", f"is {shape!r:.60}, want a list of at most 32 lengths.")
        flat = [data] if 0 not in sizes else []
        if not flat and data != []:
            self.refuse(f"{where}.data", f"has entries, want none in the shape {tuple(sizes)}.")
        for axis, n in enumerate(sizes if flat else ()):
            if any(not isinstance(row, list) or len(row) != n for row in flat):
                self.refuse(
                    f"{where}.data", f"does not have the length {n} along axis {axis} of its shape."
                )
            flat = [entry for row in flat for entry in row]
        try:
            array = np.array(self.entries(dtype, flat, where)).reshape(sizes)
        except (ValueError, OverflowError) as error:
            self.refuse(where, f"is no array of {dtype} ({error}), want one that fits.")
        array.flags.writeable = False
        return array

    def entries(self, dtype: str, flat: list[Any], where: str) -> Array:
        """Return the numbers of an array in a row; each of the type that `dtype` asks for."""
        kinds = set(map(type, flat))
        if dtype == "fraction":
            array = np.empty(len(flat), dtype=object)
            array[:] = [self.fraction(entry, f"{where}.data") for entry in flat]
            return array
        wanted, unbounded = bool if dtype == "bool" else int, 0
        if dtype.startswith("float"):
            if str in kinds:
                unbounded = sum(type(x) is str for x in flat)
                flat = [float(x) if x in ("nan", "inf", "-inf") else x for x in flat]
                kinds = set(map(type, flat))
            if float in kinds:
                wanted, kinds = float, kinds - {int}
        if kinds - {wanted}:
            strange = next(x for x in flat if type(x) in kinds - {wanted})
            self.refuse(f"{where}.data", f"has {strange!r:.40}, want numbers of type {dtype}.")
        with np.errstate(over="ignore"):
            array = np.array(flat, dtype=dtype)
        if wanted is float and (~np.isfinite(array)).sum() != unbounded:
            self.refuse(
                f"{where}.data", f"has a number beyond the largest {dtype}, want a smaller."
            )
        return array


def _unlike(name: str, fields: dict[str, Any]) -> tuple[str, str] | None:
    """Return which field has more or fewer entries than the others, by players or within one."""
    there = [part for part in ALIKE.get(name, ()) if len(fields.get(part, ()))]
    for part in there[1:]:
        first = there[0]
        mine, theirs = fields[part], fields[first]
        if len(mine) != len(theirs):
            return part, f"has {len(mine)} entries, want {len(theirs)}: as many as {first!r}."
        for i, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            shapes = [x.shape[:1] for x in (one, other) if isinstance(x, np.ndarray)]
            if len(set(shapes)) > 1:
                return f"{part}[{i}]", f"has the length {shapes[0][0]}, want {shapes[1][0]}."
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))
        raise FormatError(f'field "{twice[:80]}" is there twice, want each field once.')
    return fields


def _constant(text: str) -> NoReturn:
    raise FormatError(f'the number {text} is no JSON, want {{"float": "{text.lower()}"}}.')


def _file(source: str | Path) -> str:
    try:
        return read_text(source)
    except (OSError, ValueError) as error:
        if isinstance(source, Path) or isinstance(error, FormatError):
            raise
        raise FormatError(
            f"{source!r:.60} is neither JSON text nor the path of a file ({error}), want one of "
            "them."
        ) from None
