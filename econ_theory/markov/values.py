"""What a Markov profile is worth: state values and action values, by one linear solve."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.markov import MarkovBayesianGame
from econ_theory.markov.profiles import MarkovProfile, check_markov_profile

__all__ = [
    "Chain",
    "action_values",
    "ex_ante_values",
    "induced_chain",
    "joint_action_values",
    "state_values",
]


class Chain(NamedTuple):
    """The Markov chain with rewards that a profile makes of a game."""

    rewards: Array
    """Expected payoff of one stage in each state, ``(S, n)``."""
    transition: Array
    """Chance of each next state, ``(S, S)``."""


def induced_chain(game: MarkovBayesianGame, profile: MarkovProfile) -> Chain:
    """Return the `Chain` of `profile`: types and actions averaged out.

    >>> move = np.array([[[0.0, 1.0], [1.0, 0.0]]]).reshape(1, 1, 2, 2)
    >>> game = MarkovBayesianGame(move, [np.arange(4.0).reshape(2, 1, 2)], discount=0.5)
    >>> induced_chain(game, MarkovProfile.uniform(game)).rewards.ravel()
    array([0.5, 2.5])
    """
    check_markov_profile(profile, game)
    expect, rows = game.kernel.expect, profile.rows
    return Chain(
        np.concatenate([expect(u[..., None], rows) for u in game.payoffs], axis=1),
        np.broadcast_to(expect(game.transition, rows), (game.n_states, game.n_states)),
    )


def state_values(game: MarkovBayesianGame, profile: MarkovProfile) -> Array:
    """Return what `profile` is worth to every player from every state on, ``(S, n)``.

    Solves ``V = r + discount * P V``: discounted sums, payoff units, not per stage.

    >>> move = np.array([[[0.0, 1.0], [1.0, 0.0]]]).reshape(1, 1, 2, 2)
    >>> game = MarkovBayesianGame(move, [np.arange(4.0).reshape(2, 1, 2)], discount=0.5)
    >>> state_values(game, MarkovProfile.pure(game, [[[0], [1]]]))
    array([[2.],
           [4.]])
    """
    chain = induced_chain(game, profile)
    return np.linalg.solve(np.eye(game.n_states) - game.discount * chain.transition, chain.rewards)


def ex_ante_values(game: MarkovBayesianGame, profile: MarkovProfile) -> Array:
    """Return what `profile` is worth before the first state is drawn, ``(n,)``."""
    return game.initial @ state_values(game, profile)


def action_values(game: MarkovBayesianGame, profile: MarkovProfile, i: int) -> Array:
    """Return player `i`'s Q: an action now, `profile` from then on, ``(S, T_i, A_i)``.

    Weighted by the probability of the type in that state, as the kernel's values are (divide by
    ``game.type_weights(i)[..., None]`` for interim values): the sum over types and over actions
    times the strategy is `state_values`.

    >>> move = np.array([[[0.0, 1.0], [1.0, 0.0]]]).reshape(1, 1, 2, 2)
    >>> game = MarkovBayesianGame(move, [np.arange(4.0).reshape(2, 1, 2)], discount=0.5)
    >>> action_values(game, MarkovProfile.pure(game, [[[0], [1]]]), 0)[:, 0]
    array([[2., 2.],
           [4., 4.]])
    """
    return game.kernel.expect(joint_action_values(game, profile, i)[..., None], profile.rows, i)[
        ..., 0
    ]


def joint_action_values(game: MarkovBayesianGame, profile: MarkovProfile, i: int) -> Array:
    """Return player `i`'s Q of joint types and actions, `profile` from the next stage on.

    ``Q_i(s, t, a) = u_i(s, t, a) + discount * sum_s' P(s' | s, t, a) V_i(s')``, with axes
    ``(S, T_1, ..., T_n, A_1, ..., A_n)``, of length 1 where nothing depends on them.
    """
    return game.lookahead(state_values(game, profile)[:, i], i)
