"""Draws of affiliated signals, by construction or by inverting their conditional distribution."""

from __future__ import annotations

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.joint_priors import IndependentSignals, JointPrior
from econ_theory.games.continuous.shared_signals import CommonValue, LinearShares

__all__ = ["draw_signals"]

HALVINGS = 60


def draw_signals(joint: JointPrior, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return signals, ``(n_players, n)``, and the common values behind them, ``(n,)``.

    Common values are NaN where there are none. Two signals of any `JointPrior` are drawn by
    bisection of ``G(y | x)``.

    Raises
    ------
    RefusedError
        If there are more than two, of a family of the user's own.

    >>> from econ_theory.games import Uniform
    >>> signals, values = draw_signals(CommonValue(Uniform(), 3), 1000, np.random.default_rng(0))
    >>> signals.shape, bool((signals <= 2 * values).all())
    ((3, 1000), True)
    """
    players, none = joint.n_players, np.full(n, np.nan)
    if isinstance(joint, CommonValue):
        values = joint.value.ppf(rng.random(n))
        return 2 * values * rng.random((players, n)), values
    if isinstance(joint, LinearShares):
        return rng.random(n) + rng.random((players, n)), none
    if isinstance(joint, IndependentSignals):
        return joint.signal.ppf(rng.random((players, n))), none
    if players > 2:
        raise RefusedError(
            f"nothing is known of draws of {players} signals of {type(joint).__name__}, want two, "
            "or a family of the library."
        )
    x, rank = joint.signal.ppf(rng.random(n)), rng.random(n)
    low, high = np.full(n, float(joint.signal.low)), np.full(n, float(joint.signal.high))
    for _ in range(HALVINGS):
        y = (low + high) / 2
        less = joint.below(x, y) < rank
        low, high = np.where(less, y, low), np.where(less, high, y)
    return np.stack([x, (low + high) / 2]), none
