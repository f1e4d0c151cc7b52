"""Split awards: all pairs of asks at once, as lines in the own cost.

With the rival's asks S(t), P(t) and ``D = S - P``, a supplier of cost c that asks s for the whole
and p for a half, ``q = s - p``, expects

    U(c; p, q) = (p + q - c) A(p, q) + (p - C c) B(p, q)
    A = Pr[P(t) > q, S(t) > p + q],    B = Pr[P(t) <= q, D(t) >= p]

an affine function of c for every pair. A falls in both p and q; B falls in p and rises in q. So in
a rectangle of pairs U is at most ``(p1 + q1 - c) A + (p1 - C c) B``, with A and B at the corner
where they are highest if their margins are positive, and lowest if not: four lines. Rectangles are
open where q reaches the next, as A and B exchange probability where the rival's P is constant.
Only some pairs matter:

* q below all P: the whole contract or nothing, ``(s - c) Pr[S >= s]``;
* q above all P: a half or nothing, ``(p - C c) Pr[D >= p]``;
* in between, p from the lowest to the highest D: above it there is no half to win, and below it a
  higher p raises both prices and costs no chance.

The first two have one dimension; there a chord and its error bound U to second order. The best of
all lines less the utility of own play, enclosed between points of a grid of types, is the bound;
both are refined where it is widest. Rows are intervals of costs, actions are asks for the whole.

Source: Anton and Yao 1992, "Coordination in split award auctions", for the game; the bound is the
upper envelope of lines as in the envelope theorem, Milgrom and Segal 2002.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.base import Judge, alike
from econ_theory.certificates.continuous.envelope.chords import Chord, constant, straight
from econ_theory.certificates.continuous.split_award.split_bids import Place, Rival, before, runs_of
from econ_theory.certificates.continuous.split_award.split_lines import (
    best,
    excess,
    first_pairs,
    found_lines,
    halved,
    upper_lines,
)
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.games.continuous.split_award import SplitAward
from econ_theory.strategies.bids import BidFunction, BidProfile, BidSchedule, as_schedules

__all__ = ["SPLIT_AWARD"]

SHARPNESS = 1e-7
"""Gap between bound and estimate, as a share of the payoff range, that is fine enough."""

TYPES = 512
MOST = 150_000
TINY = 1e-14
SNAP = 1e-13


def _as_profile(profile: Any, game: SplitAward) -> BidProfile:
    return as_schedules(profile, game, 2)


def _gains(game: SplitAward, profile: BidProfile, rng: np.random.Generator) -> Any:
    kinds = [
        (id(schedule), id(prior))
        for schedule, prior in zip(profile.functions, game.priors, strict=True)
    ]
    return alike(kinds, lambda i: _Supplier(game, profile, i).player_gains())


class _Supplier:
    """One supplier against the other."""

    def __init__(self, game: SplitAward, profile: BidProfile, i: int) -> None:
        self.own: BidSchedule = profile.functions[i]
        self.prior = game.priors[i]
        self.rival = Rival(profile.functions[1 - i], game.priors[1 - i], game.tie)
        self.split_cost, self.size = game.split_cost, game.payoff_range(i)

    def player_gains(self) -> PlayerGains:
        """Refine types and pairs of asks until bound and estimate agree."""
        types, pairs = self._first_types(), first_pairs(self.rival)
        costs, tiny = (self.prior.low, self.prior.high), TINY * float(self.rival.single.bids[-1])
        while True:
            played, exact = self._played(types)
            upper = upper_lines(self.rival, pairs, self.split_cost, costs)
            found = found_lines(self.rival, pairs, self.split_cost)
            floor, asks = best(found, types)
            roof = np.maximum(best(upper, types)[0], floor)
            # A single type may do worse than its neighbours, where it ties.
            left = roof[:-1] - np.minimum(played.left, exact[:-1])
            right = roof[1:] - np.minimum(played.right, exact[1:])
            bounds = np.maximum(np.maximum(left, right) + played.dev, 0.0)
            estimates = np.maximum(floor - exact, 0.0)
            most = float(estimates.max())
            goal = max(SHARPNESS * self.size, most / 2)
            if bounds.max() - most <= goal or len(pairs.kind) + len(types) > MOST:
                break
            wide = (played.dev > goal / 4) & (bounds > most + goal)
            wide &= np.diff(types) > TINY * types[-1]
            over = excess(upper, types, np.maximum(floor, exact + most) + goal / 2)
            finer = halved(pairs, over, tiny)
            if not wide.any() and len(finer.kind) == len(pairs.kind):
                break
            types = np.sort(np.concatenate([types, (types[1:] + types[:-1])[wide] / 2]))
            pairs = finer
        weights = np.diff(self.prior.cdf(types))
        return PlayerGains(
            types=np.stack([types[:-1], types[1:]], axis=1),
            gains=bounds,
            estimates=estimates[:-1],
            actions=asks[:-1],
            weights=weights,
            utility=float(played.middle @ weights),
        )

    def _first_types(self) -> Array:
        """Return types between which own asks, and the rival's types they meet, move straight."""
        single, split = self.own.functions
        rival = self.rival
        turns = np.array(rival.prior.turns, dtype=float)
        marks = [single.types, split.types, np.array(self.prior.turns, dtype=float)]
        marks.append(single.inverse(np.concatenate([rival.single.bids, rival.single(turns)])))
        marks += [split.inverse(run.function.bids) for run in rival.runs]
        values = np.concatenate([rival.split.bids, rival.split(turns)])
        for run in runs_of(single, split, self.prior):
            met = run.inverse(values)
            marks.append(-met if run.mirrored else met)
        low, high = self.prior.low, self.prior.high
        grid = np.concatenate([np.linspace(low, high, TYPES + 1), *marks])
        return np.unique(np.clip(grid, low, high))

    def _played(self, types: Array) -> tuple[Chord, Array]:
        """Return the utility of own play, enclosed between `types`, and at each of them."""
        single, split = self.own.functions
        inside = self._utility(
            _Asks(single(types[:-1]), before(single, types)[1:]),
            _Asks(split(types[:-1]), before(split, types)[1:]),
            straight(types),
        )
        point = Chord(types, types, np.zeros(len(types)))
        here = self._utility(
            _Asks(single(types), single(types)), _Asks(split(types), split(types)), point
        )
        return inside, here.left

    def _utility(self, s: _Asks, p: _Asks, t: Chord) -> Chord:
        rival, prior = self.rival, self.rival.prior
        q = _Asks(s.left - p.left, s.right - p.right)
        limit = q.met(rival.split, upto=True)
        edge = Place.of(prior, *limit)
        sole = constant(0.0, len(t.left))
        # Equal asks for the whole: a fair draw between just more and just less.
        for upper in (False, True):
            ends = s.met(rival.single, upto=upper)
            sole = sole + (-edge.most(Place.of(prior, *ends)).below + 1.0) * 0.5
        some = constant(0.0, len(t.left))
        for run in rival.runs:
            some = some + run.moving_mass(p.met(run.function, upto=False), limit)
        asks = [Chord(x.left, x.right, np.zeros(len(x.left))) for x in (s, p)]
        return (asks[0] - t) * sole + (asks[1] - t * self.split_cost) * some


