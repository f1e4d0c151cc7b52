"""The finite Bayesian game: a prior over joint types and one payoff tensor a player."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from econ_theory.arrays import Array, as_fractions, as_numbers, frozen, is_exact, simplex_fault
from econ_theory.errors import GameError
from econ_theory.games.base import Profile
from econ_theory.games.finite.labels import (
    Labels,
    check_labels,
    check_lists,
    default_labels,
    labels_of_all,
    position,
    positions,
)
from econ_theory.games.finite.matrices import action_tables
from econ_theory.games.finite.payoffs import Kernel
from econ_theory.games.finite.shapes import action_counts
from econ_theory.games.finite.tabulation import Space

__all__ = ["BayesianGame"]

MOST_PLAYERS = 26
"""Two axes a player, and numpy names at most 52 axes in one contraction."""

OFF_CENTRE = 16
"""Smallest payoff, in payoff ranges, from which it counts as a constant to be taken off."""


class BayesianGame:
    """A finite Bayesian game ``(prior, payoffs)``; a game without types has one type a player.

    Parameters
    ----------
    prior : (T_1, ..., T_n) array
        Joint distribution of types: no negative entry, sum one. A type of probability zero is
        legal.
    payoffs : n arrays broadcastable to (T_1, ..., T_n, A_1, ..., A_n)
        ``payoffs[i][t_1, ..., t_n, a_1, ..., a_n]`` is what player i gets. An axis of length 1
        means "does not depend on this": private values cost ``T_i * prod(A)``.
    players, types, actions : labels, optional
        One label a player; one list of labels a player. Where `actions` is given it also fixes
        the number of actions.
    title : str

    Arrays of `Fraction` keep their exact values in `exact`; floats stand for the dyadic rationals
    they are. Everything is copied and read-only; `given` holds ``(prior, payoffs)`` as they came.

    Raises
    ------
    GameError
        Naming the player and axis that is wrong, what was found and what is wanted.

    Examples
    --------
    >>> coordination = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame(np.ones((1, 1)), [coordination, coordination], title="Meet")
    >>> game
    BayesianGame('Meet', 2 players, types (1, 1), actions (2, 2))

    From functions of types and actions: `from_function`; from plain tables: `bimatrix`,
    `normal_form`.

    Source: Harsanyi (1967-68), "Games with incomplete information played by Bayesian players".
    """

    def __init__(
        self,
        prior: Any,
        payoffs: Sequence[Any],
        *,
        players: Sequence[str] | None = None,
        types: Labels | None = None,
        actions: Labels | None = None,
        title: str = "",
    ) -> None:
        prior = as_numbers(prior, GameError, "prior")
        n = prior.ndim
        if n == 0 or prior.size == 0:
            raise GameError(
                f"prior has shape {prior.shape}, want one axis of length >= 1 a player."
            )
        if n > MOST_PLAYERS:
            raise GameError(
                f"prior has {n} axes, want at most {MOST_PLAYERS}: one a player; "
                "merge players or leave out those whose play changes nothing."
            )
        fault = simplex_fault(prior)
        if fault:
            raise GameError(
                f"prior {fault}; pass probabilities (to renormalize weights, divide by their sum)."
            )
        if len(payoffs) != n:
            raise GameError(
                f"payoffs has {len(payoffs)} tensors, want {n}: one for each axis of the prior."
            )
        usual = default_labels("player", n)
        self.players = check_labels(players, n, "players") or usual
        who = [a if a == b else repr(a) for a, b in zip(self.players, usual, strict=True)]
        tensors = [
            as_numbers(u, GameError, f"payoff of {name}")
            for u, name in zip(payoffs, who, strict=True)
        ]
        check_lists(types, n, "types")
        check_lists(actions, n, "actions")
        counts = action_counts(prior.shape, tensors, actions, who)
        self.types = labels_of_all(types, prior.shape, who, "types")
        self.actions = labels_of_all(actions, counts, who, "actions")
        self.title = title
        self.given = (frozen(prior), tuple(frozen(u) for u in tensors))
        self.prior = frozen(np.asarray(prior, dtype=float))
        self.payoffs = tuple(frozen(np.asarray(u, dtype=float)) for u in tensors)
        self.n_types = tuple(int(t) for t in prior.shape)
        self.n_actions = counts

    @classmethod
    def from_function(
        cls,
        types: Any,
        actions: Any,
        prior: Any,
        payoff: Any,
        *,
        players: Sequence[str] | None = None,
        vectorized: bool = False,
        title: str = "",
    ) -> BayesianGame:
        """Return the game whose payoffs a function gives, for types and actions of any values.

        Parameters
        ----------
        types, actions : one list of values a player, or a dict from player to list
            Values are what the functions get; the labels are their text. A list that is None
            stands for one type, None (`types` None: a game without types).
        prior : array (T_1, ..., T_n), dict, function, or one distribution a player
            A dict holds joint types (tuples); those it lacks have probability zero. A function
            gets the tuple of types. Independent types are given by one list of probabilities, or
            dict of them, a player. None where there is only one joint type.
        payoff : function, or one a player (list or dict)
            Called as ``payoff(types, actions)`` with a tuple of values each, one a player, for
            every joint type and action, also those of probability zero. Returns the n payoffs;
            where there is one function a player, its payoff.
        vectorized : bool
            Call once, with arrays of values (``types[i]`` has its length on axis i, ``actions[i]``
            on axis n + i) that broadcast to (T_1, ..., T_n, A_1, ..., A_n).

        A payoff that does not depend on someone's type or action is kept with length 1 on that
        axis. Fractions, where a player's payoffs have any, are kept exactly.

        Raises
        ------
        GameError
            Naming the joint type and actions where a payoff is no finite number or raises.

        Examples
        --------
        >>> game = BayesianGame.from_function(
        ...     types={"Ann": [1, 4], "Bob": [2, 3]},
        ...     actions={"Ann": [0, 1, 2], "Bob": [0, 1, 2]},
        ...     prior=[[0.5, 0.5], [0.5, 0.5]],
        ...     payoff=[
        ...         lambda t, bid: (t[0] - bid[0]) * (bid[0] > bid[1]),
        ...         lambda t, bid: (t[1] - bid[1]) * (bid[1] >= bid[0]),
        ...     ],
        ... )
        >>> game.payoffs[0].shape
        (2, 1, 3, 3)
        >>> game.payoff("Ann", types=("4", "2"), actions=("2", "1"))
        2.0
        """
        space = Space(types, actions, players)
        return cls(
            space.prior(prior),
            space.payoffs(payoff, vectorized=vectorized),
            players=space.players,
            types=space.labels(space.types),
            actions=space.labels(space.actions),
            title=title,
        )

    @classmethod
    def normal_form(
        cls,
        *payoffs: Any,
        players: Sequence[str] | None = None,
        actions: Labels | None = None,
        title: str = "",
    ) -> BayesianGame:
        """Return the game without types of n plain tables ``(A_1, ..., A_n)``, one a player.

        >>> BayesianGame.normal_form([3, 1, 2])
        BayesianGame(1 players, types (1,), actions (3,))
        """
        tables, players, actions = action_tables(payoffs, players, actions)
        return cls(
            np.ones((1,) * len(tables)), tables, players=players, actions=actions, title=title
        )

    @classmethod
    def bimatrix(
        cls,
        rows: Any,
        columns: Any,
        *,
        players: Sequence[str] | None = None,
        actions: Labels | None = None,
        title: str = "",
    ) -> BayesianGame:
        """Return the two-player game without types in which the row player gets ``rows[a, b]``.

        Of a pandas DataFrame, index and columns are the actions and their names, if both have one,
        the players; two frames are matched by label. Both tables are wanted: a forgotten one would
        otherwise turn into a zero-sum game unnoticed, which is ``bimatrix(a, -a)``.

        >>> game = BayesianGame.bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]], players=["Ann", "Bob"])
        >>> game.payoff("Bob", actions=("a2", "a2"))
        2.0
        """
        return cls.normal_form(rows, columns, players=players, actions=actions, title=title)

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return self.prior.ndim

    def payoff(self, player: Any, *, types: Any = None, actions: Any = None) -> Any:
        """Return what `player` gets at a joint type and action: a float, or a Fraction as given.

        Players, types and actions are named by label, or by position (an integer, from 0). `types`
        and `actions` have one entry a player, or are dicts by player; whoever has only one type or
        action may be left out.

        Raises
        ------
        GameError
            Naming the label that is unknown, and the nearest one.

        Examples
        --------
        >>> game = BayesianGame.bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]], players=["Ann", "Bob"])
        >>> game.payoff("Ann", actions={"Ann": "a1", "Bob": 0})
        2.0
        """
        table = self.given[1][position(player, self.players, "player")]
        cell = positions(types, self.types, self.players, "type")
        cell += positions(actions, self.actions, self.players, "action")
        value = table[
            tuple(k if size > 1 else 0 for k, size in zip(cell, table.shape, strict=True))
        ]
        return value if isinstance(value, Fraction) else float(value)

    @cached_property
    def kernel(self) -> Kernel:
        """The action values on bare arrays, for loops that call it a million times."""
        return Kernel(self.prior, self.payoffs, self.n_actions)

    def action_values(self, profile: Profile, i: int) -> Array:
        """Return player `i`'s prior-weighted action values against `profile`, ``(T_i, A_i)``."""
        return self.kernel.values(profile.rows, i)

    def type_weights(self, i: int) -> Array:
        """Return the marginal prior of player `i`'s types, ``(T_i,)``."""
        return self.prior.sum(axis=tuple(j for j in range(self.n_players) if j != i))

    def payoff_range(self, i: int) -> float:
        """Return player `i`'s largest minus smallest payoff over joint types that can occur."""
        low, high = self.payoff_bounds(i)
        return float(high - low)

    def payoff_bounds(self, i: int) -> tuple[float, float]:
        """Return player `i`'s smallest and largest payoff over joint types that can occur."""
        return self._bounds[i]

    @cached_property
    def _bounds(self) -> list[tuple[float, float]]:
        return [_bounds(self.prior, payoff) for payoff in self.payoffs]

    @cached_property
    def exact(self) -> ExactGame:
        """The same game in rational arithmetic."""
        return ExactGame(self)

    @cached_property
    def centred(self) -> BayesianGame:
        """This game, or one without the large constants its payoffs sit on: the same gains.

        Where a player's smallest payoff is many times the range, it is taken off all of its
        payoffs: sums of floats would lose the digits that matter.
        """
        prior, payoffs = self.given
        lows = [low if abs(low) > OFF_CENTRE * (high - low) else 0 for low, high in self._bounds]
        if not any(lows):
            return self
        lows = [Fraction(low) if is_exact(u) else low for low, u in zip(lows, payoffs, strict=True)]
        return BayesianGame(
            prior,
            [u - low for u, low in zip(payoffs, lows, strict=True)],
            players=self.players,
            types=self.types,
            actions=self.actions,
            title=self.title,
        )

    def relabelled(
        self,
        *,
        players: Sequence[str] | None = None,
        types: Labels | None = None,
        actions: Labels | None = None,
        title: str | None = None,
    ) -> BayesianGame:
        """Return the same game under other labels."""
        prior, payoffs = self.given
        return BayesianGame(
            prior,
            payoffs,
            players=players or self.players,
            types=types or self.types,
            actions=actions or self.actions,
            title=self.title if title is None else title,
        )

    def __repr__(self) -> str:
        title = f"{self.title!r}, " if self.title else ""
        return (
            f"BayesianGame({title}{self.n_players} players, types {self.n_types}, "
            f"actions {self.n_actions})"
        )

    def _repr_html_(self) -> str:
        from econ_theory.games.finite.display import game_html

        return game_html(self)


