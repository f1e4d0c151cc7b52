"""Symmetric auctions and contests by quadrature: the equilibrium bid as an integral of the prior.

In the symmetric equilibrium the first-order condition of each rule is a linear differential
equation in the bid, so its solution is one integral; by parts, of the distribution function alone.
With ``S = F ** (n - 1)`` and v0 the weakest type that bids:

* winner pays: ``b = v - integral of (S(s) / S(v)) ** k ds``, k = 1 / own share, or 1 / CRRA power;
  with CARA a: ``b = v + log(1 - a integral of exp(-a (v - s)) S(s) / S(v) ds) / a``
* everyone pays: ``b = integral of s dW``, W the expected prize; with a share returned, W is
  ``-log(1 - returned S) / returned``; with costs of effort as types, s is ``1 / cost``; with CARA
  a and ``z = 1 - exp(-a v)``: ``a b = -log(1 - S z) - integral of S / (1 - S z) dz``
* k-th price: given that a rival ties with v, the price is expected to be v, an Abel equation of
  which repeated differentiation is the inverse: with Q the quantile function, q = F(v), m = n - 2
  and j = k - 2, ``b = (m - j)! / m! q^(j - m) (d/dq)^j (q^m Q)``; third price: ``v + F / (m f)``
* second price with spite or a toehold: ``b = v + integral of ((1 - F(s)) / (1 - F(v))) ** k ds``;
  first price: as above with k = 1 + weight of spite, or 1 / (1 - share) of the price
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from math import comb, factorial
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import ProfileError
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import (
    AllPay,
    CustomPayoff,
    Effort,
    KthPrice,
    WinnerPays,
)
from econ_theory.games.continuous.priors import Prior
from econ_theory.games.continuous.utilities import (
    Cara,
    Charity,
    Crra,
    ReturnOnInvestment,
    Spite,
)
from econ_theory.quadrature import cosine_shares, nodes_of, placed, running
from econ_theory.solvers.base import Ending, Proposals, family_wanted
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["SymmetricAuction"]

HALVINGS = 35
LOWEST_PRICE = 6
"""The lowest price solved for: its bids have four derivatives of the quantile function in them."""

STENCIL = 0.02
"""Step of finite differences, as a share of the distance to the nearer end of the types."""

ROUNDING = 2.2e-16


@dataclass(frozen=True)
class SymmetricAuction:
    """The symmetric equilibrium of an auction of bidders who are alike, at finer and finer knots.

    Proposes the piecewise-linear interpolation at 256, 1,024 and 4,096 knots, crowded at both ends
    of the support. Its values at the knots are exact up to quadrature (8 Gauss nodes a piece).

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import AuctionGame, Power
    >>> solution = solve(AuctionGame("first_price", Power(2.0), 3))
    >>> float(solution.profile.functions[0](0.5).round(6)), solution.certificate.relative < 1e-6
    (0.4, True)
    """

    knots: tuple[int, ...] = (256, 1024, 4096)
    source = "Krishna 2009, Auction Theory, chapters 2 to 4; Moldovanu and Sela 2001"
    exact = True
    continuous = True

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if other := family_wanted(game, AuctionGame):
            return other
        if isinstance(game.payment, CustomPayoff):
            return "the payoff is custom, want a rule of auctions; certify bids of your own."
        if game.n_players < 2:
            return "there is one bidder, want two or more; it bids the reserve."
        if not game.symmetric:
            return "bidders differ, want two or more who are alike; use AsymmetricFirstPrice."
        if game.unsold:
            return f"no type is worth the reserve {game.reserve:g}, want some; use ReserveBidding."
        unsolved = _unsolved(game)
        return f"{unsolved}; certify bids of your own." if unsolved else None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield the interpolations; `start` and `rng` are not used."""
        for n_knots in self.knots:
            try:
                function = _function(game, n_knots)
            except ProfileError as problem:
                return f"the first-order condition has no monotone solution ({problem})"
            yield BidProfile([function] * game.n_players)  # type: ignore[misc]
        return Ending("the finest knots were proposed")


def _unsolved(game: AuctionGame) -> str | None:
    payment = game.payment
    if game.demand is not None:
        return "the winner's quantity depends on its price, want demand=None for this solver"
    if isinstance(payment, KthPrice):
        if payment.k > LOWEST_PRICE:
            return f"the price is bid number {payment.k}, want KthPrice({LOWEST_PRICE}) at most"
        if payment.k > 3 and game.reserve is not None:
            return "the fourth or a lower price has a reserve, want none"
    return None


