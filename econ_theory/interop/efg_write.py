"""Bayesian games as Gambit extensive-form (.efg) files."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from econ_theory.arrays import Array, is_exact
from econ_theory.errors import GameError
from econ_theory.interop.text import MOST_CELLS, number_text, quoted
from econ_theory.records.files import write_text

if TYPE_CHECKING:
    from econ_theory.games import BayesianGame

__all__ = ["dumps_efg", "write_efg"]


def write_efg(game: BayesianGame, path: str | Path) -> None:
    """Write `game` to `path` as a Gambit extensive form; see `dumps_efg`.

    Raises
    ------
    GameError
        If the tree would have more than 4 million payoffs.
    """
    write_text(path, dumps_efg(game))


def dumps_efg(game: BayesianGame) -> str:
    """Return `game` as the text of a Gambit extensive form.

    A chance node draws the joint type (it is left out where there is but one); then each player
    in turn moves once, in one information set an own type, so that nobody sees another's type or
    action. Joint types of probability zero are written too. Fractions are written as rationals,
    floats as decimals that read back as the same float. Gambit wants probabilities that sum to
    exactly one, so a few of a float prior's decimals carry further digits; where the floats miss
    one by more than the sum of their own roundings, entries may read back one unit in the last
    place off.

    >>> from econ_theory.games import BayesianGame
    >>> print(dumps_efg(BayesianGame([1.0], [[[3.0, 0.5]]], title="Choice")))
    EFG 2 R "Choice" { "player 1" }
    ""
    <BLANKLINE>
    p "" 1 1 "t1" { "a1" "a2" } 0
    t "" 1 "" { 3 }
    t "" 2 "" { 0.5 }
    <BLANKLINE>

    Raises
    ------
    GameError
        If the tree would have more than 4 million payoffs.

    Source: Gambit project, "The extensive game (.efg) file format".
    """
    cells = math.prod(game.n_types) * math.prod(game.n_actions) * game.n_players
    if cells > MOST_CELLS:
        raise GameError(
            f"the tree of {game!r} has {cells:,} payoffs, want at most {MOST_CELLS:,}; "
            "save it with write_json, which does not expand the game."
        )
    players = " ".join(quoted(label) for label in game.players)
    lines = [f"EFG 2 R {quoted(game.title)} {{ {players} }}", '""', ""]
    lines.extend(_nodes(game))
    return "\n".join(lines) + "\n"


def _nodes(game: BayesianGame) -> Iterator[str]:
    n = game.n_players
    prior, payoffs = game.given
    shape = (*game.n_types, *game.n_actions)
    texts = [_texts(payoff, shape) for payoff in payoffs]
    joint_types = list(product(*map(range, game.n_types)))
    if len(joint_types) > 1:
        branches = " ".join(
            f"{quoted(', '.join(game.types[i][t[i]] for i in range(n)))} {probability}"
            for t, probability in zip(joint_types, _probabilities(prior), strict=True)
        )
        yield f'c "" 1 "" {{ {branches} }} 0'
    actions = [" ".join(quoted(label) for label in labels) for labels in game.actions]
    moves = [
        [
            f'p "" {i + 1} {t + 1} {quoted(label)} {{ {actions[i]} }} 0'
            for t, label in enumerate(game.types[i])
        ]
        for i in range(n)
    ]
    outcome = 0
    for t in joint_types:
        for a in product(*map(range, game.n_actions)):
            # In preorder a node comes just before its first leaf: all later moves are the first.
            first = n
            while first > 0 and not any(a[first - 1 :]):
                first -= 1
            for i in range(first, n):
                yield moves[i][t[i]]
            outcome += 1
            leaf = ", ".join(str(text[t][a]) for text in texts)
            yield f't "" {outcome} "" {{ {leaf} }}'


def _texts(payoff: Array, shape: tuple[int, ...]) -> Array:
    texts = np.empty(payoff.size, dtype=object)
    texts[:] = [number_text(value) for value in payoff.ravel().tolist()]
    return np.broadcast_to(texts.reshape(payoff.shape), shape)


def _probabilities(prior: Array) -> list[str]:
    """Return the prior's entries as text; what the text says sums to exactly one."""
    flat = prior.ravel().tolist()
    if is_exact(prior):
        return [str(value) for value in flat]
    texts = [number_text(value) for value in flat]
    exact = [Fraction(text) for text in texts]
    places = max(-int(Decimal(text).as_tuple().exponent) for text in texts) + 4
    unit = 10**places
    missing = int((1 - sum(exact)) * unit)
    sign = 1 if missing > 0 else -1
    # A float stands for every decimal within half a unit in its last place: move there.
    for k in sorted(range(len(flat)), key=lambda k: -flat[k]):
        if missing == 0 or flat[k] == 0:
            break
        neighbour = math.nextafter(flat[k], math.inf if sign > 0 else 0.0)
        bound = Fraction(flat[k]) + (Fraction(neighbour) - Fraction(flat[k])) * Fraction(49, 100)
        step = sign * min(max(0, int((bound - exact[k]) * sign * unit)), abs(missing))
        if step:
            exact[k] += Fraction(step, unit)
            texts[k] = _decimal(exact[k], places)
            missing -= step
    return texts if missing == 0 else _divided(flat)


def _divided(flat: list[float]) -> list[str]:
    """Return ``p / sum(p)`` to 20 digits of the smallest entry, rounding charged to the largest."""
    total = sum(map(Fraction, flat))
    places = 20 - math.floor(math.log10(min(value for value in flat if value > 0)))
    scaled = [round(Fraction(value) / total * 10**places) for value in flat]
    scaled[flat.index(max(flat))] += 10**places - sum(scaled)
    return [_decimal(Fraction(value, 10**places), places) for value in scaled]


def _decimal(value: Fraction, places: int) -> str:
    digits = str(int(value * 10**places)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:].rstrip('0') or '0'}"
