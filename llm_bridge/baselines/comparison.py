"""Ways of answering compared on the same questions: paired differences and the cost frontier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from econ_theory.seeding import Seed, as_rng
from llm_bridge.bands import mean_band
from llm_bridge.baselines.base import Results
from llm_bridge.errors import ConfigError

__all__ = ["Difference", "FrontierPoint", "compare", "frontier", "paired_difference"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean score of `name` minus that of `reference` on the same questions, with its interval.

    `tokens` and `reference_tokens` are prompt plus completion tokens a question; `equal_tokens`
    says whether they agree within the stated tolerance: only then is it a comparison at equal cost.
    """

    name: str
    reference: str
    score: float
    reference_score: float
    difference: float
    lower: float
    upper: float
    confidence: float
    n_questions: int
    tokens: float
    reference_tokens: float
    equal_tokens: bool

    def __str__(self) -> str:
        cost = "equal tokens" if self.equal_tokens else "NOT equal tokens"
        return (
            f"{self.name} {self.score:.3f} against {self.reference} {self.reference_score:.3f}, "
            f"mean scores on the same {self.n_questions} questions: {self.difference:+.3f} "
            f"({self.lower:+.3f} to {self.upper:+.3f} at {self.confidence:.0%} confidence); "
            f"{cost}: {self.tokens:.0f} against {self.reference_tokens:.0f} a question"
        )


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """One method's accuracy, with its interval, and what a question costs it.

    Prompt tokens include the `cached` ones. `best` is true where no other method is at least as
    accurate for no more tokens, and better in one of the two.
    """

    name: str
    accuracy: float
    lower: float
    upper: float
    n_questions: int
    prompt: float
    cached: float
    completion: float
    calls: float
    invalid: int
    best: bool

    @property
    def tokens(self) -> float:
        """Prompt plus completion tokens a question."""
        return self.prompt + self.completion

    @property
    def replies(self) -> int:
        """Replies to all questions, readable or not."""
        return round(self.calls * self.n_questions)

    @property
    def unreadable(self) -> float:
        """The share of replies that could not be read."""
        return self.invalid / max(self.replies, 1)


def paired_difference(
    results: Results,
    reference: Results,
    *,
    confidence: float = 0.95,
    tolerance: float = 0.1,
    rng: Seed = None,
) -> Difference:
    """Return how much better `results` score than `reference`, question by question.

    Questions are resampled in pairs, so what makes a question hard for both cancels.

    >>> zeros, ones = [0] * 40, [1] * 40
    >>> even = Results("even", ["x"] * 40, [0.0, 1.0] * 20, ones, zeros, ones, ones, zeros)
    >>> paired_difference(even, even, rng=0).difference
    0.0

    Raises `ConfigError` if the two do not have the same number of questions.
    """
    return compare([reference, results], confidence=confidence, tolerance=tolerance, rng=rng)[0]


def compare(
    results: Sequence[Results],
    *,
    reference: int = 0,
    confidence: float = 0.95,
    tolerance: float = 0.1,
    rng: Seed = None,
) -> tuple[Difference, ...]:
    """Return the `Difference` of every method from ``results[reference]``, in order.

    All must answer the same questions in the same order. The intervals hold together at
    `confidence` (paired bootstrap of the largest studentized difference; see `mean_band` for
    methods that differ on too few questions). Tokens are equal if the dearer takes at most
    ``1 + tolerance`` times the cheaper's.

    Raises `ConfigError` for fewer than two methods or different numbers of questions.
    """
    if len(results) < 2:
        raise ConfigError(f"results has {len(results)} methods, want at least 2 to compare.")
    base = results[reference]
    others = [item for k, item in enumerate(results) if k != reference % len(results)]
    for item in others:
        if item.n_questions != base.n_questions or not base.n_questions:
            raise ConfigError(
                f"{item.name!r} has {item.n_questions} questions and {base.name!r} has "
                f"{base.n_questions}, want the same ones, at least 1; run both on one list."
            )
    gaps = np.stack([item.scores - base.scores for item in others], axis=1)
    band = mean_band(
        gaps, np.ones(gaps.shape, dtype=bool), -1.0, 1.0, confidence=confidence, rng=as_rng(rng)
    )
    result = []
    base_cost = base.tokens / base.n_questions
    for k, item in enumerate(others):
        cost = item.tokens / item.n_questions
        result.append(
            Difference(
                item.name,
                base.name,
                item.accuracy,
                base.accuracy,
                float(band.estimate[k]),
                float(band.lower[k]),
                float(band.upper[k]),
                confidence,
                base.n_questions,
                cost,
                base_cost,
                max(cost, base_cost) <= (1.0 + tolerance) * min(cost, base_cost),
            )
        )
    return tuple(result)


def frontier(
    results: Sequence[Results], *, confidence: float = 0.95, rng: Seed = None
) -> tuple[FrontierPoint, ...]:
    """Return one `FrontierPoint` a method, cheapest first; each interval holds by itself.

    Raises `ConfigError` for a method without questions.

    >>> zeros, ones = [0] * 40, [1] * 40
    >>> even = Results("even", ["x"] * 40, [0.0, 1.0] * 20, ones, zeros, ones, ones, zeros)
    >>> [(point.name, point.accuracy, point.tokens, point.best) for point in frontier([even])]
    [('even', 0.5, 2.0, True)]
    """
    generator = as_rng(rng)
    costs = [item.tokens / max(item.n_questions, 1) for item in results]
    points = []
    for item, cost in zip(results, costs, strict=True):
        q = item.n_questions
        if not q:
            raise ConfigError(f"{item.name!r} has 0 questions, want at least 1.")
        band = mean_band(
            item.scores[:, None],
            np.ones((q, 1), dtype=bool),
            0.0,
            1.0,
            confidence=confidence,
            rng=generator,
        )
        beaten = any(
            other.accuracy >= item.accuracy
            and price <= cost
            and (other.accuracy > item.accuracy or price < cost)
            for other, price in zip(results, costs, strict=True)
        )
        points.append(
            FrontierPoint(
                item.name,
                item.accuracy,
                float(band.lower[0]),
                float(band.upper[0]),
                q,
                float(item.prompt_tokens.sum() / q),
                float(item.cached_tokens.sum() / q),
                float(item.completion_tokens.sum() / q),
                float(item.calls.sum() / q),
                int(item.invalid.sum()),
                not beaten,
            )
        )
    return tuple(sorted(points, key=lambda point: point.tokens))
