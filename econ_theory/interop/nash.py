"""To and from `nashpy` games: two players, no types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from econ_theory.errors import GameError, RefusedError, require
from econ_theory.forms import harsanyi_form
from econ_theory.games.finite.bayesian import BayesianGame

if TYPE_CHECKING:
    import nashpy

__all__ = ["from_nashpy", "to_nashpy"]


def to_nashpy(game: BayesianGame) -> nashpy.Game:
    """Return the normal form of a two-player `game` as a `nashpy.Game` of floats.

    A game with types becomes its Harsanyi normal form; ``harsanyi_form(game).lift`` brings the
    mixed strategies nashpy finds back to behavioural ones.

    >>> game = BayesianGame([[1]], [[[[[2, -1], [-1, 1]]]], [[[[-2, 1], [1, -1]]]]])
    >>> next(to_nashpy(game).support_enumeration())[0].round(3)
    array([0.4, 0.6])

    Raises
    ------
    RefusedError
        If the game has not two players, or too large a normal form.
    """
    if game.n_players != 2:
        raise RefusedError(
            f"the game has {game.n_players} players, want 2 for nashpy; use to_pygambit."
        )
    form = game if game.n_types == (1, 1) else harsanyi_form(game).game
    shape = (1, 1, *form.n_actions)
    tables = [np.array(np.broadcast_to(u, shape)[0, 0]) for u in form.payoffs]
    return require("nashpy", "dev").Game(*tables)


def from_nashpy(game: Any) -> BayesianGame:
    """Return a `nashpy.Game` as a game with one type a player.

    >>> import nashpy
    >>> from_nashpy(nashpy.Game([[1, 0], [0, 2]]))
    BayesianGame(2 players, types (1, 1), actions (2, 2))

    Raises
    ------
    GameError
        If the object holds no two payoff matrices.
    """
    matrices = getattr(game, "payoff_matrices", None)
    if matrices is None or len(matrices) != 2:
        raise GameError(f"the object is a {type(game).__name__}, want a nashpy.Game.")
    return BayesianGame([[1.0]], [np.asarray(matrix)[None, None] for matrix in matrices])
