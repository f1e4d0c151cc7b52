"""Labels of players, types and actions: checked once, generated where none are given."""

from __future__ import annotations

from collections.abc import Sequence

from econ_theory.errors import GameError

__all__ = ["check_labels", "default_labels"]


def check_labels(labels: Sequence[str] | None, n: int, what: str) -> tuple[str, ...] | None:
    """Return `labels` as a tuple of `n` distinct strings, None for None, or raise `GameError`.

    >>> check_labels(["low", "high"], 2, "types of player 0")
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
