"""Proofs that a true equilibrium lies near a floating-point profile.

With three or more players equilibria are irrational, so no profile that can be written down has
epsilon zero. But the indifference system of its support can be enclosed: in ball arithmetic
(every operation encloses all values its inputs may take) Krawczyk's operator::

    K(Z) = z - C f(z) + (I - C f'(Z)) (Z - z)

maps the box Z into its own interior only if f has exactly one zero in Z. If moreover played
actions have positive probability and all others are strictly worse over the whole box, that zero
is a Bayesian Nash equilibrium. A proof that fails proves nothing, and says why it failed.

Source: Krawczyk (1969); Rump (2010), Acta Numerica 19, 287-449, theorem 13.2; Johansson (2017),
"Arb: efficient arbitrary-precision midpoint-radius interval arithmetic".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import require
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.games.finite.derivatives import contract, written_out
from econ_theory.records import Record
from econ_theory.strategies import StrategyProfile

__all__ = ["Existence", "gain_bounds", "prove_existence"]

PRECISION = 128
"""Bits of a ball's midpoint."""

PLAYED = 1e-9
"""Probability up to which an action counts as not played in the equilibrium looked for."""

REACH = 1e-3
"""Farthest, in probability, that Newton's method may move a profile to the box's centre."""

MOST_ENTRIES = 1_000_000
"""Most payoff entries of one player, restricted to the supports of the others."""


@dataclass(frozen=True)
class Existence(Record):
    """Whether a Bayesian Nash equilibrium is proved to exist near a profile.

    Attributes
    ----------
    proved : bool
    radius : float
        No probability of the equilibrium differs from the profile's by more; infinite if nothing
        is proved. Types of probability zero are left out: they play as in the profile.
    reason : str
        What is proved, or why it could not be.
    """

    proved: bool
    radius: float
    reason: str

    def __str__(self) -> str:
        return self.reason


def prove_existence(game: BayesianGame, profile: StrategyProfile) -> Existence:
    """Return a proof that an equilibrium with the support of `profile` exists near it, or why not.

    Payoffs and prior are taken exactly as given. Needs python-flint.

    Examples
    --------
    >>> volunteer = np.zeros((1, 1, 1, 2, 2, 2))
    >>> volunteer[..., 0, :, :], volunteer[..., 1, :, :] = 2.0, 3.0
    >>> volunteer[..., 1, 1, 1] = 0.0
    >>> payoffs = [np.moveaxis(volunteer, 3, 3 + i) for i in range(3)]
    >>> game = BayesianGame(np.ones((1, 1, 1)), payoffs)
    >>> root = 3 ** -0.5
    >>> print(prove_existence(game, StrategyProfile([[[1 - root, root]]] * 3)))
    an equilibrium exists within 3e-17
    >>> print(prove_existence(game, StrategyProfile([[[0.4, 0.6]]] * 3)))
    nothing is proved: Newton's method moves the profile by 0.0222, want at most 0.001; polish it \
first (IndifferenceNewton)
    """
    flint = require("flint", "exact")
    with flint.ctx.workprec(PRECISION):
        try:
            radius = _Proof(game, profile, flint).radius()
        except _Refused as refused:
            return Existence(False, float("inf"), f"nothing is proved: {refused}")
    return Existence(True, radius, f"an equilibrium exists within {radius:.1g}")


class _Refused(Exception):
    """Why there is no proof."""


