"""How a game looks in a notebook: its players, then a payoff matrix for each joint type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np

from econ_theory.arrays import Array, is_exact
from econ_theory.tables import html_text, table_html

__all__ = ["Shown", "game_html"]

MOST_OPEN = 64
"""Cells up to which payoff matrices are shown at once; more are folded away."""

MOST_CELLS = 2048
"""Cells up to which they are shown at all."""

MOST_PROFILES = 1024
"""Pure profiles up to which pure equilibria are looked for."""

ROUNDING = 1e-9
"""Share of the payoff range by which equally good floats may differ."""

MOST_NAMED = 9
"""Pure equilibria up to which each has a number of its own."""

LONGEST = 9
"""Characters up to which an exact number is written as it is."""

FRAME = "outline:2px solid;outline-offset:-2px;font-weight:bold"


class Shown(Protocol):
    """What of a finite Bayesian game is shown."""

    @property
    def title(self) -> str: ...
    @property
    def players(self) -> Sequence[str]: ...
    @property
    def types(self) -> Sequence[Sequence[str]]: ...
    @property
    def actions(self) -> Sequence[Sequence[str]]: ...
    @property
    def given(self) -> tuple[Array, Sequence[Array]]: ...
    @property
    def exact(self) -> Any: ...
    def action_values(self, profile: Any, i: int) -> Array:
        """Return player `i`'s action values weighted by the type's probability, ``(T_i, A_i)``."""
        ...

    def payoff_range(self, i: int) -> float:
        """Return player `i`'s largest minus smallest payoff."""
        ...


def game_html(game: Shown) -> str:
    """Return the game as HTML: its players, and a payoff matrix for each joint type that occurs.

    Rows are the first player's actions, columns the second's; of more players there is a matrix for
    each of the others' actions. Best replies are underlined, what is played in a pure equilibrium
    is framed. Many matrices are folded away; of too many only the number is said.
    """
    prior, _ = game.given
    counts = [len(labels) for labels in game.actions]
    joint = [t for t in np.ndindex(prior.shape) if prior[t] > 0]
    cells = len(joint) * prod(counts)
    summary = _players_html(game)
    if cells > MOST_CELLS:
        return summary + _said([f"Its {cells:,} payoff cells are too many to show; see payoffs."])
    equilibria = None if _n_profiles(game) > MOST_PROFILES else list(_pure_equilibria(game))
    tables = [
        _matrix(game, t, others, equilibria or [])
        for t in joint
        for others in product(*map(range, counts[2:]))
    ]
    body = "".join(tables) + _said(_legend(game, prior, equilibria))
    if cells <= MOST_OPEN:
        return summary + body
    what = f"{len(tables)} payoff matrices" if len(tables) > 1 else "Payoff matrix"
    return f"{summary}<details><summary>{what}</summary>{body}</details>"


def _players_html(game: Shown) -> str:
    prior, _ = game.given
    rows = []
    for i, player in enumerate(game.players):
        weights = prior.sum(axis=tuple(j for j in range(prior.ndim) if j != i))
        named = zip(game.types[i], weights, strict=True)
        types = ", ".join(f"{label} ({_number(weight, 3)})" for label, weight in named)
        rows.append([player, types, ", ".join(game.actions[i])])
    header = ["player", "types (probability)", "actions"]
    return table_html(game.title or "Bayesian game", header, rows)


