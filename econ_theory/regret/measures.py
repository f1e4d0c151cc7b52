"""Regret notions: the same play against different yardsticks.

All are sums over types of prior-weighted interim regrets, in payoff units: expected over the
player's own type, and over the others' types and play at every step.
"""

from __future__ import annotations

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.regret.traces import PlayTrace, RegretTrace

__all__ = ["dynamic_regret", "external_regret", "swap_regret"]


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
