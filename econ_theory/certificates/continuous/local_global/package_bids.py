"""Expected payoffs of bids in the local-local-global auction, as sums of one-dimensional functions.

Let G be the distribution of the global bid and Q its integral. A local of value v that bids b while
the other bids r wins with probability G(b + r), and by parts its expected payoff is::

    u(v, b, r) = (v - b) G(b + r) + A(b, r),      A = integral of dp/dB * G(B) over B up to b + r

where dp/dB, how the payment moves with the global bid, is constant piece by piece::

    vcg            A = Q(b + r) - Q(r)
    nearest vcg    A = (Q(b + r) - Q(r) + Q(b)) / 2
    nearest bid    A = (Q(b + r) - Q(r - b) + Q(b - r)) / 2
    nearest zero   A = Q(b + m) - Q(2 m) / 2,      m = min(b, r)
    first price    A = 0

Averaged over an independent r, ``G(b + r)`` becomes a function W of b alone, and A the integral of
such functions; with probability `correlation` r is the other's bid at the same value instead. The
global bidder's payoff is ``(V - B) H(B) +`` the integral of H, H the distribution of the locals'
sum. (First price: without the integral.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.local_global.steps import EDGE, Steps, bids_below
from econ_theory.games.continuous.local_global_auction import LocalGlobalAuction
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["Part", "Payoff", "averages", "capped_sum_of", "global_payoff", "local_payoff", "sum_of"]

LEVELS = 2048
FEW = 256
CHUNK = 1 << 20


@dataclass(frozen=True, eq=False)
class Part:
    """``share * (v - b) * f(at)``, or ``share *`` the integral of f up to `at`.

    ``at = own * b + other * r + least * min(b, r)``.
    """

    share: float
    f: Steps
    own: float
    other: float = 0.0
    least: float = 0.0
    integral: bool = False

    def at(self, b: Array, r: Array, least: Array) -> Array:
        """Return the argument."""
        found = self.own * b
        if self.other:
            found = found + self.other * r
        return found + self.least * least if self.least else found


@dataclass(frozen=True, eq=False)
class Payoff:
    """A bidder's expected payoff as the sum of `parts`; `top`: no bid above it is better.

    `rival` is the other local's bid function where its bid at the same value matters.
    """

    parts: tuple[Part, ...]
    top: float
    rival: BidFunction | None = None

    def __call__(self, v: Array, b: Array, r: Array) -> Array:
        """Return the payoffs of values `v` that bid `b` where the other local bids `r`."""
        total = np.zeros(np.broadcast(v, b).shape)
        for part in self.parts:
            at = part.at(b, r, np.minimum(b, r))
            total += part.share * (part.f.integral(at) if part.integral else (v - b) * part.f(at))
        return total

    def paid(self, v: Array, b: Array, r: Array) -> Array:
        """Return the expected payments."""
        win = [part.share * part.f(part.at(b, r, b)) for part in self.parts if not part.integral]
        return v * sum(win) - self(v, b, r)


def local_payoff(game: LocalGlobalAuction, profile: BidProfile, i: int) -> Payoff:
    """Return the payoff of local `i`."""
    functions, gamma = profile.functions, game.correlation
    against = bids_below(functions[2], game.priors[2], LEVELS).thinned(LEVELS)
    top = max(float(against.x[-1]), float(functions[i].bids[-1]))
    parts: list[Part] = []
    if gamma < 1:
        other = bids_below(functions[1 - i], game.priors[1 - i])
        parts += [
            Part((1 - gamma) * share, f, 1, integral=integral)
            for share, f, integral in averages(game.rule, against, other, top)
        ]
    if gamma > 0:
        parts.append(Part(gamma, against, 1, 1))
        parts += [
            Part(gamma * share, against, *at, integral=True) for share, *at in SAVED[game.rule]
        ]
    return Payoff(tuple(parts), top, functions[1 - i] if gamma else None)


SAVED: dict[str, tuple[tuple[float, ...], ...]] = {
    # (share, own, other, least) of every Q in A
    "vcg": ((1, 1, 1), (-1, 0, 1)),
    "nearest_vcg": ((0.5, 1, 1), (-0.5, 0, 1), (0.5, 1)),
    "nearest_bid": ((0.5, 1, 1), (-0.5, -1, 1), (0.5, 1, -1)),
    "nearest_zero": ((1, 1, 0, 1), (-0.5, 0, 0, 2)),
    "first_price": (),
}


def averages(
    rule: str, against: Steps, other: Steps, top: float
) -> list[tuple[float, Steps, bool]]:
    """Return the parts of a local's payoff against an independent bid: (share, f, integral).

    W is the first of them; the integrals make up the mean of A.
    """
    broken = against.x[against.jumps > 0]
    kinks = against.x[(against.kinks != 0) | (against.jumps != 0)]
    # Many kinks are slight ones, and need no level of their own.
    n_levels, kinks = (2 * LEVELS, kinks) if len(kinks) <= FEW else (LEVELS, broken)
    levels = [np.linspace(0.0, top, n_levels + 1), kinks]
    atoms = other.x[other.jumps > 0]
    for some, many in ((kinks, atoms), (broken, other.x)):
        # Of too many, some and both ends: beyond them a chance is nothing, not what a chord says.
        if some.size and many.size and (most := LEVELS // some.size) >= 2:
            many = many[_spread(many.size, most)]
            levels += [np.subtract.outer(some, many).ravel(), np.add.outer(some, many).ravel()]
            levels.append(np.subtract.outer(many, some).ravel())
    if rule == "nearest_zero":
        levels.append(kinks / 2)
    x = np.concatenate(levels)
    x = np.unique(x[(x >= 0) & (x <= top)])
    win = sum_of(against, other, x)
    product = (1.0, win, False)
    if rule == "first_price":
        return [product]
    if rule == "vcg":
        return [product, (1.0, win, True)]
    if rule == "nearest_vcg":
        return [product, (0.5, win, True), (0.5, against, True)]
    if rule == "nearest_bid":
        over = sum_of(against, other, x, negated=True)
        under = sum_of(against, other, -x[::-1]).mirrored()
        return [product, *((0.5, f, True) for f in (win, under, over))]
    return [product, (1.0, capped_sum_of(against, other, x), True)]


def global_payoff(game: LocalGlobalAuction, profile: BidProfile, levels: int = LEVELS) -> Payoff:
    """Return the payoff of the global bidder."""
    first, second, both = profile.functions
    gamma = game.correlation
    one, other = (
        bids_below(f, game.priors[i], levels).thinned(levels) for i, f in enumerate((first, second))
    )
    top = max(float(one.x[-1] + other.x[-1]), float(both.bids[-1]))
    sums: list[tuple[float, Steps]] = []
    if gamma < 1:
        x = np.linspace(0.0, top, levels + 1)
        for some, many in ((one, other), (other, one)):
            atoms = some.x[some.jumps > 0]
            if len(atoms) * len(many.x) <= 4 * levels:
                x = np.concatenate([x, np.add.outer(atoms, many.x).ravel()])
        x = np.unique(x[x <= top])
        sums.append((1 - gamma, sum_of(one, other, x, negated=True)))
    if gamma > 0:
        types = np.union1d(first.types, second.types)
        jumps = [t for f in (first, second) for t in f.types[1:][np.diff(f.types) == 0]]
        types = np.sort(np.concatenate([types, np.unique(jumps)]))
        low, high = np.diff(types, prepend=-1) > 0, np.diff(types, append=types[-1] + 1) > 0
        bids = np.where(high, first(types) + second(types), 0.0)
        # At the first of two equal types: the limits from below.
        under = low & ~high
        bids[under] = _before(first, types[under]) + _before(second, types[under])
        together = BidFunction(types, np.maximum.accumulate(bids))
        sums.append((gamma, bids_below(together, game.priors[0])))
    parts = [Part(share, f, 1) for share, f in sums]
    if game.rule != "first_price":
        parts += [Part(share, f, 1, integral=True) for share, f in sums]
    return Payoff(tuple(parts), top)


def _before(f: BidFunction, types: Array) -> Array:
    k = np.searchsorted(f.types, types, side="left")
    exact = f.types[np.minimum(k, len(f.types) - 1)] == types
    return np.where(exact, f.bids[np.minimum(k, len(f.bids) - 1)], f(types))


def sum_of(g: Steps, r: Steps, x: Array, *, negated: bool = False) -> Steps:
    """Return ``E[g(x + R)]`` (`negated`: ``E[g(x - R)]``) of a bid R with distribution `r`.

    The mean of a sum of kinks ``(x + R - y) ** +`` and of jumps, known exactly at the knots `x`;
    between them off a chord by a quarter of the width times the variation of the slope.
    """
    below, upto, off = np.zeros(len(x)), np.zeros(len(x)), np.zeros(len(x) - 1)
    mean = _mean(r)
    for y, kink, jump in _blocks(g, len(x)):
        a = x - y if negated else y - x
        area = r.integral(a)
        part = kink @ (area if negated else mean - a + area)
        below += part
        upto += part
        off += np.abs(kink) @ _between(r, a) * np.diff(x) / 4
        if jump.any():
            first, then = r.before(a), r.after(a)
            if not negated:
                first, then = 1 - then, 1 - first
            below += jump @ first
            upto += jump @ then
            ends = np.minimum(a[:, :-1], a[:, 1:]), np.maximum(a[:, :-1], a[:, 1:])
            off += np.abs(jump) @ r.bend(*ends)
    return Steps(x, below, upto, g.error + r.error, off)


def _spread(size: int, most: int) -> Array:
    """Return at most `most` indices of `size`, evenly spread, both ends among them."""
    return np.unique(np.linspace(0, size - 1, min(size, most)).round().astype(int))


def capped_sum_of(g: Steps, r: Steps, x: Array) -> Steps:
    """Return ``E[g(x + min(x, R))]``: kinks are ``(R - (y - x)) ** + - (R - x) ** +``."""
    below, upto, off = np.zeros(len(x)), np.zeros(len(x)), np.zeros(len(x) - 1)
    mean = _mean(r)
    alone = mean - x + r.integral(x)
    fall = _between(r, x[None])[0]
    for y, kink, jump in _blocks(g, len(x)):
        a = y - x
        reached = a <= x + EDGE
        part = kink @ np.where(reached, mean - a + r.integral(a) - alone, 0.0)
        below += part + jump @ np.where(a < x - EDGE, 1 - r.after(a), 0.0)
        upto += part + jump @ np.where(reached, 1 - r.before(a), 0.0)
        inner = _between(r, a) + fall
        inner = np.where(reached[:, :-1], inner, np.where(reached[:, 1:], 2.0, 0.0))
        # A kink at the right end of a cell is not inside it.
        inner = np.where(~reached[:, :-1] & (a[:, 1:] >= x[1:] - EDGE), 0.0, inner)
        off += np.abs(kink) @ inner * np.diff(x) / 4
        if jump.any():
            bend = np.where(reached[:, :-1], r.bend(a[:, 1:], a[:, :-1]), 1.0)
            bend = np.where(~reached[:, :-1] & (a[:, 1:] >= x[1:] - EDGE), 0.0, bend)
            off += np.abs(jump) @ bend
    return Steps(x, below, upto, g.error + r.error, off)


def _between(r: Steps, a: Array) -> Array:
    """The probability of a bid strictly between neighbours in the rows of `a`."""
    if r.smooth:
        return np.abs(np.diff(r(a), axis=1))
    low, high = np.minimum(a[:, :-1], a[:, 1:]), np.maximum(a[:, :-1], a[:, 1:])
    return np.maximum(r.before(high - EDGE) - r.after(low + EDGE), 0.0)


def _mean(r: Steps) -> float:
    """The mean of a bid with distribution `r`."""
    return float(r.x[-1] - r.integral(r.x[-1:])[0])


def _blocks(g: Steps, n_levels: int) -> Iterator[tuple[Array, Array, Array]]:
    """Knots of `g` in columns, with kinks and jumps, a memory's worth at a time."""
    used = np.flatnonzero((g.kinks != 0) | (g.jumps != 0))
    for some in np.array_split(used, max(1, len(used) * n_levels // CHUNK)):
        yield g.x[some][:, None], g.kinks[some], g.jumps[some]
