"""A game without types from plain tables: arrays with one axis a player, or pandas frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from econ_theory.arrays import Array, as_numbers
from econ_theory.errors import GameError
from econ_theory.games.finite.labels import check_labels

__all__ = ["action_tables", "in_order", "is_frame"]


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
    first = next((table for table in payoffs if is_frame(table)), None)
    if first is not None:
        index, columns = list(first.index), list(first.columns)
        payoffs = [in_order(u, index, columns) if is_frame(u) else u for u in payoffs]
        names = [first.index.name, first.columns.name]
        if players is None and all(isinstance(name, str) for name in names):
            players = names
        if actions is None:
            actions = [list(map(str, index)), list(map(str, columns))]
    players = check_labels(players, n, "players")
    tables = []
    for i, table in enumerate(payoffs):
        # By way of lists, an object column of floats becomes an array of floats.
        values = table.to_numpy().tolist() if is_frame(table) else table
        who = f"payoff of player {i + 1}" if players is None else f"payoff of {players[i]}"
        tables.append(as_numbers(values, GameError, who))
        if tables[i].ndim != n:
            raise GameError(
                f"{who} has {tables[i].ndim} axes, want {n}: one for each of the {n} players."
            )
        if tables[i].shape != tables[0].shape:
            raise GameError(f"{who} has shape {tables[i].shape}, want {tables[0].shape} as before.")
    return [table.reshape((1,) * n + table.shape) for table in tables], players, actions


def is_frame(table: Any) -> bool:
    """Return whether `table` is a pandas DataFrame, without importing pandas."""
    return hasattr(table, "columns") and hasattr(table, "loc")


def in_order(frame: Any, index: list[Any], columns: list[Any]) -> Any:
    """Return `frame` with rows and columns in the order given, or raise `GameError`."""
    for what, found, wanted in (("rows", frame.index, index), ("columns", frame.columns, columns)):
        if len(set(wanted)) != len(wanted) or sorted(map(repr, found)) != sorted(map(repr, wanted)):
            raise GameError(
                f"the {what} of a table are {list(found)!r:.200}, want the distinct labels "
                f"{wanted!r:.200}, in any order."
            )
    return frame.loc[index, columns]
