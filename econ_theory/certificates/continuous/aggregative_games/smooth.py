"""Upper bounds on what deviations gain in smooth games, of fourth order in the width of the cells.

The gain of type t from moving its action a up to b is the integral of its marginal payoff M from a
to b. In a cell of types let ``rho`` bound their marginal payoffs at their own actions, and let M
fall at a rate of kappa or more up to some action c. Then M is at most ``rho - kappa s`` at a
distance s, and

    gain of deviations up to c        <=  rho^2 / (2 kappa)
    gain of deviations to b beyond c  <=  rho L - kappa L^2 / 2 + (integral of M from c to b)

with L the way to c. Every c gives a bound; the least counts. At an equilibrium rho is a matter of
discretisation, of second order, so the bound is of fourth order. Nothing is assumed about the sign
of kappa: payoffs need not be concave. Downward deviations are upward ones of minus the action.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.aggregative_games.aggregates import Cells
from econ_theory.certificates.continuous.aggregative_games.marginals import Interim
from econ_theory.certificates.continuous.envelope.chords import Chord
from econ_theory.certificates.continuous.envelope.lines import best_lines

__all__ = ["SmoothGains", "smooth_gains"]

ROUNDING = 4.4e-16
ROWS = 32
"""Cells of types that are looked at together."""


class SmoothGains(NamedTuple):
    """For each cell: bound, estimate at its lowest type, and that type's best action."""

    bounds: Array
    estimates: Array
    actions: Array


def smooth_gains(view: Interim, cells: Cells) -> SmoothGains:
    """Return bounds and estimates of every cell's gain; cells' actions are among the view's.

    No action of the view may lie strictly inside the actions of a cell.
    """
    up = _upward(view, cells)
    down = _upward(view.mirrored, cells._replace(first=-cells.first, last=-cells.last))
    size = np.maximum(np.abs(cells.low), np.abs(cells.high))
    idle = np.minimum(cells.first, cells.last) == 0
    bounds = np.maximum(up, down) + np.where(idle, size * view.jump, 0.0)
    estimates, actions = _found(view, cells)
    return SmoothGains(bounds, estimates, actions)


def _upward(view: Interim, cells: Cells) -> Array:
    """Return bounds on the gains of higher actions."""
    b, (w, r) = view.actions, view.marginal
    at = np.searchsorted(b, cells.first), np.searchsorted(b, cells.last)
    start = np.minimum(*at)
    # Where all types of a cell act alike, the cell of actions above is theirs.
    home = np.minimum(start, len(b) - 2)
    rho = _own(view, cells, at, home)
    width = np.diff(b)
    gain = np.zeros(len(rho))
    for rows in np.array_split(np.arange(len(rho)), max(1, len(rho) // ROWS)):
        begin = home[rows].min()
        t = cells.low[rows, None], cells.high[rows, None]
        some = slice(begin, None)
        size = np.maximum(np.abs(t[0]), np.abs(t[1]))
        slope = np.maximum(t[0] * w[some], t[1] * w[some]) + r[some]
        spare = (size * view.above[0][some] + view.above[1][some]) * width[some]
        rise = [np.diff(worth[some]) for worth in view.worth]
        whole = np.maximum(t[0] * rise[0], t[1] * rise[0]) + rise[1] + spare
        bend = (size * view.bend[0][some] + view.bend[1][some]) * width[some]
        part = np.maximum(np.maximum(slope[:, 1:], slope[:, :-1]) * width[some] + bend + spare, 0.0)
        sums = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(whole, axis=1)], axis=1)
        best = np.maximum.accumulate((sums[:, :-1] + part)[:, ::-1], axis=1)[:, ::-1]
        rest = np.zeros_like(sums)
        rest[:, :-1] = np.maximum(best - sums[:, :-1], 0.0)
        steep = [(v * view.steep[0][0][some], v * view.steep[1][0][some]) for v in t]
        fastest = np.maximum(np.maximum(*steep[0]), np.maximum(*steep[1]))
        kappa = -(fastest + view.steep[1][1][some])
        column = np.arange(len(b) - 1 - begin)
        own = column >= (home[rows] - begin)[:, None]
        kappa = np.minimum.accumulate(np.where(own, kappa, np.inf), axis=1)
        lowest = b[start[rows]][:, None]
        highest = b[np.maximum(*at)[rows]][:, None]
        far, near = b[begin + 1 :] - lowest, b[begin + 1 :] - highest
        level = rho[rows, None]
        kappa = np.where(own, kappa, 0.0)
        reach = _line(level, kappa, far)
        with np.errstate(divide="ignore", invalid="ignore"):
            top = np.where(kappa > 0, level / kappa, np.inf)
            crest = np.where((level > 0) & (top < far), level * top / 2, np.maximum(reach, 0.0))
        through = np.maximum(reach, _line(level, kappa, near))
        through = np.where((near < top) & (top < far), crest, through)
        total = np.maximum(crest, through + rest[:, 1:])
        total = np.where(own & (near >= 0), total, np.inf)
        # At the highest action there is no way up.
        gain[rows] = np.where(lowest[:, 0] == b[-1], 0.0, total.min(axis=1))
    return gain


def _line(level: Array, kappa: Array, length: Array) -> Array:
    return level * length - kappa * length**2 / 2


def _own(view: Interim, cells: Cells, at: tuple[Array, Array], home: Array) -> Array:
    """Return upper bounds on the marginal payoffs of each cell's types at their own actions."""
    types = Chord(cells.low, cells.high, np.zeros(len(home)))
    flat = at[0] == at[1]
    ends = [
        Chord(x[at[0]], x[at[1]], np.where(flat, 0.0, bend[home]))
        for x, bend in zip(view.marginal, view.bend, strict=True)
    ]
    size = np.maximum(np.abs(cells.low), np.abs(cells.high))
    steep = [
        np.maximum(np.abs(low), np.abs(high))[home] for low, high in zip(*view.steep, strict=True)
    ]
    rho = types * ends[0] + ends[1]
    scale = size * ends[0].size + ends[1].size
    spare = size * view.above[0][home] + view.above[1][home] + ROUNDING * scale
    stray = cells.bend * (size * steep[0] + steep[1])
    return np.maximum(rho.left, rho.right) + rho.dev + spare + stray


def _found(view: Interim, cells: Cells) -> tuple[Array, Array]:
    """Return what the lowest type of every cell gains by its best action, and that action."""
    b, (w, r), (worth, rest) = view.actions, view.marginal, view.worth
    t, own = cells.low, np.searchsorted(b, cells.first)
    order = np.argsort(t, kind="stable")
    value, best = np.empty(len(t)), np.empty(len(t), dtype=int)
    value[order], best[order] = best_lines(worth, rest, t[order])
    slope = t * w[best] + r[best]
    # On from the best of the grid, down the chord of the marginal payoff.
    step = np.where(slope > 0, 1, -1)
    near = np.clip(best + step, 0, len(b) - 1)
    change = t * w[near] + r[near] - slope
    length = np.abs(b[near] - b[best])
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where((near != best) & (change * slope < 0), np.abs(slope / change), 0.0)
    share = np.where(share <= 1, share, 0.0)
    value = value + share * length * np.abs(slope) / 2
    played = t * worth[own] + rest[own]
    idle = (b[own] == 0) & (view.jump > 0)
    gain = np.maximum(value - played, 0.0) + np.where(idle, t * view.jump, 0.0)
    return gain, b[best] + step * share * length
