"""Dual averaging on a grid of types and actions, lifted to bid functions and polished."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.utilities import Crra
from econ_theory.learners.base import RegretMinimizer
from econ_theory.learners.euclidean import DualAveraging as Euclidean
from econ_theory.solvers.base import Ending, Proposals, check_numbers
from econ_theory.solvers.continuous.auction_conditions import AuctionConditions
from econ_theory.solvers.continuous.first_order import FINEST, FirstOrder
from econ_theory.solvers.continuous.grid_payoffs import (
    Cells,
    GridPayoffs,
    classes,
    grid_payoffs,
    has_rules,
    refusal,
)
from econ_theory.solvers.continuous.payoff_conditions import PayoffConditions
from econ_theory.strategies.bids import BidFunction

__all__ = ["DualAveraging"]

LOSS = 0.01
"""What a bid above the value costs who has no utility of losses, per unit and payoff range."""


@dataclass(frozen=True)
class DualAveraging:
    """Equilibria of continuous games from no-regret learning on a grid, then a polish.

    1. **Learn.** Every type of every class of players learns over actions on a grid: by Euclidean
       dual averaging, or any other regret minimizer; entropic dual averaging is
       `econ_theory.learners.Hedge`. Interim payoffs follow from how often the others take each
       action, so ten players cost no more than two.
    2. **Lift.** The mean action of each type, made monotone, is a bid function.
    3. **Polish** (`first_order`): Gauss-Newton on the first-order conditions of the continuous
       game, at more and more knots.

    Nothing is promised: monotone equilibria are looked for, and the certificate says what was
    found. Where a solver for the structure of the game applies, it is faster and sharper.

    Parameters
    ----------
    learner : used by every type
    grid : types and actions of each player on the first grid; doubled twice if that is not enough
    steps : steps of learning on each grid
    draws : what the others do is drawn so often a step, where payoffs are all that is known
    knots : knots of the bids while polished, one proposal or more each; empty for no polish

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import AuctionGame, Cara, Uniform
    >>> game = AuctionGame("all_pay", Uniform(), 2, utilities=Cara(2.0))
    >>> solution = solve(game, DualAveraging())
    >>> solution.profile.functions[0]([0.5, 1.0]).round(2), solution.certificate.relative < 1e-3
    (array([0.11, 0.69]), True)
    """

    learner: RegretMinimizer[Any] = field(default_factory=Euclidean)
    grid: int = 32
    steps: int = 500
    draws: int = 64
    knots: tuple[int, ...] = (9, 17, 33)
    source = (
        "Bichler, Fichtl and Oberlechner 2025, Computing Bayes-Nash equilibrium strategies in "
        "auction games via simultaneous online dual averaging"
    )
    exact = False
    continuous = True

    def __post_init__(self) -> None:
        check_numbers(self, grid=4, steps=1, draws=1)

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if (words := refusal(game)) is not None:
            return words
        if game.n_players < 2:
            return "there is one player, want two or more."
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield the polish of `start`, if given; then, grid by grid, polished and plain play."""
        if start is not None:
            mine = [start.functions[members[0]] for members in classes(game)]
            conditions = _conditions(game, rng, mine)
            yield from self._polished(conditions, conditions.read(mine))
        for n in (self.grid, 2 * self.grid, 4 * self.grid):
            play = grid_payoffs(game, n, n, self.draws, rng)
            rows = yield from self._learned(game, play)
            functions = [
                _lifted(cells, row, _rising(game, cells))
                for cells, row in zip(play.cells, rows, strict=True)
            ]
            conditions = _conditions(game, rng, functions)
            functions = [conditions.admitted(c, f.types, f.bids) for c, f in enumerate(functions)]
            yield from self._polished(conditions, functions)
            yield conditions.profile(functions)  # type: ignore[misc]
        return Ending(f"the finest grid, {n} types and actions a player, was proposed")

    def _polished(self, conditions: FirstOrder, functions: list[BidFunction]) -> Any:
        for n_knots in self.knots:
            x = yield from conditions.solved(conditions.refine(functions, n_knots))
            functions = conditions.functions(x, FINEST)
            yield conditions.profile(functions)

    def _learned(
        self, game: ContinuousGame, play: GridPayoffs
    ) -> Generator[None, None, list[Array]]:
        """Return what every class plays after all steps: means over the last half."""
        learner = self.learner
        states = [learner.init(len(c.types), len(c.actions)) for c in play.cells]
        rows = [learner.strategy(state) for state in states]
        sums = [np.zeros_like(row) for row in rows]
        for step in range(self.steps):
            for c, cells in enumerate(play.cells):
                worth = play.values(c, rows) / game.payoff_range(cells.members[0])
                worth = worth - _losses(game, cells)
                states[c] = learner.observe(states[c], worth)
                rows[c] = learner.strategy(states[c])
            if 2 * step >= self.steps:
                sums = [total + row for total, row in zip(sums, rows, strict=True)]
            if step % 50 == 49:
                yield None
        return [total / total.sum(axis=1, keepdims=True) for total in sums]


def _conditions(
    game: ContinuousGame, rng: np.random.Generator, functions: list[BidFunction]
) -> FirstOrder:
    if has_rules(game):
        return AuctionConditions(game)  # type: ignore[arg-type]
    return PayoffConditions(game, rng, [f.rising for f in functions])


def _losses(game: ContinuousGame, cells: Cells) -> Array | float:
    """A hair for every bid above the value that is never paid, where losses have no utility."""
    if not isinstance(game, AuctionGame) or not isinstance(game.utilities[cells.members[0]], Crra):
        return 0.0
    over = np.nan_to_num(cells.actions)[None, :] - cells.types[:, None]
    return LOSS * np.maximum(over, 0.0)


def _lifted(cells: Cells, rows: Array, rising: bool | None) -> BidFunction:
    """Return the mean actions as a monotone function of the types that rather act than stay out.

    Where either way will do, the one that fits better.
    """
    from scipy.optimize import isotonic_regression

    low, high = cells.prior.low, cells.prior.high
    idle = int(np.isnan(cells.actions[0]))
    acts, types, active = cells.actions[idle:], cells.types, np.ones(len(rows), bool)
    if idle:
        active = ~np.minimum.accumulate(rows[:, 0] > 0.5)
        active[-2:] = True
        if not active[0]:
            low = (types[active][0] + types[~active][-1]) / 2
    shares, types = rows[active, idle:], types[active]
    means = shares @ acts / np.maximum(shares.sum(axis=1), 1e-300)
    weights = np.maximum(cells.weights[active], 1e-12)
    fits = [
        isotonic_regression(means, weights=weights, increasing=up).x
        for up in ((True, False) if rising is None else (rising,))
    ]
    fit = min(fits, key=lambda fit: float(weights @ (fit - means) ** 2))
    first = fit[0] + (low - types[0]) * (fit[1] - fit[0]) / (types[1] - types[0])
    last = fit[-1] + (high - types[-1]) * (fit[-1] - fit[-2]) / (types[-1] - types[-2])
    bids = np.clip(np.concatenate([[first], fit, [last]]), acts[0], acts[-1])
    return BidFunction(np.concatenate([[low], types, [high]]), bids)


def _rising(game: ContinuousGame, cells: Cells) -> bool | None:
    """Whether actions rise in the type; auctions are in values, where bids that win are high."""
    slope = game.slope(cells.members[0])
    return None if slope == 0 else slope > 0 or has_rules(game)
