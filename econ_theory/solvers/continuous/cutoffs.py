"""Equilibria in cutoffs of games of joining or staying out.

Against given others joining is worth ``D_i(t)``, affine in the type t, more than staying out; if
that rises (falls) whatever the others do, all types above (below) a cutoff x_i join. With s = 1
(-1) the cutoffs x are an equilibrium if and only if each is

    x_i = x_i - s D_i(x_i), moved into [low_i, high_i]:

D is zero at a cutoff inside the support, and has the right sign where all types do the same.

Players who are alike have equilibria in one common cutoff: a function of one variable, whose signs
are looked at on a grid, so that all are found that differ on it. Others are met by Newton's method
on the equation above from many starts at once. Games of this kind often have several equilibria:
each is a proposal. They may form a continuum: of volunteers with values uniform on [0, 1] any
cutoffs whose product is the cost are an equilibrium. Then points on it are proposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.continuous.participation_game import ParticipationGame
from econ_theory.seeding import Seed, as_rng
from econ_theory.solvers.base import Ending, Proposals, check_numbers, family_wanted
from econ_theory.strategies.steps import StepFunction, StepProfile, as_steps

__all__ = ["Cutoffs"]

STEPS = 60
FEW = 8
"""Players up to which those who are alike may do different things."""

SAME = 1e-7
"""Shares of the types within which two cutoffs are one."""

CORNERS = 243
"""Starts on an even grid at most; the rest is drawn."""


@dataclass(frozen=True)
class Cutoffs:
    """Equilibria of a `ParticipationGame` in cutoffs, those in one common cutoff first.

    Of these all are proposed whose neighbours on a grid of `grid` cutoffs are on different sides.
    Then those that Newton's method meets from `starts` random starts, and a grid of 3 cutoffs a
    player: not necessarily all. Among more than 8 players, those who are alike have one cutoff
    there. Interior ones come before those in which all join, or nobody. `solve` keeps the first
    that is exact, `equilibria` all of them. What a start leads to comes first.

    Raises
    ------
    SettingError
        If there are fewer than 0 starts or 2 points on the grid.

    Examples
    --------
    Two of three must pay 1/4 for a public good. Alike, they pay above 1/2, or above 0.809, or
    never:

    >>> from econ_theory.games import ParticipationGame, Uniform
    >>> game = ParticipationGame.public_good(Uniform(), 3, cost=0.25, threshold=2)
    >>> found = Cutoffs(starts=0).equilibria(game)
    >>> [[float(f.cuts[0].round(6)) for f in profile.functions] for profile in found[:3]]
    [[0.5, 0.5, 0.5], [0.809017, 0.809017, 0.809017], [1.0, 1.0, 1.0]]
    """

    starts: int = 100
    grid: int = 2048
    source = "Palfrey and Rosenthal 1984; Newton's method of Qi and Sun 1993"
    exact = True
    continuous = True

    def __post_init__(self) -> None:
        check_numbers(self, starts=0, grid=2)

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if other := family_wanted(game, ParticipationGame):
            return other
        for i in range(game.n_players):
            if game.slope(i) == 0:
                return (
                    f"whether high or low types of player {i + 1} join depends on the others, want "
                    "slopes of one sign; certify step functions of your own."
                )
        return None

    def equilibria(self, game: ParticipationGame, rng: Seed = None) -> tuple[StepProfile, ...]:
        """Return all equilibria in cutoffs that the search meets.

        Raises
        ------
        RefusedError
            If the solver does not apply to the game.
        """
        from econ_theory.errors import RefusedError

        refusal = self.refuses(game)
        if refusal:
            raise RefusedError(f"Cutoffs refuses: {refusal}")
        return tuple(filter(None, self.propose(game, None, as_rng(rng))))  # type: ignore[misc]

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield the equilibria met, each once; from `start` on, if there is one."""
        found: list[Array] = []
        low, high = _ends(game)
        groups = _groups(game)
        stages = []
        if start is not None:
            stages.append(lambda: _met(game, _cutoffs_of(game, start)[None], groups))
        if all(game.alike(0, i) for i in range(1, game.n_players)):
            stages.append(lambda: _common(game, self.grid))
        stages.append(lambda: _met(game, _starts(game, self.starts, rng), groups))
        for stage in stages:
            yield None
            for x in stage():
                if all(np.abs((x - y) / (high - low)).max() > SAME for y in found):
                    found.append(x)
                    yield _profile(game, x)  # type: ignore[misc]
        return Ending(f"{len(found)} equilibria in cutoffs were met")


def _ends(game: ParticipationGame) -> tuple[Array, Array]:
    low, high = ([getattr(p, end) for p in game.priors] for end in ("low", "high"))
    return np.array(low), np.array(high)


def _profile(game: ParticipationGame, x: Array) -> StepProfile:
    made: dict[tuple[float, int], StepFunction] = {}
    functions = []
    for i, cutoff in enumerate(x.tolist()):
        slope = game.slope(i)
        kind = StepFunction.above if slope > 0 else StepFunction.below
        functions.append(made.setdefault((cutoff, slope), kind(cutoff)))
    return StepProfile(functions)


