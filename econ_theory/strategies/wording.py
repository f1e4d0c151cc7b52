"""Strategies in words and tables: who plays what with which probability, by label."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.labels import Labels
from econ_theory.tables import folded, shown, table_html, visible

__all__ = ["curve", "mixture", "profile_html", "profile_line", "profile_text", "who_does"]

MOST_TYPES = 12
MOST_ACTIONS = 8
MOST_COLUMNS = 12
BRIEF = 3
"""Types of a player that one line has room for."""


def mixture(row: Array, actions: Sequence[str]) -> str:
    """Return one type's distribution in words; actions of probability zero are left out.

    Of many actions, the likeliest; how many are left out, and how often they are played, is said.

    >>> mixture(np.array([0.25, 0.75, 0.0]), ["in", "wait", "out"])
    'in 0.25, wait 0.75'
    """
    played = np.flatnonzero(row)
    told = played
    if len(played) > MOST_ACTIONS + 1:
        told = np.sort(played[np.argsort(-row[played], kind="stable")[:MOST_ACTIONS]])
    words = [f"{actions[a]} {shown(row[a])}" for a in told.tolist()]
    if len(told) < len(played):
        rest = row[played].sum() - row[told].sum()
        words.append(f"... and {len(played) - len(told)} more actions, {shown(rest)} in all")
    return ", ".join(words)


def profile_text(rows: Sequence[Array], labels: Labels) -> str:
    """Return who plays what, a line a type, indented under its player; states, too, if any.

    `rows` are (T_i, A_i) or (S, T_i, A_i). A player with one type has one line.
    """
    return "\n".join(
        line for i, row in enumerate(rows) for line in _lines(row, i, labels, MOST_TYPES)
    )


def profile_line(rows: Sequence[Array], labels: Labels) -> str:
    """Return who plays what in one line, some types of each player.

    >>> profile_line([np.array([[1.0, 0.0]])], Labels(["Ann"], [["t1"]], [["in", "out"]]))
    'Ann: in 1'
    """
    players = (_lines(row, i, labels, BRIEF) for i, row in enumerate(rows))
    return "; ".join(
        head if not types else f"{head} ({'; '.join(line.strip() for line in types)})"
        for head, *types in players
    )


def curve(bid: Callable[[Array], Array], types: Array, bids: Array) -> str:
    """Return a bid function in words, from the lowest type to the highest, with points between.

    >>> curve(lambda v: v * v, np.array([0, 0.5, 1]), np.array([0, 0.25, 1]))
    '0 to 1 on [0, 1] (0.0625 at 0.25, 0.25 at 0.5, 0.5625 at 0.75)'
    """
    if not len(types):
        return "nothing, whatever the type"
    if len(types) == 1:
        return f"{bids[0]:.4g} at {types[0]:.4g}"
    told = f"{bids[0]:.4g} to {bids[-1]:.4g} on [{types[0]:.4g}, {types[-1]:.4g}]"
    between = types[0] + np.array([0.25, 0.5, 0.75]) * (types[-1] - types[0])
    points = (f"{b:.4g} at {v:.4g}" for v, b in zip(between, bid(between), strict=True))
    return f"{told} ({', '.join(points)})" if len(types) > 2 else told


def who_does(strategies: Sequence[object], verb: str) -> str:
    """Return a line a player, or one for all of them where they do the same.

    >>> who_does(["0 to 0.5", "0 to 0.5"], "bids"), who_does(["0"], "bids")
    ('each of 2 players bids 0 to 0.5', 'player 1 bids 0')
    """
    first, *others = strategies
    if others and all(strategy == first for strategy in others):
        return f"each of {len(strategies)} players {verb} {first}"
    return "\n".join(
        folded(
            lambda i: f"player {i + 1} {verb} {strategies[i]}",
            len(strategies),
            MOST_TYPES,
            "players",
        )
    )


def profile_html(rows: Sequence[Array], labels: Labels) -> str:
    """Return a table a player: types (in each state) down, actions across, long ones folded."""
    return "".join(_table(row, i, labels) for i, row in enumerate(rows))


def _lines(row: Array, i: int, labels: Labels, most: int) -> list[str]:
    flat, name, what = _flat(row, i, labels)
    player, actions = labels.players[i], labels.actions[i]
    if len(flat) == 1 and what == "types":
        return [visible(f"{player}: {mixture(flat[0], actions)}")]
    lines = folded(lambda k: f"{name(k)}: {mixture(flat[k], actions)}", len(flat), most, what)
    return [visible(player), *(f"  {visible(line)}" for line in lines)]


def _flat(row: Array, i: int, labels: Labels) -> tuple[Array, Callable[[int], str], str]:
    """Return one row a type (and state), the name of each, and what to call them."""
    types = labels.types[i]
    if row.ndim == 2:
        return row, lambda k: types[k], "types"
    n = len(types)

    def name(k: int) -> str:
        return labels.states[k // n] + (f", {types[k % n]}" if n > 1 else "")

    return row.reshape(-1, row.shape[-1]), name, "states and types" if n > 1 else "states"


def _table(row: Array, i: int, labels: Labels) -> str:
    flat, name, what = _flat(row, i, labels)
    actions, columns = labels.actions[i], np.arange(flat.shape[1])
    if len(columns) > MOST_COLUMNS + 1:
        chance = flat.astype(float).sum(axis=0)
        columns = np.sort(np.argsort(-chance, kind="stable")[:MOST_COLUMNS])
    left = flat.shape[1] - len(columns)
    header = ["", *(actions[a] for a in columns)] + [f"... and {left} more actions"] * (left > 0)

    def cells(k: int) -> list[str]:
        told = [shown(flat[k, a]) for a in columns]
        rest = [shown(flat[k].sum() - flat[k, columns].sum())] if left else []
        return [name(k), *told, *rest]

    body = folded(cells, len(flat), MOST_TYPES, what, lambda words: [words])
    return table_html(labels.players[i], header, body)
