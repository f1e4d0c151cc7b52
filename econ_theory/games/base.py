"""What every game here can do: value actions, weigh types, and say the size of its payoffs."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from econ_theory.arrays import Array

__all__ = ["Game", "Profile"]


class Profile(Protocol):
    """One strategy a player: ``rows[i]`` is ``(T_i, A_i)`` and every row sums to one."""

    @property
    def rows(self) -> tuple[Array, ...]: ...


@runtime_checkable
class Game(Protocol):
    """What a certificate of a *finite* game needs to judge a profile; nothing more.

    `BayesianGame`, its `exact` twin and empirical games satisfy it. Games whose types and actions
    are numbers from intervals do not, as they have no rows to value: `ContinuousGame` is their
    base (``isinstance(AuctionGame(...), Game)`` is False), each family with its own judge.
    `solve`, `certify` and the solvers take either kind.

    A complete plug-in, a one-player decision under two equally likely states:

    >>> import numpy as np
    >>> from econ_theory import StrategyProfile, certify
    >>> class Umbrella:
    ...     n_players = 1
    ...     def action_values(self, profile, i):
    ...         return np.array([[0.5 * -1.0, 0.5 * 0.0], [0.5 * 1.0, 0.5 * 0.0]])
    ...     def type_weights(self, i):
    ...         return np.array([0.5, 0.5])
    ...     def payoff_range(self, i):
    ...         return 2.0
    >>> certify(Umbrella(), StrategyProfile([[[0.0, 1.0], [0.0, 1.0]]])).epsilon
    1.0
    """

    @property
    def n_players(self) -> int: ...

    def action_values(self, profile: Profile, i: int) -> Array:
        """Return player `i`'s action values weighted by the type's probability, ``(T_i, A_i)``."""
        ...

    def type_weights(self, i: int) -> Array:
        """Return the marginal prior of player `i`'s types, ``(T_i,)``."""
        ...

    def payoff_range(self, i: int) -> float:
        """Return player `i`'s largest minus smallest payoff: what a relative gain is a share of."""
        ...
