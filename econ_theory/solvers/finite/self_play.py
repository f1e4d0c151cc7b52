"""Self-play: every player learns against what the others do now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.learners.base import RegretMinimizer, normalize_rows, utility_scales
from econ_theory.learners.regret_matching import PredictiveRegretMatchingPlus
from econ_theory.solvers.base import Proposals, check_numbers
from econ_theory.strategies import StrategyProfile

__all__ = ["SelfPlay"]

CHECK = 8
"""Steps between two looks at an iterate's gains, where each look costs kernel calls of its own."""


@dataclass(frozen=True)
class SelfPlay:
    """Every player runs a `RegretMinimizer` on its own action values, step after step.

    A step is one kernel call a player and O(T_i A_i) besides. Utilities reach the learners divided
    by type probability and payoff range, so that each type's spread over at most one. In a
    two-player zero-sum game the averages converge; in a general-sum game nothing is promised:
    what is yielded is the best found, and the certificate says how good that is.

    Parameters
    ----------
    learner : used by every player
    alternating : players move in turn, each seeing the newest strategies, or all at once
    iterate : what is yielded
        ``"best"``: the least exploitable so far (relative interim gain), among the average at each
        yield and all iterates (every eighth, if three or more players move in turn);
        ``"last"`` or ``"average"``: just that.
    every : steps between two yields, once that many have been taken; before, they double
    power : step k has weight ``k ** power`` in the average; 0 is the average of the theorems
    patience : start again from random play when this many steps, and four times as many as led
        to the last improvement by a tenth, bring no other; None never starts again
    steps : stop after this many; None leaves that to the driver

    Examples
    --------
    >>> from econ_theory import BayesianGame, certify
    >>> skewed = np.array([[2, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [skewed, -skewed])
    >>> *_, profile = SelfPlay(steps=2000).propose(game, None, np.random.default_rng(0))
    >>> profile.rows[0].round(3)
    array([[0.4, 0.6]])
    >>> bool(certify(game, profile).relative < 1e-3)
    True

    Source: Farina, Kroer & Sandholm 2021 for the default learner and weights; Hart & Mas-Colell
    2000 for regret matching in self-play; Tammelin 2014 for moving in turn.
    """

    learner: RegretMinimizer[Any] = field(default_factory=PredictiveRegretMatchingPlus)
    alternating: bool = True
    iterate: Literal["best", "last", "average"] = "best"
    every: int = 256
    power: float = 2.0
    patience: int | None = 300
    steps: int | None = None

    source = "Farina, Kroer & Sandholm 2021, AAAI 35(6)"
    exact = False
    continuous = False

    def __post_init__(self) -> None:
        if self.iterate not in ("best", "last", "average"):
            raise SettingError(
                f"iterate is {self.iterate!r}, want 'best', 'last' or 'average'; "
                "leave it out for 'best'."
            )
        check_numbers(self, every=1, power=0, patience=1, steps=1)

    def refuses(self, game: BayesianGame) -> str | None:
        """Return None: learning is defined in every finite game."""
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield iterates; the learners' first utilities are those against `start`, if given."""
        best, taken = _Best(game), 0
        if start is not None:
            best.consider(start.floating.rows)
        while True:
            for rows, steps in self._run(game, start, best, taken):
                yield StrategyProfile(best.rows if self.iterate == "best" else rows)
                if self.iterate == "best" and best.gain <= 0:
                    return "no type of any player gains by deviating, in floating point"
                if steps == self.steps:
                    return f"{steps} steps of self-play taken"
            taken = steps
            start = StrategyProfile.random(game, rng=rng)

    def _run(
        self, game: BayesianGame, start: StrategyProfile | None, best: _Best, taken: int
    ) -> Iterator[tuple[Sequence[Array], int]]:
        """Yield the last or average rows and all steps so far, until this run has stalled."""
        kernel, learner, searching = game.kernel, self.learner, self.iterate == "best"
        values, observe, strategy = kernel.values, learner.observe, learner.strategy
        states = [learner.init(*shape) for shape in kernel.shapes]
        rows = [strategy(state) for state in states] if start is None else [*start.floating.rows]
        seen, sums = ([np.zeros(shape) for shape in kernel.shapes] for _ in range(2))
        players, last = list(enumerate(best.scales)), game.n_players - 1
        # One player moved since its values were taken, and they do not depend on its own rows:
        # the values at hand are those of one profile, whose gains cost no further kernel call.
        free = searching and (not self.alternating or last <= 1)
        limit = np.inf if self.steps is None else self.steps - taken
        step, due, improved, mark = 0, min(CHECK, self.every, limit), 0, np.inf
        while True:
            step += 1
            against = rows if self.alternating else rows.copy()
            for i, scale in players:
                seen[i] = utility = values(against, i) * scale
                if free and i == last and best.keep(against, seen) < 0.9 * mark:
                    improved, mark = step, best.latest
                state = states[i] = observe(states[i], utility)
                rows[i] = strategy(state)
            if self.iterate != "last":
                weight = step**self.power
                for total, row in zip(sums, rows, strict=True):
                    total += weight * row
            if searching and not free and step % CHECK == 0 and best.consider(rows) < 0.9 * mark:
                improved, mark = step, best.latest
            if step < due:
                continue
            due = min(2 * due, due + self.every, limit)
            if self.iterate == "last":
                yield rows, taken + step
                continue
            average = [normalize_rows(total) for total in sums]
            if searching:
                best.consider(average)
            yield average, taken + step
            if searching and self.patience and step > improved + max(self.patience, 4 * improved):
                return


class _Best:
    """The least exploitable profile seen so far."""

    def __init__(self, game: BayesianGame) -> None:
        self.kernel = game.kernel
        self.scales = utility_scales(game)
        self.rows: Sequence[Array] = ()
        self.gain = self.latest = np.inf

    def consider(self, rows: Sequence[Array]) -> float:
        """Return the largest relative interim gain at `rows`; keep them if it is the least yet.

        A gain that is not the least is found at the first player who has it.
        """
        values = self.kernel.values
        return self.keep(rows, (values(rows, i) * scale for i, scale in enumerate(self.scales)))

    def keep(self, rows: Sequence[Array], utilities: Iterable[Array]) -> float:
        """Do the same where the scaled action `utilities` at `rows` are known already."""
        self.latest = -np.inf
        for utility, row in zip(utilities, rows, strict=True):
            gain = (utility - np.vecdot(utility, row)[:, None]).max()
            if gain > self.latest:
                self.latest = gain
                if gain >= self.gain:
                    return gain
        self.rows, self.gain = list(rows), self.latest
        return self.latest
