"""What raising the bid does to a player's utility along its curve, for each rule and utility.

A `Reduction` writes ``dD = (dU/db) db`` as a sum of X dY over pairs of enclosed functions. For the
first price, ``U = (v - b) S(b)``, that is ``(v - b) dS - S db``; the others follow alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import comb

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.envelope.chords import Chord, bent, constant
from econ_theory.certificates.continuous.envelope.curve import Curve
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import AllPay, Effort, KthPrice, WinnerPays
from econ_theory.games.continuous.utilities import (
    Cara,
    Charity,
    Crra,
    ReturnOnInvestment,
    Spite,
)

__all__ = [
    "Reduction",
    "averse_winner",
    "check_losses",
    "of_surplus",
    "reduce",
    "winner_pays",
    "worthwhile",
]


@dataclass(frozen=True, eq=False)
class Reduction:
    """The terms of dD, and what else a bound needs to know.

    Attributes
    ----------
    terms : tuple of (X, Y)
        ``dD`` is the sum of ``X dY``.
    slope : Chord or None
        dU/dv along the curve where U is affine in v, else None.
    start : float
        Utility of the worst type that places no bid.
    error : float
        Error of the integrals that went into the terms themselves.
    sure : bool
        Whether dU/dv cannot fall in the bid; otherwise it is checked.
    utility : callable or None
        Where U is not affine: the utility of types at points of the curve, broadcast. Where it is
        not `pointwise`, points are None (all) and types ``(J, 1)``.
    pointwise : bool
        Whether utility follows from the own bid and the chance of winning alone.
    sane : (C,) boolean array or None
        Cells where deviations can pay at all; default all.
    most : float
        What no type gains more than, whatever it does.
    blocks : int
        Blocks of cells between which deviations are told apart where U is not affine.
    doubt : float
        Error of `utility`.
    """

    terms: tuple[tuple[Chord, Chord], ...]
    slope: Chord | None
    start: float = 0.0
    error: float = 0.0
    sure: bool = True
    utility: Callable[[Array, Array | None], Array] | None = None
    pointwise: bool = True
    sane: Array | None = None
    most: float = np.inf
    blocks: int = 512
    doubt: float = 0.0


def reduce(game: AuctionGame, i: int, curve: Curve) -> Reduction:
    """Return the `Reduction` of player `i` along its `curve`.

    Raises
    ------
    RefusedError
        Where a rule wants bids without atoms, or a utility is asked for losses it does not know.
    """
    payment, utility = game.payment, game.utilities[i]
    v, b, win = curve.type, curve.bid, curve.win
    if isinstance(payment, Effort):
        prize = _prizes(payment.prizes, curve)
        return Reduction(((constant(1.0, len(b.left)), prize), (v, b)), b)
    if isinstance(payment, AllPay):
        if isinstance(utility, Cara):
            return _averse_all_pay(utility, curve)
        prize = win if payment.prizes == (1.0,) else _prizes(payment.prizes, curve)
        back = win * payment.returned + (-1.0)
        return Reduction(((v, prize), (back, b)), prize, start=-float(b.left[0]))
    if isinstance(payment, KthPrice):
        return _kth_price(payment.k, curve)
    if not isinstance(payment, WinnerPays):
        raise RefusedError(f"{payment} has no bound, want a rule of auctions; sample its gains.")
    if isinstance(utility, (Crra, Cara)):
        return averse_winner(utility, payment.own == 1.0, curve)
    if isinstance(utility, ReturnOnInvestment):
        return _return_on_investment(curve)
    if isinstance(utility, Spite):
        return _spite(utility.weight, curve, first_price=payment.own == 1.0)
    if isinstance(utility, Charity) and payment.own == 1.0:
        return _glad_first_price(utility.share, curve)
    if isinstance(utility, Charity):
        share = utility.share
        lose = -win + 1.0
        return Reduction(((v - b, win), (lose * share, b)), win, start=share * float(b.left[0]))
    if game.demand is not None:
        # Bids are negated prices: a lower price sells more.
        win = win * (b * game.demand[1] + game.demand[0])
    return winner_pays(payment.own, curve, win)


def winner_pays(share: float, curve: Curve, win: Chord) -> Reduction:
    """``dU = (v - b) dS - share S db``, whoever names the rest of the price."""
    v, b = curve.type, curve.bid
    return Reduction(((v - b, win), (-win * share, b)), win)


def _alike(curve: Curve, what: str) -> Chord:
    """The distribution of one rival's bid, of rivals who are alike and spread out."""
    if curve.jumps:
        raise RefusedError(
            f"many types make the same bid, want bids that differ for {what}; raise them strictly."
        )
    return curve.rivals[0].below


