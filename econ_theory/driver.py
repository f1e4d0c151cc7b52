"""The driver: a solver proposes, the certificate disposes, and the solution says so."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from econ_theory.certificates import Certificate, ContinuousCertificate, certify
from econ_theory.choice import Choice, as_solver, choices, solver_name
from econ_theory.errors import NotConverged, RefusedError, SettingError
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.records import Record
from econ_theory.seeding import Seed, as_rng, entropy_of
from econ_theory.solvers import Solver
from econ_theory.strategies import StrategyProfile, as_profile
from econ_theory.trial import Status, Trial

__all__ = ["ContinuousSolution", "Solution", "solve"]

EXACT_TOL = 1e-9
"""Relative gain at which an exact solver's proposal counts as an equilibrium up to rounding."""


@dataclass(frozen=True, eq=False, repr=False)
class Solution(Record):
    """The best proposal of a run, with the certificate that judged it.

    Its text is a line of what it amounts to, who plays what, and why this solver. Solutions are
    equal if all of their fields are, seconds too.

    Attributes
    ----------
    profile : StrategyProfile
        With the game's labels.
    certificate : Certificate
    status : Status
    solver : str
        Name of the solver.
    reason : str
        Why this solver was chosen and why it stopped.
    steps : int
        Proposals judged.
    seconds : float
        Wall time.
    history : tuple of (step, seconds, relative epsilon)
        One entry a proposal.
    entropy : int or None
        Seed that draws the same run again.
    """

    profile: StrategyProfile
    certificate: Certificate
    status: Status
    solver: str
    reason: str = ""
    steps: int = 0
    seconds: float = 0.0
    history: tuple[tuple[int, float, float], ...] = ()
    entropy: int | None = None

    @property
    def line(self) -> str:
        """What the run came to, in one line."""
        return f"{self.solver}: {self.certificate} [{self.status.name.lower()}]"

    def __str__(self) -> str:
        return "\n".join(filter(None, (self.line, str(self.profile), self.reason)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.line})"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.line)}<br>{escape(self.reason)}</p>" + self.profile._repr_html_()


@dataclass(frozen=True, eq=False, repr=False)
class ContinuousSolution(Solution):
    """A `Solution` of a `ContinuousGame`: its profile is mostly a `BidProfile`."""

    profile: Any  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]
    certificate: ContinuousCertificate


@overload
def solve(
    game: ContinuousGame,
    solver: Solver | str | None = None,
    *,
    start: Any = None,
    rng: Seed = None,
    tol: float = 1e-3,
    max_steps: int = 100_000,
    max_seconds: float | None = None,
    progress: bool = False,
    throw: bool = True,
) -> ContinuousSolution: ...


@overload
def solve(
    game: BayesianGame,
    solver: Solver | str | None = None,
    *,
    start: StrategyProfile | Sequence[Any] | None = None,
    rng: Seed = None,
    tol: float = 1e-3,
    max_steps: int = 100_000,
    max_seconds: float | None = None,
    progress: bool = False,
    throw: bool = True,
) -> Solution: ...


