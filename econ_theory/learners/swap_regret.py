"""Learners without swap regret: the reduction of Blum and Mansour, and internal regret matching."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from econ_theory.errors import SettingError
from econ_theory.learners.base import Array, BanditMinimizer, RegretMinimizer
from econ_theory.learners.hedge import Hedge

__all__ = [
    "InternalRegretMatching",
    "InternalRegretState",
    "SwapRegret",
    "SwapState",
    "stationary_rows",
]

# Joins chains that fall apart, and adds up to nothing in any number of steps.
LEAST_RATE = 1e-100
# What leaks out of a closed class at that rate is no probability.
LEAST_PROBABILITY = 1e-50


def stationary_rows(rates: Array) -> Array:
    """Return the stationary distribution of every chain, shape ``(..., A)``.

    ``rates[..., a, b] >= 0`` is the rate, or the probability, of moving from a to b; the diagonal
    does not matter. Rates below 1e-100 count as 1e-100, which makes the distribution of a reducible
    chain unique: the limit of ever rarer uniform moves. State after state is removed, and its flow
    handed to the others, without a subtraction: probabilities down to 1e-50, below which they are
    cut to zero, are accurate to a few units in the last place.

    >>> stationary_rows(np.array([[0.0, 0.1], [0.3, 0.0]]))
    array([0.75, 0.25])
    >>> stationary_rows(np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    array([0.        , 0.66666667, 0.33333333])

    Source: Grassmann, Taksar & Heyman 1985, Operations Research 33(5).
    """
    flow = np.maximum(rates, LEAST_RATE)
    n = flow.shape[-1]
    for k in range(n - 1, 0, -1):
        flow[..., :k, k] /= np.add.reduce(flow[..., k, :k], axis=-1)[..., None]
        flow[..., :k, :k] += flow[..., :k, k, None] * flow[..., k, None, :k]
    weights = np.ones(flow.shape[:-1])
    for k in range(1, n):
        weights[..., k] = np.vecdot(weights[..., :k], flow[..., :k, k])
        # Up to 1e100 each: normalized at once, they do not overflow.
        weights[..., : k + 1] /= np.add.reduce(weights[..., : k + 1], axis=-1)[..., None]
    weights[weights < LEAST_PROBABILITY] = 0.0
    return weights


class SwapState(NamedTuple):
    """The base learner's state, rows ``(..., T, A, A)``, and the strategy ``(..., T, A)``."""

    base: Any
    strategy: Array


@dataclass(frozen=True)
class SwapRegret:
    """One copy of a learner for every action, so that no action is regretted for another.

    Copy a plays row a of a stochastic matrix Q_k; the strategy is Q_k's stationary distribution,
    ``s_k = s_k Q_k``; and copy a is told ``s_k[a] u_k``, its part of the utility. Where every
    player does so, joint play approaches the (agent-form) correlated equilibria.

    **Bounds.** ``swap_bound(K, A)`` holds for the swap regret of a row,

        max over maps f of  sum_k sum_a s_k[a] (u_k[f(a)] - u_k[a]),

    which is the sum of the copies' external regrets, because together they earn ``s_k Q_k u_k =
    <s_k, u_k>``: at most ``A base.bound(K, A)``, or K. Copy a's utilities spread over ``s_k[a]``
    only. Where the base is ``second_order``, that is, where its bound is concave in K and K may be
    replaced by the sum V of squared spreads, the sum is at most ``A base.bound(K / A, A)``, because
    the copies' V add up to at most ``sum_k sum_a s_k[a] = K``. For adaptive Hedge this is ``A +
    sqrt(A^2 + A K ln A)``, for regret matching ``sqrt(A (A - 1) K)`` (K rounded up to a multiple of
    A). External regret is never more, so ``bound`` is the same.

    Parameters
    ----------
    base_learner : what every action gets a copy of

    >>> learner = SwapRegret(Hedge(step=1.0))
    >>> state = learner.observe(learner.init(1, 2), np.array([[0.0, 2 * np.log(3.0)]]))
    >>> learner.strategy(state)
    array([[0.25, 0.75]])
    >>> round(SwapRegret().swap_bound(1000, 2), 2)
    39.29

    Raises
    ------
    SettingError
        If the base learner is not a `RegretMinimizer`.

    Source: Blum & Mansour 2007, JMLR 8, Theorem 5. Constant as derived above.
    """

    base_learner: RegretMinimizer[Any] = field(default_factory=Hedge)

    source = "Blum & Mansour 2007, JMLR 8"

    def __post_init__(self) -> None:
        base = self.base_learner
        if not isinstance(base, RegretMinimizer) or isinstance(base, BanditMinimizer):
            raise SettingError(
                f"base_learner is {base!r}, want a RegretMinimizer, which is told the utility of "
                "every action; leave it out for Hedge()."
            )

    def init(self, n_types: int, n_actions: int) -> SwapState:
        """Return fresh copies and the strategy ``(T, A)`` that they imply."""
        base = self.base_learner.init(n_actions, n_actions)
        strategy = stationary_rows(self.base_learner.strategy(base))
        return SwapState(base, np.broadcast_to(strategy, (n_types, n_actions)))

    def strategy(self, state: SwapState) -> Array:
        """Return what to play now, shape ``(..., T, A)``."""
        return state.strategy

    def observe(self, state: SwapState, utility: Array) -> SwapState:
        """Return the state after one step's `utility`, shape ``(..., T, A)``."""
        parts = state.strategy[..., :, None] * utility[..., None, :]
        base = self.base_learner.observe(state.base, parts)
        return SwapState(base, stationary_rows(self.base_learner.strategy(base)))

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return `swap_bound`, as external regret is never above swap regret."""
        return self.swap_bound(n_steps, n_actions)

    def swap_bound(self, n_steps: int, n_actions: int) -> float:
        """Return the largest swap regret a row can have after `n_steps` steps."""
        if n_actions == 1:
            return 0.0
        # Rounded up, as bounds grow with K.
        squares = -(-n_steps // n_actions) if _second_order(self.base_learner) else n_steps
        return min(float(n_steps), n_actions * self.base_learner.bound(squares, n_actions))


class InternalRegretState(NamedTuple):
    """Regret of every action for every other ``(..., T, A, A)``, and the strategy it implies."""

    regret: Array
    strategy: Array


@dataclass(frozen=True)
class InternalRegretMatching:
    """Regret matching on pairs: each action is left for another at the rate of the regret.

    With ``R_k[a, b] = sum_j s_j[a] (u_j[b] - u_j[a])``, what playing b wherever a was played would
    have gained, the strategy balances the flows:

        sum_a s_{k+1}[a] [R_k[a, b]]^+ = s_{k+1}[b] sum_c [R_k[b, c]]^+    for every b.

    Also known as conditional regret matching. It needs no step size and no scale.

    **Bounds**, for utilities that spread over at most one in each row and step:

    * internal regret, of one action for one other: ``sqrt((A - 1) K)``;
    * ``swap_bound``: ``sqrt(A (A - 1) K)``; ``bound``, external: ``(A - 1) sqrt(K)``.

    The balance makes the step's gains orthogonal to ``[R_{k-1}]^+``, whatever u_k, so the squared
    norm of ``[R]^+`` grows by at most ``sum_{a, b} s_k[a]^2 (u_k[b] - u_k[a])^2 <= (A - 1) sum_a
    s_k[a]^2 <= A - 1`` (Blackwell's argument). Swap regret sums A of its entries, one a row;
    external regret at most A - 1, one column: by Cauchy and Schwarz, sqrt(A) and sqrt(A - 1) times
    the norm.

    >>> learner = InternalRegretMatching()
    >>> state = learner.observe(learner.init(1, 3), np.array([[0.0, 0.0, 1.0]]))
    >>> learner.strategy(state)
    array([[0., 0., 1.]])
    >>> learner.bound(100, 3), round(learner.swap_bound(100, 3), 2)
    (20.0, 24.49)

    Source: Hart & Mas-Colell 2000, Econometrica 68(5), and 2001, J. Economic Theory 98(1); Foster &
    Vohra 1999, Games and Economic Behavior 29. Constants as derived above.
    """

    source = "Hart & Mas-Colell 2001, J. Economic Theory 98(1)"

    def init(self, n_types: int, n_actions: int) -> InternalRegretState:
        """Return zero regrets ``(T, A, A)`` and uniform play ``(T, A)``."""
        regret = np.zeros((n_types, n_actions, n_actions))
        return InternalRegretState(regret, np.full((n_types, n_actions), 1.0 / n_actions))

    def strategy(self, state: InternalRegretState) -> Array:
        """Return what to play now, shape ``(..., T, A)``."""
        return state.strategy

    def observe(self, state: InternalRegretState, utility: Array) -> InternalRegretState:
        """Return the state after one step's `utility`, shape ``(..., T, A)``."""
        gains = utility[..., None, :] - utility[..., :, None]
        regret = state.regret + state.strategy[..., None] * gains
        return InternalRegretState(regret, stationary_rows(regret))

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return ``(A - 1) sqrt(K)``, the bound on external regret."""
        return (n_actions - 1) * sqrt(n_steps)

    def swap_bound(self, n_steps: int, n_actions: int) -> float:
        """Return ``sqrt(A (A - 1) K)``, the bound on swap regret."""
        return sqrt(n_actions * (n_actions - 1) * n_steps)


def _second_order(learner: RegretMinimizer[Any]) -> bool:
    return bool(getattr(learner, "second_order", False))
