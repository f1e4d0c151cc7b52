"""Gambit's solvers, through pygambit, on the game as an extensive or as a normal form."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from econ_theory import BayesianGame, StrategyProfile
from econ_theory.forms import harsanyi_form
from econ_theory.interop import profile_from_pygambit, to_pygambit

from .measure import Answer, Contender, Prepared

__all__ = ["gambit", "gambit_normal_form"]


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


def gambit_normal_form(algorithm: str, name: str) -> Contender:
    """Return the same on Harsanyi's normal form, where Gambit reads payoffs off a table."""

    def prepare(game: BayesianGame) -> Prepared:
        pygambit: Any = import_module("pygambit")
        form = harsanyi_form(game)
        one = (0,) * game.n_players
        table = pygambit.Game.from_arrays(*(np.array(payoff[one]) for payoff in form.game.payoffs))
        solver = getattr(pygambit.nash, algorithm)

        def behavior(found: Any) -> StrategyProfile:
            plans = [[float(found[s]) for s in player.strategies] for player in table.players]
            return form.lift(StrategyProfile([[[p / sum(row) for p in row]] for row in plans]))

        return lambda: solver(table), lambda found: Answer(
            [behavior(profile) for profile in found.equilibria]
        )

    return Contender(f"Gambit {name}, normal form", prepare, "pygambit")
