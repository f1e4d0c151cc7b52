"""What an auction of affiliated signals earns the seller."""

from __future__ import annotations

from typing import Any

import numpy as np

from econ_theory.errors import RefusedError
from econ_theory.games.continuous.interdependent_auction import InterdependentAuction
from econ_theory.games.continuous.payment_rules import WinnerPays
from econ_theory.strategies.bids import as_bids

__all__ = ["interdependent_revenue"]

SIGNALS = 1024


def interdependent_revenue(game: InterdependentAuction, profile: Any) -> float:
    """Return the expected payments of all bidders, by the midpoint rule over 1,024 signals.

    A bidder who bids like rivals of signal z pays ``own b G(z | x) + (1 - own) E[price; y < z]``,
    or b where all pay. Three bidders or more bid alike.

    >>> from econ_theory.games import LinearShares, SignalSum
    >>> game = InterdependentAuction("first_price", LinearShares(), SignalSum(0.5, 0.5))
    >>> round(interdependent_revenue(game, [lambda x: 2 * x / 3] * 2), 4)
    0.7778
    """
    functions = as_bids(profile, game).functions
    if game.n_players > 2 and len({id(f) for f in functions}) > 1:
        raise RefusedError(
            f"{game.n_players} players bid by different functions, want one BidFunction for all."
        )
    signal = game.priors[0]
    x = signal.ppf((np.arange(SIGNALS) + 0.5) / SIGNALS)[:, None]
    total = 0.0
    for i, f in enumerate(functions):
        rival = functions[1 - i] if game.n_players == 2 else f
        bids = f(x[:, 0])
        paid = np.where(np.isnan(bids), 0.0, bids)
        if isinstance(game.payment, WinnerPays):
            own = game.payment.own
            y = np.linspace(signal.low, signal.high, SIGNALS + 1)
            price = rival((y[1:] + y[:-1]) / 2)
            price = np.where(np.isnan(price), game.reserve, price)
            below = game.joint.below(x, y)
            sums = np.cumsum(price * np.diff(below, axis=1), axis=1)
            sums = np.concatenate([np.zeros((SIGNALS, 1)), sums], axis=1)
            z = (rival.inverse(paid) + rival.inverse(paid, upper=True)) / 2
            won = game.joint.below(x, z[:, None])[:, 0]
            second = np.array([np.interp(t, y, row) for t, row in zip(z, sums, strict=True)])
            paid = np.where(np.isnan(bids), 0.0, own * paid * won + (1 - own) * second)
        total += float(paid.mean())
    return total
