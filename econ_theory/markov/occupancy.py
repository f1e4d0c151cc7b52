"""Where play goes, and the performance difference lemma both as it is true and as it is misused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.finite.markov import MarkovBayesianGame
from econ_theory.markov.profiles import MarkovProfile
from econ_theory.markov.values import induced_chain, joint_action_values, state_values
from econ_theory.records import Record

__all__ = ["PerformanceDifference", "occupancy", "performance_difference"]


@dataclass(frozen=True)
class PerformanceDifference(Record):
    """Player i's gain from a new profile, computed in three ways; payoff units.

    With ``g(s) = E_new Q_old(s, .) - E_old Q_old(s, .)`` and d the occupancy of the new profile:

    Attributes
    ----------
    gap : ``V_new - V_old`` at the initial distribution, from two linear solves
    by_occupancy : ``sum_s d(s) g(s) / (1 - discount)``, which equals `gap`
    pointwise : ``sum_s initial(s) g(s) / (1 - discount)``, which does not: the occupancy is left
        out, as if play stayed where it began
    """

    gap: float
    by_occupancy: float
    pointwise: float

    @property
    def error(self) -> float:
        """How far the identity is from holding: rounding."""
        return abs(self.gap - self.by_occupancy)

    @property
    def pointwise_error(self) -> float:
        """How far the variant without the occupancy is from the gap."""
        return abs(self.gap - self.pointwise)


def occupancy(game: MarkovBayesianGame, profile: MarkovProfile) -> Array:
    """Return the discounted share of time that `profile` spends in each state, ``(S,)``, sum one.

    ``d = (1 - discount) * sum_k discount^k Pr(s_k = .)``, from the game's initial distribution.

    >>> move = np.array([[0.0, 1.0], [0.0, 1.0]]).reshape(2, 1, 1, 2)
    >>> game = MarkovBayesianGame(move, [np.zeros((1, 1, 1))], discount=0.75, initial=[1, 0])
    >>> occupancy(game, MarkovProfile.uniform(game))
    array([0.25, 0.75])
    """
    chain = induced_chain(game, profile)
    system = np.eye(game.n_states) - game.discount * chain.transition.T
    return (1 - game.discount) * np.linalg.solve(system, game.initial)


def performance_difference(
    game: MarkovBayesianGame, old: MarkovProfile, new: MarkovProfile, i: int
) -> PerformanceDifference:
    """Return what moving from `old` to `new` (any players at once) changes for player `i`.

    >>> move = np.array([[[0.0, 1.0], [1.0, 0.0]]]).reshape(1, 1, 2, 2)
    >>> game = MarkovBayesianGame(move, [np.arange(4.0).reshape(2, 1, 2)], discount=0.5,
    ...                           initial=[1.0, 0.0])
    >>> old, new = (MarkovProfile.pure(game, [[[0], [a]]]) for a in (1, 0))
    >>> performance_difference(game, old, new, 0)
    PerformanceDifference(gap=0.0, by_occupancy=0.0, pointwise=0.0)

    Source: Kakade & Langford 2002, lemma 6.1 (several players: the Q of joint actions); the
    pointwise variant is what the appendix of Yi et al. 2025, arXiv 2506.08292, goes on with.
    """
    if not 0 <= i < game.n_players:
        raise SettingError(f"i is {i}, want a player index in 0..{game.n_players - 1}.")
    values = joint_action_values(game, old, i)[..., None]
    gains = (game.kernel.expect(values, new.rows) - game.kernel.expect(values, old.rows))[:, 0]
    horizon = 1 / (1 - game.discount)
    gap = state_values(game, new)[:, i] - state_values(game, old)[:, i]
    return PerformanceDifference(
        gap=float(game.initial @ gap),
        by_occupancy=float(horizon * (occupancy(game, new) @ gains)),
        pointwise=float(horizon * (game.initial @ gains)),
    )
