"""DICE-12r: whether mirror updates contract to quantal response equilibrium at a stated rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from econ_theory.analysis import coupling_constant
from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.conventions import drawn_game, drawn_temperatures, in_full
from econ_theory.audit.intervals import share_interval
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.solvers import MirrorDescent, QuantalResponse
from econ_theory.strategies import StrategyProfile

__all__ = ["MirrorContracts"]

Temperatures = tuple[tuple[float, ...], ...]

STEPS = 400

RESOLVED = 1e-12
"""Share of the first divergence down to which it is compared; below it is rounding."""

SLACK = 1e-6
"""What the logarithm of a divergence may miss the rate by: the equilibrium is known to 1e-10."""

PENNIES_HEAT = 0.05

LEAST_PROBABILITY = 1e-300

POINTS, SHOWN = 80, 100


class Descent(NamedTuple):
    """Divergences from equilibrium over the first, (K + 1,), down to rounding; and the stated rate.

    ``rate`` is the logarithm of the factor that is stated for each step.
    """

    measured: Array
    rate: float

    @property
    def pace(self) -> float:
        """Least measured decrease of the logarithm over the stated one: below one it is missed."""
        stated = self.rate * np.arange(1, len(self.measured))
        return float((np.log(self.measured[1:]) / stated).min())

    def curves(self, name: str, *, stated: bool) -> list[Curve]:
        """Return what to draw of its first hundred updates."""
        last = min(len(self.measured) - 1, SHOWN)
        steps = np.unique(np.linspace(0, last, POINTS).round().astype(int))
        curves = [Curve(name, steps, self.measured[steps])]
        if stated:
            line = np.exp(np.maximum(self.rate * steps, np.log(RESOLVED)))
            curves.append(Curve(f"{name}: stated", steps, line))
        return curves


class Contraction(NamedTuple):
    """One game's run with the step put to the test, and how steps of 1 / L do there.

    ``example`` holds the game in full where the first misses the rate.
    """

    tested: Descent
    long_pace: float
    example: str


@dataclass(frozen=True)
class MirrorContracts:
    """Follow mirror descent in random games and hold its divergence to the stated rate.

    The divergence is ``D_k = sum_i sum_t p_i(t) KL(s* | s_k)``. A step of size h maps s to
    ``s^(1 - h alpha) exp(h u)``, rows normalized, all players at once; the stated rate is
    ``D_k <= (1 - h mu)^k D_0`` with mu the least temperature less L_c. Read as ``h = eta / L`` the
    published ``1 - eta mu / L`` is this; read with eta itself as the step, it would depend on the
    unit of payoffs. The update is `MirrorDescent`'s with step ``g = h / (1 - h alpha)``, the same
    for all types.

    Parameters
    ----------
    step : g as a multiple of the largest proven one, ``mu / lipschitz^2``
    correlation : of the players' payoffs, or None for all from opposed to common
    """

    step: float = 1.0
    correlation: float | None = None

    id = "DICE-12r"
    statement = (
        "mirror updates contract linearly: D(s*, s_k) <= (1 - eta mu / L)^k D(s*, s_0), with mu "
        "the least temperature less L_c"
    )
    source = "Xie et al. 2026, arXiv 2606.08068 (DICE), theorem 12"
    hypotheses = (
        "mu > 0, exact action values, all players update at once",
        "the step is eta / L, and no longer than mu over the squared Lipschitz constant of values "
        "(the step size at which we can prove it)",
    )

    def n_trials(self, quick: bool) -> int:
        """Return the number of games."""
        return 24 if quick else 250

    def trial(self, rng: np.random.Generator, quick: bool) -> Contraction:
        """Return how fast one game's divergence falls."""
        game = drawn_game(rng, self.correlation)
        coupling = coupling_constant(game)
        least = coupling.upper * rng.uniform(1.05, 2.0) + rng.uniform(0.02, 0.2)
        heats = drawn_temperatures(game, float(least), rng)
        mu, proven = coupling.margin(game, heats), coupling.largest_step(game, heats)
        goal = QuantalResponse(temperature=heats).trace(game).end
        start = StrategyProfile.random(game, rng=rng)
        tested = _descend(game, heats, goal, start, self.step * proven, mu)
        long = _descend(game, heats, goal, start, _longest(coupling.lipschitz, heats), mu)
        example = ""
        if tested.pace < 1 - SLACK:
            example = (
                f"{in_full(game)} at temperatures {heats}, step {self.step * proven:.6g}, from "
                f"{[row.tolist() for row in start.rows]}"
            )
        return Contraction(tested, long.pace, example)

    def judge(self, results: Sequence[Contraction]) -> Finding:
        """Return "fails" if some divergence ever exceeds what is stated."""
        broken = [found for found in results if found.example]
        too_long = sum(found.long_pace < 1 - SLACK for found in results)
        slowest = min((found.tested for found in results), key=lambda run: run.pace)
        circling = self._pennies()
        times = "" if self.step == 1 else f"{self.step:g} times "
        return Finding(
            verdict="fails" if broken else "holds",
            number=len(broken) / len(results),
            quantity="share of games in which mirror descent misses the stated rate",
            interval=share_interval(len(broken), len(results)),
            explanation=(
                f"with {times}the largest step that we can prove, {len(broken)} of "
                f"{len(results)} runs miss the rate; the slowest falls {slowest.pace:.3g} times as "
                "fast as stated (in logarithms). Steps of 1 / L, L the Lipschitz constant of "
                f"values plus the largest temperature, miss it in {too_long} of these games, and "
                f"in matching pennies at temperature {PENNIES_HEAT:g} they "
                + (
                    "do: no bound by 1 / L alone would do."
                    if circling.pace < 1 - SLACK
                    else "do not."
                )
            ),
            counterexample=min((found.example for found in broken), key=len, default=""),
            picture=Picture(
                "mirror updates (number)",
                "divergence from equilibrium over the first (ratio)",
                (
                    *slowest.curves("slowest random game", stated=True),
                    *circling.curves("matching pennies, steps of 1 / L", stated=False),
                ),
                y_log=True,
            ),
        )

    def _pennies(self) -> Descent:
        """Return what steps of 1 / L do in a zero-sum game at a low temperature."""
        match = np.eye(2)[None, None]
        game = BayesianGame([[1]], [match, 1 - match])
        coupling, heats = coupling_constant(game), ((PENNIES_HEAT,), (PENNIES_HEAT,))
        start = StrategyProfile([[[0.6, 0.4]], [[0.5, 0.5]]])
        step = _longest(coupling.lipschitz, heats)
        goal = StrategyProfile.uniform(game)
        return _descend(game, heats, goal, start, step, coupling.margin(game, heats))


