"""Games of joining or staying out, with private types: public goods, volunteers, entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from econ_theory.arrays import Array, as_numbers, frozen
from econ_theory.errors import GameError
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.priors import Prior, as_priors
from econ_theory.games.continuous.summaries import players_name

__all__ = ["ParticipationGame"]

ROUNDING = 1e-9
"""How far from a straight line, as a share of its size, only rounding moves a payoff."""


@dataclass(frozen=True, init=False, eq=False, repr=False)
class ParticipationGame(ContinuousGame):
    """Each player joins or stays out; what that pays depends on its type and how many others join.

    Types are independent. Payoffs are affine in the own type, so the best response is a cutoff.
    `public_good` and `entry` state the usual games.

    Parameters
    ----------
    join, stay : function, or one a player, or array
        Payoff ``f(t, m)`` of type t if m others join, affine in t; or arrays (n, 2), or (n, n, 2)
        for one a player, of constant and slope for m = 0 .. n - 1. Default of `stay`: nothing.
    priors : a prior or one a player
        Of types.
    n_players : int, optional
        With a single prior: how many players share it.
    rules : str, optional
        What the game is called in tables.

    Raises
    ------
    GameError
        If counts disagree, a payoff is not affine in the type, or a type makes no difference.

    Examples
    --------
    A volunteer's dilemma: one is enough, and whoever volunteers pays 0.2.

    >>> from econ_theory import solve
    >>> from econ_theory.games import Uniform
    >>> game = ParticipationGame(lambda v, m: v - 0.2, Uniform(), 3, stay=lambda v, m: v * (m > 0))
    >>> solution = solve(game)
    >>> solution.profile.functions[0].cuts.round(6), solution.certificate.relative < 1e-12
    (array([0.584804]), True)
    """

    priors: tuple[Prior, ...]
    joined: Array
    stayed: Array
    rules: str

    def __init__(
        self,
        join: Callable[[float, int], float] | Sequence[Any] | Array,
        priors: Any,
        n_players: int | None = None,
        *,
        stay: Callable[[float, int], float] | Sequence[Any] | Array | None = None,
        rules: str = "join or stay out",
    ) -> None:
        given = as_priors(priors, n_players)
        n = len(given)
        object.__setattr__(self, "priors", given)
        object.__setattr__(self, "joined", _table(join, n, "join"))
        nothing = np.zeros((n, 2))
        object.__setattr__(self, "stayed", _table(nothing if stay is None else stay, n, "stay"))
        object.__setattr__(self, "rules", rules)
        for i in range(n):
            if not self.gaps[i, :, 1].any():
                raise GameError(
                    f"type of player {i + 1} makes no difference to what joining gains, want it "
                    "to; a game without types is a BayesianGame."
                )

    @classmethod
    def public_good(
        cls,
        priors: Any,
        n_players: int | None = None,
        *,
        threshold: int = 1,
        cost: float | Sequence[float] | None = None,
        value: float | Sequence[float] | None = None,
        refund: bool = False,
    ) -> ParticipationGame:
        """Return the game of a good that is provided to all if `threshold` players pay for it.

        Given the `cost` of paying (one, or one a player), types are values of the good; given its
        `value`, types are costs. With `refund`, who pays in vain gets it back. A threshold of 1 is
        the volunteer's dilemma.

        Source: Palfrey and Rosenthal 1984, "Participation and the provision of discrete public
        goods".

        >>> from econ_theory.games import Uniform
        >>> ParticipationGame.public_good(Uniform(), 3, cost=0.25, threshold=2)
        ParticipationGame(public good, 2 must pay 0.25, 3 of U[0, 1])
        """
        given = as_priors(priors, n_players)
        n = len(given)
        if (cost is None) == (value is None):
            raise GameError(
                f"cost is {cost} and value is {value}, want one of them: the other is the type."
            )
        if not 1 <= threshold <= n:
            raise GameError(f"threshold is {threshold} with {n} players, want 1 to {n}.")
        fixed = np.atleast_1d(as_numbers(value if cost is None else cost, GameError, "cost, value"))
        if fixed.shape not in ((1,), (n,)):
            raise GameError(f"cost or value has {fixed.size} entries, want one, or one a player.")
        others = np.arange(n)
        made, missed = (others + 1 >= threshold) * 1.0, (others >= threshold) * 1.0
        paid = made if refund else np.ones(n)
        amounts = np.broadcast_to(fixed, (n,))[:, None]
        if value is None:
            join = np.stack(np.broadcast_arrays(-amounts * paid, made), axis=-1)
            stay = np.stack(np.broadcast_arrays(0.0 * amounts, missed), axis=-1)
        else:
            join = np.stack(np.broadcast_arrays(amounts * made, -paid), axis=-1)
            stay = np.stack(np.broadcast_arrays(amounts * missed, 0.0 * paid), axis=-1)
        number = ", ".join(f"{x:g}" for x in fixed)
        terms = f"pay {number}" if value is None else f"pay their type for {number}"
        rules = f"public good, {threshold} must {terms}" + (" or nobody does" if refund else "")
        return cls(join, given, stay=stay, rules=rules)

    @classmethod
    def entry(
        cls, priors: Any, n_players: int | None = None, *, profits: Sequence[float]
    ) -> ParticipationGame:
        """Return the game of entry to a market: types are costs of entry.

        ``profits[m]`` is what an entrant earns beside m others; there are n of them.

        >>> from econ_theory.games import Uniform
        >>> ParticipationGame.entry([Uniform(), Uniform(0, 2)], profits=[0.9, 0.3])
        ParticipationGame(entry, profits 0.9, 0.3, U[0, 1]; U[0, 2])
        """
        earned = as_numbers(profits, GameError, "profits").astype(float)
        given = as_priors(priors, n_players)
        n = len(given)
        if earned.shape != (n,):
            raise GameError(
                f"profits has {earned.size} entries, want {n}: beside 0 to n - 1 others."
            )
        join = np.stack([earned, -np.ones(n)], axis=-1)
        rules = "entry, profits " + ", ".join(f"{x:g}" for x in earned)
        return cls(join, given, rules=rules)

    @property
    def gaps(self) -> Array:
        """What joining pays more than staying out, (n, n, 2): constant and slope by others."""
        return self.joined - self.stayed

    @property
    def summary(self) -> tuple[str, str]:
        """The rules and the players, a few words each."""
        return self.rules, players_name(self.priors)

    def slope(self, i: int) -> Literal[-1, 0, 1]:
        """Return 1 if high types join, -1 if low types do, 0 if that depends on the others."""
        slopes = self.gaps[i, :, 1]
        if (slopes >= 0).all():
            return 1
        return -1 if (slopes <= 0).all() else 0

    def payoff_range(self, i: int) -> float:
        """Return player `i`'s highest payoff less its lowest, over all types and others."""
        prior = self.priors[i]
        tables = np.stack([self.joined[i], self.stayed[i]])
        ends = tables[..., 0, None] + tables[..., 1, None] * np.array([prior.low, prior.high])
        return float(ends.max() - ends.min())

    def alike(self, i: int, j: int) -> bool:
        """Return whether players `i` and `j` have one prior and the same payoffs."""
        same = (self.joined[i] == self.joined[j]).all() and (self.stayed[i] == self.stayed[j]).all()
        return bool(same) and self.priors[i] == self.priors[j]


def _table(payoff: Any, n: int, what: str) -> Array:
    """Return constants and slopes, (n, n, 2): of each player, by the number of others who join."""
    if callable(payoff):
        payoff = _line(payoff, n, what)
    elif isinstance(payoff, Sequence) and any(callable(f) for f in payoff):
        payoff = [_line(f, n, f"{what}[{i}]") if callable(f) else f for i, f in enumerate(payoff)]
    table = as_numbers(payoff, GameError, what).astype(float)
    if table.shape not in ((n, 2), (n, n, 2)):
        raise GameError(
            f"{what} has shape {table.shape}, want ({n}, 2) or ({n}, {n}, 2): constant and slope "
            "for each number of others who join."
        )
    return frozen(np.array(np.broadcast_to(table, (n, n, 2))))


def _line(payoff: Callable[..., Any], n: int, what: str) -> Array:
    rows = []
    for m in range(n):
        at = [float(payoff(t, m)) for t in (0.0, 1.0, -2.0)]
        slope = at[1] - at[0]
        if not abs(at[2] - (at[0] - 2 * slope)) <= ROUNDING * max(map(abs, at)):
            raise GameError(f"{what} is not affine in the type where {m} others join, want it so.")
        rows.append((at[0], slope))
    return np.array(rows)
