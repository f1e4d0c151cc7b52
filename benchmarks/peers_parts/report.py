"""From measurements to rows: ratios, targets, and what the table says where they are missed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from .cases import Case
from .measure import Contender, Measurement
from .screen import remarks, short, table

__all__ = ["Row", "Target", "compared", "judged", "mean_of", "rich_table"]

Of = Literal["ratio", "seconds", "median seconds", "proved", "epsilon", "exponent"]


@dataclass(frozen=True)
class Target:
    """A number aimed at: `of` must be at least, or at most, `bound`."""

    of: Of
    sense: Literal[">=", "<="]
    bound: float

    def __str__(self) -> str:
        return f"{self.of} {self.sense} {self.bound:g}"

    def verdict(self, row: Row) -> str:
        """Return "met", "missed", or what can be said where the peer did not finish."""
        value = row.values.get(self.of)
        if value is None:
            return "not measured"
        met = value >= self.bound if self.sense == ">=" else value <= self.bound
        if self.of == "ratio" and row.at_least:
            words = "met" if met else "undecided"
            return f"{words}, peer did not finish: >= {value:.3g}"
        return "met" if met else f"missed ({value:.3g})"


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured of us and of one peer on the same games.

    Seconds are geometric means of CPU time; epsilons are the worst over the games, as shares of
    the payoff range. Our seconds include the proof; `ours_found` is without it. `ratio` is peer /
    ours over the games that the peer solved or ran out of time on; with `at_least`, some of the
    latter entered with the limit.
    """

    task: str
    size: str
    seeds: int
    ours_found: float | None = None
    ours_seconds: float | None = None
    ours_epsilon: float | None = None
    ours_solved: str = ""
    ours_proved: str = ""
    peer: str = ""
    peer_seconds: float | None = None
    peer_epsilon: float | None = None
    peer_solved: str = ""
    ratio: float | None = None
    at_least: bool = False
    note: str = ""
    values: dict[str, float] = field(default_factory=dict)
    targets: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def compared(
    case: Case,
    ours: Sequence[Measurement],
    peer: Contender | None = None,
    theirs: Sequence[Measurement] = (),
) -> Row:
    """Return the row of `ours` beside a peer's measurements, game by game (or of ours alone)."""
    solved = [m for m in ours if _solves(case, m)]
    seconds = [m.seconds for m in ours if m.seconds is not None]
    epsilons = [e for m in ours if (e := _epsilon(case, m)) is not None]
    row = Row(
        case.task,
        case.size,
        len(ours),
        ours_found=mean_of([m.found for m in ours if m.found is not None]),
        ours_seconds=mean_of(seconds),
        ours_epsilon=max(epsilons, default=None),
        ours_solved=f"{len(solved)}/{len(ours)}",
        ours_proved=f"{sum(m.proved for m in ours)}/{len(ours)}",
    )
    values = {}
    if seconds:
        values |= {"seconds": max(seconds), "median seconds": sorted(seconds)[len(seconds) // 2]}
        values["proved"] = sum(m.proved for m in ours) / len(ours)
    if epsilons and len(epsilons) == len(ours):
        values["epsilon"] = max(epsilons)
    if peer is None:
        return replace(row, values=values, note=_note(case, ours, ours))
    pairs = list(zip(ours, theirs, strict=False))
    timed_out = [m for m in theirs if m.status in UNFINISHED]
    ratios = [
        p.seconds / own
        for o, p in pairs
        if (own := o.seconds if peer.proves else o.found)
        and p.seconds is not None
        and (p.status in UNFINISHED or _solves(case, p))
    ]
    theirs_solved = [m for m in theirs if _solves(case, m)]
    ratio = mean_of(ratios)
    if ratio is not None:
        values["ratio"] = ratio
    return replace(
        row,
        values=values,
        peer=peer.name,
        peer_seconds=mean_of([m.seconds for m in theirs_solved if m.seconds is not None]),
        peer_epsilon=max((e for m in theirs if (e := _epsilon(case, m)) is not None), default=None),
        peer_solved=f"{len(theirs_solved)}/{len(theirs)}",
        ratio=ratio,
        at_least=bool(timed_out),
        note=_note(case, ours, theirs) or ("" if peer.proves else "ours without the proof"),
    )


UNFINISHED = ("did not finish", "did not load", "out of memory")


def judged(row: Row, targets: Sequence[Target]) -> Row:
    """Return the row with its targets and the verdict on each."""
    return replace(row, targets=tuple((str(t), t.verdict(row)) for t in targets))


def mean_of(numbers: Sequence[float]) -> float | None:
    """Return the geometric mean, or None of nothing."""
    if not numbers:
        return None
    return math.exp(sum(math.log(max(x, 1e-9)) for x in numbers) / len(numbers))


def _epsilon(case: Case, measurement: Measurement) -> float | None:
    return measurement.ex_ante if case.ex_ante else measurement.epsilon


def _solves(case: Case, measurement: Measurement) -> bool:
    epsilon = _epsilon(case, measurement)
    if case.task == "all pure BNE" and measurement.status == "no answer":
        return True  # an empty list is an answer: many games have no pure equilibrium
    return measurement.status == "done" and epsilon is not None and epsilon <= case.good


def _note(case: Case, ours: Sequence[Measurement], theirs: Sequence[Measurement]) -> str:
    words: dict[str, int] = {}
    for m in theirs:
        word = "" if _solves(case, m) else m.status
        if word == "done":
            word = "no equilibrium by our certificate"
        if word:
            words[word] = words.get(word, 0) + 1
    if case.task.startswith("all ") and case.task != "all BNE":
        differ = sum(
            o.count != p.count
            for o, p in zip(ours, theirs, strict=False)
            if _solves(case, o) and _solves(case, p)
        )
        if differ:
            words["another number of equilibria"] = differ
    if theirs and theirs[0].words:
        words[f"first game: {theirs[0].words}"] = 1
    return ", ".join(
        f"{word} ({k} of {len(theirs)})" if k > 1 else word for word, k in words.items()
    )


def rich_table(rows: Sequence[Row]) -> Any:
    """Return the rows as a rich table."""
    columns = (
        "task", "size", "games", "found s", "ours s", "eps", "solved", "proved",
        "peer", "s", "eps", "solved", "peer/ours", "targets and remarks",
    )  # fmt: skip
    title = "Ours beside the peers on the same games: CPU seconds, worst relative epsilon"
    made = table(title, columns, words=(0, 1, 8, 13))
    before = None
    for row in rows:
        if before is not None and before != (row.task, row.size):
            made.add_section()
        first = before != (row.task, row.size)
        before = (row.task, row.size)
        ours = (
            str(row.seeds),
            short(row.ours_found),
            short(row.ours_seconds),
            short(row.ours_epsilon, "{:.0e}"),
            row.ours_solved,
            row.ours_proved,
        )
        made.add_row(
            row.task if first else "",
            row.size if first else "",
            *(ours if first else ("",) * len(ours)),
            row.peer or "-",
            short(row.peer_seconds),
            short(row.peer_epsilon, "{:.0e}"),
            row.peer_solved,
            (">= " if row.at_least else "") + short(row.ratio) if row.ratio else "-",
            remarks(row.targets, row.note),
        )
    return made
