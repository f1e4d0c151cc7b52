"""What the seller earns from two locals and a global bidder."""

from __future__ import annotations

from typing import Any

from econ_theory.certificates.continuous.local_global.boxes import mean_over_types
from econ_theory.certificates.continuous.local_global.package_bids import (
    global_payoff,
    local_payoff,
)
from econ_theory.games.continuous.local_global_auction import LocalGlobalAuction
from econ_theory.strategies.bids import as_bids

__all__ = ["local_global_revenue"]


def local_global_revenue(game: LocalGlobalAuction, profile: Any) -> float:
    """Return the `revenue` of a local-local-global auction: what its bidders pay together.

    >>> game = LocalGlobalAuction("vcg")
    >>> round(local_global_revenue(game, [lambda v: v] * 3), 6)
    0.583333
    """
    bids = as_bids(profile, game)
    payoffs = [local_payoff(game, bids, 0), local_payoff(game, bids, 1), global_payoff(game, bids)]
    return sum(
        (
            mean_over_types(payoff, own, prior, payoff.paid)
            for payoff, own, prior in zip(payoffs, bids.functions, game.priors, strict=True)
        ),
        0.0,
    )
