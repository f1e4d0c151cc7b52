"""What two hundred seeds cost beside one: play of learners in batches, with its regret.

Run ``OMP_NUM_THREADS=1 python benchmarks/bench_regret.py [steps]``; it prints a table. A seed is a
run of the same game where types and actions are drawn, and a game of its own where learners see
expectations. The last column is all of it: play, sums at checkpoints, and every notion of regret.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from econ_theory import BayesianGame
from econ_theory.learners import Exp3, Exp3IX, Hedge, RegretMatchingPlus
from econ_theory.regret import (
    clairvoyant_regret,
    dynamic_regret,
    external_regret,
    play_learners,
    swap_regret,
)

SIZE, SEEDS = 4, 200
MATCHES: list[tuple[Any, Any]] = [
    (RegretMatchingPlus(), "expected"),
    (Hedge(), "expected"),
    (RegretMatchingPlus(), "realized"),
    (Hedge(), "realized"),
    (Exp3(), "bandit"),
    (Exp3IX(), "bandit"),
]


def random_game(rng: np.random.Generator) -> BayesianGame:
    """Return a two-player game of four types and actions each, payoffs uniform on [0, 1]."""
    prior = rng.dirichlet(np.ones(SIZE**2)).reshape(SIZE, SIZE)
    return BayesianGame(prior, [rng.random((SIZE,) * 4) for _ in range(2)])


def seconds(call: Callable[[], object]) -> float:
    """Return the CPU time of one call."""
    begun = time.process_time()
    call()
    return time.process_time() - begun


def laboratory(game: Any, learner: Any, feedback: Any, steps: int, n_runs: int | None) -> None:
    """Play, and measure every notion of regret at the checkpoints."""
    play = play_learners(
        game, learner, steps, feedback=feedback, n_runs=n_runs, checkpoints="log", rng=0
    )
    for measure in (external_regret, swap_regret, dynamic_regret, clairvoyant_regret):
        measure(play)


def main(steps: int) -> None:
    """Print seconds of one seed and of two hundred, by learner and feedback."""
    rng = np.random.default_rng(0)
    games = [random_game(rng) for _ in range(SEEDS)]
    print(f"{steps} steps, T = A = {SIZE}, two players; CPU seconds")
    print(f"learner                feedback   1 seed   {SEEDS} seeds   ratio   us a step and seed")
    for learner, feedback in MATCHES:
        many, runs = (games, None) if feedback == "expected" else (games[0], SEEDS)
        one = min(
            seconds(lambda: laboratory(games[0], learner, feedback, steps, None))  # noqa: B023
            for _ in range(3)
        )
        batch = seconds(lambda: laboratory(many, learner, feedback, steps, runs))  # noqa: B023
        name = type(learner).__name__
        each = 1e6 * batch / steps / SEEDS
        print(
            f"{name:20s}   {feedback:8s}   {one:6.2f}   {batch:9.2f}   {batch / one:5.1f}   "
            f"{each:18.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
