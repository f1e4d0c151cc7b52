"""DICE-14: whose yardstick makes the regret of mirror updates bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from econ_theory.analysis import coupling_constant, welfare
from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.conventions import drawn_game, in_full, two_conventions
from econ_theory.audit.intervals import mean_interval, share_interval
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.search import solve_all
from econ_theory.solvers import MirrorDescent, QuantalResponse
from econ_theory.strategies import StrategyProfile

__all__ = ["RegretIsBounded"]

Comparator = Literal["limit", "best"]

HEAT, LEAST = 1.1, 0.1
"""Temperature: this multiple of the proven bound on L_c, plus this, payoffs from 0 to 1."""

ARRIVED = 1e-6
"""Distance of play from the equilibrium, in probability, at which it has arrived."""

FLAT = 1e-5
"""Regret a round, payoff units, that counts as none once play has arrived."""

POINTS = 80


class Played(NamedTuple):
    """One run: team welfare of every round (T,), at its limit and at the best equilibrium.

    ``away`` is how far play is from the limit halfway through, in probability.
    """

    paid: Array
    limit: float
    best: float
    away: float
    example: str

    def slope(self, comparator: Comparator) -> float:
        """Return regret a round over the second half of the run, payoff units."""
        value = self.limit if comparator == "limit" else self.best
        return value - float(self.paid[len(self.paid) // 2 :].mean())


@dataclass(frozen=True)
class RegretIsBounded:
    """Run mirror descent at certified temperatures and add up what it misses of two yardsticks.

    One is the welfare of the quantal response equilibrium that it converges to, the other that of
    the best Nash equilibrium. Regret is bounded where nothing more is added once play has arrived.

    Parameters
    ----------
    comparator : ``"limit"`` or ``"best"``
        The yardstick that the verdict is about; the finding reports both.
    n_rounds : of each run; default 3,000
    correlation : of the players' payoffs, or None for all from opposed to common
    """

    comparator: Comparator = "limit"
    n_rounds: int | None = None
    correlation: float | None = None

    id = "DICE-14"
    statement = "mirror updates at certified temperatures have bounded Bayesian regret"
    source = "Xie et al. 2026, arXiv 2606.08068 (DICE), theorem 14"

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """What the claim assumes, the comparator among it."""
        yardstick = {
            "limit": "the comparator is the equilibrium that the updates converge to",
            "best": "the comparator is the best Nash equilibrium",
        }[self.comparator]
        return (
            "temperatures above the coupling constant, exact action values",
            "steps as long as linear convergence is proven for",
            yardstick,
        )

    def __post_init__(self) -> None:
        if self.comparator not in ("limit", "best"):
            raise SettingError(f'comparator is {self.comparator!r}, want "limit" or "best".')
        if self.n_rounds is not None and self.n_rounds < 2:
            raise SettingError(f"n_rounds is {self.n_rounds}, want at least 2, or None.")

    def n_trials(self, quick: bool) -> int:
        """Return the number of games."""
        return 16 if quick else 120

    def trial(self, rng: np.random.Generator, quick: bool) -> Played:
        """Return what play paid in one random game."""
        game = drawn_game(rng, self.correlation, most_players=2)
        n_rounds = self.n_rounds or (1600 if quick else 3000)
        return _play(game, StrategyProfile.random(game, rng=rng), n_rounds)

    def judge(self, results: Sequence[Played]) -> Finding:
        """Return "fails" if regret still grows after play has arrived."""
        arrived = [run for run in results if run.away <= ARRIVED]
        growing = [run for run in arrived if run.slope(self.comparator) > FLAT]
        losses = [run.slope("best") for run in results]
        low, high = mean_interval(losses)
        behind = sum(loss > FLAT for loss in losses)
        game = two_conventions()
        shown = _play(game, StrategyProfile.uniform(game), 400)
        quiet = "holds" if len(arrived) == len(results) else "undecided"
        return Finding(
            verdict="fails" if growing else quiet,
            number=len(growing) / len(results),
            quantity="share of games in which regret grows without bound",
            interval=share_interval(len(growing), len(results)),
            explanation=(
                f"against its own limit regret stops growing in "
                f"{sum(run.slope('limit') <= FLAT for run in arrived)} of {len(results)} games; "
                f"against the best Nash equilibrium it grows without end in {behind}, by "
                f"{np.mean(losses):.3g} payoff units a round on average over all, 95 % interval "
                f"[{low:.3g}, {high:.3g}]. With two conventions worth 1 and 0.7 it is "
                f"{shown.slope('best'):.3g} a round."
            ),
            counterexample=min((run.example for run in growing), key=len, default=""),
            picture=_picture(shown),
        )


def _play(game: BayesianGame, start: StrategyProfile, n_rounds: int) -> Played:
    coupling = coupling_constant(game)
    heat = HEAT * coupling.upper + LEAST
    limit = QuantalResponse(temperature=heat).trace(game).end
    step = coupling.largest_step(game, heat)
    solver = MirrorDescent(
        temperature=heat, step=step, alternating=False, every=1, steps=n_rounds - 1, accuracy=0.0
    )
    proposals = solver.propose(game, start, np.random.default_rng(0))
    profiles = [start, *(profile for profile in proposals if profile is not None)]
    # Where play has come to rest to the last digit the solver ends; the team plays on.
    profiles += profiles[-1:] * (n_rounds - len(profiles))
    best = max(welfare(game, found.profile) for found in solve_all(game))
    return Played(
        np.array([welfare(game, profile) for profile in profiles]),
        welfare(game, limit),
        best,
        profiles[n_rounds // 2].distance(limit),
        f"{in_full(game)} at temperature {heat:.6g}",
    )


def _picture(run: Played) -> Picture:
    rounds = np.arange(1, len(run.paid) + 1)
    at = np.unique(np.linspace(0, len(rounds) - 1, POINTS).round().astype(int))
    curves = [
        Curve(f"against {name}", rounds[at], np.cumsum(value - run.paid)[at])
        for name, value in (("its own limit", run.limit), ("the best equilibrium", run.best))
    ]
    return Picture("round", "cumulative regret of the team (payoff units)", tuple(curves))
