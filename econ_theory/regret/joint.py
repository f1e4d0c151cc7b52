"""The joint play that steps add up to, and how far it is from being a correlated equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from econ_theory.arrays import Array, is_exact
from econ_theory.errors import ProfileError
from econ_theory.regret.plays import Play, joint_sum
from econ_theory.regret.summaries import PlaySummary

if TYPE_CHECKING:
    from econ_theory.games.finite.bayesian import BayesianGame, ExactGame

__all__ = ["check_size", "coarse_epsilon", "correlated_epsilon", "joint_gains", "joint_play"]

LARGEST = 1 << 27
"""Entries of joint play, over all runs, that are held (1 GB)."""


def joint_play(play: Play) -> Array:
    """Return the average over steps of the product of strategies, (*batch, T_1..T_n, A_1..A_n).

    ``mu[t, a] = (1/K) sum_k prod_i s_i^k(a_i | t_i)``: the probability of actions a given types t
    for an outsider who does not know the step. It is correlated although no step is.

    >>> from econ_theory.regret import PlayTrace
    >>> play = PlayTrace([[[[1, 0]], [[1, 0]]], [[[0, 1]], [[0, 1]]]], [[[[0, 0]]] * 2] * 2)
    >>> joint_play(play)[0, 0]
    array([[0.5, 0. ],
           [0. , 0.5]])

    Raises
    ------
    ProfileError
        If play is a summary that did not keep it, or it has more than 2**27 entries.
    """
    if isinstance(play, PlaySummary):
        if play.joint is None:
            raise ProfileError(
                "play did not keep its joint play, want it kept; pass keep_joint=True to "
                "play_learners."
            )
        return play.joint / play.n_steps
    rows = [play.played(i) for i in range(play.n_players)]
    check_size([row[..., 0, :, :] for row in rows])
    return joint_sum(rows) / int(play.steps[-1])


def joint_gains(
    game: BayesianGame | ExactGame,
    joint: Array,
    i: int,
    kind: Literal["coarse", "correlated"] = "correlated",
) -> Array:
    """Return what each type of player `i` gains by leaving `joint`, (*batch, T_i), prior-weighted.

    With ``g[t_i, a, b] = E[u_i(t, b, a_-i) - u_i(t, a, a_-i); a was to be played, type t_i]``,

        coarse       max_b sum_a g[t_i, a, b]     one action, whatever was to be played
        correlated   sum_a max_b g[t_i, a, b]     the best answer to every action to be played

    Divided by the number of steps, external and swap regret by type are exactly these gains of
    `joint_play` (where players moved at once). Fractions stay exact.

    >>> from econ_theory import BayesianGame
    >>> chicken = np.array([[6, 2], [7, 0]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [chicken, chicken.swapaxes(2, 3)])
    >>> light = np.array([[1, 1], [1, 0]]).reshape(1, 1, 2, 2) / 3
    >>> joint_gains(game, light, 0), joint_gains(game, light, 0, "coarse").round(3)
    (array([0.]), array([-0.333]))

    Raises
    ------
    ProfileError
        If `joint` has no shape (*batch, T_1..T_n, A_1..A_n).

    Source: Moulin & Vial 1978 (coarse); Aumann 1987; Forges 1993 (agent form).
    """
    shape = (*game.n_types, *game.n_actions)
    n = len(game.n_types)
    joint = np.asarray(joint)
    if joint.shape[-2 * n :] != shape:
        raise ProfileError(
            f"joint play has shape {joint.shape}, want {shape} after any batch axes: types, then "
            "actions."
        )
    # Axis j is player j's type, n + j its action; 2 n is the action it plays instead.
    payoff = game.payoffs[i]
    kept = [axis for axis in range(2 * n) if payoff.shape[axis] > 1]
    squeezed = payoff.reshape([payoff.shape[axis] for axis in kept])
    axes = [2 * n if axis == n + i else axis for axis in kept]
    answers = [2 * n] if n + i in kept else []
    operands: list[Any] = [joint, [Ellipsis, *range(2 * n)], game.prior, list(range(n))]
    operands += [squeezed, axes, [Ellipsis, i, n + i, *answers]]
    values = np.einsum(*operands, optimize=not (is_exact(joint) or is_exact(squeezed)))
    if not answers:
        return np.zeros_like(values[..., 0])
    gains = values - np.diagonal(values, axis1=-2, axis2=-1)[..., None]
    if kind == "coarse":
        return gains.sum(axis=-2).max(axis=-1)
    return gains.max(axis=-1).sum(axis=-1)


def coarse_epsilon(game: BayesianGame | ExactGame, joint: Array) -> Any:
    """Return how far `joint` is from a coarse correlated equilibrium, ex ante, payoff units.

    The largest over players of the gain, before types are drawn, from a fixed plan; zero or less
    exactly at a coarse correlated equilibrium of the agents. A number, or (*batch,). Of
    `joint_play` it is the largest external regret divided by the number of steps.

    >>> from econ_theory import BayesianGame
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [pennies, -pennies])
    >>> float(coarse_epsilon(game, np.array([[0.5, 0.0], [0.0, 0.5]]).reshape(1, 1, 2, 2)))
    1.0
    """
    return _epsilon(game, joint, "coarse")


def correlated_epsilon(game: BayesianGame | ExactGame, joint: Array) -> Any:
    """Return how far `joint` is from an agent-form correlated equilibrium, ex ante, payoff units.

    The largest over players of the gain, before types are drawn, from answering each action that
    each type was to play; never negative, and zero exactly where obeying is optimal: at Bayes
    correlated equilibria, which for joint play are those of the agent form. A number, or (*batch,).
    Of `joint_play` it is the largest swap regret divided by the number of steps.

    >>> from econ_theory import BayesianGame
    >>> meet = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [meet, meet])
    >>> float(correlated_epsilon(game, np.full((1, 1, 2, 2), 0.25)))
    0.25
    """
    return _epsilon(game, joint, "correlated")


def _epsilon(game: Any, joint: Array, kind: Literal["coarse", "correlated"]) -> Any:
    n = len(game.n_types)
    gains = [joint_gains(game, joint, i, kind).sum(axis=-1) for i in range(n)]
    return reduce(np.maximum, gains)


def check_size(rows: Sequence[Array]) -> None:
    """Raise `ProfileError` where the joint play of `rows` (*batch, T_i, A_i) would not fit."""
    entries = float(np.prod(rows[0].shape[:-2], dtype=float))
    entries *= float(np.prod([row.shape[-2:] for row in rows], dtype=float))
    if entries > LARGEST:
        raise ProfileError(
            f"joint play has {entries:.3g} entries over all runs, want at most {LARGEST:.3g}; "
            "measure swap_regret instead, which is the same gap."
        )
