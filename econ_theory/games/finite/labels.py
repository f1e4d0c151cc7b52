"""Labels of players, types and actions: checked once, generated where none are given, looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Integral
from typing import Any

from econ_theory.errors import GameError
from econ_theory.records import Record
from econ_theory.tables import visible

__all__ = [
    "Labels",
    "Lists",
    "check_labels",
    "check_lists",
    "default_labels",
    "labels_of_all",
    "nearest",
    "position",
    "positions",
]

Lists = Sequence[Sequence[str] | None]
"""One list of labels a player; None where they are counted."""

MOST_COMPARED = 1000
"""Labels among which a complaint looks for the nearest one."""


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
        return visible(f"{self.players[i]}{where}{name}")


def _checked(labels: Sequence[str], what: str) -> tuple[str, ...]:
    return check_labels(labels, len(labels), what) or ()


def check_labels(labels: Sequence[str] | None, n: int, what: str) -> tuple[str, ...] | None:
    """Return `labels` as a tuple of `n` distinct strings, None for None, or raise `GameError`.

    >>> check_labels(["low", "high"], 2, "types of Ann")
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
        seen: set[str] = set()
        twice = next(label for label in result if label in seen or seen.add(label))
        raise GameError(f"{what} has the label {twice!r} twice, want distinct labels.")
    return result


def default_labels(stem: str, n: int) -> tuple[str, ...]:
    """Return ``stem 1 .. stem n``.

    >>> default_labels("t", 2)
    ('t1', 't2')
    """
    gap = " " if len(stem) > 1 else ""
    return tuple(f"{stem}{gap}{k}" for k in range(1, n + 1))


def check_lists(labels: Lists | None, n: int, what: str) -> None:
    """Raise `GameError` unless `labels` is None or holds one entry for each of `n` players."""
    if labels is not None and len(labels) != n:
        raise GameError(f"{what} has {len(labels)} lists, want {n}: one for each player.")


def labels_of_all(
    given: Lists | None, counts: tuple[int, ...], who: Sequence[str], what: str
) -> tuple[tuple[str, ...], ...]:
    """Return every player's checked labels, or ``t1 ..`` for types and ``a1 ..`` for actions.

    >>> labels_of_all([["l", "r"], None], (2, 1), ["Ann", "Bob"], "actions")
    (('l', 'r'), ('a1',))
    """
    lists = given if given is not None else [None] * len(who)
    return tuple(
        check_labels(labels, count, f"{what} of {name}") or default_labels(what[0], count)
        for labels, count, name in zip(lists, counts, who, strict=True)
    )


def nearest(label: str, known: Iterable[str]) -> str:
    """Return the label of `known` (not empty) that is spelled most like `label`.

    >>> nearest("hihg", ["low", "high"])
    'high'
    """
    some = [name for name, _ in zip(known, range(MOST_COMPARED), strict=False)]
    short = {name[:80]: name for name in reversed(some)}
    close = get_close_matches(label[:80], list(short), n=1, cutoff=0.0)
    return short[close[0]] if close else some[0]


def position(given: Any, labels: Sequence[str], what: str) -> int:
    """Return where `given` stands in `labels`: an integer is a position from 0, the rest a label.

    >>> position("high", ["low", "high"], "type of Ann"), position(0, ["low", "high"], "type")
    (1, 0)
    """
    if isinstance(given, Integral) and not isinstance(given, bool):
        if int(given) in range(len(labels)):
            return int(given)
        raise GameError(
            f"{what} is {given}, want a position from 0 to {len(labels) - 1} or a label such as "
            f"{labels[0]!r}; a label that is a number goes in quotes."
        )
    label = str(given)
    if label in labels:
        return list(labels).index(label)
    raise GameError(
        f"{what} is {label!r:.60}, which is none of its {len(labels)} labels, want one of them; "
        f"the nearest is {nearest(label, labels)!r:.60}."
    )


def positions(
    given: Any, lists: Sequence[Sequence[str]], players: Sequence[str], what: str
) -> tuple[int, ...]:
    """Return the position of each player's `what` ("type" or "action") in its list of labels.

    `given` has one entry a player, or is a mapping by player; an entry that is None or missing
    stands for the only label there is.

    >>> positions({"Ann": "high"}, [["low", "high"], ["t1"]], ["Ann", "Bob"], "type")
    (1, 0)
    """
    n = len(players)
    if isinstance(given, Mapping):
        named = {players[position(player, players, "player")]: v for player, v in given.items()}
        entries = [named.get(player) for player in players]
    elif given is None:
        entries = [None] * n
    else:
        entries = [given] if isinstance(given, str) else list(given)
    if len(entries) != n:
        raise GameError(f"{what}s has {len(entries)} entries, want {n}: one for each player.")
    for entry, labels, player in zip(entries, lists, players, strict=True):
        if entry is None and len(labels) > 1:
            raise GameError(
                f"the {what} of {player} is missing, want one of {len(labels)}, such as "
                f"{labels[0]!r}; pass {what}s=."
            )
    return tuple(
        0 if entry is None else position(entry, labels, f"the {what} of {player}")
        for entry, labels, player in zip(entries, lists, players, strict=True)
    )
