"""The one judge: how much the best deviation gains, for every player and type.

A profile is an epsilon-Bayesian Nash equilibrium if and only if no type of any player gains more
than epsilon by deviating. With ``v_i`` the kernel's prior-weighted action values::

    g_i[t] = (max_a v_i[t, a] - sum_a s_i(a | t) v_i[t, a]) / p_i(t),    0 where p_i(t) = 0

Checking needs one kernel call a player, whatever found the profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, NamedTuple

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import ProfileError, RefusedError, SettingError
from econ_theory.existence import Existence, gain_bounds, prove_existence
from econ_theory.games import BayesianGame
from econ_theory.games.base import Game
from econ_theory.payoffs import best_actions
from econ_theory.strategies import StrategyProfile, check_profile

__all__ = ["Arithmetic", "Certificate", "Deviation", "certify"]

Arithmetic = Literal["float", "exact", "interval"]


class Deviation(NamedTuple):
    """A best deviation: player `i` as type `t` plays `a` instead and gains `gain` payoff units."""

    i: int
    t: int
    a: int
    gain: Any


@dataclass(frozen=True, eq=False)
class Certificate:
    """What deviating would gain, at most, at a profile.

    Attributes
    ----------
    gains : n arrays (T_i,)
        Interim gain of each type's best deviation, payoff units; zero for null types.
    actions : n arrays (T_i,)
        The action that gains it.
    weights : n arrays (T_i,)
        Prior probability of each type.
    ranges : (n,) payoff range of each player
    arithmetic : "float", "exact" or "interval"
        In exact arithmetic every number here is a `Fraction`; in interval arithmetic gains are
        upper bounds, rounded upward.
    existence : Existence or None
        In interval arithmetic: the proof that a true equilibrium is near, or why there is none.
    """

    gains: tuple[Array, ...]
    actions: tuple[Array, ...]
    weights: tuple[Array, ...]
    ranges: tuple[Any, ...]
    arithmetic: Arithmetic = field(default="float")
    existence: Existence | None = None

    @property
    def epsilon(self) -> Any:
        """The largest interim gain of any type of any player, in payoff units."""
        return self.worst.gain

    @property
    def relative(self) -> Any:
        """The largest interim gain as a share of its player's payoff range, in [0, 1]."""
        return max(
            _plain(max(gain) / size if size > 0 else max(gain) * 0)
            for gain, size in zip(self.gains, self.ranges, strict=True)
        )

    @property
    def ex_ante(self) -> Any:
        """The largest prior-averaged gain of any player, in payoff units."""
        return max(self.ex_ante_gains)

    @property
    def ex_ante_gains(self) -> tuple[Any, ...]:
        """Each player's gain averaged over its own types, payoff units."""
        return tuple(
            _plain((weight * gain).sum())
            for weight, gain in zip(self.weights, self.gains, strict=True)
        )

    @property
    def worst(self) -> Deviation:
        """The deviation that gains most."""
        return max(
            (
                Deviation(i, t, int(self.actions[i][t]), _plain(gain))
                for i, gains in enumerate(self.gains)
                for t, gain in enumerate(gains)
            ),
            key=lambda deviation: deviation.gain,
        )

    def __str__(self) -> str:
        i, t, a, gain = self.worst
        proof = f"; {self.existence}" if self.existence else ""
        return (
            f"epsilon = {float(gain):.3g} ({float(self.relative):.2g} of the payoff range, "
            f"{self.arithmetic}); worst: player {i + 1} as type {t + 1} by action {a + 1}{proof}"
        )

    def _repr_html_(self) -> str:
        from econ_theory.tables import table_html

        rows = [
            [
                f"player {i + 1}",
                f"t{t + 1}",
                f"{float(self.weights[i][t]):.3g}",
                f"{float(gain):.3g}",
                f"a{int(self.actions[i][t]) + 1}",
            ]
            for i, gains in enumerate(self.gains)
            for t, gain in enumerate(gains)
        ]
        header = ["", "type", "probability", "gain", "by playing"]
        return table_html(str(self), header, rows)


def certify(
    game: Game, profile: StrategyProfile | Sequence[Any], *, arithmetic: Arithmetic = "float"
) -> Certificate:
    """Return the `Certificate` of `profile` in `game`: the gain of every type's best deviation.

    ``arithmetic="exact"`` repeats the same sums over Fractions: floats are the dyadic rationals
    they are, and each of the profile's rows is divided by its exact sum. Nothing is rounded, so
    ``epsilon == 0`` is then a proof. ``arithmetic="interval"`` is for games whose equilibria are
    irrational: gains are upper bounds, and `Certificate.existence` is the proof that a true
    equilibrium lies within a stated radius of `profile`, or says why that could not be proved.

    Raises
    ------
    ProfileError
        If the profile has the wrong shape for the game.
    RefusedError
        If exact or interval arithmetic is asked of a game that has no rational form.

    Examples
    --------
    >>> from econ_theory import BayesianGame
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [pennies, -pennies])
    >>> certify(game, [[[0.5, 0.5]], [[0.75, 0.25]]]).epsilon
    0.5
    >>> certify(game, [[[0.5, 0.5]], [[0.5, 0.5]]], arithmetic="exact").epsilon
    Fraction(0, 1)
    """
    if not isinstance(profile, StrategyProfile):
        profile = StrategyProfile(profile)
    if arithmetic == "exact":
        exact = getattr(game, "exact", None)
        if exact is None:
            raise RefusedError(
                f"{type(game).__name__} has no rational form, want one for exact arithmetic; "
                'use arithmetic="float".'
            )
        game, profile = exact, profile.exact
    elif arithmetic in ("float", "interval"):
        profile = profile.floating
    else:
        raise SettingError(f'arithmetic is {arithmetic!r}, want "float", "exact" or "interval".')
    _check(game, profile)
    players = range(game.n_players)
    parts = [_gains(game, profile, i) for i in players]
    gains, existence = tuple(gain for gain, _, _ in parts), None
    if arithmetic == "interval":
        if not isinstance(game, BayesianGame):
            raise RefusedError(
                f"{type(game).__name__} has no payoff tensors, want them for interval arithmetic; "
                'use arithmetic="float".'
            )
        gains, existence = tuple(gain_bounds(game, profile)), prove_existence(game, profile)
    return Certificate(
        gains=gains,
        actions=tuple(action for _, action, _ in parts),
        weights=tuple(weight for _, _, weight in parts),
        ranges=tuple(_plain(game.payoff_range(i)) for i in players),
        arithmetic=arithmetic,
        existence=existence,
    )


def _check(game: Any, profile: StrategyProfile) -> None:
    if hasattr(game, "n_types"):
        check_profile(profile, game)
    elif profile.n_players != game.n_players:
        raise ProfileError(
            f"profile has {profile.n_players} strategies, want {game.n_players}: one each player."
        )


def _gains(game: Game, profile: StrategyProfile, i: int) -> tuple[Array, Array, Array]:
    values = game.action_values(profile, i)
    weights = game.type_weights(i)
    best = best_actions(values)
    # Differences first: a constant added to every payoff then costs no digits.
    gaps = np.take_along_axis(values, best[:, None], axis=1) - values
    gain = (profile.rows[i] * gaps).sum(axis=1)
    zero = gain * 0
    alive = weights > 0
    gains = zero if not alive.any() else np.where(alive, gain, zero)
    safe = np.where(alive, weights, weights * 0 + 1)
    return frozen(gains / safe), frozen(best), frozen(np.array(weights))


def _plain(number: Any) -> Any:
    return number if isinstance(number, Fraction) else float(number)
