"""To and from QuantEcon's normal-form games."""

from __future__ import annotations

from typing import Any

import numpy as np

from econ_theory.errors import GameError, require
from econ_theory.forms import harsanyi_form
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["from_quantecon", "to_quantecon"]


def to_quantecon(game: BayesianGame) -> Any:
    """Return the normal form of `game` as a `quantecon.game_theory.NormalFormGame` of floats.

    A game with types becomes its Harsanyi normal form; ``harsanyi_form(game).lift`` brings mixed
    strategies over plans back to behavioural ones. QuantEcon keeps a player's own action first,
    then those of the players after it, cyclically.

    Raises
    ------
    MissingExtra
        If quantecon is not installed.
    RefusedError
        If the normal form is too large.
    """
    theory = require("quantecon.game_theory", "interop")
    n = game.n_players
    form = game if game.n_types == (1,) * n else harsanyi_form(game).game
    players = []
    for i, payoff in enumerate(form.payoffs):
        table = np.broadcast_to(payoff, (1,) * n + form.n_actions).reshape(form.n_actions)
        turned = np.transpose(table, np.roll(np.arange(n), -i))
        players.append(theory.Player(np.ascontiguousarray(turned)))
    return theory.NormalFormGame(players)


def from_quantecon(game: Any) -> BayesianGame:
    """Return a `quantecon.game_theory.NormalFormGame` as a game with one type a player.

    Raises
    ------
    GameError
        If the object holds no players with payoff arrays.
    """
    players = getattr(game, "players", None)
    if not players or not all(hasattr(player, "payoff_array") for player in players):
        raise GameError(f"the object is a {type(game).__name__}, want a quantecon NormalFormGame.")
    n = len(players)
    tables = [
        np.transpose(player.payoff_array, np.roll(np.arange(n), i))
        for i, player in enumerate(players)
    ]
    return BayesianGame(
        np.ones((1,) * n), [table.reshape((1,) * n + table.shape) for table in tables]
    )
