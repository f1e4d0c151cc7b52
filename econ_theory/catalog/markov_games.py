"""Random Markov Bayesian games."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econ_theory.errors import SettingError
from econ_theory.games.finite.markov import MarkovBayesianGame
from econ_theory.seeding import Seed, as_rng

__all__ = ["random_markov_game"]


def random_markov_game(
    n_states: int,
    n_types: int | Sequence[int],
    n_actions: int | Sequence[int],
    *,
    n_players: int = 2,
    discount: float = 0.9,
    rng: Seed = None,
    zero_sum: bool = False,
    types_move: bool = False,
    spread: float = 1.0,
) -> MarkovBayesianGame:
    """Return a game with payoffs uniform on [0, 1] and Dirichlet priors and transitions.

    Every state has its own correlated prior over joint types, from Dirichlet(1), and every joint
    action its own distribution of next states, from Dirichlet(`spread`): a small `spread` makes
    moves nearly certain. The next state depends on types too if `types_move`. The initial
    distribution is Dirichlet(1). `zero_sum` makes the second of two players' payoffs minus the
    first's. Counts are one number, or one a player.

    >>> random_markov_game(3, 2, (2, 3), rng=0)
    MarkovBayesianGame('random 0', 2 players, 3 states, types (2, 2), actions (2, 3), discount 0.9)
    """
    if n_states < 1 or n_players < 1:
        raise SettingError(
            f"n_states is {n_states} and n_players {n_players}, want at least 1 of each."
        )
    if not spread > 0:
        raise SettingError(f"spread is {spread}, want a positive number.")
    if zero_sum and n_players != 2:
        raise SettingError(f"n_players is {n_players}, want 2 for a zero-sum game.")
    types = _counts("n_types", n_types, n_players)
    actions = _counts("n_actions", n_actions, n_players)
    title = f"random {rng}" if isinstance(rng, int) else "random"
    rng = as_rng(rng)
    prior = rng.dirichlet(np.ones(int(np.prod(types))), size=n_states)
    shape = (n_states, *types, *actions)
    first = rng.random(shape)
    others = [-first] if zero_sum else [rng.random(shape) for _ in range(n_players - 1)]
    moving = (n_states, *(types if types_move else (1,) * n_players), *actions)
    return MarkovBayesianGame(
        rng.dirichlet(np.full(n_states, spread), size=moving),
        [first, *others],
        prior=prior.reshape(n_states, *types),
        discount=discount,
        initial=rng.dirichlet(np.ones(n_states)),
        title=title,
    )


def _counts(name: str, counts: int | Sequence[int], n_players: int) -> tuple[int, ...]:
    each = (counts,) * n_players if isinstance(counts, int | np.integer) else tuple(counts)
    if len(each) != n_players or min(each) < 1:
        raise SettingError(
            f"{name} is {counts}, want a number >= 1, or one for each of {n_players} players."
        )
    return tuple(int(count) for count in each)
