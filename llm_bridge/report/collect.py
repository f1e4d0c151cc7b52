"""From the results of a run's stages to the plain values of a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from llm_bridge.baselines.comparison import Difference, FrontierPoint
from llm_bridge.errors import ConfigError
from llm_bridge.report.data import (
    BoundCurve,
    ComparisonView,
    EquilibriumView,
    ExecutorView,
    LearningCurve,
    RegretCurve,
    SensitivityView,
    Table,
    VerificationView,
)
from llm_bridge.verification.empirical import EmpiricalGame
from llm_bridge.verification.verdict import Equilibrium, Verification

if TYPE_CHECKING:
    from econ_theory.regret import Bound, RegretTrace

__all__ = ["comparison_view", "learning_curve", "regret_curve", "verification_view"]

POINTS = 400
LEAST_STEPS = 10
"""Fewest steps of regret for which a growth exponent is given."""

COMPARATORS = {
    "external": "the best fixed control of each type in hindsight",
    "swap": "the best map from control to control of each type",
    "dynamic": "the best reply at every step; the sum of all executors' gaps",
    "equilibrium-comparator": "the value of a named equilibrium; can be negative",
}


def learning_curve(
    records: Sequence[Mapping[str, Any]], *, stopped: str = "episodes"
) -> LearningCurve | None:
    """Return the learning curve of a trainer's records, one an update; None without any.

    >>> record = {"episodes": 8, "reward": 0.5, "components": [0.6, 0.4, 0.5], "team": 0.25,
    ...           "loss": 0.1, "alpha": 0.5, "invalid": 0.0}
    >>> learning_curve([record]).task
    (0.4,)
    """
    if not records:
        return None

    def column(key: str) -> tuple[float, ...]:
        return tuple(float(record[key]) for record in records)

    parts = np.array([record["components"] for record in records], dtype=float)
    return LearningCurve(
        episodes=tuple(int(record["episodes"]) for record in records),
        reward=column("reward"),
        alignment=tuple(parts[:, 0].tolist()),
        task=tuple(parts[:, 1].tolist()),
        contribution=tuple(parts[:, 2].tolist()),
        accuracy=column("team"),
        loss=column("loss"),
        alpha=column("alpha"),
        invalid=column("invalid"),
        stopped=stopped,
    )


def regret_curve(
    trace: RegretTrace,
    players: Sequence[str],
    *,
    bounds: Sequence[Bound] = (),
    unit: str = "update",
    comparator: str = "",
    rng: int = 0,
) -> RegretCurve:
    """Return a regret trace at up to 400 of its steps, with its exponent and its bounds checked.

    Bounds hold for each player; their sum over players is what stands beside the total. With
    fewer than 10 steps no exponent is given.

    Raises
    ------
    SettingError
        If a bound speaks of another kind of regret.
    """
    n_steps, n = trace.cumulative.shape
    at = np.unique(np.linspace(1, n_steps, min(POINTS, n_steps)).round().astype(int))
    rate = trace.rate(rng=rng) if n_steps >= LEAST_STEPS else None
    curves = []
    for bound in bounds:
        check = bound.check(trace)
        value, trivial = (
            np.sum([np.broadcast_to(of(at, i), at.shape) for i in range(n)], axis=0)
            for of in (bound.value, bound.trivial)
        )
        curves.append(
            BoundCurve(
                bound.name,
                tuple(value.tolist()),
                tuple(trivial.tolist()),
                check.verdict,
                check.informative_from,
                check.tightness,
                tuple(bound.hypotheses),
                bound.source,
            )
        )
    exponent = rate.exponent if rate and math.isfinite(rate.exponent) else None
    ends = rate.interval if rate and np.isfinite(rate.interval).all() else None
    return RegretCurve(
        kind=trace.kind,
        players=tuple(players),
        steps=tuple(at.tolist()),
        cumulative=_table(trace.cumulative[at - 1]),
        comparator=comparator or COMPARATORS.get(trace.kind, ""),
        unit=unit,
        exponent=exponent,
        exponent_interval=ends,
        bounds=tuple(curves),
    )


def comparison_view(
    ours: str,
    points: Sequence[FrontierPoint],
    differences: Sequence[Difference],
    *,
    oracles: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> ComparisonView:
    """Return a comparison in which every difference is `ours` minus a baseline.

    Differences that stand the other way round are turned; those between baselines are left out.

    Raises
    ------
    ConfigError
        If `ours` is not among the points, or no difference speaks of it.
    """
    about = [_turned(found, ours) for found in differences if ours in (found.name, found.reference)]
    if ours not in [point.name for point in points] or not about:
        raise ConfigError(
            f"the trained system is {ours!r}, want one of the methods compared: "
            f"{[point.name for point in points]}; name it as its results do."
        )
    return ComparisonView(
        ours, tuple(points), tuple(about), about[0].confidence, tuple(oracles), tuple(notes)
    )


def verification_view(verification: Verification, empirical: EmpiricalGame) -> VerificationView:
    """Return what a report shows of a verification, with the labels of its empirical game.

    Of the equilibria it keeps at most three: the nearest to the policy, and those of highest and
    of lowest welfare.
    """
    game, found = empirical.game, verification.equilibria
    welfare = [item.welfare for item in found]
    executors = tuple(
        ExecutorView(
            name=game.players[i],
            types=tuple(game.types[i]),
            questions=tuple(empirical.type_counts(i).tolist()),
            controls=tuple(game.actions[i]),
            policy=_table(verification.profile.floating.rows[i]),
            gains=tuple(_table(by_control) for by_control in verification.gains[i]),
        )
        for i in range(game.n_players)
    )
    return VerificationView(
        epsilon=verification.epsilon,
        lower=verification.interval[0],
        upper=verification.interval[1],
        relative=float(verification.certificate.relative),
        confidence=verification.confidence,
        method=verification.method,
        n_questions=verification.n_questions,
        welfare=verification.welfare,
        welfare_interval=verification.welfare_interval,
        degenerate=verification.degenerate,
        resolution=verification.resolution,
        width=verification.width,
        executors=executors,
        deviations=verification.deviations,
        equilibria=_chosen(verification),
        n_pure=sum(item.pure for item in found),
        n_mixed=sum(not item.pure for item in found),
        complete=verification.complete,
        equilibrium_welfare=(min(welfare), max(welfare)),
        sensitivity=tuple(
            SensitivityView(
                item.executor,
                tuple(np.asarray(item.means, dtype=float).tolist()),
                item.spread,
                item.lower,
                item.upper,
                item.f,
                item.df,
                item.p,
            )
            for item in verification.sensitivity
        ),
        notes=verification.notes,
    )


def _turned(found: Difference, ours: str) -> Difference:
    if found.name == ours:
        return found
    return replace(
        found,
        name=found.reference,
        reference=found.name,
        score=found.reference_score,
        reference_score=found.score,
        difference=-found.difference,
        lower=-found.upper,
        upper=-found.lower,
        tokens=found.reference_tokens,
        reference_tokens=found.tokens,
    )


def _chosen(verification: Verification) -> tuple[EquilibriumView, ...]:
    """Return the nearest equilibrium and those of extreme welfare, once each."""
    profile, found = verification.profile.floating, verification.equilibria
    distance = [profile.distance(item.profile.floating) for item in found]
    welfare = [item.welfare for item in found]
    labels: dict[int, list[str]] = {}
    if len(found) == 1:
        labels[0] = ["the one found"]
    else:
        labels.setdefault(int(np.argmin(distance)), []).append("nearest")
        labels.setdefault(int(np.argmax(welfare)), []).append("highest welfare")
        labels.setdefault(int(np.argmin(welfare)), []).append("lowest welfare")
    return tuple(_view(found[k], ", ".join(names), distance[k]) for k, names in labels.items())


def _view(item: Equilibrium, label: str, distance: float) -> EquilibriumView:
    return EquilibriumView(
        label=label,
        rows=tuple(_table(row) for row in item.profile.floating.rows),
        epsilon=item.epsilon,
        welfare=item.welfare,
        solver=item.solver,
        pure=item.pure,
        distance=float(distance),
    )


def _table(rows: np.ndarray) -> Table:
    return tuple(tuple(map(float, row)) for row in rows)
