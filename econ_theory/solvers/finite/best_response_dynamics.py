"""Best-response dynamics: a share of every type's population switches to a best reply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.games.finite.payoffs import best_actions, logit_rows
from econ_theory.solvers.base import Proposals, check_numbers
from econ_theory.strategies import StrategyProfile

__all__ = ["BestResponseDynamics"]


@dataclass(frozen=True)
class BestResponseDynamics:
    """Euler steps ``s_i <- (1 - rate) s_i + rate BR_i(s)``, first whole, then ever finer.

    At rate one this is the textbook dynamic: all of a player moves to its best replies; it ends in
    a pure equilibrium of every game with an ordinal potential, if players move in turn. Where it
    cycles instead, the rate is halved after every `patience` turnovers of the population: the path
    then follows the continuous dynamic ``ds/dt = BR(s) - s``, along which the gap of a zero-sum
    game falls like ``exp(-t)`` (Hofbauer and Sorin 2006). Below the rate `slowest` play starts
    again from random strategies. Nothing is promised in general games (Shapley 1964).

    Parameters
    ----------
    alternating : players move in turn, each seeing the newest strategies, or all at once
    temperature : payoff units; above zero, replies are logit replies (the logit dynamic, whose
        rest points are quantal response equilibria)
    rate : share of the population that moves at first, in (0, 1]
    patience : turnovers at each rate, that is ``patience / rate`` steps
    slowest : rate below which a random restart is due
    every : steps between proposals
    steps : stop after this many; None leaves that to the driver

    Examples
    --------
    >>> from econ_theory import BayesianGame, solve
    >>> meet = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    >>> solution = solve(BayesianGame([[1]], [meet, meet]), BestResponseDynamics())
    >>> solution.profile.rows[0], solution.certificate.epsilon
    (array([[1., 0.]]), 0.0)

    Source: Gilboa and Matsui 1991; Hofbauer and Sorin 2006; logit: Fudenberg and Levine 1998.
    """

    alternating: bool = True
    temperature: float = 0.0
    rate: float = 1.0
    patience: int = 8
    slowest: float = 1e-4
    every: int = 256
    steps: int | None = None

    source = "Gilboa and Matsui (1991), Econometrica 59, 859-867"
    exact = False
    continuous = False

    def __post_init__(self) -> None:
        if not 0 < self.rate <= 1:
            raise SettingError(f"rate is {self.rate}, want a share in (0, 1]; 1 moves everybody.")
        check_numbers(self, temperature=0, slowest=0, patience=1, every=1, steps=1)

    def refuses(self, game: BayesianGame) -> str | None:
        """Return None: the dynamic is defined in every finite game."""
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield points of the path, among them the last one at every rate."""
        weights = [game.type_weights(i) for i in range(game.n_players)]
        safe = [np.where(weight > 0, weight, 1.0)[:, None] for weight in weights]
        begin = StrategyProfile.uniform(game) if start is None else start.floating
        rows, rate = [*begin.rows], self.rate
        taken, due = 0, self.patience / rate
        while True:
            taken += 1
            still = True
            against = rows if self.alternating else list(rows)
            for i in range(game.n_players):
                reply = self._reply(game.kernel.values(against, i) / safe[i])
                moved = (1.0 - rate) * rows[i] + rate * reply
                still = still and np.array_equal(moved, rows[i])
                rows[i] = moved
            # Standing still in turn or at once, all replies were replies to these very rows.
            if still or taken >= due or taken % self.every == 0 or taken == self.steps:
                yield StrategyProfile(rows)
            if still:
                kind = "logit" if self.temperature else "best"
                return f"after {taken} steps every type plays a {kind} reply"
            if taken == self.steps:
                return f"{taken} steps of best-response dynamics taken"
            if taken >= due:
                rate /= 2
                if rate < self.slowest:
                    rate, rows = self.rate, [*StrategyProfile.random(game, rng=rng).rows]
                due = taken + self.patience / rate

    def _reply(self, values: Array) -> Array:
        if self.temperature:
            return logit_rows(values, self.temperature)
        return np.eye(values.shape[1])[best_actions(values)]
