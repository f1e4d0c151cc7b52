"""Bilateral trade by its first-order conditions, as a path of prices through one point.

Let v(p) and c(p) be the value that bids p and the cost that asks p. Where both trade with positive
probability, and F and G are the distributions of costs and values::

    (v - p) dF(c) = k F(c) dp,      (p - c) dG(v) = (1 - k) (1 - G(v)) dp

Speed up time by ``(v - p)(p - c)``: the flow has no singular points inside ``c < p < v``, and every
path through such a point is an equilibrium, since c, p and v all rise along it; the ends are where
the cheapest seller or the dearest buyer is met, or where there is no gain left. There is a
continuum of paths. The one chosen by default is smooth at both ends: there the gains from trade
left to the marginal type shrink as fast as the chance to trade, which fixes both end prices. If the
distributions are powers, it consists of straight lines.

With k = 0 (or 1) one side is truthful, and the other names the monopoly price.

Source: Satterthwaite and Williams 1989, "Bilateral trade with the sealed bid k-double auction".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.envelope.lines import best_lines
from econ_theory.errors import SettingError
from econ_theory.games.continuous.double_auction import DoubleAuction
from econ_theory.games.continuous.priors import Prior
from econ_theory.games.continuous.utilities import RiskNeutral
from econ_theory.solvers.base import Ending, Proposals, family_wanted
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["BilateralTrade"]

NEAR = 1e-13
"""Gap, as a share of all there is to gain, at which a path has come to its end."""

PARTS = 16
"""Points of a path for each step of the integration."""

NEWTON_STEPS = 12
MONOPOLY_GRID = 4097


@dataclass(frozen=True)
class BilateralTrade:
    """An equilibrium of the k-double auction of a risk-neutral buyer and seller.

    Proposes the path of prices at more and more points. Types that never trade bid their values.
    Where values lie above costs, all trade at one price in the middle.

    Parameters
    ----------
    through : (cost, price, value), optional
        A point of the path, ``cost < price < value``: that cost asks this price, and that value
        bids it. Different points give different equilibria. Default: the path that is smooth at
        both ends.
    knots : points of the path, one proposal each

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import DoubleAuction, Power
    >>> solution = solve(DoubleAuction(0.5))
    >>> solution.profile.functions[0]([0.5, 1.0]).round(6), solution.certificate.relative < 1e-6
    (array([0.416667, 0.75    ]), True)
    >>> other = solve(DoubleAuction(0.5), BilateralTrade(through=(0.3, 0.4, 0.7)))
    >>> round(float(other.profile.functions[0](0.7)), 6), other.certificate.relative < 1e-5
    (0.4, True)
    """

    through: tuple[float, float, float] | None = None
    knots: tuple[int, ...] = (512, 2048)
    source = "Chatterjee and Samuelson 1983; Satterthwaite and Williams 1989"
    exact = True
    continuous = True

    def __post_init__(self) -> None:
        if self.through is not None and not self.through[0] < self.through[1] < self.through[2]:
            raise SettingError(f"through is {self.through}, want cost < price < value.")

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if other := family_wanted(game, DoubleAuction):
            return other
        if not all(isinstance(u, RiskNeutral) for u in game.utilities):
            return "a trader is risk averse, want RiskNeutral(); certify bids of your own."
        if self.through is None:
            return None
        if game.k in (0.0, 1.0):
            return (
                f"k is {game.k:g} and one side truthful, want no path through {self.through}; "
                "leave it out."
            )
        (cost, _, value), (buyer, seller) = self.through, game.priors
        if not (seller.low < cost < seller.high and buyer.low < value < buyer.high):
            return (
                f"through is {self.through}, want a cost and a value inside the types; leave it "
                "out for the smooth equilibrium."
            )
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield profiles of rising accuracy; `start` and `rng` are not used."""
        buyer, seller = game.priors
        if buyer.low >= seller.high and self.through is None:
            price = (buyer.low + seller.high) / 2
            yield BidProfile(  # type: ignore[misc]
                [BidFunction([p.low, p.high], [price, price]) for p in game.priors]
            )
            return Ending("all types trade at one price")
        if game.k in (0.0, 1.0):
            for n_knots in self.knots:
                yield _monopoly(game, n_knots)  # type: ignore[misc]
            return Ending("the finest knots were proposed")
        flow, point, note = _Flow(game), self.through, "the given path"
        if point is None:
            point, note = flow.smooth(), "the path that is smooth at both ends"
            if point is None:
                point, note = (
                    flow.middle(),
                    "a path through the middle; none is smooth at both ends",
                )
        path = flow.path(point, 1e-12)
        for n_knots in self.knots:
            yield flow.profile(path, n_knots)  # type: ignore[misc]
        return Ending(f"{note} was proposed at the finest knots")


