"""One player's largest gain from deviating, for all types and bids: a bound and an estimate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.envelope.curve import Bidder, Curve, first_levels, trace
from econ_theory.certificates.continuous.envelope.gains import Envelope
from econ_theory.certificates.continuous.envelope.reduction import Reduction, reduce
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import AllPay, Effort
from econ_theory.games.continuous.priors import Prior
from econ_theory.games.continuous.utilities import Spite
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["bidder_bound", "in_costs", "player_bound", "refined_levels"]

CELLS = 1024
MOST_CELLS = 60_000
SHARPNESS = 1e-9
"""Gap between bound and estimate, as a share of the payoff range, that is fine enough."""

WORST = 16
"""Cells within this factor of the widest are refined together."""


def player_bound(game: AuctionGame, profile: BidProfile, i: int) -> PlayerGains:
    """Return the `PlayerGains` of player `i` of an auction, see `bidder_bound`."""
    own, rivals = _bidders(game, profile, i)
    reserve, floor = _floor(game, own, rivals)
    kinks = [] if reserve is None else [reserve]
    kinks.append(own.prior.high)
    kinks = [kink for kink in kinks if kink > floor]
    top = max(bidder.function.bids[-1] for bidder in (own, *rivals))
    kinks = [kink for kink in kinks if kink <= max(top, reserve or top)]
    found = bidder_bound(
        own,
        rivals,
        lambda curve: reduce(game, i, curve),
        game.payoff_range(i),
        floor=floor,
        kinks=kinks,
        reserve=reserve,
    )
    if game.procurement or game.falling:
        return in_costs(found, bids=game.procurement)
    return found


def bidder_bound(
    own: Bidder,
    rivals: Sequence[Bidder],
    reduction: Callable[[Curve], Reduction],
    size: float,
    *,
    floor: float,
    kinks: Sequence[float] | Array = (),
    reserve: float | None = None,
    draw: bool = True,
    most_cells: int | None = None,
) -> PlayerGains:
    """Return the `PlayerGains` of `own`, its grid refined until bound and estimate agree.

    They agree if they differ by at most 1e-9 of `size`, or half the estimate, or the grid has
    60,000 cells. Rounding in float64 is bounded roughly (one unit in the last place a cell),
    everything else is inside the bound.

    Parameters
    ----------
    own, rivals : in values and rising bids
    reduction : callable
        What raising the bid does along a curve.
    size : float
        What a relative gain is a share of.
    floor : float
        Lowest bid there is to consider; lower ones win nothing.
    kinks : more bids to cut the curve at
    reserve : float, optional
    draw : bool
        Whether ties are broken by a fair draw; else a tie is won.
    most_cells : int, optional
        Instead of 60,000.
    """
    levels = first_levels(own, rivals, floor, kinks, CELLS)
    while True:
        curve = trace(own, rivals, levels, reserve, draw=draw)
        envelope = Envelope(curve, reduction(curve), size)
        gains = envelope.gains()
        goal = max(SHARPNESS * size, gains.estimates.max() / 2)
        finer = (
            levels if len(levels) >= (most_cells or MOST_CELLS) else refined_levels(envelope, goal)
        )
        if gains.bounds.max() - gains.estimates.max() <= goal or len(finer) == len(levels):
            break
        levels = finer
    cells = envelope.cells
    return PlayerGains(
        types=np.stack([curve.type.left[cells], curve.type.right[cells]], axis=1),
        gains=gains.bounds,
        estimates=gains.estimates,
        actions=gains.bids,
        weights=curve.weight[cells],
        utility=envelope.mean_utility(),
    )


def in_costs(gains: PlayerGains, *, bids: bool = True) -> PlayerGains:
    """Return `gains` of values as those of costs: types change sign, and bids too if `bids`."""
    return replace(
        gains,
        types=-gains.types[:, ::-1],
        actions=-gains.actions if bids else gains.actions,
    )


def refined_levels(envelope: Envelope, goal: float) -> Array:
    """Return the levels with new ones where the enclosure is widest."""
    curve, spread = envelope.curve, envelope.spread
    # The widest first: at a singular end a few cells decide, and need many rounds.
    limit = max(goal / 2, spread.max() / WORST)
    wide = curve.level[(spread > limit) & (curve.bid.step > 0)]
    wide = np.unique(wide[wide >= 0])
    levels = curve.levels
    start, width = levels[wide], np.diff(levels)[wide]
    able = width > 1e-14 * max(1.0, np.abs(levels).max())
    start, width = start[able], width[able]
    parts = 2 if len(start) * 3 + len(levels) > MOST_CELLS else 4
    new = [start + width * part / parts for part in range(1, parts)]
    return np.unique(np.concatenate([levels, *new]))


def _bidders(game: AuctionGame, profile: BidProfile, i: int) -> tuple[Bidder, list[Bidder]]:
    """Return player i and its rivals in values and bids, those who are alike counted together."""
    turns = game.procurement or game.falling
    priors = game.values
    functions: dict[tuple[int, int], BidFunction] = {}
    kinds: dict[tuple[int, int], int] = {}
    for j, f in enumerate(profile.functions):
        key = (id(f), priors.index(priors[j]))
        if key not in functions:
            turned = f.turned(negate=game.procurement) if turns else f
            functions[key] = _top_type_bids(game, priors[j]) if f.silent else turned
        if j != i:
            kinds[key] = kinds.get(key, 0) + 1
    own = Bidder(functions[id(profile.functions[i]), priors.index(priors[i])], priors[i])
    return own, [Bidder(functions[key], priors[key[1]], count) for key, count in kinds.items()]


def _top_type_bids(game: AuctionGame, prior: Prior) -> BidFunction:
    """Who places no bid is one whose best type alone bids: it has no weight."""
    bid = 0.0 if game.falling else prior.high
    if game.reserve is not None:
        bid = -game.reserve if game.procurement else game.reserve
    return BidFunction([prior.high], [bid])


def _floor(game: AuctionGame, own: Bidder, rivals: list[Bidder]) -> tuple[float | None, float]:
    """Return the reserve in values, and the lowest bid there is to consider."""
    reserve = game.reserve
    if reserve is not None and game.procurement:
        reserve = -reserve
    lowest = min(bidder.function.bids[0] for bidder in (own, *rivals))
    spiteful = any(isinstance(utility, Spite) for utility in game.utilities)
    if spiteful and any(r.prior.cdf(r.function.types[0]) > 0 for r in rivals):
        raise RefusedError("some types place no bid, want a bid of every type with Spite.")
    if isinstance(game.payment, (AllPay, Effort)):
        if lowest < 0:
            raise RefusedError(f"some bid is {lowest:g}, want bids >= 0 where everyone pays.")
        return reserve, 0.0
    if reserve is not None:
        if lowest < reserve - 1e-12 * max(1.0, abs(reserve)):
            raise RefusedError(
                f"some bid is {abs(lowest):g}, want none beyond the reserve {game.reserve:g}; let "
                "those types place no bid."
            )
        return reserve, min(lowest, reserve)
    return None, lowest if game.procurement else min(lowest, 0.0)
