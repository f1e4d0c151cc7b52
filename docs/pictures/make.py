"""Draw the README's picture: how learning players approach equilibrium, and what it costs them.

Run ``python docs/pictures/make.py``; it writes ``learning.png`` beside this file. Nothing is
random, so the picture is the same every time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot

from econ_theory import BayesianGame, solve
from econ_theory.learners import Hedge, PredictiveRegretMatchingPlus, RegretMatching
from econ_theory.plotting import plot_regret, plot_simplex
from econ_theory.regret import external_regret, learner_bound, play_learners

STEPS = 20_000


def audit_game() -> BayesianGame:
    """Return the tax audit game of the first notebook: correlated types, no pure equilibrium."""
    due, cost = np.array([2, 6]), np.array([2, 1])
    hidden, fined = np.array([0, 0.5, 1]), np.array([0, 0.5, 1.5])
    taxpayer = np.stack([-np.outer(due, fined), np.outer(due, hidden)], axis=-1)
    caught = np.outer(due, fined)[:, None] - cost[None, :, None]
    missed = np.broadcast_to(-np.outer(due, hidden)[:, None], caught.shape)
    return BayesianGame(
        [[0.5, 0.2], [0.1, 0.2]],
        [taxpayer[:, None], np.stack([caught, missed], axis=-1)],
        players=["Taxpayer", "Tax office"],
        types=[["low earner", "high earner"], ["short of staff", "well staffed"]],
        actions=[["declare", "hide a part", "hide all"], ["audit", "wait"]],
    )


def main() -> None:
    """Draw and save the picture."""
    game = audit_game()
    equilibrium = solve(game).profile
    learners = {
        "Hedge": Hedge("sqrt"),
        "regret matching": RegretMatching(),
        "predictive RM+": PredictiveRegretMatchingPlus(),
    }
    plays = {name: play_learners(game, learner, STEPS) for name, learner in learners.items()}
    figure = pyplot.figure(figsize=(11.0, 4.6), layout="constrained")
    # Subfigures keep the legends of one side out of the layout of the other.
    halves: Any = figure.subfigures(1, 2, width_ratios=(1.0, 1.25))
    left, right = halves
    plot_simplex(plays["predictive RM+"], 0, game=game, equilibrium=equilibrium, ax=left.subplots())
    plot_regret(
        {name: external_regret(play) for name, play in plays.items()},
        bounds=learner_bound(game, RegretMatching()),
        scale="log",
        ax=right.subplots(),
    )
    figure.savefig(Path(__file__).with_name("learning.png"), dpi=120, metadata={"Software": None})


if __name__ == "__main__":
    main()