def _cutoffs_of(game: ParticipationGame, start: Any) -> Array:
    """Return the cutoffs at which players join as often as in the profile `start`."""
    cutoffs = []
    for i, function in enumerate(as_steps(start, game).functions):
        joins = function.probability(game.priors[i])
        cutoffs.append(game.priors[i].ppf(1 - joins if game.slope(i) > 0 else joins))
    return np.array(cutoffs, dtype=float)


def _worth(game: ParticipationGame, x: Array, players: Sequence[int]) -> Array:
    """Return what joining is worth to the type at the cutoff, (S, players), at cutoffs (S, n)."""
    joins = np.empty_like(x)
    for j, prior in enumerate(game.priors):
        below = prior.cdf(x[:, j])
        joins[:, j] = 1 - below if game.slope(j) > 0 else below
    worth = np.empty((len(x), len(players)))
    for k, i in enumerate(players):
        others = np.zeros((len(x), game.n_players))
        others[:, 0] = 1.0
        for j in range(game.n_players):
            if j != i:
                chance = joins[:, j, None]
                grown = others * (1 - chance)
                grown[:, 1:] += others[:, :-1] * chance
                others = grown
        lines = others @ game.gaps[i]
        worth[:, k] = lines[:, 0] + lines[:, 1] * x[:, i]
    return worth


def _common(game: ParticipationGame, n_cells: int) -> list[Array]:
    """Return the equilibria in one cutoff for all: the interior ones, then the ends."""
    from scipy.optimize import brentq

    n, slope = game.n_players, game.slope(0)
    low, high = game.priors[0].low, game.priors[0].high

    def worth(cutoffs: Array) -> Array:
        return _worth(game, np.repeat(cutoffs[:, None], n, axis=1), [0])[:, 0]

    grid = np.linspace(low, high, n_cells + 1)
    at = worth(grid)
    inside = grid[1:-1][at[1:-1] == 0].tolist()
    for k in np.flatnonzero(at[1:] * at[:-1] < 0):
        root: Any = brentq(
            lambda x: float(worth(np.array([x]))[0]), grid[k], grid[k + 1], xtol=1e-15
        )
        inside.append(root)
    ends = [low] if slope * at[0] >= 0 else []
    ends += [high] if slope * at[-1] <= 0 else []
    return [np.full(n, x) for x in (*sorted(inside), *ends)]


def _starts(game: ParticipationGame, n_starts: int, rng: np.random.Generator) -> Array:
    low, high = _ends(game)
    drawn = rng.random((n_starts, len(low)))
    drawn = np.concatenate([np.zeros((1, len(low))), np.ones((1, len(low))), drawn])
    if 3 ** len(low) <= CORNERS:
        even = np.array(list(product((0.05, 0.5, 0.95), repeat=len(low))))
        drawn = np.concatenate([even, drawn])
    return low + drawn * (high - low)


def _groups(game: ParticipationGame) -> list[int]:
    """Return the first of the players that each one shares its cutoff with."""
    n = game.n_players
    if n <= FEW:
        return list(range(n))
    return [next(j for j in range(i + 1) if game.alike(i, j)) for i in range(n)]


def _met(game: ParticipationGame, x: Array, groups: list[int]) -> list[Array]:
    """Return the equilibria where Newton's method ends from the starts `x`, interior ones first."""
    leaders = sorted(set(groups))
    place = [leaders.index(j) for j in groups]
    low, high = (end[leaders] for end in _ends(game))
    signs = np.array([game.slope(i) for i in leaders])
    scale = signs * (high - low) / np.array([game.payoff_range(i) for i in leaders])

    def missed(y: Array) -> Array:
        return y - np.clip(y - scale * _worth(game, y[:, place], leaders), low, high)

    y = x[:, leaders]
    for _ in range(STEPS):
        off = missed(y)
        busy = np.abs(off / (high - low)).max(axis=1, initial=0.0) > 1e-15
        if not busy.any():
            break
        at = y[busy]
        turn = np.empty((len(at), len(leaders), len(leaders)))
        for j in range(len(leaders)):
            step = np.zeros(len(leaders))
            step[j] = 1e-7 * (high[j] - low[j])
            turn[:, :, j] = (missed(at + step) - missed(at - step)) / (2 * step[j])
        move = np.einsum("sij,sj->si", np.linalg.pinv(turn, rcond=1e-10), off[busy])
        y[busy] = np.clip(at - move, low, high)
    exact = np.abs(missed(y) / (high - low)).max(axis=1, initial=0.0) <= 1e-12
    # Within rounding of an end is at the end: types in between would lose by what they do.
    y = y[exact]
    moved = y - missed(y)
    y = np.where((moved == low) | (moved == high), moved, y)
    at_ends = ((y == low) | (y == high)).sum(axis=1)
    return list(y[np.argsort(at_ends, kind="stable")][:, place])