def _prizes(prizes: tuple[float, ...], curve: Curve) -> Chord:
    """Expected prize: the l-th for l - 1 rivals above, in powers of one rival's distribution."""
    below = _alike(curve, "several prizes")
    n = 1 + curve.rivals[0].count
    powers = np.zeros(n)
    for place, prize in enumerate(prizes):
        for j in range(place + 1):
            sign = (-1) ** j * comb(n - 1, place) * comb(place, j)
            powers[n - 1 - place + j] += prize * sign
    # No bid is no better than the lowest: all powers but the constant vanish there.
    total = constant(float(powers[0]), len(below.left))
    for m in range(1, n):
        if powers[m]:
            total = total + below.power(m) * float(powers[m])
    # Every step of the whole is monotone, whatever its parts do.
    return Chord(total.left, total.right, np.fmin(total.dev, np.abs(total.step)))


def _kth_price(k: int, curve: Curve) -> Reduction:
    """E[payment] is ``b S - sum_m c_m G^(n-1-m) M_m`` with ``M_m`` the integral of ``G^m``.

    From P(the (k-1)-th highest of n - 1 rivals <= y, all <= b), binomially expanded; differentiate
    in b: the price at the margin is less than b by ``sum_m c_m (n-1-m) G^(n-2-m) G' M_m / S'``.
    """
    below, v, b = _alike(curve, "the k-th price"), curve.type, curve.bid
    rivals = curve.rivals[0].count
    powers = np.zeros(rivals + 1)
    for above in range(k - 1):
        for j in range(above + 1):
            # (G - g)^above g^(rivals - above): the term g^(rivals - above + j) G^(above - j)
            powers[rivals - above + j] += (-1) ** j * comb(rivals, above) * comb(above, j)
    terms, error = [(v - b, curve.win)], 0.0
    for m in range(1, rivals):
        if powers[m]:
            total, off = (below.power(m)).integral(b)
            terms.append((total * float(powers[m]), below.power(rivals - m)))
            error += abs(powers[m]) * off
    return Reduction(tuple(terms), curve.win, error=error)


def averse_winner(utility: Crra | Cara, first_price: bool, curve: Curve) -> Reduction:
    """First price: ``dU = u(v - b) dS - S u'(v - b) db``; second price: the first term alone."""
    v, b, win = curve.type, curve.bid, curve.win
    check_losses(utility, curve)
    u = of_surplus(utility, v - b)
    sane = None if isinstance(utility, Cara) else worthwhile(curve)
    if first_price:
        terms = ((u, win), *_paying(utility, curve, win, u))

        bids, chance = b.points, win.points

        def worth(types: Array, at: Array | None) -> Array:
            return chance[at] * utility.of(types - bids[at])
    else:
        terms = ((u, win),)

        def worth(types: Array, at: Array | None) -> Array:
            steps = utility.of(types - b.middle) * win.step
            return np.concatenate([np.zeros((len(types), 1)), np.cumsum(steps, axis=1)], axis=1)

    # Without losses, no one gains more than a sure win at the lowest bid; marginal utility, which
    # the terms go by, is infinite where a type bids its value.
    best = float(utility.of(v.right.max() - b.left[:1])[0])
    most = best if isinstance(utility, Crra) else np.inf
    return Reduction(terms, None, utility=worth, pointwise=first_price, sane=sane, most=most)


def _averse_all_pay(utility: Cara, curve: Curve) -> Reduction:
    """``U = S u(v - b) + (1 - S) u(-b)``."""
    v, b, win = curve.type, curve.bid, curve.win
    u = of_surplus(utility, v - b)
    lose, loss = -win + 1.0, of_surplus(utility, -b)
    bids, chance = b.points, win.points

    def worth(types: Array, at: Array | None) -> Array:
        won, lost = utility.of(types - bids[at]), utility.of(-bids[at])
        return chance[at] * won + (1 - chance[at]) * lost

    terms = ((u - loss, win), (lose, loss), *_paying(utility, curve, win, u))
    start = float(utility.of(-b.left[:1])[0])
    return Reduction(terms, None, start=start, utility=worth)


