"""Exponential weights: Hedge with fixed, decreasing and self-tuning steps, and optimistic Hedge."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar

import numpy as np

from econ_theory.learners.base import Array
from econ_theory.learners.regularized_leader import LeaderState, RegularizedLeader

__all__ = ["Hedge", "OptimisticHedge"]


@dataclass(frozen=True)
class Hedge(RegularizedLeader):
    """Exponential weights on cumulative utility, rows of shape ``(..., T, A)``.

        s_k[a] proportional to exp(eta_k * (u_1[a] + ... + u_{k-1}[a]))

    Also known as dual averaging (or follow the regularized leader) with the negative entropy, and,
    at a fixed step, as mirror descent with it and as multiplicative weights; it plays what
    follow-the-perturbed-leader with Gumbel noise plays in expectation.

    Parameters
    ----------
    step
        ``"adaptive"`` (AdaHedge: ``eta_k = ln A / gap_{k-1}``, no tuning and no scale needed),
        ``"sqrt"`` (``eta_k = 2 sqrt(ln A / k)``), or a fixed number ``eta``.

    **Bounds**, for utilities that spread over at most one in each row and step:

    * fixed: ``ln A / eta + eta K / 8``;
    * sqrt: ``sqrt(K ln A)``;
    * adaptive: ``1 + sqrt(1 + K ln A)``.

    One argument gives all three. Let ``Phi_k(U) = ln(mean_a exp(eta_k U[a])) / eta_k``; it does not
    increase when eta falls, so the regret is at most ``ln A / eta_K + sum_k gap_k`` with
    ``gap_k = Phi_k(U_k) - Phi_k(U_{k-1}) - <s_k, u_k> <= eta_k / 8`` (Hoeffding's lemma). With
    ``sum_k k^(-1/2) <= 2 sqrt(K)`` this is the second line. In the third the gaps themselves set
    the step: ``D_k = D_{k-1} + gap_k`` gives regret ``<= 2 D_K`` and, as ``gap_k <= 1`` too,
    ``D_K^2 <= sum (2 gap_k D_{k-1} + gap_k^2) <= (K ln A) / 4 + D_K``.

    >>> learner = Hedge(step=1.0)
    >>> state = learner.observe(learner.init(1, 2), np.array([[0.0, np.log(3.0)]]))
    >>> learner.strategy(state)
    array([[0.25, 0.75]])
    >>> round(Hedge("sqrt").bound(100, 2), 3)
    8.326

    Source: Freund & Schapire 1997; fixed: Cesa-Bianchi & Lugosi 2006, Theorem 2.2; sqrt: Bubeck
    2011, Introduction to Online Optimization, chapter 2; adaptive: de Rooij, van Erven, Grünwald &
    Koolen 2014, section 2, whose general bound ``sqrt(K ln A) + 4/3 ln A + 2`` is a little larger.
    """

    source = "Freund & Schapire 1997, JCSS 55(1); de Rooij et al. 2014, JMLR 15"

    def _depth(self, n_actions: int) -> float:
        return log(n_actions)

    def _roughness(self, n_actions: int) -> float:
        return 1 / 8

    def _reply(self, scores: Array) -> Array:
        weights = np.exp(scores)
        return weights / weights.sum(-1, keepdims=True)

    def _gap(self, state: LeaderState, utility: Array) -> Array:
        """Return the mixability gap ``ln <s, exp(eta d)> / eta - <s, d>`` of the surprise d."""
        strategy, step_size = state.strategy, state.step_size
        surprise = utility - state.prediction
        # Off the support the top may be far above what is played: shift by the top of the support.
        top = np.where(strategy > 0, surprise, -np.inf).max(-1, keepdims=True)
        with np.errstate(over="ignore"):
            scaled = np.exp(np.minimum(step_size * (surprise - top), 0.0))
        mixed = top + np.log(np.vecdot(strategy, scaled)[..., None]) / step_size
        return np.maximum(mixed - np.vecdot(strategy, surprise)[..., None], 0.0)


@dataclass(frozen=True)
class OptimisticHedge(Hedge):
    """Exponential weights that count the last step's utility twice, as a forecast of the next.

        s_k[a] proportional to exp(eta_k * (u_1[a] + ... + u_{k-1}[a] + u_{k-1}[a]))

    Against slowly changing opponents (self-play above all) the forecast is good and regret stays
    bounded; ``step`` is as in `Hedge`, with ``eta_k = sqrt(ln A / k)`` for ``"sqrt"``.

    **Bounds.** The argument of `Hedge` with ``d_k``, the spread of ``u_k - u_{k-1}``, in place of
    the spread of ``u_k``: by convexity of Phi the forecast itself costs nothing,
    ``Phi(U + m) - Phi(U) <= <s, m>``. As ``d_1 <= 1`` and ``d_k <= 2``, with Q = 4 K - 3:

    * fixed: ``ln A / eta + eta Q / 8``;
    * sqrt: ``2 sqrt(K ln A)``;
    * adaptive: ``2 + sqrt(4 + Q ln A)``.

    The same argument with the observed ``d_k`` is what makes regret small in self-play.

    >>> learner = OptimisticHedge(step=1.0)
    >>> state = learner.observe(learner.init(1, 2), np.array([[0.0, np.log(3.0)]]))
    >>> learner.strategy(state)
    array([[0.1, 0.9]])

    Source: Rakhlin & Sridharan 2013; Syrgkanis, Agarwal, Luo & Schapire 2015 (fixed step); steps
    from the gap: Flaspohler et al. 2021. Constants as derived above.
    """

    source = "Syrgkanis, Agarwal, Luo & Schapire 2015, NeurIPS 28"
    spreads: ClassVar[tuple[float, float]] = (1.0, 2.0)
    predicts: ClassVar[bool] = True
