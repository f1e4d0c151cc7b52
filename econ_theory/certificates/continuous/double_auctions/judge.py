"""Double auctions: the buyer is a bidder against the asks, and the seller the same in a mirror.

Against asks distributed by F a bid b wins at once where ``ask <= b``, ties included, and
``dU = (v - b) dF - k F db`` as for a winner who pays the share k of its bid and 1 - k of the ask.
Negate types, bids and asks, and the seller is the buyer, with share 1 - k.
"""

from __future__ import annotations

import numpy as np

from econ_theory.certificates.continuous.base import Judge
from econ_theory.certificates.continuous.double_auctions.trade import Trading
from econ_theory.certificates.continuous.envelope import Bidder, bidder_bound, in_costs
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.games.continuous.double_auction import DoubleAuction
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["DOUBLE_AUCTIONS"]

TYPES = 513


def _gains(game: DoubleAuction, profile: BidProfile, rng: np.random.Generator) -> list[PlayerGains]:
    bid, ask = profile.functions
    seller = _buyer(game.mirrored, ask.turned(negate=True), bid.turned(negate=True))
    return [_buyer(game, bid, ask), in_costs(seller)]


def _buyer(game: DoubleAuction, bid: BidFunction, ask: BidFunction) -> PlayerGains:
    buyer, seller = game.priors
    own, rival = Bidder(bid, buyer), Bidder(ask, seller)
    trading = Trading(game.utilities[0], game.k, rival)
    # Types are told apart where bids hardly rise, too.
    even = bid(np.linspace(bid.types[0], bid.types[-1], TYPES))
    return bidder_bound(
        own,
        [rival],
        trading,
        game.payoff_range(0),
        floor=float(min(bid.bids[0], ask.bids[0])),
        kinks=np.concatenate([trading.kinks, even]),
        draw=False,
        most_cells=trading.most_cells,
    )


DOUBLE_AUCTIONS = Judge(_gains)
