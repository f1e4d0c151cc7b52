"""Exponential weights: Hedge with fixed, decreasing and self-tuning steps, and optimistic Hedge."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, log, sqrt
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from econ_theory.errors import SettingError
from econ_theory.learners.base import Array

__all__ = ["Hedge", "HedgeState", "OptimisticHedge"]

# Stands for an infinite step, follow-the-leader, without ever becoming 0 * inf.
LARGEST_STEP = 1e200


class HedgeState(NamedTuple):
    """What exponential weights remember.

    ``steps`` taken, the sum of utilities ``(..., T, A)``, the ``prediction`` of the next one, the
    accumulated mixability ``gap`` ``(..., T, 1)``, the current ``strategy`` and its ``step_size``.
    """

    steps: int
    utility: Array
    prediction: Array
    gap: Array
    strategy: Array
    step_size: Array


@dataclass(frozen=True)
class Hedge:
    """Exponential weights on cumulative utility, rows of shape ``(..., T, A)``.

        s_k[a] proportional to exp(eta_k * (u_1[a] + ... + u_{k-1}[a]))

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

    step: float | Literal["sqrt", "adaptive"] = "adaptive"

    source = "Freund & Schapire 1997, JCSS 55(1); de Rooij et al. 2014, JMLR 15"
    # How far a utility and its prediction can be apart: in the first step, and in later ones.
    spreads: ClassVar[tuple[float, float]] = (1.0, 1.0)
    predicts: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if isinstance(self.step, str):
            good = self.step in ("sqrt", "adaptive")
        else:
            good = isfinite(self.step) and self.step > 0
        if not good:
            raise SettingError(
                f"step is {self.step!r}, want 'adaptive', 'sqrt' or a number > 0; "
                "leave it out for the self-tuning default."
            )

    def init(self, n_types: int, n_actions: int) -> HedgeState:
        """Return zero utilities and uniform play, both of shape ``(T, A)``."""
        zero = np.zeros((n_types, n_actions))
        gap = np.zeros((n_types, 1))
        uniform = np.full((n_types, n_actions), 1.0 / n_actions)
        return HedgeState(0, zero, zero, gap, uniform, self._step_size(1, n_actions, gap))

    def strategy(self, state: HedgeState) -> Array:
        """Return what to play now, shape ``(..., T, A)``."""
        return state.strategy

    def observe(self, state: HedgeState, utility: Array) -> HedgeState:
        """Return the state after one step's `utility`, shape ``(..., T, A)``."""
        steps, total, gap = state.steps + 1, state.utility + utility, state.gap
        if self.step == "adaptive":
            gap = gap + _mixability_gap(state, utility - state.prediction)
        step_size = self._step_size(steps + 1, utility.shape[-1], gap)
        prediction = utility if self.predicts else state.prediction
        # The largest exponent is zero, and an infinite one means a probability of exactly zero.
        with np.errstate(over="ignore"):
            target = total + prediction if self.predicts else total
            weights = np.exp(step_size * (target - target.max(-1, keepdims=True)))
        strategy = weights / weights.sum(-1, keepdims=True)
        return HedgeState(steps, total, prediction, gap, strategy, step_size)

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return the bound of the class docstring; zero steps or a single action have no regret."""
        if n_steps == 0 or n_actions == 1:
            return 0.0
        entropy = log(n_actions)
        first, later = self.spreads
        squares = first**2 + (n_steps - 1) * later**2
        if self.step == "adaptive":
            widest = max(first, later)
            return widest + sqrt(widest**2 + squares * entropy)
        if self.step == "sqrt":
            return later * sqrt(n_steps * entropy)
        return entropy / float(self.step) + float(self.step) * squares / 8

    def _step_size(self, step: int, n_actions: int, gap: Array) -> Array:
        entropy = log(max(n_actions, 2))
        if self.step == "adaptive":
            return entropy / np.maximum(gap, entropy / LARGEST_STEP)
        if self.step == "sqrt":
            # Minimizes ln A / eta_K + sum_k eta_k spread^2 / 8.
            return np.asarray(2.0 / self.spreads[1] * sqrt(entropy / step))
        return np.asarray(float(self.step))


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


def _mixability_gap(state: HedgeState, surprise: Array) -> Array:
    """Return ``ln <s, exp(eta d)> / eta - <s, d>`` for a surprise d, shape ``(..., T, 1)``."""
    strategy, step_size = state.strategy, state.step_size
    # Off the support the top may be far above what is played: shift by the top of the support.
    top = np.where(strategy > 0, surprise, -np.inf).max(-1, keepdims=True)
    with np.errstate(over="ignore"):
        scaled = np.exp(np.minimum(step_size * (surprise - top), 0.0))
    mixed = top + np.log(np.vecdot(strategy, scaled)[..., None]) / step_size
    return np.maximum(mixed - np.vecdot(strategy, surprise)[..., None], 0.0)
