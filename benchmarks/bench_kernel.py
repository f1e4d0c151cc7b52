"""The kernel beside the bare product it cannot avoid.

Run ``OMP_NUM_THREADS=1 python benchmarks/bench_kernel.py`` for a table of ratios, or
``OMP_NUM_THREADS=1 pytest benchmarks/bench_kernel.py --benchmark-only`` for the statistics of
single calls. Two players: ``values`` is one folded matrix-vector product, and the bare ``W @ y`` is
its limit; at most 1.5 times that is wanted at T = A = 32. Three players have no such matrix; the
last column, payoff entries read a second, is there to compare them with memory speed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from econ_theory import BayesianGame, StrategyProfile

SIZES = (8, 16, 32)


def general(size: int, *, n: int = 2, rng: int = 0) -> BayesianGame:
    """Return n players with `size` types and actions each, every payoff depending on everything."""
    draw = np.random.default_rng(rng)
    prior = draw.dirichlet(np.ones(size**n)).reshape((size,) * n)
    return BayesianGame(prior, [draw.random((size,) * (2 * n)) for _ in range(n)])


def private_values(size: int, *, n: int = 2, rng: int = 0) -> BayesianGame:
    """Return the same with payoffs that depend on the player's own type only."""
    draw = np.random.default_rng(rng)
    prior = draw.dirichlet(np.ones(size**n)).reshape((size,) * n)
    types = [[size if j == i else 1 for j in range(n)] for i in range(n)]
    return BayesianGame(prior, [draw.random((*types[i], *(size,) * n)) for i in range(n)])


CASES = {
    **{f"n=2 T=A={size}": (general, {"size": size}) for size in SIZES},
    **{f"n=2 private T=A={size}": (private_values, {"size": size}) for size in SIZES},
    **{f"n=3 T=A={size}": (general, {"size": size, "n": 3}) for size in (4, 8)},
    **{f"n=3 private T=A={size}": (private_values, {"size": size, "n": 3}) for size in (4, 8, 16)},
}


@pytest.mark.parametrize("case", CASES)
def test_kernel(benchmark, case: str) -> None:
    """One call of player 0's action values."""
    make, settings = CASES[case]
    game = make(**settings)
    rows = StrategyProfile.random(game, rng=1).rows
    game.kernel.values(rows, 0)
    benchmark(game.kernel.values, rows, 0)


@pytest.mark.parametrize("size", SIZES)
def test_bare_product(benchmark, size: int) -> None:
    """One ``W @ y`` of the same size."""
    game = general(size)
    matrix = game.kernel.folded(0)
    column = StrategyProfile.random(game, rng=1).rows[1].ravel()
    benchmark(lambda: matrix @ column)


def seconds(*calls: Callable[[], object], rounds: int = 100) -> list[float]:
    """Return the least CPU time of one call of each, taken in turn so that load hits all alike."""
    spent: list[list[float]] = [[] for _ in calls]
    for call in calls:
        call()
    begun = time.process_time()
    calls[0]()
    repeat = max(1, int(2e-3 / (time.process_time() - begun)))
    for _ in range(rounds):
        for k, call in enumerate(calls):
            begun = time.process_time()
            for _ in range(repeat):
                call()
            spent[k].append((time.process_time() - begun) / repeat)
    return [min(times) for times in spent]


def main() -> None:
    """Print the time of one call, and for two general players its ratio to the bare product."""
    print(f"{'case':<24}{'kernel us':>12}{'bare us':>12}{'ratio':>8}{'entries/s':>12}")
    for case, (make, settings) in CASES.items():
        game = make(**settings)
        rows = StrategyProfile.random(game, rng=1).rows
        kernel = lambda: game.kernel.values(rows, 0)  # noqa: B023, E731
        entries = game.payoffs[0].size
        if game.n_players == 2:
            matrix, column = game.kernel.folded(0), rows[1].ravel()
            mine, bare = seconds(kernel, lambda: matrix @ column)  # noqa: B023
            words = f"{1e6 * bare:12.2f}{mine / bare:8.2f}"
        else:
            (mine,) = seconds(kernel)
            words = f"{'-':>12}{'-':>8}"
        print(f"{case:<24}{1e6 * mine:12.2f}{words}{entries / mine:12.2e}")


if __name__ == "__main__":
    main()
