"""Auctions of several units: utility is a sum over own bids, so units are judged one by one.

Write ``c_q`` for the q-th highest of the rivals' bids. The k-th own bid wins a unit if and only if
``b_k > c_(K-k+1)``, whatever the other own bids are. Let ``H_k(b)`` be the chance of that. Then

    U(v, b) = sum over k of  v_k H_k(b_k) - P_k(b_k)

for every rule, with these payments:

* discriminatory: ``P_k = b H_k``;
* Vickrey: unit k costs ``c_(K-k+1)``, so ``dP_k = b dH_k``;
* highest losing bid: where ``b_k`` passes ``c_(K-k+1)``, which is then the price, one more unit is
  paid for; and it is itself the price, of the k - 1 units won, if and only if
  ``c_(K-k+2) < b_k < c_(K-k+1)``. So ``dP_k = b dH_k + (k-1) (H_(k-1) - H_k) db``;
* lowest winning bid: it is the price, of k units, if and only if ``c_(K-k+1) < b_k < c_(K-k)``. So
  ``dP_k = b dH_k + k (H_k - H_(k+1)) db``.

``H_(k-1) - H_k`` is the chance that just K-k+1 rival bids are higher. In each case utility is
affine in ``v_k`` with slope ``H_k``, which rises in the bid: the envelope's bound applies unit by
unit, and the bounds add up. It leaves out that bids fall from unit to unit, so it covers more
deviations than there are. Where values are constant and two units have one bid function, that may
matter (each alone would bid differently): then a multiplier M, any rising function, is added to the
utility of the former unit's bid and taken off the latter's. That changes nothing where the two
bids are equal, and favours deviations in which they fall. M is as steep as makes the former unit
stay.

Rows of the `PlayerGains` are intervals of the first unit's marginal value. With sorted values the
bound is the worst case of the others, which lie below. Actions are bids for the first unit.

Source: Krishna 2009, Auction Theory, chapters 12 and 13; Engelbrecht-Wiggans and Kahn 1998.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.base import Judge, alike
from econ_theory.certificates.continuous.envelope.bounds import refined_levels
from econ_theory.certificates.continuous.envelope.chords import Chord, constant, straight
from econ_theory.certificates.continuous.envelope.curve import Bidder, first_levels
from econ_theory.certificates.continuous.envelope.gains import Envelope, Gains
from econ_theory.certificates.continuous.envelope.reduction import Reduction
from econ_theory.certificates.continuous.multi_unit.units import (
    Counts,
    Seller,
    UnitBidder,
    unit_curve,
)
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.errors import ProfileError
from econ_theory.games.continuous.multi_unit_auction import MultiUnitAuction
from econ_theory.quadrature import unit_rule
from econ_theory.strategies.bids import BidProfile, as_schedules

__all__ = ["MULTI_UNIT"]

CELLS = 512
MOST_CELLS = 20_000
SHARPNESS = 1e-8
"""Gap between bound and estimate, as a share of the payoff range, that is fine enough."""

NODES, WEIGHTS = unit_rule(6)

TRIED = 64
"""Types whose best bids are searched among those that fall from unit to unit."""


def _as_profile(profile: Any, game: MultiUnitAuction) -> BidProfile:
    checked = as_schedules(profile, game, game.demand)
    for i, schedule in enumerate(checked.functions):
        lowest = min(f.bids[0] for f in schedule.functions)
        if lowest < game.reserve - 1e-12:
            raise ProfileError(
                f"player {i + 1} bids {lowest:g}, want at least the reserve {game.reserve:g}; let "
                "those types place no bid."
            )
        for k, (f, g) in enumerate(zip(schedule.functions, schedule.functions[1:], strict=False)):
            v = np.union1d(f.types, g.types)
            former, latter = np.nan_to_num(f(v), nan=-1.0), np.nan_to_num(g(v), nan=-1.0)
            off = former < latter - 1e-9 * max(1.0, latter.max())
            if off.any():
                at = int(off.argmax())
                raise ProfileError(
                    f"player {i + 1} of type {v[at]:g} bids {former[at]:g} for unit {k + 1} and "
                    f"{latter[at]:g} for unit {k + 2}, want bids that do not rise with the unit."
                )
    return checked


def _gains(game: MultiUnitAuction, profile: BidProfile, rng: np.random.Generator) -> Any:
    bidders = [
        UnitBidder(schedule.functions, prior)
        for schedule, prior in zip(profile.functions, game.priors, strict=True)
    ]
    kinds = [
        (tuple(map(id, schedule.functions)), id(prior))
        for schedule, prior in zip(profile.functions, game.priors, strict=True)
    ]

    def judged(i: int) -> PlayerGains:
        rivals: dict[Any, int] = {}
        for j, kind in enumerate(kinds):
            if j != i:
                rivals[kind] = rivals.get(kind, 0) + 1
        several = [
            UnitBidder(bidders[kinds.index(kind)].functions, bidders[kinds.index(kind)].prior, n)
            for kind, n in rivals.items()
        ]
        return _Units(game, bidders[i], several).player_gains(game.payoff_range(i))

    return alike(kinds, judged)


class _Units:
    """One bidder's units against its rivals."""

    def __init__(self, game: MultiUnitAuction, own: UnitBidder, rivals: list[UnitBidder]) -> None:
        self.game, self.own, self.rivals = game, own, rivals
        self.seller = Seller(game.n_units, game.demand, game.rank)

    def player_gains(self, size: float) -> PlayerGains:
        """Refine all units' levels together until bound and estimate agree."""
        all_units = [Bidder(f, b.prior) for b in (self.own, *self.rivals) for f in b.functions]
        levels = first_levels(all_units[0], all_units[1:], self.game.reserve, [], CELLS)
        while True:
            envelopes, counts = self._envelopes(levels, size)
            gains = [envelope.gains() for envelope in envelopes]
            goal = max(SHARPNESS * size, sum(g.estimates.max() for g in gains) / 2)
            gap = sum(g.bounds.max() - g.estimates.max() for g in gains)
            if gap <= goal or len(levels) >= MOST_CELLS:
                break
            share = goal / len(envelopes)
            finer = [refined_levels(envelope, share) for envelope in envelopes]
            merged = np.unique(np.concatenate(finer))
            if len(merged) == len(levels):
                break
            levels = merged
        return self._merged(envelopes, gains, counts, levels)

    def _envelopes(self, levels: Array, size: float) -> tuple[list[Envelope], Counts]:
        counts = self.seller.counts(self.rivals, levels)
        found: list[Envelope] = []
        before: Array | None = None
        for k in range(self.game.demand):
            curve, pmf = unit_curve(self.own, k, self.seller, counts, levels)
            terms = self._terms(k, curve.type, curve.bid, curve.win, pmf)
            one = constant(1.0, len(curve.own))
            if before is not None:
                terms = (*terms, (-one, straight(_along(curve.bid, levels, before))))
            after = self._multiplier(k, terms, curve.bid, levels)
            if after is not None:
                terms = (*terms, (one, straight(_along(curve.bid, levels, after))))
            found.append(Envelope(curve, Reduction(terms, curve.win), size))
            before = after
        return found, counts

    def _terms(
        self, k: int, v: Chord, b: Chord, win: Chord, pmf: list[Chord]
    ) -> tuple[tuple[Chord, Chord], ...]:
        n_units, pricing = self.game.n_units, self.game.pricing
        if pricing == "discriminatory":
            return (v - b, win), (-win, b)
        worth = ((v - b, win),)
        if pricing == "uniform_price" and k > 0:
            return (*worth, (pmf[n_units - k] * float(-k), b))
        if pricing == "lowest_accepted":
            return (*worth, (pmf[n_units - k - 1] * float(-(k + 1)), b))
        return worth

    def _multiplier(
        self, k: int, terms: tuple[tuple[Chord, Chord], ...], bid: Chord, levels: Array
    ) -> Array | None:
        """Return M at the levels, as steep as utility falls in the k-th bid; None if it is flat."""
        own = self.own.functions
        shared = self.game.marginals == "constant" and k + 1 < len(own) and own[k] is own[k + 1]
        if not shared:
            return None
        fall = np.maximum(-sum(x.against(y)[0] for x, y in terms), 0.0)
        steps = np.where(bid.step > 0, fall, 0.0)
        moving = bid.step > 0
        ends = np.concatenate([bid.left[moving][:1], bid.right[moving]])
        return np.interp(levels, ends, np.concatenate([[0.0], np.cumsum(steps[moving])]))

    def _merged(
        self, envelopes: list[Envelope], gains: list[Gains], counts: Counts, levels: Array
    ) -> PlayerGains:
        """Add units up on common cells of values; with sorted values the worst of those below."""
        edges = np.unique(
            np.concatenate([e.types[np.append(e.cells, e.cells[-1] + 1)] for e in envelopes])
        )
        where = []
        for envelope in envelopes:
            lefts = envelope.curve.type.left[envelope.cells]
            at = np.searchsorted(lefts, edges[:-1], side="right") - 1
            where.append(np.maximum(at, 0))
        rows = np.arange(len(edges) - 1)
        bounds, estimates, picks = np.zeros(len(rows)), np.zeros(len(rows)), []
        for gain, at in zip(reversed(gains), reversed(where), strict=True):
            if picks and self.game.marginals == "sorted":
                bounds = np.maximum.accumulate(bounds)
                best = _last_best(estimates)
                estimates, picks = estimates[best], [pick[best] for pick in picks]
            bounds = bounds + gain.bounds[at]
            estimates = estimates + gain.estimates[at]
            picks.insert(0, rows)
        bids = np.stack([g.bids[at[p]] for g, at, p in zip(gains, where, picks, strict=True)])
        rising = np.flatnonzero((np.diff(bids, axis=0) > 0).any(axis=0))
        if len(rising):
            values = edges[np.stack(picks)]
            estimates, bids = self._ordered(values, estimates, bids, rising, counts, levels)
        return PlayerGains(
            types=np.stack([edges[:-1], edges[1:]], axis=1),
            gains=bounds,
            estimates=estimates,
            actions=bids[0],
            weights=np.diff(self.game.rank(0, self.own.prior.cdf(edges))),
            utility=sum(self._mean_utility(k, envelope) for k, envelope in enumerate(envelopes)),
        )

    def _mean_utility(self, k: int, envelope: Envelope) -> float:
        """Integrate own utility by parts against the distribution of the k-th value.

        Cells may be wide where many types bid the same.
        """
        curve, slope, cells = envelope.curve, envelope.curve.win, envelope.cells
        area, _, _ = slope.against(curve.type)
        value = envelope.points + np.concatenate([[0.0], np.cumsum(area)])
        left, right = curve.type.left[cells, None], curve.type.right[cells, None]
        nodes = np.concatenate([left, left + (right - left) * NODES, right], axis=1)
        below = self.game.rank(k, self.own.prior.cdf(nodes))
        inside = (below[:, 1:-1] @ WEIGHTS) * (value[cells + 1] - value[cells])
        ends = value[cells + 1] * below[:, -1] - value[cells] * below[:, 0]
        return float((ends - inside).sum())

    def _ordered(
        self,
        values: Array,
        estimates: Array,
        bids: Array,
        rising: Array,
        counts: Counts,
        levels: Array,
    ) -> tuple[Array, Array]:
        """Search the best bids that fall from unit to unit, for the rows that seem to gain most."""
        order = rising[np.argsort(-estimates[rising])]
        tried = np.unique(np.concatenate([order[:TRIED], order[:: len(order) // TRIED + 1]]))
        n_rows = len(tried)
        best, played = np.zeros((n_rows, 1 + len(levels))), np.zeros(n_rows)
        for k in reversed(range(self.game.demand)):
            win, paid = self._lines(k, counts, levels)
            v, f = values[k, tried], self.own.functions[k]
            # The first column is no bid.
            worth = np.pad(v[:, None] * win - paid, ((0, 0), (1, 0)))
            best = np.maximum.accumulate(worth + best, axis=1)
            own = f(v)
            utility = v * np.interp(own, levels, win) - np.interp(own, levels, paid)
            played = played + np.where(np.isnan(own), 0.0, utility)
        found, new = np.zeros_like(estimates), bids.copy()
        clean = np.ones(len(estimates), dtype=bool)
        clean[rising] = False
        found[clean] = estimates[clean]
        most = np.maximum(best[:, -1] - played, 0.0)
        found[tried] = np.minimum(most, estimates[tried])
        new[0, tried] = levels[np.maximum(best.argmax(axis=1) - 1, 0)]
        return found, new

    def _lines(self, k: int, counts: Counts, levels: Array) -> tuple[Array, Array]:
        """Return H_k and P_k of bids just above each level."""
        below = self.seller.wins(counts.below, k)
        above = self.seller.wins(counts.above, k)
        if self.game.pricing == "discriminatory":
            return above, levels * above
        middle, width = (levels[1:] + levels[:-1]) / 2, np.diff(levels)
        step = middle * (below[1:] - above[:-1]) + levels[1:] * (above[1:] - below[1:])
        n_units, pricing = self.game.n_units, self.game.pricing
        if pricing == "uniform_price" and k > 0:
            step = step + k * counts.between[n_units - k].middle * width
        if pricing == "lowest_accepted":
            step = step + (k + 1) * counts.between[n_units - k - 1].middle * width
        return above, levels[0] * above[0] + np.concatenate([[0.0], np.cumsum(step)])


def _along(bid: Chord, levels: Array, values: Array) -> Array:
    return np.interp(bid.points, levels, values)


def _last_best(values: Array) -> Array:
    """Return, for every place, where the largest of the values so far is."""
    top = np.maximum.accumulate(values)
    return np.maximum.accumulate(np.where(values == top, np.arange(len(values)), 0))


MULTI_UNIT = Judge(_gains, _as_profile)
