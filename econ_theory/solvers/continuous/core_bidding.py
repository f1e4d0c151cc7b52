"""Locals' bids in core-selecting package auctions, from the first-order condition of both at once.

The global bidder is truthful. With W, A and the other's bid r as in `envelope.package_bids`, and c
the probability of equal values, raising the bid is worth::

    U_b = (1 - c) ((v - b) W'(b) - W(b) + A'(b)) + c ((v - b) g(b + r) - G(b + r) + A_b(b, r))

and an equilibrium has ``U_b = 0`` where locals bid, ``U_b <= 0`` where they bid nothing. A step
divides U_b by the density of winning, which is the best response where the price rises as under VCG
payments; Anderson's mixing of past steps does the rest. The first type that bids is a knot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.local_global.package_bids import capped_sum_of, sum_of
from econ_theory.certificates.continuous.local_global.steps import Steps, bids_below
from econ_theory.games.continuous.local_global_auction import LocalGlobalAuction
from econ_theory.games.continuous.priors import Prior
from econ_theory.solvers.base import Ending, Proposals, check_numbers, family_wanted
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["CoreBidding"]

KINKS = 1024
MEMORY = 6


@dataclass(frozen=True)
class CoreBidding:
    """The equilibrium of a local-local-global auction under a core payment rule.

    Proposes piecewise-linear bids at more and more knots. Where the interim utility is not
    quasi-concave in the bid, what is proposed may be no equilibrium: the certificate tells.

    Parameters
    ----------
    knots : numbers of pieces, one proposal each
    tol : largest change of a bid, as a share of the highest value, that ends the steps
    max_steps : steps for each proposal

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import LocalGlobalAuction
    >>> solution = solve(LocalGlobalAuction("nearest_vcg"))
    >>> solution.profile.functions[0]([0.0, 0.5, 1.0]).round(5)
    array([0.     , 0.32843, 0.82843])
    >>> solution.certificate.relative < 1e-9
    True
    """

    knots: tuple[int, ...] = (64, 256)
    tol: float = 1e-12
    max_steps: int = 300
    source = "Ausubel and Baranov 2020; mixing: Anderson 1965"
    exact = True
    continuous = True

    def __post_init__(self) -> None:
        check_numbers(self, above=True, tol=0)
        check_numbers(self, max_steps=1)

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if other := family_wanted(game, LocalGlobalAuction):
            return other
        if game.rule == "first_price":
            return "the global bidder shades its bid, want a core rule; certify bids of your own."
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield profiles at more and more knots; `start` and `rng` are not used."""
        both = game.priors[2]
        truth = BidFunction([both.low, both.high], [both.low, both.high])
        alike = game.priors[0] == game.priors[1]
        bids: list[_Bids] = []
        for pieces in self.knots:
            shares = np.linspace(0.0, 1.0, pieces + 1)
            if bids:
                bids = [_Bids.on(shares, b.first, b.prior, b.function) for b in bids]
            else:
                priors = game.priors[:1] if alike else game.priors[:2]
                bids = [_Bids(shares, p.low, p, p.low + (p.high - p.low) * shares) for p in priors]
            bids, left = self._settled(_Condition(game, truth), bids)
            locals_ = [b.function for b in bids] * (2 if alike else 1)
            yield BidProfile([*locals_, truth])  # type: ignore[misc]
            if left > 1e3 * self.tol:
                return Ending(f"bids still move by {left:.1g} after {self.max_steps} steps")
        return Ending("the finest knots were proposed")

    def _settled(self, condition: _Condition, bids: list[_Bids]) -> tuple[list[_Bids], float]:
        """Return the bids after steps with Anderson's mixing, and how much they still move."""
        size = max(b.prior.high for b in bids)
        points: list[Array] = []
        moves: list[Array] = []
        left = np.inf
        for _ in range(self.max_steps):
            stepped = [condition.step(b, bids[-1 - k]) for k, b in enumerate(bids)]
            new = np.concatenate([b.bids for b in stepped])
            points.append(np.concatenate([b.bids for b in bids]))
            moves.append(new - points[-1])
            before, left = left, float(np.abs(moves[-1]).max()) / size
            if left < self.tol:
                return stepped, left
            if left > 2 * before:
                points, moves = points[-1:], moves[-1:]
            points, moves = points[-MEMORY:], moves[-MEMORY:]
            if len(moves) > 1:
                dx, df = np.diff(points, axis=0).T, np.diff(moves, axis=0).T
                new = new - (dx + df) @ np.linalg.lstsq(df, moves[-1], rcond=1e-10)[0]
            parts = np.split(new, len(bids))
            bids = [b.moved(part) for b, part in zip(stepped, parts, strict=True)]
        return bids, left


