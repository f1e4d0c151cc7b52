"""What a report shows, as plain values: no arrays, no models, nothing that JSON cannot hold."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from llm_bridge.baselines.comparison import Difference, FrontierPoint
from llm_bridge.errors import ConfigError
from llm_bridge.models.ledger import LedgerRow
from llm_bridge.verification.verdict import DeviationGain

__all__ = [
    "BoundCurve",
    "ComparisonView",
    "EquilibriumView",
    "ExecutorView",
    "LearningCurve",
    "ModelCard",
    "RegretCurve",
    "ReportData",
    "SensitivityView",
    "VerificationView",
]

Numbers = tuple[float, ...]
Table = tuple[Numbers, ...]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model of the run: the role it played, its name, and what else is known of it."""

    role: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """One entry an update, all of one length.

    `episodes` played so far; mean `reward` and its three parts, in [0, 1]; mean score of the
    commitment (`accuracy`) and share of unreadable answers (`invalid`), in [0, 1]; `loss`; the
    exploration temperature `alpha`. All of them on training questions, while exploring.
    """

    episodes: tuple[int, ...]
    reward: Numbers
    alignment: Numbers
    task: Numbers
    contribution: Numbers
    accuracy: Numbers
    loss: Numbers
    alpha: Numbers
    invalid: Numbers = ()
    stopped: str = "episodes"


@dataclass(frozen=True, slots=True)
class BoundCurve:
    """A bound on regret at the steps of its curve, summed over players, and what it says.

    `trivial` holds of any play at all. `verdict` is "holds", "violated" or "vacuous" (never below
    the trivial bound within the run).
    """

    name: str
    values: Numbers
    trivial: Numbers
    verdict: str
    informative_from: int | None
    tightness: float
    hypotheses: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class RegretCurve:
    """Cumulative regret of one kind at some steps, (K, n) payoff units, and how fast it grows.

    `unit` is what a step is ("update", "episode"); `comparator` says in words against what.
    """

    kind: str
    players: tuple[str, ...]
    steps: tuple[int, ...]
    cumulative: Table
    comparator: str = ""
    unit: str = "update"
    exponent: float | None = None
    exponent_interval: tuple[float, float] | None = None
    bounds: tuple[BoundCurve, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """Methods on the same held-out questions; `ours` names the trained system among them.

    Every difference is `ours` minus a baseline. `oracles` are methods that have seen the right
    answers.
    """

    ours: str
    points: tuple[FrontierPoint, ...]
    differences: tuple[Difference, ...]
    confidence: float = 0.95
    oracles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def point(self, name: str) -> FrontierPoint:
        """Return the point of a method by name."""
        return next(point for point in self.points if point.name == name)

    @property
    def ranked(self) -> tuple[Difference, ...]:
        """The differences in the order of what a reader wants to know.

        First the strongest baseline at equal tokens, then the strongest at other cost, then the
        rest, strongest first; oracles are no baselines and come last.
        """
        strongest = sorted(
            self.differences,
            key=lambda found: (found.reference in self.oracles, -found.reference_score),
        )
        fair = [found for found in strongest if found.reference not in self.oracles]
        first = [
            found
            for equal in (True, False)
            for found in [item for item in fair if item.equal_tokens is equal][:1]
        ]
        return (*first, *(found for found in strongest if found not in first))


@dataclass(frozen=True, slots=True)
class ExecutorView:
    """An executor in the empirical game: its types, how often each occurred, controls, policy.

    `policy` (T, K) holds probabilities; `gains` (T, K, 3) what always using a control would gain,
    with both ends of its interval.
    """

    name: str
    types: tuple[str, ...]
    questions: tuple[int, ...]
    controls: tuple[str, ...]
    policy: Table
    gains: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class EquilibriumView:
    """An equilibrium of the empirical game: `rows[i]` (T_i, K), relative epsilon, welfare."""

    label: str
    rows: tuple[Table, ...]
    epsilon: float
    welfare: float
    solver: str
    pure: bool
    distance: float


@dataclass(frozen=True, slots=True)
class SensitivityView:
    """An executor's expected payoff under each of its controls (K,), and the spread's interval."""

    executor: str
    means: Numbers
    spread: float
    lower: float
    upper: float
    f: float
    df: tuple[int, int]
    p: float


@dataclass(frozen=True, slots=True)
class VerificationView:
    """The certificate of the trained policy and the empirical game's equilibria beside it."""

    epsilon: float
    lower: float
    upper: float
    relative: float
    confidence: float
    method: str
    n_questions: int
    welfare: float
    welfare_interval: tuple[float, float]
    degenerate: bool
    resolution: float
    width: float
    executors: tuple[ExecutorView, ...]
    deviations: tuple[DeviationGain, ...]
    equilibria: tuple[EquilibriumView, ...]
    n_pure: int
    n_mixed: int
    complete: bool
    equilibrium_welfare: tuple[float, float]
    sensitivity: tuple[SensitivityView, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything one page shows. Parts of a run that have not been done yet are None or empty.

    Attributes
    ----------
    name : of the run
    config : the run's configuration as JSON values
    example : one question of the task and its right answer
    models : which models took part
    seconds : wall time by stage
    curve, regret, comparison, verification : the findings
    ledger : tokens and calls, a row for each purpose and model
    notes : what a reader should know before believing the rest
    commands : how to make this page again, one shell command a line
    version : of econ-theory

    Examples
    --------
    >>> data = ReportData("trial", seconds={"train": 12.5})
    >>> ReportData.from_dict(data.to_dict()) == data
    True
    >>> ReportData.from_dict({"name": "trial", "ledger": 3})
    Traceback (most recent call last):
    llm_bridge.errors.ConfigError: report data at ledger is 3, want what to_dict wrote \
(Input should be a valid tuple); run the stage that made it again.
    """

    name: str
    config: dict[str, Any] = field(default_factory=dict)
    example: tuple[str, str] | None = None
    models: tuple[ModelCard, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    curve: LearningCurve | None = None
    regret: tuple[RegretCurve, ...] = ()
    comparison: ComparisonView | None = None
    verification: VerificationView | None = None
    ledger: tuple[LedgerRow, ...] = ()
    notes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    version: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the data as JSON values; numbers that are not finite become words."""
        return _finite(_adapter().dump_python(self, mode="json"))

    @classmethod
    def from_dict(cls, data: Any) -> ReportData:
        """Return the data that `to_dict` wrote, or raise `ConfigError` naming the entry."""
        from pydantic import ValidationError

        try:
            return _adapter().validate_python(data)
        except ValidationError as error:
            first = error.errors()[0]
            raise ConfigError(
                f"report data at {'.'.join(map(str, first['loc'])) or 'its root'} is "
                f"{first['input']!r:.80}, want what to_dict wrote ({first['msg']}); run the stage "
                f"that made it again."
            ) from None


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(ReportData)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_finite(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
