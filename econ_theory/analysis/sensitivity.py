"""How a regular equilibrium moves with the prior, by the implicit function theorem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.certificates import certify
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.games.finite.payoffs import Kernel
from econ_theory.records import Record
from econ_theory.strategies import StrategyProfile, as_profile

__all__ = ["Sensitivity", "prior_sensitivity"]

SINGULAR = 1e-10
"""Ratio of extreme singular values below which the indifference system counts as singular."""


@dataclass(frozen=True, eq=False)
class Sensitivity(Record):
    """The derivative of an equilibrium by the prior.

    Attributes
    ----------
    profile : StrategyProfile
    jacobian : n arrays (T_i, A_i, T_1, ..., T_n)
        ``d s_i(a | t) / d p(tau)``. Rows sum to zero over actions, and ``sum_tau p(tau)`` times the
        derivative is zero: only ratios of probabilities matter.
    condition : float
        Condition number of the indifference system, interim and in payoff ranges.
    """

    profile: StrategyProfile
    jacobian: tuple[Array, ...]
    condition: float

    def along(self, direction: Array) -> tuple[Array, ...]:
        """Return how strategies move as the prior moves along `direction`, n arrays (T_i, A_i).

        Raises
        ------
        SettingError
            If `direction` does not sum to zero, or has not the prior's shape.
        """
        direction = np.asarray(direction, dtype=float)
        shape = self.jacobian[0].shape[2:]
        if direction.shape != shape or abs(direction.sum()) > 1e-9 * max(abs(direction).max(), 1):
            raise SettingError(
                f"direction has shape {direction.shape} and sum {direction.sum():.3g}, want "
                f"{shape} and zero: probability is moved, not made."
            )
        n = direction.ndim
        return tuple(np.tensordot(block, direction, axes=n) for block in self.jacobian)


def prior_sensitivity(
    game: BayesianGame, profile: StrategyProfile | Sequence[Any], *, tol: float = 1e-7
) -> Sensitivity:
    """Return the `Sensitivity` of a regular equilibrium, for any number of players.

    On the support, every live type's payoffs equal a common value w, ::

        v_i[t, a](s, p) = w_i[t]  for a in the support,        sum_a s_i(a | t) = 1

    and v is linear in p: one linear system, with the derivatives by s on the left and by p on the
    right. Null types keep playing what `profile` says.

    Raises
    ------
    RefusedError
        If the profile is no equilibrium within `tol` of the payoff range; if an unplayed action
        pays as much as the played ones, so that there are one-sided derivatives at best; or if
        the system is singular, as on a continuum of equilibria.

    Examples
    --------
    Nobody sees a state that player 3, who only has types, stands for; the first state makes
    meeting at the first action worth 2, the second 1; y = 1 / (2 + p):

    >>> states = np.array([np.diag([2.0, 1.0]), np.eye(2)]).reshape(1, 1, 2, 2, 2, 1)
    >>> game = BayesianGame([[[0.5, 0.5]]], [states, -states, 0 * states])
    >>> mixed = StrategyProfile([[[0.4, 0.6]], [[0.4, 0.6]], [[1.0], [1.0]]])
    >>> prior_sensitivity(game, mixed).along([[[1.0, -1.0]]])[1].round(6)
    array([[-0.16,  0.16]])

    Source: Harsanyi 1973 for regular equilibria; the derivative is the implicit function theorem's.
    """
    profile = as_profile(profile, game)
    certificate = certify(game, profile)
    if not certificate.relative <= tol:
        raise RefusedError(
            f"the profile has relative epsilon {certificate.relative:.3g}, want an equilibrium "
            f"within {tol:g}; solve the game, or polish the profile, first."
        )
    rows, kernel = profile.floating.rows, game.kernel
    spots = _support(game, rows, tol)
    starts = np.cumsum([0, *(len(where) for where, _ in spots)])
    unknowns = int(starts[-1]) + sum(int(live.sum()) for _, live in spots)
    matrix = np.zeros((unknowns, unknowns))
    right = np.zeros((unknowns, game.prior.size))
    offset = int(starts[-1])
    slopes = _slopes_by_prior(game, rows)
    for i, (where, live) in enumerate(spots):
        unit = game.type_weights(i) * (game.payoff_range(i) or 1.0)
        own = slice(starts[i], starts[i + 1])
        scale = 1.0 / unit[where[:, 0]]
        for j, (theirs, _) in enumerate(spots):
            if j == i or not len(theirs):
                continue
            # Row by row of player j's support: v_i is linear in each entry.
            units = np.zeros((len(theirs), *kernel.shapes[j]))
            units[np.arange(len(theirs)), theirs[:, 0], theirs[:, 1]] = 1.0
            batch = [units if k == j else row for k, row in enumerate(rows)]
            moved = kernel.values(batch, i)[:, where[:, 0], where[:, 1]]
            matrix[own, starts[j] : starts[j + 1]] = moved.T * scale[:, None]
        right[own] = -slopes[i][where[:, 0], where[:, 1]] * scale[:, None]
        # One value and one sum a live type.
        column = offset + (np.cumsum(live) - 1)[where[:, 0]]
        matrix[np.arange(own.start, own.stop), column] = -1.0
        matrix[column, np.arange(own.start, own.stop)] = 1.0
        offset += int(live.sum())
    spectrum = np.linalg.svd(matrix, compute_uv=False)
    if spectrum[-1] <= SINGULAR * spectrum[0]:
        raise RefusedError(
            "the indifference system is singular, want a regular equilibrium; the equilibrium may "
            "lie on a continuum (see ExtremeEnumeration), where it has no derivative."
        )
    solved = np.linalg.solve(matrix, right)
    jacobian = []
    for i, ((where, _), (start, stop)) in enumerate(zip(spots, pairwise(starts), strict=True)):
        block = np.zeros((*kernel.shapes[i], game.prior.size))
        block[where[:, 0], where[:, 1]] = solved[start:stop]
        jacobian.append(frozen(block.reshape(*kernel.shapes[i], *game.n_types)))
    return Sensitivity(profile, tuple(jacobian), float(spectrum[0] / spectrum[-1]))


def _support(game: BayesianGame, rows: tuple[Array, ...], tol: float) -> list[tuple[Array, Array]]:
    """Return each player's played (type, action) pairs and live types; refuse ties off it."""
    result = []
    for i, row in enumerate(rows):
        live = game.type_weights(i) > 0
        played = (row > tol) & live[:, None]
        values = game.kernel.values(rows, i)
        gap = values.max(axis=1, keepdims=True) - values
        unit = game.type_weights(i) * (game.payoff_range(i) or 1.0)
        tied = (gap <= tol * unit[:, None]) & ~played & live[:, None]
        if tied.any():
            t, a = (int(k) for k in np.argwhere(tied)[0])
            raise RefusedError(
                f"{game.actions[i][a]} of {game.labels.who(i, t)} is unplayed but as good as "
                "what is played, want a strict support; the equilibrium has one-sided "
                "derivatives at best."
            )
        result.append((np.argwhere(played), live))
    return result


def _slopes_by_prior(game: BayesianGame, rows: tuple[Array, ...]) -> list[Array]:
    """Return ``d v_i[t, a] / d p(tau)`` for each player, ``(T_i, A_i, number of joint types)``."""
    slopes = [np.zeros((*shape, game.prior.size)) for shape in game.kernel.shapes]
    for k, tau in enumerate(np.ndindex(game.n_types)):
        point = np.zeros(game.n_types)
        point[tau] = 1.0
        kernel = Kernel(point, game.payoffs, game.n_actions)
        for i, slope in enumerate(slopes):
            slope[:, :, k] = kernel.values(rows, i)
    return slopes
