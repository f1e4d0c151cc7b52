"""Theoretical bounds as objects: constants, hypotheses, source, and what they say about a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.records import Record
from econ_theory.regret.curves import RegretTrace
from econ_theory.regret.plays import Basis

__all__ = ["Bound", "BoundCheck"]

HORIZON = 2**62
"""How far ahead to look for the first step at which a bound says anything."""

ERRORS = 3.0
"""Standard errors by which a mean over runs must exceed a bound in expectation to violate it."""

SURPRISE = 1e-3
"""Chance below which it is no accident how many runs exceed a bound in probability."""


@dataclass(frozen=True)
class BoundCheck(Record):
    """What a bound says about a run, or about every run of a batch.

    Attributes
    ----------
    verdict : ``"violated"`` if regret exceeds the bound at some step (for a bound in expectation or
        in probability: by more, or in more runs, than chance explains); ``"vacuous"`` if the bound
        never falls below the trivial one within the run, so that nothing could violate it;
        otherwise ``"holds"``
    informative_from : first step at which the bound is below the trivial one, in or beyond the
        run; None if there is none
    violated_at : first step at which it is violated, or None
    tightness : largest share of the bound that regret used up, at steps where the bound is positive
    runs_over : largest share of runs that exceed the bound at one step, of any player
    """

    verdict: Literal["holds", "violated", "vacuous"]
    informative_from: int | None
    violated_at: int | None
    tightness: float
    runs_over: float = 0.0

    def __str__(self) -> str:
        if self.informative_from is None:
            since = "it never says more than the trivial bound"
        else:
            since = f"it says something from step {self.informative_from} on"
        at = f" at step {self.violated_at}" if self.violated_at else ""
        return f"{self.verdict}{at}; {since}; regret reached {self.tightness:.2g} of it"


@dataclass(frozen=True)
class Bound(Record):
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
    bases : what may have been drawn, the `RegretTrace.basis` the bound speaks of
    holds : ``"surely"``: in every run; ``"in expectation"``: of the mean over runs;
        ``"in probability"``: at each step, in a run with probability ``1 - constants["delta"]``

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
    bases: tuple[Basis, ...] = ("expected",)
    holds: Literal["surely", "in expectation", "in probability"] = "surely"

    def check(self, trace: RegretTrace) -> BoundCheck:
        """Return whether `trace` holds to the bound, for every player, step and run.

        A bound in expectation is violated where the mean over runs exceeds it by more than three
        standard errors; one in probability where so many runs exceed it that chances are below
        0.001, if each did with probability delta.

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
        if trace.basis not in self.bases:
            raise SettingError(
                f"regret is of basis {trace.basis!r}, want one of {self.bases}; {self.name} "
                "speaks of those draws only, see play.observed and play.realized."
            )
        steps, n = trace.steps, trace.cumulative.shape[-1]
        regret = trace.cumulative.astype(float).reshape(-1, len(steps), n)
        bounds = np.stack([np.broadcast_to(self.value(steps, i), len(steps)) for i in range(n)], 1)
        # Rounding of sums of K terms is no violation.
        slack = 1e-12 * max(np.abs(regret).max(), np.abs(bounds).max()) * int(steps[-1])
        over = regret > bounds + slack
        runs_over = over.mean(axis=0)
        judged = regret.mean(axis=0) if self.holds == "in expectation" else regret.max(axis=0)
        violated = self._violated(regret, bounds, over).any(axis=1)
        positive = bounds > slack
        shares = judged[positive] / bounds[positive]
        violated_at = int(steps[violated][0]) if violated.any() else None
        starts = [start for i in range(n) if (start := self.informative_from(i)) is not None]
        since = min(starts) if starts else None
        if violated_at is not None:
            verdict = "violated"
        else:
            verdict = "vacuous" if since is None or since > steps[-1] else "holds"
        tightness = float(shares.max(initial=0.0))
        return BoundCheck(verdict, since, violated_at, tightness, float(runs_over.max()))

    def _violated(self, regret: Array, bounds: Array, over: Array) -> Array:
        """Return at which steps and for which players (K, n) the bound is violated."""
        n_runs = len(regret)
        if self.holds == "surely":
            return np.asarray(over.any(axis=0))
        if self.holds == "in expectation":
            error = regret.std(axis=0, ddof=1) / np.sqrt(n_runs) if n_runs > 1 else np.inf
            return regret.mean(axis=0) > bounds + ERRORS * error
        from scipy.stats import binom

        return binom.sf(over.sum(axis=0) - 1, n_runs, self.constants["delta"]) < SURPRISE

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
