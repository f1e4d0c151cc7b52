"""A first solver comes close, a second finishes from its best proposal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.certificates import certify
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.solvers.base import Proposals, Solver
from econ_theory.strategies import StrategyProfile

__all__ = ["Chain"]


@dataclass(frozen=True)
class Chain:
    """Solvers run in order, each started from the best proposal of all before it.

    Each solver is left after its entry of `steps` proposals; the certificate decides which of all
    proposals so far was best. All are passed on.

    >>> from econ_theory.solvers import Lemke, SelfPlay
    >>> Chain((SelfPlay(), Lemke()), steps=(50, 100)).source[:7]
    'Farina,'
    """

    solvers: tuple[Solver, ...]
    steps: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.steps) != len(self.solvers) or not self.solvers:
            raise SettingError(
                f"steps has {len(self.steps)} entries, want {len(self.solvers)}: one a solver."
            )

    @property
    def source(self) -> str:
        """The sources of all solvers, in order."""
        return "; then ".join(solver.source for solver in self.solvers)

    continuous = False

    @property
    def exact(self) -> bool:
        """Whether the last solver is exact."""
        return self.solvers[-1].exact

    def refuses(self, game: BayesianGame) -> str | None:
        """Return the first solver's refusal, or None if all apply."""
        return next(filter(None, (solver.refuses(game) for solver in self.solvers)), None)

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield what each solver proposes."""
        best, lowest = start, np.inf
        words = []
        for solver, limit in zip(self.solvers, self.steps, strict=True):
            proposals = solver.propose(game, best, rng)
            judged = 0
            while judged < limit:
                try:
                    profile = next(proposals)
                except StopIteration as stop:
                    words.append(f"{type(solver).__name__}: {stop.value}")
                    break
                if profile is None:
                    yield None
                    continue
                judged += 1
                gain = float(certify(game, profile).relative)
                if gain < lowest:
                    best, lowest = profile, gain
                yield profile
            proposals.close()
        return "; ".join(words)
