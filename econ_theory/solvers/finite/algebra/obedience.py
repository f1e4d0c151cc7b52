"""What disobeying a mediator gains, and what play without one amounts to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import ProfileError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.strategies import StrategyProfile, as_profile

__all__ = ["OwnView", "disobedience", "outcome", "own_view"]


def disobedience(game: BayesianGame, rule: Array, *, reports: bool = False) -> tuple[Array, ...]:
    """Return each type's largest gain from disobeying a mediator, interim, n arrays (T_i,).

    ``rule[t, a]`` is the probability that actions a are recommended to types t. A type may answer
    each recommendation with another action, ::

        gain_i[t] = sum_a max_b E[(u_i(t, b, a_-i) - u_i(t, a, a_-i)) 1{a recommended} | t]

    and, with `reports`, first misreport its type. Zero for null types. For a rule that profiles
    yield (`outcome`) this is the gain that `certify` finds.

    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [pennies, -pennies])
    >>> [gain.tolist() for gain in disobedience(game, np.full((1, 1, 2, 2), 0.25))]
    [[0.0], [0.0]]

    Raises
    ------
    ProfileError
        If the rule has another shape than ``(T_1..T_n, A_1..A_n)``.
    """
    shape = (*game.n_types, *game.n_actions)
    if np.shape(rule) != shape:
        raise ProfileError(f"rule has shape {np.shape(rule)}, want {shape}: types, then actions.")
    result = []
    for i in range(game.n_players):
        view = own_view(game, i)
        chance = np.asarray(rule).ravel()[view.index]
        # worth[t, r, a, b]: type t reports r, is told a and plays b.
        stakes = view.prior[:, :, None, None] * view.payoff
        worth = np.einsum("rsac,tsbc->trab", chance, stakes, optimize=True)
        best = worth.max(axis=3).sum(axis=2)
        own = np.arange(len(best))
        truth = np.trace(worth[own, own], axis1=1, axis2=2)
        gain = (best.max(axis=1) if reports else best[own, own]) - truth
        weights = game.type_weights(i)
        result.append(frozen(np.where(weights > 0, gain / np.where(weights > 0, weights, 1.0), 0)))
    return tuple(result)


def outcome(game: BayesianGame, profile: StrategyProfile | Sequence[Any]) -> Array:
    """Return the rule ``(T_1..T_n, A_1..A_n)`` that independent play of `profile` yields.

    >>> game = BayesianGame([[1]], [np.zeros((1, 1, 2, 2))] * 2)
    >>> outcome(game, StrategyProfile([[[0.5, 0.5]], [[1.0, 0.0]]]))[0, 0]
    array([[0.5, 0. ],
           [0.5, 0. ]])
    """
    profile = as_profile(profile, game)
    n = game.n_players
    operands: list[Any] = []
    for i, row in enumerate(profile.floating.rows):
        operands += [row, [i, n + i]]
    return np.einsum(*operands, list(range(2 * n)))


class OwnView(NamedTuple):
    """Player i's game with own type and action first, the others' flattened.

    ``prior`` (T_i, S), ``payoff`` and ``index`` (T_i, S, A_i, C): entry of the flat rule.
    """

    prior: Array
    payoff: Array
    index: Array


def own_view(game: BayesianGame, i: int) -> OwnView:
    """Return the game as player `i` sees it."""
    n, shape = game.n_players, (*game.n_types, *game.n_actions)
    order = [i, *(j for j in range(n) if j != i)]
    axes = [*order, *(n + j for j in order)]
    n_types, n_actions = game.n_types[i], game.n_actions[i]
    flat = (n_types, int(np.prod(game.n_types)) // n_types, n_actions, -1)
    index = np.arange(int(np.prod(shape))).reshape(shape).transpose(axes).reshape(flat)
    payoff = np.broadcast_to(game.payoffs[i], shape).transpose(axes).reshape(flat)
    return OwnView(game.prior.transpose(order).reshape(flat[:2]), payoff, index)
