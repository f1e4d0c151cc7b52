"""Every exported solver, on every catalog game it does not refuse: certificate first."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from econ_theory import catalog, certify, solve, solve_all, solvers
from econ_theory.errors import RefusedError
from econ_theory.solvers import Lemke, SelfPlay, Solver

ENTRIES = {entry.name: entry for entry in catalog.entries()}


def exported() -> list[Solver]:
    """One instance of each solver class that can be made from its defaults alone."""
    found = []
    for name in solvers.__all__:
        thing = getattr(solvers, name)
        if inspect.isclass(thing) and hasattr(thing, "propose") and thing is not Solver:
            try:
                found.append(thing())
            except TypeError:
                continue
    chain = solvers.Chain((SelfPlay(), Lemke()), steps=(20, 500))
    return [*found, chain]


SOLVERS = exported()


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
def test_follows_the_protocol(solver: Solver) -> None:
    assert isinstance(solver, Solver)
    assert len(solver.source) > 10
    assert isinstance(solver.exact, bool)
    assert hash(solver) == hash(solver), "a solver is a frozen value"


@pytest.mark.parametrize("name", ENTRIES)
@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
def test_solves_or_refuses(solver: Solver, name: str) -> None:
    game = ENTRIES[name].game
    refusal = solver.refuses(game)
    if refusal is not None:
        assert "want" in refusal or "use" in refusal, "a refusal says what to do instead"
        with pytest.raises(RefusedError, match="refuses: "):
            solve(game, solver)
        return
    if type(solver).__name__ == "PureEnumeration" and not list(solve_all(game, solver)):
        with pytest.raises(RefusedError, match="all pure profiles were searched"):
            solve(game, solver)
        return
    solution = solve(game, solver, rng=0, throw=False, max_steps=400)
    assert solution.certificate.relative <= (1e-9 if solver.exact else 1e-3)
    assert solution.certificate.epsilon == certify(game, solution.profile).epsilon
    exact = certify(game, solution.profile, arithmetic="exact")
    assert float(exact.epsilon) == pytest.approx(solution.certificate.epsilon, abs=1e-12)


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
def test_same_seed_same_answer(solver: Solver) -> None:
    game = catalog.random_game(2, 3, rng=5, zero_sum=True)
    if getattr(solver, "continuous", False):
        assert solver.refuses(game)
        return
    one, two = (solve(game, solver, rng=3, throw=False, max_steps=30) for _ in range(2))
    assert one.certificate.epsilon == two.certificate.epsilon
    for a, b in zip(one.profile.rows, two.profile.rows, strict=True):
        np.testing.assert_array_equal(a, b)
