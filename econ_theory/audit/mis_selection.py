"""DICE-6: whether persistent mis-selection of a convention makes regret grow linearly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from econ_theory.analysis import welfare
from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.conventions import two_conventions
from econ_theory.audit.intervals import mean_interval
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.regret import linear_test
from econ_theory.strategies import StrategyProfile

__all__ = ["MisSelectionIsLinear"]

SHORTFALL = 0.1
"""Share of the stated slope that the measured one may be short of it and still count as it."""

LEVEL = 0.05

POINTS = 80

Plans = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class MisSelectionIsLinear:
    """Let a team drift between two conventions, and measure how its regret grows.

    From round `first` on, the team follows the worse convention with probability `share` at each
    round, and stays with what it follows for about ``1 / (1 - inertia)`` rounds at a time. Types,
    actions and payoffs are drawn at every round; regret is the better convention's welfare less
    what the round paid.

    Parameters
    ----------
    game : BayesianGame
    better, worse : one action a type for each player; pure equilibria
    share : p0, the probability of mis-selection
    first : k0, the first round at which it happens
    inertia : in [0, 1)
    fading : the probability falls like ``(k - first + 1)^-fading``; 0 is persistent
    """

    game: BayesianGame = field(default_factory=two_conventions)
    better: Plans = ((0,), (0,))
    worse: Plans = ((1,), (1,))
    share: float = 0.3
    first: int = 20
    inertia: float = 0.9
    fading: float = 0.0

    id = "DICE-6"
    statement = (
        "persistent mis-selection gives linear regret: at least p0 dW (T - k0 + 1) after T rounds"
    )
    source = "Xie et al. 2026, arXiv 2606.08068 (DICE), theorem 6"
    hypotheses = (
        "from round k0 on, the worse convention is followed with probability p0 or more",
        "it pays dW less than the better one, which is the comparator",
    )

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or not 0 <= self.inertia < 1 or self.first < 1:
            raise SettingError(
                f"share is {self.share}, inertia {self.inertia} and first {self.first}, want a "
                "share in (0, 1], an inertia in [0, 1) and a round >= 1."
            )

    def n_trials(self, quick: bool) -> int:
        """Return the number of runs."""
        return 200 if quick else 1000

    def trial(self, rng: np.random.Generator, quick: bool) -> Array:
        """Return one run's cumulative regret, (T,)."""
        n_rounds = self.first + (400 if quick else 2000)
        followed = self._conventions(n_rounds, rng)
        best = welfare(self.game, StrategyProfile.pure(self.game, self.better))
        joint = rng.choice(self.game.prior.size, size=n_rounds, p=self.game.prior.ravel())
        types = np.unravel_index(joint, self.game.n_types)
        plans = [np.array([good, bad]) for good, bad in zip(self.better, self.worse, strict=True)]
        actions = [plan[followed, t] for plan, t in zip(plans, types, strict=True)]
        shape = (*self.game.n_types, *self.game.n_actions)
        paid = sum(
            np.broadcast_to(payoff, shape)[(*types, *actions)] for payoff in self.game.payoffs
        )
        return np.cumsum(best - paid)

    def judge(self, results: Sequence[Array]) -> Finding:
        """Return "holds" if the measured slope is not short of the stated one by a tenth."""
        curves = np.stack(results)
        before = curves[:, self.first - 2] if self.first > 1 else np.zeros(len(curves))
        since = curves[:, self.first - 1 :] - before[:, None]
        slopes = since[:, -1] / since.shape[1]
        slope, (low, high) = float(slopes.mean()), mean_interval(slopes.tolist())
        better, worse = (
            welfare(self.game, StrategyProfile.pure(self.game, plans))
            for plans in (self.better, self.worse)
        )
        stated = self.share * (better - worse)
        test = linear_test(since)
        least = (1 - SHORTFALL) * stated
        if low >= least and test.p_value < LEVEL:
            verdict = "holds"
        else:
            verdict = "fails" if high < least else "undecided"
        return Finding(
            verdict=verdict,
            number=slope,
            quantity=f"payoff units a round, slope of regret (stated p0 dW: {stated:.4g})",
            interval=(low, high),
            explanation=(
                f"p0 = {self.share:g}, dW = {better - worse:.4g}; over {len(curves)} runs of "
                f"{since.shape[1]} rounds regret grows by {slope:.4g} a round, 95 % interval "
                f"[{low:.4g}, {high:.4g}], where {stated:.4g} is stated; the test of a linear "
                f"component has p = {test.p_value:.2g}."
            ),
            counterexample=(
                f"mis-selection with probability {self.share:g} k^-{self.fading:g}: {slope:.4g} a "
                f"round after {since.shape[1]} rounds, {stated:.4g} stated"
                if verdict == "fails"
                else ""
            ),
            picture=self._picture(curves, stated),
        )

    def _conventions(self, n_rounds: int, rng: np.random.Generator) -> Array:
        """Return which convention is followed at each round, 1 for the worse, (n_rounds,)."""
        after = np.arange(n_rounds) - self.first + 2
        chance = np.where(after > 0, self.share * np.maximum(after, 1) ** -self.fading, 0.0)
        drawn = rng.random(n_rounds) < chance
        anew = (rng.random(n_rounds) >= self.inertia) | (after <= 1)
        # Every round follows what was drawn at the last round that drew anew.
        return drawn[np.maximum.accumulate(np.where(anew, np.arange(n_rounds), 0))].astype(int)

    def _picture(self, curves: Array, stated: float) -> Picture:
        n_rounds = curves.shape[1]
        at = np.unique(np.linspace(0, n_rounds - 1, POINTS).round().astype(int))
        bands = [mean_interval(column.tolist()) for column in curves[:, at].T]
        line = stated * np.maximum(at + 1 - self.first + 1, 0)
        return Picture(
            "round",
            "cumulative regret of the team (payoff units)",
            (
                Curve(
                    "mean over runs, 95 % band",
                    at + 1,
                    curves[:, at].mean(axis=0),
                    np.array([low for low, _ in bands]),
                    np.array([high for _, high in bands]),
                ),
                Curve("stated", at + 1, line),
                Curve("one run", at + 1, curves[0, at]),
            ),
            marks={"k0": float(self.first)},
        )
