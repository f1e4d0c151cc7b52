"""Auctions of several units of bidders who are alike.

With x = F(v) and Q(x) the units that a bidder expects whose rivals' types are below v with
probability x, and v0 the weakest type that bids:

* Vickrey, and the highest losing bid where each wants one unit: the truth;
* own bids paid, where a bidder's units are worth the same: all its bids are one, and
  ``b = v - (integral of Q(F(s)) ds + Q(F(v0)) (v0 - reserve)) / Q(F(v))``. Alone the first bid
  would be lower than the last (it meets weaker rivals), which bids may not be: they are equal;
* lowest winning bid, one unit each: ``b = v - integral of (F(s) / F(v)) ** (n - K) ds``;
* highest losing bid, several units each: the truth for the first unit, which never sets the price
  of one that is won. With one bid more than units (K = n m - 1) only last bids can lose, and
  ``b' = (v - b) a f_m / (1 - F_m)``, ``a = (n - 1) / (m - 1)``, F_m the distribution of the last
  value; so ``b = v - integral of ((1 - F_m(v)) / (1 - F_m(s))) ** a ds`` from the lowest value on,
  which bids the reserve. With K <= n later bids are the reserve (demand reduction) if no higher
  one pays even the highest value: if the integral of ``(high - b) dH_k - (k - 1) (H_(k-1) - H_k)
  db`` up to any bid is not positive, H of the rivals' first bids alone.

Own bids paid where values fall from unit to unit have no equilibrium in bids that depend on one
unit's value each: types with two values close together would bid more for the second unit, and
make both bids equal instead (Engelbrecht-Wiggans and Kahn 1998).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.continuous.multi_unit_auction import MultiUnitAuction
from econ_theory.games.continuous.priors import Prior
from econ_theory.quadrature import cosine_shares, integrals, placed, running
from econ_theory.solvers.base import Ending, Proposals, check_numbers, family_wanted
from econ_theory.strategies.bids import BidFunction, BidProfile, BidSchedule

__all__ = ["MultiUnit"]

HALVINGS = 29


@dataclass(frozen=True)
class MultiUnit:
    """The symmetric equilibrium of an auction of several identical units.

    Parameters
    ----------
    knots : int
        Knots of bid functions that are no straight lines.

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import MultiUnitAuction, Uniform
    >>> solution = solve(MultiUnitAuction("uniform_price", 3, 2, Uniform(), 2))
    >>> solution.certificate.relative < 1e-6
    True
    >>> solution.profile.functions[0]([[0.8, 0.5]]).round(3)
    array([[0.8 , 0.25]])
    """

    knots: int = 2048
    source = "Krishna 2009, chapters 12 and 13; Engelbrecht-Wiggans and Kahn 1998"
    exact = True
    continuous = True

    def __post_init__(self) -> None:
        check_numbers(self, knots=16)

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if other := family_wanted(game, MultiUnitAuction):
            return other
        if _truthful(game):
            return None
        if not game.symmetric:
            return "bidders differ, want all alike, or Vickrey; certify bids of your own."
        if game.demand == 1:
            return None
        if game.pricing == "discriminatory" and game.marginals == "sorted":
            return (
                "own bids are paid and values fall, so that bids depend on several values, want "
                'marginals="constant"; certify bids of your own.'
            )
        if game.pricing == "lowest_accepted":
            return (
                "the price is the lowest winning bid and demand is several units, want demand=1; "
                "certify bids of your own."
            )
        if game.pricing == "uniform_price" and not (_one_loses(game) or _reduces(game)):
            return (
                "bids for later units pay and meet several others, want K = n m - 1 units, or "
                "K <= n and a second unit not worth the price; certify bids of your own."
            )
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield profiles; `start` and `rng` are not used."""
        if _truthful(game):
            made = {id(prior): _schedule(_truth(game, prior), game) for prior in game.priors}
            yield BidProfile([made[id(prior)] for prior in game.priors])  # type: ignore[misc]
            return Ending("the truth was proposed")
        if game.pricing != "uniform_price":
            schedule = _schedule(_flat(game, self.knots), game)
        else:
            prior = game.priors[0]
            truth = _truth(game, prior)
            later = [BidFunction(truth.types, [game.reserve] * 2)] * (game.demand - 1)
            if _one_loses(game):
                later = [*[truth] * (game.demand - 2), _last_bid(game, self.knots)]
            schedule = BidSchedule([truth, *later])
        yield BidProfile([schedule] * game.n_players)  # type: ignore[misc]
        return Ending("the first-order condition has one solution")