def solve(
    game: Any,
    solver: Solver | str | None = None,
    *,
    start: Any = None,
    rng: Seed = None,
    tol: float = 1e-3,
    max_steps: int = 100_000,
    max_seconds: float | None = None,
    progress: bool = False,
    throw: bool = True,
) -> Solution:
    """Return a `Solution`: the profile a solver found, and the certificate that judges it.

    Every proposal is certified; the best is kept. The run ends when the relative epsilon is at
    most `tol` (an exact solver goes on to 1e-9 while it can), or at a limit.

    Parameters
    ----------
    game : BayesianGame or ContinuousGame
    solver : Solver or str, optional
        A solver, or the name of one: ``"Lemke"``. Default: `choose` picks one, and
        `Solution.reason` says why.
    start : StrategyProfile or its rows, optional
        Where to begin; solvers that cannot use it say so in their docstring.
    rng : int, Generator or None
    tol : float
        Relative epsilon: share of the payoff range.
    max_steps : int
        Most proposals judged.
    max_seconds : float, optional
        Looked at between proposals, and about once a second while a search has none. If it
        ends before the first, `start` (or uniform play) is what there is.
    progress : bool
        Show a progress bar.
    throw : bool
        Raise if `tol` is not reached; otherwise return what there is.

    Raises
    ------
    RefusedError
        If the solver does not apply to this game; says what does.
    NotConverged
        If `tol` was not reached and `throw` is true; its `solution` holds the best profile.

    Examples
    --------
    >>> import numpy as np
    >>> u = np.array([[3, 0], [5, 1]]).reshape(1, 1, 2, 2)
    >>> dilemma = BayesianGame([[1]], [u, u.swapaxes(2, 3)])
    >>> solution = solve(dilemma)
    >>> solution.profile.rows[0], solution.certificate.epsilon, solution.status.name
    (array([[0., 1.]]), 0.0, 'CONVERGED')
    """
    if not tol >= 0:
        raise SettingError(f"tol is {tol}, want a share of the payoff range >= 0.")
    solver = as_solver(solver)
    if not isinstance(game, BayesianGame | ContinuousGame):
        raise RefusedError(
            f"the game is a {type(game).__name__}, want a BayesianGame or a ContinuousGame; Markov "
            "games are solved by econ_theory.markov, files are read by econ_theory.interop."
        )
    if max_steps < 1:
        raise SettingError(f"max_steps is {max_steps}, want at least 1.")
    chosen = choices(game, started=start is not None) if solver is None else (Choice(solver, ""),)
    start = check_solvable(game, chosen[0].solver, start)
    game = game.centred
    rng = as_rng(rng)
    entropy = entropy_of(rng)
    trial: Trial[Any, Certificate] = Trial(tol, max_steps, max_seconds)
    names, reasons, ended = [], [], ""
    for choice in chosen:
        begin = start if trial.best is None else trial.best[0]
        ended = _run(trial, game, choice.solver, begin, rng, progress)
        names.append(solver_name(choice.solver))
        reasons += [choice.why, ended]
        if trial.status is not Status.EXHAUSTED:
            break
    name, continuous = " then ".join(names), _continuous(game)
    empty = trial.best is None
    if empty and trial.status is Status.TIME and not (continuous and start is None):
        profile = StrategyProfile.uniform(game) if start is None else start
        trial.keep(profile, certify(game, profile))
        given = "uniform play" if start is None else "start"
        reasons[-1] = f"nothing was found in time, this is {given}"
    if trial.best is None:
        raise RefusedError(
            f"{name} proposed no profile ({ended}), want one; use the default solver."
        )
    kind: Any = ContinuousSolution if continuous else Solution
    profile = trial.best[0] if continuous else trial.best[0].labelled(game)
    solution = kind(
        profile=profile,
        certificate=trial.best[1],
        status=trial.status,
        solver=name,
        reason="; ".join(filter(None, reasons)),
        steps=len(trial.history),
        seconds=trial.seconds,
        history=tuple(trial.history),
        entropy=entropy,
    )
    if throw and trial.status is not Status.CONVERGED:
        raise NotConverged(trial.shortfall(name), solution)
    return solution


def _run(
    trial: Trial[Any, Certificate],
    game: Any,
    solver: Solver,
    start: Any,
    rng: np.random.Generator,
    progress: bool,
) -> str:
    """Judge what `solver` proposes until the trial is over; return why there is no more."""
    trial.goal = min(trial.tol, EXACT_TOL) if solver.exact else trial.tol
    proposals = solver.propose(game, start, rng)
    with _bar(progress, solver_name(solver)) as bar:
        while True:
            try:
                profile = next(proposals)
            except StopIteration as stop:
                return stop.value or ""
            if profile is None:
                over = trial.late()
            else:
                over = trial.judged(profile, certify(game, profile))
                if bar is not None and trial.best is not None:
                    bar.update()
                    bar.set_postfix_str(f"epsilon {trial.best[1].relative:.2g}")
            if over:
                proposals.close()
                return ""


def check_solvable(game: Any, solver: Solver, start: Any) -> Any:
    """Return `start` as a profile of `game`; raise if it is none, or if `solver` refuses."""
    if _continuous(game) and not solver.continuous:
        raise RefusedError(
            f"{solver_name(solver)} refuses: types are continuous, want a BayesianGame; use the "
            "default solver."
        )
    if start is not None and _continuous(game):
        from econ_theory.certificates.continuous import judge_of

        start = judge_of(game).as_profile(start, game)
    elif start is not None:
        start = as_profile(start, game)
    refusal = solver.refuses(game)
    if refusal:
        raise RefusedError(f"{solver_name(solver)} refuses: {refusal}")
    return start


def _continuous(game: Any) -> bool:
    return isinstance(game, ContinuousGame)


def _bar(progress: bool, name: str):
    if not progress:
        return nullcontext()
    from tqdm import tqdm

    return tqdm(desc=name, unit=" proposals")
