"""Configurations as text: read within bounds, what is wrong by field, and written as TOML."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from itertools import accumulate
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from llm_bridge.errors import ConfigError

__all__ = ["FOLDER_NAME", "explain", "put", "read_data", "to_toml"]

FOLDER_NAME = r"^[\w.\-]{0,49}[\w\-][\w.\-]{0,50}$"
"""Names that are a folder below another, on any system: no separators, not dots alone."""

_PATTERNS = {
    FOLDER_NAME: "letters, digits, '_', '-' and '.', at most 100 and not dots alone, for a folder"
}

MOST_BYTES = 1_000_000
MOST_LEVELS = 500
"""Most brackets open at once, and dots in a key, in a text that is parsed at all."""

DEEPEST = 32
"""Most levels of tables and lists in a configuration; ours need eight."""


def read_data(path: Path) -> Any:
    """Return the plain data of a `.json` or `.toml` file: at most 1 MB, nested at most 32 deep.

    Raises `ConfigError` naming the file, and the line where it cannot be read.
    """
    try:
        size = path.stat().st_size
        text = path.read_text(encoding="utf-8") if size <= MOST_BYTES else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the configuration {path} cannot be read ({error}), want a JSON or TOML file; "
            f"check the path."
        ) from None
    if size > MOST_BYTES:
        raise ConfigError(
            f"the configuration {path} is {size:,} bytes, want at most {MOST_BYTES:,}; check that "
            "it is one."
        )
    if path.suffix not in (".json", ".toml"):
        raise ConfigError(
            f"the configuration {path} ends in {path.suffix!r}, want .json or .toml; rename it."
        )
    try:
        # Parsers take long over what is nested very deep: a glance before them.
        too_deep = _levels(text) > MOST_LEVELS
        if not too_deep:
            data = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
            too_deep = _deeper_than(data, DEEPEST)
    except RecursionError:
        too_deep = True
    except ValueError as error:
        raise ConfigError(
            f"the configuration {path} is not {path.suffix[1:].upper()} ({error}); fix that line."
        ) from None
    if too_deep:
        raise ConfigError(
            f"the configuration {path} is nested more than {DEEPEST} deep, want tables and lists "
            "as in econ train --preset demo --show; look for a bracket too many."
        )
    return data


def _levels(text: str) -> int:
    """Return a bound on the levels of `text`: brackets open at once, and dots in a line's key."""
    steps = (1 if c in "[{" else -1 for c in re.findall(r"[\[\]{}]", text))
    dots = (line.partition("=")[0].count(".") for line in text.splitlines())
    return max(max(accumulate(steps), default=0), max(dots, default=0))


def _deeper_than(data: Any, most: int) -> bool:
    level = [data]
    for _ in range(most + 1):
        level = [
            entry
            for held in level
            if isinstance(held, dict | list)
            for entry in (held.values() if isinstance(held, dict) else held)
        ]
    return bool(level)


