"""What bidders think an object is worth, from the bids they made in first-price auctions.

Who bids b in equilibrium has the value ``b + 1 / (sum over rivals j of g_j(b) / G_j(b))``, with G_j
the distribution of rival j's bids and g_j its density: the first-order condition, solved for the
value. Observed bids estimate both, so each bid gives a pseudo-value, and those estimate the prior.

Source: Guerre, Perrigne and Vuong 2000, "Optimal nonparametric estimation of first-price
auctions", Econometrica 68, 525-574; bidders of several groups as in Campo, Perrigne and Vuong
2003, "Asymmetry in first-price auctions with affiliated private values", Journal of Applied
Econometrics 18, 179-207, here with independent values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from econ_theory.analysis.value_estimate import ObservedBids, ValueEstimate, pseudo_values
from econ_theory.arrays import as_numbers
from econ_theory.errors import GameError

__all__ = ["values_from_bids"]


def values_from_bids(
    bids: Any,
    *,
    groups: Sequence[Any] | None = None,
    procurement: bool = False,
    reserve: float | None = None,
    bandwidth: float = 1.0,
    boundary: Literal["trim", "kernel"] = "trim",
) -> ValueEstimate:
    """Return the values that explain the bids of L first-price auctions of n bidders.

    Kernel estimates with the triweight kernel and the rule-of-thumb bandwidths
    ``2.978 * 1.06 * deviation * observations ** -1/5`` of that paper, 2.978 for the triweight
    instead of the normal kernel (Härdle 1991). Bids within a bandwidth of the lowest or highest
    of a group are trimmed (their value is infinite): kernel estimates are biased there.

    Parameters
    ----------
    bids : (L, n) array
        A row an auction, a column a bidder; all bid, risk neutral, with independent private values.
    groups : sequence of n labels, optional
        Which bidders (columns) are alike; default all of them.
    procurement : bool
        Bids are prices asked, the lowest wins, values are costs.
    reserve : None
        Bids above a binding reserve have a density without bounds; refused.
    bandwidth : float
        What to multiply both bandwidths by; less than 1 undersmooths.
    boundary : "trim" or "kernel"
        "kernel": instead of trimming, kernels change their shape near the ends (linear boundary
        kernels, Jones 1993), so that the prior reaches from end to end; compare Hickman and Hubbard
        2015, "Replacing sample trimming with boundary correction in nonparametric estimation of
        first-price auctions".

    Raises
    ------
    GameError
        If `bids` is no table of numbers of two bidders and ten auctions or more, if bids of a
        group do not differ, if all would be trimmed, or if there is a reserve.

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.analysis import simulate
    >>> from econ_theory.games import AuctionGame, Uniform
    >>> game = AuctionGame("first_price", Uniform(), 3)
    >>> draws = simulate(game, [lambda v: 2 * v / 3] * 3, 400, rng=0)
    >>> estimate = values_from_bids(draws.bids)
    >>> print(estimate)
    values of 3 bidders from 400 first-price auctions; 44% of the bids trimmed
    values 0.2206 to 0.7533, median 0.5008; bandwidths 0.146 (bids), 0.133 (values)
    >>> bool(np.abs(estimate.values - draws.types)[estimate.kept].mean() < 0.03)
    True

    Untrimmed, the estimated prior is one to solve with:

    >>> whole = values_from_bids(draws.bids, boundary="kernel")
    >>> whole.prior.ppf([0.1, 0.5, 0.9]).round(2)
    array([0.11, 0.51, 0.88])
    >>> again = solve(AuctionGame("first_price", whole.prior, 3, reserve=0.5))
    >>> again.certificate.relative < 1e-6
    True
    """
    if reserve is not None:
        raise GameError(
            f"reserve is {reserve}, want None: where it binds, who stays out is not seen and the "
            "density of bids has no bounds; use auctions without one."
        )
    table = as_numbers(bids, GameError, "bids")
    if table.ndim != 2 or table.shape[1] < 2 or len(table) < 10:
        raise GameError(
            f"bids has shape {table.shape}, want (auctions, bidders): ten auctions or more, two "
            "bidders or more, each with a bid; take auctions of other numbers of bidders apart."
        )
    if not bandwidth > 0:
        raise GameError(f"bandwidth is {bandwidth}, want a positive multiple.")
    if boundary not in ("trim", "kernel"):
        raise GameError(f'boundary is {boundary!r}, want "trim" or "kernel".')
    labels = (0,) * table.shape[1] if groups is None else tuple(groups)
    if len(labels) != table.shape[1]:
        raise GameError(f"groups has {len(labels)} labels, want one each of {table.shape[1]}.")
    names = tuple(dict.fromkeys(labels))
    member = np.array([names.index(label) for label in labels])
    signed = -table if procurement else table
    for k, name in enumerate(names):
        if not np.ptp(signed[:, member == k]) > 0:
            who = "all bids" if groups is None else f"all bids of group {name!r}"
            raise GameError(f"{who} are {table[0, member == k][0]:g}, want bids that differ.")
    seen = ObservedBids(signed, member, float(bandwidth), boundary == "trim")
    values, kept = pseudo_values(seen, np.ones((len(table), 1)))
    values, kept = values[..., 0], kept[..., 0]
    for k in range(len(names)):
        left = len(np.unique(values[:, member == k][kept[:, member == k]]))
        if left < 2:
            raise GameError(
                f"{left} bids are left after trimming, want two or more; observe more auctions, or "
                "take a smaller bandwidth."
            )
    return ValueEstimate(seen, values, kept, () if groups is None else names, procurement)
