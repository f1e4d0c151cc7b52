"""How many equilibria there are, how far apart, and how much hangs on which is played."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.analysis.welfare import expected_payoffs, profiles_of
from econ_theory.arrays import Array, frozen
from econ_theory.certificates import certify
from econ_theory.driver import Solution
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.records import Record
from econ_theory.strategies import StrategyProfile, as_profile

__all__ = ["Multiplicity", "multiplicity"]

SAME = 1e-7
"""Total-variation distance below which two profiles are one equilibrium."""

WORSE = 1e-9
"""Share of the payoff range by which one payoff must exceed another to count as more."""


@dataclass(frozen=True, eq=False)
class Multiplicity(Record):
    """A report on a list of equilibria, duplicates taken out.

    Attributes
    ----------
    profiles : tuple of K profiles
    epsilons : (K,) relative epsilon of each
    payoffs : (K, n) ex-ante payoffs
    distances : (K, K) largest total-variation distance between two rows, in [0, 1]
    pure : (K,) whether every live type plays one action
    efficient : (K,) whether no other of the list gives everybody as much and somebody more
    complete : bool
        Whether the caller says that the list holds every extreme equilibrium.
    """

    profiles: tuple[StrategyProfile, ...]
    epsilons: Array
    payoffs: Array
    distances: Array
    pure: Array
    efficient: Array
    complete: bool

    @property
    def count(self) -> int:
        """Number of distinct equilibria."""
        return len(self.profiles)

    @property
    def welfare(self) -> Array:
        """Sum of payoffs of each equilibrium, ``(K,)``."""
        return self.payoffs.sum(axis=1)

    @property
    def spread(self) -> Array:
        """What each player has at stake: best minus worst payoff over the list, ``(n,)``."""
        return self.payoffs.max(axis=0) - self.payoffs.min(axis=0)

    def __str__(self) -> str:
        known = "all of them" if self.complete else "perhaps not all"
        return (
            f"{self.count} equilibria ({known}), {int(self.pure.sum())} pure, "
            f"{int(self.efficient.sum())} undominated in payoffs; welfare "
            f"{self.welfare.min():.6g} to {self.welfare.max():.6g}"
        )

    def _repr_html_(self) -> str:
        from econ_theory.tables import table_html

        labels = self.profiles[0].labels
        assert labels is not None
        header = ["", *labels.players, "welfare", "epsilon", "kind"]
        rows = [
            [
                f"equilibrium {k + 1}",
                *(f"{value:.6g}" for value in self.payoffs[k]),
                f"{self.welfare[k]:.6g}",
                f"{self.epsilons[k]:.2g}",
                ("pure" if self.pure[k] else "mixed") + ", efficient" * int(self.efficient[k]),
            ]
            for k in range(self.count)
        ]
        return table_html(str(self), header, rows)


def multiplicity(
    game: BayesianGame,
    solutions: Iterable[Solution | StrategyProfile | Sequence[Any]],
    *,
    complete: bool = False,
) -> Multiplicity:
    """Return a `Multiplicity` report on the distinct profiles among `solutions`.

    >>> from econ_theory import solve_all
    >>> from econ_theory.solvers import SupportEnumeration
    >>> meet = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [meet, meet])
    >>> print(multiplicity(game, solve_all(game, SupportEnumeration()), complete=True))
    3 equilibria (all of them), 2 pure, 1 undominated in payoffs; welfare 1.33333 to 4

    Raises
    ------
    SettingError
        If the list is empty.
    """
    distinct: list[StrategyProfile] = []
    for given in profiles_of(solutions):
        profile = as_profile(given, game).labelled(game)
        if all(profile.distance(known) >= SAME for known in distinct):
            distinct.append(profile)
    payoffs = np.array([expected_payoffs(game, profile) for profile in distinct])
    ranges = np.array([game.payoff_range(i) for i in range(game.n_players)])
    more = payoffs[:, None, :] - payoffs[None, :, :]
    beats = (more >= -WORSE * ranges).all(axis=2) & (more > WORSE * ranges).any(axis=2)
    alive = [game.type_weights(i) > 0 for i in range(game.n_players)]
    surest = [
        min(row[keep].max(axis=1).min() for row, keep in zip(p.rows, alive, strict=True))
        for p in distinct
    ]
    return Multiplicity(
        profiles=tuple(distinct),
        epsilons=frozen(np.array([float(certify(game, p).relative) for p in distinct])),
        payoffs=frozen(payoffs),
        distances=frozen(np.array([[p.distance(q) for q in distinct] for p in distinct])),
        pure=frozen(np.array(surest, dtype=float) >= 1 - SAME),
        efficient=frozen(~np.any(beats, axis=0)),
        complete=complete,
    )
