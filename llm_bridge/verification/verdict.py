"""From a team's strategy profile to a certificate with confidence: the judge of the bridge.

The point estimate is `econ_theory.certify` on the empirical game; the interval is for the true
game that the questions are drawn from (`llm_bridge.verification.deviations`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from econ_theory import Certificate, StrategyProfile, certify
from econ_theory.seeding import Seed, as_rng, spawn
from llm_bridge.bands import BandMethod, mean_band
from llm_bridge.verification.deviations import (
    DeviationGain,
    PolicyGap,
    band_notes,
    best_deviations,
    epsilon_interval,
    gains_by_executor,
    policy_gap,
)
from llm_bridge.verification.empirical import EmpiricalGame, control_values
from llm_bridge.verification.equilibria import Equilibrium, equilibria_line, equilibria_of
from llm_bridge.verification.sensitivity import Sensitivity, flatness, payoff_sensitivity

__all__ = [
    "DeviationGain",
    "Equilibrium",
    "PolicyGap",
    "Verification",
    "epsilon_interval",
    "verify",
]


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """How far a profile is from equilibrium, in the empirical game and, by interval, in the true.

    Attributes
    ----------
    profile : the profile judged
    certificate : of the profile in the empirical game
    interval : (lower, upper) for the true epsilon, at `confidence`
    gains : n arrays (T_i, K, 3): estimate, lower and upper end of every deviation gain
    deviations : the best deviation of each type of each executor, largest first
    welfare : sum of expected rewards of the profile; `welfare_interval` at `confidence`
    equilibria : of the empirical game: all pure ones if `complete`, and what `solve` found
    sensitivity : of each executor's payoff to its own controls
    degenerate : no type of any executor can tell two of its controls apart at `confidence`
    resolution : at `confidence`, the most that any two controls' interim payoffs differ
    width : w; a gamma-equilibrium of the empirical game is a (gamma + 2w)-one of the true game
    policy : where it is known what was played on each question
    notes : what a reader should know, in words
    """

    profile: StrategyProfile
    certificate: Certificate
    interval: tuple[float, float]
    confidence: float
    method: BandMethod
    gains: tuple[np.ndarray, ...]
    deviations: tuple[DeviationGain, ...]
    welfare: float
    welfare_interval: tuple[float, float]
    equilibria: tuple[Equilibrium, ...]
    complete: bool
    sensitivity: tuple[Sensitivity, ...]
    degenerate: bool
    resolution: float
    width: float
    n_questions: int
    policy: PolicyGap | None
    notes: tuple[str, ...]

    @property
    def epsilon(self) -> float:
        """The point estimate: epsilon of the profile in the empirical game."""
        return float(self.certificate.epsilon)

    def summary(self) -> tuple[str, ...]:
        """Return the findings as lines; a degenerate game says so in the first."""
        lines = []
        if self.degenerate:
            lines.append(
                "degenerate: no executor's payoff can be told apart across its controls; they "
                f"differ by at most {self.resolution:.2g} at {self.confidence:.0%} confidence, and "
                "up to that every strategy is a best reply (or more questions would tell)."
            )
        lines.append(
            f"epsilon = {self.epsilon:.3g} on {self.n_questions} questions; true epsilon between "
            f"{self.interval[0]:.3g} and {self.interval[1]:.3g} at {self.confidence:.0%} "
            f"confidence ({self.method}), in reward units of [0, 1]."
        )
        if self.deviations:
            lines.append(f"best deviation: {self.deviations[0]}.")
        if self.policy is not None:
            lines.append(f"{self.policy}.")
        lines.append(
            f"welfare {self.welfare:.3g} ({self.welfare_interval[0]:.3g} to "
            f"{self.welfare_interval[1]:.3g}), the sum of {len(self.gains)} expected rewards."
        )
        lines.append(equilibria_line(self.equilibria, self.complete))
        lines += [f"{item}." for item in self.sensitivity]
        lines.append(
            f"every gamma-equilibrium of the empirical game is a (gamma + {2 * self.width:.3g})-"
            "equilibrium of the true one, for all profiles at once."
        )
        return (*lines, *(f"note: {note}" for note in self.notes))

    def __str__(self) -> str:
        return "\n".join(self.summary())

    def _repr_html_(self) -> str:
        return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in self.summary()) + "</ul>"


def verify(
    empirical: EmpiricalGame,
    profile: StrategyProfile | Sequence[np.ndarray],
    *,
    confidence: float = 0.95,
    method: BandMethod = "bootstrap",
    played: np.ndarray | None = None,
    rng: Seed = None,
) -> Verification:
    """Return the `Verification` of `profile` on an empirical game.

    The profile is taken as given: read it off other questions than the bank's, or accept that the
    interval leaves out how it was read. The intervals of epsilon, of welfare and of the
    sensitivities hold at `confidence` each, not together.

    Parameters
    ----------
    empirical : from `llm_bridge.verification.empirical.empirical_game`
    profile : of shape (T_i, K) for each executor
    confidence : of each interval
    method : "bootstrap", or "bernstein": distribution-free and wider
    played : (Q, n, K), optional
        What a policy really plays on each of the bank's questions, where it knows more than its
        type; adds a `PolicyGap`.
    rng : of the bootstrap and the solver

    Raises
    ------
    ProfileError
        If the profile has the wrong shape for the game.
    ConfigError
        If `confidence`, `method` or `played` is wrong.

    Examples
    --------
    >>> from llm_bridge.models.controls import ControlMenu
    >>> from llm_bridge.verification.empirical import empirical_game
    >>> from llm_bridge.verification.ground_truth import draw_table, exact_bins, exact_game
    >>> from llm_bridge.models.simulated import SimulatedWorld, Skill
    >>> world, menu = SimulatedWorld((1.0,)), ControlMenu.grid([0.2, 1.0])
    >>> skills = [Skill((0.9,), (0.4,), (0.2,)), Skill((0.8,), (0.2,), (1.0,))]
    >>> table = draw_table(world, skills, menu, 300, 2, rng=0)
    >>> empirical = empirical_game(table, exact_bins(skills), rng=0)
    >>> profile = StrategyProfile.uniform(empirical.game)
    >>> report = verify(empirical, profile, rng=0)
    >>> truth = certify(exact_game(world, skills, menu), profile).epsilon
    >>> report.interval[0] <= truth <= report.interval[1], report.degenerate
    (True, False)
    """
    profile = profile if isinstance(profile, StrategyProfile) else StrategyProfile(profile)
    certificate = certify(empirical.game, profile)
    children = spawn(as_rng(rng), 6)
    priced = control_values(empirical, profile)
    interval, band = epsilon_interval(
        empirical, profile, priced=priced, confidence=confidence, method=method, rng=children[0]
    )
    gains = gains_by_executor(empirical, band)
    flat, resolution = flatness(
        empirical, priced, confidence=confidence, method=method, rng=children[1]
    )
    team = priced.earned
    total = mean_band(
        team[:, None],
        np.ones((len(team), 1), dtype=bool),
        0.0,
        float(profile.n_players),
        confidence=confidence,
        method=method,
        rng=children[2],
    )
    equilibria, complete, notes = equilibria_of(empirical.game, rng=children[3])
    return Verification(
        profile=profile,
        certificate=certificate,
        interval=interval,
        confidence=confidence,
        method=method,
        gains=gains,
        deviations=best_deviations(empirical, gains),
        welfare=float(total.estimate[0]),
        welfare_interval=(float(total.lower[0]), float(total.upper[0])),
        equilibria=equilibria,
        complete=complete,
        sensitivity=payoff_sensitivity(
            empirical, priced, confidence=confidence, method=method, rng=children[4]
        ),
        degenerate=flat,
        resolution=resolution,
        width=empirical.width,
        n_questions=empirical.n_questions,
        policy=None
        if played is None
        else policy_gap(
            empirical, profile, played, confidence=confidence, method=method, rng=children[5]
        ),
        notes=(*empirical.notes, *band_notes(empirical, band, method), *notes),
    )
