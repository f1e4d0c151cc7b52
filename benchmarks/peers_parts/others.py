"""QuantEcon, nashpy and OpenSpiel on the same games, each in the form it can read."""

# pyright: reportMissingImports=false

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from econ_theory import BayesianGame, StrategyProfile
from econ_theory.forms import Form, harsanyi_form
from econ_theory.interop import dumps_efg, to_nashpy

from .measure import Answer, Contender, Prepared
from .ours import EXPLOITABLE, ex_ante

__all__ = [
    "nashpy",
    "openspiel_race",
    "openspiel_step",
    "quantecon_normal_form",
    "quantecon_polymatrix",
]


def quantecon_polymatrix() -> Contender:
    """Return Howson's algorithm on the polymatrix game whose players are the (player, type)s.

    Types of one player do not meet; types of two players meet in their prior-weighted payoffs.
    """

    def prepare(game: BayesianGame) -> Prepared:
        from quantecon.game_theory import PolymatrixGame, polym_lcp_solver

        (n_mine, n_theirs), (a, b) = game.n_types, game.n_actions
        full = [np.broadcast_to(u, (*game.n_types, *game.n_actions)) for u in game.payoffs]
        agents = [(0, t, a) for t in range(n_mine)] + [(1, s, b) for s in range(n_theirs)]
        matrices = {}
        for (k, (i, t, own)), (m, (j, s, other)) in product(enumerate(agents), repeat=2):
            if k == m:
                continue
            matrices[k, m] = np.zeros((own, other))
            if i != j:
                cell = (t, s) if i == 0 else (s, t)
                payoff = full[i][cell] * game.prior[cell]
                matrices[k, m] += payoff if i == 0 else payoff.T
        tables = PolymatrixGame(matrices)

        def read(found: Any) -> Answer:
            return Answer([_clean([np.array(found[:n_mine]), np.array(found[n_mine:])])])

        return lambda: polym_lcp_solver(tables), read

    return Contender("QuantEcon polym_lcp", prepare, "quantecon")


def quantecon_normal_form(algorithm: str, name: str) -> Contender:
    """Return a QuantEcon solver of bimatrix games on Harsanyi's normal form."""

    def prepare(game: BayesianGame) -> Prepared:
        import quantecon.game_theory as theory

        form = harsanyi_form(game)
        mine, theirs = (np.array(u[0, 0]) for u in form.game.payoffs)
        tables = theory.NormalFormGame([theory.Player(mine), theory.Player(theirs.T.copy())])
        solver = getattr(theory, algorithm)
        return lambda: solver(tables), lambda found: Answer(_lifted(form, found))

    return Contender(f"QuantEcon {name}", prepare, "quantecon")


def nashpy(algorithm: str, name: str) -> Contender:
    """Return a nashpy enumeration on Harsanyi's normal form."""

    def prepare(game: BayesianGame) -> Prepared:
        form, tables = harsanyi_form(game), to_nashpy(game)
        solver = getattr(tables, algorithm)
        return lambda: list(solver()), lambda found: Answer(_lifted(form, found))

    return Contender(f"nashpy {name}", prepare, "nashpy")


def openspiel_step(steps: int) -> Contender:
    """Return the cost of one iteration of OpenSpiel's C++ counterfactual regret minimization."""

    def prepare(game: BayesianGame) -> Prepared:
        import pyspiel

        solver = pyspiel.CFRSolver(_openspiel_game(game))

        def call() -> int:
            begun = time.process_time()
            for step in range(1, steps + 1):
                solver.evaluate_and_update_policy()
                if time.process_time() - begun > 3.0:
                    return step
            return steps

        return call, lambda taken: Answer(
            [_openspiel_profile(game, solver)], steps=taken, words=f"{taken} iterations"
        )

    return Contender("OpenSpiel CFR", prepare, "pyspiel", repeatable=False)


def openspiel_race(every: int) -> Contender:
    """Return CFR+ until nobody gains more than `EXPLOITABLE` ex ante, looked at now and then.

    Looking is not timed.
    """

    def prepare(game: BayesianGame) -> Prepared:
        import pyspiel

        solver = pyspiel.CFRPlusSolver(_openspiel_game(game))

        def call() -> tuple[StrategyProfile, float, int]:
            spent, taken = 0.0, 0
            while True:
                begun = time.process_time()
                for _ in range(every):
                    solver.evaluate_and_update_policy()
                spent += time.process_time() - begun
                taken += every
                profile = _openspiel_profile(game, solver)
                if ex_ante(game, profile) <= EXPLOITABLE:
                    return profile, spent, taken

        return call, lambda found: Answer(
            [found[0]], seconds=found[1], words=f"{found[2]} iterations"
        )

    return Contender("OpenSpiel CFR+", prepare, "pyspiel", repeatable=False)


def _openspiel_game(game: BayesianGame) -> Any:
    import pyspiel

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "game.efg"
        path.write_text(dumps_efg(game), encoding="utf-8")
        return pyspiel.load_game(f"efg_game(filename={path})")


def _openspiel_profile(game: BayesianGame, solver: Any) -> StrategyProfile:
    """Return the average policy; an information state is named player-player-number-label."""
    rows = [row.copy() for row in StrategyProfile.uniform(game).rows]
    for state, policy in solver.tabular_average_policy().policy_table().items():
        player, _, number, _ = state.split("-", 3)
        probabilities = [probability for _, probability in sorted(policy)]
        rows[int(player)][int(number) - 1] = probabilities
    return _clean(rows)


def _lifted(form: Form, found: Any) -> list[StrategyProfile]:
    """Return behaviour from one pair of mixed plans, a list of them, or a list of pure ones."""
    pairs = [found] if isinstance(found, tuple) else list(found)
    sizes = form.game.n_actions
    pairs = [
        [np.eye(size)[s] if np.ndim(s) == 0 else s for s, size in zip(pair, sizes, strict=True)]
        for pair in pairs
    ]
    lift: Callable[[StrategyProfile], StrategyProfile] = form.lift
    return [lift(_clean([np.asarray(s)[None, :] for s in pair])) for pair in pairs]


def _clean(rows: list[Any]) -> StrategyProfile:
    """Return a profile whose rows sum to one beyond the rounding of the library they come from."""
    positive = [np.maximum(np.asarray(row, dtype=float), 0.0) for row in rows]
    return StrategyProfile([row / row.sum(axis=1, keepdims=True) for row in positive])
