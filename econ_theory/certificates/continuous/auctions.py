"""Auctions of independent private values: the envelope's bound, or samples of a payoff function."""

from __future__ import annotations

import numpy as np

from econ_theory.certificates.continuous.base import Judge, alike
from econ_theory.certificates.continuous.envelope import player_bound, sampled_gains
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import CustomPayoff
from econ_theory.games.continuous.priors import Prior
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["AUCTIONS"]


def _gains(game: AuctionGame, profile: BidProfile, rng: np.random.Generator) -> list[PlayerGains]:
    if isinstance(game.payment, CustomPayoff):
        return sampled_gains(game, profile, rng)
    _check_lowest(game, profile)
    # Players who are alike face the same rivals.
    kinds = [
        (id(function), id(prior), utility)
        for function, prior, utility in zip(
            profile.functions, game.priors, game.utilities, strict=True
        )
    ]
    return alike(kinds, lambda i: player_bound(game, profile, i))


def _check_lowest(game: AuctionGame, profile: BidProfile) -> None:
    """Without a reserve, refuse rivals who may all stay out: any bid then wins, however low."""
    if game.reserve is not None:
        return
    pairs = zip(profile.functions, game.priors, strict=True)
    # Somebody's rivals may all stay out where at most one player always bids.
    if sum(not _some_stay_out(f, prior) for f, prior in pairs) <= 1 < game.n_players:
        raise RefusedError(
            "some types place no bid though there is no reserve, so that a bid wins however low it "
            "is; want a reserve, or a bid of every type."
        )


def _some_stay_out(f: BidFunction, prior: Prior) -> bool:
    return f.silent or f.types[0] > prior.low or f.types[-1] < prior.high


AUCTIONS = Judge(_gains)
