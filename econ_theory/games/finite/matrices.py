"""A game without types from plain tables: arrays with one axis a player, or pandas frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from econ_theory.arrays import Array, as_numbers
from econ_theory.errors import GameError

__all__ = ["action_tables"]

Names = tuple[str, ...] | None


def action_tables(
    payoffs: Sequence[Any], players: Sequence[str] | None, actions: Any
) -> tuple[list[Array], Any, Any]:
    """Return payoffs ``(1, ..., 1, A_1, ..., A_n)``, players and actions of tables ``(A_1, ..)``.

    Labels that are not given are those of the first table, where it is a DataFrame.

    >>> tables, players, actions = action_tables([[[1, 2]], [[3, 4]]], None, None)
    >>> tables[0].shape, players, actions
    ((1, 1, 1, 2), None, None)
    """
    n = len(payoffs)
    if n == 0:
        raise GameError("there are no payoffs, want one table a player.")
    first = payoffs[0]
    if _is_frame(first):
        index, columns = list(first.index), list(first.columns)
        for other in payoffs[1:]:
            if _is_frame(other):
                _check_same(index, list(other.index), "rows")
                _check_same(columns, list(other.columns), "columns")
        payoffs = [u.loc[index, columns] if _is_frame(u) else u for u in payoffs]
        names = [first.index.name, first.columns.name]
        if players is None and all(isinstance(name, str) for name in names):
            players = names
        actions = (
            actions if actions is not None else [list(map(str, index)), list(map(str, columns))]
        )
    tables = []
    for i, table in enumerate(payoffs):
        # By way of lists, an object column of floats becomes an array of floats.
        values = table.to_numpy().tolist() if _is_frame(table) else table
        who = f"payoff of player {i + 1}" if players is None else f"payoff of {players[i]!r}"
        tables.append(as_numbers(values, GameError, who))
        if tables[i].ndim != n:
            raise GameError(
                f"{who} has {tables[i].ndim} axes, want {n}: one for each of the {n} players."
            )
        if tables[i].shape != tables[0].shape:
            raise GameError(f"{who} has shape {tables[i].shape}, want {tables[0].shape} as before.")
    return [table.reshape((1,) * n + table.shape) for table in tables], players, actions


def _is_frame(table: Any) -> bool:
    return hasattr(table, "columns") and hasattr(table, "loc")


def _check_same(wanted: list[Any], found: list[Any], what: str) -> None:
    """Refuse tables of other actions; the same ones in another order are put in order."""
    if len(set(wanted)) != len(wanted):
        raise GameError(f"the {what} of the first table are {wanted}, want distinct labels.")
    if len(found) != len(wanted) or set(found) != set(wanted):
        raise GameError(
            f"the {what} of a table are {found}, want {wanted} as in the first, in any order."
        )
