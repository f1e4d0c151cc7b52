"""Best responses in a Markov game: the others fixed, a Markov decision process is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import SettingError
from econ_theory.games.finite.markov import MarkovBayesianGame
from econ_theory.games.finite.payoffs import best_actions
from econ_theory.markov.profiles import MarkovProfile, check_markov_profile
from econ_theory.records import Record

__all__ = ["BestResponse", "Decision", "best_response", "induced_decision"]

ROUNDING = 1e-13
"""Smallest improvement, as a share of the discounted payoff range, that changes an action."""


class Decision(NamedTuple):
    """The decision process player i faces; both weighted by the probability of its type."""

    rewards: Array
    """Expected payoff of one stage, ``(S, T_i, A_i)``."""
    transition: Array
    """Chance of each next state, ``(S, T_i, A_i, S)``."""

    def lookahead(self, values: Array, discount: float) -> Array:
        """Return each action's value if states are worth `values`, (S,), from the next stage on."""
        return self.rewards + discount * (self.transition @ values)

    def evaluate(self, row: Array, discount: float) -> Array:
        """Return what the strategy `row`, (S, T_i, A_i), is worth from each state on, ``(S,)``."""
        rewards = np.einsum("sta,sta->s", row, self.rewards)
        moves = np.einsum("sta,stak->sk", row, self.transition)
        return np.linalg.solve(np.eye(len(rewards)) - discount * moves, rewards)


@dataclass(frozen=True, eq=False)
class BestResponse(Record):
    """The best that player i can do against the others' Markov strategies.

    Attributes
    ----------
    i : player
    row : (S, T_i, A_i), a best strategy: the given one where nothing improves on it, else pure
    values : (S,) its discounted value from each state on
    current : (S,) the same of the strategy that was given
    steps : policy improvements made
    decision : the decision process that it solves
    """

    i: int
    row: Array
    values: Array
    current: Array
    steps: int
    decision: Decision

    @property
    def gains(self) -> Array:
        """What responding instead gains from each state on, ``(S,)``."""
        return np.maximum(self.values - self.current, 0.0)


def induced_decision(game: MarkovBayesianGame, profile: MarkovProfile, i: int) -> Decision:
    """Return the `Decision` that the others' play in `profile` leaves to player `i`."""
    check_markov_profile(profile, game)
    if not 0 <= i < game.n_players:
        raise SettingError(f"i is {i}, want a player index in 0..{game.n_players - 1}.")
    expect = game.kernel.expect
    return Decision(
        expect(game.payoffs[i][..., None], profile.rows, i)[..., 0],
        expect(game.transition, profile.rows, i),
    )


def best_response(game: MarkovBayesianGame, profile: MarkovProfile, i: int) -> BestResponse:
    """Return player `i`'s `BestResponse` to the others in `profile`, best from every state on.

    Policy iteration from ``profile.rows[i]``: a linear solve evaluates, every type in every state
    moves to its best action, until none improves. It ends, as values rise at each step. No
    strategy of any kind, Markov or not, does better against Markov strategies.

    >>> move = np.array([[[0.0, 1.0], [1.0, 0.0]]]).reshape(1, 1, 2, 2)
    >>> game = MarkovBayesianGame(move, [np.arange(4.0).reshape(2, 1, 2)], discount=0.75)
    >>> response = best_response(game, MarkovProfile.uniform(game), 0)
    >>> response.values, response.row.argmax(-1).ravel()
    (array([6., 8.]), array([0, 0]))

    Source: Howard 1960; Puterman 1994, theorem 6.4.2.
    """
    decision = induced_decision(game, profile, i)
    least = ROUNDING * max(game.payoff_range(i), np.abs(decision.rewards).max())
    row = profile.rows[i]
    values = current = decision.evaluate(row, game.discount)
    steps = 0
    while True:
        q = decision.lookahead(values, game.discount)
        best = best_actions(q)
        # Differences first: a constant added to every payoff then costs no digits.
        gaps = np.take_along_axis(q, best[..., None], axis=2) - q
        improves = (row * gaps).sum(axis=2) > least
        if not improves.any():
            break
        row = np.where(improves[..., None], np.eye(row.shape[2])[best], row)
        newer = decision.evaluate(row, game.discount)
        if (newer - values).max() <= 0:
            break
        values, steps = newer, steps + 1
    return BestResponse(i, frozen(row), frozen(values), frozen(current), steps, decision)
