"""What it is worth to a player, and to the others, that it observes its type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from econ_theory.analysis.welfare import expected_payoffs
from econ_theory.arrays import Array, frozen, is_exact
from econ_theory.driver import solve
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.records import Record
from econ_theory.search import solve_all
from econ_theory.strategies import StrategyProfile

__all__ = ["InformationValue", "value_of_information", "without_types"]


def without_types(game: BayesianGame, i: int) -> BayesianGame:
    """Return the game in which player `i` does not observe its type: T_i becomes one.

    Everybody's payoffs are averaged over what the type might be, given the others' types:
    ``u'_j(t_-i, a) = sum_ti p(t_i | t_-i) u_j(t, a)``. The others learn no less than before.
    Exact where the game is.

    >>> guess = np.eye(2).reshape(2, 1, 2, 1)
    >>> game = BayesianGame([[0.25], [0.75]], [guess, guess])
    >>> without_types(game, 0).payoffs[0].ravel()
    array([0.25, 0.75])

    Raises
    ------
    SettingError
        If there is no player `i`.
    """
    n = game.n_players
    if not 0 <= i < n:
        raise SettingError(f"i is {i}, want a player index in 0..{n - 1}.")
    given = [game.given[0], *game.given[1]]
    source = game.exact if any(is_exact(array) for array in given) else game
    prior = source.prior.sum(axis=i, keepdims=True)
    never = prior == 0
    # Where the others' types cannot occur any average will do; Bayes' rule says none.
    weights = np.where(never, source.prior * 0 + 1, source.prior)
    weights = weights / weights.sum(axis=i, keepdims=True)
    weights = weights.reshape(weights.shape + (1,) * n)
    payoffs = [
        (weights * payoff).sum(axis=i, keepdims=True) if payoff.shape[i] > 1 else payoff
        for payoff in source.payoffs
    ]
    types = [list(labels) if j != i else ["unknown"] for j, labels in enumerate(game.types)]
    return BayesianGame(
        prior,
        payoffs,
        players=game.players,
        types=types,
        actions=[list(labels) for labels in game.actions],
        title=f"{game.title} ({game.players[i]} does not observe its type)".strip(),
    )


@dataclass(frozen=True, eq=False)
class InformationValue(Record):
    """Equilibrium payoffs with and without player i's observation of its type.

    Attributes
    ----------
    i : int
    informed, uninformed : (K, n) and (L, n) arrays
        Ex-ante payoffs at the equilibria found in either game.
    """

    i: int
    informed: Array
    uninformed: Array

    @property
    def interval(self) -> tuple[float, float]:
        """Least and most that player i gains by being informed, over the equilibria found.

        One number twice where both games have one equilibrium payoff. It can be negative: others
        know that the player knows.
        """
        with_types, without = self.informed[:, self.i], self.uninformed[:, self.i]
        return float(with_types.min() - without.max()), float(with_types.max() - without.min())


def value_of_information(
    game: BayesianGame,
    i: int,
    *,
    find: Callable[[BayesianGame], Sequence[StrategyProfile]] | None = None,
) -> InformationValue:
    """Return what player `i` and the others get with and without its observation of its type.

    `find` returns the equilibria of a game; by default those that `solve_all` yields or, where it
    yields none, the one that `solve` finds.

    Examples
    --------
    >>> guess = np.eye(2).reshape(2, 1, 2, 1)
    >>> game = BayesianGame([[0.25], [0.75]], [guess, guess])
    >>> value_of_information(game, 0).interval
    (0.25, 0.25)

    Source: Blackwell 1951 for one player (never negative); Hirshleifer 1971 for more (it may be).
    """
    find = _found if find is None else find
    informed, uninformed = (
        frozen(np.array([expected_payoffs(version, profile) for profile in find(version)]))
        for version in (game, without_types(game, i))
    )
    return InformationValue(i, informed, uninformed)


def _found(game: BayesianGame) -> list[StrategyProfile]:
    return [s.profile for s in solve_all(game)] or [solve(game, rng=0).profile]
