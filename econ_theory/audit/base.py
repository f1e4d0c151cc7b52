"""What a claim of the ledger is: an experiment that can come out either way, and what it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, get_args, runtime_checkable

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import SettingError

__all__ = ["MEANINGS", "VERDICTS", "Claim", "Curve", "Finding", "Picture", "Verdict"]

Verdict = Literal["holds", "fails", "vacuous", "undefined", "undecided", "open"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

MEANINGS: Mapping[str, str] = {
    "holds": "no counterexample among those tried, or an identity to rounding: no proof, but an "
    "experiment that could have come out the other way did not",
    "fails": "a counterexample was found; it is shown, the smallest one",
    "vacuous": "true, but weaker than what holds of anything at all, at the size the claim is used",
    "undefined": "the statement names no quantity that could be measured, or its hypotheses are "
    "not met where it is made",
    "undecided": "what was measured leaves it open; the full experiment, or a longer one, may "
    "settle it",
    "open": "a question that its source leaves open, and so no claim: the number is our answer",
}
"""What each verdict says, in a sentence."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One line of a picture: `y` over `x`, with an optional band from `low` to `high`, all (K,).

    Points that are no path (one a game, say) are not `joined`.
    """

    name: str
    x: Array
    y: Array
    low: Array | None = None
    high: Array | None = None
    joined: bool = True

    def __post_init__(self) -> None:
        for part in ("x", "y", "low", "high"):
            values = getattr(self, part)
            if values is None:
                continue
            values = frozen(np.asarray(values, dtype=float))
            if values.ndim != 1 or len(values) != len(self.x):
                raise SettingError(
                    f"{part} of curve {self.name!r} has shape {values.shape}, want "
                    f"({len(self.x)},): one number a point."
                )
            object.__setattr__(self, part, values)

    @classmethod
    def spread(cls, name: str, x: Array, samples: Array) -> Curve:
        """Return the mean of `samples` (B, K) over `x`, with a band from least to largest.

        >>> Curve.spread("two runs", [1, 2], [[0.0, 1.0], [2.0, 3.0]]).high
        array([2., 3.])
        """
        samples = np.asarray(samples, dtype=float)
        return cls(name, x, samples.mean(axis=0), samples.min(axis=0), samples.max(axis=0))


@dataclass(frozen=True)
class Picture:
    """What to draw of a finding: curves over one pair of axes, labelled with their units.

    ``marks`` are named positions on the x axis, drawn as vertical lines.
    """

    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    x_log: bool = False
    y_log: bool = False
    marks: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """What one experiment says of its claim.

    Attributes
    ----------
    verdict : str
        One of `VERDICTS`; `MEANINGS` says what each of them does.
    number : float
        The number the verdict rests on.
    quantity : str
        What `number` is, with its unit.
    interval : (low, high)
        95 % interval of `number`; both ends equal it where nothing was drawn at random.
    explanation : str
        Why the verdict follows, in a sentence or two, written from what was measured.
    counterexample : str
        The smallest one found, in full; empty if there is none.
    picture : Picture or None
    """

    verdict: Verdict
    number: float
    quantity: str
    interval: tuple[float, float]
    explanation: str
    counterexample: str = ""
    picture: Picture | None = None

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise SettingError(f"verdict is {self.verdict!r}, want one of {VERDICTS}.")
        low, high = self.interval
        if not low <= self.number <= high:
            raise SettingError(
                f"number is {self.number} and its interval [{low}, {high}], want the number inside "
                "it; an exact number is its own interval."
            )


@runtime_checkable
class Claim(Protocol):
    """A published claim as an experiment.

    A claim is a frozen dataclass. Its fields are the settings of the experiment, among them what
    is put to the test: a test plants a violation by passing another subject, and the same code
    has to catch it. The work is split into independent trials, so that an audit can run them on
    any executor; `trial` and `judge` hold no state, and a trial's result can be pickled.

    A complete claim, that the mean of two coins is one half:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from econ_theory.audit import Claim, Finding, run_audit
    >>> @dataclass(frozen=True)
    ... class FairCoins:
    ...     heads: float = 0.5
    ...     id = "COIN"
    ...     statement = "the mean of two coins is one half"
    ...     source = "folklore"
    ...     hypotheses = ("the coins are fair",)
    ...     def n_trials(self, quick):
    ...         return 200 if quick else 2000
    ...     def trial(self, rng, quick):
    ...         return rng.binomial(2, self.heads) / 2
    ...     def judge(self, results):
    ...         mean = float(np.mean(results))
    ...         reach = 3 * float(np.std(results)) / len(results) ** 0.5
    ...         verdict = "holds" if abs(mean - 0.5) <= reach else "fails"
    ...         return Finding(verdict, mean, "mean", (mean - reach, mean + reach), "counted")
    >>> isinstance(FairCoins(), Claim)
    True
    >>> [run_audit([coins], quick=True, rng=1)["COIN"].finding.verdict
    ...  for coins in (FairCoins(), FairCoins(heads=0.8))]
    ['holds', 'fails']
    """

    @property
    def id(self) -> str:
        """Short and unique, e.g. ``"ECON-L2.2"``."""
        ...

    @property
    def statement(self) -> str:
        """What is claimed, in one sentence."""
        ...

    @property
    def source(self) -> str:
        """Who claims it, where: author, year, theorem."""
        ...

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """What the claim assumes, in words."""
        ...

    def n_trials(self, quick: bool) -> int:
        """Return how many independent trials the experiment has."""
        ...

    def trial(self, rng: np.random.Generator, quick: bool) -> Any:
        """Return the result of one trial; small, and made of plain values and arrays."""
        ...

    def judge(self, results: Sequence[Any]) -> Finding:
        """Return what the results of all trials, in order, say of the claim."""
        ...
