"""Our own contenders, by way of the public functions a reader would call."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from econ_theory import BayesianGame, StrategyProfile, certify, solve, solve_all
from econ_theory.certificates.recovery import recover_exactly
from econ_theory.solvers import PureEnumeration, QuantalResponse, SelfPlay, ZeroSumLp

from .measure import Answer, Contender, Prepared

__all__ = [
    "all_equilibria",
    "bare_products",
    "branch",
    "ex_ante",
    "exploitability",
    "highs",
    "one_equilibrium",
    "pure_equilibria",
    "self_play_step",
]

EXPLOITABLE = 1e-4
"""Ex-ante gain, as a share of the payoff range, that the race to low exploitability ends at."""


def one_equilibrium(patience: float = 16.0, *, digits: bool = True) -> Contender:
    """Return the default solver and then the proof, exact for two players, interval for more.

    The clock runs on through the proof and, with two players and `digits`, through writing the
    equilibrium out in rationals. `patience` is in seconds of wall time: then the best profile so
    far counts.
    """

    def prepare(game: BayesianGame) -> Prepared:
        def call() -> tuple[StrategyProfile, bool, float]:
            begun = time.process_time()
            found = solve(game, tol=1e-9, rng=0, max_seconds=patience, throw=False)
            solved = time.process_time() - begun
            profile, proved = found.profile, False
            if found.certificate.relative <= 1e-6:
                if game.n_players == 2:
                    recovery = recover_exactly(game, profile)
                    proved = bool(recovery)
                    profile = (recovery.profile if digits else recovery.floating) or profile
                else:
                    certificate = certify(game, profile, arithmetic="interval")
                    proved = bool(certificate.existence)
            return profile, proved, solved

        return call, lambda got: Answer([got[0]], proved=got[1], found=got[2])

    return Contender("ours", prepare)


def pure_equilibria() -> Contender:
    """Return the pruned search for all pure equilibria, a complete list."""

    def prepare(game: BayesianGame) -> Prepared:
        return (
            lambda: [s.profile for s in solve_all(game, PureEnumeration())],
            lambda found: Answer(found, proved=True),
        )

    return Contender("ours", prepare)


def all_equilibria() -> Contender:
    """Return the exact enumeration of all extreme equilibria."""

    def prepare(game: BayesianGame) -> Prepared:
        return (
            lambda: [s.profile for s in solve_all(game)],
            lambda found: Answer(found, proved=True),
        )

    return Contender("ours", prepare)


def branch(limit: float) -> Contender:
    """Return the quantal response branch from uniform play to relative gain `limit`."""

    def prepare(game: BayesianGame) -> Prepared:
        return lambda: QuantalResponse(limit=limit).trace(game), lambda b: Answer([b.end])

    return Contender("ours", prepare)


def self_play_step(steps: int) -> Contender:
    """Return the cost of one step of self-play, averages kept, as counterfactual regret does."""

    def prepare(game: BayesianGame) -> Prepared:
        solver = SelfPlay(iterate="average", steps=steps)
        return (
            lambda: list(solver.propose(game, None, np.random.default_rng(0)))[-1],
            lambda profile: Answer([profile], steps=steps),
        )

    return Contender("ours", prepare)


def bare_products(steps: int) -> Contender:
    """Return the two matrix-vector products that a step cannot avoid, and nothing else."""

    def prepare(game: BayesianGame) -> Prepared:
        mine, theirs = (np.array(game.kernel.folded(i)) for i in (0, 1))
        one, two = (np.ones(matrix.shape[1]) for matrix in (mine, theirs))

        def call() -> None:
            for _ in range(steps):
                mine.dot(one)
                theirs.dot(two)

        return call, lambda _: Answer([StrategyProfile.uniform(game)], steps=steps)

    return Contender("bare products", prepare, repeatable=False)


def exploitability() -> Contender:
    """Return self-play in a zero-sum game until nobody gains more than `EXPLOITABLE` ex ante."""

    def prepare(game: BayesianGame) -> Prepared:
        def call() -> StrategyProfile:
            for profile in SelfPlay().propose(game, None, np.random.default_rng(0)):
                if ex_ante(game, profile) <= EXPLOITABLE:
                    return profile
            raise AssertionError("self-play without a limit has ended")

        return call, lambda profile: Answer([profile])

    return Contender("ours", prepare)


def ex_ante(game: BayesianGame, profile: StrategyProfile) -> float:
    """Return the largest ex-ante gain of a player at `profile`, as a share of its payoff range."""
    gains = certify(game, profile).ex_ante_gains
    return max(float(gain) / game.payoff_range(i) for i, gain in enumerate(gains))


def highs() -> Contender:
    """Return HiGHS alone on the very linear program that `ZeroSumLp` hands it."""

    def prepare(game: BayesianGame) -> Prepared:
        import scipy.optimize

        arguments: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        linprog: Callable[..., Any] = scipy.optimize.linprog

        def record(*args: Any, **settings: Any) -> Any:
            arguments.append((args, settings))
            return linprog(*args, **settings)

        scipy.optimize.linprog = record
        try:
            profile = next(ZeroSumLp().propose(game, None, np.random.default_rng(0)))
        finally:
            scipy.optimize.linprog = linprog
        args, settings = arguments[-1]
        return lambda: linprog(*args, **settings), lambda _: Answer([profile])

    return Contender("HiGHS alone", prepare, "scipy", proves=False)