@dataclass(frozen=True, eq=False)
class _Bids:
    """Bids at `shares` of the way from the `first` type that bids to the highest."""

    shares: Array
    first: float
    prior: Prior
    bids: Array

    @classmethod
    def on(cls, shares: Array, first: float, prior: Prior, function: BidFunction) -> _Bids:
        """Return the bids of `function` at other knots."""
        types = first + (prior.high - first) * shares
        return cls(shares, first, prior, np.interp(types, function.types, function.bids))

    @property
    def types(self) -> Array:
        """The types at the knots."""
        types = self.first + (self.prior.high - self.first) * self.shares
        types[-1] = self.prior.high
        return types

    @property
    def function(self) -> BidFunction:
        """Bids as a function of all types."""
        types, bids = self.types, self.bids
        if self.first > self.prior.low:
            types, bids = np.append(self.prior.low, types), np.append(0.0, bids)
        return BidFunction(types, bids)

    def moved(self, bids: Array) -> _Bids:
        """Return these types with other bids, made monotone and kept between 0 and the value."""
        kept = np.maximum.accumulate(np.clip(bids, 0.0, self.types))
        if self.first > self.prior.low:
            kept[0] = 0.0
        return _Bids(self.shares, self.first, self.prior, kept)


class _Condition:
    """The first-order condition of a local whose rivals are given."""

    def __init__(self, game: LocalGlobalAuction, truth: BidFunction) -> None:
        self.rule, self.gamma, self.both = game.rule, game.correlation, game.priors[2]
        self.against = bids_below(truth, self.both, KINKS).thinned(KINKS)

    def step(self, own: _Bids, rival: _Bids) -> _Bids:
        """Return bids nearer to the best response, at knots from the first type that then bids."""
        other, function = bids_below(rival.function, rival.prior), rival.function
        zero = np.zeros(1)
        gain, rate = self._gain(zero, zero, other, zero)
        first, low, high = own.prior.low, own.prior.low, own.prior.high
        if rate[0] > 0:
            # The condition at a bid of zero is linear in the type.
            first = float(np.clip(-gain[0] / rate[0], low, low + 0.999 * (high - low)))
        own = _Bids.on(own.shares, first, own.prior, own.function)
        gain, rate = self._gain(own.types, own.bids, other, function(own.types))
        ready = rate > 1e-9 * rate.max(initial=0.0)
        step = np.where(ready, gain / np.where(ready, rate, 1.0), 0.0)
        return own.moved(own.bids + step)

    def _gain(self, v: Array, b: Array, other: Steps, r: Array) -> tuple[Array, Array]:
        """U_b of types `v` at bids `b`, and the density of winning there."""
        gain, rate = np.zeros(len(b)), np.zeros(len(b))
        if self.gamma < 1:
            win, density, saved = self._apart(b, other)
            gain += (1 - self.gamma) * ((v - b) * density - win + saved)
            rate += (1 - self.gamma) * density
        if self.gamma > 0:
            density = np.where(b + r <= self.both.high, self.both.pdf(b + r), 0.0)
            density = np.where(b + r < self.both.low, 0.0, density)
            win, saved = self.both.cdf(b + r), self._saved(b, r)
            gain += self.gamma * ((v - b) * density - win + saved)
            rate += self.gamma * density
        return gain, rate

    def _apart(self, b: Array, other: Steps) -> tuple[Array, Array, Array]:
        """W, W' and A' against an independent bid."""
        g = self.against
        used = g.kinks != 0
        win = sum_of(g, other, b).upto
        density = g.kinks[used] @ (1 - other.before(g.x[used][:, None] - b))
        if self.rule == "vcg":
            return win, density, win
        if self.rule == "nearest_vcg":
            return win, density, (win + g(b)) / 2
        if self.rule == "nearest_zero":
            return win, density, capped_sum_of(g, other, b).upto
        under = sum_of(g, other, -b[::-1]).upto[::-1]
        return win, density, (win + under + sum_of(g, other, b, negated=True).upto) / 2

    def _saved(self, b: Array, r: Array) -> Array:
        """A_b against the bid r."""
        g = self.both.cdf
        if self.rule == "vcg":
            return g(b + r)
        if self.rule == "nearest_vcg":
            return (g(b + r) + g(b)) / 2
        if self.rule == "nearest_zero":
            return g(b + np.minimum(b, r))
        return (g(b + r) + g(np.abs(b - r))) / 2
