"""Random small games for property tests: asymmetric, correlated, with null types and short axes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from econ_theory.games import BayesianGame
from econ_theory.strategies import StrategyProfile

DrawGame = Callable[..., tuple[BayesianGame, StrategyProfile]]


@pytest.fixture(scope="session")
def labelled_game() -> BayesianGame:
    """Two types and three actions against three types, one of them null, and two actions."""
    rng = np.random.default_rng(7)
    prior = np.array([[0.3, 0.0, 0.2], [0.1, 0.0, 0.4]])
    shape = (2, 3, 3, 2)
    return BayesianGame(
        prior,
        [rng.random(shape), 5 * rng.random(shape)],
        players=["Row", "Column"],
        types=[["low", "high"], ["red", "never", "green"]],
        actions=[["up", "flat", "down"], ["left", "right"]],
    )


def _fractions(array: np.ndarray, divisor: int) -> np.ndarray:
    result = np.empty(array.size, dtype=object)
    result[:] = [Fraction(int(x), divisor) for x in array.ravel()]
    return result.reshape(array.shape)


@pytest.fixture(scope="session")
def draw_game() -> DrawGame:
    """Return ``draw(seed, n=None, short=True)``: a rational game and a rational profile of it."""

    def draw(
        seed: int, n: int | None = None, *, short: bool = True
    ) -> tuple[BayesianGame, StrategyProfile]:
        rng = np.random.default_rng(seed)
        n = int(rng.integers(1, 4)) if n is None else n
        types = tuple(int(k) for k in rng.integers(1, 4 if n < 4 else 3, size=n))
        actions = tuple(int(k) for k in rng.integers(1, 4 if n < 4 else 3, size=n))
        weights = rng.integers(0, 5, size=types) * (rng.random(types) < 0.8)
        weights.flat[int(rng.integers(weights.size))] += 1
        prior = _fractions(weights, int(weights.sum()))
        payoffs = []
        for _ in range(n):
            shape = [
                length if not short or rng.random() < 0.8 else 1 for length in (*types, *actions)
            ]
            payoffs.append(_fractions(rng.integers(-12, 13, size=shape), int(rng.integers(1, 8))))
        names = [[f"a{k}" for k in range(count)] for count in actions]
        rows = []
        for count, width in zip(types, actions, strict=True):
            shares = rng.integers(0, 4, size=(count, width))
            shares[np.arange(count), rng.integers(width, size=count)] += 1
            rows.append(np.stack([_fractions(row, int(row.sum())) for row in shares]))
        return BayesianGame(prior, payoffs, actions=names), StrategyProfile(rows)

    return draw
