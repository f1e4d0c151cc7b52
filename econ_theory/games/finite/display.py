"""How a game looks in a notebook: its players, and the payoffs of each joint type if small."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from econ_theory.tables import table_html

if TYPE_CHECKING:
    from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["game_html"]

MOST_CELLS = 64


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
