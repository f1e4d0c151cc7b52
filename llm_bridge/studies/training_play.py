"""The path training took, judged in the empirical game: play whose regret can be measured.

Every update records how the team would play each type; those profiles, each repeated for its
episodes, are the steps of a `PlayTrace` in a game that was estimated on other questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from econ_theory import BayesianGame, StrategyProfile
from econ_theory.regret import Bound, PlayTrace, econ_bound
from llm_bridge.errors import ConfigError
from llm_bridge.settings.config import TrainingConfig

__all__ = ["training_bound", "training_path"]


def training_path(curve: Sequence[Mapping[str, Any]], game: BayesianGame) -> PlayTrace:
    """Return the play of a trainer's `curve` in `game`, one step an episode.

    Parameters
    ----------
    curve : records with "episodes", the running count, and "profile", n lists of (T_i, K) rows
    game : has the team's types and controls

    Raises
    ------
    ConfigError
        If a record's profile does not fit the game.

    Examples
    --------
    >>> import numpy as np
    >>> game = BayesianGame([[1.0]], [np.eye(2).reshape(1, 1, 2, 2)] * 2)
    >>> record = {"episodes": 3, "profile": [[[1.0, 0.0]], [[0.5, 0.5]]]}
    >>> training_path([record], game).n_steps
    3
    """
    strategies, values, before = [], [], 0
    for record in curve:
        profile = StrategyProfile(record["profile"])
        shapes = [row.shape for row in profile.rows]
        wanted = list(zip(game.n_types, game.n_actions, strict=True))
        if shapes != wanted:
            raise ConfigError(
                f"the profile after {record['episodes']} episodes has shapes {shapes}, want "
                f"{wanted}; train and verify with the same signals and controls."
            )
        worth = [game.action_values(profile, i) for i in range(game.n_players)]
        repeats = record["episodes"] - before
        strategies += [profile.rows] * repeats
        values += [worth] * repeats
        before = record["episodes"]
    return PlayTrace(strategies, values)


def training_bound(
    settings: TrainingConfig, n_agents: int, constant: float = 1.0, *, measured: bool = False
) -> Bound:
    """Return the published regret bound for training by `settings`, its name saying which C.

    One question of one round is one play: nothing is discounted, values are rewards.

    >>> training_bound(TrainingConfig(), 3).name
    'regret of ECON with C = 1'
    """
    repeated = settings.rounds * settings.questions > 1
    bound = econ_bound(
        n_agents=n_agents,
        discount=settings.discount if repeated else 0.0,
        constant=constant,
    )
    return replace(
        bound, name=f"{bound.name} with {'measured ' if measured else ''}C = {constant:.3g}"
    )
