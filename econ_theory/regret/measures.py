"""Regret notions: the same play against different yardsticks.

All are sums over types of prior-weighted interim regrets, in payoff units: expected over the
player's own type, and over the others' types and play at every step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import ProfileError
from econ_theory.regret.traces import PlayTrace, RegretTrace

__all__ = ["comparator_regret", "dynamic_regret", "external_regret", "swap_regret"]


def external_regret(trace: PlayTrace) -> RegretTrace:
    """Return regret against the best fixed plan in hindsight, cumulative (K, n).

    ``R_k = sum_t max_a sum_{l <= k} (v_l[t, a] - <s_l[t], v_l[t]>)``: the comparator plays one
    action a type throughout. Can be negative.

    >>> trace = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> external_regret(trace).cumulative.ravel()
    array([0.5, 0.5])

    Source: Hannan 1957; Cesa-Bianchi & Lugosi 2006, section 4.2.
    """
    return _regret(trace, "external", _external)


def swap_regret(trace: PlayTrace) -> RegretTrace:
    """Return regret against the best action-to-action map of every type, cumulative (K, n).

    ``R_k = sum_t sum_a max_b sum_{l <= k} s_l[t, a] (v_l[t, b] - v_l[t, a])``. Never below
    external regret and never negative; where it is sublinear for every player, average joint play
    approaches the (agent-form) correlated equilibria.

    >>> trace = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> swap_regret(trace).cumulative.ravel()
    array([0.5, 1. ])

    Source: Blum & Mansour 2007; Cesa-Bianchi & Lugosi 2006, section 4.4.
    """
    return _regret(trace, "swap", _swap)


def dynamic_regret(trace: PlayTrace) -> RegretTrace:
    """Return regret against the best reply at every step, cumulative (K, n).

    ``R_k = sum_{l <= k} sum_t (max_a v_l[t, a] - <s_l[t], v_l[t]>)``: the running sum of
    exploitability against the others' *expected* play. Zero exactly while play is in equilibrium.

    >>> trace = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> dynamic_regret(trace).cumulative.ravel()
    array([0.5, 1.5])

    Source: Zinkevich 2003, section 2.2 (with the sequence of best replies as comparator).
    """
    return _regret(trace, "dynamic", _dynamic)


def comparator_regret(trace: PlayTrace, values: Sequence[float]) -> RegretTrace:
    """Return what a named equilibrium would have paid more than play did, cumulative (K, n).

    ``R_k = sum_{l <= k} (V*_i - sum_t <s_l[t], v_l[t]>)``, where ``values[i]`` is V*_i, player i's
    ex-ante payoff in the equilibrium. It is not a distance from equilibrium: play that pays
    everyone more than the equilibrium has negative regret.

    >>> trace = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> comparator_regret(trace, [0.4]).cumulative.ravel()
    array([-0.1,  0.3])

    Raises
    ------
    ProfileError
        If there is not one value a player.

    Source: Yi et al. 2025, arXiv 2506.08292, whose R(T) this is; name the equilibrium with it.
    """
    if len(values) != trace.n_players:
        raise ProfileError(
            f"values has {len(values)} entries, want {trace.n_players}: one ex-ante payoff a "
            "player."
        )
    paid = [np.vecdot(trace.played(i), trace.worth(i)).sum(axis=1) for i in range(trace.n_players)]
    gaps = np.asarray(values, dtype=float) - np.stack(paid, axis=1)
    return RegretTrace(gaps.cumsum(axis=0), "equilibrium-comparator")


def _regret(trace: PlayTrace, kind: str, measure) -> RegretTrace:
    by_type = tuple(
        frozen(measure(trace.played(i), trace.worth(i))) for i in range(trace.n_players)
    )
    return RegretTrace(np.stack([rows.sum(axis=1) for rows in by_type], axis=1), kind, by_type)


def _external(played: Array, worth: Array) -> Array:
    # Differences first: a constant added to every payoff then costs no digits in the sums.
    gains = worth - np.vecdot(played, worth)[..., None]
    return gains.cumsum(axis=0).max(axis=-1)


def _swap(played: Array, worth: Array) -> Array:
    regret = np.zeros(played.shape[:2])
    for a in range(played.shape[-1]):
        gains = played[..., a, None] * (worth - worth[..., a, None])
        regret += gains.cumsum(axis=0).max(axis=-1)
    return regret


def _dynamic(played: Array, worth: Array) -> Array:
    return np.cumsum(worth.max(axis=-1) - np.vecdot(played, worth), axis=0)
