"""Upper bounds on deviation gains where signals are affiliated and values interdependent.

Against rivals with one bid function b(y), raising the bid from that of rival type y by dy is worth

    winner pays:  dU(x) = (v(x, y) - b) dG(y | x) - own share * G(y | x) db
    all pay:      dU(x) = v(x, y) dG(y | x) - db

to a type x. U is not affine in x, but types compare. Let x' be above x. v rises in both signals,
``G(y | x)`` falls in x and, in logarithms, its steps in y rise in x (affiliation), so that

    dU(x) <= t(y) (max(v(x', y) - b, 0) dG(y | x') - own share * G(y | x') db),   t = G(y|x)/G(y|x')

with t falling in y. By the second mean value theorem, what x gains from raising its bid is at most
t, at its own bid, times the best that the right side adds up to: a sum for x' alone. In the same
way the gain from lowering it is at most that of a type x' below, up to what is lost to bids above
the value, ``max(b - v(x', y), 0) (dG(y | x) - dG(y | x'))``. Where all pay, ``v dG`` rises in x
itself and ``dU(x) <= dU(x')``. So a grid of types bounds all types, to second order in its mesh,
and chords and their errors bound all bids (`crossing_path`).

The bound need not be tight: of 90 profiles under an `FgmPair` it was more than twice the gain found
for 16, and near the lowest signals of a `GaussianPair` it may be much larger.

Taken on trust: affiliation and rising v, which are checked on a grid of 97 x 97 signals; v being
convex or concave in y between neighbours of the grid and the own signal.

Source: Milgrom and Weber 1982, theorems 6 and 14; Krishna and Morgan 1997 where all pay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.interdependent.crossing_path import (
    Path,
    levels_of,
    path_of,
)
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.interdependent_auction import InterdependentAuction
from econ_theory.games.continuous.payment_rules import AllPay, WinnerPays
from econ_theory.strategies.bids import BidFunction

__all__ = ["check_affiliation", "crossing_bound"]

CELLS = 384
MOST_CELLS = 6000
MOST_PARTS = 48
ROUNDS = 5
SHARPNESS = 6e-7
"""Gap between bound and estimate, as a share of the payoff range, that is fine enough."""

ROWS = 96
"""Types that are worked on at once."""

GRID = 97
ROUNDING = 2.3e-16


def crossing_bound(
    game: InterdependentAuction, own: BidFunction, rival: BidFunction
) -> PlayerGains:
    """Return the `PlayerGains` of a player who bids `own` against rivals who all bid `rival`.

    The grid is refined until bound and estimate differ by at most 6e-7 of the payoff range, or
    half the estimate, or there are 6,000 cells of types.
    """
    signal = game.priors[0]
    support = (signal.low, signal.high)
    functions = (own,) if own is rival else (own, rival)
    levels = levels_of(functions, signal.turns, game.reserve, CELLS)
    cuts = np.linspace(*support, CELLS + 1)
    coarse = levels
    start = 0.0 if isinstance(game.payment, AllPay) else game.reserve
    size = game.payoff_range(0)
    points = CELLS
    for _ in range(ROUNDS):
        path = path_of(own, rival, support, levels, cuts, start=start)
        if path.atoms and game.n_players > 2:
            raise RefusedError(
                "many types make the same bid, want bids that differ where there are three "
                "bidders or more; raise them strictly."
            )
        sums = _Sums(game, path, np.isin(path.bid, coarse), points)
        bounds = np.maximum(sums.bounds + ROUNDING * len(path.bid) * size, sums.estimates)
        goal = max(SHARPNESS * size, sums.estimates.max() / 2)
        over = bounds - sums.estimates.max()
        if over.max() <= goal or len(path.inner) >= MOST_CELLS:
            break
        wide = over > 0.9 * goal
        if (wide & sums.far).any():
            points *= 4
        finer = _split(path, np.where(sums.far, 0.0, over), goal)
        more = np.interp(finer[0], own.types, own.bids)
        levels = np.unique(np.concatenate([levels, more]))
        cuts = np.unique(np.concatenate([cuts, finer[1]]))
    edges = path.edges
    weights = np.diff(signal.cdf(edges))
    return PlayerGains(
        types=np.stack([edges[:-1], edges[1:]], axis=1),
        gains=bounds,
        estimates=sums.estimates,
        actions=sums.actions,
        weights=weights,
        utility=float(weights @ sums.utilities),
    )


def _split(path: Path, over: Array, goal: float) -> tuple[Array, Array]:
    """Return own types to cut at: where they bid apart, and where they bid alike."""
    wide = np.flatnonzero(over > 0.9 * goal)
    need = np.minimum(np.sqrt(1.6 * over[wide] / goal), MOST_PARTS)
    need *= min(1.0, max(1, MOST_CELLS - len(over)) / max(1.0, need.sum()))
    parts = np.maximum(2, np.ceil(need).astype(int))
    points: tuple[list[Array], list[Array]] = ([np.empty(0)], [np.empty(0)])
    for k, count in zip(wide.tolist(), parts.tolist(), strict=True):
        new = np.linspace(path.edges[k], path.edges[k + 1], count + 1)[1:-1]
        points[int(path.inner[k] < 0)].append(new)
    return np.concatenate(points[0]), np.concatenate(points[1])


@dataclass(frozen=True, eq=False)
class _Steps:
    """Sums over the steps of the path, for R types: ``(R, Q - 1)`` each, `below` ``(R, Q)``.

    Attributes
    ----------
    gain, error, bend : what a step is worth, its error, and how far inside it the sum may be off
        its chord
    rise, swell : bounds on both with ``max(v - b, 0)`` for ``v - b``
    least, most : bounds on ``v - b``
    turn : bound on the total variation of ``v - b``
    """

    below: Array
    gain: Array
    error: Array
    bend: Array
    rise: Array
    swell: Array
    least: Array
    most: Array
    turn: Array


class _Sums:
    """Bounds, estimates and utilities of all cells of a path; is a bound from bids far off?"""

    def __init__(self, game: InterdependentAuction, path: Path, coarse: Array, points: int) -> None:
        self.game = game
        n_cells = len(path.inner)
        self.bounds, self.estimates = np.empty(n_cells), np.empty(n_cells)
        self.utilities, self.actions = np.empty(n_cells), np.empty(n_cells)
        self.far = np.empty(n_cells, dtype=bool)
        for low in range(0, n_cells, ROWS):
            cells = slice(low, min(n_cells, low + ROWS))
            self._block(cells, path.near(cells, coarse, points))

    def _block(self, cells: slice, path: Path) -> None:
        self.path = path
        x = path.edges[:, None]
        steps = _steps(self.game, path, x)
        lower = np.arange(len(x) - 1)
        upper = lower + 1
        start, stop = path.start, path.stop
        worth = _running(steps.gain)
        at_real = np.where(path.real, worth, -np.inf)
        best = at_real.argmax(axis=1)
        top = at_real[np.arange(len(x)), best]
        first, last = _played(worth, lower, start), _played(worth, upper, stop)
        gains = np.stack([top[lower] - first, top[upper] - last])
        self.estimates[cells] = np.maximum(gains.max(axis=0), 0.0)
        self.actions[cells] = path.bid[best[np.where(gains[0] > gains[1], lower, upper)]]
        self.utilities[cells] = (first + last) / 2
        inner = path.inner
        up, near_up = self._upward(steps, upper, start, stop, inner)
        down, near_down = self._downward(steps, lower, start, stop, inner)
        self.bounds[cells] = np.maximum(np.maximum(up, down), 0.0)
        self.far[cells] = np.where(up > down, near_up < up / 4, near_down < down / 4)

    def _upward(
        self, steps: _Steps, upper: Array, start: Array, stop: Array, inner: Array
    ) -> tuple[Array, Array]:
        """Bound what types of each cell gain by higher bids, from the type at its upper end.

        Second, what of it is from bids of the cell itself.
        """
        path = self.path
        worth = _running(steps.rise)
        roof = np.where(path.real, worth, -np.inf)
        inside = np.maximum(worth[:, 1:], worth[:, :-1]) + steps.swell
        inside = np.where(path.jump, -np.inf, inside)
        roof[:, :-1] = np.maximum(roof[:, :-1], inside)
        roof = np.maximum.accumulate(roof[:, ::-1], axis=1)[:, ::-1]
        own = np.zeros(len(upper))
        apart = inner >= 0
        at = upper[apart], inner[apart]
        own[apart] = np.maximum(steps.rise[at], 0.0) + 2 * steps.swell[at]
        further = roof[upper, stop[:, 1]] - _played(worth, upper, stop)
        if isinstance(self.game.payment, AllPay):
            return own + further, own
        lower = upper - 1
        ratio = np.ones(len(upper))
        first = np.zeros(len(upper))
        begun = steps.below[upper, start[:, 0]] > 0
        point = start[:, 0].copy()
        for k in np.flatnonzero(~begun):
            if point[k] < path.bottom:
                point[k] = path.bottom
                continue
            # The first step that wins at all has no ratio to go by: it is bounded by itself.
            won = np.flatnonzero(steps.below[upper[k]] > 0)
            j = int(won[0]) if len(won) else len(path.bid) - 1
            point[k] = j = next((a.stop for a in path.atoms if a.start < j < a.stop), j)
            if any(j == a.stop for a in path.atoms):
                continue
            first[k] = max(steps.most[upper[k], j - 1], 0.0) * steps.below[lower[k], j]
            own[k] = 0.0
            further[k] = roof[upper[k], j] - worth[upper[k], j]
        # A lower signal makes low rivals likelier, so a rising profit is worth less to it.
        profit = np.maximum.accumulate(np.maximum(steps.most[upper], 0.0), axis=1)
        profit *= np.diff(steps.below[upper], axis=1)
        profit = _running(profit[:, ::-1])[:, ::-1]
        whole = profit[np.arange(len(upper)), start[:, 0]]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = steps.below[lower, point] / steps.below[upper, point]
        ratio = np.where(np.isfinite(ratio), np.maximum(ratio, 1.0), 1.0)
        total = first + ratio * (own + np.maximum(further, 0.0))
        return np.minimum(total, whole), first + ratio * own

    def _downward(
        self, steps: _Steps, lower: Array, start: Array, stop: Array, inner: Array
    ) -> tuple[Array, Array]:
        """Bound what types of each cell gain by lower bids, from the type at its lower end."""
        path = self.path
        worth = _running(steps.gain - steps.error)
        roof = np.where(path.real, worth, -np.inf)
        inside = np.maximum(worth[:, 1:], worth[:, :-1]) + steps.bend
        inside = np.where(path.jump, -np.inf, inside)
        roof[:, 1:] = np.maximum(roof[:, 1:], inside)
        roof = np.maximum.accumulate(roof, axis=1)
        own = np.zeros(len(lower))
        apart = inner >= 0
        at = lower[apart], inner[apart]
        own[apart] = np.maximum(-steps.gain[at], 0.0) + steps.error[at] + 2 * steps.bend[at]
        total = own + roof[lower, start[:, 0]] - _played(worth, lower, start)
        over = np.maximum(-steps.least, 0.0)
        if isinstance(self.game.payment, AllPay) or not over.any():
            return total, own
        lost, here = self._overbid(steps, over, lower, start[:, 1], stop[:, 1], inner)
        return total + lost + here, own + here

    def _overbid(
        self, steps: _Steps, over: Array, lower: Array, start: Array, stop: Array, inner: Array
    ) -> tuple[Array, Array]:
        """Bound ``max(b - v, 0)`` against the change of G from one edge to the next.

        First below the cell, by parts or by what there is to lose; second in the cell itself.
        """
        below = steps.below
        last = np.maximum(start - 1, 0)
        most = np.maximum.accumulate(over, axis=1)[lower, last]
        simple = most * below[lower, start]
        gap = np.maximum.accumulate(below[lower] - below[lower + 1], axis=1)
        change = np.cumsum(np.where(over > 0, steps.turn, 0.0), axis=1)[lower, last]
        gap = np.maximum(gap[lower, start], 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = 1 - below[lower + 1, :-1] / below[lower, :-1]
        share = np.where(np.isfinite(share), np.clip(share, 0.0, 1.0), 1.0)
        lost = np.cumsum(share * over[lower] * np.diff(below[lower], axis=1), axis=1)
        fine = gap * (2 * most + change) + lost[lower, last]
        here = np.where(inner >= 0, over[lower, np.maximum(inner, 0)], 0.0)
        here = here * (below[lower, stop] - below[lower + 1, start])
        return np.where(start > 0, np.minimum(simple, fine), 0.0), here


def _steps(game: InterdependentAuction, path: Path, x: Array) -> _Steps:
    """Return the steps of dU for types x ``(R, 1)``, each by chords and their errors."""
    z, b = path.rival, path.bid
    below = np.maximum.accumulate(game.joint.below(x, z), axis=1)
    below[:, 0] = 0.0
    won, paid, width = np.diff(below, axis=1), np.diff(b), np.diff(z)
    off = np.where(width > 0, np.fmin(game.joint.bend(x, z), won), 0.0)
    value = game.worth(x, z)
    rise = np.abs(np.diff(value, axis=1))
    middle = game.worth(x, (z[1:] + z[:-1]) / 2)
    sag = 2 * np.abs(middle - (value[:, 1:] + value[:, :-1]) / 2)
    if game.value == "common" or game.n_players > 2:
        sag = np.where((z[:-1] < x) & (x < z[1:]), rise, sag)
    if isinstance(game.payment, AllPay):
        gain = (value[:, 1:] + value[:, :-1]) / 2 * won - paid
        error = rise * off + sag * won
        most = np.maximum(value[:, 1:], value[:, :-1])
        bend = rise * won / 8 + (most + 2 * rise) * off + 2 * sag * won + path.bend
        return _Steps(below, gain, error, bend, gain + error, bend, most, most, rise)
    left, right = value[:, :-1] - b[:-1], value[:, 1:] - b[1:]
    turn = np.abs(right - left)
    sag = sag + path.bend
    gain = (left + right) / 2 * won
    error = turn * off + sag * won
    least, most = np.minimum(left, right) - sag, np.maximum(left, right) + sag
    least[:, : path.bottom] = 0.0
    bend = turn * won / 8 + (np.maximum(-least, most) + 2 * turn) * off + 2 * sag * won
    # Where the price is above the value, only the cost of paying more is left.
    lost = np.maximum(-least, 0.0) * won
    for atom in path.atoms:
        # Rivals who bid alike are beaten together or not at all.
        lost[:, atom] = 0.0
        lost[:, atom.stop - 1] = np.maximum(-gain[:, atom].sum(axis=1), 0.0)
    over = (most <= 0) & ~path.jump
    rise_only = np.where(over, 0.0, gain + error + lost)
    swell = np.where(over, 0.0, bend + lost)
    assert isinstance(game.payment, WinnerPays)
    own = game.payment.own
    if own:
        lowest, highest = below[:, :-1], below[:, 1:]
        cost = own * (lowest + highest) / 2 * paid
        slack = own * (off * paid + path.bend * won)
        off_chord = own * (won * paid / 8 + (highest + 2 * won) * path.bend + 2 * off * paid)
        gain, error, bend = gain - cost, error + slack, bend + off_chord
        rise_only = rise_only - cost + slack
        # A sum that only falls is nowhere above its ends.
        swell = np.where(over, 0.0, swell + off_chord)
    return _Steps(below, gain, error, bend, rise_only, swell, least, most, rise + paid)


def _running(steps: Array) -> Array:
    total = np.zeros((len(steps), steps.shape[1] + 1))
    np.cumsum(steps, axis=1, out=total[:, 1:])
    return total


def _played(worth: Array, rows: Array, points: Array) -> Array:
    return (worth[rows, points[:, 0]] + worth[rows, points[:, 1]]) / 2


def check_affiliation(game: InterdependentAuction) -> None:
    """Raise `RefusedError` unless what the bound assumes holds on a grid of signals.

    ``v`` rises in both signals; ``G(y | x)`` falls in x and ``G(y' | x) / G(y | x)`` rises in x for
    y' above y; where all pay, ``v(x, y) g(y | x)`` rises in x.
    """
    joint = game.joint
    if not joint.affiliated:
        raise RefusedError(
            f"signals are not affiliated ({joint.words}), want a higher signal to make higher "
            "signals of rivals more likely."
        )
    signal = game.priors[0]
    x = signal.low + (signal.high - signal.low) * (np.arange(GRID)[:, None] + 0.5) / GRID
    y = x[:, 0]
    value, below = game.worth(x, y), joint.below(x, y)
    slack = 1e-9
    faults = {
        "v(x, y) does not rise in the own signal": (-np.diff(value, axis=0)).max(),
        "v(x, y) does not rise in the rival's signal": (-np.diff(value, axis=1)).max(),
        "G(y | x) does not fall in x": np.diff(below, axis=0).max(),
        "g / G does not rise in x": (
            below[1:, :-1] * below[:-1, 1:] - below[1:, 1:] * below[:-1, :-1]
        ).max(),
    }
    if isinstance(game.payment, AllPay):
        step = np.diff(value * joint.density(x, y), axis=0)
        faults["v(x, y) g(y | x) does not rise in x, which all-pay bids want"] = (-step).max()
    for fault, size in faults.items():
        if size > slack * max(1.0, float(np.abs(value).max())):
            raise RefusedError(
                f"{fault} ({joint.words}), want affiliated signals; no bound is known without."
            )
