"""Local-local-global auctions: bounds box by box, for correlated values and all payment rules."""

from __future__ import annotations

import numpy as np

from econ_theory.certificates.continuous.base import Judge, alike
from econ_theory.certificates.continuous.local_global.boxes import largest_gains
from econ_theory.certificates.continuous.local_global.package_bids import (
    global_payoff,
    local_payoff,
)
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.local_global_auction import LocalGlobalAuction
from econ_theory.strategies.bids import BidProfile

__all__ = ["LOCAL_GLOBAL"]

TRUTHFUL_LEVELS = 1024


def _gains(
    game: LocalGlobalAuction, profile: BidProfile, rng: np.random.Generator
) -> list[PlayerGains]:
    lowest = min(float(function.bids[0]) for function in profile.functions)
    if lowest < 0:
        raise RefusedError(f"some bid is {lowest:g}, want bids >= 0 for packages.")
    first, second, _ = profile.functions
    # Locals who are alike face the same rivals.
    same = first is second and game.priors[0] == game.priors[1]
    return alike([0, 0 if same else 1, 2], lambda i: _player(game, profile, i))


def _player(game: LocalGlobalAuction, profile: BidProfile, i: int) -> PlayerGains:
    own, prior, size = profile.functions[i], game.priors[i], game.payoff_range(i)
    if i < 2:
        return largest_gains(local_payoff(game, profile, i), own, prior, size)
    core = game.rule != "first_price"
    if core and (own.bids == own.types).all():
        payoff = global_payoff(game, profile, TRUTHFUL_LEVELS)
    else:
        payoff = global_payoff(game, profile)
    return largest_gains(payoff, own, prior, size, truthful=core)


LOCAL_GLOBAL = Judge(_gains)