class _Asks:
    """Own asks, or their difference, at the ends of cells along which they are straight."""

    def __init__(self, left: Array, right: Array) -> None:
        self.left, self.right = left, right

    def met(self, rival: BidFunction, *, upto: bool) -> tuple[Array, Array]:
        """Return the rival's types that ask the same, at both ends from inside the cell.

        Where asks do not move: the first of these types, or the last if `upto`.
        """
        left, right = _snapped(self.left, rival.bids), _snapped(self.right, rival.bids)
        up, down = right > left, right < left
        return (
            np.where(up | (upto & ~down), rival.inverse(left, upper=True), rival.inverse(left)),
            np.where(down | (upto & ~up), rival.inverse(right, upper=True), rival.inverse(right)),
        )


def _snapped(asks: Array, levels: Array) -> Array:
    """Move asks that rounding keeps from one of `levels` there: it may be asked by many types."""
    at = np.clip(np.searchsorted(levels, asks), 1, len(levels) - 1)
    near = np.where(asks - levels[at - 1] < levels[at] - asks, levels[at - 1], levels[at])
    size = max(np.abs(levels).max(), np.abs(asks).max())
    return np.where(np.abs(asks - near) <= SNAP * size, near, asks)


SPLIT_AWARD = Judge(_gains, _as_profile)
