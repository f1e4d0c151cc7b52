"""Markov profiles: for every player, state and type, a distribution over actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from econ_theory.arrays import Array, as_numbers, frozen, simplex_fault
from econ_theory.errors import ProfileError
from econ_theory.records import Record
from econ_theory.seeding import Seed, as_rng
from econ_theory.strategies import StrategyProfile
from econ_theory.tables import table_html

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

    def __init__(self, rows: Sequence[Any]) -> None:
        if isinstance(rows, MarkovProfile):
            rows = rows.rows
        checked: list[Array] = []
        for i, row in enumerate(rows):
            array = as_numbers(row, ProfileError, f"strategy of player {i}").astype(float)
            if array.ndim != 3 or (checked and len(array) != len(checked[0])):
                states = len(checked[0]) if checked else "S"
                raise ProfileError(
                    f"strategy of player {i} has shape {array.shape}, want ({states}, T_{i}, "
                    f"A_{i}): states, types, actions."
                )
            fault = simplex_fault(array, axes=(2,))
            if fault:
                raise ProfileError(
                    f"strategy of player {i} {fault}; every row is one type's distribution over "
                    "actions in one state."
                )
            checked.append(frozen(array))
        if not checked:
            raise ProfileError("rows is empty, want one (S, T_i, A_i) strategy for each player.")
        object.__setattr__(self, "rows", tuple(checked))

    @classmethod
    def of_stages(cls, stages: Sequence[StrategyProfile]) -> MarkovProfile:
        """Return the profile that plays ``stages[s]`` in state s."""
        return cls(
            [np.stack(rows) for rows in zip(*(p.floating.rows for p in stages), strict=True)]
        )

    @classmethod
    def uniform(cls, game: MarkovBayesianGame) -> MarkovProfile:
        """Return the profile in which everybody plays every action equally often everywhere."""
        return cls([np.full(shape, 1.0 / shape[-1]) for shape in _shapes(game)])

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
                    f"plan of player {i} is {plan.tolist()}, want {shape[:2]} (states, types) "
                    f"action indices in 0..{shape[2] - 1}."
                )
            rows.append(np.eye(shape[2])[plan])
        return cls(rows)

    @classmethod
    def random(cls, game: MarkovBayesianGame, *, rng: Seed = None) -> MarkovProfile:
        """Return a profile whose rows are drawn uniformly from the simplex."""
        rng = as_rng(rng)
        return cls([rng.dirichlet(np.ones(a), size=(s, t)) for s, t, a in _shapes(game)])

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
        return StrategyProfile([row[state] for row in self.rows])

    def replaced(self, i: int, row: Any) -> MarkovProfile:
        """Return the same profile with player `i`'s strategy exchanged for `row`, (S, T_i, A_i)."""
        return MarkovProfile([row if j == i else mine for j, mine in enumerate(self.rows)])

    def mixed_with(self, other: MarkovProfile, weight: float) -> MarkovProfile:
        """Return ``(1 - weight) * self + weight * other``, row by row."""
        pairs = zip(self.rows, other.rows, strict=True)
        return MarkovProfile([(1 - weight) * a + weight * b for a, b in pairs])

    def distance(self, other: MarkovProfile) -> float:
        """Return the largest total-variation distance between two rows, in [0, 1]."""
        pairs = zip(self.rows, other.rows, strict=True)
        return max(float(np.abs(a - b).sum(axis=-1).max()) / 2 for a, b in pairs)

    def __repr__(self) -> str:
        shapes = ", ".join(str(row.shape) for row in self.rows)
        return f"MarkovProfile({shapes})"

    def _repr_html_(self) -> str:
        return "".join(
            table_html(
                f"player {i + 1}",
                ["state, type", *(f"a{a + 1}" for a in range(row.shape[2]))],
                [
                    [f"s{s + 1}, t{t + 1}", *(f"{p:.4g}" for p in row[s, t])]
                    for s in range(row.shape[0])
                    for t in range(row.shape[1])
                ],
            )
            for i, row in enumerate(self.rows)
        )


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
