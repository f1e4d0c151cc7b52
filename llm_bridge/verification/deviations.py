"""What deviating would gain a type of an executor: estimates and simultaneous intervals.

Each gain is a mean over the questions of that type::

    d_i(t, a) = E[ r_i(a, s_-i) - r_i(s) | t_i = t ],    epsilon = max over i, t, a of d_i(t, a)

so a band that covers all of them covers epsilon between its largest lower and upper ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from econ_theory.seeding import Seed
from econ_theory.strategies import StrategyProfile
from llm_bridge.bands import FEW, LEAST, Band, BandMethod, mean_band
from llm_bridge.verification.empirical import ControlValues, EmpiricalGame, control_values

__all__ = [
    "DeviationGain",
    "PolicyGap",
    "band_notes",
    "best_deviations",
    "epsilon_interval",
    "gains_by_executor",
    "policy_gap",
]


@dataclass(frozen=True, slots=True)
class DeviationGain:
    """What the best deviation of one type of one executor gains, with its interval.

    A negative `gain` says that the best of the other controls loses that much.
    """

    executor: str
    type: str
    control: str
    gain: float
    lower: float
    upper: float
    questions: int

    def __str__(self) -> str:
        who = self.executor if self.type == "any" else f"{self.executor}, when {self.type},"
        if self.gain <= 0.0:
            return f"{who} gains nothing by any other control (at most {max(self.upper, 0.0):.2g})"
        half = max(self.upper - self.gain, self.gain - self.lower)
        return f"{who} gains {self.gain:.2g} ± {half:.2g} by {self.control}"


@dataclass(frozen=True, slots=True)
class PolicyGap:
    """How far a policy that knows more than its type is from equilibrium against fixed controls.

    `epsilon`, with `lower` and `upper`, is the most that a type gains over the policy, as played
    question by question, by one fixed control; 0 where the policy beats every such control.
    `distance` is the mean total-variation distance of that play from the profile's.
    """

    epsilon: float
    lower: float
    upper: float
    distance: float

    def __str__(self) -> str:
        return (
            f"as played question by question (on average {self.distance:.2g} away from the "
            f"profile), no type gains more than {self.epsilon:.3g} ({self.lower:.3g} to "
            f"{self.upper:.3g}) by one fixed control"
        )


def epsilon_interval(
    empirical: EmpiricalGame,
    profile: StrategyProfile,
    *,
    confidence: float = 0.95,
    method: BandMethod = "bootstrap",
    played: np.ndarray | None = None,
    priced: ControlValues | None = None,
    n_resamples: int = 999,
    rng: Seed = None,
) -> tuple[tuple[float, float], Band]:
    """Return an interval for the true epsilon of `profile`, and the band of all deviation gains.

    With `played` (Q, n, K), what each executor really plays on each question, the gains are over
    that play instead of over `profile`: of a fixed control for each type. `priced` is what
    `control_values` returns for these arguments, where it is at hand.

    The band's cells are (executor, type, control) in that order. Resampling whole questions keeps
    what the cells share; "bernstein" assumes nothing but independent questions. A type that no
    question has could gain anything up to 1, and the upper end says so.
    """
    priced = priced or control_values(empirical, profile, played)
    cells, members, bounds = [], [], []
    for i, (value, mine) in enumerate(zip(*priced, strict=True)):
        gain = value - (mine * value).sum(axis=1, keepdims=True)
        for t in range(empirical.game.n_types[i]):
            cells.append(gain)
            members.append(np.repeat(empirical.types[:, i : i + 1] == t, gain.shape[1], axis=1))
            # Playing a already with probability s leaves at most 1 - s to gain by it.
            known = np.minimum(profile.floating.rows[i][t], 1.0)
            bounds.append(1.0 - known if played is None else np.ones(known.shape))
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


def policy_gap(
    empirical: EmpiricalGame,
    profile: StrategyProfile,
    played: np.ndarray,
    *,
    confidence: float = 0.95,
    method: BandMethod = "bootstrap",
    rng: Seed = None,
) -> PolicyGap:
    """Return the `PolicyGap` of play (Q, n, K) whose share by type is `profile`.

    Raises `ConfigError` where `played` has the wrong shape or a row is no distribution.
    """
    (lower, upper), band = epsilon_interval(
        empirical, profile, confidence=confidence, method=method, played=played, rng=rng
    )
    seen = band.counts > 0
    rows = np.stack(
        [row[empirical.types[:, i]] for i, row in enumerate(profile.floating.rows)], axis=1
    )
    distance = float(np.abs(np.asarray(played) - rows).sum(axis=-1).mean() / 2)
    return PolicyGap(max(0.0, float(band.estimate[seen].max())), lower, upper, distance)


def gains_by_executor(empirical: EmpiricalGame, band: Band) -> tuple[np.ndarray, ...]:
    """Return the band of `epsilon_interval` as n arrays (T_i, K, 3): estimate, lower, upper."""
    ends = np.stack([band.estimate, band.lower, band.upper], axis=-1)
    game, start, result = empirical.game, 0, []
    for t, a in zip(game.n_types, game.n_actions, strict=True):
        result.append(ends[start : start + t * a].reshape(t, a, 3))
        start += t * a
    return tuple(result)


def best_deviations(
    empirical: EmpiricalGame, gains: tuple[np.ndarray, ...]
) -> tuple[DeviationGain, ...]:
    """Return the best deviation of every type that occurs, largest gain first.

    A control that is played for sure is no deviation. Where no other gains anything, the upper end
    is that of the control of which it is highest.
    """
    game = empirical.game
    found = []
    for i, table in enumerate(gains):
        counts = empirical.type_counts(i)
        for t in np.flatnonzero(counts):
            spread = table[t, :, 2] - table[t, :, 1]
            others = np.flatnonzero(spread > 0) if (spread > 0).any() else np.arange(len(spread))
            a = int(others[table[t, others, 0].argmax()])
            gain, lower, upper = map(float, table[t, a])
            if gain <= 0.0:
                upper = float(table[t, others, 2].max())
            found.append(
                DeviationGain(
                    game.players[i],
                    game.types[i][t],
                    game.actions[i][a],
                    gain,
                    lower,
                    upper,
                    int(counts[t]),
                )
            )
    return tuple(sorted(found, key=lambda deviation: -deviation.gain))


def band_notes(empirical: EmpiricalGame, band: Band, method: BandMethod) -> tuple[str, ...]:
    """Return, in words, what a reader should know of the gains' intervals."""
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
