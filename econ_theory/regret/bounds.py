"""Theoretical bounds as objects: constants, hypotheses, source, and what they say about a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.learners.base import RegretMinimizer
from econ_theory.regret.traces import RegretTrace

if TYPE_CHECKING:
    from econ_theory.games.bayesian import BayesianGame

__all__ = ["Bound", "BoundCheck", "econ_bound", "learner_bound"]

HORIZON = 2**62
"""How far ahead to look for the first step at which a bound says anything."""


@dataclass(frozen=True)
class BoundCheck:
    """What a bound says about a run.

    Attributes
    ----------
    verdict : ``"violated"`` if regret exceeds the bound at some step; ``"vacuous"`` if the bound
        never falls below the trivial one within the run, so that nothing could violate it;
        otherwise ``"holds"``
    informative_from : first step at which the bound is below the trivial one, in or beyond the
        run; None if there is none
    violated_at : first step at which regret exceeds the bound, or None
    tightness : largest share of the bound that regret used up, at steps where the bound is positive
    """

    verdict: Literal["holds", "violated", "vacuous"]
    informative_from: int | None
    violated_at: int | None
    tightness: float

    def __str__(self) -> str:
        if self.informative_from is None:
            since = "it never says more than the trivial bound"
        else:
            since = f"it says something from step {self.informative_from} on"
        at = f" at step {self.violated_at}" if self.violated_at else ""
        return f"{self.verdict}{at}; {since}; regret reached {self.tightness:.2g} of it"


@dataclass(frozen=True)
class Bound:
    """An upper bound on cumulative regret as a function of the step.

    Parameters
    ----------
    name : what is bounded
    value : (steps, player) -> bound at those steps, payoff units; `steps` is an integer array (K,)
    trivial : the same, for what holds of any play at all
    kinds : the regret notions of `RegretTrace.kind` the bound speaks of
    hypotheses : what the theorem assumes, in words; not checked here
    constants : the numbers that went in
    source : author, year, theorem

    Examples
    --------
    >>> root = Bound("root", lambda steps, i: 3 * np.sqrt(steps), lambda steps, i: 1.0 * steps)
    >>> steps = np.arange(1, 21)
    >>> print(root.check(RegretTrace(np.sqrt(steps)[:, None], "external")))
    holds; it says something from step 10 on; regret reached 0.33 of it
    >>> print(root.check(RegretTrace(np.ones((9, 1)), "external")))
    vacuous; it says something from step 10 on; regret reached 0.33 of it
    """

    name: str
    value: Callable[[Array, int], Array]
    trivial: Callable[[Array, int], Array]
    kinds: tuple[str, ...] = ("external",)
    hypotheses: tuple[str, ...] = ()
    constants: Mapping[str, float] = field(default_factory=dict)
    source: str = ""

    def check(self, trace: RegretTrace) -> BoundCheck:
        """Return whether `trace` holds to the bound, for every player and step.

        Raises
        ------
        SettingError
            If the trace is of a regret the bound does not speak of.
        """
        if trace.kind not in self.kinds:
            raise SettingError(
                f"regret is of kind {trace.kind!r}, want one of {self.kinds}; "
                f"{self.name} says nothing about it."
            )
        n_steps, n = trace.cumulative.shape
        steps = np.arange(1, n_steps + 1)
        bounds = np.stack([np.broadcast_to(self.value(steps, i), n_steps) for i in range(n)], 1)
        # Rounding of sums of K terms is no violation.
        slack = 1e-12 * np.maximum(np.abs(trace.cumulative), np.abs(bounds)).max() * n_steps
        over = (trace.cumulative > bounds + slack).any(axis=1)
        positive = bounds > slack
        shares = trace.cumulative[positive] / bounds[positive]
        violated_at = int(steps[over][0]) if over.any() else None
        starts = [start for i in range(n) if (start := self.informative_from(i)) is not None]
        since = min(starts) if starts else None
        if violated_at is not None:
            verdict = "violated"
        else:
            verdict = "vacuous" if since is None or since > n_steps else "holds"
        return BoundCheck(verdict, since, violated_at, float(shares.max(initial=0.0)))

    def informative_from(self, i: int = 0) -> int | None:
        """Return the first step at which the bound of player `i` is below the trivial one.

        Found by doubling and bisection: right for every bound that, once below, stays below.
        """
        high = 1
        while not self._says(high, i):
            high *= 2
            if high > HORIZON:
                return None
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._says(middle, i) else (middle, high)
        return high

    def _says(self, step: int, i: int) -> bool:
        steps = np.array([step])
        value, trivial = (float(np.ravel(f(steps, i))[0]) for f in (self.value, self.trivial))
        return value < trivial * (1 - 1e-12)


def learner_bound(
    game: BayesianGame, learners: RegretMinimizer[Any] | Sequence[RegretMinimizer[Any]]
) -> Bound:
    """Return the bound on external regret of players who run `learners` in `game`.

    Each type's regret is at most its probability times the payoff range times
    ``learner.bound(k, A_i)``, and probabilities sum to one. The trivial bound is the range times k.

    >>> from econ_theory import BayesianGame
    >>> from econ_theory.learners import RegretMatching
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> bound = learner_bound(BayesianGame([[1]], [pennies, -pennies]), RegretMatching())
    >>> bound.value(np.array([1, 4]), 0)
    array([2., 4.])
    """
    n = game.n_players
    each = list(learners) if isinstance(learners, Sequence) else [learners] * n
    if len(each) != n:
        raise SettingError(f"there are {len(each)} learners, want {n}: one a player.")
    ranges = [game.payoff_range(i) for i in range(n)]
    return Bound(
        name="external regret of " + ", ".join(dict.fromkeys(type(l).__name__ for l in each)),
        value=lambda steps, i: (
            ranges[i] * np.array([each[i].bound(int(k), game.n_actions[i]) for k in steps])
        ),
        trivial=lambda steps, i: ranges[i] * np.asarray(steps, dtype=float),
        hypotheses=("each type's utilities reach its learner divided by probability and range",),
        constants={f"range_{i}": ranges[i] for i in range(n)},
        source="; ".join(dict.fromkeys(learner.source for learner in each)),
    )


def econ_bound(
    *, n_agents: int, discount: float, constant: float = 1.0, max_reward: float = 1.0
) -> Bound:
    """Return the ECON paper's bound ``2 N C sqrt(k) / (1 - discount)`` beside the trivial one.

    The trivial bound is ``2 R_max k / (1 - discount)``: no two values differ by more. The paper's
    constant C bounds an error of action values, which are themselves of size
    ``R_max / (1 - discount)``; pass it as `constant` with that factor in it.

    >>> bound = econ_bound(n_agents=2, discount=0.99, constant=1 / (1 - 0.99))
    >>> bound.informative_from()
    40001

    Source: Yi et al. 2025, arXiv 2506.08292 (regret bound of the coordination theorem).
    """
    if n_agents < 1 or not 0 <= discount < 1 or constant <= 0 or max_reward <= 0:
        raise SettingError(
            f"econ_bound got n_agents={n_agents}, discount={discount}, constant={constant}, "
            f"max_reward={max_reward}, want n_agents >= 1, 0 <= discount < 1 and the others > 0."
        )
    horizon = 1 / (1 - discount)
    return Bound(
        name="regret of ECON",
        value=lambda steps, i: 2 * n_agents * constant * horizon * np.sqrt(steps),
        trivial=lambda steps, i: 2 * max_reward * horizon * np.asarray(steps, dtype=float),
        kinds=("equilibrium-comparator",),
        hypotheses=(
            "action-value errors are at most C / sqrt(k) at every step k",
            "policies are best responses to those values up to the same error",
            "the comparator is one named Bayesian Nash equilibrium",
        ),
        constants={
            "n_agents": n_agents,
            "discount": discount,
            "constant": constant,
            "max_reward": max_reward,
        },
        source="Yi et al. 2025, arXiv 2506.08292",
    )
