"""Aggregative games of private types: markets, contests, public goods, any smooth payoff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError
from econ_theory.games.continuous.aggregate_payoffs import AggregatePayoff, Contest
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.priors import Prior, as_priors
from econ_theory.games.continuous.quadratic_payoffs import Interval
from econ_theory.games.continuous.summaries import players_name

__all__ = ["AggregativeGame"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class AggregativeGame(ContinuousGame):
    """Everyone picks a number, and the others matter through the sum of theirs.

    Types are private, independent and one-dimensional; payoffs are affine in the own type.

    Parameters
    ----------
    payoff : AggregatePayoff
        `Cournot`, `Bertrand`, `PublicGood`, `LinearQuadratic`, `Contest`, `SmoothPayoff`.
    priors : a prior or one a player
        Priors or frozen continuous distributions of scipy.stats; `Known` for a type that everyone
        knows. Give the same object to players who are alike: it is then looked at once.
    n_players : int, optional
        With a single prior: how many players share it.
    actions : (low, high) or one pair a player, optional
        Default: what the payoff says.

    Raises
    ------
    GameError
        If parts do not fit together; says which.

    Examples
    --------
    >>> from econ_theory import certify
    >>> from econ_theory.games import Cournot, Uniform
    >>> game = AggregativeGame(Cournot(), Uniform(0, 0.4), n_players=2)
    >>> certificate = certify(game, [lambda c: (1 - c) / 2 - 0.8 / 6] * 2)
    >>> certificate.kind, certificate.relative < 1e-15
    ('bound', True)

    Source: Jensen 2010, "Aggregative games and best-reply potentials", for the term.
    """

    payoff: AggregatePayoff
    priors: tuple[Prior, ...]
    actions: tuple[Interval, ...]

    def __init__(
        self,
        payoff: AggregatePayoff,
        priors: Any,
        n_players: int | None = None,
        *,
        actions: Any = None,
    ) -> None:
        if not isinstance(payoff, AggregatePayoff):
            raise GameError(
                f"payoff is {type(payoff).__name__}, want Cournot, Bertrand, PublicGood, "
                "LinearQuadratic, Contest or SmoothPayoff."
            )
        given = as_priors(priors, n_players)
        if actions is None:
            actions = [payoff.actions(prior, len(given)) for prior in given]
        intervals = _intervals(actions, len(given))
        payoff.check(intervals, given)
        object.__setattr__(self, "payoff", payoff)
        object.__setattr__(self, "priors", given)
        object.__setattr__(self, "actions", tuple(intervals))

    @property
    def summary(self) -> tuple[str, str]:
        """The payoff and the players, a few words each."""
        return self.payoff.name, players_name(self.priors)

    def slope(self, i: int) -> Literal[-1, 0, 1]:
        """Return whether best actions rise or fall in the type; 0 if nothing says so."""
        return self.payoff.slope

    def impact(self, actions: Any) -> Array:
        """Return what `actions` add to the sum: themselves or, in contests, their powers."""
        a = np.asarray(actions, dtype=float)
        return a**self.payoff.exponent if isinstance(self.payoff, Contest) else a

    def ex_post(self, i: int, types: Array, actions: Array, own: Array | None = None) -> Array:
        """Return player `i`'s payoffs draw by draw."""
        a = actions[i] if own is None else own
        y = np.delete(self.impact(actions), i, axis=0).sum(axis=0)
        if not isinstance(self.payoff, Contest):
            return self.payoff.payoff(types[i], a, y)
        idle = (np.asarray(a) == 0) & (y == 0)
        return np.where(
            idle, types[i] / self.n_players, self.payoff.payoff(types[i], a, np.where(idle, 1.0, y))
        )

    def action_range(self, i: int) -> Interval:
        """Return the actions of player `i`."""
        return self.actions[i]

    def payoff_range(self, i: int) -> float:
        """Return what a relative gain of player `i` is a share of, payoff units.

        In contests the highest value of the prize; else the largest less the smallest payoff, on a
        grid of 2 types, 65 own actions and 65 sums of others'.
        """
        prior = self.priors[i]
        if isinstance(self.payoff, Contest):
            return prior.high
        lows, highs = np.array(self.actions).T
        t = np.array([prior.low, prior.high])[:, None, None]
        a = np.linspace(*self.actions[i], 65)[:, None]
        y = np.linspace(lows.sum() - lows[i], highs.sum() - highs[i], 65)
        return float(np.ptp(self.payoff.payoff(t, a, y)))


def _intervals(actions: Any, n_players: int) -> list[Interval]:
    alike = np.ndim(actions) == 1
    pairs: Sequence[Any] = [actions] * n_players if alike else list(actions)
    if len(pairs) != n_players:
        raise GameError(f"actions has {len(pairs)} intervals, want {n_players}: one a player.")
    intervals = [(float(low), float(high)) for low, high in pairs]
    for low, high in intervals:
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise GameError(f"actions has [{low:g}, {high:g}], want bounded intervals low < high.")
    return intervals
