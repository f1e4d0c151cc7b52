"""Random Bayesian games: the ones our figures are measured on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.seeding import Seed, as_rng

__all__ = ["covariance_game", "random_game"]

Prior = Literal["dirichlet", "independent"]


def random_game(
    n_types: int | Sequence[int],
    n_actions: int | Sequence[int],
    *,
    n_players: int = 2,
    rng: Seed = None,
    prior: Prior = "dirichlet",
    zero_sum: bool = False,
) -> BayesianGame:
    """Return a game with payoffs uniform on [0, 1], independent over all types and actions.

    ``prior="dirichlet"`` draws the joint prior from Dirichlet(1) over all joint types: correlated,
    full support. ``prior="independent"`` draws each player's marginal so. ``zero_sum`` makes the
    second of two players' payoffs minus the first's. Counts are one number, or one a player.

    >>> random_game(3, 2, rng=0)
    BayesianGame('random 0', 2 players, types (3, 3), actions (2, 2))
    """
    types, actions = _counts(n_types, n_actions, n_players)
    if zero_sum and n_players != 2:
        raise SettingError(f"n_players is {n_players}, want 2 for a zero-sum game.")
    title = f"random {rng}" if isinstance(rng, int) else "random"
    rng = as_rng(rng)
    joint = _prior(types, prior, rng)
    first = rng.random((*types, *actions))
    others = [-first] if zero_sum else [rng.random(first.shape) for _ in range(n_players - 1)]
    return BayesianGame(joint, [first, *others], title=title)


def covariance_game(
    n_types: int | Sequence[int],
    n_actions: int | Sequence[int],
    *,
    correlation: float,
    n_players: int = 2,
    rng: Seed = None,
    prior: Prior = "dirichlet",
) -> BayesianGame:
    """Return a game whose players' payoffs are standard normal with this correlation in each cell.

    ``correlation`` runs from ``-1 / (n - 1)`` (zero-sum) to 1 (common interest).

    >>> game = covariance_game(1, 3, correlation=1.0, rng=0)
    >>> bool(np.allclose(game.payoffs[0], game.payoffs[1]))
    True

    Source: Rinott and Scarsini (2000), On the number of pure strategy Nash equilibria in random
    games.
    """
    types, actions = _counts(n_types, n_actions, n_players)
    lowest = -1.0 / (n_players - 1) if n_players > 1 else -1.0
    if not lowest <= correlation <= 1:
        raise SettingError(
            f"correlation is {correlation}, want {lowest:.3g} to 1 for {n_players} players."
        )
    rng = as_rng(rng)
    joint = _prior(types, prior, rng)
    # Payoff = common part + idiosyncratic parts with their mean removed: exact at both ends.
    noise = rng.standard_normal((n_players, *types, *actions))
    common = rng.standard_normal((*types, *actions))
    shared = (1 + (n_players - 1) * correlation) / n_players
    centred = noise - noise.mean(axis=0)
    payoffs = np.sqrt(max(shared, 0.0)) * common + np.sqrt(max(1 - correlation, 0.0)) * centred
    return BayesianGame(joint, list(payoffs), title=f"covariance {correlation:g}")


def _prior(types: tuple[int, ...], prior: Prior, rng: np.random.Generator) -> Array:
    if prior == "dirichlet":
        return rng.dirichlet(np.ones(int(np.prod(types)))).reshape(types)
    if prior == "independent":
        joint = np.ones(())
        for count in types:
            joint = np.multiply.outer(joint, rng.dirichlet(np.ones(count)))
        return joint
    raise SettingError(f'prior is {prior!r}, want "dirichlet" or "independent".')


def _counts(
    n_types: int | Sequence[int], n_actions: int | Sequence[int], n_players: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if n_players < 1:
        raise SettingError(f"n_players is {n_players}, want at least 1.")
    result = []
    for name, counts in (("n_types", n_types), ("n_actions", n_actions)):
        each = (
            (int(counts),) * n_players
            if isinstance(counts, int | np.integer)
            else tuple(map(int, counts))
        )
        if len(each) != n_players or min(each) < 1:
            raise SettingError(
                f"{name} is {counts}, want a number >= 1, or one for each of {n_players} players."
            )
        result.append(each)
    return result[0], result[1]
