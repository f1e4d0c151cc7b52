"""How games and profiles look in a notebook: small HTML tables, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from econ_theory.games.bayesian import BayesianGame
    from econ_theory.strategies import StrategyProfile

__all__ = ["game_html", "profile_html", "table_html"]

MOST_CELLS = 64


def table_html(caption: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return an HTML table of escaped strings; the first column is a row header.

    >>> table_html("t", ["", "x"], [["a", "1"]])
    '<table><caption>t</caption><tr><th></th><th>x</th></tr><tr><th>a</th><td>1</td></tr></table>'
    """
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(
        f"<tr><th>{escape(first)}</th>" + "".join(f"<td>{escape(c)}</td>" for c in rest) + "</tr>"
        for first, *rest in rows
    )
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>{body}</table>"


def game_html(game: BayesianGame) -> str:
    """Return the game as HTML: players and, if small, the payoff table of each joint type."""
    summary = table_html(
        game.title or "Bayesian game",
        ["player", "types (probability)", "actions"],
        [
            [
                game.players[i],
                ", ".join(
                    f"{label} ({weight:.3g})"
                    for label, weight in zip(game.types[i], game.type_weights(i), strict=True)
                ),
                ", ".join(game.actions[i]),
            ]
            for i in range(game.n_players)
        ],
    )
    cells = int(np.prod(game.n_types)) * int(np.prod(game.n_actions))
    if game.n_players != 2 or cells > MOST_CELLS:
        return summary
    return summary + "".join(_bimatrix(game, t) for t in product(*map(range, game.n_types)))


def _bimatrix(game: BayesianGame, t: tuple[int, ...]) -> str:
    full = np.stack([np.broadcast_to(u, (*game.n_types, *game.n_actions))[t] for u in game.payoffs])
    names = ", ".join(game.types[i][t[i]] for i in range(2))
    return table_html(
        f"{names} (probability {game.prior[t]:.3g})",
        ["", *game.actions[1]],
        [
            [label, *(f"{full[0, a, b]:.4g}, {full[1, a, b]:.4g}" for b in range(full.shape[2]))]
            for a, label in enumerate(game.actions[0])
        ],
    )


def profile_html(profile: StrategyProfile) -> str:
    """Return the profile as HTML: one table a player, a row a type."""
    return "".join(
        table_html(
            f"player {i + 1}",
            ["type", *(f"a{a + 1}" for a in range(row.shape[1]))],
            [[f"t{t + 1}", *(f"{float(p):.4g}" for p in row[t])] for t in range(row.shape[0])],
        )
        for i, row in enumerate(profile.rows)
    )
