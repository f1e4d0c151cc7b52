"""All equilibria, as far as can be told: distinct, certified, with a word on completeness."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np

from econ_theory.arrays import is_exact
from econ_theory.certificates import certify
from econ_theory.certificates.recovery import recover_exactly
from econ_theory.choice import as_solver, choose, solver_name
from econ_theory.driver import (
    EXACT_TOL,
    Solution,
    check_solvable,
)
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.records import Record
from econ_theory.seeding import Seed, as_rng, entropy_of
from econ_theory.solvers import ExtremeEnumeration, PureEnumeration, Solver
from econ_theory.strategies import StrategyProfile
from econ_theory.tables import folded, shown, table_html
from econ_theory.trial import Status

__all__ = ["Equilibria", "solve_all"]

SAME = 1e-7
"""Total-variation distance below which two equilibria in floats are one, unless proved distinct."""

PLAYED = 1e-9
"""Probability above which an action of a float equilibrium counts as played."""

LATE = "max_seconds passed"


MOST_SHOWN = 8


@dataclass(eq=False, repr=False)
class Equilibria(Sequence[Solution], Record):
    """Distinct certified equilibria, found as they are asked for and remembered.

    A sequence: loop over it as often as you like, index it, ask whether there is any. A loop takes
    each equilibrium as it is found; `len`, a negative index, `print` and `to_json` finish the
    search. Pickling keeps what was found and leaves the search behind.

    Attributes
    ----------
    found : list of Solution
        So far.
    complete : bool or None
        Whether every equilibrium is listed, or is a mixture of listed extreme ones; None while the
        search goes on, False if it was cut short.
    reason : str
        By which algorithm, and what was not searched.

    Examples
    --------
    >>> u = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    >>> search = solve_all(BayesianGame([[1]], [u, u]))
    >>> search[0].certificate.epsilon, search.complete
    (Fraction(0, 1), None)
    >>> print(search)
    3 equilibria (complete): all vertices were matched...
    1. player 1: a1 1; player 2: a1 1
    2. player 1: a1 1/3, a2 2/3; player 2: a1 1/3, a2 2/3
    3. player 1: a2 1; player 2: a2 1
    """

    _search: Iterator[Solution] | None = None
    found: list[Solution] = field(default_factory=list)
    complete: bool | None = None
    reason: str = ""

    def __iter__(self) -> Iterator[Solution]:
        k = 0
        while self._reach(k + 1):
            yield self.found[k]
            k += 1

    def __len__(self) -> int:
        self._reach(None)
        return len(self.found)

    def __bool__(self) -> bool:
        return self._reach(1)

    @overload
    def __getitem__(self, index: int) -> Solution: ...

    @overload
    def __getitem__(self, index: slice) -> list[Solution]: ...

    def __getitem__(self, index: int | slice) -> Solution | list[Solution]:
        if isinstance(index, slice):
            ends = [end for end in (index.start, index.stop) if end is not None]
            forward = index.stop is not None and min(ends) >= 0 and (index.step or 1) > 0
            self._reach(index.stop if forward else None)
        else:
            self._reach(index + 1 if index >= 0 else None)
        return self.found[index]

    def _reach(self, count: int | None) -> bool:
        """Search until `count` equilibria are found (None: all); return whether they are."""
        while self._search is not None and (count is None or len(self.found) < count):
            try:
                if next(self._search, None) is None:
                    self._search = None
            except BaseException as error:
                # What was found stays; that the list is short must be seen.
                self._search, self.complete = None, False
                self.reason = f"the search was ended by {type(error).__name__}: {error}"
                raise
        return count is None or len(self.found) >= count

    def _record_fields(self) -> dict[str, Any]:
        self._reach(None)
        return {"found": self.found, "complete": self.complete, "reason": self.reason}

    def __getstate__(self) -> dict[str, Any]:
        # What crosses to another process is what `to_json` keeps: the search, finished.
        return {"_search": None, **self._record_fields()}

    @property
    def line(self) -> str:
        """How many so far, whether that is all, and why."""
        word = "equilibrium" if len(self.found) == 1 else "equilibria"
        state = {None: "searching", True: "complete", False: "not complete"}[self.complete]
        return f"{len(self.found)} {word} ({state}): {self.reason or 'search goes on'}"

    def __str__(self) -> str:
        count = len(self)
        lines = folded(
            lambda k: f"{k + 1}. {self.found[k].profile.line}", count, MOST_SHOWN, "equilibria"
        )
        return "\n".join([self.line, *lines])

    def __repr__(self) -> str:
        return f"Equilibria({self.line})"

    def _repr_html_(self) -> str:
        rows = folded(
            lambda k: [
                str(k + 1),
                self.found[k].profile.line,
                shown(self.found[k].certificate.epsilon),
            ],
            len(self),
            MOST_SHOWN,
            "equilibria",
            lambda words: [words],
        )
        return table_html(self.line, ["", "who plays what", "epsilon"], rows)


def solve_all(
    game: BayesianGame,
    solver: Solver | str | None = None,
    *,
    rng: Seed = None,
    tol: float = EXACT_TOL,
    restarts: int = 16,
    max_seconds: float | None = None,
) -> Equilibria:
    """Return the distinct certified equilibria, found as you loop; at the end it says if all.

    Small two-player games: all extreme equilibria as rationals with exact certificates; every other
    is a mixture of them (`ExtremeEnumeration`). Otherwise: all pure equilibria, then what the
    default solver finds from `restarts` random starts. With a `solver`: what that one proposes.

    Rational equilibria are compared exactly. Floats closer than 1e-7 are one equilibrium, except
    in two-player games where they play different actions and the rational equilibria they stand
    for (`recover_exactly`) differ.

    Parameters
    ----------
    game : BayesianGame
    solver : Solver or str, optional
    rng : int, Generator or None
    tol : float
        Relative epsilon, share of the payoff range, up to which a proposal counts.
    restarts : int
        Random starts, where no enumeration is complete.
    max_seconds : float, optional
        Wall time from the first request on; looked at about once a second.

    Raises
    ------
    RefusedError
        If the game has continuous types, or `solver` does not apply to it; says what does.

    Examples
    --------
    >>> u = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [u, u])
    >>> [s.profile.rows[0].tolist() for s in solve_all(game, PureEnumeration())]
    [[[1.0, 0.0]], [[0.0, 1.0]]]
    """
    if not isinstance(game, BayesianGame):
        raise RefusedError(
            f"game is of type {type(game).__name__}, want a BayesianGame: equilibria of others "
            "cannot be listed; use solve."
        )
    if not tol >= 0:
        raise SettingError(f"tol is {tol}, want a share of the payoff range >= 0.")
    solver = as_solver(solver)
    if restarts < 0:
        raise SettingError(f"restarts is {restarts}, want an integer >= 0.")
    if solver is not None:
        check_solvable(game, solver, None)
    rng = as_rng(rng)
    equilibria = Equilibria()
    gather = _Gather(equilibria, game, entropy_of(rng), tol, max_seconds)
    equilibria._search = _searched(gather, solver, rng, restarts)
    return equilibria


def _searched(
    gather: _Gather, solver: Solver | None, rng: np.random.Generator, restarts: int
) -> Iterator[Solution]:
    equilibria, game = gather.equilibria, gather.game
    gather.began = time.perf_counter()
    if solver is not None:
        ended = yield from gather.take(solver, None, rng)
        equilibria.complete, equilibria.reason = getattr(ended, "complete", False), ended
        return
    enumeration, words = ExtremeEnumeration(), []
    if enumeration.refuses(game) is None:
        try:
            ended = yield from gather.take(enumeration, None, rng)
            equilibria.complete, equilibria.reason = getattr(ended, "complete", False), ended
            return
        except RefusedError as refusal:
            words.append(f"not all extreme equilibria ({refusal})")
    pure = PureEnumeration()
    if pure.refuses(game) is None:
        words.append((yield from gather.take(pure, None, rng)))
    else:
        words.append("the game is too large to search all pure profiles")
    finder, started = choose(game, started=True).solver, 0
    while started < restarts and not gather.late:
        yield from gather.take(finder, StrategyProfile.random(game, rng=rng), rng)
        started += 1
    words.append(f"mixed ones from {started} random starts of {solver_name(finder)}")
    if gather.late:
        words = [LATE, *(word for word in words if word != LATE)]
    equilibria.complete, equilibria.reason = False, "; ".join(words)


class _Gather:
    """Certifies proposals and passes on those that are equilibria and new."""

    def __init__(
        self,
        equilibria: Equilibria,
        game: BayesianGame,
        entropy: int | None,
        tol: float,
        max_seconds: float | None,
    ) -> None:
        self.equilibria, self.game = equilibria, game
        self.entropy, self.tol, self.max_seconds = entropy, tol, max_seconds
        self.began = time.perf_counter()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began

    @property
    def late(self) -> bool:
        return self.max_seconds is not None and self.seconds >= self.max_seconds

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
            if profile is not None:
                step += 1
                solution = self._judged(profile, solver, step)
                if solution and self._is_new(profile):
                    self.equilibria.found.append(solution)
                    yield solution
                if solution and start is not None:
                    proposals.close()
                    return "one equilibrium was reached"
            if self.late:
                proposals.close()
                return LATE

    def _judged(self, profile: StrategyProfile, solver: Solver, step: int) -> Solution | None:
        certificate = certify(
            self.game, profile, arithmetic="exact" if _rational(profile) else "float"
        )
        if certificate.relative > self.tol:
            return None
        return Solution(
            profile.labelled(self.game),
            certificate,
            Status.CONVERGED,
            solver_name(solver),
            steps=step,
            seconds=self.seconds,
            entropy=self.entropy,
        )

    def _is_new(self, profile: StrategyProfile) -> bool:
        return all(self._differ(profile, solution.profile) for solution in self.equilibria.found)

    def _differ(self, one: StrategyProfile, other: StrategyProfile) -> bool:
        if _rational(one) and _rational(other):
            return not _equal(one, other)
        if one.distance(other) > SAME:
            return True
        played, theirs = (
            [row > PLAYED for row in profile.floating.rows] for profile in (one, other)
        )
        # On one support equilibria are convex combinations of each other: a single piece.
        if self.game.n_players != 2 or all(map(np.array_equal, played, theirs)):
            return False
        exact, truth = (recover_exactly(self.game, profile).profile for profile in (one, other))
        return exact is not None and truth is not None and not _equal(exact, truth)


def _rational(profile: StrategyProfile) -> bool:
    return any(is_exact(row) for row in profile.rows)


def _equal(one: StrategyProfile, other: StrategyProfile) -> bool:
    return all((a == b).all() for a, b in zip(one.exact.rows, other.exact.rows, strict=True))