def _paying(
    utility: Crra | Cara, curve: Curve, win: Chord, u: Chord
) -> tuple[tuple[Chord, Chord], ...]:
    """``-S u'(x) db`` as ``-S (db/dx) du(x)``: finite where u' is not. Straight x, b in a cell."""
    b, x = curve.bid, curve.type - curve.bid
    steady = np.abs(x.step) <= 1e-9 * np.abs(b.step)
    rate = np.where(steady, 0.0, b.step / np.where(x.step == 0, 1.0, x.step))
    rate = np.where(b.step == 0, 0.0, rate)
    level = np.maximum(np.minimum(x.left, x.right), 1e-300)
    marginal = np.where(steady & (b.step > 0), utility.slope(level), 0.0)
    return (-win * rate, u), (-win * marginal, b)


def of_surplus(utility: Crra | Cara, x: Chord) -> Chord:
    """Return the utility of an enclosed surplus, enclosed."""
    ends = [utility.of(end) for end in (x.left, x.right)]
    slopes = [utility.slope(end) for end in (x.left, x.right)]
    if isinstance(utility, Crra):
        ends_of = (x.left, x.right)
        slopes = [np.where(end < 0, np.inf, s) for end, s in zip(ends_of, slopes, strict=True)]
    return bent(ends[0], ends[1], slopes[0], slopes[1], x.step)


def worthwhile(curve: Curve) -> Array:
    """Return the cells in which bids are not above the type: no other ever pays."""
    x = curve.type - curve.bid
    return np.maximum(x.left, x.right) >= -1e-12 * np.abs(curve.type.right).max()


def check_losses(utility: Crra | Cara, curve: Curve) -> None:
    """Raise `RefusedError` if some type bids above its value and `utility` knows no losses."""
    x = curve.type - curve.bid
    scale = np.abs(curve.type.right).max()
    # Types that place no bid stand at the lowest level, with no chance of winning.
    active = curve.own & (curve.win.right > 0)
    ends = np.concatenate([x.left[active], x.right[active]])
    worst = ends.min(initial=0.0)
    if isinstance(utility, Crra) and worst < -1e-9 * scale:
        raise RefusedError(
            f"some type bids {-worst:.3g} above its value, want at most the value: {utility} has "
            "no utility of losses; use CARA."
        )


def _return_on_investment(curve: Curve) -> Reduction:
    """``U = (v - b) / b S``: ``dU = (v y - 1) dS + S v dy`` with ``y = 1 / b``."""
    v, b, win = curve.type, curve.bid, curve.win
    blocked = (win.left == 0) & (win.right == 0)
    ends = [np.where(blocked, 1.0, 1 / np.maximum(end, 1e-300)) for end in (b.left, b.right)]
    y = bent(ends[0], ends[1], -(ends[0] ** 2), -(ends[1] ** 2), b.step)
    y = Chord(y.left, y.right, np.where(blocked, 0.0, y.dev))
    return Reduction(((v * y + (-1.0), win), (win * v, y)), win * y, sure=False)


def _spite(weight: float, curve: Curve, *, first_price: bool) -> Reduction:
    """Losing costs ``weight`` times what the winner's value is above the price.

    Second price: the own bid is then the price, ``dU = (v - b + weight (t - b)) dS + weight
    (1 - S) db`` with t the type of the one rival who bids b. First price: the winner pays its
    own bid, ``dU = (v - b) dS - S db + weight * sum of (t_j - b) dS_j``, dS_j the part of dS that
    rival j's bids at b make up.
    """
    if curve.jumps:
        raise RefusedError("many types make the same bid, want bids that differ with Spite.")
    v, b, win, rivals = curve.type, curve.bid, curve.win, curve.rivals
    if not first_price:
        lose = -win + 1.0
        terms = ((v - b + (rivals[0].type - b) * weight, win), (lose * weight, b))
        value, _, _ = rivals[0].type.against(win)
        start = -weight * (float(value.sum()) - float(b.left[0]))
        return Reduction(terms, win, start=start)
    losses = []
    for j, rival in enumerate(rivals):
        others: Chord = constant(weight * rival.count, len(b.left))
        for k, other in enumerate(rivals):
            if count := other.count - (k == j):
                others = others * other.below.power(count)
        losses.append(((rival.type - b) * others, rival.below))
    start = -sum(float(loss.against(below)[0].sum()) for loss, below in losses)
    return Reduction(((v - b, win), (-win, b), *losses), win, start=start)


def _glad_first_price(share: float, curve: Curve) -> Reduction:
    """``dU = (v - b) dS - (1 - share) S db``: the highest bid is the price."""
    b, win = curve.bid, curve.win
    # Rivals who place no bid count below the lowest, and nobody pays where they are all there is.
    silent = float(np.prod([rival.below.left[0] ** rival.count for rival in curve.rivals]))
    price = float(b.against(win)[0].sum()) - silent * float(b.left[0])
    return replace(winner_pays(1.0 - share, curve, win), start=share * price)
