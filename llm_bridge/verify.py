"""From a team's strategy profile to a certificate with confidence: the judge of the bridge.

The point estimate is `econ_theory.certify` on the empirical game. The interval is for the true
game: each deviation gain is a mean over questions::

    d_i(t, a) = E[ r_i(a, s_-i) - r_i(s) | t_i = t ],    epsilon = max over i, t, a of d_i(t, a)

so a band that covers all of them covers epsilon between its largest lower and upper ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from econ_theory import Certificate, StrategyProfile, certify
from econ_theory.seeding import Seed, as_rng, spawn
from llm_bridge.bands import FEW, LEAST, Band, BandMethod, mean_band
from llm_bridge.empirical import EmpiricalGame
from llm_bridge.equilibria import Equilibrium, equilibria_line, equilibria_of
from llm_bridge.sensitivity import Sensitivity, control_values, flatness, payoff_sensitivity

__all__ = ["DeviationGain", "Verification", "epsilon_interval", "verify"]


@dataclass(frozen=True, slots=True)
class DeviationGain:
    """What the best deviation of one type of one executor gains, with its interval."""

    executor: str
    type: str
    control: str
    gain: float
    lower: float
    upper: float
    questions: int

    def __str__(self) -> str:
        who = self.executor if self.type == "any" else f"{self.executor}, when {self.type},"
        half = max(self.upper - self.gain, self.gain - self.lower)
        if self.gain <= 0.0:
            return f"{who} gains nothing by any other control (± {half:.2g})"
        return f"{who} gains {self.gain:.2g} ± {half:.2g} by {self.control}"


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


def epsilon_interval(
    empirical: EmpiricalGame,
    profile: StrategyProfile,
    *,
    confidence: float = 0.95,
    method: BandMethod = "bootstrap",
    n_resamples: int = 999,
    rng: Seed = None,
) -> tuple[tuple[float, float], Band]:
    """Return an interval for the true epsilon of `profile`, and the band of all deviation gains.

    The band's cells are (executor, type, control) in that order. Resampling whole questions keeps
    what the cells share; "bernstein" assumes nothing but independent questions. A type that no
    question has could gain anything up to 1, and the upper end says so.
    """
    values, own = control_values(empirical, profile)
    cells, members, bounds = [], [], []
    for i, (value, mine) in enumerate(zip(values, own, strict=True)):
        gain = value - (mine * value).sum(axis=1, keepdims=True)
        for t in range(empirical.game.n_types[i]):
            cells.append(gain)
            members.append(np.repeat(empirical.types[:, i : i + 1] == t, gain.shape[1], axis=1))
            # Playing a already with probability s leaves at most 1 - s to gain by it.
            bounds.append(1.0 - np.minimum(profile.floating.rows[i][t], 1.0))
    bound = np.concatenate(bounds)
    band = mean_band(
        np.concatenate(cells, axis=1),
        np.concatenate(members, axis=1),
        -bound,
        bound,
        confidence=confidence,
        method=method,
        n_resamples=n_resamples,
        rng=rng,
    )
    return (max(0.0, float(band.lower.max())), max(0.0, float(band.upper.max()))), band


def verify(
    empirical: EmpiricalGame,
    profile: StrategyProfile | Sequence[np.ndarray],
    *,
    confidence: float = 0.95,
    method: BandMethod = "bootstrap",
    rng: Seed = None,
) -> Verification:
    """Return the `Verification` of `profile` on an empirical game.

    The intervals of epsilon, of welfare and of the sensitivities hold at `confidence` each, not
    together.

    Raises
    ------
    ProfileError
        If the profile has the wrong shape for the game.
    ConfigError
        If `confidence` is not in (0, 1) or `method` is unknown.
    """
    profile = profile if isinstance(profile, StrategyProfile) else StrategyProfile(profile)
    certificate = certify(empirical.game, profile)
    children = spawn(as_rng(rng), 5)
    interval, band = epsilon_interval(
        empirical, profile, confidence=confidence, method=method, rng=children[0]
    )
    gains = _by_executor(empirical, band)
    flat, resolution = flatness(
        empirical, profile, confidence=confidence, method=method, rng=children[1]
    )
    team = _team_payoffs(empirical, profile)
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
        deviations=_deviations(empirical, gains),
        welfare=float(total.estimate[0]),
        welfare_interval=(float(total.lower[0]), float(total.upper[0])),
        equilibria=equilibria,
        complete=complete,
        sensitivity=payoff_sensitivity(
            empirical, profile, confidence=confidence, method=method, rng=children[4]
        ),
        degenerate=flat,
        resolution=resolution,
        width=empirical.width,
        n_questions=empirical.n_questions,
        notes=(*empirical.notes, *_band_notes(empirical, band, method), *notes),
    )


def _by_executor(empirical: EmpiricalGame, band: Band) -> tuple[np.ndarray, ...]:
    ends = np.stack([band.estimate, band.lower, band.upper], axis=-1)
    game, start, result = empirical.game, 0, []
    for t, a in zip(game.n_types, game.n_actions, strict=True):
        result.append(ends[start : start + t * a].reshape(t, a, 3))
        start += t * a
    return tuple(result)


def _deviations(
    empirical: EmpiricalGame, gains: tuple[np.ndarray, ...]
) -> tuple[DeviationGain, ...]:
    game = empirical.game
    found = []
    for i, table in enumerate(gains):
        counts = empirical.type_counts(i)
        for t in np.flatnonzero(counts):
            a = int(table[t, :, 0].argmax())
            gain, lower, upper = map(float, table[t, a])
            found.append(
                DeviationGain(
                    game.players[i],
                    game.types[i][t],
                    game.actions[i][a],
                    max(gain, 0.0),
                    lower,
                    upper,
                    int(counts[t]),
                )
            )
    return tuple(sorted(found, key=lambda deviation: -deviation.gain))


def _team_payoffs(empirical: EmpiricalGame, profile: StrategyProfile) -> np.ndarray:
    values, own = control_values(empirical, profile)
    return sum((v * s).sum(axis=1) for v, s in zip(values, own, strict=True))  # type: ignore[return-value]


def _band_notes(empirical: EmpiricalGame, band: Band, method: BandMethod) -> tuple[str, ...]:
    notes = [
        f"{empirical.game.players[i]} is never {empirical.game.types[i][t]!r} on these questions: "
        "nothing bounds that type's gain below 1."
        for i in range(empirical.payoffs.shape[1])
        for t in np.flatnonzero(empirical.type_counts(i) == 0)
    ]
    if method == "bootstrap" and band.conservative.any():
        notes.append(
            f"{int(band.conservative.sum())} of {band.conservative.size} deviation gains rest on "
            f"fewer than {LEAST} questions, or on fewer than {FEW} that differ from the rest: "
            "their ends follow from the payoff range, not from the bootstrap."
        )
    return tuple(notes)