class ExactGame:
    """A `BayesianGame` in `Fraction` arithmetic; satisfies the same `Game` protocol.

    A float prior whose rationals miss one by rounding is divided by its sum, exactly.

    >>> third = BayesianGame([1.0], [[[1.0, 0.5]]]).exact
    >>> third.payoff_range(0)
    Fraction(1, 2)
    """

    def __init__(self, game: BayesianGame) -> None:
        prior, payoffs = game.given
        prior = as_fractions(prior)
        self.prior = frozen(prior / prior.sum())
        self.payoffs = tuple(frozen(as_fractions(u)) for u in payoffs)
        self.n_actions = game.n_actions
        self.n_types = game.n_types
        self.n_players = game.n_players
        self.kernel = Kernel(self.prior, self.payoffs, self.n_actions)

    def action_values(self, profile: Profile, i: int) -> Array:
        """Return player `i`'s prior-weighted action values as Fractions, ``(T_i, A_i)``."""
        return self.kernel.values(profile.rows, i)

    def type_weights(self, i: int) -> Array:
        """Return the marginal prior of player `i`'s types as Fractions, ``(T_i,)``."""
        return self.prior.sum(axis=tuple(j for j in range(self.n_players) if j != i))

    def payoff_range(self, i: int) -> Any:
        """Return player `i`'s payoff range as a Fraction."""
        low, high = _bounds(self.prior, self.payoffs[i])
        return high - low


def _bounds(prior: Array, payoff: Array) -> tuple[Any, Any]:
    n = prior.ndim
    possible = prior > 0
    axes = tuple(range(n, 2 * n))
    low, high = (
        np.broadcast_to(payoff.min(axis=axes), prior.shape)[possible],
        np.broadcast_to(payoff.max(axis=axes), prior.shape)[possible],
    )
    return low.min(), high.max()
