"""A refusal names what to use instead, and that does not refuse the game either."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest

from econ_theory import BayesianGame, solve, solvers
from econ_theory.choice import choose
from econ_theory.solvers import CorrelatedLp, Solver


def game(n_types, n_actions, *, zero_sum: bool = False) -> BayesianGame:
    rng = np.random.default_rng(0)
    prior = np.full(n_types, 1.0 / np.prod(n_types))
    payoffs = [rng.random((*n_types, *n_actions)) for _ in n_types]
    if zero_sum:
        payoffs[1] = -payoffs[0]
    return BayesianGame(prior, payoffs)


def flat(n_types, n_actions) -> BayesianGame:
    """So many types and actions that what each solver builds counts; payoffs cost nothing."""
    n = len(n_types)
    labels = [[str(a) for a in range(count)] for count in n_actions]
    prior = np.zeros(n_types)
    prior.flat[0] = 1.0
    return BayesianGame(prior, [np.zeros((1,) * 2 * n)] * n, actions=labels)


GAMES = {
    "one player": game((2,), (3,)),
    "one player, wide": flat((10,), (9000,)),
    "many idle types": flat((30, 1), (1, 2)),
    "one action": game((1, 1), (1, 1)),
    "two players": game((2, 3), (3, 2)),
    "zero-sum": game((2, 2), (3, 2), zero_sum=True),
    "zero-sum, wide": flat((1, 1), (700, 700)),
    "many plans": game((9, 9), (4, 4)),
    "many actions": game((1, 1), (90, 90)),
    "many types": flat((300, 300), (12, 12)),
    "three players": game((2, 1, 2), (2, 3, 2)),
    "three players, wide": flat((3, 3, 3), (60, 60, 60)),
    "six players": flat((4,) * 6, (4,) * 6),
}


def exported() -> dict[str, Solver]:
    """Every exported solver its defaults make, and each kind of mediator."""
    found = {}
    for name in solvers.__all__:
        thing = getattr(solvers, name)
        if inspect.isclass(thing) and hasattr(thing, "refuses") and thing is not Solver:
            try:
                found[name] = thing()
            except TypeError:
                continue
    for kind in ("communication", "agent", "strategic"):
        found[f"CorrelatedLp({kind})"] = CorrelatedLp(kind)
    return found


SOLVERS = exported()


def advised(refusal: str) -> Solver:
    """The solver that a refusal tells to use."""
    kind = re.search(r'use kind="(\w+)"', refusal)
    if kind:
        return CorrelatedLp(kind[1])  # type: ignore[arg-type]
    named = re.findall(r"use ([A-Z]\w+)", refusal)
    assert len(named) == 1, f"one solver by name: {refusal}"
    return SOLVERS[named[0]]


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("solver", SOLVERS)
def test_what_a_refusal_advises_applies(solver: str, name: str) -> None:
    refusal = SOLVERS[solver].refuses(GAMES[name])
    if refusal is None:
        return
    assert re.search(r"want|not|too", refusal), refusal
    other = advised(refusal)
    assert other.refuses(GAMES[name]) is None, refusal
    if GAMES[name].prior.size * np.prod(GAMES[name].n_actions) < 100 and hasattr(other, "propose"):
        assert solve(GAMES[name], other, rng=0, max_steps=2000).certificate.relative <= 1e-3


@pytest.mark.parametrize("name", GAMES)
def test_the_default_solver_never_refuses(name: str) -> None:
    assert choose(GAMES[name]).solver.refuses(GAMES[name]) is None


def test_one_player_with_thousands_of_actions_is_solved() -> None:
    wide = BayesianGame([1.0], [np.linspace(0.0, 1.0, 9000).reshape(1, 9000)])
    solution = solve(wide)
    assert solution.certificate.epsilon == 0
    assert solution.profile.rows[0][0, -1] == 1
