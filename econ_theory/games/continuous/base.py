"""What every game with continuous types and actions says of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError, RefusedError

if TYPE_CHECKING:
    from econ_theory.games.continuous.priors import Prior

__all__ = ["ContinuousGame", "ex_post_payoffs"]


class ContinuousGame(ABC):
    """A game whose types and actions are numbers from intervals (or vectors of such numbers).

    A subclass states a game and nothing else: its judge (`econ_theory.certificates.continuous`)
    bounds what deviations gain in it, and solvers find profiles. A subclass of your own that states
    `ex_post` and `action_range` is judged by samples and solved by `DualAveraging`. The higher bid
    wins the sum of both types and pays the lower bid:

    >>> import numpy as np
    >>> from econ_theory import certify, solve
    >>> from econ_theory.games import Uniform
    >>> class Wallets(ContinuousGame):
    ...     priors = Uniform(), Uniform()
    ...     summary = "second price, wallets", "2 of U[0, 1]"
    ...     def payoff_range(self, i):
    ...         return 2.0
    ...     def action_range(self, i):
    ...         return 0.0, 3.0
    ...     def ex_post(self, i, types, actions, own=None):
    ...         bid, rival = actions[i] if own is None else own, actions[1 - i]
    ...         return np.where(bid > rival, types[0] + types[1] - rival, 0.0)
    >>> certificate = certify(Wallets(), [lambda t: 2 * t] * 2, rng=0)
    >>> certificate.kind, certificate.relative < 5e-3
    ('sampled', True)
    """

    priors: tuple[Prior, ...]

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.priors)

    @property
    def centred(self) -> Self:
        """The game itself: judges bound differences, so there is no constant to take off."""
        return self

    @property
    @abstractmethod
    def summary(self) -> tuple[str, str]:
        """The rules and the players, a few words each: ("first price", "2 of U[0, 1]")."""

    @abstractmethod
    def payoff_range(self, i: int) -> float:
        """Return what a relative gain of player `i` is a share of, payoff units."""

    def slope(self, i: int) -> Literal[-1, 0, 1]:
        """Return whether player `i`'s strategies rise (1) or fall (-1) in the type; 0: either."""
        return 1

    def idle(self, i: int) -> Literal["low", "high"] | None:
        """Return which end of player `i`'s types may stay out of the game, or None."""
        return None

    def ex_post(self, i: int, types: Array, actions: Array, own: Array | None = None) -> Array:
        """Return player `i`'s payoffs in B draws of types and actions ``(n, B)``: ``(..., B)``.

        With `own`, ``(..., B)``, player `i` takes these actions instead of ``actions[i]``. An
        action is NaN where a player stays out. Solvers that need no more than payoffs ask this;
        a family that states it also states `action_range`.

        Raises
        ------
        RefusedError
            If the family states no payoffs of single draws.
        """
        raise RefusedError(
            f"{type(self).__name__} states no ex-post payoffs, want a family that does; use its "
            "own solver."
        )

    def action_range(self, i: int) -> tuple[float, float]:
        """Return an interval that contains the actions worth looking at, for `ex_post`."""
        raise RefusedError(
            f"{type(self).__name__} states no range of actions, want a family that does; use its "
            "own solver."
        )

    @property
    def stated_by_payoffs(self) -> bool:
        """Whether the family states `ex_post`."""
        return type(self).ex_post is not ContinuousGame.ex_post

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self.summary)})"


def ex_post_payoffs(game: ContinuousGame, types: Any, actions: Any) -> Array:
    """Return every player's payoff in B draws, ``(n, B)``, of types and actions ``(n, B)``.

    Parameters
    ----------
    types, actions : (n, B) arrays
        An action is NaN where a player stays out: places no bid.

    Raises
    ------
    GameError
        If shapes differ from ``(n, B)``.
    RefusedError
        If the game's family states no payoffs of single draws.

    Examples
    --------
    >>> from econ_theory.games import AuctionGame, Uniform
    >>> game = AuctionGame("first_price", Uniform(), 2)
    >>> ex_post_payoffs(game, [[0.9, 0.9], [0.5, 0.5]], [[0.4, 0.3], [0.2, 0.3]])
    array([[0.5, 0.3],
           [0. , 0.1]])
    """
    v, b = np.asarray(types, dtype=float), np.asarray(actions, dtype=float)
    if v.ndim != 2 or v.shape != b.shape or len(v) != game.n_players:
        raise GameError(
            f"types and actions have shapes {v.shape} and {b.shape}, want both "
            f"({game.n_players}, B): a row a player, a column a draw."
        )
    return np.stack([game.ex_post(i, v, b) for i in range(game.n_players)])
