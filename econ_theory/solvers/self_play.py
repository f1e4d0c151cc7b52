"""Self-play: every player learns against what the others do now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.bayesian import BayesianGame
from econ_theory.learners.base import RegretMinimizer
from econ_theory.learners.regret_matching import PredictiveRegretMatchingPlus
from econ_theory.payoffs import Kernel
from econ_theory.solvers.base import Proposals
from econ_theory.strategies import StrategyProfile

__all__ = ["SelfPlay"]

CHECK = 8
"""Steps between two looks at how much deviating from the current iterate would gain."""


@dataclass(frozen=True)
class SelfPlay:
    """Every player runs a `RegretMinimizer` on its own action values, step after step.

    A step is one kernel call a player and O(T_i A_i) besides. Utilities reach the learners divided
    by type probability and payoff range, so that each type's spread over at most one. In a zero-sum
    game the averages converge (their epsilon is at most the sum of average regrets); in a
    general-sum game nothing is promised of any single iterate: what is yielded is the best found,
    and the certificate says how good that is.

    Parameters
    ----------
    learner : used by every player
    alternating : players move in turn, each seeing the newest strategies, or all at once
    iterate : what is yielded
        ``"best"``: the least exploitable (relative interim gain) of the iterates looked at, every
        eighth, and of the averages at each yield; ``"last"`` or ``"average"``: just that.
    every : steps between two yields, once that many have been taken; before, they double
    power : step k has weight ``k ** power`` in the average; 0 is the average of the theorems
    patience : restart from random play after this many steps, and four times as many as the last
        improvement of a tenth took, bring none; None never restarts
    steps : stop after this many; None leaves that to the driver

    Examples
    --------
    >>> from econ_theory import BayesianGame, certify
    >>> skewed = np.array([[2, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [skewed, -skewed])
    >>> profiles = list(SelfPlay(steps=2000).propose(game, None, np.random.default_rng(0)))
    >>> profiles[-1].rows[0].round(3)
    array([[0.4, 0.6]])
    >>> certify(game, profiles[-1]).relative < 1e-3
    True

    Source: Farina, Kroer & Sandholm 2021 for the defaults; Hart & Mas-Colell 2000 for self-play of
    regret matching; Tammelin 2014 for alternation and weighted averages.
    """

    learner: RegretMinimizer[Any] = field(default_factory=PredictiveRegretMatchingPlus)
    alternating: bool = True
    iterate: Literal["best", "last", "average"] = "best"
    every: int = 256
    power: float = 2.0
    patience: int | None = 2000
    steps: int | None = None

    source: ClassVar[str] = "Farina, Kroer & Sandholm 2021, AAAI 35(6)"

    def __post_init__(self) -> None:
        if self.iterate not in ("best", "last", "average"):
            raise SettingError(
                f"iterate is {self.iterate!r}, want 'best', 'last' or 'average'; "
                "leave it out for 'best'."
            )
        for name, least in (("every", 1), ("power", 0), ("patience", 1), ("steps", 1)):
            value = getattr(self, name)
            if value is not None and not value >= least:
                raise SettingError(
                    f"{name} is {value!r}, want a number >= {least}; leave it out for the default."
                )

    def refuses(self, game: BayesianGame) -> str | None:
        """Return None: learning is defined in every finite game."""
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield iterates; the learners' first utilities are those against `start`, if given."""
        kernel, learner, n = game.kernel, self.learner, game.n_players
        scales = [_scale(game, i) for i in range(n)]
        players = [(i, scales[i], learner.observe, learner.strategy) for i in range(n)]
        best, least = None, np.inf
        total = 0
        while True:
            states = [learner.init(*shape) for shape in kernel.shapes]
            rows = (
                [learner.strategy(state) for state in states]
                if start is None
                else list(start.floating.rows)
            )
        return "x"
