"""From a floating-point equilibrium of a two-player game to the rational one it stands for.

Once the support is known, an equilibrium of two players solves linear equations: player j's
strategy makes player i indifferent between the actions i plays. Solved over the rationals, the
answer has epsilon zero as a `Fraction`, not within a tolerance.

Its digits are many: at 32 types and actions, 60,000 bits a probability. So where the system is
regular the proof comes first: bounds on the one solution, checked in integers against every
deviation. The digits are computed when somebody asks for them. Where the system is degenerate, they
are computed at once and checked instead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from econ_theory.arrays import Array, as_fractions, frozen, is_exact
from econ_theory.certificates import Certificate, certify
from econ_theory.certificates.finite.exact_linear import (
    BITS,
    Enclosure,
    Solve,
    enclose,
    integers,
    solve_by_elimination,
    solve_by_flint,
)
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.games.finite.derivatives import written_out
from econ_theory.games.finite.labels import Labels
from econ_theory.records import Record
from econ_theory.strategies import StrategyProfile, as_profile

__all__ = ["Recovery", "recover_exactly"]

THRESHOLDS = (1e-9, 0.0, 1e-6, 1e-4)
"""Probabilities above which an action counts as played, in the order tried."""

TIED = 1e-8
"""Loss, as a share of the payoff range, up to which an unplayed action is tried as a tie."""


@dataclass(frozen=True, eq=False)
class Recovery(Record):
    """An exact equilibrium, or why there is none.

    Attributes
    ----------
    floating : StrategyProfile or None
        The equilibrium rounded to floats.
    certificate : Certificate in exact arithmetic with epsilon 0, or None
    reason : str
        How it was found, or what stood in the way.
    """

    floating: StrategyProfile | None
    certificate: Certificate | None
    reason: str
    _digits: Callable[[], StrategyProfile] | None = field(default=None, repr=False)

    @cached_property
    def profile(self) -> StrategyProfile | None:
        """The equilibrium in Fractions, or None; computed when first asked for."""
        return None if self._digits is None else self._digits()

    def _record_fields(self) -> dict[str, Any]:
        return {
            "floating": self.floating,
            "certificate": self.certificate,
            "reason": self.reason,
            "profile": self.profile,
        }

    @classmethod
    def _from_record(
        cls,
        floating: StrategyProfile | None,
        certificate: Certificate | None,
        reason: str,
        profile: StrategyProfile | None,
    ) -> Recovery:
        recovery = cls(floating, certificate, reason)
        recovery.__dict__["profile"] = profile
        return recovery

    def __getstate__(self) -> dict[str, Any]:
        return {**self._record_fields(), "_digits": None}

    def __bool__(self) -> bool:
        return self.certificate is not None

    def __str__(self) -> str:
        return self.reason


def recover_exactly(
    game: BayesianGame,
    profile: StrategyProfile | Sequence[Any],
    *,
    tol: float = 1e-6,
    use_flint: bool | None = None,
) -> Recovery:
    """Return the exact equilibrium of a two-player `game` that `profile` approximates.

    The support is read off `profile`; ties that a degenerate game leaves open are tried both
    ways, and free probabilities keep the values they have in `profile`. Types of probability zero
    keep their strategies.

    Parameters
    ----------
    game : BayesianGame
        Floats stand for the dyadic rationals they are.
    profile : StrategyProfile
    tol : float
        Relative gain of `profile` above which it is taken for no equilibrium.
    use_flint : bool, optional
        Solve with python-flint, or by fraction-free elimination in Python (the same result,
        slower on large supports). Default: python-flint if it is installed.

    Raises
    ------
    RefusedError
        If the game does not have two players.

    Examples
    --------
    >>> u1, u2 = np.array([[2, -1], [-1, 1]]), np.array([[-2, 1], [1, -1]])
    >>> game = BayesianGame([[1]], [u1.reshape(1, 1, 2, 2), u2.reshape(1, 1, 2, 2)])
    >>> found = recover_exactly(game, [[[0.4, 0.6]], [[0.4, 0.6]]])
    >>> found.profile.rows[0], found.certificate.epsilon
    (array([[Fraction(2, 5), Fraction(3, 5)]], dtype=object), Fraction(0, 1))
    """
    if game.n_players != 2:
        raise RefusedError(
            f"the game has {game.n_players} players, want 2: one player's best actions are exact "
            "as they are, and with more players equilibria are irrational; "
            'use certify(game, profile, arithmetic="interval").'
        )
    if not tol >= 0:
        raise SettingError(f"tol is {tol}, want a share of the payoff range >= 0.")
    profile = as_profile(profile, game)
    floating = profile.floating
    relative = float(certify(game, floating).relative)
    if relative > tol:
        return Recovery(
            None,
            None,
            f"some type gains {relative:.2g} of the payoff range at the profile, want at most "
            f"{tol:g}; solve further first (IndifferenceNewton, Lemke)",
        )
    flint = find_spec("flint") is not None if use_flint is None else use_flint
    attempt = _Attempt(game, floating, solve_by_flint if flint else solve_by_elimination)
    reason, seen = "", set()
    for threshold in THRESHOLDS:
        played = [row > threshold for row in floating.rows]
        if not all(mask.any(axis=1).all() for mask in played):
            continue
        for tight in (played, attempt.with_ties(played)):
            key = b"".join(mask.tobytes() for mask in (*played, *tight))
            if key in seen:
                continue
            seen.add(key)
            try:
                return attempt.recovered(played, tight)
            except _Failed as failed:
                reason = reason or str(failed)
    return Recovery(None, None, f"no exact equilibrium has this support: {reason}")


class _Failed(Exception):
    """Why one choice of support does not give an equilibrium."""


class _System(NamedTuple):
    """The equations for player j's strategy; unknown k is entry ``columns[k]`` of its rows."""

    j: int
    labels: Labels
    n_actions: int
    alive: Array
    columns: Array
    equations: Array
    right: Array

    def filled(self, given: Array, solution: Sequence[Any] | Array) -> Array:
        """Return the rows `given`, the strategies of live types replaced by `solution`."""
        rows = given.copy()
        rows[self.alive] = Fraction(0)
        rows.ravel()[self.columns] = solution
        return rows

    def solved(self, profile: StrategyProfile, solve: Solve) -> Array:
        """Return the strategy in Fractions, ``(T_j, A_j)``; what is free stays as in `profile`."""
        guess = profile.rows[self.j].ravel()[self.columns]
        solution = solve(self.equations, self.right, guess)
        if solution is None:
            n_live, players = int(self.alive.sum()), self.labels.players
            raise _Failed(
                f"{players[self.j]} cannot make {players[1 - self.j]} indifferent between the "
                f"actions it plays ({len(self.right) - n_live} equations, {len(guess) - n_live} "
                "unknowns)"
            )
        self.refuse_negative(solution)
        return self.filled(profile.exact.rows[self.j], solution)

    def refuse_negative(self, solution: Sequence[Any] | Array, unit: int = 1) -> None:
        """Raise `_Failed` if an entry of `solution`, a multiple of 1 / `unit`, is negative."""
        for column, value in zip(self.columns, solution, strict=True):
            if value < 0:
                t, a = divmod(int(column), self.n_actions)
                raise _Failed(
                    f"{self.labels.who(self.j, t)} would play {self.labels.actions[self.j][a]} "
                    f"with probability "
                    f"{float(value / unit):.2g}"
                )


