"""What is measured on us alone or outside the games: growth of cost, and imports."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np

from econ_theory import BayesianGame, StrategyProfile
from econ_theory.catalog import random_game
from econ_theory.solvers import SelfPlay

from .report import Row

__all__ = ["growth_rows", "import_rows"]


def growth_rows(*, quick: bool) -> list[Row]:
    """Return the fitted exponents of a step's cost: in T A, and with private values in T A^n.

    Small games cost what a call costs, and those that fit in a cache less a number than those that
    do not, so the fit is over tensors of 20 MB and more. Beside the first stands the exponent of
    the bare products at the same sizes.
    """
    sizes = (40, 48) if quick else (40, 48, 56, 64)
    general = [(k * k, random_game(k, k, rng=0)) for k in sizes]
    shapes = [(32, 48), (32, 64)] if quick else [(32, 48), (48, 48), (32, 64), (64, 64)]
    private = [(t * a**3, _private_values(t, a)) for t, a in shapes]
    rows = []
    for label, games, target in (
        ("step ~ (T A)^x, 2 players", general, 2),
        ("private values, 3 players, ~ (T A^3)^x", private, 1),
    ):
        works, costs = zip(*((work, _step_seconds(game)) for work, game in games), strict=True)
        slope = _slope(works, costs)
        words = f"x = {slope:.2f} (theory {target}), largest step {1e6 * costs[-1]:.0f} us"
        if target == 2:
            bare = _slope(works, [_bare_seconds(game) for _, game in games])
            words += f"; bare products {bare:.2f}"
        rows.append(
            Row(
                "cost growth",
                label,
                len(games),
                ours_seconds=costs[-1],
                values={"exponent": slope},
                note=words,
            )
        )
    return rows


def _private_values(n_types: int, n_actions: int) -> BayesianGame:
    rng, n = np.random.default_rng(0), 3
    prior = np.ones((n_types,) * n) / n_types**n
    own = [[n_types if j == i else 1 for j in range(n)] for i in range(n)]
    return BayesianGame(prior, [rng.random((*shape, *(n_actions,) * n)) for shape in own])


def _slope(works: Sequence[float], costs: Sequence[float]) -> float:
    return float(np.polyfit(np.log(works), np.log(costs), 1)[0])


def _bare_seconds(game: BayesianGame) -> float:
    matrices = [np.array(game.kernel.folded(i)) for i in (0, 1)]
    spent = []
    for _ in range(10):
        begun = time.process_time()
        for matrix in matrices:
            matrix.dot(np.ones(matrix.shape[1]))
        spent.append(time.process_time() - begun)
    return min(spent)


def _step_seconds(game: BayesianGame, least: float = 0.3) -> float:
    """Return the CPU seconds of one self-play step: the least of five runs of several steps."""
    steps, spent = 4, [0.0]
    while True:
        solver = SelfPlay(iterate="average", steps=steps, every=steps)
        spent = []
        for _ in range(5):
            begun = time.process_time()
            _profiles: list[StrategyProfile] = list(
                solver.propose(game, None, np.random.default_rng(0))
            )
            spent.append(time.process_time() - begun)
            if spent[-1] < least / 5:
                break
        if len(spent) == 5:
            return min(spent) / steps
        steps *= 2


def import_rows(modules: tuple[str, ...]) -> tuple[list[Row], list[str]]:
    """Return what importing each library costs over numpy, and who is not importable."""
    mine = _import_seconds("econ_theory")
    small = "econ_theory.BayesianGame([[1]], [[[[[2, 0], [0, 1]]]]] * 2)"
    solving = _import_seconds(f"econ_theory; econ_theory.solve({small})")
    rows = [
        Row(
            "import time",
            "over numpy",
            3,
            ours_seconds=mine,
            values={"seconds": mine},
        ),
    ]
    skipped = []
    for module in modules:
        if find_spec(module) is None:
            skipped.append(f"import time, {module}: {module} is not importable")
            continue
        theirs = _import_seconds(module)
        rows.append(
            Row(
                "import time",
                "over numpy",
                3,
                ours_seconds=mine,
                peer=module,
                peer_seconds=theirs,
                ratio=theirs / mine,
                values={"ratio": theirs / mine},
            )
        )
    rows.append(
        Row(
            "import time", "and a small solve", 3, ours_seconds=solving, values={"seconds": solving}
        )
    )
    return rows, skipped


def _import_seconds(module: str) -> float:
    code = (
        "import json, time, numpy\nbegun = time.process_time()\n"
        f"import {module}\nprint(json.dumps(time.process_time() - begun))"
    )
    runs = [
        json.loads(
            subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        )
        for _ in range(3)
    ]
    return min(runs)