def _longest(lipschitz: float, heats: Temperatures) -> float:
    """Return the step g of `MirrorDescent` that is 1 / L, L that of values and entropy together."""
    short = 1.0 / (lipschitz + max(map(max, heats)))
    return short / (1.0 - short * min(map(min, heats)))


def _descend(
    game: BayesianGame,
    heats: Temperatures,
    goal: StrategyProfile,
    start: StrategyProfile,
    step: float,
    mu: float,
) -> Descent:
    """Return the run of `MirrorDescent` from `start`, held to the rate of a step of its length."""
    solver = MirrorDescent(
        temperature=heats, step=step, alternating=False, every=1, steps=STEPS, accuracy=0.0
    )
    first = _divergence(game, goal, start)
    measured = [1.0]
    for profile in solver.propose(game, start, np.random.default_rng(0)):
        if profile is not None:
            measured.append(max(_divergence(game, goal, profile) / first, RESOLVED / 10))
        if measured[-1] <= RESOLVED:
            break
    least = min(map(min, heats))
    return Descent(np.array(measured), float(np.log1p(-mu * step / (1.0 + step * least))))


def _divergence(game: BayesianGame, goal: StrategyProfile, profile: StrategyProfile) -> float:
    total = 0.0
    for i, (s, z) in enumerate(zip(goal.rows, profile.rows, strict=True)):
        total += float(
            game.type_weights(i) @ (s * np.log(s / np.maximum(z, LEAST_PROBABILITY))).sum(axis=1)
        )
    return total
