"""The games that claims about selecting an equilibrium are put to: two conventions, and any."""

from __future__ import annotations

import numpy as np

from econ_theory.analysis import coupling_constant
from econ_theory.catalog import covariance_game
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["drawn_game", "drawn_temperatures", "in_full", "proven_coupling", "two_conventions"]


def two_conventions(gap: float = 0.3) -> BayesianGame:
    """Return the game in which two players meet at one of two conventions, worth 1 and 1 - `gap`.

    >>> two_conventions().payoffs[0][0, 0]
    array([[1. , 0. ],
           [0. , 0.7]])
    """
    meet = np.diag([1.0, 1.0 - gap])[None, None]
    return BayesianGame(
        [[1]], [meet, meet], actions=[["better", "worse"]] * 2, title="Two conventions"
    )


def proven_coupling(game: BayesianGame) -> float:
    """Return the proven upper bound on the game's coupling constant L_c, payoff units.

    >>> round(proven_coupling(two_conventions()), 6)
    0.425
    """
    return coupling_constant(game).upper


def drawn_game(
    rng: np.random.Generator, correlation: float | None = None, *, most_players: int = 3
) -> BayesianGame:
    """Return a small random Bayesian game in which everybody's payoffs run from 0 to 1.

    One or two types and two or three actions a player, a correlated full-support prior, one game in
    four with three players. Payoffs have the given correlation in each cell (-1 is taken as fully
    opposed with any number), or one drawn uniformly from fully opposed to fully common.
    """
    n = 3 if most_players > 2 and rng.random() < 0.25 else 2
    opposed = -1.0 / (n - 1)
    correlation = rng.uniform(opposed, 1.0) if correlation is None else max(correlation, opposed)
    n_types, n_actions = rng.integers(1, 3, size=n), rng.integers(2, 4, size=n)
    game = covariance_game(
        n_types.tolist(), n_actions.tolist(), correlation=correlation, n_players=n, rng=rng
    )
    payoffs = [(u - u.min()) / np.ptp(u) for u in game.payoffs]
    return BayesianGame(game.prior, payoffs, title=game.title)


def drawn_temperatures(
    game: BayesianGame, least: float, rng: np.random.Generator
) -> tuple[tuple[float, ...], ...]:
    """Return a temperature for every type, `least` for one of them and more for the others."""
    heats = [least * (1.0 + rng.exponential(0.5, size=k)) for k in game.n_types]
    i = int(rng.integers(game.n_players))
    heats[i][rng.integers(game.n_types[i])] = least
    return tuple(tuple(heat.tolist()) for heat in heats)


def in_full(game: BayesianGame) -> str:
    """Return prior and payoffs as lists, so that the game can be made again."""
    payoffs = [u.tolist() for u in game.payoffs]
    return f"BayesianGame({game.prior.tolist()}, {payoffs})"
