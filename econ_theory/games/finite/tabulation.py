"""A finite game from functions: its prior and its payoffs, asked cell by cell or by arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from itertools import product
from numbers import Integral, Rational, Real
from typing import Any

import numpy as np

from econ_theory.arrays import Array, as_fractions, as_numbers, is_exact, simplex_fault
from econ_theory.errors import GameError
from econ_theory.games.finite.labels import default_labels, nearest
from econ_theory.games.finite.matrices import in_order, is_frame

__all__ = ["Space", "shortened"]

MOST_CELLS = 4_000_000
"""Most joint types and actions of which a payoff is asked one at a time."""

LARGEST_EXACT = 2**53
"""Integers up to this size are floats without rounding."""

AMBIGUOUS = (2, 2)
"""Types of which two lists of probabilities may be a joint prior (sum 1) or marginals (sum 2)."""


class Space:
    """The values of types and actions as the user gave them; tabulates functions of them.

    >>> space = Space({"Ann": [1, 2]}, {"Ann": ["up", "down"]}, None)
    >>> space.payoffs(lambda t, a: t[0] if a[0] == "up" else 0, vectorized=False)[0]
    array([[1., 0.],
           [2., 0.]])
    """

    def __init__(self, types: Any, actions: Any, players: Sequence[str] | None) -> None:
        for what, given in (("types", types), ("actions", actions)):
            if isinstance(given, str) or not (np.iterable(given) or given is types is None):
                raise GameError(f"{what} is {given!r:.60}, want one list of them a player.")
        self.keys = next((list(m) for m in (types, actions) if isinstance(m, Mapping)), None)
        if self.keys is not None and players is not None:
            raise GameError("players are given by keys and by players=, want one; drop players=.")
        named = players if players is not None else self.keys
        self.n = len(named) if named is not None else len(actions)
        self.players = None if named is None else tuple(map(str, named))
        self.names = self.players or default_labels("player", self.n)
        self.actions = self._values(actions, "actions")
        self.types = self._values([None] * self.n if types is None else types, "types")
        self.n_types = tuple(map(len, self.types))
        self.shape = (*self.n_types, *map(len, self.actions))

    def in_order(self, given: Any, what: str) -> list[Any]:
        """Return the entry of each player in `given`: a list, or a mapping by player."""
        if isinstance(given, Mapping):
            if self.keys is None or set(given) != set(self.keys):
                wanted = list(self.names) if self.keys is None else self.keys
                raise GameError(f"{what} has the keys {list(given)}, want the players {wanted}.")
            return [given[key] for key in self.keys]
        entries = list(given)
        if len(entries) != self.n:
            raise GameError(f"{what} has {len(entries)} entries, want {self.n}: one a player.")
        return entries

    def _values(self, given: Any, what: str) -> list[list[Any]]:
        result = []
        for name, values in zip(self.names, self.in_order(given, what), strict=True):
            if isinstance(values, str) or not (values is None or np.iterable(values)):
                raise GameError(f"{what} of {name} is {values!r:.60}, want a list of them.")
            result.append([None] if values is None else list(values))
            if not result[-1]:
                raise GameError(f"{what} of {name} is empty, want at least one.")
        return result

    @staticmethod
    def labels(values: list[list[Any]]) -> list[list[str] | None]:
        """Return the labels of `values`: their text, or None where none were given."""
        return [None if given == [None] else list(map(str, given)) for given in values]

    def prior(self, given: Any) -> Any:
        """Return the joint prior ``(T_1, ..., T_n)`` of whatever form `given` has."""
        if given is None:
            if math.prod(self.n_types) > 1:
                raise GameError("prior is missing, want one, as there is more than one joint type.")
            return np.ones(self.n_types)
        joint = list(product(*self.types))
        if callable(given):
            return self._prior_table(
                [_asked(given, (t,), lambda t=t: f"prior at types {_text(t)}") for t in joint]
            )
        if isinstance(given, Mapping):
            if self.keys is not None and set(given) == set(self.keys):
                return self._independent(self.in_order(given, "prior"))
            _check_known(given, joint, "prior")
            return self._prior_table([given.get(t, 0) for t in joint])
        if is_frame(given) and self.n == 2:
            given = in_order(given, *self.types).to_numpy().tolist()
        if self._are_marginals(entries := list(given)):
            return self._independent(entries)
        prior = as_numbers(given, GameError, "prior")
        if prior.shape != self.n_types:
            raise GameError(
                f"prior has shape {prior.shape}, want {self.n_types} (an axis a player) or one "
                "list of probabilities a player, each as long as its types."
            )
        return prior

    def _prior_table(self, cells: list[Any]) -> Array:
        def name(k: int) -> str:
            return f"prior at types {_text(self._at(k, self.n_types))}"

        return _numbers(cells, name).reshape(self.n_types)

    def _are_marginals(self, entries: list[Any]) -> bool:
        if len(entries) != self.n:
            return False
        if any(isinstance(entry, Mapping) for entry in entries):
            return True
        nested = list | tuple | np.ndarray
        if not all(isinstance(entry, nested) for entry in entries):
            return False
        if any(isinstance(number, nested) for entry in entries for number in entry):
            return False
        fits = tuple(map(len, entries)) == self.n_types
        if self.n == 2 and self.n_types == AMBIGUOUS and fits:
            return float(as_numbers(entries, GameError, "prior").sum()) > 1.5
        # A joint prior of two players has rows of one length, that of the second one's types.
        return fits or self.n > 2

    def _independent(self, marginals: Iterable[Any]) -> Array:
        factors = []
        for name, values, given in zip(self.names, self.types, marginals, strict=True):
            what = f"prior of {name}"
            if isinstance(given, Mapping):
                _check_known(given, values, what)
                given = [given.get(value, 0) for value in values]
            factors.append(as_numbers(given, GameError, what))
            if factors[-1].shape != (len(values),):
                raise GameError(f"{what} has shape {factors[-1].shape}, want ({len(values)},).")
            fault = simplex_fault(factors[-1])
            if fault:
                raise GameError(f"{what} {fault}; pass the probabilities of its types.")
        exact = any(map(is_exact, factors))
        # Zeros and ones came as integers or might have: beside Fractions they are exact.
        factors = [as_fractions(f) if exact and (f % 1 == 0).all() else f for f in factors]
        joint = np.asarray(reduce(np.multiply.outer, factors))
        return joint if all(map(is_exact, factors)) else joint.astype(float)

    def payoffs(self, payoff: Any, *, vectorized: bool) -> list[Array]:
        """Return every player's payoff table, with length 1 on axes it does not depend on."""
        functions = None if callable(payoff) else self.in_order(payoff, "payoff")
        for name, function in zip(self.names, functions or [], strict=False):
            if not callable(function):
                raise GameError(f"payoff of {name} is {function!r:.60}, want a function.")
        ask = self._arrays if vectorized else self._cells
        return [shortened(table) for table in ask(payoff, functions)]

    def _cells(self, payoff: Any, functions: list[Any] | None) -> list[Array]:
        cells = math.prod(self.shape)
        if cells > MOST_CELLS:
            raise GameError(
                f"the game has {cells:,} joint types and actions, want at most {MOST_CELLS:,} to "
                "ask one at a time; write payoff with arrays and pass vectorized=True."
            )
        columns: list[list[Any]] = [[] for _ in self.names]
        for at in product(product(*self.types), product(*self.actions)):
            if functions is None:
                row = self._each(_asked(payoff, at, lambda at=at: self._where(*at)), *at)
            else:
                row = [
                    _asked(function, at, lambda at=at, name=name: self._where(*at, name))
                    for name, function in zip(self.names, functions, strict=True)
                ]
            for column, value in zip(columns, row, strict=True):
                column.append(value)
        return [
            _numbers(column, lambda k, name=name: self._named(k, name)).reshape(self.shape)
            for name, column in zip(self.names, columns, strict=True)
        ]

    def _each(self, values: Any, t: tuple[Any, ...], a: tuple[Any, ...]) -> Sequence[Any]:
        several = isinstance(values, Sequence) or np.ndim(values) == 1
        if self.n == 1 and not several:
            return [values]
        if not several or len(values) != self.n:
            raise GameError(
                f"{self._where(t, a)} is {values!r:.60}, want {self.n} numbers, one a player; or "
                "pass one function a player."
            )
        return values

    def _arrays(self, payoff: Any, functions: list[Any] | None) -> list[Array]:
        """Ask once, with one array a player's types and actions, each on its own axis."""
        mesh = []
        for axis, values in enumerate((*self.types, *self.actions)):
            shape = [1] * (2 * self.n)
            shape[axis] = len(values)
            mesh.append(_array(values).reshape(shape))
        at = tuple(mesh[: self.n]), tuple(mesh[self.n :])
        if functions is None:
            result = _asked(payoff, at, lambda: "payoff, called with arrays (vectorized=True),")
            if self.n == 1 and np.shape(result)[:1] != (1,):
                result = [result]
            listed = isinstance(result, tuple | list) or np.ndim(result) > 0
            if not listed or len(result) != self.n:
                raise GameError(
                    f"payoff returns {len(result) if listed else 1} tables, want {self.n}: one a "
                    "player, or pass one function a player."
                )
        else:
            result = [
                _asked(
                    f, at, lambda n=name: f"payoff of {n}, called with arrays (vectorized=True),"
                )
                for f, name in zip(functions, self.names, strict=True)
            ]
        return [self._table(v, name) for v, name in zip(result, self.names, strict=True)]

    def _table(self, values: Any, name: str) -> Array:
        try:
            table = np.asarray(values)
        except ValueError as problem:
            raise GameError(f"payoff of {name} is ragged ({problem}), want an array.") from None
        shape = (1,) * (2 * self.n - table.ndim) + table.shape
        fits = len(shape) == 2 * self.n and all(
            size in (1, whole) for size, whole in zip(shape, self.shape, strict=True)
        )
        if not fits:
            raise GameError(
                f"payoff of {name} has shape {table.shape}, want one that broadcasts to "
                f"{self.shape}: types, then actions."
            )
        table = table.reshape(shape)
        if table.dtype.kind in "buif" and np.isfinite(table).all():
            return table
        step = np.arange(math.prod(self.shape)).reshape(self.shape)[
            tuple(slice(size) for size in shape)
        ].ravel()  # fmt: skip
        return _numbers(table.ravel().tolist(), lambda k: self._named(int(step[k]), name)).reshape(
            shape
        )

    def _at(self, k: int, shape: tuple[int, ...]) -> tuple[Any, ...]:
        index = np.unravel_index(k, shape)
        return tuple(v[int(j)] for v, j in zip((*self.types, *self.actions), index, strict=False))

    def _named(self, k: int, name: str) -> str:
        values = self._at(k, self.shape)
        return self._where(values[: self.n], values[self.n :], name)

    def _where(self, t: tuple[Any, ...], a: tuple[Any, ...], name: str = "") -> str:
        of = f"payoff of {name}" if name else "payoff"
        types = f"types {_text(t)} and " if any(v is not None for v in t) else ""
        return f"{of} at {types}actions {_text(a)}"


