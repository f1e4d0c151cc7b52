"""What a judge is, and what judges share."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.strategies.bids import as_bids

__all__ = ["Judge", "alike"]


@dataclass(frozen=True)
class Judge:
    """How profiles of one family of games are read and judged.

    Attributes
    ----------
    gains : callable (game, profile, rng) -> sequence of PlayerGains
        One a player, of a profile that `as_profile` returned.
    as_profile : callable (given, game) -> profile
        Reads what a user may hand in and checks it; default bid functions of one-dimensional types.
    """

    gains: Callable[[Any, Any, np.random.Generator], Sequence[PlayerGains]]
    as_profile: Callable[[Any, Any], Any] = as_bids


def alike(kinds: Sequence[Hashable], judged: Callable[[int], PlayerGains]) -> list[PlayerGains]:
    """Return what every player gains, players of one kind judged once.

    >>> [gains for gains in alike(["a", "b", "a"], lambda i: i)]
    [0, 1, 0]
    """
    done: dict[Hashable, PlayerGains] = {}
    for i, kind in enumerate(kinds):
        if kind not in done:
            done[kind] = judged(i)
    return [done[kind] for kind in kinds]
