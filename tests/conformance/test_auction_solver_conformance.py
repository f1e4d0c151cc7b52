"""Every game of the catalog with continuous types, solved by default: certificate first."""

from __future__ import annotations

import pytest

from econ_theory import catalog, certify, solve
from econ_theory.errors import RefusedError

ENTRIES = {entry.name: entry for entry in catalog.auctions()}

UNSOLVED = {"double_auction_crra"}
"""Entries whose game no solver here takes; a name may only leave this set."""


@pytest.mark.slow
@pytest.mark.parametrize("name", ENTRIES)
def test_the_default_solver_finds_an_equilibrium(name: str) -> None:
    game = ENTRIES[name].game
    if name in UNSOLVED:
        with pytest.raises(RefusedError, match="want"):
            solve(game)
        return
    solution = solve(game, tol=1e-6, throw=False, rng=0, max_seconds=60)
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative <= 1e-6, str(solution)
    assert solution.certificate.epsilon == certify(game, solution.profile).epsilon
    assert solution.reason