class _Flow:
    """The flow of (c, p, v), and its paths: forward to high prices, backward to low ones."""

    def __init__(self, game: DoubleAuction) -> None:
        self.k, (self.buyer, self.seller) = game.k, game.priors
        self.span = self.buyer.high - self.seller.low
        self.below = _Ratio(self.seller, lambda c: self.seller.cdf(c), 0)
        self.above = _Ratio(self.buyer, lambda v: 1.0 - self.buyer.cdf(v), -1)

    def ends(self) -> tuple[float, float] | None:
        """Return the lowest and the highest price of the path that is smooth at both, if any."""
        from scipy.optimize import brentq

        buyer, seller, k = self.buyer, self.seller, self.k
        rate = 1 + k * self.below.slopes[0]
        rest = 1 - (1 - k) * self.above.slopes[1]

        def lowest(p: float) -> float:
            return rate * (p - seller.low) - (1 - k) * self.above(p)

        def highest(p: float) -> float:
            return rest * (buyer.high - p) - k * self.below(p)

        inside = seller.low, buyer.high
        found: list[Any] = []
        for function in (lowest, highest):
            if function(inside[0]) * function(inside[1]) >= 0:
                return None
            found.append(brentq(function, *inside, xtol=1e-14 * self.span))
        return (found[0], found[1]) if found[0] < found[1] else None

    def smooth(self) -> tuple[float, float, float] | None:
        """Return the point of the smooth path at the middle of its prices: Newton's method."""
        wanted = self.ends()
        if wanted is None:
            return None
        low, high = wanted
        middle = (low + high) / 2
        point = np.array([(self.seller.low + high) / 2, (low + self.buyer.high) / 2])

        def missed(at: Array) -> Array | None:
            if not (self.seller.low < at[0] < middle < at[1] < self.buyer.high):
                return None
            path = self.path((at[0], middle, at[1]), 1e-8, bounded=False)
            return np.array([path[1, 0] - low, path[1, -1] - high])

        off = missed(point)
        for _ in range(NEWTON_STEPS):
            if off is None or np.abs(off).max() < 1e-7 * self.span:
                break
            step = 1e-4 * self.span
            moved = [missed(point + step * unit) for unit in np.eye(2)]
            if any(m is None for m in moved):
                return None
            slopes = np.stack([(m - off) / step for m in moved], axis=1)  # type: ignore[operator]
            try:
                change = -np.linalg.solve(slopes, off)
            except np.linalg.LinAlgError:
                return None
            for share in (1.0, 0.5, 0.25, 0.1, 0.02):
                tried = missed(point + share * change)
                if tried is not None and np.abs(tried).max() < np.abs(off).max():
                    break
            else:
                return None
            point, off = point + share * change, tried
        if off is None or np.abs(off).max() > 1e-4 * self.span:
            return None
        path = self.path((point[0], middle, point[1]), 1e-10, bounded=False)
        inside = np.flatnonzero((path[0] < self.seller.high) & (path[2] > self.buyer.low))
        if not len(inside):
            return None
        cost, price, value = path[:, inside[len(inside) // 2]]
        return float(cost), float(price), float(value)

    def middle(self) -> tuple[float, float, float]:
        """Return a point inside: a low cost, a high value, and the price between."""
        cost = float(self.seller.ppf(0.25))
        value = float(self.buyer.ppf(0.75))
        low, high = self.seller.low, self.buyer.high
        cost, value = min(cost, low + 0.4 * (high - low)), max(value, high - 0.4 * (high - low))
        return cost, (cost + value) / 2, value

    def path(self, point: tuple[float, float, float], tol: float, *, bounded: bool = True) -> Array:
        """Return costs, prices and values along the path through `point`, ``(3, N)``.

        It ends where the types do, or if not `bounded`, goes on as if ratios were straight beyond.
        """
        from scipy.integrate import solve_ivp

        k, below, above = self.k, self.below, self.above
        near = max(NEAR, tol * 1e-1) * self.span

        def rates(t: float, y: Array, sign: float) -> list[float]:
            c, p, v = y
            low, high = max(p - c, 0.0), max(v - p, 0.0)
            return [
                sign * k * below(c) * low,
                sign * low * high,
                sign * (1 - k) * above(v) * high,
            ]

        def up(t: float, y: Array, sign: float) -> float:
            left = max(y[1] - y[0], self.buyer.high - y[2]) - near
            return min(left, self.seller.high - y[0]) if bounded else left

        def down(t: float, y: Array, sign: float) -> float:
            left = max(y[2] - y[1], y[0] - self.seller.low) - near
            return min(left, y[2] - self.buyer.low) if bounded else left

        halves = []
        for sign, end in ((-1.0, down), (1.0, up)):
            end.terminal = True  # type: ignore[attr-defined]
            found = solve_ivp(
                rates,
                (0.0, 1e5 / self.span),
                np.array(point),
                method="DOP853",
                events=end,
                args=(sign,),
                rtol=max(tol, 1e-11),
                atol=tol * 1e-2 * self.span,
                dense_output=True,
            )
            # The solver's steps are as long as the path is smooth.
            steps = len(found.t) - 1
            places = np.linspace(0, steps, PARTS * steps + 1)
            times = np.interp(places, np.arange(steps + 1), found.t)
            halves.append(found.sol(times))
        return np.concatenate([halves[0][:, ::-1], halves[1][:, 1:]], axis=1)

    def profile(self, path: Array, n_knots: int) -> BidProfile:
        """Return bid functions straight between `n_knots` points of the path, and the rest."""
        from scipy.interpolate import PchipInterpolator

        c, p, v = np.maximum.accumulate(path, axis=1)
        length = np.append(0.0, np.cumsum(np.abs(np.diff(path, axis=1)).sum(axis=0)))
        fresh = np.concatenate([[True], np.diff(length) > 1e-15 * self.span])
        c, p, v, length = c[fresh], p[fresh], v[fresh], length[fresh]
        even = np.linspace(0, length[-1], n_knots + 1)
        ends = (length[-1] / n_knots) * 0.5 ** np.arange(1, 40)
        at = np.unique(np.concatenate([even, ends, length[-1] - ends]))
        c, p, v = PchipInterpolator(length, np.stack([c, p, v]), axis=1)(at)
        buyer, seller = self.buyer, self.seller
        asks, bids = [c, p], [v, p]
        if v[0] - p[0] < 1e-6 * self.span:
            # The path ends where there is no gain left; the cheapest seller asks that price.
            c[0], v[0] = seller.low, p[0]
            bids = [np.append(buyer.low, v), np.append(min(buyer.low, p[0]), p)]
        else:
            v[0] = buyer.low
            asks = [np.append(seller.low, c), np.append(p[0], p)]
        if p[-1] - c[-1] < 1e-6 * self.span:
            v[-1], c[-1] = buyer.high, p[-1]
            bids[0][-1] = buyer.high
            asks[0][-1] = c[-1]
            asks = [np.append(asks[0], seller.high), np.append(asks[1], max(seller.high, p[-1]))]
        else:
            asks[0][-1] = seller.high
            bids = [np.append(bids[0], buyer.high), np.append(bids[1], p[-1])]
        return BidProfile([_rising(bids[0], bids[1], buyer), _rising(asks[0], asks[1], seller)])


def _rising(types: Array, bids: Array, prior: Prior) -> BidFunction:
    types = np.maximum.accumulate(np.clip(types, prior.low, prior.high))
    return BidFunction(types, np.maximum.accumulate(bids))


class _Ratio:
    """A share of types over their density, a spline; straight beyond the types."""

    def __init__(self, prior: Prior, share: Callable[[Array], Array], end: int) -> None:
        from scipy.interpolate import CubicSpline

        self.low, self.high = prior.low, prior.high
        width = prior.high - prior.low
        types = prior.low + width * (1 - np.cos(np.linspace(0, np.pi, 1025))) / 2
        types[-1] = prior.high
        inner = np.clip(types, prior.low + 1e-9 * width, prior.high - 1e-9 * width)
        found = share(inner)
        ratio = np.minimum(found / np.maximum(prior.pdf(inner), 1e-300), 1e3 * width)
        ratio[end] = 0.0
        # So close to the end a distribution function has no digits left.
        sure = found > 1e-7
        sure[end] = True
        self.spline = CubicSpline(types[sure], ratio[sure])
        self.slopes = [float(self.spline(v, 1)) for v in (prior.low, prior.high)]

    def __call__(self, v: float) -> float:
        if v < self.low:
            return float(self.spline(self.low)) + self.slopes[0] * (v - self.low)
        if v > self.high:
            return float(self.spline(self.high)) + self.slopes[1] * (v - self.high)
        return float(self.spline(v))


def _monopoly(game: DoubleAuction, n_knots: int) -> BidProfile:
    """Return the profile in which one side is truthful and the other names the best price."""
    if game.k == 1.0:
        buyer, seller = _monopoly(game.mirrored, n_knots).functions
        return BidProfile([seller.turned(negate=True), buyer.turned(negate=True)])
    buyer, seller = game.priors
    shares = np.append((1 - np.cos(np.linspace(0, np.pi, n_knots + 1))) / 2, 0.5)
    p = buyer.low + (buyer.high - buyer.low) * np.unique(shares)
    sold = 1.0 - buyer.cdf(p)
    with np.errstate(divide="ignore", invalid="ignore"):
        c = p - np.where(sold > 0, sold / buyer.pdf(p), 0.0)
    usable = np.isfinite(c)
    c, p, sold = c[usable], p[usable], sold[usable]
    # Where the virtual value is not monotone some prices are never best: the ask jumps past them.
    order = np.argsort(c)
    best = np.empty(len(c))
    best[order] = best_lines(-sold, p * sold, c[order])[0]
    kept = np.flatnonzero((p - c) * sold >= best - 1e-13 * (buyer.high - buyer.low))
    types, asks = np.maximum.accumulate(c[kept]), p[kept]
    for gap in np.flatnonzero(np.diff(kept) > 1)[::-1]:
        left, right = kept[gap], kept[gap + 1]
        even = (p[left] * sold[left] - p[right] * sold[right]) / (sold[left] - sold[right])
        at = np.clip(even, types[gap], types[gap + 1])
        types = np.insert(types, gap + 1, [at, at])
        asks = np.insert(asks, gap + 1, [asks[gap], asks[gap + 1]])
    if seller.high > buyer.high:
        types, asks = np.append(types, seller.high), np.append(asks, seller.high)
    ends = np.interp([seller.low, seller.high], types, asks)
    inside = (types > seller.low) & (types < seller.high)
    types = np.concatenate([[seller.low], types[inside], [seller.high]])
    asks = np.concatenate([ends[:1], asks[inside], ends[1:]])
    truth = BidFunction([buyer.low, buyer.high], [buyer.low, buyer.high])
    return BidProfile([truth, BidFunction(types, asks)])
