"""Estimated gains in games given by a payoff function only, with an interval."""

from __future__ import annotations

import numpy as np

from econ_theory.arrays import Array
from econ_theory.bid_functions import BidProfile
from econ_theory.errors import GameError
from econ_theory.games.auction import AuctionGame
from econ_theory.games.payment_rules import CustomPayoff
from econ_theory.verdicts import PlayerGains

__all__ = ["sampled_gain"]

TYPES = 65
ACTIONS = 65
CHOOSING = 2048
JUDGING = 16_384
LEVEL = 0.95


def sampled_gain(
    game: AuctionGame, profile: BidProfile, i: int, rng: np.random.Generator
) -> PlayerGains:
    """Return the `PlayerGains` of player `i`: 65 types, 65 actions each and 33 near the best.

    Types are middles of equally likely intervals. The upper ends hold for all of them at once with
    confidence 0.95; estimates are unbiased for the actions found.

    Rivals' types are drawn once, the same for all deviations; one sample chooses the actions, a
    fresh one judges them. Types and actions in between are not looked at: this is no bound.
    """
    payment, prior = game.payment, game.priors[i]
    assert isinstance(payment, CustomPayoff)
    types = prior.ppf((np.arange(TYPES) + 0.5) / TYPES)
    own = profile.functions[i](types)
    low, high = payment.actions
    grid = np.linspace(low, high, ACTIONS)
    first = _rivals(game, profile, i, CHOOSING, rng)
    best = _choose(payment, types, np.broadcast_to(grid, (TYPES, ACTIONS)), first)
    near = best[:, None] + np.linspace(-1, 1, 33) * (grid[1] - grid[0])
    best = _choose(payment, types, np.clip(near, low, high), first)
    second = _rivals(game, profile, i, JUDGING, rng)
    played = _payoffs(payment, types, own[:, None], second)[:, 0]
    gains = _payoffs(payment, types, best[:, None], second)[:, 0] - played
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


def _rivals(
    game: AuctionGame, profile: BidProfile, i: int, n_draws: int, rng: np.random.Generator
) -> Array:
    others = [j for j in range(game.n_players) if j != i]
    shares = rng.random((len(others), n_draws))
    actions = [
        profile.functions[j](game.priors[j].ppf(q)) for j, q in zip(others, shares, strict=True)
    ]
    return np.array(actions).reshape(len(others), n_draws)


def _choose(payment: CustomPayoff, types: Array, actions: Array, rivals: Array) -> Array:
    best = _payoffs(payment, types, actions, rivals).mean(axis=2).argmax(axis=1)
    return actions[np.arange(len(types)), best]


def _payoffs(payment: CustomPayoff, types: Array, actions: Array, rivals: Array) -> Array:
    """Payoffs of ``(T,)`` types at ``(T, A)`` actions in B draws of rivals, ``(T, A, B)``."""
    n_types, n_actions = actions.shape
    n_draws = rivals.shape[1]
    result = np.empty((n_types, n_actions, n_draws))
    others = np.tile(rivals, (1, n_actions))
    for t, v in enumerate(types):
        own = np.repeat(actions[t], n_draws)
        payoffs = np.asarray(payment.function(np.full(len(own), v), own, others), dtype=float)
        if payoffs.shape != own.shape or not np.isfinite(payoffs).all():
            raise GameError(
                f"the payoff function returns shape {payoffs.shape} for {len(own)} draws (finite: "
                f"{bool(np.isfinite(payoffs).all())}), want one finite number a draw."
            )
        result[t] = payoffs.reshape(n_actions, n_draws)
    return result
