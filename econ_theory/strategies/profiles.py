"""Strategy profiles: for every player and type, a distribution over actions."""

from __future__ import annotations

import copy
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from econ_theory.arrays import (
    Array,
    as_fractions,
    as_numbers,
    frozen,
    is_exact,
    simplex_fault,
)
from econ_theory.errors import ProfileError
from econ_theory.games.finite.labels import Labels
from econ_theory.records import Record
from econ_theory.seeding import Seed, as_rng
from econ_theory.strategies.wording import profile_html, profile_line, profile_text

if TYPE_CHECKING:
    from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["StrategyProfile", "as_profile", "check_profile"]


@dataclass(frozen=True, eq=False)
class StrategyProfile(Record):
    """One behavioural strategy a player: ``rows[i][t, a]`` is the probability that type t plays a.

    Parameters
    ----------
    rows : n arrays of shape (T_i, A_i)
        Each row sums to one (within 1e-9; exactly where entries are Fractions). Copied, read-only.
        Rows of Fractions are object arrays, which numpy does not round: `floating` has floats.
    labels : Labels, optional
        What its text calls players, types and actions; else they are counted from 1. Profiles made
        from a game take its labels, and solutions have them.

    Raises
    ------
    ProfileError
        Naming the player and row that is no distribution, or labels that do not fit.

    Examples
    --------
    >>> profile = StrategyProfile([[[0.25, 0.75]], [[1.0, 0.0], [0.0, 1.0]]])
    >>> profile.supports[0]
    array([[ True,  True]])
    >>> print(profile)
    player 1: a1 0.25, a2 0.75
    player 2
      t1: a1 1
      t2: a2 1
    >>> StrategyProfile([[[0.5, 0.6]]])
    Traceback (most recent call last):
    econ_theory.errors.ProfileError: strategy of player 1 sums to 1.1 in row (0,), want 1; \
every row is one type's distribution over actions.
    """

    rows: tuple[Array, ...]
    labels: Labels | None = None

    def __init__(self, rows: Sequence[Any] | StrategyProfile, labels: Labels | None = None) -> None:
        if isinstance(rows, StrategyProfile):
            rows, labels = rows.rows, labels or rows.labels
        checked = []
        for i, row in enumerate(rows):
            who = _name(labels, i)
            array = as_numbers(row, ProfileError, f"strategy of {who}")
            if array.ndim != 2:
                raise ProfileError(
                    f"strategy of {who} has shape {array.shape}, want one row a type and one "
                    "column an action."
                )
            fault = simplex_fault(array, axes=(1,))
            if fault:
                raise ProfileError(
                    f"strategy of {who} {fault}; every row is one type's distribution over actions."
                )
            checked.append(frozen(array))
        _check_labels(labels, [row.shape for row in checked])
        object.__setattr__(self, "rows", tuple(checked))
        object.__setattr__(self, "labels", labels)

    @classmethod
    def uniform(cls, game: BayesianGame) -> StrategyProfile:
        """Return the profile in which every type of `game` plays every action equally often."""
        return cls([np.full(shape, 1.0 / shape[1]) for shape in _shapes(game)], _labels_of(game))

    @classmethod
    def pure(cls, game: BayesianGame, plans: Sequence[Sequence[int]]) -> StrategyProfile:
        """Return the profile in which type t of player i plays action ``plans[i][t]``."""
        labels = _labels_of(game)
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
                    f"plan of {_name(labels, i)} is {plan.tolist()}, want {n_types} action "
                    f"indices in 0..{n_actions - 1}."
                )
            rows.append((plan[:, None] == np.arange(n_actions)).astype(float))
        return cls(rows, labels)

    @classmethod
    def random(cls, game: BayesianGame, *, rng: Seed = None) -> StrategyProfile:
        """Return a profile whose rows are drawn uniformly from the simplex."""
        rng = as_rng(rng)
        rows = [rng.dirichlet(np.ones(a), size=t) for t, a in _shapes(game)]
        return cls(rows, _labels_of(game))

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
        return StrategyProfile(
            [row / row.sum(axis=1, keepdims=True) for row in rationals], self.labels
        )

    @property
    def floating(self) -> StrategyProfile:
        """The same profile in float64."""
        if not any(is_exact(row) for row in self.rows):
            return self
        return StrategyProfile([row.astype(float) for row in self.rows], self.labels)

    def labelled(self, labels: Labels | BayesianGame | None) -> StrategyProfile:
        """Return the same profile under `labels`, or those of a game; None takes them off.

        Raises
        ------
        ProfileError
            If there are not as many labels as players, types and actions.

        >>> from econ_theory import BayesianGame
        >>> game = BayesianGame([[1.0]], [[[[[1, 0]]]]] * 2, actions=[["stay"], ["in", "out"]])
        >>> print(StrategyProfile([[[1.0]], [[0.25, 0.75]]]).labelled(game))
        player 1: stay 1
        player 2: in 0.25, out 0.75
        """
        if labels is not None and not isinstance(labels, Labels):
            labels = _labels_of(labels)
        if labels == self.labels:
            return self
        _check_labels(labels, [row.shape for row in self.rows])
        # The rows are known to be distributions; checking long fractions again takes seconds.
        twin = copy.copy(self)
        object.__setattr__(twin, "labels", labels)
        return twin

    def mixed_with(self, other: StrategyProfile, weight: float | Fraction) -> StrategyProfile:
        """Return ``(1 - weight) * self + weight * other``, row by row.

        Exact where both profiles and `weight` are rational, otherwise float64.
        """
        self._check_alike(other)
        mine, theirs = self, other
        if not isinstance(weight, numbers.Rational) or not (_is_exact(self) and _is_exact(other)):
            mine, theirs, weight = self.floating, other.floating, float(weight)
        pairs = zip(mine.rows, theirs.rows, strict=True)
        rows = [(1 - weight) * a + weight * b for a, b in pairs]
        return StrategyProfile(rows, self.labels or other.labels)

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

    def __str__(self) -> str:
        return profile_text(self.rows, self._names)

    def _repr_html_(self) -> str:
        return profile_html(self.rows, self._names)

    @property
    def line(self) -> str:
        """Who plays what in one line, some types of each player."""
        return profile_line(self.rows, self._names)

    @property
    def _names(self) -> Labels:
        return self.labels or Labels.counted([(len(row), row.shape[1]) for row in self.rows])


def as_profile(profile: StrategyProfile | Sequence[Any], game: BayesianGame) -> StrategyProfile:
    """Return `profile`, or the one with these rows, checked to be one of `game`."""
    if not isinstance(profile, StrategyProfile):
        profile = StrategyProfile(profile)
    check_profile(profile, game)
    return profile


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
                f"strategy of {_name(_labels_of(game), i)} has shape {row.shape}, want {shape}: "
                "(number of types, number of actions)."
            )


def _is_exact(profile: StrategyProfile) -> bool:
    return all(is_exact(row) for row in profile.rows)


def _shapes(game: BayesianGame) -> list[tuple[int, int]]:
    return list(zip(game.n_types, game.n_actions, strict=True))


def _labels_of(game: Any) -> Labels | None:
    return getattr(game, "labels", None)


def _name(labels: Labels | None, i: int) -> str:
    return labels.players[i] if labels and i < len(labels.players) else f"player {i + 1}"


def _check_labels(labels: Labels | None, shapes: Sequence[tuple[int, ...]]) -> None:
    if labels is not None and labels.shapes != tuple(shapes):
        raise ProfileError(
            f"labels are for (types, actions) {labels.shapes}, want {tuple(shapes)}; take those of "
            "the game that the profile belongs to."
        )
