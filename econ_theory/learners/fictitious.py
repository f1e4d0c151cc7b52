"""Fictitious play's learners: follow the leader, and its smooth version."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import NamedTuple

import numpy as np

from econ_theory.errors import check_number
from econ_theory.games.finite.payoffs import logit_rows
from econ_theory.learners.base import Array, normalize_rows

__all__ = ["FictitiousState", "FollowTheLeader", "SmoothFictitiousPlay"]


class FictitiousState(NamedTuple):
    """``steps`` taken, the sum of ``utility`` ``(..., T, A)``, and the reply to their mean."""

    steps: int
    utility: Array
    strategy: Array


@dataclass(frozen=True)
class FollowTheLeader:
    """Play what has paid most so far; actions that tie share equally.

    In self-play this is fictitious play (`econ_theory.solvers.FictitiousPlay`), which converges in
    zero-sum games although, as a learner, it can be fooled at every step.

    **Bound** ``(1 - 1/A) K``, and no smaller one: an adversary who pays every action but the leader
    comes as near to it as he likes. Let ``gap_k[a]`` be how far action a is behind the leader after
    step k, and ``phi_k = sum_a min(gap_k[a], 1)``. A step at which the leader l is played adds
    ``r = max_a (u[a] - u[l] - gap[a]) <= 1`` to regret, and

        A r <= phi_k - phi_{k-1} + (A - 1):

    the part of phi that belongs to l grows by r; another's gap becomes ``r + gap - (u[a] - u[l])``,
    and its part grows by at least ``r - 1``, whether that is cut off at one or not. Ties average
    this over leaders. The first step, at uniform play, costs ``phi_1 / A``; ``phi_K <= A - 1``.

    >>> learner = FollowTheLeader()
    >>> state = learner.observe(learner.init(1, 3), np.array([[1.0, 0.5, 1.0]]))
    >>> learner.strategy(state)
    array([[0.5, 0. , 0.5]])
    >>> learner.bound(100, 4)
    75.0

    Source: Brown 1951; Hannan 1957; that regret can be linear: Cesa-Bianchi & Lugosi 2006, section
    4.3. Constant as derived above.
    """

    source = "Brown 1951; Hannan 1957"

    def init(self, n_types: int, n_actions: int) -> FictitiousState:
        """Return zero utilities and uniform play, both of shape ``(T, A)``."""
        shape = (n_types, n_actions)
        return FictitiousState(0, np.zeros(shape), np.full(shape, 1.0 / n_actions))

    def strategy(self, state: FictitiousState) -> Array:
        """Return what to play now, shape ``(..., T, A)``."""
        return state.strategy

    def observe(self, state: FictitiousState, utility: Array) -> FictitiousState:
        """Return the state after one step's `utility`, shape ``(..., T, A)``."""
        steps, total = state.steps + 1, state.utility + utility
        return FictitiousState(steps, total, self._reply(total, steps))

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return ``(1 - 1/A) K``."""
        return n_steps * (n_actions - 1) / n_actions

    def _reply(self, total: Array, steps: int) -> Array:
        return normalize_rows((total == total.max(-1, keepdims=True)).astype(float))


@dataclass(frozen=True)
class SmoothFictitiousPlay(FollowTheLeader):
    """Play the logit reply to the mean utility so far.

        s_{k+1}[a] proportional to exp(mean(u_1[a], ..., u_k[a]) / temperature)

    Exponential weights with steps ``1 / (temperature k)``, thus with a temperature that does not
    fall; one that falls like ``1 / sqrt(k)`` makes it ``Hedge("sqrt")``. In self-play its rest
    points are quantal response equilibria. Utilities are scaled to spread over one, so the
    temperature is a share of the payoff range.

    **Bound** ``temperature ln A (K - 1) + (2 + ln(K - 1)) / (8 temperature)`` for K >= 2, or K if
    that is less: that of `econ_theory.learners.Hedge` for decreasing steps, ``ln A / eta_K + sum_k
    eta_k / 8`` with ``eta_k = 1 / (temperature (k - 1))``, and ``eta_1 = eta_2``, as the first step
    size does not matter; and ``1 + 1/2 + ... + 1/K <= 1 + ln K``. Linear, but as slowly as one
    likes: per step at most ``temperature ln A`` in the long run.

    Parameters
    ----------
    temperature : share of the payoff range, above 0

    >>> learner = SmoothFictitiousPlay(temperature=0.5)
    >>> state = learner.observe(learner.init(1, 2), np.array([[0.0, np.log(3.0) / 2]]))
    >>> learner.strategy(state)
    array([[0.25, 0.75]])
    >>> round(learner.bound(101, 2), 2)
    36.31

    Source: Fudenberg & Levine 1995, J. Economic Dynamics and Control 19. Constant as derived above.
    """

    temperature: float = 0.05

    source = "Fudenberg & Levine 1995, J. Economic Dynamics and Control 19"

    def __post_init__(self) -> None:
        check_number("temperature", self.temperature, above=True, finite=True)

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return the bound of the class docstring; a single action has no regret."""
        if n_actions == 1:
            return 0.0
        if n_steps < 2:
            return float(n_steps)
        later = n_steps - 1
        steps_cost = (2 + log(later)) / (8 * self.temperature)
        return min(float(n_steps), self.temperature * log(n_actions) * later + steps_cost)

    def _reply(self, total: Array, steps: int) -> Array:
        return logit_rows(total / steps, self.temperature)
