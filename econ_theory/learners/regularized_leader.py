"""What Hedge and dual averaging share: the best mixture so far, pulled toward uniform play."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import sqrt
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from econ_theory.learners.base import Array, check_step

__all__ = ["LeaderState", "RegularizedLeader"]

# Stands for an infinite step, follow-the-leader, without ever becoming 0 * inf.
LARGEST_STEP = 1e200


class LeaderState(NamedTuple):
    """What a regularized leader remembers.

    ``steps`` taken, the sum of utilities ``(..., T, A)``, the ``prediction`` of the next one, the
    accumulated ``gap`` ``(..., T, 1)``, the current ``strategy`` and its ``step_size``.
    """

    steps: int
    utility: Array
    prediction: Array
    gap: Array
    strategy: Array
    step_size: Array


@dataclass(frozen=True)
class RegularizedLeader(ABC):
    """Follow the regularized leader, whatever the regularizer psi >= 0, zero at uniform play.

        s_k = argmax_x <u_1 + ... + u_{k-1} + m_k, x> - psi(x) / eta_k

    with a prediction m_k of u_k: zero, or the last utility where the class ``predicts``. A subclass
    says what ``max_x psi(x)`` is, its ``_depth``; what its ``_roughness`` c is; and how to compute
    the ``_reply`` and the ``_gap``.

    **Bounds.** Let ``Phi_k(U) = max_x <U, x> - psi(x) / eta_k``. It does not increase when eta
    falls, so regret is at most ``depth / eta_K + sum_k gap_k`` with

        gap_k = Phi_k(U_{k-1} + m_k + d_k) - Phi_k(U_{k-1} + m_k) - <s_k, d_k>,   d_k = u_k - m_k,

    because the forecast itself costs nothing: ``Phi(U + m) - Phi(U) <= <s, m>`` by convexity. A gap
    is at most the spread of d_k, and at most ``eta_k c spread^2``. With Q the sum of squared
    spreads (K without predictions) and w the largest spread, that is a regret of at most

    * fixed step: ``depth / eta + eta c Q``;
    * sqrt, ``eta_k = sqrt(depth / (2 c k))``: ``2 sqrt(2 c depth K)``, by
      ``sum_k k^(-1/2) <= 2 sqrt(K)``; and ``1 / w`` and w times these if spreads are w;
    * adaptive, ``eta_k = depth / D_{k-1}`` with ``D_k = gap_1 + ... + gap_k``: regret is at most
      ``2 D_K`` and ``D_K^2 <= sum_k 2 gap_k D_{k-1} + gap_k^2 <= 2 c depth Q + w D_K``, hence
      ``w + sqrt(w^2 + 8 c depth Q)``.

    Source: Shalev-Shwartz 2012, section 2; optimistic: Rakhlin & Sridharan 2013; adaptive: de
    Rooij, van Erven, Grünwald & Koolen 2014; Orabona & Pál 2018.
    """

    step: float | Literal["sqrt", "adaptive"] = "adaptive"

    source = "Shalev-Shwartz 2012, section 2"
    # How far a utility and its prediction can be apart: in the first step, and in later ones.
    spreads: ClassVar[tuple[float, float]] = (1.0, 1.0)
    predicts: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_step(self.step, ("adaptive", "sqrt"))

    @property
    def second_order(self) -> bool:
        """Whether K in the bound may be the sum over steps of squared spreads of utility."""
        return self.step != "sqrt" and not self.predicts

    def init(self, n_types: int, n_actions: int) -> LeaderState:
        """Return zero utilities and uniform play, both of shape ``(T, A)``."""
        zero = np.zeros((n_types, n_actions))
        gap = np.zeros((n_types, 1))
        uniform = np.full((n_types, n_actions), 1.0 / n_actions)
        return LeaderState(0, zero, zero, gap, uniform, self._step_size(1, n_actions, gap))

    def strategy(self, state: LeaderState) -> Array:
        """Return what to play now, shape ``(..., T, A)``."""
        return state.strategy

    def observe(self, state: LeaderState, utility: Array) -> LeaderState:
        """Return the state after one step's `utility`, shape ``(..., T, A)``."""
        steps, total, gap = state.steps + 1, state.utility + utility, state.gap
        if self.step == "adaptive":
            gap = gap + self._gap(state, utility)
        step_size = self._step_size(steps + 1, utility.shape[-1], gap)
        prediction = utility if self.predicts else state.prediction
        target = total + prediction if self.predicts else total
        # The largest score is zero, and an infinite one means a probability of exactly zero.
        with np.errstate(over="ignore"):
            scores = step_size * (target - target.max(-1, keepdims=True))
        return LeaderState(steps, total, prediction, gap, self._reply(scores), step_size)

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return the bound of the class docstring; zero steps or a single action have no regret."""
        if n_steps == 0 or n_actions == 1:
            return 0.0
        depth, roughness = self._depth(n_actions), self._roughness(n_actions)
        first, later = self.spreads
        squares = first**2 + (n_steps - 1) * later**2
        if self.step == "adaptive":
            widest = max(first, later)
            return widest + sqrt(widest**2 + 8 * roughness * depth * squares)
        if self.step == "sqrt":
            return 2 * later * sqrt(2 * roughness * depth * n_steps)
        return depth / float(self.step) + float(self.step) * roughness * squares

    def _step_size(self, step: int, n_actions: int, gap: Array) -> Array:
        # One action has no depth, and plays the same at any step size.
        depth, roughness = self._depth(max(n_actions, 2)), self._roughness(max(n_actions, 2))
        if self.step == "adaptive":
            return depth / np.maximum(gap, depth / LARGEST_STEP)
        if self.step == "sqrt":
            return np.asarray(sqrt(depth / (2 * roughness * step)) / self.spreads[1])
        return np.asarray(float(self.step))

    @abstractmethod
    def _depth(self, n_actions: int) -> float:
        """Return the largest value of the regularizer."""

    @abstractmethod
    def _roughness(self, n_actions: int) -> float:
        """Return c, such that no gap exceeds ``eta c`` at a spread of one."""

    @abstractmethod
    def _reply(self, scores: Array) -> Array:
        """Return ``argmax_x <scores, x> - psi(x)``; each row's largest score is zero."""

    @abstractmethod
    def _gap(self, state: LeaderState, utility: Array) -> Array:
        """Return the gap of the step at `state`, shape ``(..., T, 1)``."""
