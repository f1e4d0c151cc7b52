"""Equilibria of a game with any number of players on a path from a game with large bonuses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.solvers.base import Proposals, check_numbers
from econ_theory.solvers.finite.algebra.bonus_piece import BonusGame
from econ_theory.solvers.finite.algebra.homotopy_path import BonusPath
from econ_theory.solvers.finite.algebra.interim import InterimSystem
from econ_theory.strategies import StrategyProfile

__all__ = ["GlobalNewton"]

MOST_ACTIONS = 400
"""Actions of all types, up to which the dense derivatives of a step are worth their time."""

NOISE = 0.003
"""Size of a ray's random part, in payoff ranges: it makes the ray generic, whatever the game."""

SAME = 1e-7
"""Largest difference of probabilities between two points that are one equilibrium."""


@dataclass(frozen=True)
class GlobalNewton:
    """The global Newton method on behavioural strategies, for any number of players.

    A bonus is added to payoffs: ``u[t, a](s) + level * bonus[t, a]``, u the interim payoffs in
    units of the payoff range. With x a strategy and w the value of each type, ``z = x + u(x) +
    level * bonus - w`` retracts to x (Kohlberg & Mertens 1986), so that for almost every bonus the
    equilibria at all levels form curves, smooth on each support. One of them comes from level
    infinity, where each type plays its highest bonus. It is followed down, through changes of
    support and through levels that may rise again; where it passes level zero is an equilibrium,
    found up to rounding. Indices alternate along the curve, and it ends at level minus infinity:
    it passes an odd number of equilibria of a nondegenerate game.

    The bonus is what actions pay against a prior profile, and a little noise: the path is close to
    Harsanyi and Selten's linear tracing procedure from that prior, and short from a good one.

    Parameters
    ----------
    max_equilibria : equilibria proposed at most; None follows one path to its other end
    restarts : other rays tried after a lost path, or after one with too few equilibria
    play : steps of fictitious play that lead to the prior, from uniform play and on further rays
        from random profiles; a `start` is the first prior as it is
    patience : points an action on the first path until another ray is tried, if no equilibrium has
        been met by then; doubled on each further ray, as the lengths of paths vary greatly
    max_points : points followed on one path at most
    every : points between proposals that show how far the path is

    Examples
    --------
    >>> from econ_theory import BayesianGame, solve, solve_all
    >>> u1, u2 = np.array([[2, -1], [-1, 1]]), np.array([[-2, 1], [1, -1]])
    >>> game = BayesianGame([[1]], [u1.reshape(1, 1, 2, 2), u2.reshape(1, 1, 2, 2)])
    >>> solve(game, GlobalNewton(), rng=0).profile.rows[0].round(12)
    array([[0.4, 0.6]])
    >>> three = np.zeros((1, 1, 1, 2, 2, 2))
    >>> three[..., 0, 0, 0], three[..., 1, 1, 1] = 2.0, 1.0
    >>> game = BayesianGame(np.ones((1, 1, 1)), [three] * 3)
    >>> found = solve_all(game, GlobalNewton(max_equilibria=3), rng=0)
    >>> sorted(float(s.profile.rows[0][0, 0].round(4)) for s in found)
    [0.0, 0.4142, 1.0]

    Source: Govindan & Wilson 2003 on normal forms. Ours differs: types are agents, each with its
    simplex; the ray belongs to a prior; a step that turns the path's orientation is refused.
    """

    max_equilibria: int | None = 1
    restarts: int = 9
    play: int = 20
    patience: int = 5
    max_points: int = 20_000
    every: int = 200

    source = "Govindan and Wilson (2003), Journal of Economic Theory 110, 65-86"
    exact = True
    continuous = False

    def __post_init__(self) -> None:
        check_numbers(self, max_equilibria=1, restarts=0, play=0, patience=1, max_points=1, every=1)

    def refuses(self, game: BayesianGame) -> str | None:
        """Return why the path is too costly: the types have too many actions."""
        actions = sum(t * a for t, a in game.kernel.shapes)
        if actions > MOST_ACTIONS:
            return (
                f"the types have {actions} actions in all, want at most {MOST_ACTIONS}; "
                "use SelfPlay."
            )
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield the start, points of the path, and each new equilibrium as it is met."""
        system = InterimSystem(game)
        first = StrategyProfile.uniform(game) if start is None else start.floating
        yield first
        found: list[Array] = []
        wanted, rays, reason = self.max_equilibria, 0, ""
        for rays in range(1, self.restarts + 2):
            begin = first if rays == 1 else StrategyProfile.random(game, rng=rng)
            steps = 0 if rays == 1 and start is not None else self.play
            prior = system.played(system.flat(begin), steps)
            bonus = system.at(prior)[0] + NOISE * rng.random(system.size)
            path = BonusPath(BonusGame(system, bonus))
            patience = self.patience * system.size * 2 ** (rays - 1)
            points = path.follow(self.max_points)
            arrived, met = False, 0
            while True:
                try:
                    point = next(points)
                except StopIteration as stop:
                    arrived, reason = stop.value
                    break
                met += point.solved
                if point.solved and all(np.abs(point.x - x).max() > SAME for x in found):
                    found.append(point.x)
                    yield system.profile(point.x, first)
                    if len(found) == wanted:
                        return (
                            f"ray {rays} led to equilibrium {len(found)} after {path.points} "
                            f"points and {path.changes} changes of support"
                        )
                elif path.points % self.every == 0:
                    yield system.profile(point.x, first)
                if not met and path.points >= patience:
                    reason = f"{path.points} points led to none"
                    break
            if arrived and wanted is None:
                break
        rays_tried = "1 ray" if rays == 1 else f"{rays} rays"
        return f"{len(found)} equilibria were met on {rays_tried}; of the last, {reason}"
