"""Learners that project onto the simplex: Euclidean dual averaging and gradient ascent."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal, NamedTuple

import numpy as np

from econ_theory.learners.base import Array, check_step
from econ_theory.learners.regularized_leader import LeaderState, RegularizedLeader

__all__ = ["AscentState", "DualAveraging", "GradientAscent", "project_rows"]


def project_rows(points: Array) -> Array:
    """Return the distributions nearest to `points`, shape ``(..., A)``, in Euclidean distance.

    ``x[a] = max(y[a] - level, 0)``, with the level at which x sums to one: the largest, over j, of
    (the sum of the j largest entries - 1) / j. An entry may be -inf.

    >>> project_rows(np.array([[0.5, 0.9, -3.0], [1.0, 1.0, 1.0]])).round(3)
    array([[0.3  , 0.7  , 0.   ],
           [0.333, 0.333, 0.333]])

    Source: Held, Wolfe & Crowder 1974, Math. Programming 6; Duchi et al. 2008, ICML.
    """
    gaps = points - points.max(-1, keepdims=True)
    sums = np.sort(gaps, axis=-1)[..., ::-1].cumsum(-1) - 1.0
    levels = sums / np.arange(1, points.shape[-1] + 1)
    return np.maximum(gaps - levels.max(-1, keepdims=True), 0.0)


@dataclass(frozen=True)
class DualAveraging(RegularizedLeader):
    """Lazy projection: the distribution nearest to the scaled sum of utilities.

        s_k = project(eta_k * (u_1 + ... + u_{k-1}))

    This is follow the regularized leader with ``psi(x) = |x - uniform|^2 / 2``. With the negative
    entropy for psi, dual averaging is `econ_theory.learners.Hedge`. Unlike Hedge, it gives bad
    actions a probability of exactly zero, and it has the smaller bound up to three actions.

    Parameters
    ----------
    step
        ``"adaptive"`` (from the gaps, as AdaHedge does; no tuning and no scale needed), ``"sqrt"``
        (``eta_k = sqrt(D / (2 G k))``, see below), or a fixed number ``eta``.

    **Bounds**, for utilities that spread over at most one in each row and step, with
    ``D = 1 - 1/A`` and ``G = floor(A^2 / 4) / A``:

    * fixed: ``D / (2 eta) + eta G K / 2``;
    * sqrt: ``sqrt(2 D G K)``;
    * adaptive: ``1 + sqrt(1 + 2 D G K)``.

    They are those of `RegularizedLeader`: psi is at most D / 2; and, psi being 1-strongly convex,
    a gap is at most ``eta / 2`` times the squared length of u_k without its mean, which is largest,
    G, where half of the actions earn one and the others zero.

    >>> learner = DualAveraging(step=1.0)
    >>> state = learner.observe(learner.init(1, 3), np.array([[0.6, 1.0, -0.5]]))
    >>> learner.strategy(state)
    array([[0.3, 0.7, 0. ]])
    >>> DualAveraging("sqrt").bound(200, 2)
    10.0

    Source: Nesterov 2009, Math. Programming 120; Xiao 2010, JMLR 11; steps from the gap: Orabona &
    Pál 2018, TCS 716. Constants as derived above.
    """

    source = "Nesterov 2009, Math. Programming 120; Xiao 2010, JMLR 11"

    def _depth(self, n_actions: int) -> float:
        return (1 - 1 / n_actions) / 2

    def _roughness(self, n_actions: int) -> float:
        return _most_variation(n_actions) / 2

    def _reply(self, scores: Array) -> Array:
        return project_rows(scores)

    def _gap(self, state: LeaderState, utility: Array) -> Array:
        strategy, step_size = state.strategy, state.step_size
        total = state.utility + utility
        total = total - total.max(-1, keepdims=True)
        with np.errstate(over="ignore"):
            after = project_rows(step_size * total)
        # psi differs as the squared lengths do, because distributions have the same sum.
        won = np.vecdot(total, after - strategy)[..., None]
        paid = (np.vecdot(after, after) - np.vecdot(strategy, strategy))[..., None] / 2
        return np.maximum(won - paid / step_size, 0.0)


class AscentState(NamedTuple):
    """What gradient ascent remembers: ``steps`` taken and the strategy reached, ``(..., T, A)``."""

    steps: int
    strategy: Array


@dataclass(frozen=True)
class GradientAscent:
    """Greedy projection: from the current strategy one step along the utility, and back.

        s_{k+1} = project(s_k + eta_k u_k)

    Online mirror descent with the Euclidean distance. It differs from `DualAveraging` in that an
    action at zero does not remember how bad it was, so that it returns at once when it is good.
    The entropic counterpart is `econ_theory.learners.MagneticMirrorDescent`.

    Parameters
    ----------
    step
        ``"sqrt"`` (``eta_k = 1 / sqrt(G k)``, see below), or a fixed number ``eta``.

    **Bounds**, for utilities that spread over at most one in each row and step, with
    ``D = 1 - 1/A`` and ``G = floor(A^2 / 4) / A``:

    * fixed: ``D / (2 eta) + eta G K / 2``;
    * sqrt: ``2 sqrt(G K)``.

    Only the part of u_k that sums to zero moves a projection, and its squared length is at most G;
    projecting brings s_{k+1} no farther from any distribution x, so

        <u_k, x - s_k> <= (|x - s_k|^2 - |x - s_{k+1}|^2) / (2 eta_k) + eta_k G / 2.

    Summed, with ``|x - s_1|^2 <= D`` this is the first line, and with ``|x - s_k|^2 <= 2`` and
    ``sum_k k^(-1/2) <= 2 sqrt(K)`` the second.

    >>> learner = GradientAscent(step=0.5)
    >>> state = learner.observe(learner.init(1, 2), np.array([[1.0, 0.0]]))
    >>> learner.strategy(state)
    array([[0.75, 0.25]])
    >>> GradientAscent().bound(200, 2)
    20.0

    Source: Zinkevich 2003, ICML (generalized infinitesimal gradient ascent), Theorem 1. Constants
    as derived above.
    """

    step: float | Literal["sqrt"] = "sqrt"

    source = "Zinkevich 2003, ICML, Theorem 1"

    def __post_init__(self) -> None:
        check_step(self.step, ("sqrt",))

    @property
    def second_order(self) -> bool:
        """Whether K in the bound may be the sum over steps of squared spreads of utility."""
        return self.step != "sqrt"

    def init(self, n_types: int, n_actions: int) -> AscentState:
        """Return uniform play, shape ``(T, A)``."""
        return AscentState(0, np.full((n_types, n_actions), 1.0 / n_actions))

    def strategy(self, state: AscentState) -> Array:
        """Return what to play now, shape ``(..., T, A)``."""
        return state.strategy

    def observe(self, state: AscentState, utility: Array) -> AscentState:
        """Return the state after one step's `utility`, shape ``(..., T, A)``."""
        step, steps = self.step, state.steps + 1
        if step == "sqrt":
            step = 1 / sqrt(_most_variation(max(utility.shape[-1], 2)) * steps)
        return AscentState(steps, project_rows(state.strategy + step * utility))

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return the bound of the class docstring; zero steps or a single action have no regret."""
        if n_steps == 0 or n_actions == 1:
            return 0.0
        variation = _most_variation(n_actions)
        if self.step == "sqrt":
            return 2 * sqrt(variation * n_steps)
        step = float(self.step)
        return (1 - 1 / n_actions) / (2 * step) + step * variation * n_steps / 2


def _most_variation(n_actions: int) -> float:
    """Return the largest sum of squared deviations from the mean in [0, 1]: half ones, half not."""
    return n_actions**2 // 4 / n_actions
