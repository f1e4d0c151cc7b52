"""First-price auctions of unequal bidders, by shooting down from the highest bid.

With ``v_i(b)`` the type of class i that bids b and ``p_i = -d log(profit of winning) / db``, which
is ``1 / (v_i - b)`` for a risk-neutral bidder, the first-order conditions are::

    d log F_i(v_i) / db = S - p_i,    S = sum of all p_j / (bidders - 1)

over the bidders active at b: weak classes may stop short of the highest bid, each where the
left-hand side falls to zero at its highest type. The lowest bid that wins is

* the second highest of the bidders' lowest types, or the reserve if that is higher; but
* if one bidder's lowest type l lies above that, what l would bid against bidders who bid their
  values: the best b for ``profit of winning * product of F_j(b)``. Types below it bid their values.

The highest bid is the one unknown, found by bisection to the last bit (see `bid_shooting`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import WinnerPays
from econ_theory.games.continuous.priors import Prior
from econ_theory.games.continuous.utilities import (
    Cara,
    Charity,
    Crra,
    ReturnOnInvestment,
    Spite,
    Utility,
)
from econ_theory.solvers.base import Ending, Proposals, family_wanted
from econ_theory.solvers.continuous.bid_shooting import Bidders, Path, shot
from econ_theory.solvers.continuous.quantile_table import QuantileTable
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["AsymmetricFirstPrice"]

AGREE = 1e-4
"""Trials on both sides of the highest bid count until log ranks, and types in gaps, differ so."""

GRID = 800
"""Points beside each end of the bids on which knots are planned."""

Pull = Callable[[float, float], float]


@dataclass(frozen=True)
class AsymmetricFirstPrice:
    """The equilibrium of a first-price auction whose bidders come in classes.

    Priors, supports and utilities may all differ, weak classes may stop short of the highest bid,
    and there may be a reserve. The winner may pay a mixture of the first and the second price, or
    sell along a demand curve. Equal bidders are a single class.

    Parameters
    ----------
    knots : tuple of int
        Knots of the piecewise-linear bids, one proposal each.

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import AuctionGame, Uniform
    >>> solution = solve(AuctionGame("first_price", [Uniform(), Uniform(0, 2)]))
    >>> float(solution.profile.functions[0].bids[-1].round(6)), solution.certificate.relative < 1e-6
    (0.666667, True)
    """

    knots: tuple[int, ...] = (1000, 4000)
    source = "Lebrun 1999, 2006; Maskin and Riley 2003; Hubbard and Paarsch 2014"
    exact = True
    continuous = True

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if other := family_wanted(game, AuctionGame):
            return other
        payment = game.payment
        if not isinstance(payment, WinnerPays) or payment.own == 0:
            return (
                "the rule is another, want the winner to pay its own bid, or a share of it; "
                "certify bids of your own."
            )
        if game.n_players < 2:
            return "there is one bidder, want two or more; it bids the reserve."
        if any(isinstance(utility, Spite) for utility in game.utilities):
            return "bidders are spiteful, want them not to be; certify bids of your own."
        reserve = _floor(game)
        for i, prior in enumerate(game.values):
            if prior.high <= reserve:
                return (
                    f"no type of player {i + 1} is worth the reserve {game.reserve:g}, want some; "
                    "leave that player out."
                )
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield profiles of more and more knots; `start` and `rng` are not used."""
        problem = _Problem(game)
        if problem.lowest >= problem.ceiling:
            yield problem.pooled()  # type: ignore[misc]
            return Ending("the strongest bidder bids the second highest value, whatever its type")
        bounds = 0.0, problem.ceiling - problem.lowest
        paths: dict[bool, Path] = {}
        while bounds[0] < (top := sum(bounds) / 2) < bounds[1]:
            path = shot(problem.bidders, top)
            paths[path.high] = path
            bounds = (bounds[0], top) if path.high else (top, bounds[1])
            yield None
        if len(paths) < 2:
            return Ending("no highest bid between the lowest and the second highest value fits")
        for n_knots in self.knots:
            yield problem.profile(paths[True], paths[False], n_knots)  # type: ignore[misc]
        return Ending("the finest knots were proposed")


