"""Affine strategies of linear-quadratic-Gaussian games, and what follows from playing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array, as_numbers, frozen
from econ_theory.errors import ProfileError
from econ_theory.games.continuous.gaussian_game import GaussianGame
from econ_theory.records import Record
from econ_theory.strategies.wording import who_does

__all__ = ["AffineProfile", "AffineRule", "Play", "as_affine", "root_of", "told"]

UNSEEN = 1e-12
"""Share of a signal below which what it tells is rounding."""


@dataclass(frozen=True, eq=False, init=False)
class AffineRule(Record):
    """The actions ``slopes @ s + constant`` of a player who sees the signals s.

    Parameters
    ----------
    slopes : (K, M) array
        For one action a vector of M slopes, for one signal too a number.
    constant : (K,) array or number, optional
        Default zero.

    Examples
    --------
    >>> AffineRule([0.5, 1.0], 3.0)([2.0, 4.0])
    array([8.])
    """

    slopes: Array
    constant: Array

    def __init__(self, slopes: Any, constant: Any = 0.0) -> None:
        k = np.atleast_2d(as_numbers(slopes, ProfileError, "slopes").astype(float))
        c = np.atleast_1d(as_numbers(constant, ProfileError, "constant").astype(float))
        if k.ndim != 2 or c.shape != (len(k),):
            raise ProfileError(
                f"slopes and constant have shapes {k.shape} and {c.shape}, want (K, M) and (K,)."
            )
        object.__setattr__(self, "slopes", frozen(k))
        object.__setattr__(self, "constant", frozen(c))

    def __call__(self, signals: Any) -> Array:
        """Return the actions ``(..., K)`` at `signals` ``(..., M)``."""
        return np.asarray(signals, dtype=float) @ self.slopes.T + self.constant

    def __str__(self) -> str:
        return "; ".join(map(_sum, self.constant, self.slopes))

    def __repr__(self) -> str:
        slopes, constant = self.slopes.round(6).tolist(), self.constant.round(6).tolist()
        if len(slopes) == 1:
            slopes, constant = slopes[0], constant[0]
        return f"AffineRule({slopes}, {constant})"


@dataclass(frozen=True, eq=False, init=False)
class AffineProfile(Record):
    """One affine rule a player: rules, or pairs ``(slopes, constant)``.

    >>> AffineProfile([(0.5, 1.0), ([1.0, 2.0], 0.0)])
    AffineProfile(AffineRule([0.5], 1.0), AffineRule([1.0, 2.0], 0.0))
    >>> print(AffineProfile([(0.5, 1.0), ([1.0, -2.0], 0.0)]))
    player 1 plays 1 + 0.5 s
    player 2 plays 0 + 1 s1 - 2 s2
    """

    rules: tuple[AffineRule, ...]

    def __init__(self, rules: Sequence[AffineRule | tuple[Any, Any]]) -> None:
        made = []
        for i, given in enumerate(rules):
            if not isinstance(given, AffineRule):
                if not isinstance(given, Sequence) or len(given) != 2:
                    raise ProfileError(
                        f"strategy of player {i + 1} is {type(given).__name__}, want an AffineRule "
                        "or a pair (slopes, constant)."
                    )
                given = AffineRule(*given)
            made.append(given)
        object.__setattr__(self, "rules", tuple(made))

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.rules)

    def scaled(self, factor: float) -> AffineProfile:
        """Return the profile in which every action is `factor` times as large."""
        return AffineProfile([(factor * r.slopes, factor * r.constant) for r in self.rules])

    def __str__(self) -> str:
        return who_does(self.rules, "plays")

    def __repr__(self) -> str:
        return f"AffineProfile({', '.join(map(repr, self.rules))})"

    def _repr_html_(self) -> str:
        from econ_theory.tables import table_html

        rows = [
            [
                f"player {i + 1}, action {k + 1}",
                f"{rule.constant[k]:.6g}",
                ", ".join(f"{slope:.6g}" for slope in rule.slopes[k]),
            ]
            for i, rule in enumerate(self.rules)
            for k in range(len(rule.constant))
        ]
        return table_html("affine rules", ["", "constant", "slopes in the signals"], rows)


def _sum(constant: float, slopes: Array) -> str:
    """Return an action in words; signals are counted where there are several."""
    names = [f"s{k}" for k in range(1, len(slopes) + 1)] if len(slopes) > 1 else ["s"]
    parts = (
        f" {'-' if slope < 0 else '+'} {abs(slope):.4g} {name}"
        for slope, name in zip(slopes, names, strict=True)
    )
    return f"{constant:.4g}" + "".join(parts)


class Play:
    """How actions depend on the state, and on each player's own, under given slopes.

    With K the slopes and G what is seen of actions, ``a = T (K H w + c)``, ``T = 1 / (1 - K G)``.

    Attributes
    ----------
    through : (A, A) array T
        What a unit of each action adds to all actions, itself and responses.
    load : (D + A, D) array
        The state and all actions per unit of the state.
    heard : n arrays (M_i, D)
        Signals per unit of the state, seen actions included.
    responses : n arrays (D + A, K_i)
        The state (none) and all actions per unit of a player's own actions.
    """

    def __init__(self, game: GaussianGame, slopes: Sequence[Array]) -> None:
        n_all, d = sum(game.n_actions), game.n_states
        told, seen = np.zeros((n_all, d)), np.zeros((n_all, n_all))
        for i, k in enumerate(slopes):
            told[game.block(i)] = k @ game.signals[i]
            seen[game.block(i)] = k @ game.sees[i]
        # Nobody sees its own action, so this matrix is triangular in the order of moves.
        self.through = np.linalg.inv(np.eye(n_all) - seen)
        acts = self.through @ told
        self.load = np.concatenate([np.eye(d), acts])
        self.heard = [h + g @ acts for h, g in zip(game.signals, game.sees, strict=True)]
        full = np.concatenate([np.zeros((d, n_all)), self.through])
        self.responses = [full[:, game.block(i)] for i in range(game.n_players)]

    def mean(self, game: GaussianGame, profile: AffineProfile) -> Array:
        """Return the mean of (1, w, a), ``(1 + D + A,)``."""
        constants = np.concatenate([rule.constant for rule in profile.rules])
        told = [
            r.slopes @ (h @ game.mean) for r, h in zip(profile.rules, game.signals, strict=True)
        ]
        acts = self.through @ (np.concatenate(told) + constants)
        return np.concatenate([[1.0], game.mean, acts])


def root_of(covariance: Array) -> Array:
    """Return a matrix R with ``R @ R.T`` equal to `covariance`, which may be singular.

    >>> root_of(np.diag([4.0, 0.0])).round(6)
    array([[0., 2.],
           [0., 0.]])
    """
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0.0))


def told(heard: Array) -> tuple[Array, Array]:
    """Return what signals tell of independent standard normals: a basis, and how to read it.

    Of ``heard`` (M, D), the signals per unit of D normals x. First an orthonormal basis (D, R) of
    the combinations of x that the signals tell, then the (R, M) matrix that computes them from the
    signals. Combinations that make up less than 1e-12 of a signal are rounding, and left out.

    >>> basis, reader = told(np.array([[3.0, 4.0], [6.0, 8.0]]))
    >>> np.abs(basis.T).round(6), np.abs(reader).round(6)
    (array([[0.6, 0.8]]), array([[0.1 , 0.05]]))
    """
    norms = np.linalg.norm(heard, axis=1)
    units = np.where(norms > 0, norms, 1.0)
    if not norms.any():
        return np.zeros((heard.shape[1], 0)), np.zeros((0, len(heard)))
    left, sizes, rows = np.linalg.svd(heard / units[:, None], full_matrices=False)
    kept = sizes > UNSEEN * sizes[0]
    return rows[kept].T, (left[:, kept] / sizes[kept]).T / units


def as_affine(profile: Any, game: GaussianGame) -> AffineProfile:
    """Return `profile` as an `AffineProfile` of `game`, checked.

    >>> game = GaussianGame([lambda w, a: -(a[0] - w[0]) ** 2], [[1, 1]], np.eye(2))
    >>> as_affine([(0.5, 0.0)], game)
    AffineProfile(AffineRule([0.5], 0.0))
    """
    if not isinstance(profile, AffineProfile):
        profile = AffineProfile(list(profile))
    if profile.n_players != game.n_players:
        raise ProfileError(
            f"profile has {profile.n_players} rules, want {game.n_players}: one a player."
        )
    for i, rule in enumerate(profile.rules):
        want = game.n_actions[i], len(game.signals[i])
        got = rule.slopes.shape
        if got != want:
            raise ProfileError(
                f"slopes of player {i + 1} have shape {got}, want {want}: actions by signals."
            )
    return profile