def _matrix(
    game: Shown, t: tuple[int, ...], others: tuple[int, ...], equilibria: list[list[list[int]]]
) -> str:
    """Return the payoffs at joint type `t`, the players after the second playing `others`."""
    prior, payoffs = game.given
    counts = tuple(len(labels) for labels in game.actions)
    n = len(counts)
    full = [np.broadcast_to(u, (*prior.shape, *counts))[t] for u in payoffs]
    best = [
        (u >= u.max(axis=i, keepdims=True))
        if is_exact(u)
        else u >= u.max(axis=i, keepdims=True) - ROUNDING * float(np.ptp(u))
        for i, u in enumerate(full)
    ]
    marks: dict[tuple[int, ...], list[str]] = {}
    for k, plans in enumerate(equilibria, 1):
        played = tuple(plan[t[i]] for i, plan in enumerate(plans))
        name = f"★{k}" if 1 < len(equilibria) <= MOST_NAMED else "★"
        if name not in marks.setdefault(played, []):
            marks[played].append(name)

    def cell(a: tuple[int, ...]) -> str:
        said = (_number(u[a], 4) for u in full)
        shown = ", ".join(
            f"<u>{number}</u>" if best[i][a] else number for i, number in enumerate(said)
        )
        if a in marks:
            return f'<td style="{FRAME}">{shown} {"".join(marks[a])}</td>'
        return f"<td>{shown}</td>"

    several = [len(labels) > 1 for labels in game.types]
    who = [f"{game.players[i]}: {game.types[i][t[i]]}" for i in range(n) if several[i]]
    plays = [f"{game.players[j]} plays {game.actions[j][a]}" for j, a in enumerate(others, 2)]
    chance = [f"probability {_number(prior[t], 3)}"] if any(several) else []
    caption = ", ".join([*who, *plays, *chance]) or "Payoffs"
    columns = range(counts[1]) if n > 1 else [None]
    heads = "".join(f"<th>{html_text(label)}</th>" for label in game.actions[1]) if n > 1 else ""
    head = (
        f'<tr><td></td><td></td><th colspan="{counts[1]}">{html_text(game.players[1])}</th></tr>'
        f"<tr><td></td><td></td>{heads}</tr>"
        if n > 1
        else ""
    )
    rows = []
    for a, label in enumerate(game.actions[0]):
        first = f'<th rowspan="{counts[0]}">{html_text(game.players[0])}</th>' if a == 0 else ""
        body = "".join(cell((a,) if b is None else (a, b, *others)) for b in columns)
        rows.append(f"<tr>{first}<th>{html_text(label)}</th>{body}</tr>")
    head = f'<caption style="white-space:nowrap">{html_text(caption)}</caption>{head}'
    return f"<table>{head}{''.join(rows)}</table>"


def _legend(game: Shown, prior: Array, equilibria: list[list[list[int]]] | None) -> list[str]:
    known = ", were all types known" if prior.size > 1 else ""
    order = "of" if len(game.players) == 1 else "in the order"
    said = [f"Payoffs {order} {', '.join(game.players)}.", f"Underlined: a best reply{known}."]
    if equilibria is None:
        said.append(f"Pure equilibria were not looked for: {_n_profiles(game):,} pure profiles.")
    elif not equilibria:
        said.append("There is no equilibrium in pure strategies.")
    elif len(equilibria) == 1:
        said.append("Framed, ★: what the only equilibrium in pure strategies plays.")
    else:
        n = len(equilibria)
        name = f", ★1 to ★{n}," if n <= MOST_NAMED else ""
        said.append(f"Framed: what the {n} equilibria in pure strategies{name} play.")
    if (prior == 0).any():
        said.append("Joint types of probability zero are left out.")
    return said


def _n_profiles(game: Shown) -> int:
    pairs = zip(game.actions, game.types, strict=True)
    return prod(len(actions) ** len(types) for actions, types in pairs)


def _pure_equilibria(game: Shown) -> Iterator[list[list[int]]]:
    """Yield the pure equilibria, a plan a player: looked for in floats, judged as given."""
    prior, payoffs = game.given
    exact = is_exact(prior) and all(is_exact(u) for u in payoffs)
    players = range(len(game.actions))
    plans = [
        list(product(range(len(a)), repeat=len(t)))
        for a, t in zip(game.actions, game.types, strict=True)
    ]
    eyes = [np.eye(len(labels)) for labels in game.actions]
    for joint in product(*plans):
        profile = SimpleNamespace(rows=[eyes[i][list(joint[i])] for i in players])

        def gain(judge: Any, i: int, joint: Any = joint, profile: Any = profile) -> Any:
            values = judge.action_values(profile, i)
            return (values.max(axis=1) - values[np.arange(len(values)), list(joint[i])]).max()

        if all(gain(game, i) <= ROUNDING * game.payoff_range(i) for i in players):
            if exact:
                profile.rows = [row.astype(int).astype(object) for row in profile.rows]
                if any(gain(game.exact, i) > 0 for i in players):
                    continue
            yield [list(plan) for plan in joint]


def _number(number: Any, digits: int) -> str:
    """Return an exact number as it is, if that is short, any other rounded.

    >>> _number(Fraction(1, 3), 4), _number(1 / 3, 4), _number(Fraction(1, 3**20), 4)
    ('1/3', '0.3333', '2.868e-10')
    """
    if isinstance(number, Fraction) and len(str(number)) <= LONGEST:
        return str(number)
    return f"{float(number):.{digits}g}"


def _said(sentences: Sequence[str]) -> str:
    return f"<p>{html_text(' '.join(sentences))}</p>"
