"""Self-play against its own limit: a step beside the bare matrix-vector products it cannot avoid.

Run ``OMP_NUM_THREADS=1 python benchmarks/bench_self_play.py``; it prints a table.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from econ_theory import BayesianGame, certify
from econ_theory.solvers import SelfPlay

SIZES = (8, 16, 24, 32)


def random_game(size: int, rng: np.random.Generator, *, zero_sum: bool = False) -> BayesianGame:
    """Return G1(size, size): correlated full-support prior, payoffs uniform on [0, 1]."""
    prior = rng.dirichlet(np.ones(size**2)).reshape(size, size)
    mine = rng.random((size,) * 4)
    return BayesianGame(prior, [mine, 1 - mine if zero_sum else rng.random((size,) * 4)])


def seconds(call: Callable[[], object], repeat: int = 7) -> float:
    """Return the least CPU time of `repeat` calls."""
    spent = []
    for _ in range(repeat):
        begun = time.process_time()
        call()
        spent.append(time.process_time() - begun)
    return min(spent)


def play(game: BayesianGame, solver: SelfPlay) -> float:
    """Return the relative epsilon of the last profile `solver` yields."""
    *_, profile = solver.propose(game, None, np.random.default_rng(0))
    return float(certify(game, profile).relative)


def bare(game: BayesianGame, steps: int) -> None:
    """Do the matrix-vector products of `steps` steps, and nothing else."""
    mine, theirs = (np.array(game.kernel.folded(i)) for i in (0, 1))
    one, two = (np.ones(matrix.shape[1]) for matrix in (mine, theirs))
    for _ in range(steps):
        mine @ one
        theirs @ two


def main() -> None:
    """Print cost a step and epsilon reached, by size."""
    rng = np.random.default_rng(0)
    print("T = A   bare us   best us   ratio   last us   ratio   (per step, two players)")
    for size in SIZES:
        game, steps = random_game(size, rng), 400 if size > 16 else 2000
        limit = seconds(lambda: bare(game, steps)) / steps  # noqa: B023
        costs = [
            seconds(lambda: play(game, SelfPlay(iterate=kind, steps=steps))) / steps  # noqa: B023
            for kind in ("best", "last")
        ]
        cells = "   ".join(f"{1e6 * cost:7.1f}   {cost / limit:5.2f}" for cost in costs)
        print(f"{size:5d}   {1e6 * limit:7.1f}   {cells}")
    print("\nzero-sum: seconds and relative epsilon after 1,000, 4,000 and 16,000 steps")
    for size in (8, 16):
        game = random_game(size, rng, zero_sum=True)
        for steps in (1000, 4000, 16000):
            begun = time.process_time()
            reached = play(game, SelfPlay(steps=steps))
            print(f"{size:5d}   {steps:6d}   {time.process_time() - begun:6.2f} s   {reached:.1e}")


if __name__ == "__main__":
    main()
