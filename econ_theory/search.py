"""All equilibria, as far as can be told: distinct, certified, with a word on completeness."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from econ_theory.arrays import is_exact
from econ_theory.certificates import certify
from econ_theory.driver import (
    EXACT_TOL,
    Solution,
    Status,
    check_solvable,
    choose,
    solver_name,
)
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games.bayesian import BayesianGame
from econ_theory.seeding import Seed, as_rng, entropy_of
from econ_theory.solvers import ExtremeEnumeration, PureEnumeration, Solver
from econ_theory.strategies import StrategyProfile

__all__ = ["Equilibria", "solve_all"]

SAME = 1e-7
"""Total-variation distance below which two equilibria are one."""


@dataclass(eq=False)
class Equilibria(Iterator[Solution]):
    """Distinct certified equilibria, found one at a time; then what the list amounts to.

    Attributes
    ----------
    found : list of Solution
        So far.
    complete : bool or None
        Whether every equilibrium is listed, or is a mixture of listed extreme ones; None while the
        search goes on.
    reason : str
        By which algorithm, and what was not searched.

    Examples
    --------
    >>> u = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    >>> search = solve_all(BayesianGame([[1]], [u, u]))
    >>> len(list(search)), search.complete
    (3, True)
    """

    _search: Iterator[Solution] = field(repr=False)
    found: list[Solution] = field(default_factory=list)
    complete: bool | None = None
    reason: str = ""

    def __next__(self) -> Solution:
        return next(self._search)

    def __str__(self) -> str:
        state = {None: "searching", True: "complete", False: "not complete"}[self.complete]
        return f"{len(self.found)} equilibria ({state}): {self.reason or 'search goes on'}"


def solve_all(
    game: BayesianGame,
    solver: Solver | None = None,
    *,
    rng: Seed = None,
    tol: float = EXACT_TOL,
    restarts: int = 16,
) -> Equilibria:
    """Return an iterator over distinct certified equilibria; it says at its end if they are all.

    Small two-player games: all extreme equilibria as rationals with exact certificates; every other
    is a mixture of them (`ExtremeEnumeration`). Otherwise: all pure equilibria, then what the
    default solver finds from `restarts` random starts. With a `solver`: what that one proposes.

    Parameters
    ----------
    game : BayesianGame
    solver : Solver, optional
    rng : int, Generator or None
    tol : float
        Relative epsilon, share of the payoff range, up to which a proposal counts.
    restarts : int
        Random starts, where no enumeration is complete.

    Raises
    ------
    RefusedError
        If `solver` does not apply to this game; says what does.

    Examples
    --------
    >>> u = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [u, u])
    >>> [s.profile.rows[0].tolist() for s in solve_all(game, PureEnumeration())]
    [[[1.0, 0.0]], [[0.0, 1.0]]]
    """
    if restarts < 0:
        raise SettingError(f"restarts is {restarts}, want an integer >= 0.")
    if solver is not None:
        check_solvable(game, solver, None)
    rng = as_rng(rng)
    equilibria = Equilibria(iter(()))
    equilibria._search = _searched(equilibria, game, solver, rng, tol, restarts)
    return equilibria


def _searched(
    equilibria: Equilibria,
    game: BayesianGame,
    solver: Solver | None,
    rng: np.random.Generator,
    tol: float,
    restarts: int,
) -> Iterator[Solution]:
    gather = _Gather(equilibria, game, entropy_of(rng), tol)
    if solver is not None:
        ended = yield from gather.take(solver, None, rng)
        equilibria.complete, equilibria.reason = getattr(ended, "complete", False), ended
        return
    enumeration, words = ExtremeEnumeration(), []
    if enumeration.refuses(game) is None:
        try:
            ended = yield from gather.take(enumeration, None, rng)
            equilibria.complete, equilibria.reason = True, ended
            return
        except RefusedError as refusal:
            words.append(f"not all extreme equilibria ({refusal})")
    pure = PureEnumeration()
    if pure.refuses(game) is None:
        words.append((yield from gather.take(pure, None, rng)))
    else:
        words.append("the game is too large to search all pure profiles")
    finder = choose(game).solver
    for _ in range(restarts):
        yield from gather.take(finder, StrategyProfile.random(game, rng=rng), rng)
    words.append(f"mixed ones from {restarts} random starts of {solver_name(finder)}")
    equilibria.complete, equilibria.reason = False, "; ".join(words)


class _Gather:
    """Certifies proposals and passes on those that are equilibria and new."""

    def __init__(
        self, equilibria: Equilibria, game: BayesianGame, entropy: int | None, tol: float
    ) -> None:
        self.equilibria, self.game = equilibria, game
        self.entropy, self.tol = entropy, tol
        self.began = time.perf_counter()

    def take(self, solver: Solver, start: StrategyProfile | None, rng: np.random.Generator):
        """Yield new equilibria; return the solver's last words.

        A run from a random `start` has done its work with its first equilibrium.
        """
        proposals = solver.propose(self.game, start, rng)
        step = 0
        while True:
            try:
                profile = next(proposals)
            except StopIteration as stop:
                return stop.value
            step += 1
            exact = any(is_exact(row) for row in profile.rows)
            certificate = certify(self.game, profile, arithmetic="exact" if exact else "float")
            if certificate.relative > self.tol:
                continue
            if all(profile.distance(s.profile) > SAME for s in self.equilibria.found):
                solution = Solution(
                    profile,
                    certificate,
                    Status.CONVERGED,
                    solver_name(solver),
                    steps=step,
                    seconds=time.perf_counter() - self.began,
                    entropy=self.entropy,
                )
                self.equilibria.found.append(solution)
                yield solution
            if start is not None:
                proposals.close()
                return "one equilibrium was reached"
