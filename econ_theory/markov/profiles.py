"""Markov profiles: for every player, state and type, a distribution over actions."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from econ_theory.arrays import Array, as_numbers, frozen, simplex_fault
from econ_theory.errors import ProfileError
from econ_theory.games.finite.labels import Labels
from econ_theory.records import Record
from econ_theory.seeding import Seed, as_rng
from econ_theory.strategies import StrategyProfile
from econ_theory.strategies.wording import profile_html, profile_text

if TYPE_CHECKING:
    from econ_theory.games.finite.markov import MarkovBayesianGame

__all__ = ["MarkovProfile", "check_markov_profile"]


@dataclass(frozen=True, eq=False)
class MarkovProfile(Record):
    """One Markov strategy a player: ``rows[i][s, t, a]`` is how often type t plays a in state s.

    Play depends on the current state and type alone. `at` is the `StrategyProfile` of one state.

    Parameters
    ----------
    rows : n arrays of shape (S, T_i, A_i)
        Each last axis sums to one. Copied, read-only, float64.
    labels : Labels, optional
        What its text calls players, types, actions and states; else they are counted from 1.

    Raises
    ------
    ProfileError
        Naming the player and row that is no distribution, or the player whose states differ.

    Examples
    --------
    >>> profile = MarkovProfile([[[[0.25, 0.75]], [[1.0, 0.0]]]])
    >>> profile.n_states, profile.at(1).rows[0]
    (2, array([[1., 0.]]))
    """

    rows: tuple[Array, ...]
    labels: Labels | None = None

    def __init__(self, rows: Sequence[Any], labels: Labels | None = None) -> None:
        if isinstance(rows, MarkovProfile):
            rows, labels = rows.rows, labels or rows.labels
        checked: list[Array] = []
        for i, row in enumerate(rows):
            array = as_numbers(row, ProfileError, f"strategy of player {i + 1}").astype(float)
            if array.ndim != 3 or (checked and len(array) != len(checked[0])):
                states = len(checked[0]) if checked else "S"
                raise ProfileError(
                    f"strategy of player {i + 1} has shape {array.shape}, want ({states}, T, A): "
                    "states, types, actions."
                )
            fault = simplex_fault(array, axes=(2,))
            if fault:
                raise ProfileError(
                    f"strategy of player {i + 1} {fault}; every row is one type's distribution "
                    "over actions in one state."
                )
            checked.append(frozen(array))
        if not checked:
            raise ProfileError("rows is empty, want one (S, T_i, A_i) strategy for each player.")
        shapes = tuple(row.shape for row in checked)
        if labels is not None and shapes != tuple((len(labels.states), *s) for s in labels.shapes):
            raise ProfileError(
                f"labels are for {len(labels.states)} states and (types, actions) {labels.shapes}, "
                f"want them for {shapes}; take those of the game that the profile belongs to."
            )
        object.__setattr__(self, "rows", tuple(checked))
        object.__setattr__(self, "labels", labels)

    @classmethod
    def of_stages(cls, stages: Sequence[StrategyProfile]) -> MarkovProfile:
        """Return the profile that plays ``stages[s]`` in state s."""
        return cls(
            [np.stack(rows) for rows in zip(*(p.floating.rows for p in stages), strict=True)]
        )

    @classmethod
    def uniform(cls, game: MarkovBayesianGame) -> MarkovProfile:
        """Return the profile in which everybody plays every action equally often everywhere."""
        return cls([np.full(shape, 1.0 / shape[-1]) for shape in _shapes(game)], game.labels)

    @classmethod
    def pure(cls, game: MarkovBayesianGame, plans: Sequence[Any]) -> MarkovProfile:
        """Return the profile in which type t of player i plays ``plans[i][s][t]`` in state s."""
        if len(plans) != game.n_players:
            raise ProfileError(
                f"plans has {len(plans)} entries, want {game.n_players}: one for each player."
            )
        rows = []
        for i, (shape, plan) in enumerate(zip(_shapes(game), plans, strict=True)):
            plan = np.asarray(plan)
            fits = plan.shape == shape[:2] and plan.dtype.kind in "iu"
            if not fits or ((plan < 0) | (plan >= shape[2])).any():
                raise ProfileError(
                    f"plan of {game.players[i]} is {plan.tolist()}, want {shape[:2]} (states, "
                    f"types) action indices in 0..{shape[2] - 1}."
                )
            rows.append(np.eye(shape[2])[plan])
        return cls(rows, game.labels)

    @classmethod
    def random(cls, game: MarkovBayesianGame, *, rng: Seed = None) -> MarkovProfile:
        """Return a profile whose rows are drawn uniformly from the simplex."""
        rng = as_rng(rng)
        rows = [rng.dirichlet(np.ones(a), size=(s, t)) for s, t, a in _shapes(game)]
        return cls(rows, game.labels)

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.rows)

    @property
    def n_states(self) -> int:
        """Number of states S."""
        return len(self.rows[0])

    def at(self, state: int) -> StrategyProfile:
        """Return what is played in `state`."""
        labels = self.labels and dataclasses.replace(self.labels, states=())
        return StrategyProfile([row[state] for row in self.rows], labels)

    def labelled(self, labels: Labels | MarkovBayesianGame | None) -> MarkovProfile:
        """Return the same profile under `labels`, or those of a game; None takes them off."""
        if labels is not None and not isinstance(labels, Labels):
            labels = labels.labels
        return MarkovProfile(self.rows, labels)

    def replaced(self, i: int, row: Any) -> MarkovProfile:
        """Return the same profile with player `i`'s strategy exchanged for `row`, (S, T_i, A_i)."""
        rows = [row if j == i else mine for j, mine in enumerate(self.rows)]
        return MarkovProfile(rows, self.labels)

    def mixed_with(self, other: MarkovProfile, weight: float) -> MarkovProfile:
        """Return ``(1 - weight) * self + weight * other``, row by row."""
        pairs = zip(self.rows, other.rows, strict=True)
        rows = [(1 - weight) * a + weight * b for a, b in pairs]
        return MarkovProfile(rows, self.labels or other.labels)

    def distance(self, other: MarkovProfile) -> float:
        """Return the largest total-variation distance between two rows, in [0, 1]."""
        pairs = zip(self.rows, other.rows, strict=True)
        return max(float(np.abs(a - b).sum(axis=-1).max()) / 2 for a, b in pairs)

    def __repr__(self) -> str:
        shapes = ", ".join(str(row.shape) for row in self.rows)
        return f"MarkovProfile({shapes})"

    def __str__(self) -> str:
        return profile_text(self.rows, self._names)

    def _repr_html_(self) -> str:
        return profile_html(self.rows, self._names)

    @property
    def _names(self) -> Labels:
        shapes = [(row.shape[1], row.shape[2]) for row in self.rows]
        return self.labels or Labels.counted(shapes, self.n_states)


def check_markov_profile(profile: MarkovProfile, game: MarkovBayesianGame) -> None:
    """Raise `ProfileError` unless `profile` has a (S, T_i, A_i) strategy a player of `game`."""
    found, wanted = [row.shape for row in profile.rows], _shapes(game)
    if found != wanted:
        raise ProfileError(
            f"Markov profile has shapes {found}, want {wanted}: (states, types, actions) of each "
            "player."
        )


def _shapes(game: MarkovBayesianGame) -> list[tuple[int, int, int]]:
    pairs = zip(game.n_types, game.n_actions, strict=True)
    return [(game.n_states, t, a) for t, a in pairs]
