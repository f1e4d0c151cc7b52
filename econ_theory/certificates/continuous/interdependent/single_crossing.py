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

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.interdependent.crossing_path import (
    Path,
    levels_of,
    path_of,
)
from econ_theory.certificates.continuous.interdependent.crossing_sums import CELL, cell_gains
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.interdependent_auction import InterdependentAuction
from econ_theory.games.continuous.payment_rules import AllPay
from econ_theory.strategies.bids import BidFunction

__all__ = ["check_affiliation", "crossing_bound"]

CELLS = 384
MOST_CELLS = 6000
MOST_PARTS = 48
FAR_PARTS = 4
"""Most parts that a cell is cut into whose bound comes from bids far off."""

ROUNDS = 12
STALLED = 0.9
"""Share of the gap before it that a round has to leave behind for there to be another."""

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
    half the estimate, there are 6,000 cells of types, or a round gains little. A cell that is fine
    enough is not looked at again.
    """
    signal = game.priors[0]
    support = (signal.low, signal.high)
    functions = (own,) if own is rival else (own, rival)
    levels = levels_of(functions, signal.turns, game.reserve, CELLS)
    cuts = np.linspace(*support, CELLS + 1)
    coarse = levels
    start = 0.0 if isinstance(game.payment, AllPay) else game.reserve
    size = game.payoff_range(0)
    edges, wide = np.array(support), np.ones(1, dtype=bool)
    cells = np.zeros(1, dtype=CELL)
    cells["points"] = CELLS
    before = np.inf
    for _ in range(ROUNDS):
        path = path_of(own, rival, support, levels, cuts, start=start)
        if path.atoms and game.n_players > 2:
            raise RefusedError(
                "many types make the same bid, want bids that differ where there are three "
                "bidders or more; raise them strictly."
            )
        # What was found of a cell holds for its parts; they are judged anew if it was too wide.
        whole = np.searchsorted(edges[1:-1], path.edges[:-1], side="right")
        cells, edges = cells[whole], path.edges
        _judge(game, path, cells, wide[whole], np.isin(path.bid, coarse))
        highest = cells["estimate"].max()
        goal = max(SHARPNESS * size, highest / 2)
        over = cells["bound"] - highest
        if over.max() <= goal or over.max() > STALLED * before or len(cells) >= MOST_CELLS:
            break
        before = over.max()
        wide = over > 0.9 * goal
        cells["points"][wide & cells["far"]] *= 4
        finer = _split(path, over, goal, cells["far"])
        more = np.interp(finer[0], own.types, own.bids)
        levels = np.unique(np.concatenate([levels, more]))
        cuts = np.unique(np.concatenate([cuts, finer[1]]))
    weights = np.diff(signal.cdf(edges))
    return PlayerGains(
        types=np.stack([edges[:-1], edges[1:]], axis=1),
        gains=cells["bound"].copy(),
        estimates=cells["estimate"].copy(),
        actions=cells["action"].copy(),
        weights=weights,
        utility=float(weights @ cells["utility"]),
    )


def _judge(
    game: InterdependentAuction, path: Path, cells: Array, new: Array, coarse: Array
) -> None:
    """Fill in the `new` ones of the `cells` of `path`, neighbours on as many points together."""
    points = cells["points"]
    begins = new.copy()
    begins[1:] &= ~new[:-1] | (points[1:] != points[:-1])
    rounding = ROUNDING * len(path.bid) * game.payoff_range(0)
    for low in np.flatnonzero(begins):
        past = np.flatnonzero(~new[low:] | (points[low:] != points[low]))
        high = low + int(past[0]) if len(past) else len(new)
        for first in range(low, high, ROWS):
            some = slice(first, min(high, first + ROWS))
            found = cell_gains(game, path.near(some, coarse, points[low]))
            found["bound"] = np.maximum(found["bound"] + rounding, found["estimate"])
            found["points"] = points[low]
            cells[some] = found


def _split(path: Path, over: Array, goal: float, far: Array) -> tuple[Array, Array]:
    """Return own types to cut at: where they bid apart, and where they bid alike."""
    wide = np.flatnonzero(over > 0.9 * goal)
    need = np.minimum(np.sqrt(1.6 * over[wide] / goal), np.where(far[wide], FAR_PARTS, MOST_PARTS))
    need *= min(1.0, max(1, MOST_CELLS - len(over)) / max(1.0, need.sum()))
    parts = np.maximum(2, np.ceil(need).astype(int))
    points: tuple[list[Array], list[Array]] = ([np.empty(0)], [np.empty(0)])
    for k, count in zip(wide.tolist(), parts.tolist(), strict=True):
        new = np.linspace(path.edges[k], path.edges[k + 1], count + 1)[1:-1]
        points[int(path.inner[k] < 0)].append(new)
    return np.concatenate(points[0]), np.concatenate(points[1])


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
