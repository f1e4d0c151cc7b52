"""The native file: JSON with a schema version, labels kept, rationals as strings."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

from econ_theory.arrays import Array, is_exact
from econ_theory.errors import FormatError, GameError
from econ_theory.games.finite.bayesian import MOST_PLAYERS, BayesianGame
from econ_theory.interop.text import MOST_CELLS, MOST_DIGITS, in_short, too_fine
from econ_theory.records.files import read_text, write_text
from econ_theory.records.reading import as_record, parsed
from econ_theory.records.writing import to_text

__all__ = ["dumps_json", "fields_of", "from_fields", "loads_json", "read_json", "write_json"]

SCHEMA = "econ-theory/game"
_FIELDS = ("title", "players", "types", "actions", "prior", "payoffs")
_RATIONAL = re.compile(r"-?\d{1,2000}(/\d{1,2000})?", re.ASCII)


def write_json(game: BayesianGame, path: str | Path) -> None:
    """Write `game` to `path` as JSON; see `dumps_json`."""
    write_text(path, dumps_json(game) + "\n")


def dumps_json(game: BayesianGame) -> str:
    """Return `game` as JSON text with schema ``econ-theory/game``, version 1.

    Tensors are nested lists with axes as in `BayesianGame`, axes of length 1 kept. Floats are
    numbers and read back bit for bit; Fractions are strings such as ``"1/3"``.

    >>> print(dumps_json(BayesianGame([1.0], [[[3.0, 0.5]]], title="Choice")))
    {"schema": "econ-theory/game", "version": 1, "title": "Choice", "players": ["player 1"],
     "types": [["t1"]], "actions": [["a1", "a2"]], "prior": [1.0], "payoffs": [[[3.0, 0.5]]]}

    This is what ``game.to_json()`` returns, and `econ_theory.load_json` reads it too. Other results
    have ``to_json`` alone.

    Raises
    ------
    GameError
        If the object is no `BayesianGame`.
    """
    if not isinstance(game, BayesianGame):
        raise GameError(
            f"the object is a {type(game).__name__}, want a BayesianGame; results have to_json(), "
            "and econ_theory.load_json reads them."
        )
    return to_text(game)


def read_json(path: str | Path) -> BayesianGame:
    """Return the game in the JSON file at `path`; see `loads_json`.

    Raises
    ------
    FormatError
        Naming the line or field that is wrong.
    """
    return loads_json(read_text(path), source=Path(path).name)


def loads_json(text: str, *, source: str = "text") -> BayesianGame:
    """Return the game that `dumps_json` wrote as `text`.

    Raises
    ------
    FormatError
        Naming the line or field that is wrong; also where the file has a newer version.

    Examples
    --------
    >>> game = BayesianGame([Fraction(1, 3), Fraction(2, 3)], [[[0.5, 1.5], [0.0, 0.1]]])
    >>> loads_json(dumps_json(game)).given[0]
    array([Fraction(1, 3), Fraction(2, 3)], dtype=object)
    """
    entries = text.count(",") + text.count("[") + text.count("{")
    if entries > 2 * MOST_CELLS:
        raise FormatError(
            f"{source} has {entries:,} commas and opening brackets, want at most "
            f"{2 * MOST_CELLS:,}; build the game from arrays instead."
        )
    fields = parsed(text, source)
    if fields.get("schema") != SCHEMA:
        raise FormatError(
            f'{source}: field "schema" is {in_short(fields.get("schema"))}, want {SCHEMA!r}; '
            "econ_theory.load_json reads other kinds."
        )
    return as_record(fields, source)


def fields_of(game: BayesianGame) -> dict[str, Any]:
    """Return what a file says of `game`, as JSON values."""
    prior, payoffs = game.given
    return {
        "title": game.title,
        "players": game.players,
        "types": game.types,
        "actions": game.actions,
        "prior": _nested(prior),
        "payoffs": [_nested(payoff) for payoff in payoffs],
    }


def from_fields(fields: dict[str, Any], where: str) -> BayesianGame:
    """Return the game that `fields_of` gave the JSON values of; complaints begin with `where`."""
    for name in _FIELDS:
        if name not in fields:
            raise FormatError(f'{where}field "{name}" is missing, want {", ".join(_FIELDS)}.')
    unknown = sorted(fields.keys() - set(_FIELDS))
    if unknown:
        raise FormatError(f'{where}field "{unknown[0]:.60}" is unknown, want {", ".join(_FIELDS)}.')
    if not isinstance(fields["title"], str):
        raise FormatError(f'{where}field "title" is {in_short(fields["title"])}, want a string.')
    _check_strings(fields["players"], f'{where}field "players"')
    for name in ("types", "actions"):
        lists = fields[name]
        if not isinstance(lists, list):
            raise FormatError(
                f'{where}field "{name}" is {in_short(lists)}, want one list a player.'
            )
        for i, labels in enumerate(lists):
            _check_strings(labels, f'{where}field "{name}"[{i}]')
    payoffs = fields["payoffs"]
    if not isinstance(payoffs, list):
        raise FormatError(
            f'{where}field "payoffs" is {in_short(payoffs)}, want one tensor a player.'
        )
    prior = _numbers(fields["prior"], f'{where}field "prior"', probabilities=True)
    tensors = [_numbers(payoff, f'{where}field "payoffs"[{i}]') for i, payoff in enumerate(payoffs)]
    try:
        return BayesianGame(
            prior,
            tensors,
            players=fields["players"],
            types=fields["types"],
            actions=fields["actions"],
            title=fields["title"],
        )
    except GameError as error:
        raise FormatError(f"{where}{error}") from error


def _nested(array: Array) -> Any:
    if is_exact(array):
        return _map(str, array.tolist())
    return array.tolist()


def _map(function: Any, data: Any) -> Any:
    if isinstance(data, list):
        return [_map(function, entry) for entry in data]
    return function(data)


def _depth(data: list[Any]) -> int:
    """Return how deep the deepest list lies, level by level: no recursion, one pass."""
    level, depth = data, 1
    while level := [entry for held in level if isinstance(held, list) for entry in (held or [0])]:
        depth += 1
    return depth


def _check_strings(data: Any, what: str) -> None:
    if not isinstance(data, list) or not all(isinstance(label, str) for label in data):
        raise FormatError(f"{what} is {in_short(data)}, want a list of strings.")


def _numbers(data: Any, what: str, *, probabilities: bool = False) -> Any:
    """Return nested lists with strings turned into Fractions; one kind of number throughout."""
    kinds: set[str] = set()
    rationals: set[Fraction] = set()

    def number(entry: Any) -> Fraction | float:
        if isinstance(entry, str) and _RATIONAL.fullmatch(entry):
            kinds.add("rational strings")
            try:
                value = Fraction(entry)
            except ZeroDivisionError:
                raise FormatError(
                    f"{what} has {in_short(entry)}, want no zero denominator."
                ) from None
            rationals.add(value)
            return value
        if isinstance(entry, int | float) and not isinstance(entry, bool):
            kinds.add("numbers")
            return entry
        raise FormatError(f'{what} has {in_short(entry)}, want numbers or strings such as "1/3".')

    if not isinstance(data, list):
        raise FormatError(f"{what} is {in_short(data)}, want nested lists of numbers.")
    if _depth(data) > 2 * MOST_PLAYERS:
        raise FormatError(
            f"{what} is nested {_depth(data)} deep, want two axes a player and at most "
            f"{MOST_PLAYERS} players."
        )
    result = _map(number, data)
    if probabilities and too_fine(rationals):
        raise FormatError(
            f"{what} has a common denominator of over {MOST_DIGITS:,} digits, want at most that; "
            "write its probabilities as numbers."
        )
    if len(kinds) > 1:
        raise FormatError(f"{what} mixes {' and '.join(sorted(kinds))}, want one kind throughout.")
    return result
