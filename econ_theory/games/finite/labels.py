"""Labels of players, types and actions: checked once, generated where none are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from econ_theory.errors import GameError
from econ_theory.records import Record

__all__ = ["Labels", "check_labels", "default_labels"]


@dataclass(frozen=True)
class Labels(Record):
    """What players, types and actions are called, and the states if there are any.

    Parameters
    ----------
    players : n strings
    types, actions : n sequences of strings, one a player
    states : strings, optional
        Of a Markov game.

    Raises
    ------
    GameError
        If labels repeat, or lists are missing.

    Examples
    --------
    >>> labels = Labels(["Ann", "Bob"], [["low", "high"], ["t1"]], [["in", "out"], ["in", "out"]])
    >>> labels.who(0, 1), labels.who(1, 0), labels.shapes
    ('Ann as high', 'Bob', ((2, 2), (1, 2)))
    """

    players: tuple[str, ...]
    types: tuple[tuple[str, ...], ...]
    actions: tuple[tuple[str, ...], ...]
    states: tuple[str, ...] = ()

    def __init__(
        self,
        players: Sequence[str],
        types: Sequence[Sequence[str]],
        actions: Sequence[Sequence[str]],
        states: Sequence[str] = (),
    ) -> None:
        n = len(players)
        given = {"players": _checked(players, "players"), "states": _checked(states, "states")}
        object.__setattr__(self, "players", given["players"])
        object.__setattr__(self, "states", given["states"])
        for what, lists in (("types", types), ("actions", actions)):
            if len(lists) != n:
                raise GameError(f"{what} has {len(lists)} lists, want {n}: one for each player.")
            named = zip(given["players"], lists, strict=True)
            checked = tuple(_checked(labels, f"{what} of {player}") for player, labels in named)
            object.__setattr__(self, what, checked)

    @classmethod
    def counted(cls, shapes: Sequence[tuple[int, int]], n_states: int = 0) -> Labels:
        """Return ``player 1``, ``t1``, ``a1`` and so on for players with (T_i, A_i) `shapes`.

        >>> Labels.counted([(1, 2)]).actions
        (('a1', 'a2'),)
        """
        return cls(
            default_labels("player", len(shapes)),
            [default_labels("t", t) for t, _ in shapes],
            [default_labels("a", a) for _, a in shapes],
            default_labels("s", n_states),
        )

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """Numbers of types and actions (T_i, A_i), one pair a player."""
        pairs = zip(self.types, self.actions, strict=True)
        return tuple((len(types), len(actions)) for types, actions in pairs)

    def who(self, i: int, t: int, state: int | None = None) -> str:
        """Return player `i` as type `t` in words; a player's only type goes without saying."""
        where = "" if state is None else f" in {self.states[state]}"
        name = f" as {self.types[i][t]}" if len(self.types[i]) > 1 else ""
        return f"{self.players[i]}{where}{name}"


def _checked(labels: Sequence[str], what: str) -> tuple[str, ...]:
    return check_labels(labels, len(labels), what) or ()


def check_labels(labels: Sequence[str] | None, n: int, what: str) -> tuple[str, ...] | None:
    """Return `labels` as a tuple of `n` distinct strings, None for None, or raise `GameError`.

    >>> check_labels(["low", "high"], 2, "types of player 1")
    ('low', 'high')
    """
    if labels is None:
        return None
    if isinstance(labels, str):
        raise GameError(f"{what} is the string {labels!r}, want a list of {n} strings.")
    result = tuple(str(label) for label in labels)
    if len(result) != n:
        raise GameError(f"{what} has {len(result)} labels, want {n}.")
    if len(set(result)) != n:
        twice = next(label for label in result if result.count(label) > 1)
        raise GameError(f"{what} has the label {twice!r} twice, want distinct labels.")
    return result


def default_labels(stem: str, n: int) -> tuple[str, ...]:
    """Return ``stem 1 .. stem n``.

    >>> default_labels("t", 2)
    ('t1', 't2')
    """
    gap = " " if len(stem) > 1 else ""
    return tuple(f"{stem}{gap}{k}" for k in range(1, n + 1))
