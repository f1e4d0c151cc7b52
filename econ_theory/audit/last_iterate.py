"""ECON-C.2: whether the last iterate of learning inherits the bound on the average iterate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.intervals import mean_interval
from econ_theory.catalog import matching_pennies
from econ_theory.certificates import certify
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.learners import Hedge, RegretMinimizer
from econ_theory.regret import learner_bound, play_learners
from econ_theory.strategies import StrategyProfile

__all__ = ["LastIterateInherits"]

POINTS = 64


class Run(NamedTuple):
    """Distances from equilibrium (payoff units) in one game, at `steps`; all arrays (G,).

    ``last`` is that of the strategies played at the step, ``average`` that of their averages so
    far, ``bound`` what the learners' regret bounds allow the averages; ``trivial`` is what no
    profile at all exceeds.
    """

    heads: str
    steps: Array
    last: Array
    average: Array
    bound: Array
    trivial: float

    @property
    def excess(self) -> Array:
        """The last iterate's distance as a multiple of the bound, (G,)."""
        return self.last / self.bound


@dataclass(frozen=True)
class LastIterateInherits:
    """Let two learners play zero-sum games; hold their last strategies to the averages' bound.

    In a two-player zero-sum game the averages of K steps are as far from equilibrium as the two
    average external regrets allow, at most ``(bound_1(K) + bound_2(K)) / K``. Matching pennies that
    pay `heads` on a match of heads, drawn at random, have one equilibrium, and it is fully mixed.

    Parameters
    ----------
    learner : RegretMinimizer
        Both players'. Exponential weights circle the equilibrium outward; optimistic ones with a
        suitable step converge, and are not flagged.
    """

    learner: RegretMinimizer[Any] = field(default_factory=Hedge)

    id = "ECON-C.2"
    statement = "the last iterate of learning inherits the bound on the average iterate"
    source = "Yi et al. 2025, ICML, arXiv 2506.08292, appendix C.2"
    hypotheses = (
        "two players, zero-sum",
        "both run one no-external-regret learner from uniform play, with exact action values",
    )

    def n_trials(self, quick: bool) -> int:
        """Return the number of games."""
        return 4 if quick else 30

    def trial(self, rng: np.random.Generator, quick: bool) -> Run:
        """Return the distances along one run."""
        n_steps = 1_500 if quick else 10_000
        heads = Fraction(int(rng.integers(6, 21)), 4)
        game = matching_pennies(heads).game
        play = play_learners(game, self.learner, n_steps)
        played = [play.played(i) for i in range(2)]
        steps = np.unique(np.geomspace(1, n_steps, POINTS).round().astype(int))
        totals = [rows.cumsum(axis=0) for rows in played]
        bounds = learner_bound(game, self.learner)
        return Run(
            heads=str(heads),
            steps=steps,
            last=np.array([_distance(game, [rows[k - 1] for rows in played]) for k in steps]),
            average=np.array([_distance(game, [t[k - 1] / k for t in totals]) for k in steps]),
            bound=sum(bounds.value(steps, i) for i in range(2)) / steps,
            trivial=max(game.payoff_range(i) for i in range(2)),
        )

    def judge(self, results: Sequence[Run]) -> Finding:
        """Return "fails" if some last iterate is further from equilibrium than the bound."""
        largest = [float(run.excess.max()) for run in results]
        worst = results[int(np.argmax(largest))]
        where = int(worst.excess.argmax())
        name = str(self.learner)
        facts = (
            f"with {name}, heads worth {worst.heads}, the strategies of step {worst.steps[where]} "
            f"are {worst.last[where]:.3g} from equilibrium, the averages {worst.average[where]:.2g}"
            f", and the bound on these is {worst.bound[where]:.2g}"
        )
        counterexample = ""
        if any((run.average > run.bound * (1 + 1e-9)).any() for run in results):
            verdict, facts = "undefined", f"the averages of {name} break the bound themselves."
        elif all((run.bound >= run.trivial).all() for run in results):
            verdict, facts = "vacuous", f"no step was reached at which {name}'s bound says anything"
        elif max(largest) > 1:
            verdict, facts = (
                "fails",
                f"{facts}: the average's bound does not pass to what is played.",
            )
            counterexample = min(_counterexample(run, name) for run in results)[1]
        else:
            verdict = "holds"
            facts = f"no counterexample among {len(results)} games: {facts}."
        mean = float(np.mean(largest))
        return Finding(
            verdict=verdict,
            number=mean,
            quantity="times the bound on the average, the largest last iterate (mean of games)",
            interval=mean_interval(largest),
            explanation=facts,
            counterexample=counterexample,
            picture=Picture(
                "step",
                f"distance from equilibrium (payoff units), heads worth {worst.heads}",
                (
                    Curve("last iterate", worst.steps, worst.last),
                    Curve("average iterate", worst.steps, worst.average),
                    Curve("bound on the average", worst.steps, worst.bound),
                ),
                x_log=True,
                y_log=True,
            ),
        )


def _distance(game: BayesianGame, rows: Sequence[Array]) -> float:
    return certify(game, StrategyProfile(rows)).epsilon


def _counterexample(run: Run, name: str) -> tuple[float, str]:
    """Return the first step looked at whose strategies exceed the bound, and the words for it."""
    over = np.flatnonzero(run.excess > 1)
    if not len(over):
        return np.inf, ""
    k = int(over[0])
    return float(run.steps[k]), (
        f"matching pennies [[{run.heads}, -1], [-1, 1]], zero-sum, {name} for both from uniform "
        f"play: at step {run.steps[k]} epsilon is {run.last[k]:.6g}, the bound {run.bound[k]:.6g}"
    )
