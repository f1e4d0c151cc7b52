"""The one judge: how much the best deviation gains, for every player and type.

A profile is an epsilon-Bayesian Nash equilibrium if and only if no type of any player gains more
than epsilon by deviating. With ``v_i`` the kernel's prior-weighted action values::

    g_i[t] = (max_a v_i[t, a] - sum_a s_i(a | t) v_i[t, a]) / p_i(t),    0 where p_i(t) = 0

Checking needs one kernel call a player, whatever found the profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.certificates.verdicts import (
    Arithmetic,
    BidDeviation,
    Certificate,
    ContinuousCertificate,
    Deviation,
    plain,
)
from econ_theory.errors import ProfileError, RefusedError, SettingError
from econ_theory.games import BayesianGame
from econ_theory.games.base import Game
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.finite.labels import Labels
from econ_theory.games.finite.payoffs import best_actions
from econ_theory.seeding import Seed, as_rng
from econ_theory.strategies import StrategyProfile, check_profile

__all__ = [
    "Arithmetic",
    "BidDeviation",
    "Certificate",
    "ContinuousCertificate",
    "Deviation",
    "certify",
]


@overload
def certify(
    game: ContinuousGame,
    profile: Any,
    *,
    arithmetic: Arithmetic = "float",
    rng: Seed = None,
) -> ContinuousCertificate: ...


@overload
def certify(
    game: Game,
    profile: StrategyProfile | Sequence[Any],
    *,
    arithmetic: Arithmetic = "float",
    rng: Seed = None,
) -> Certificate: ...


def certify(
    game: Any,
    profile: Any,
    *,
    arithmetic: Arithmetic = "float",
    rng: Seed = None,
) -> Certificate:
    """Return the `Certificate` of `profile` in `game`: the gain of every type's best deviation.

    ``arithmetic="exact"`` repeats the same sums over Fractions: floats are the dyadic rationals
    they are, and each of the profile's rows is divided by its exact sum. Nothing is rounded, so
    ``epsilon == 0`` is then a proof. ``arithmetic="interval"`` is for games whose equilibria are
    irrational: gains are upper bounds, and `Certificate.existence` is the proof that a true
    equilibrium lies within a stated radius of `profile`, or says why that could not be proved.

    Of a `ContinuousGame` it is the `ContinuousCertificate` of a `BidProfile` (or of pairs of
    arrays, or of callables): an upper bound over all types and actions, or, for a payoff function
    that nothing else is known of, an estimate from samples drawn with `rng`.

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
    # A solution stands for its profile.
    profile = getattr(profile, "profile", profile)
    if isinstance(game, ContinuousGame):
        return _certify_continuous(game, profile, arithmetic, rng)
    if not all(hasattr(game, name) for name in ("action_values", "type_weights", "payoff_range")):
        raise RefusedError(
            f"the game is a {type(game).__name__}, want a BayesianGame, a ContinuousGame or what "
            "satisfies econ_theory.Game; Markov games are judged by econ_theory.markov."
        )
    if not isinstance(profile, StrategyProfile):
        profile = StrategyProfile(profile)
    labels = getattr(game, "labels", None) or profile.labels
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
        if arithmetic == "float":
            # A constant changes no gain, but costs the sums their digits.
            game = getattr(game, "centred", game)
    else:
        raise SettingError(f'arithmetic is {arithmetic!r}, want "float", "exact" or "interval".')
    _check(game, profile)
    if labels is None:
        labels = Labels.counted([(len(row), row.shape[1]) for row in profile.rows])
    players = range(game.n_players)
    parts = [_gains(game, profile, i) for i in players]
    gains, existence = tuple(gain for gain, _, _ in parts), None
    if arithmetic == "interval":
        if not isinstance(game, BayesianGame):
            raise RefusedError(
                f"{type(game).__name__} has no payoff tensors, want them for interval arithmetic; "
                'use arithmetic="float".'
            )
        from econ_theory.certificates.finite.existence import gain_bounds, prove_existence

        gains, existence = tuple(gain_bounds(game, profile)), prove_existence(game, profile)
    return Certificate(
        gains=gains,
        actions=tuple(action for _, action, _ in parts),
        weights=tuple(weight for _, _, weight in parts),
        ranges=tuple(plain(game.payoff_range(i)) for i in players),
        arithmetic=arithmetic,
        existence=existence,
        labels=labels,
    )


def _certify_continuous(
    game: ContinuousGame, profile: Any, arithmetic: Arithmetic, rng: Seed
) -> ContinuousCertificate:
    if arithmetic != "float":
        raise RefusedError(
            f'arithmetic is {arithmetic!r} for {type(game).__name__}, want "float"; its bounds '
            "hold over all types and actions already."
        )
    from econ_theory.certificates.continuous import judge_of

    judge = judge_of(game)
    players = judge.gains(game, judge.as_profile(profile, game), as_rng(rng))
    return ContinuousCertificate.of(players, [game.payoff_range(i) for i in range(len(players))])


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
    gaps = values[np.arange(len(values)), best][:, None] - values
    gain = (profile.rows[i] * gaps).sum(axis=1)
    zero = gain * 0
    alive = weights > 0
    gains = zero if not alive.any() else np.where(alive, gain, zero)
    safe = np.where(alive, weights, weights * 0 + 1)
    return frozen(gains / safe), frozen(best), frozen(np.array(weights))
