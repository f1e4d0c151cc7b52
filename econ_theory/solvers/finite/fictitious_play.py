"""Fictitious play: reply to how often each action has been played so far."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.games.finite.payoffs import best_actions, logit_rows
from econ_theory.learners.base import utility_scales
from econ_theory.solvers.base import Proposals, check_numbers
from econ_theory.strategies import StrategyProfile

__all__ = ["FictitiousPlay"]


@dataclass(frozen=True)
class FictitiousPlay:
    """Every type best-replies to the empirical frequencies of the others' past play.

    With ``S_i`` the sum of player i's past strategies (`start`, or uniform play, counts once), a
    step adds to each ``S_i`` the best reply to ``S_j / k``. Frequencies converge to equilibrium in
    two-player zero-sum games (Robinson 1951), potential games and 2 x 2 games, and may cycle
    elsewhere (Shapley 1964); the certificate tells.

    With two players and exact replies, action values move in straight lines while nobody's reply
    changes, so a whole run of equal steps is taken at the cost of one: k simultaneous steps of
    matching pennies need about ``sqrt(k)`` evaluations. A run without end is a pure equilibrium,
    and is proposed.

    Parameters
    ----------
    alternating : players move in turn, each seeing the newest play (as Brown did), or all at once
    temperature : payoff units; above zero, replies are logit replies (smooth fictitious play, whose
        rest points are quantal response equilibria)
    every : evaluations between proposals
    steps : stop after this many; None leaves that to the driver

    Examples
    --------
    >>> from econ_theory import BayesianGame, solve
    >>> skewed = np.array([[2, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> solution = solve(BayesianGame([[1]], [skewed, -skewed]), FictitiousPlay())
    >>> solution.profile.rows[0].round(2)
    array([[0.4, 0.6]])

    Source: Brown 1951, Iterative solution of games by fictitious play; smooth replies: Fudenberg
    and Kreps 1993; Bayesian games: Rabinovich, Naroditskiy, Gerding and Jennings 2013.
    """

    alternating: bool = True
    temperature: float = 0.0
    every: int = 128
    steps: int | None = None

    source = "Brown (1951), Activity Analysis of Production and Allocation, 374-376"
    exact = False
    continuous = False

    def __post_init__(self) -> None:
        check_numbers(self, temperature=0, every=1, steps=1)

    def refuses(self, game: BayesianGame) -> str | None:
        """Return None: fictitious play is defined in every finite game."""
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield frequencies, and the replies themselves once they are a pure equilibrium."""
        kernel, players = game.kernel, range(game.n_players)
        strides = game.n_players == 2 and not self.temperature
        begin = StrategyProfile.uniform(game) if start is None else start.floating
        sums, taken = [np.array(row) for row in begin.rows], 0
        evaluations = 0
        while True:
            evaluations += 1
            means = [total / (taken + 1) for total in sums]
            against = means if self.alternating else list(means)
            replies: list[Array] = []
            for i in players:
                replies.append(self._reply(game, kernel.values(against, i), i))
                sums[i] += replies[i]
                if self.alternating:
                    means[i] = sums[i] / (taken + 2)
            taken += 1
            more = _stride(game, sums, replies) if strides else 0.0
            if more == inf:
                yield StrategyProfile(replies)
                return f"from step {taken} on nobody's best reply changes: a pure equilibrium"
            if self.steps is not None:
                more = min(more, self.steps - taken)
            for total, reply in zip(sums, replies, strict=True):
                total += more * reply
            taken += int(more)
            ended = taken == self.steps
            if ended or evaluations % self.every == 0:
                if not strides and not self.temperature and _mutual(game, replies):
                    yield StrategyProfile(replies)
                yield StrategyProfile([total / (taken + 1) for total in sums])
            if ended:
                return f"{taken} steps of fictitious play taken"

    def _reply(self, game: BayesianGame, values: Array, i: int) -> Array:
        if not self.temperature:
            return np.eye(game.n_actions[i])[best_actions(values)]
        weights = game.type_weights(i)
        return logit_rows(values / np.where(weights > 0, weights, 1.0)[:, None], self.temperature)


def _stride(game: BayesianGame, sums: list[Array], replies: list[Array]) -> float:
    """Return how many more steps nobody's best reply changes; infinite if it never does."""
    longest = inf
    for i in range(2):
        values, drift = (game.kernel.values(rows, i) for rows in (sums, replies))
        played = replies[i].astype(bool)
        lead = values[played][:, None] - values
        closing = drift - drift[played][:, None]
        # Rounding must not turn a tie that lasts into one that ends far out.
        falling = closing > 1e-12 * np.abs(drift).max(axis=1, initial=0.0)[:, None]
        if falling.any():
            longest = min(longest, np.floor(lead[falling] / closing[falling]).min())
    return max(longest, 0.0)


def _mutual(game: BayesianGame, replies: list[Array]) -> bool:
    """Whether the pure `replies` are best replies to each other, up to rounding."""
    for i, scale in enumerate(utility_scales(game)):
        utility = game.kernel.values(replies, i) * scale
        if (utility.max(axis=1) - (utility * replies[i]).sum(axis=1) > 1e-12).any():
            return False
    return True
