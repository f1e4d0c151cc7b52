"""Which solver for which game, and why."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import Any

from econ_theory import solvers
from econ_theory.errors import RefusedError, SettingError
from econ_theory.families import LEARNED, family_of
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.solvers.base import Solver

__all__ = ["Choice", "as_solver", "choices", "choose", "solver_kinds", "solver_name"]

SMALL = 150
"""Rows of a linear complementarity problem up to which pivoting from uniform play just works."""

MEDIUM = 600
"""Rows up to which self-play comes close enough for pivoting to finish."""

Part = tuple[Solver, int]
"""A solver in a chain, and the most steps it takes."""


@dataclass(frozen=True)
class Choice:
    """A solver for a game, and why it."""

    solver: Solver
    why: str


def choose(game: BayesianGame | ContinuousGame, *, started: bool = False) -> Choice:
    """Return the default solver for `game`, and why.

    With `started`, one that makes use of a start, if there is any.

    >>> import numpy as np
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> choose(BayesianGame([[1]], [pennies, -pennies])).why
    'two players, zero-sum: one linear program'
    """
    return choices(game, started=started)[0]


def choices(game: BayesianGame | ContinuousGame, *, started: bool = False) -> tuple[Choice, ...]:
    """Return the solvers for `game` in the order to try them, if one does not get there.

    For finite games that is one, a chain of solvers if need be.

    Raises
    ------
    RefusedError
        If all refuse; says why each.

    >>> from econ_theory.games import AuctionGame, Uniform
    >>> [solver_name(c.solver) for c in choices(AuctionGame("second_price", Uniform(), 2))]
    ['SymmetricAuction', 'TruthfulBidding', 'DualAveraging']
    """
    if isinstance(game, ContinuousGame):
        return _that_apply(game)
    return (_finite(game, started),)


def _finite(game: BayesianGame, started: bool) -> Choice:
    if game.n_players == 1:
        return Choice(solvers.PureEnumeration(), "one player: best actions")
    if game.n_players == 2:
        return _two_players(game, started)
    players = f"{game.n_players} players: self-play comes close"
    branch: tuple[Part, ...] = (
        (solvers.QuantalResponse(limit=1e-5), 10_000),
        (solvers.IndifferenceNewton(), 400),
    )
    if solvers.GlobalNewton().refuses(game) is None:
        return Choice(
            _chain((solvers.SelfPlay(), 2), (solvers.GlobalNewton(), 1000), *branch),
            f"{players}, the global Newton method finishes; else the quantal response branch",
        )
    return Choice(
        _chain((solvers.SelfPlay(), 4), (solvers.IndifferenceNewton(restarts=5), 18), *branch),
        f"{players}, Newton's method on the support finishes; else the quantal response branch",
    )


def _two_players(game: BayesianGame, started: bool) -> Choice:
    zero_sum = solvers.ZeroSumLp()
    if zero_sum.refuses(game) is None:
        return Choice(_chain((zero_sum, 1), _polish()), "two players, zero-sum: one linear program")
    size = sum(t * (a + 1) for t, a in zip(game.n_types, game.n_actions, strict=True))
    if size <= SMALL:
        return Choice(solvers.Lemke(), "two players, small: complementary pivoting")
    brisk = (solvers.QuantalResponse(limit=2e-8, brisk=True, max_points=5000), 5000), _polish()
    careful: tuple[Part, ...] = (
        (solvers.QuantalResponse(limit=2e-8), 50_000),
        (solvers.IndifferenceNewton(restarts=2), 40),
    )
    branch = "Newton's method from the quantal response branch"
    if size > MEDIUM:
        return Choice(_chain(*brisk, *careful), f"two players, large: {branch}")
    glance = (solvers.SelfPlay(), 8), (solvers.Lemke(max_pivots=200), 200)
    play = (solvers.SelfPlay(), 60), (solvers.Lemke(max_pivots=1500), 1500)
    why = f"two players: self-play comes close, complementary pivoting finishes; else {branch}"
    if started:
        return Choice(_chain(*play, *play, *brisk, *careful), why)
    return Choice(_chain(*glance, *brisk, *play, *careful), why)


def _polish() -> Part:
    return solvers.IndifferenceNewton(scales=(1.0,), restarts=0, max_iterations=10), 3


def _that_apply(game: ContinuousGame) -> tuple[Choice, ...]:
    family = family_of(game)
    # A family of the user's own may still say what its actions are worth, draw by draw.
    rows = family.solvers if family else (LEARNED,)
    known = [Choice(getattr(solvers, name)(), why) for name, why in rows]
    refusals = [choice.solver.refuses(game) for choice in known]  # type: ignore[arg-type]
    applicable = tuple(c for c, refusal in zip(known, refusals, strict=True) if refusal is None)
    if applicable:
        return applicable
    words = zip(known, refusals, strict=True)
    raise RefusedError(" ".join(f"{solver_name(c.solver)} refuses: {why}" for c, why in words))


def _chain(*parts: Part) -> solvers.Chain:
    chained, steps = zip(*parts, strict=True)
    return solvers.Chain(chained, steps)


def as_solver(given: Solver | str | None) -> Solver | None:
    """Return the solver that `given` is or names; None is the default solver.

    >>> as_solver("Lemke") == solvers.Lemke()
    True
    >>> as_solver(solvers.Lemke)
    Traceback (most recent call last):
    econ_theory.errors.SettingError: solver is the class Lemke, want an instance; write Lemke().
    """
    if isinstance(given, type):
        raise SettingError(
            f"solver is the class {given.__name__}, want an instance; write {given.__name__}()."
        )
    if isinstance(given, str):
        named = solver_kinds()
        if given not in named:
            near = get_close_matches(given, named, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else "see econ_theory.solvers."
            raise SettingError(f"solver is {given!r}, want the name of a solver; {hint}")
        return named[given]()
    if given is not None and not callable(getattr(given, "propose", None)):
        raise SettingError(
            f"solver is of type {type(given).__name__}, want a solver, its name or None; see "
            "econ_theory.solvers."
        )
    return given


def solver_kinds() -> dict[str, Any]:
    """Return every solver class that needs no settings, by name.

    >>> "Lemke" in solver_kinds(), "CorrelatedLp" in solver_kinds()
    (True, False)
    """
    public = {name: getattr(solvers, name) for name in solvers.__all__}
    return {name: kind for name, kind in public.items() if _is_solver(kind)}


def _is_solver(kind: Any) -> bool:
    return (
        isinstance(kind, type)
        and is_dataclass(kind)
        and hasattr(kind, "propose")
        and not any(f.default is f.default_factory is MISSING for f in fields(kind) if f.init)
    )


def solver_name(solver: Solver) -> str:
    """Return the name of a solver; of a chain, those of its parts."""
    if isinstance(solver, solvers.Chain):
        return " then ".join(solver_name(part) for part in solver.solvers)
    return type(solver).__name__
