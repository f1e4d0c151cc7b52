"""Regret matching and its two descendants: play in proportion to positive regret."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar, NamedTuple

import numpy as np

from econ_theory.learners.base import Array, normalize_rows

__all__ = [
    "PredictiveRegretMatchingPlus",
    "RegretMatching",
    "RegretMatchingPlus",
    "RegretState",
]


class RegretState(NamedTuple):
    """What regret matching remembers: regrets ``(..., T, A)`` and the strategy they imply."""

    regret: Array
    strategy: Array


@dataclass(frozen=True)
class RegretMatching:
    """Regret matching: each action in proportion to the positive part of its regret.

    With ``r_k = u_k - <u_k, s_k>`` the gain of every action at step k, and ``R_k = R_{k-1} + r_k``,

        s_{k+1} = [R_k]^+ / sum [R_k]^+         (uniform where no regret is positive).

    **Bound** ``sqrt((A - 1) K)``. Since ``<[R_{k-1}]^+, r_k> = 0``, the squared norm of ``[R]^+``
    grows by at most ``|r_k|^2`` a step (Blackwell's argument). Texts bound that by A; it is at most
    A - 1, because ``sum_a (u[a] - m)^2`` is convex in the mean m and m lies between the
    extreme utilities, at either of which one term vanishes.

    >>> learner = RegretMatching()
    >>> state = learner.observe(learner.init(1, 3), np.array([[1.0, 0.5, 0.0]]))
    >>> learner.strategy(state)
    array([[1., 0., 0.]])
    >>> learner.bound(100, 5)
    20.0

    Source: Hart & Mas-Colell 2000, Theorem B; Cesa-Bianchi & Lugosi 2006, Corollary 2.1 at p = 2,
    up to the constant argued above.
    """

    source = "Hart & Mas-Colell 2000, Econometrica 68(5)"
    clips: ClassVar[bool] = False
    predicts: ClassVar[bool] = False
    # K in the bound may be the sum over steps of squared spreads of utility.
    second_order: ClassVar[bool] = True

    def init(self, n_types: int, n_actions: int) -> RegretState:
        """Return zero regrets and uniform play, both of shape ``(T, A)``."""
        shape = (n_types, n_actions)
        return RegretState(np.zeros(shape), np.full(shape, 1.0 / n_actions))

    def strategy(self, state: RegretState) -> Array:
        """Return what to play now, shape ``(..., T, A)``."""
        return state.strategy

    def observe(self, state: RegretState, utility: Array) -> RegretState:
        """Return the state after one step's `utility`, shape ``(..., T, A)``."""
        gain = utility - np.vecdot(utility, state.strategy)[..., None]
        regret = state.regret + gain
        if self.clips:
            np.maximum(regret, 0.0, out=regret)
        # The next gain is predicted to be the last one, so it is counted twice.
        positive = np.maximum(regret + gain if self.predicts else regret, 0.0)
        return RegretState(regret, normalize_rows(positive))

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return ``sqrt((A - 1) K)``."""
        return sqrt((n_actions - 1) * n_steps)


@dataclass(frozen=True)
class RegretMatchingPlus(RegretMatching):
    """Regret matching on regrets that are never allowed below zero.

    ``R_k = [R_{k-1} + r_k]^+``: an action that was bad for long is taken up at once when it turns
    good. The clipped regrets dominate the true ones, so the bound ``sqrt((A - 1) K)`` of
    `RegretMatching` holds by the same argument. In self-play weight the average strategy by k.

    >>> learner = RegretMatchingPlus()
    >>> state = learner.observe(learner.init(1, 2), np.array([[1.0, 0.0]]))
    >>> state = learner.observe(state, np.array([[0.0, 1.0]]))
    >>> learner.strategy(state).round(3)
    array([[0.333, 0.667]])

    Source: Tammelin 2014, arXiv 1407.5042; Tammelin, Burch, Johanson & Bowling 2015, IJCAI (where
    A stands in place of A - 1).
    """

    source = "Tammelin 2014, arXiv 1407.5042"
    clips: ClassVar[bool] = True


@dataclass(frozen=True)
class PredictiveRegretMatchingPlus(RegretMatchingPlus):
    """Regret matching plus that acts as if the last step's gains came once more.

    ``s_{k+1}`` is proportional to ``[R_k + r_k]^+`` with ``R_k`` as in `RegretMatchingPlus`. The
    fastest first-order method known in practice for equilibria of two-player games, and the
    default of `econ_theory.solvers.SelfPlay`. There, weight the average strategy by k squared.

    **Bound** ``sqrt((A - 1) (4 K - 3))``. Both ``R_k`` and the play are Euclidean projections on
    the orthant, so the three-point inequality gives, for every ``x >= 0``,

        <r_k, x> <= |r_k - m_k|^2 / 2 + (|x - R_{k-1}|^2 - |x - R_k|^2) / 2,   m_k = r_{k-1},

    and x in the direction of one action, of length ``sqrt(sum_k |r_k - m_k|^2)``, bounds its regret
    by that length: the theorem of the source without its factor sqrt(2), because the product
    ``<r_k - m_k, R_k - play>`` is split by Young's inequality with weight one half. The first
    error is ``|r_1|^2 <= A - 1``, every later one at most four times that.

    >>> learner = PredictiveRegretMatchingPlus()
    >>> state = learner.observe(learner.init(1, 2), np.array([[1.0, 0.0]]))
    >>> state = learner.observe(state, np.array([[0.0, 1.0]]))
    >>> learner.strategy(state).round(3)
    array([[0.2, 0.8]])

    Source: Farina, Kroer & Sandholm 2021, AAAI 35(6), arXiv 2007.14358.
    """

    source = "Farina, Kroer & Sandholm 2021, AAAI 35(6)"
    predicts: ClassVar[bool] = True
    second_order: ClassVar[bool] = False

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return ``sqrt((A - 1) (4 K - 3))``."""
        return sqrt((n_actions - 1) * max(4 * n_steps - 3, 0))