def _function(game: AuctionGame, n_knots: int) -> BidFunction:
    prior = game.values[0]
    reserve = game.reserve
    if reserve is not None and game.procurement:
        reserve = -reserve
    enter, first = _entry(game, prior, reserve)
    # Even in types, and where most types are.
    ranks = np.linspace(float(prior.cdf(enter)), 1.0, n_knots // 2)[1:-1]
    inside = np.concatenate([prior.turns, prior.ppf(ranks)])
    v = placed(cosine_shares(n_knots, HALVINGS), enter, prior.high, inside)
    with np.errstate(invalid="ignore"):
        bids = _bids(game, prior, v, first)
    finite = np.isfinite(bids)
    if isinstance(game.payment, KthPrice):
        kept = finite | (v == v[-1])
        v, bids, finite = v[kept], bids[kept], finite[kept]
    if not finite[-1] and finite.sum() > 2:
        # A pole at the top, from where F rounds to one: go on as steeply as before.
        last = bids[finite][-2:]
        finite[-1] = True
        bids[-1] = 2 * last[1] - last[0]
        v, bids = v[finite], bids[finite]
    small = 1e-13 * max(1.0, np.abs(bids).max())
    rising = np.maximum.accumulate(bids)
    bids = np.where(rising - bids <= small, rising, bids)
    # Pieces that rounding made flat would be atoms.
    bids, kept = np.unique(bids, return_index=True)
    types = v[kept]
    types[-1] = v[-1]
    function = BidFunction(types, bids)
    if game.procurement or game.falling:
        return function.turned(negate=game.procurement)
    return function


def _entry(game: AuctionGame, prior: Prior, reserve: float | None) -> tuple[float, float]:
    """Return the weakest type that bids, and its bid (where everyone pays)."""
    if reserve is None or (reserve <= prior.low and not isinstance(game.payment, AllPay)):
        return prior.low, 0.0
    if not isinstance(game.payment, AllPay):
        return reserve, 0.0
    from scipy.optimize import brentq

    rivals, utility = game.n_players - 1, game.utilities[0]

    def spare(v: float) -> float:
        won = float(prior.cdf(v)) ** rivals
        if isinstance(utility, Cara):
            return won * -math.expm1(-utility.aversion * v) + math.expm1(
                -utility.aversion * reserve
            )
        return v * won - reserve

    if spare(prior.low) >= 0:
        return prior.low, reserve
    return float(brentq(spare, prior.low, prior.high, xtol=1e-15)), reserve  # type: ignore[arg-type]


def _bids(game: AuctionGame, prior: Prior, v: Array, first: float) -> Array:
    payment, utility, rivals = game.payment, game.utilities[0], game.n_players - 1
    if isinstance(payment, Effort):
        prize = _prize(payment.prizes, rivals)
        base = prize(np.zeros(1))[0]
        # In values v = -cost, dx = dW / cost = d(W / cost) - W d(1 / cost).
        area = running(lambda s: (prize(prior.cdf(s)) - base) / s**2, v)
        return (prize(prior.cdf(v)) - base) / -v - area
    if isinstance(payment, AllPay):
        share = payment.returned
        prize = _prize(payment.prizes, rivals)

        def worth(s: Array) -> Array:
            won = prize(prior.cdf(s))
            if share < ROUNDING:
                return won
            with np.errstate(divide="ignore"):
                return -np.log1p(-share * won) / share

        if isinstance(utility, Cara):
            a = utility.aversion
            at_risk = -np.expm1(-a * v) * prior.cdf(v) ** rivals

            def rate(s: Array) -> Array:
                won = prior.cdf(s) ** rivals
                return won * np.exp(-a * s) / (1 + np.expm1(-a * s) * won)

            risen = np.log1p(-at_risk) - np.log1p(-at_risk[0])
            return first - risen / a - running(rate, v)
        start = worth(v[:1])[0]
        area = running(lambda s: worth(s) - start, v)
        return first + v * (worth(v) - start) - area
    if isinstance(payment, KthPrice):
        bids = _kth_price(prior, v, payment.k - 2, rivals - 1)
        bids[0] = v[0] if not np.isfinite(bids[0]) else bids[0]
        return bids
    assert isinstance(payment, WinnerPays)
    if isinstance(utility, (Charity, Spite)) and payment.own == 0:
        weight = utility.share if isinstance(utility, Charity) else utility.weight
        k = 1 / weight if isinstance(utility, Charity) else (1 + weight) / weight
        # The same sum, from the top: turn the axis round.
        down = _sum(-v[::-1], lambda s: 1 - prior.cdf(-s), k)
        return v + down[::-1]
    if payment.own == 0:
        return v.copy()
    power = float(rivals)
    if isinstance(utility, Crra):
        power /= utility.power
    if isinstance(utility, Spite):
        power *= 1 + utility.weight
    if isinstance(utility, Charity):
        power /= 1 - utility.share
    if isinstance(utility, Cara):
        a = utility.aversion
        lost = _sum(v, prior.cdf, power, rate=a)
        return v + np.log1p(-a * lost) / a
    if isinstance(utility, ReturnOnInvestment):
        return 1 / (1 / v + _sum(v, prior.cdf, power, factor=lambda s: s**-2.0))
    return v - _sum(v, prior.cdf, power / payment.own)


def _prize(prizes: tuple[float, ...], rivals: int) -> Callable[[Array], Array]:
    """Return the expected prize of a type as a function of its rank F."""

    def prize(rank: Array) -> Array:
        total = np.zeros_like(rank)
        for place, share in enumerate(prizes):
            above = (1 - rank) ** place
            total = total + share * comb(rivals, place) * above * rank ** (rivals - place)
        return total

    return prize


def _kth_price(prior: Prior, v: Array, j: int, m: int) -> Array:
    """Return bids where the price is the j-th highest of m bids below: j derivatives of Q."""

    def ratio(s: Array) -> Array:
        return prior.cdf(s) / prior.pdf(s)

    # q^l (d/dq)^l Q, from q d/dq = (F / f) d/dv.
    parts: list[Callable[[Array], Array]] = [lambda s: s, ratio]
    for order in range(1, j):

        def part(s: Array, order: int = order) -> Array:
            return ratio(s) * _slope(prior, parts[order], s) - order * parts[order](s)

        parts.append(part)
    weights = [comb(j, k) * factorial(m - j) / factorial(m - j + k) for k in range(j + 1)]
    with np.errstate(divide="ignore", invalid="ignore"):
        bids = sum(weight * part(v) for weight, part in zip(weights, parts, strict=True))
    bids = np.asarray(bids)
    if j > 1:
        # At the very ends differences see little but rounding; go on straight at the top.
        span, near = prior.high - prior.low, 1e-6 * 100.0 ** (j - 2)
        bids[(v - prior.low < 1e-6 * span) | (prior.high - v < near * span)] = np.nan
        last = np.flatnonzero(np.isfinite(bids))[-2:]
        slope = np.diff(bids[last]) / np.diff(v[last])
        bids[-1] = bids[last[-1]] + slope[0] * (v[-1] - v[last[-1]])
    return bids


def _slope(prior: Prior, function: Callable[[Array], Array], v: Array) -> Array:
    """Return the derivative at `v` by central differences of sixth order."""
    step = STENCIL * np.minimum(v - prior.low, prior.high - v)
    rises = [function(v + k * step) - function(v - k * step) for k in (1, 2, 3)]
    return (45 * rises[0] - 9 * rises[1] + rises[2]) / (60 * step)


def _sum(
    v: Array,
    below: Callable[[Array], Array],
    power: float,
    *,
    rate: float = 0.0,
    factor: Callable[[Array], Array] | None = None,
) -> Array:
    """Return the integral up to v of ``(below(s) / below(v)) ** power * exp(-rate (v - s))``.

    From knot to knot, so that no power of a small probability is ever formed by itself.
    """
    s, weights = nodes_of(v[:-1], v[1:])
    at = below(v)
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = np.where(at[1:, None] > 0, below(s) / at[1:, None], 0.0) ** power
        carry = np.where(at[1:] > 0, at[:-1] / at[1:], 0.0) ** power
    inner = inner * np.exp(-rate * (v[1:, None] - s))
    carry = carry * np.exp(-rate * np.diff(v))
    if factor is not None:
        inner = inner * factor(s)
    pieces = (inner * weights).sum(axis=1)
    total, sums = 0.0, [0.0]
    for piece, kept in zip(pieces.tolist(), carry.tolist(), strict=True):
        total = total * kept + piece
        sums.append(total)
    return np.array(sums)
