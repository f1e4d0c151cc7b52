"""Bids for several units: how many rivals' bids are higher, and the curve of each own unit.

A rival's j-th bid ``b_j(v_j)`` beats b with probability ``t_j(b)``, and as its bids fall, it has
exactly j bids above b with probability ``t_j - t_(j + 1)``. Rivals are independent, so counts of
their bids above b are convolutions. All of it is enclosed cell by cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.envelope.chords import Chord, bent, straight
from econ_theory.certificates.continuous.envelope.curve import Curve
from econ_theory.games.continuous.multi_unit_auction import order_statistic
from econ_theory.games.continuous.priors import Prior
from econ_theory.quadrature import unit_rule
from econ_theory.strategies.bids import BidFunction

__all__ = ["Counts", "Seller", "UnitBidder", "unit_curve"]

Rank = Callable[[int, Any], Any]
"""The distribution function of the k-th marginal value, given that of one draw."""


@dataclass(frozen=True, eq=False)
class UnitBidder:
    """The bid functions of a bidder's units, the prior, and how many players share both."""

    functions: tuple[BidFunction, ...]
    prior: Prior
    count: int = 1


@dataclass(frozen=True, eq=False)
class Counts:
    """Chances that exactly q < K rival bids are better: below, at, above levels, and between.

    Attributes
    ----------
    below, above : lists of K arrays (L,)
        For bids just below (above) each level.
    at : list of m arrays (L,)
        At the level itself, the chance that the k-th own bid wins, ties broken by lot.
    between : list of K chords (L - 1 cells)
    """

    below: list[Array]
    above: list[Array]
    at: list[Array]
    between: list[Chord]


@dataclass(frozen=True)
class Seller:
    """How many units are for sale, how many each bidder wants, and how its values are ranked."""

    n_units: int
    demand: int
    rank: Rank

    def counts(self, rivals: Sequence[UnitBidder], levels: Array) -> Counts:
        """Return the `Counts` of `rivals` at `levels`."""
        below, above, between = [], [], []
        for rival in rivals:
            low, high, inside = [], [], []
            for j, f in enumerate(rival.functions):
                first, last = f.inverse(levels), f.inverse(levels, upper=True)
                ends = rival.prior.cdf(first), rival.prior.cdf(last)
                density = rival.prior.pdf(last)[:-1], rival.prior.pdf(first)[1:]
                span = first[1:] - last[:-1]
                cells = bent(ends[1][:-1], ends[0][1:], *density, span)
                low.append(-self.rank(j, ends[0]) + 1.0)
                high.append(-self.rank(j, ends[1]) + 1.0)
                inside.append(-self.rank(j, cells) + 1.0)
            below.append(low)
            above.append(high)
            between.append(inside)
        copies = [rival.count for rival in rivals]
        found = [self._convolved(tails, copies) for tails in (below, above, between)]
        return Counts(found[0], found[1], self._ties(below, above, copies), found[2])

    def wins(self, pmf: Sequence[Any], k: int) -> Any:
        """Return the chance that the k-th bid (from 0) wins: fewer than K - k better ones."""
        total = pmf[0]
        for q in range(1, self.n_units - k):
            total = total + pmf[q]
        return total

    def _convolved(self, tails: list[list[Any]], copies: list[int]) -> list[Any]:
        total: list[Any] | None = None
        for tail, count in zip(tails, copies, strict=True):
            one = [-tail[0] + 1.0]
            one += [tail[j] + (-tail[j + 1]) for j in range(len(tail) - 1)]
            one.append(tail[-1])
            one = one[: self.n_units]
            for _ in range(count):
                total = one if total is None else self._sum(total, one)
        assert total is not None
        zero = total[0] * 0.0
        return total + [zero] * (self.n_units - len(total))

    def _sum(self, a: list[Any], b: list[Any]) -> list[Any]:
        result = []
        for q in range(min(self.n_units, len(a) + len(b) - 1)):
            terms = [a[r] * b[q - r] for r in range(len(a)) if 0 <= q - r < len(b)]
            total = terms[0]
            for term in terms[1:]:
                total = total + term
            result.append(total)
        return result

    def _ties(
        self, below: list[list[Array]], above: list[list[Array]], copies: list[int]
    ) -> list[Array]:
        """Integrate over the number x that goes with the own bid: a polynomial, Gauss is exact."""
        m, n_rivals = self.demand, sum(copies)
        plain = self._convolved(above, copies)
        wins = [self.wins(plain, k).copy() for k in range(m)]
        jump = np.zeros(len(wins[0]), dtype=bool)
        for low, high in zip(below, above, strict=True):
            for closed, opened in zip(low, high, strict=True):
                jump |= closed > opened
        if jump.any():
            x, weights = unit_rule(m * (n_rivals + 1) // 2 + 1)
            tails = [
                [
                    opened[jump, None]
                    + (closed - opened)[jump, None] * (1 - order_statistic(j, m, x))
                    for j, (closed, opened) in enumerate(zip(low, high, strict=True))
                ]
                for low, high in zip(below, above, strict=True)
            ]
            pmf = self._convolved(tails, copies)
            for k in range(m):
                # The k-th highest of m uniform numbers has this density at x.
                density = m * comb(m - 1, k) * (1 - x) ** k * x ** (m - 1 - k)
                wins[k][jump] = self.wins(pmf, k) @ (weights * density)
        return wins


def unit_curve(
    bidder: UnitBidder, k: int, seller: Seller, counts: Counts, levels: Array
) -> tuple[Curve, list[Chord]]:
    """Return the `Curve` of the k-th unit (from 0), and along it the chances of every count.

    As `curve.trace` does for one unit: four points a level, the first level is the lowest bid.
    """
    f, prior = bidder.functions[k], bidder.prior
    first, last = f.inverse(levels), f.inverse(levels, upper=True)
    sides = [seller.wins(counts.below, k), counts.at[k], seller.wins(counts.above, k)]
    sides[0] = sides[0].copy()
    sides[0][0] = 0.0
    v = np.concatenate([[prior.low, f.types[0]], np.stack([first, first, last, last], 1).ravel()])
    b = np.concatenate([levels[[0, 0]], np.repeat(levels, 4)])
    win = np.concatenate([[0.0, 0.0], np.stack([sides[j] for j in (0, 1, 1, 2)], 1).ravel()])
    between = np.zeros(len(v) - 1, dtype=bool)
    between[5::4] = True
    kept = between | (np.diff(v) > 0) | (np.diff(win) != 0)
    inside = between[kept]
    chance = straight(win)
    whole = seller.wins(counts.between, k)
    dev = np.zeros(len(v) - 1)
    # A monotone function stays within its step.
    dev[between] = np.minimum(whole.dev, np.abs(whole.step))
    level = np.concatenate([[-1, 0], np.repeat(np.arange(len(levels)), 4)])[:-1]
    curve = Curve(
        type=straight(v)[kept],
        bid=straight(b)[kept],
        win=Chord(chance.left[kept], chance.right[kept], dev[kept]),
        rivals=(),
        own=(np.diff(v) > 0)[kept],
        weight=np.diff(seller.rank(k, prior.cdf(v)))[kept],
        levels=levels,
        level=level[kept],
        jumps=False,
    )
    return curve, [_spread(chord, inside) for chord in counts.between]


def _spread(chord: Chord, inside: Array) -> Chord:
    """Lay cells between levels out along a curve; elsewhere the bid does not change: zero."""
    parts = []
    for part in (chord.left, chord.right, chord.dev):
        full = np.zeros(len(inside))
        full[inside] = part
        parts.append(full)
    return Chord(*parts)