def explain(error: ValidationError, root: type[BaseModel]) -> str:
    """Return one line `<field> is <got>, want <wanted>; <what to do>.` a fault, at most five."""
    lines = []
    order = sorted(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    for fault in order[:5]:
        place = [str(p) for k, p in enumerate(fault["loc"]) if not _is_tag(root, fault["loc"], k)]
        field = ".".join(place) or "the configuration"
        kind, got = fault["type"], fault.get("input")
        if kind == "extra_forbidden":
            known = _keys_beside(root, fault["loc"])
            meant = get_close_matches(str(fault["loc"][-1]), known, 1)
            remedy = f"write {meant[0]}" if meant else "leave it out"
            wanted = ", ".join(known) or "the documented keys"
            lines.append(f"{field} is an unknown key, want one of {wanted}; {remedy}.")
        elif kind == "missing":
            lines.append(f"{field} is missing, want a value; add it.")
        elif kind == "value_error":
            start = "" if field == "the configuration" else f"{field}: "
            lines.append(f"{start}{fault.get('ctx', {}).get('error')}; change one of them.")
        elif kind == "union_tag_invalid":
            context = fault.get("ctx", {})
            lines.append(
                f"{field}.kind is {context.get('tag')!r}, want one of "
                f"{context.get('expected_tags')}; change it."
            )
        else:
            wanted = fault["msg"].removeprefix("Input should be ").removeprefix("Value should ")
            wanted = _PATTERNS.get(str(fault.get("ctx", {}).get("pattern")), wanted)
            lines.append(f"{field} is {_short(got)}, want {wanted}; change it.")
    return "\n".join(lines)


def put(data: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Set one field of a configuration's plain `data`; entries of lists are counted from 0.

    A section that is not there is made, so that whoever reads the data names it. Raises
    `ConfigError` where the path goes on below a value, or at an entry that a list does not have.

    >>> data = {"bank": {"m": 4}, "executors": [{"name": "a"}]}
    >>> put(data, ["bank", "m"], 5), put(data, ["executors", "0", "name"], "b"), data
    (None, None, {'bank': {'m': 5}, 'executors': [{'name': 'b'}]})
    >>> put(data, ["bank", "m", "x"], 5)
    Traceback (most recent call last):
    llm_bridge.errors.ConfigError: bank.m is 5, want a section to set x in; set bank.m itself.
    """
    place: Any = data
    for k, part in enumerate(path):
        above = ".".join(path[:k])
        key: Any = part
        if isinstance(place, list):
            if not (part.isdecimal() and int(part) < len(place)):
                raise ConfigError(
                    f"{above} has entries 0 to {len(place) - 1}, want one of these and not "
                    f"{part!r}; set {above} as a whole to change their number."
                )
            key = int(part)
        elif not isinstance(place, dict):
            raise ConfigError(
                f"{above} is {_short(place)}, want a section to set {part} in; set {above} itself."
            )
        if k == len(path) - 1:
            place[key] = value
        else:
            if isinstance(place, dict) and place.get(key) is None:
                place[key] = {}
            place = place[key]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


Place = tuple[int | str, ...]


def _is_tag(root: type[BaseModel], place: Place, k: int) -> bool:
    """Return whether part k of a fault's place is a union's tag and not a key of the file."""
    part = place[k]
    return any(_tag_of(section) == part for section in _sections(root, place[:k]))


def _keys_beside(root: type[BaseModel], place: Place) -> list[str]:
    """Return the keys of the section in which the unknown key at `place` stands."""
    found = _sections(root, place[:-1])
    return list(found[0].model_fields) if len(found) == 1 else []


def _sections(root: type[BaseModel], place: Place) -> list[type[BaseModel]]:
    """Return the sections that may stand at `place`: several where a union has no tag yet."""
    sections = [root]
    for part in place:
        if isinstance(part, int):
            continue
        tagged = [section for section in sections if _tag_of(section) == part]
        if len(sections) > 1 and tagged:
            sections = tagged
            continue
        fields = [section.model_fields.get(part) for section in sections]
        sections = [s for f in fields if f is not None for s in _inside(f.annotation)]
    return sections


def _tag_of(section: type[BaseModel]) -> Any:
    kind = section.model_fields.get("kind")
    return None if kind is None else kind.default


def _inside(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [s for part in getattr(annotation, "__args__", ()) for s in _inside(part)]


def to_toml(data: dict[str, Any]) -> str:
    """Return `data` as TOML: plain keys, then one table a section, inner tables inline.

    >>> print(to_toml({"name": "x", "bank": {"m": 4, "deep": {"a": True}}}))
    name = "x"
    <BLANKLINE>
    [bank]
    m = 4
    deep = { a = true }
    <BLANKLINE>
    """
    plain = [f"{key} = {_toml_value(v)}" for key, v in data.items() if not isinstance(v, dict)]
    tables = [
        f"\n[{key}]\n" + "\n".join(f"{_toml_key(k)} = {_toml_value(v)}" for k, v in table.items())
        for key, table in data.items()
        if isinstance(table, dict)
    ]
    return "\n".join([*plain, *tables]) + "\n"


def _toml_key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() else json.dumps(key)


def _toml_value(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{_toml_key(k)} = {_toml_value(v)}" for k, v in value.items())
        return "{ " + inside + " }" if inside else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
