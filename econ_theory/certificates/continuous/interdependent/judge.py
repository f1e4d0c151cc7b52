"""Auctions with interdependent values: one player against rivals who all bid alike."""

from __future__ import annotations

import numpy as np

from econ_theory.certificates.continuous.base import Judge, alike
from econ_theory.certificates.continuous.interdependent.single_crossing import (
    check_affiliation,
    crossing_bound,
)
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.interdependent_auction import InterdependentAuction
from econ_theory.strategies.bids import BidProfile

__all__ = ["INTERDEPENDENT"]


def _gains(
    game: InterdependentAuction, profile: BidProfile, rng: np.random.Generator
) -> list[PlayerGains]:
    check_affiliation(game)
    functions = profile.functions
    if game.n_players > 2 and len({id(f) for f in functions}) > 1:
        raise RefusedError(
            f"{game.n_players} players bid by different functions, want one BidFunction for all; "
            "only two bidders may differ."
        )
    lowest = min(float(f.bids[0]) for f in functions)
    if lowest < game.reserve - 1e-12 * max(1.0, game.reserve):
        raise RefusedError(
            f"some bid is {lowest:g}, want none below the reserve {game.reserve:g}; let those "
            "types place no bid."
        )
    rivals = functions[::-1] if game.n_players == 2 else functions
    return alike(
        [(id(f), id(rival)) for f, rival in zip(functions, rivals, strict=True)],
        lambda i: crossing_bound(game, functions[i], rivals[i]),
    )


INTERDEPENDENT = Judge(_gains)
