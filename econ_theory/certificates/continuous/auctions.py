"""Auctions of independent private values: the envelope's bound, or samples of a payoff function."""

from __future__ import annotations

import numpy as np

from econ_theory.certificates.continuous.base import Judge, alike
from econ_theory.certificates.continuous.envelope import player_bound, sampled_gains
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import CustomPayoff, Effort
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
    """Without a reserve, refuse rivals who may all stay out: any bid then wins, however low.

    Rivals who never bid are another matter: against them alone the highest gain is known. So is
    effort, which is not less than nothing.
    """
    if game.reserve is not None or isinstance(game.payment, Effort):
        return
    pairs = list(zip(profile.functions, game.priors, strict=True))
    for i in range(game.n_players):
        rivals = [pair for j, pair in enumerate(pairs) if j != i]
        if all(f.silent or _some_stay_out(f, prior) for f, prior in rivals) and not all(
            f.silent for f, _ in rivals
        ):
            raise RefusedError(
                "some types place no bid though there is no reserve, so that a bid wins however "
                "low it is; want a reserve, or a bid of every type."
            )


def _some_stay_out(f: BidFunction, prior: Prior) -> bool:
    return not f.silent and bool(f.types[0] > prior.low or f.types[-1] < prior.high)


AUCTIONS = Judge(_gains)
