"""Auctions of independent private values: the envelope's bound, or samples of a payoff function."""

from __future__ import annotations

import numpy as np

from econ_theory.certificates.continuous.base import Judge, alike
from econ_theory.certificates.continuous.envelope import player_bound, sampled_gains
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import CustomPayoff
from econ_theory.strategies.bids import BidProfile

__all__ = ["AUCTIONS"]


def _gains(game: AuctionGame, profile: BidProfile, rng: np.random.Generator) -> list[PlayerGains]:
    if isinstance(game.payment, CustomPayoff):
        return sampled_gains(game, profile, rng)
    # Players who are alike face the same rivals.
    kinds = [
        (id(function), id(prior), utility)
        for function, prior, utility in zip(
            profile.functions, game.priors, game.utilities, strict=True
        )
    ]
    return alike(kinds, lambda i: player_bound(game, profile, i))


AUCTIONS = Judge(_gains)
