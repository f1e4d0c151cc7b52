"""Regret of a sequence of Markov profiles, against a named equilibrium or the best response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from econ_theory.errors import ProfileError
from econ_theory.markov.certificates import markov_exploitability
from econ_theory.markov.profiles import MarkovProfile
from econ_theory.markov.values import ex_ante_values
from econ_theory.regret.traces import RegretTrace

if TYPE_CHECKING:
    from econ_theory.games.finite.markov import MarkovBayesianGame

__all__ = ["markov_dynamic_regret", "markov_regret"]


def markov_regret(
    game: MarkovBayesianGame,
    play: Sequence[MarkovProfile],
    comparator: MarkovProfile | Sequence[float],
) -> RegretTrace:
    """Return R(T), what a named equilibrium would have paid more than `play` did, (K, n).

    ``R_k = sum_{l <= k} (V*_i - V_i(play[l]))``, both values at the initial distribution,
    discounted payoff units, the others playing what they play. `comparator` is the equilibrium, or
    its values V*, one a player: name it with the number, as equilibria differ in what they pay.
    This is not a distance from equilibrium: where play pays more than the equilibrium it falls.

    >>> from econ_theory.games import MarkovBayesianGame
    >>> u = np.array([[3.0, 0.0], [5.0, 1.0]]).reshape(1, 1, 1, 2, 2)
    >>> game = MarkovBayesianGame(np.ones((1,) * 6), [u, u.swapaxes(3, 4)], discount=0.5)
    >>> cooperate, defect = (MarkovProfile.pure(game, [[[a]], [[a]]]) for a in (0, 1))
    >>> markov_regret(game, [cooperate] * 3, defect).cumulative[-1]
    array([-12., -12.])

    Raises
    ------
    ProfileError
        If there is no step, or not one comparator value a player.

    Source: Yi et al. 2025, arXiv 2506.08292, whose R(T) this is.
    """
    if isinstance(comparator, MarkovProfile):
        worth = ex_ante_values(game, comparator)
    else:
        worth = np.asarray(comparator, dtype=float)
    if worth.shape != (game.n_players,):
        raise ProfileError(
            f"comparator has shape {worth.shape}, want ({game.n_players},): one ex-ante value a "
            "player, or a MarkovProfile."
        )
    gaps = [worth - ex_ante_values(game, profile) for profile in _checked(play)]
    return RegretTrace(np.cumsum(gaps, axis=0), "equilibrium-comparator")


def markov_dynamic_regret(game: MarkovBayesianGame, play: Sequence[MarkovProfile]) -> RegretTrace:
    """Return regret against the best response at every step, (K, n): summed exploitability.

    ``R_k = sum_{l <= k} initial . (V*_i(play[l]) - V_i(play[l]))``, V* the value of player i's best
    response to the others' play at that step. Never falls; flat exactly while play is in
    equilibrium from the initial states on.

    >>> from econ_theory.games import MarkovBayesianGame
    >>> u = np.array([[3.0, 0.0], [5.0, 1.0]]).reshape(1, 1, 1, 2, 2)
    >>> game = MarkovBayesianGame(np.ones((1,) * 6), [u, u.swapaxes(3, 4)], discount=0.5)
    >>> cooperate, defect = (MarkovProfile.pure(game, [[[a]], [[a]]]) for a in (0, 1))
    >>> markov_dynamic_regret(game, [cooperate, defect]).cumulative
    array([[4., 4.],
           [4., 4.]])
    """
    gaps = [markov_exploitability(game, profile) for profile in _checked(play)]
    return RegretTrace(np.cumsum(gaps, axis=0), "dynamic")


def _checked(play: Sequence[MarkovProfile]) -> Sequence[MarkovProfile]:
    if not len(play):
        raise ProfileError("play is empty, want at least one Markov profile; one for each step.")
    return play
