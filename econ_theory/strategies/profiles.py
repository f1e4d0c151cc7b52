"""Strategy profiles: for every player and type, a distribution over actions."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from econ_theory.arrays import Array, as_fractions, as_numbers, frozen, is_exact, simplex_fault
from econ_theory.errors import ProfileError
from econ_theory.records import Record
from econ_theory.seeding import Seed, as_rng
from econ_theory.tables import table_html

if TYPE_CHECKING:
    from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["StrategyProfile", "check_profile"]


@dataclass(frozen=True, eq=False)
class StrategyProfile(Record):
    """One behavioural strategy a player: ``rows[i][t, a]`` is the probability that type t plays a.

    Parameters
    ----------
    rows : n arrays of shape (T_i, A_i)
        Each row sums to one (within 1e-9; exactly where entries are Fractions). Copied, read-only.

    Raises
    ------
    ProfileError
        Naming the player and row that is no distribution.

    Examples
    --------
    >>> profile = StrategyProfile([[[0.25, 0.75]], [[1.0, 0.0], [0.0, 1.0]]])
    >>> profile.supports[0]
    array([[ True,  True]])
    >>> StrategyProfile([[[0.5, 0.6]]])
    Traceback (most recent call last):
    econ_theory.errors.ProfileError: strategy of player 0 sums to 1.1 in row (0,), want 1; \
every row is one type's distribution over actions.
    """

    rows: tuple[Array, ...]

    def __init__(self, rows: Sequence[Any]) -> None:
        if isinstance(rows, StrategyProfile):
            rows = rows.rows
        checked = []
        for i, row in enumerate(rows):
            array = as_numbers(row, ProfileError, f"strategy of player {i}")
            if array.ndim != 2:
                raise ProfileError(
                    f"strategy of player {i} has shape {array.shape}, want (T_{i}, A_{i}): one row "
                    "a type, one column an action."
                )
            fault = simplex_fault(array, axes=(1,))
            if fault:
                raise ProfileError(
                    f"strategy of player {i} {fault}; every row is one type's distribution over "
                    "actions."
                )
            checked.append(frozen(array))
        object.__setattr__(self, "rows", tuple(checked))

    @classmethod
    def uniform(cls, game: BayesianGame) -> StrategyProfile:
        """Return the profile in which every type of `game` plays every action equally often."""
        return cls([np.full(shape, 1.0 / shape[1]) for shape in _shapes(game)])

    @classmethod
    def pure(cls, game: BayesianGame, plans: Sequence[Sequence[int]]) -> StrategyProfile:
        """Return the profile in which type t of player i plays action ``plans[i][t]``."""
        if len(plans) != game.n_players:
            raise ProfileError(
                f"plans has {len(plans)} entries, want {game.n_players}: one for each player."
            )
        rows = []
        for i, ((n_types, n_actions), plan) in enumerate(zip(_shapes(game), plans, strict=True)):
            plan = np.asarray(plan)
            fits = plan.shape == (n_types,) and plan.dtype.kind in "iu"
            if not fits or ((plan < 0) | (plan >= n_actions)).any():
                raise ProfileError(
                    f"plan of player {i} is {plan.tolist()}, want {n_types} action indices in "
                    f"0..{n_actions - 1}."
                )
            rows.append((plan[:, None] == np.arange(n_actions)).astype(float))
        return cls(rows)

    @classmethod
    def random(cls, game: BayesianGame, *, rng: Seed = None) -> StrategyProfile:
        """Return a profile whose rows are drawn uniformly from the simplex."""
        rng = as_rng(rng)
        return cls([rng.dirichlet(np.ones(a), size=t) for t, a in _shapes(game)])

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.rows)

    @property
    def supports(self) -> tuple[Array, ...]:
        """Which actions each type plays with positive probability, n boolean (T_i, A_i) arrays."""
        return tuple(row > 0 for row in self.rows)

    @property
    def exact(self) -> StrategyProfile:
        """The same profile in Fractions, every row divided by its sum so that it is exactly one."""
        if _is_exact(self):
            return self
        rationals = [as_fractions(row) for row in self.rows]
        return StrategyProfile([row / row.sum(axis=1, keepdims=True) for row in rationals])

    @property
    def floating(self) -> StrategyProfile:
        """The same profile in float64."""
        if not any(is_exact(row) for row in self.rows):
            return self
        return StrategyProfile([row.astype(float) for row in self.rows])

    def mixed_with(self, other: StrategyProfile, weight: float | Fraction) -> StrategyProfile:
        """Return ``(1 - weight) * self + weight * other``, row by row.

        Exact where both profiles and `weight` are rational, otherwise float64.
        """
        self._check_alike(other)
        mine, theirs = self, other
        if not isinstance(weight, numbers.Rational) or not (_is_exact(self) and _is_exact(other)):
            mine, theirs, weight = self.floating, other.floating, float(weight)
        pairs = zip(mine.rows, theirs.rows, strict=True)
        return StrategyProfile([(1 - weight) * a + weight * b for a, b in pairs])

    def distance(self, other: StrategyProfile) -> float:
        """Return the largest total-variation distance between two rows, in [0, 1]."""
        self._check_alike(other)
        pairs = zip(self.floating.rows, other.floating.rows, strict=True)
        return max(float(np.abs(a - b).sum(axis=1).max()) / 2 for a, b in pairs)

    def _check_alike(self, other: StrategyProfile) -> None:
        mine, theirs = ([row.shape for row in profile.rows] for profile in (self, other))
        if mine != theirs:
            raise ProfileError(
                f"the other profile has shapes {theirs}, want {mine}; "
                "both must belong to the same game."
            )

    def __repr__(self) -> str:
        shapes = ", ".join(str(row.shape) for row in self.rows)
        return f"StrategyProfile({shapes})"

    def _repr_html_(self) -> str:
        return "".join(
            table_html(
                f"player {i + 1}",
                ["type", *(f"a{a + 1}" for a in range(row.shape[1]))],
                [[f"t{t + 1}", *(f"{float(p):.4g}" for p in row[t])] for t in range(len(row))],
            )
            for i, row in enumerate(self.rows)
        )


def check_profile(profile: StrategyProfile, game: BayesianGame) -> None:
    """Raise `ProfileError` unless `profile` has a (T_i, A_i) strategy for each player of `game`."""
    shapes = _shapes(game)
    if profile.n_players != len(shapes):
        raise ProfileError(
            f"profile has {profile.n_players} strategies, want {len(shapes)}: one for each player."
        )
    for i, (row, shape) in enumerate(zip(profile.rows, shapes, strict=True)):
        if row.shape != shape:
            raise ProfileError(
                f"strategy of player {i} has shape {row.shape}, want {shape}: "
                "(number of types, number of actions)."
            )


def _is_exact(profile: StrategyProfile) -> bool:
    return all(is_exact(row) for row in profile.rows)


def _shapes(game: BayesianGame) -> list[tuple[int, int]]:
    return list(zip(game.n_types, game.n_actions, strict=True))