class _Proof:
    """One attempt: z holds the probabilities of played actions, then a value for each live type."""

    def __init__(self, game: BayesianGame, profile: StrategyProfile, flint: Any) -> None:
        self.game, self.flint = game, flint
        self.given = profile.floating.rows
        self.alive = [game.type_weights(i) > 0 for i in range(game.n_players)]
        self.played = [
            (row > PLAYED) & keep[:, None] for row, keep in zip(self.given, self.alive, strict=True)
        ]
        self.flat = [np.flatnonzero(mask) for mask in self.played]
        self.ends = np.cumsum([0, *(len(flat) for flat in self.flat)])
        self.m, n_live = int(self.ends[-1]), int(sum(keep.sum() for keep in self.alive))
        self.size = self.m + n_live
        # The value that each action of each player is compared with; -1 for null types.
        self.value_of, base = [], self.m
        for (_, n_actions), keep in zip(game.kernel.shapes, self.alive, strict=True):
            number = np.where(keep, np.cumsum(keep) - 1 + base, -1)
            self.value_of.append(np.repeat(number, n_actions))
            base += int(keep.sum())
        # Any positive constant a type scales its equations; this one makes gains relative.
        self.scales = [
            np.repeat(
                1.0 / (np.where(keep, game.type_weights(i), 1.0) * (game.payoff_range(i) or 1.0)),
                game.n_actions[i],
            )
            for i, keep in enumerate(self.alive)
        ]
        entries = np.prod([float(len(flat)) for flat in self.flat]) * max(game.n_actions)
        if entries > MOST_ENTRIES:
            raise _Refused(
                f"the restricted game has about {entries:.2g} payoffs, want {MOST_ENTRIES:,}"
            )

    def radius(self) -> float:
        """Return how far the proved equilibrium may be from the given profile; raise `_Refused`."""
        centre = self._polished()
        box = self._enclosure(centre)
        self._check_strict(box)
        far = [self._distance(i, box) for i in range(self.game.n_players)]
        return float(np.nextafter(max(far), np.inf))

    def _polished(self) -> Array:
        """Newton's method in floats, the support held."""
        tensors = [_restricted(self.game, i, self.flat, float) for i in range(self.game.n_players)]
        z = np.zeros(self.size)
        z[: self.m] = np.concatenate(
            [row.ravel()[flat] for row, flat in zip(self.given, self.flat, strict=True)]
        )
        start = z.copy()
        values = self._values(tensors, z)
        for i, (v, number) in enumerate(zip(values, self.value_of, strict=True)):
            z[number[self.flat[i]]] = v[self.flat[i]]
        for _ in range(12):
            f, jacobian = self._system(tensors, z)
            try:
                step = np.linalg.solve(jacobian, -f)
            except np.linalg.LinAlgError:
                raise _Refused(
                    "the Jacobian of the indifference system is singular: no isolated equilibrium "
                    "has this support"
                ) from None
            z = z + step
            moved = float(np.abs(z - start)[: self.m].max())
            if not moved <= REACH:
                raise _Refused(
                    f"Newton's method moves the profile by {moved:.3g}, want at most {REACH:g}; "
                    "polish it first (IndifferenceNewton)"
                )
            if np.abs(step).max() < 1e-13:
                break
        return z

    def _enclosure(self, centre: Array) -> Array:
        """Return a box, an array of balls, with exactly one zero of the system."""
        flint, arb = self.flint, self.flint.arb
        exact = [
            _restricted(self.game, i, self.flat, _exact_ball(flint)) for i in range(len(self.flat))
        ]
        self.tensors = exact
        z = _balls(centre, arb)
        f, jacobian = self._system(exact, z)
        middle = np.array([[float(entry.mid()) for entry in row] for row in jacobian])
        try:
            inverse = np.linalg.inv(middle)
        except np.linalg.LinAlgError:
            raise _Refused("the Jacobian is singular: a degenerate equilibrium") from None
        if not np.isfinite(inverse).all():
            raise _Refused("the Jacobian is singular: a degenerate equilibrium")
        solver = flint.arb_mat(inverse.tolist())
        newton = _column(flint, z) - solver * _column(flint, f)
        width = [2 * float((newton[k, 0] - z[k]).abs_upper()) + 1e-30 for k in range(self.size)]
        identity = flint.arb_mat(np.eye(self.size).tolist())
        for _ in range(6):
            box = np.array([z[k] + arb(0, width[k]) for k in range(self.size)], dtype=object)
            slope = flint.arb_mat(self._system(exact, box)[1].tolist())
            image = newton + (identity - solver * slope) * _column(flint, box - z)
            if all(box[k].contains_interior(image[k, 0]) for k in range(self.size)):
                return np.array([image[k, 0] for k in range(self.size)], dtype=object)
            width = [
                max(2 * float((image[k, 0] - z[k]).abs_upper()), width[k]) for k in range(self.size)
            ]
        raise _Refused(
            f"Krawczyk's operator does not contract (condition {np.linalg.cond(middle):.2g}): "
            "the Jacobian is too close to singular"
        )

    def _check_strict(self, box: Array) -> None:
        """Refuse unless probabilities are positive and other actions strictly worse, on the box."""
        values, labels = self._values(self.tensors, box), self.game.labels
        for i, (v, number) in enumerate(zip(values, self.value_of, strict=True)):
            n_actions = self.game.n_actions[i]
            position = dict(
                zip(self.flat[i].tolist(), range(self.ends[i], self.ends[i + 1]), strict=True)
            )
            for k in np.flatnonzero(number >= 0).tolist():
                t, a = divmod(k, n_actions)
                where = f"{labels.actions[i][a]} of {labels.who(i, t)}"
                if k in position:
                    if not box[position[k]] > 0:
                        raise _Refused(
                            f"a tie at the boundary of the support: {where} has probability "
                            f"{float(box[position[k]].mid()):.2g} there, want it positive"
                        )
                elif not box[number[k]] - v[k] > 0:
                    gap = float((box[number[k]] - v[k]).mid())
                    raise _Refused(
                        f"a tie at the boundary of the support: {where} is not played but loses "
                        f"only {gap:.2g} of the payoff range, want it strictly worse"
                    )

    def _distance(self, i: int, box: Array) -> float:
        """Return the largest distance of player i's given probabilities from those in the box."""
        far = 0.0
        row = np.where(self.alive[i][:, None], self.given[i], 0.0).ravel()
        for k in np.setdiff1d(np.flatnonzero(row), self.flat[i]):
            far = max(far, float(row[k]))
        for k, entry in zip(self.flat[i], box[self.ends[i] : self.ends[i + 1]], strict=True):
            far = max(far, float((entry - self.flint.arb(float(row[k]))).abs_upper()))
        return far

    def _system(self, tensors: Sequence[Array], z: Array) -> tuple[Array, Array]:
        """Return f(z) and its Jacobian, both in the arithmetic of `tensors` and `z`."""
        n = len(self.flat)
        f = np.array([z[0] * 0] * self.size, dtype=z.dtype)
        jacobian = np.array([f] * self.size)
        values = self._values(tensors, z)
        parts = [z[self.ends[i] : self.ends[i + 1]] for i in range(n)]
        for i in range(n):
            rows = np.arange(self.ends[i], self.ends[i + 1])
            number, scale = self.value_of[i][self.flat[i]], self._scale(i, z)[self.flat[i]]
            f[rows] = values[i][self.flat[i]] - z[number]
            jacobian[rows, number] = z[0] * 0 - 1
            for j in range(n):
                if j != i:
                    block = contract(tensors[i], parts, (i, j))[self.flat[i]]
                    columns = slice(self.ends[j], self.ends[j + 1])
                    jacobian[rows, columns] = block * scale[:, None]
            jacobian[number, rows] = z[0] * 0 + 1
            for row, column in zip(number, rows, strict=True):
                f[row] = f[row] + z[column]
        f[self.m :] = f[self.m :] - 1
        return f, jacobian

    def _values(self, tensors: Sequence[Array], z: Array) -> list[Array]:
        """Return all actions' scaled values when the others play z, n arrays ``(T_i A_i,)``."""
        parts = [z[self.ends[i] : self.ends[i + 1]] for i in range(len(self.flat))]
        return [
            contract(tensor, parts, (i,)) * self._scale(i, z) for i, tensor in enumerate(tensors)
        ]

    def _scale(self, i: int, like: Array) -> Array:
        return self.scales[i] if like.dtype != object else _balls(self.scales[i], self.flint.arb)