def shortened(table: Array) -> Array:
    """Return `table` with length 1 on every axis along which it is constant.

    >>> shortened(np.array([[1.0, 2.0], [1.0, 2.0]]))
    array([[1., 2.]])
    """
    for axis in range(table.ndim):
        first = table.take([0], axis)
        if table.shape[axis] > 1 and (table == first).all():
            table = first
    return table


def _text(values: tuple[Any, ...]) -> str:
    return "(" + ", ".join(f"{str(value)!r:.40}" for value in values) + ")"


def _asked(function: Callable[..., Any], at: tuple[Any, ...], what: Callable[[], str]) -> Any:
    try:
        return function(*at)
    except Exception as error:
        raise GameError(
            f"{what()} raised {type(error).__name__}: {error}; want a number for every joint "
            "type and action, also those of probability zero."
        ) from error


def _numbers(cells: list[Any], name: Callable[[int], str]) -> Array:
    """Return `cells` as floats, or as Fractions if one is; `name(k)` says where cell k is."""
    cells = [v.item() if isinstance(v, np.ndarray) and v.ndim == 0 else v for v in cells]
    exact = False
    for k, value in enumerate(cells):
        if isinstance(value, Rational):
            exact |= not isinstance(value, Integral) or abs(int(value)) > LARGEST_EXACT
        elif not isinstance(value, Real) or not math.isfinite(value):
            raise GameError(f"{name(k)} is {value!r:.60}, want a finite number.")
    if not exact:
        return np.array(cells, dtype=float)
    for k, value in enumerate(cells):
        if not isinstance(value, Rational):
            raise GameError(
                f"{name(k)} is {value!r}, a float among Fractions, want one kind; return Fractions "
                "or integers throughout, or floats."
            )
    return _array([Fraction(value) for value in cells])


def _array(values: list[Any]) -> Array:
    """Return `values` as a vector: numbers as numpy's, everything else (tuples too) as objects."""
    if all(isinstance(value, Real) and not isinstance(value, Fraction) for value in values):
        return np.array(values)
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _check_known(given: Mapping[Any, Any], known: Sequence[Any], what: str) -> None:
    try:
        wanted = set(known)
    except TypeError as problem:
        raise GameError(f"{what} is a dict and {problem}, want types that are hashable.") from None
    strange = next((key for key in given if key not in wanted), None)
    if strange is not None:
        raise GameError(
            f"{what} has the key {strange!r:.60}, which is no type, want one of {len(known)}; the "
            f"nearest is {nearest(repr(strange), map(repr, known))}."
        )
