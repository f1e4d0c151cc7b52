"""What bids are worth to the types of a few cells: sums along a path, and bounds on gains.

The reasoning is in `single_crossing`; here are the sums over the steps of a `Path`, for the types
at the edges of its cells, and what they say of the types in between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.interdependent.crossing_path import Path
from econ_theory.games.continuous.interdependent_auction import InterdependentAuction
from econ_theory.games.continuous.payment_rules import AllPay, WinnerPays

__all__ = ["CELL", "cell_gains"]

CELL = np.dtype(
    [
        ("bound", float),
        ("estimate", float),
        ("utility", float),
        ("action", float),
        ("far", bool),
        ("points", int),
    ]
)
"""What is known of a cell of types: its largest gain, a bid that comes near it, what it earns.

`far` says that the bound is mostly from bids outside the cell; `points` on how many of the path's
points it was worked out.
"""


def cell_gains(game: InterdependentAuction, path: Path) -> Array:
    """Return what is known of the cells of `path`, a `CELL` each; `points` is left at 0."""
    steps = _steps(game, path, path.edges[:, None])
    lower = np.arange(len(path.inner))
    upper = lower + 1
    worth = _running(steps.gain)
    at_real = np.where(path.real, worth, -np.inf)
    best = at_real.argmax(axis=1)
    top = at_real[np.arange(len(worth)), best]
    first, last = _played(worth, lower, path.start), _played(worth, upper, path.stop)
    gains = np.stack([top[lower] - first, top[upper] - last])
    up, near_up = _upward(game, path, steps, upper)
    down, near_down = _downward(game, path, steps, lower)
    cells = np.zeros(len(lower), dtype=CELL)
    cells["estimate"] = np.maximum(gains.max(axis=0), 0.0)
    cells["action"] = path.bid[best[np.where(gains[0] > gains[1], lower, upper)]]
    cells["utility"] = (first + last) / 2
    cells["bound"] = np.maximum(np.maximum(up, down), 0.0)
    cells["far"] = np.where(up > down, near_up < up / 4, near_down < down / 4)
    return cells


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


def _upward(
    game: InterdependentAuction, path: Path, steps: _Steps, upper: Array
) -> tuple[Array, Array]:
    """Bound what types of each cell gain by higher bids, from the type at its upper end.

    Second, what of it is from bids of the cell itself.
    """
    start, stop, inner = path.start, path.stop, path.inner
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
    if isinstance(game.payment, AllPay):
        return own + further, own
    lower = upper - 1
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
    game: InterdependentAuction, path: Path, steps: _Steps, lower: Array
) -> tuple[Array, Array]:
    """Bound what types of each cell gain by lower bids, from the type at its lower end."""
    start, inner = path.start, path.inner
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
    if isinstance(game.payment, AllPay) or not over.any():
        return total, own
    lost, here = _overbid(path, steps, over, lower)
    return total + lost + here, own + here


def _overbid(path: Path, steps: _Steps, over: Array, lower: Array) -> tuple[Array, Array]:
    """Bound ``max(b - v, 0)`` against the change of G from one edge to the next.

    First below the cell, by parts or by what there is to lose; second in the cell itself.
    """
    below, inner = steps.below, path.inner
    start, stop = path.start[:, 1], path.stop[:, 1]
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
