"""Exponential weights when only the payoff of the played action is seen: EXP3 and EXP3-IX."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import ClassVar, Literal, NamedTuple

import numpy as np

from econ_theory.errors import SettingError
from econ_theory.games.finite.payoffs import logit_rows
from econ_theory.learners.base import Array, check_step

__all__ = ["BanditState", "Exp3", "Exp3IX"]

# Below it nothing is ever drawn; a caller who reports it nonetheless divides by this.
LEAST_CHANCE = 1e-50


class BanditState(NamedTuple):
    """What EXP3 remembers of every row.

    The ``steps`` in which it was drawn ``(..., T, 1)``, the summed estimates of its actions'
    ``loss`` ``(..., T, A)``, its current ``strategy`` and its ``step_size`` ``(..., T, 1)``.
    """

    steps: Array
    loss: Array
    strategy: Array
    step_size: Array


@dataclass(frozen=True)
class Exp3:
    """EXP3: exponential weights on importance-weighted losses.

    With ``l_k = 1 - payoff_k``, the loss of every action is estimated without bias by

        L_k[a] = L_{k-1}[a] + l_k 1{a was played} / s_k[a],
        s_k[a] proportional to exp(-eta_k L_{k-1}[a]).

    Parameters
    ----------
    step
        ``"sqrt"`` (``eta_k = sqrt(ln A / (A k))``, k counting the row's own draws), or a fixed
        number ``eta``.

    **Bounds** on expected regret, for payoffs in [0, 1] fixed beforehand:

    * fixed: ``ln A / eta + eta A K / 2``;
    * sqrt: ``2 sqrt(K A ln A)``;

    or K where that is less. The argument of `econ_theory.learners.Hedge` applied to the estimates
    d_k, with ``exp(-x) <= 1 - x + x^2 / 2`` in place of Hoeffding's lemma, gives

        sum_k <s_k, d_k> - L_K[a] <= ln A / eta_K + sum_k eta_k <s_k, d_k^2> / 2.

    In expectation the left is the regret, and ``E <s_k, d_k^2> = sum_a l_k[a]^2 <= A``.

    >>> learner = Exp3(step=0.5)
    >>> state = learner.observe(learner.init(1, 2), np.array([[0.0, 1.0]]), np.array([0.0]))
    >>> state.loss
    array([[0., 2.]])
    >>> learner.strategy(state).round(3)
    array([[0.731, 0.269]])
    >>> round(Exp3().bound(100, 2), 2)
    23.55

    Source: Auer, Cesa-Bianchi, Freund & Schapire 2002, SIAM J. Comput. 32(1); this form, without
    explicit exploration: Bubeck & Cesa-Bianchi 2012, Theorem 3.1.
    """

    step: float | Literal["sqrt"] = "sqrt"

    source = "Auer et al. 2002, SIAM J. Comput. 32(1); Bubeck & Cesa-Bianchi 2012, Theorem 3.1"
    feedback = "bandit"
    # What is added to a probability before it divides a loss, as a share of the step size.
    caution: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        check_step(self.step, ("sqrt",))

    def init(self, n_types: int, n_actions: int) -> BanditState:
        """Return zero losses and uniform play, both of shape ``(T, A)``."""
        steps = np.zeros((n_types, 1))
        uniform = np.full((n_types, n_actions), 1.0 / n_actions)
        loss = np.zeros((n_types, n_actions))
        return BanditState(steps, loss, uniform, self._step_size(steps, n_actions))

    def strategy(self, state: BanditState) -> Array:
        """Return what to draw from now, shape ``(..., T, A)``."""
        return state.strategy

    def observe(self, state: BanditState, played: Array, payoff: Array) -> BanditState:
        """Return the state after `played` ``(..., T, A)`` earned `payoff` ``(..., T)``."""
        drawn = np.add.reduce(played, axis=-1, keepdims=True)
        chance = np.vecdot(played, state.strategy)[..., None] + self.caution * state.step_size
        lost = np.where(drawn > 0, (1.0 - payoff)[..., None], 0.0)
        lost = lost / np.maximum(chance, LEAST_CHANCE)
        steps, loss = state.steps + drawn, state.loss + played * lost
        step_size = self._step_size(steps, played.shape[-1])
        return BanditState(steps, loss, logit_rows(-step_size * loss, 1.0), step_size)

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return the bound of the class docstring; a single action has no regret."""
        if n_steps == 0 or n_actions == 1:
            return 0.0
        last, total = self._extremes(n_steps, n_actions)
        return min(float(n_steps), log(n_actions) / last + n_actions * total / 2)

    def _step_size(self, steps: Array, n_actions: int) -> Array:
        if self.step == "sqrt":
            return np.sqrt(log(max(n_actions, 2)) / n_actions / (steps + 1.0))
        return np.full(np.shape(steps), float(self.step))

    def _extremes(self, n_steps: int, n_actions: int) -> tuple[float, float]:
        """Return the last step size and an upper bound of the sum of all."""
        if self.step == "sqrt":
            scale = sqrt(log(n_actions) / n_actions)
            return scale / sqrt(n_steps), 2 * scale * sqrt(n_steps)
        return float(self.step), float(self.step) * n_steps


@dataclass(frozen=True)
class Exp3IX(Exp3):
    """EXP3 with implicit exploration: its regret is small in almost every run, not on average only.

    Losses are divided by ``s_k[a] + gamma_k`` with ``gamma_k = eta_k / 2``, so that an action that
    is almost never played cannot get an enormous estimate; ``step`` is as in `Exp3`.

    **Bounds** that the realized regret ``max_a sum_k payoff_k[a] - payoff_k[played_k]`` exceeds
    with probability at most `delta`, even if payoffs react to past play. With ``D = ln(2/delta)``:

    * fixed: ``(2 ln A + D) / eta + eta A K + D``;
    * sqrt: ``4 sqrt(K A ln A) + D (1 + sqrt(K A / ln A))``;

    or K where that is less. Write d_k for the estimates and l_k for the losses. As ``<s_k, d_k>``
    is the loss suffered less ``gamma_k sum_a d_k[a]``, and ``<s_k, d_k^2> <= sum_a d_k[a]``, the
    inequality of `Exp3` says that what was suffered exceeds ``L_K[b]`` by at most

        ln A / eta_K + sum_k eta_k sum_a d_k[a].

    An estimate is at most ``ln(1 + eta_k l_k[a] 1{a was played} / s_k[a]) / eta_k``, because
    ``z / (1 + z / 2) <= ln(1 + z)``; so, for any weights ``w_k[a] <= eta_k`` chosen before step k,
    ``exp(sum_a w_k[a] d_k[a])`` has a conditional mean of at most ``exp(sum_a w_k[a] l_k[a])``, and
    the sum over steps of ``<w_k, d_k - l_k>`` exceeds ``ln(1 / p)`` with probability at most p.
    With ``w_k = eta_k`` and ``p = delta / 2`` the double sum is at most ``A sum_k eta_k + D``; with
    ``w_k = eta_K`` on one action b and ``p = delta / (2 A)``, for all b together, ``L_K[b]``
    exceeds the true loss of b by at most ``(ln A + D) / eta_K``.

    >>> learner = Exp3IX(step=0.5)
    >>> state = learner.observe(learner.init(1, 2), np.array([[0.0, 1.0]]), np.array([0.0]))
    >>> state.loss.round(3)
    array([[0.   , 1.333]])
    >>> round(Exp3IX().bound(10_000, 2, delta=0.1), 1)
    982.8

    Source: Neu 2015, Explore no more, NeurIPS 28 (Lemma 1 and Theorem 1). Constants as derived
    above.
    """

    source = "Neu 2015, NeurIPS 28"
    caution: ClassVar[float] = 0.5

    def bound(self, n_steps: int, n_actions: int, delta: float = 0.05) -> float:
        """Return what realized regret exceeds with probability at most `delta`.

        Raises
        ------
        SettingError
            If `delta` is not in (0, 1).
        """
        if not 0 < delta < 1:
            raise SettingError(f"delta is {delta}, want a probability in (0, 1), such as 0.05.")
        if n_steps == 0 or n_actions == 1:
            return 0.0
        last, total = self._extremes(n_steps, n_actions)
        surprise = log(2 / delta)
        bound = (2 * log(n_actions) + surprise) / last + n_actions * total + surprise
        return min(float(n_steps), bound)
