"""Magnetic mirror descent: exponential weights that are drawn back to uniform play."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import NamedTuple

import numpy as np

from econ_theory.errors import check_number
from econ_theory.games.finite.payoffs import logit_rows
from econ_theory.learners.base import Array

__all__ = ["MagneticMirrorDescent", "MagneticState"]


class MagneticState(NamedTuple):
    """What it remembers: ``logits`` ``(..., T, A)`` and the strategy they imply."""

    logits: Array
    strategy: Array


@dataclass(frozen=True)
class MagneticMirrorDescent:
    """Mirror descent on utility plus temperature times entropy; uniform play is the magnet.

        s_{k+1} = argmax_x <u_k, x> - temperature KL(x | uniform) - KL(x | s_k) / step
        s_{k+1}[a] proportional to (s_k[a] exp(step u_k[a])) ^ (1 / (1 + step temperature))

    At temperature zero this is `econ_theory.learners.Hedge` with a fixed step. Above, old utilities
    fade, no action dies out, and in a two-player zero-sum game play itself, not only its average,
    converges to the logit quantal response equilibrium if ``step <= temperature``. Utilities are
    scaled to spread over one, so the temperature is a share of the payoff range.
    `econ_theory.solvers.MirrorDescent` is this dynamic as a solver.

    **Bounds**, for utilities that spread over at most one in each row and step:

    * ``regularized_bound``, ``ln A / step + step K / 8``: on regret where playing x earns
      ``<u_k, x> - temperature KL(x | uniform)``;
    * ``bound``, that plus ``temperature K ln A`` (or K, if less): on external regret, with a linear
      term: the entropy is not free, and at a fixed temperature regret does grow linearly.

    With ``R(x) = KL(x | uniform)`` and ``D(x, s) = KL(x | s)``, the point s_{k+1} is best, and R is
    1-strongly convex relative to KL, so for every x

        <u_k, x> - temperature R(x) - D(x, s_k) / step
            <= <u_k, s_{k+1}> - temperature R(s_{k+1}) - D(s_{k+1}, s_k) / step
               - (temperature + 1 / step) D(x, s_{k+1}).

    As ``<u_k, y - s_k> - D(y, s_k) / step <= step / 8`` for every y (Hoeffding's lemma), summing
    bounds ``sum_k <u_k, x - s_k> - temperature (R(x) - R(s_{k+1}))`` by ``D(x, s_1) / step + step
    K / 8``. Here ``D(x, s_1) <= ln A``; shifting the sum of ``R(s_{k+1})`` by one step, with
    ``R(s_1) = 0``, gives the first bound, dropping it and ``R(x) <= ln A`` the second.

    Parameters
    ----------
    temperature : share of the payoff range, at least 0
    step : mirror descent's step size, above 0

    >>> learner = MagneticMirrorDescent(temperature=1.0, step=1.0)
    >>> state = learner.observe(learner.init(1, 2), np.array([[0.0, np.log(9.0)]]))
    >>> learner.strategy(state)
    array([[0.25, 0.75]])
    >>> round(learner.regularized_bound(80, 2), 3), learner.bound(80, 2)
    (10.693, 66.14...)

    Source: Sokota, D'Orazio, Kolter, Loizou, Lanctot, Mitliagkas, Brown & Kroer 2023, ICLR; regret
    of such composite steps: Duchi, Shalev-Shwartz, Singer & Tewari 2010, COLT, Theorem 2. Constants
    as derived above.
    """

    temperature: float = 0.05
    step: float = 0.05

    source = "Sokota et al. 2023, ICLR; Duchi et al. 2010, COLT"

    def __post_init__(self) -> None:
        check_number("temperature", self.temperature, finite=True)
        check_number("step", self.step, above=True, finite=True)

    def init(self, n_types: int, n_actions: int) -> MagneticState:
        """Return zero logits and uniform play, both of shape ``(T, A)``."""
        shape = (n_types, n_actions)
        return MagneticState(np.zeros(shape), np.full(shape, 1.0 / n_actions))

    def strategy(self, state: MagneticState) -> Array:
        """Return what to play now, shape ``(..., T, A)``."""
        return state.strategy

    def observe(self, state: MagneticState, utility: Array) -> MagneticState:
        """Return the state after one step's `utility`, shape ``(..., T, A)``."""
        logits = (state.logits + self.step * utility) / (1.0 + self.step * self.temperature)
        return MagneticState(logits, logit_rows(logits, 1.0))

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return the bound on external regret, linear in K if the temperature is not zero."""
        if n_actions == 1:
            return 0.0
        entropy_cost = self.temperature * n_steps * log(n_actions)
        return min(float(n_steps), self.regularized_bound(n_steps, n_actions) + entropy_cost)

    def regularized_bound(self, n_steps: int, n_actions: int) -> float:
        """Return the bound on regret in which mixing is rewarded as the class docstring says."""
        if n_steps == 0 or n_actions == 1:
            return 0.0
        return log(n_actions) / self.step + self.step * n_steps / 8