class _Problem:
    """A game in values, its bidders in classes, and the ends of their bids."""

    def __init__(self, game: AuctionGame) -> None:
        self.game, values = game, game.values
        keys = [
            (values.index(values[i]), game.utilities.index(game.utilities[i]))
            for i in range(game.n_players)
        ]
        classes = list(dict.fromkeys(keys))
        self.member = [classes.index(key) for key in keys]
        self.priors: list[Prior] = [values[i] for i, _ in classes]
        counts = [self.member.count(c) for c in range(len(classes))]
        pulls = [_pull(game, game.utilities[u]) for _, u in classes]
        self.floor = _floor(game)
        self.ceiling = sorted(values[i].high for i in range(game.n_players))[-2]
        self.lowest = self._lowest(counts, pulls)
        tables = [QuantileTable(prior, self.lowest) for prior in self.priors]
        self.bidders = Bidders(tables, counts, pulls, self.lowest)

    def _lowest(self, counts: list[int], pulls: list[Pull]) -> float:
        """Return the lowest bid that wins; at most `ceiling`."""
        lows = [self.priors[c].low for c in self.member]
        first = int(np.argmax(lows))
        base = max(sorted(lows)[-2], self.floor)
        if lows[first] <= base:
            return base
        strong = self.member[first]
        counts = [n - (c == strong) for c, n in enumerate(counts)]
        pull = pulls[strong]

        def rate(b: float) -> float:
            """Rise of the log of l's utility in its bid."""
            rise = 0.0
            for n, prior in zip(counts, self.priors, strict=True):
                if n and b < prior.high:
                    rise += n * float(prior.pdf(b)) / max(float(prior.cdf(b)), 1e-300)
            return rise - pull(lows[first] - b, b)

        from scipy.optimize import brentq

        grid = np.linspace(base, min(lows[first], self.ceiling), 2002)[:-1]
        rates = np.array([rate(b) for b in grid[1:]])
        utility = np.append(0.0, np.cumsum((rates[1:] + rates[:-1]) / 2)) * (grid[1] - grid[0])
        k = int(np.argmax(utility))
        if k == len(utility) - 1 and rates[-1] > 0:
            return self.ceiling
        left, right = grid[max(k, 0)], grid[min(k + 2, len(grid) - 1)]
        left = max(left, base + 1e-9 * (grid[-1] - base))
        if rate(left) <= 0:
            return base
        if rate(right) >= 0:
            return self.ceiling
        return float(brentq(rate, left, right, xtol=1e-15))  # type: ignore[arg-type]

    def pooled(self) -> BidProfile:
        """Return the profile in which one bidder outbids everyone else's value."""
        functions = []
        for prior in self.priors:
            if prior.low >= self.ceiling:
                functions.append(self._function([prior.low, prior.high], [self.ceiling] * 2))
            else:
                start = max(prior.low, self.floor)
                functions.append(self._function([start, prior.high], [start, prior.high]))
        return BidProfile([functions[c] for c in self.member])

    def profile(self, high: Path, low: Path, n_knots: int) -> BidProfile:
        """Return bid functions through the trials, as long as they agree."""
        grid = self._grid(high, low)
        ranks, others = low(grid), high(grid)
        types = self._types(ranks)
        apart = np.abs(types - self._types(others)) > AGREE * np.abs(types - np.exp(grid))
        # Next to no mass may lie in between, where a density vanishes.
        apart = (apart & (np.abs(ranks - others) > AGREE)).any(axis=0)
        n = max(int(np.argmax(apart)), 3) if apart.any() else len(grid)
        t = self._placed(grid[:n], types[:, :n], low, n_knots)
        types = self._types(low(t))
        bids = self.lowest + np.exp(t)
        functions = []
        for c, prior in enumerate(self.priors):
            # A class that joins in below the last knot bids next to nothing more.
            here = t <= max(low.joins(c), t[-1])
            own = types[c, here][::-1] + self.lowest, bids[here][::-1]
            functions.append(self._function(*self._completed(prior, *own)))
        return BidProfile([functions[c] for c in self.member])

    def _grid(self, high: Path, low: Path) -> Array:
        """Return falling t, crowded below every bid where classes join in, and at the bottom."""
        # Where a trial ends its gaps collapse.
        last = max(high.end, low.end)
        last += min(1.0, 0.3 * (low.breaks[0] - last))
        crowded = np.geomspace(1e-12, 1.0, GRID)[:-1]
        bottom = math.exp(last)
        tops = np.exp(low.breaks)
        x = np.concatenate([top - (top - bottom) * crowded for top in tops])
        t = np.concatenate([np.log(x), np.linspace(last, low.breaks[0], GRID), low.breaks])
        return np.unique(t[(t >= last) & (t <= low.breaks[0])])[::-1]

    def _placed(self, t: Array, types: Array, path: Path, n_knots: int) -> Array:
        """Return knots where straight lines between them cost about the same everywhere.

        A chord is off by h^2 / 8 times the second derivative of v_i(b); what that is worth to a
        rival is its profit times its chance of winning times f_i / F_i.
        """
        x = np.exp(t)
        ranks = path(t)
        gaps = np.maximum(types - x, 0.0)
        counts = np.array(self.bidders.counts)
        stakes = (gaps * np.exp(counts @ ranks - ranks)).max(axis=0)
        steps = -np.diff(x)
        worst = np.zeros(len(t))
        for prior, row, rank in zip(self.priors, types, ranks, strict=True):
            slopes = -np.diff(row) / np.maximum(steps, 1e-300)
            bend = np.zeros(len(t))
            bend[1:-1] = np.abs(np.diff(slopes)) / np.maximum(steps[1:] + steps[:-1], 1e-300)
            density = prior.pdf(np.clip(row + self.lowest, prior.low, prior.high))
            with np.errstate(all="ignore"):
                worth = bend * density / np.exp(rank)
            worst = np.maximum(worst, np.where((rank < 0) & np.isfinite(worth), worth, 0.0))
        worst = np.sqrt(worst * stakes)
        cost = np.append(0.0, np.cumsum((worst[1:] + worst[:-1]) / 2 * steps))
        even = np.linspace(0, 1, len(t))
        share = 0.8 * cost / max(cost[-1], 1e-300) + 0.1 * even + 0.1 * (x[0] - x) / (x[0] - x[-1])
        placed = np.interp(np.linspace(0, 1, n_knots), share, x)
        inside = path.breaks[path.breaks >= t[-1]]
        return np.unique(np.concatenate([np.log(placed[1:-1]), t[[0, -1]], inside]))[::-1]

    def _types(self, ranks: Array) -> Array:
        """Return types above the lowest bid, ``(classes, bids)``."""
        return np.array(
            [
                [table(rank) for rank in row]
                for table, row in zip(self.bidders.tables, ranks.tolist(), strict=True)
            ]
        )

    def _completed(self, prior: Prior, types: Array, bids: Array) -> tuple[Array, Array]:
        """Add what lies below the trials: bids down to the lowest, and values below that."""
        lowest = self.lowest
        enter = max(prior.low, self.floor)
        start = [enter] if enter < lowest else []
        if prior.high <= lowest:
            return np.array([enter, prior.high]), np.array([enter, prior.high])
        first = max(enter, lowest)
        falling, gaps = np.zeros(0), np.zeros(0)
        if first == lowest and len(types) > 3:
            # On by the power that gaps follow near the lowest bid: one half at a reserve.
            x, ends = bids[:3] - lowest, types[:3] - bids[:3]
            power = math.log(ends[2] / ends[0]) / math.log(x[2] / x[0])
            falling = x[0] * np.geomspace(1e-4, 1.0, 13)[:-1]
            gaps = ends[0] * (falling / x[0]) ** np.clip(power, 0.25, 2.0)
        v = np.concatenate([start, [first], lowest + falling + gaps, types[:-1], [prior.high]])
        b = np.concatenate([start, [lowest], lowest + falling, bids])
        v, kept = np.unique(np.maximum.accumulate(v), return_index=True)
        return v, np.minimum(b[kept], v)

    def _function(self, types: Any, bids: Any) -> BidFunction:
        function = BidFunction(types, bids)
        return function.turned(negate=True) if self.game.procurement else function


def _floor(game: AuctionGame) -> float:
    """Return the reserve in values, -inf for none."""
    if game.reserve is None:
        return -math.inf
    return -game.reserve if game.procurement else game.reserve


def _pull(game: AuctionGame, utility: Utility) -> Pull:
    """Return ``p = -d log(profit of winning) / db`` as a function of v - b > 0 and b."""
    payment = game.payment
    assert isinstance(payment, WinnerPays)
    if isinstance(utility, Cara):
        rate = utility.aversion
        return lambda gap, b: rate / math.expm1(min(rate * gap, 700.0))
    if isinstance(utility, ReturnOnInvestment):
        return lambda gap, b: 1 / b + 1 / gap
    if game.demand is not None:
        size, slope = game.demand
        return lambda gap, b: 1 / gap - slope / (size + slope * b)
    power = utility.power if isinstance(utility, Crra) else payment.own
    if isinstance(utility, Charity):
        power = 1 - utility.share
    return lambda gap, b: power / gap
