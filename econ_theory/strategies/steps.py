"""Strategies in games of joining or staying out: how likely each type joins, in steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array, as_numbers, frozen
from econ_theory.errors import ProfileError
from econ_theory.games.continuous.participation_game import ParticipationGame
from econ_theory.games.continuous.priors import Prior
from econ_theory.records import Record
from econ_theory.strategies.wording import who_does
from econ_theory.tables import folded

__all__ = ["StepFunction", "StepProfile", "as_steps"]

MOST_CUTS = 6


@dataclass(frozen=True, eq=False, init=False)
class StepFunction(Record):
    """The probability that a type joins: constant between cuts.

    Parameters
    ----------
    cuts : (C,) array
        Not decreasing; none, if all types do the same.
    shares : (C + 1,) array
        Probabilities of joining below the first cut, between cuts, above the last.

    Examples
    --------
    >>> StepFunction([0.3], [0, 1])([0.2, 0.3, 0.9])
    array([0., 1., 1.])
    >>> StepFunction.below(0.3)
    StepFunction([0.3], [1.0, 0.0])
    """

    cuts: Array
    shares: Array

    def __init__(self, cuts: Any, shares: Any) -> None:
        c = np.atleast_1d(as_numbers(cuts, ProfileError, "cuts").astype(float))
        p = np.atleast_1d(as_numbers(shares, ProfileError, "shares").astype(float))
        if c.ndim != 1 or p.shape != (len(c) + 1,):
            raise ProfileError(
                f"cuts and shares have shapes {c.shape} and {p.shape}, want (C,) and (C + 1,)."
            )
        if (np.diff(c) < 0).any():
            raise ProfileError("cuts decrease somewhere, want them sorted.")
        if p.min() < 0 or p.max() > 1:
            raise ProfileError(f"shares reach from {p.min():g} to {p.max():g}, want probabilities.")
        object.__setattr__(self, "cuts", frozen(c))
        object.__setattr__(self, "shares", frozen(p))

    @classmethod
    def above(cls, cutoff: float) -> StepFunction:
        """Return the function of the types that join from `cutoff` on."""
        return cls([cutoff], [0.0, 1.0])

    @classmethod
    def below(cls, cutoff: float) -> StepFunction:
        """Return the function of the types that join up to `cutoff`."""
        return cls([cutoff], [1.0, 0.0])

    def __call__(self, types: Any) -> Array:
        """Return the probability that each of `types` joins; at a cut, of those above."""
        return self.shares[np.searchsorted(self.cuts, types, side="right")]

    def probability(self, prior: Prior) -> float:
        """Return the probability, under `prior`, of joining.

        >>> from econ_theory.games import Uniform
        >>> StepFunction([0.5, 0.75], [0, 0.5, 1]).probability(Uniform())
        0.375
        """
        below = np.concatenate([[0.0], prior.cdf(self.cuts), [1.0]])
        return float(self.shares @ np.diff(below))

    def scaled(self, factor: float) -> StepFunction:
        """Return the function with every cut `factor` times as high: other types join."""
        if not factor > 0:
            raise ProfileError(
                f"factor is {factor}, want a positive number: cuts keep their order."
            )
        return StepFunction(factor * self.cuts, self.shares)

    def __str__(self) -> str:
        cuts, shares = self.cuts, self.shares
        if len(cuts) == 0:
            return f"with probability {shares[0]:.4g} whatever its type"
        if len(cuts) == 1 and set(shares.tolist()) == {0.0, 1.0}:
            return f"{'from' if shares[1] else 'up to'} type {cuts[0]:.4g}"
        above = folded(
            lambda k: f"{shares[k + 1]:.4g} from {cuts[k]:.4g}", len(cuts), MOST_CUTS, "cuts"
        )
        return f"with probability {', '.join([f'{shares[0]:.4g} below {cuts[0]:.4g}', *above])}"

    def __repr__(self) -> str:
        return f"StepFunction({self.cuts.round(6).tolist()}, {self.shares.round(6).tolist()})"


@dataclass(frozen=True, eq=False, init=False)
class StepProfile(Record):
    """One step function a player.

    >>> print(StepProfile([StepFunction.above(0.5), StepFunction([0.2, 0.4], [0, 0.5, 1])]))
    player 1 joins from type 0.5
    player 2 joins with probability 0 below 0.2, 0.5 from 0.2, 1 from 0.4
    """

    functions: tuple[StepFunction, ...]

    def __init__(self, functions: Sequence[StepFunction]) -> None:
        for i, function in enumerate(functions):
            if not isinstance(function, StepFunction):
                raise ProfileError(
                    f"strategy of player {i + 1} is {type(function).__name__}, want a StepFunction."
                )
        object.__setattr__(self, "functions", tuple(functions))

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.functions)

    def scaled(self, factor: float) -> StepProfile:
        """Return the profile in which every cutoff is `factor` times as high."""
        new = {id(function): function.scaled(factor) for function in self.functions}
        return StepProfile([new[id(function)] for function in self.functions])

    def __str__(self) -> str:
        return who_does(self.functions, "joins")

    def __repr__(self) -> str:
        return f"StepProfile({', '.join(map(repr, self.functions))})"

    def _repr_html_(self) -> str:
        from econ_theory.tables import table_html

        rows = [
            [
                f"player {i + 1}",
                ", ".join(f"{cut:.6g}" for cut in function.cuts),
                ", ".join(f"{share:.4g}" for share in function.shares),
            ]
            for i, function in enumerate(self.functions)
        ]
        return table_html("who joins", ["", "cuts", "probability between them"], rows)


def as_steps(profile: Any, game: ParticipationGame) -> StepProfile:
    """Return `profile` as a `StepProfile` of `game`, checked.

    A strategy may be a `StepFunction`; a number, the cutoff of a type that is indifferent; or a
    `BidFunction` of probabilities with flat pieces and jumps only.

    >>> from econ_theory.games import Uniform
    >>> game = ParticipationGame.entry(Uniform(), 2, profits=[0.9, 0.3])
    >>> as_steps([0.5, StepFunction.below(0.6)], game)
    StepProfile(StepFunction([0.5], [1.0, 0.0]), StepFunction([0.6], [1.0, 0.0]))
    """
    if not isinstance(profile, StepProfile):
        given = list(profile)
        profile = StepProfile([_as_function(s, game, i) for i, s in enumerate(given)])
    if profile.n_players != game.n_players:
        raise ProfileError(
            f"profile has {profile.n_players} functions, want {game.n_players}: one a player."
        )
    return profile


def _as_function(strategy: Any, game: ParticipationGame, i: int) -> StepFunction:
    if isinstance(strategy, StepFunction):
        return strategy
    if hasattr(strategy, "types") and hasattr(strategy, "bids"):
        types, shares = strategy.types, strategy.bids
        if ((np.diff(types) > 0) & (np.diff(shares) != 0)).any():
            raise ProfileError(
                f"strategy of player {i + 1} slopes, want probabilities constant between jumps."
            )
        jumps = np.flatnonzero(np.diff(shares))
        return StepFunction(types[jumps], np.append(shares[jumps], shares[-1]))
    if isinstance(strategy, (int, float, np.number)):
        slope = game.slope(min(i, game.n_players - 1))
        if not slope:
            raise ProfileError(
                f"strategy of player {i + 1} is the cutoff {strategy:g}, want a StepFunction: "
                "whether high or low types join depends on the others."
            )
        return (StepFunction.above if slope > 0 else StepFunction.below)(float(strategy))
    raise ProfileError(
        f"strategy of player {i + 1} is {type(strategy).__name__}, want a StepFunction or a cutoff."
    )
