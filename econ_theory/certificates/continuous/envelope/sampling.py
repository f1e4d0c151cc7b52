"""Estimated gains in games that state payoffs draw by draw and no more, with an interval."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.errors import GameError
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.seeding import spawn
from econ_theory.strategies.bids import BidProfile

__all__ = ["sampled_gains"]

TYPES = 65
ACTIONS = 65
CHOOSING = 2048
JUDGING = 16_384
LEVEL = 0.95


class _Draws(NamedTuple):
    """Types and actions of all players in B draws, ``(n, B)``; one player's rows are free."""

    types: Array
    actions: Array


def sampled_gains(
    game: ContinuousGame, profile: BidProfile, rng: np.random.Generator
) -> list[PlayerGains]:
    """Return the `PlayerGains` of every player: 65 types, 65 actions each and 33 near the best.

    Types are middles of equally likely intervals. The upper ends hold for all of them at once with
    confidence 0.95; estimates are unbiased for the actions found.

    Rivals' types are drawn once, the same for all deviations; one sample chooses the actions, a
    fresh one judges them. Types and actions in between are not looked at: this is no bound.
    """
    children = spawn(rng, game.n_players)
    return [_sampled(game, profile, i, child) for i, child in enumerate(children)]


def _sampled(
    game: ContinuousGame, profile: BidProfile, i: int, rng: np.random.Generator
) -> PlayerGains:
    types = game.priors[i].ppf((np.arange(TYPES) + 0.5) / TYPES)
    own = profile.functions[i](types)
    low, high = game.action_range(i)
    grid = np.linspace(low, high, ACTIONS)
    first = _drawn(game, profile, i, CHOOSING, rng)
    best = _best(game, i, types, np.broadcast_to(grid, (TYPES, ACTIONS)), first)
    near = best[:, None] + np.linspace(-1, 1, 33) * (grid[1] - grid[0])
    best = _best(game, i, types, np.clip(near, low, high), first)
    second = _drawn(game, profile, i, JUDGING, rng)
    played = _payoffs(game, i, types, own[:, None], second)[:, 0]
    gains = _payoffs(game, i, types, best[:, None], second)[:, 0] - played
    mean = gains.mean(axis=1)
    error = gains.std(axis=1, ddof=1) / np.sqrt(JUDGING)
    from scipy.special import ndtri

    reach = float(ndtri(1 - (1 - LEVEL) / TYPES))
    return PlayerGains(
        types=np.stack([types, types], axis=1),
        gains=np.maximum(mean + reach * error, 0.0),
        estimates=np.maximum(mean, 0.0),
        actions=best,
        weights=np.full(TYPES, 1 / TYPES),
        utility=float(played.mean()),
        kind="sampled",
    )


def _drawn(
    game: ContinuousGame, profile: BidProfile, i: int, n_draws: int, rng: np.random.Generator
) -> _Draws:
    others = [j for j in range(game.n_players) if j != i]
    types, actions = np.zeros((2, game.n_players, n_draws))
    for j, share in zip(others, rng.random((len(others), n_draws)), strict=True):
        types[j] = game.priors[j].ppf(share)
        actions[j] = profile.functions[j](types[j])
    return _Draws(types, actions)


def _best(game: ContinuousGame, i: int, types: Array, actions: Array, draws: _Draws) -> Array:
    best = _payoffs(game, i, types, actions, draws).mean(axis=2).argmax(axis=1)
    return actions[np.arange(len(types)), best]


def _payoffs(game: ContinuousGame, i: int, types: Array, actions: Array, draws: _Draws) -> Array:
    """Payoffs of ``(T,)`` types at ``(T, A)`` actions in B draws of rivals, ``(T, A, B)``."""
    n_draws = draws.types.shape[1]
    result = np.empty((*actions.shape, n_draws))
    drawn = draws.types.copy()
    for t, v in enumerate(types):
        drawn[i] = v
        own = np.repeat(actions[t][:, None], n_draws, axis=1)
        payoffs = np.asarray(game.ex_post(i, drawn, draws.actions, own), dtype=float)
        if payoffs.shape != own.shape or not np.isfinite(payoffs).all():
            raise GameError(
                f"{type(game).__name__}.ex_post returns shape {payoffs.shape} for actions "
                f"{own.shape} (finite: {bool(np.isfinite(payoffs).all())}), want one finite "
                "number a draw."
            )
        result[t] = payoffs
    return result