class _Attempt:
    """The game in integers: prior and payoffs each times a positive constant."""

    def __init__(self, game: BayesianGame, profile: StrategyProfile, solve: Solve) -> None:
        self.game, self.profile, self.solve = game, profile, solve
        prior, payoffs = game.given
        weights = integers(prior)
        self.matrices = []
        for i, payoff in enumerate(payoffs):
            matrix = written_out(weights, integers(payoff), game.n_actions)
            self.matrices.append(matrix if i == 0 else matrix.T)
        self.alive = [game.type_weights(i) > 0 for i in range(2)]

    def with_ties(self, played: list[Array]) -> list[Array]:
        """Return `played` and all actions that lose next to nothing at the profile."""
        tight = []
        for i, mask in enumerate(played):
            values = self.game.action_values(self.profile, i)
            weights = np.where(self.alive[i], self.game.type_weights(i), 1.0)
            loss = (values.max(axis=1, keepdims=True) - values) / weights[:, None]
            tight.append(mask | (loss <= TIED * (self.game.payoff_range(i) or 1.0)))
        return tight

    def recovered(self, played: list[Array], tight: list[Array]) -> Recovery:
        """Return the equilibrium in which `played` is played and `tight` is indifferent."""
        systems = [self._system(j, played, tight) for j in range(2)]
        words = f"the indifference system of {sum(len(s.columns) for s in systems)} played actions"
        solver = "python-flint" if self.solve is solve_by_flint else "fraction-free elimination"
        given, solve, labels = self.profile, self.solve, self.game.labels
        boxes = self._boxes(systems)
        best = self._strictly_best(systems, boxes, tight) if boxes else None
        if boxes and best:
            parts = zip(systems, given.rows, boxes, strict=True)
            return Recovery(
                StrategyProfile(
                    [system.filled(row, box.floating) for system, row, box in parts], labels
                ),
                self._certificate(best),
                f"{words} is proved to have one solution, an equilibrium; its rational digits are "
                f"solved for when asked for, by {solver}",
                lambda: StrategyProfile(
                    [system.solved(given, solve) for system in systems], labels
                ),
            )
        exact = StrategyProfile([system.solved(given, solve) for system in systems], labels)
        best = [self._best_replies(i, exact.rows) for i in range(2)]
        return Recovery(
            exact.floating,
            self._certificate(best),
            f"{words} was solved over the rationals by {solver}",
            lambda: exact,
        )

    def _system(self, j: int, played: list[Array], tight: list[Array]) -> _System:
        """Return the equations for player j's strategy to make `tight` indifferent."""
        i = 1 - j
        columns = np.flatnonzero(played[j] & self.alive[j][:, None])
        n_actions = self.game.n_actions
        rows = []
        for t in np.flatnonzero(self.alive[i]):
            first, *others = t * n_actions[i] + np.flatnonzero(tight[i][t])
            base = self.matrices[i][first, columns]
            rows += [self.matrices[i][k, columns] - base for k in others]
        sums = columns // n_actions[j] == np.flatnonzero(self.alive[j])[:, None]
        return _System(
            j=j,
            labels=self.game.labels,
            n_actions=n_actions[j],
            alive=self.alive[j],
            columns=columns,
            equations=np.array([*rows, *sums.astype(int).astype(object)], dtype=object),
            right=np.array([0] * len(rows) + [1] * len(sums), dtype=object),
        )

    def _boxes(self, systems: list[_System]) -> list[Enclosure] | None:
        """Return where the one solution of each system is, if it is proved positive there."""
        boxes = []
        for system in systems:
            box = enclose(system.equations, system.right)
            if box is None:
                return None
            system.refuse_negative(box.centre + box.radius, 2**BITS)
            if (box.centre <= box.radius).any():
                return None
            boxes.append(box)
        return boxes

    def _strictly_best(
        self, systems: list[_System], boxes: list[Enclosure], tight: list[Array]
    ) -> list[Array] | None:
        """Return a best action of each type, if all but `tight` are proved worse in the boxes."""
        best = []
        for i, mask in enumerate(tight):
            system, box = systems[1 - i], boxes[1 - i]
            matrix = self.matrices[i][:, system.columns]
            values = (matrix @ box.centre).reshape(mask.shape)
            errors = (np.abs(matrix).sum(axis=1) * box.radius).reshape(mask.shape)
            first = mask.argmax(axis=1)
            base, error = (np.take_along_axis(x, first[:, None], 1) for x in (values, errors))
            open_ = self.alive[i][:, None] & ~mask
            better = np.argwhere(open_ & (values - base > errors + error))
            if len(better):
                t, a = better[0]
                raise self._better(i, int(t), int(first[t]), int(a))
            if (open_ & (base - values <= errors + error)).any():
                return None
            best.append(first)
        return best

    def _best_replies(self, i: int, rows: Sequence[Array]) -> Array:
        """Return each type's best action, ``(T_i,)``; refuse if one is played that is not best."""
        other = rows[1 - i].ravel()
        columns = np.flatnonzero(other)
        weights = integers(other[columns])
        values = (self.matrices[i][:, columns] @ weights).reshape(rows[i].shape)
        best = np.zeros(len(values), dtype=int)
        for t in np.flatnonzero(self.alive[i]):
            best[t] = values[t].argmax()
            worse = [a for a in np.flatnonzero(rows[i][t]) if values[t, a] < values[t, best[t]]]
            if worse:
                raise self._better(i, int(t), int(worse[0]), int(best[t]))
        return best

    def _certificate(self, best: list[Array]) -> Certificate:
        """Return the exact certificate of a profile in which all play best replies, `best`."""
        game = self.game
        prior = as_fractions(game.given[0])
        prior = prior / prior.sum()
        ranges = [
            game.exact.payoff_range(i)
            if any(is_exact(array) for array in (game.given[0], game.given[1][i]))
            else Fraction(game.payoff_bounds(i)[1]) - Fraction(game.payoff_bounds(i)[0])
            for i in range(2)
        ]
        zeros = [np.array([Fraction(0)] * t, dtype=object) for t in game.n_types]
        return Certificate(
            gains=tuple(frozen(zero) for zero in zeros),
            actions=tuple(frozen(action) for action in best),
            weights=tuple(frozen(prior.sum(axis=1 - i)) for i in range(2)),
            ranges=tuple(ranges),
            arithmetic="exact",
            labels=game.labels,
        )

    def _better(self, i: int, t: int, played: int, better: int) -> _Failed:
        labels = self.game.labels
        actions = labels.actions[i]
        return _Failed(
            f"{labels.who(i, t)} plays {actions[played]} though {actions[better]} is better: the "
            "support is wrong or degenerate"
        )
