"""What tests of pictures share: the game drawn, and figures closed behind them."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest

from econ_theory.games import BayesianGame


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def game(labelled_game: BayesianGame) -> BayesianGame:
    return labelled_game
