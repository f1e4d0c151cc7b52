"""Gambit's solvers, through pygambit, on the game as an extensive form."""

from __future__ import annotations

from typing import Any

from econ_theory import BayesianGame
from econ_theory.interop import profile_from_pygambit, to_pygambit

from .measure import Answer, Contender, Prepared

__all__ = ["gambit"]


def gambit(algorithm: str, name: str, **settings: Any) -> Contender:
    """Return ``pygambit.nash.<algorithm>`` with `settings`; reading the tree is not timed.

    Mixed strategies of the normal form are turned into behaviour, which is not timed either.
    """

    def prepare(game: BayesianGame) -> Prepared:
        import pygambit

        tree = to_pygambit(game)
        solver = getattr(pygambit.nash, algorithm)
        start = tree
        if algorithm == "simpdiv_solve":
            start = tree.mixed_strategy_profile(rational=True)

        def read(found: Any) -> Answer:
            return Answer(
                [
                    profile_from_pygambit(e.as_behavior() if hasattr(e, "as_behavior") else e)
                    for e in found.equilibria
                ]
            )

        return lambda: solver(start, **settings), read

    return Contender(f"Gambit {name}", prepare, "pygambit")