def _truthful(game: MultiUnitAuction) -> bool:
    return game.pricing == "vickrey" or (game.pricing == "uniform_price" and game.demand == 1)


def _schedule(function: BidFunction, game: MultiUnitAuction) -> BidSchedule:
    return BidSchedule([function] * game.demand)


def _truth(game: MultiUnitAuction, prior: Prior) -> BidFunction:
    low = max(prior.low, game.reserve)
    return BidFunction([low, prior.high], [low, prior.high])


def _flat(game: MultiUnitAuction, n_knots: int) -> BidFunction:
    prior, v = game.priors[0], _values(game, n_knots)
    units = _expected_units(game)
    won = units(prior.cdf(v))
    surplus = won[0] * (v[0] - game.reserve) + running(lambda s: units(prior.cdf(s)), v)
    with np.errstate(divide="ignore", invalid="ignore"):
        bids = v - surplus / won
    bids[~(won > 0)] = v[0]
    bids = np.maximum.accumulate(np.clip(bids, game.reserve, v))
    return BidFunction(v, bids)


def _expected_units(game: MultiUnitAuction) -> Callable[[Array], Array]:
    """Return Q; with the lowest winning bid its equal in effect, ``x ** (n - K)``."""
    rivals, m, n_units = game.n_players - 1, game.demand, game.n_units
    if game.pricing == "lowest_accepted":
        return lambda x: x ** max(rivals + 1 - n_units, 0)

    def units(x: Array) -> Array:
        total = np.zeros_like(x)
        for above in range(rivals + 1):
            left = min(max(n_units - m * above, 0), m)
            if left:
                chance = comb(rivals, above) * (1 - x) ** above * x ** (rivals - above)
                total = total + left * chance
        return total

    return units


def _one_loses(game: MultiUnitAuction) -> bool:
    return game.n_units == game.n_players * game.demand - 1


def _reduces(game: MultiUnitAuction) -> bool:
    """Return whether later bids cost more on former units than they bring, whatever they are."""
    n_units, rivals = game.n_units, game.n_players - 1
    if n_units > game.n_players:
        return False
    prior = game.priors[0]
    b = np.linspace(max(prior.low, game.reserve), prior.high, 4097)
    x = game.rank(0, prior.cdf(b))
    exactly = [comb(rivals, q) * (1 - x) ** q * x ** (rivals - q) for q in range(n_units)]
    middle, width = (b[1:] + b[:-1]) / 2, np.diff(b)
    for k in range(2, game.demand + 1):
        wins = np.sum(exactly[: n_units - k + 1], axis=0)
        costs = (k - 1) * (exactly[n_units - k + 1][1:] + exactly[n_units - k + 1][:-1]) / 2
        worth = np.cumsum((prior.high - middle) * np.diff(wins) - costs * width)
        if worth.max() > 1e-6 * prior.high:
            return False
    return True


def _last_bid(game: MultiUnitAuction, n_knots: int) -> BidFunction:
    """Integrate from the lowest value on: the share of a piece that is left falls to zero."""
    prior, m = game.priors[0], game.demand
    a = (game.n_players - 1) / (m - 1)
    v = _values(game, n_knots)
    above = (1 - game.rank(m - 1, prior.cdf(v))) ** a
    with np.errstate(divide="ignore", invalid="ignore"):
        pieces = integrals(
            lambda s: above[1:, None] / (1 - game.rank(m - 1, prior.cdf(s))) ** a, v[:-1], v[1:]
        )
        kept = above[1:] / above[:-1]
    pieces = np.nan_to_num(pieces, nan=0.0, posinf=0.0)
    shaded = [v[0] - game.reserve]
    for piece, share in zip(pieces.tolist(), np.nan_to_num(kept).tolist(), strict=True):
        shaded.append(shaded[-1] * share + piece)
    bids = np.maximum.accumulate(np.clip(v - np.array(shaded), game.reserve, v))
    return BidFunction(v, bids)


def _values(game: MultiUnitAuction, n_knots: int) -> Array:
    """Return knots crowded at both ends of the values that bid."""
    low, high = max(game.priors[0].low, game.reserve), game.priors[0].high
    return placed(cosine_shares(n_knots, HALVINGS), low, high)