def gain_bounds(game: BayesianGame, profile: StrategyProfile) -> list[Array]:
    """Return what no type's best deviation gains more than: n arrays ``(T_i,)``, rounded upward.

    Payoffs, prior and profile are taken exactly as given, each row divided by its sum.

    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [pennies, -pennies])
    >>> gain_bounds(game, StrategyProfile([[[0.5, 0.5]], [[0.75, 0.25]]]))[0].round(9)
    array([0.5])
    """
    flint = require("flint", "exact")
    with flint.ctx.workprec(PRECISION):
        rows = [_balls(row, flint.arb) for row in profile.floating.rows]
        rows = [row / row.sum(axis=1, keepdims=True) for row in rows]
        flat = [np.flatnonzero(row.ravel()) for row in profile.floating.rows]
        parts = [row.ravel()[keep] for row, keep in zip(rows, flat, strict=True)]
        prior, _ = game.given
        weights = np.vectorize(_exact_ball(flint), otypes=[object])(prior)
        bounds = []
        for i, row in enumerate(rows):
            tensor = _restricted(game, i, flat, _exact_ball(flint))
            values = contract(tensor, parts, (i,)).reshape(row.shape)
            chance = weights.sum(axis=tuple(j for j in range(prior.ndim) if j != i))
            bound = np.zeros(len(row))
            for t in np.flatnonzero(game.type_weights(i) > 0):
                gains = [(row[t] * (value - values[t])).sum() / chance[t] for value in values[t]]
                highest = max(float(gain.upper()) for gain in gains)
                bound[t] = max(np.nextafter(highest, np.inf) if highest > 0 else 0.0, 0.0)
            bounds.append(frozen(bound))
        return bounds


def _restricted(game: BayesianGame, i: int, flat: Sequence[Array], convert: Any) -> Array:
    """Return ``p(t) u_i(t, a)``, one axis a player, the others' only over the entries in `flat`."""
    prior, payoffs = game.given
    every = np.arange(int(np.prod(game.kernel.shapes[i])))
    chosen = np.ix_(*(every if j == i else keep for j, keep in enumerate(flat)))
    # Integer ones: a Fraction times a float would be rounded.
    ones = np.ones((1,) * prior.ndim, dtype=int)
    full = [
        written_out(prior, ones.reshape((1,) * (2 * prior.ndim)), game.n_actions)[chosen],
        written_out(np.ones(prior.shape, dtype=int), payoffs[i], game.n_actions)[chosen],
    ]
    if convert is float:
        return full[0].astype(float) * full[1].astype(float)
    weight, payoff = (np.vectorize(convert, otypes=[object])(part) for part in full)
    return weight * payoff


def _exact_ball(flint: Any) -> Any:
    """Return the function from a float or Fraction to the smallest ball that holds it."""

    def ball(value: Any) -> Any:
        if isinstance(value, Fraction):
            return flint.arb(flint.fmpq(value.numerator, value.denominator))
        return flint.arb(float(value))

    return ball


def _balls(array: Array, arb: Any) -> Array:
    """Return `array` of floats as balls of radius zero."""
    return np.vectorize(lambda value: arb(float(value)), otypes=[object])(array)


def _column(flint: Any, entries: Array) -> Any:
    return flint.arb_mat(len(entries), 1, list(entries))
