"""The audit: run the experiments of many claims, on any executor, and collect a ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from math import isfinite
from time import process_time
from typing import Any
from zlib import crc32

import numpy as np

from econ_theory.audit.base import Claim, Finding
from econ_theory.errors import AuditError, RefusedError, SettingError
from econ_theory.parallel import Progress, run_tasks
from econ_theory.records import Record
from econ_theory.seeding import Seed, as_rng
from econ_theory.tables import table_html

__all__ = ["Ledger", "Row", "StatedClaim", "run_audit"]


@dataclass(frozen=True)
class StatedClaim(Record):
    """What a claim says, without its experiment: a ledger's file holds no more of one's own claims.

    Claims of `econ_theory.audit.CLAIMS` come back from a file as they are, unless their words have
    changed since.
    """

    id: str
    statement: str
    source: str
    hypotheses: tuple[str, ...]

    @classmethod
    def of(cls, claim: Claim) -> StatedClaim:
        """Return what `claim` says."""
        return cls(claim.id, claim.statement, claim.source, tuple(claim.hypotheses))

    def n_trials(self, quick: bool) -> int:
        """Refuse: the experiment was not kept."""
        raise RefusedError(
            f"{self.id} came from a file, which keeps no experiment, want the claim itself; pass "
            "the object that was audited."
        )

    def trial(self, rng: np.random.Generator, quick: bool) -> Any:
        """Refuse: the experiment was not kept."""
        self.n_trials(quick)

    def judge(self, results: Sequence[Any]) -> Finding:
        """Refuse: the experiment was not kept."""
        raise RefusedError(f"{self.id} came from a file, want the claim itself to judge by.")


@dataclass(frozen=True)
class Row(Record):
    """One line of the ledger: a claim, what its experiment found, and what that cost.

    ``seconds`` is processor time, summed over the trials wherever they ran.
    """

    claim: Claim
    finding: Finding
    n_trials: int
    seconds: float

    @property
    def id(self) -> str:
        """The claim's id."""
        return self.claim.id

    def _record_fields(self) -> dict[str, Any]:
        from econ_theory.audit.claims import CLAIMS

        own = {name: getattr(self, name) for name in ("finding", "n_trials", "seconds")}
        return {"claim": StatedClaim.of(self.claim), "listed": self.claim in CLAIMS, **own}

    @classmethod
    def _from_record(
        cls, claim: StatedClaim, listed: bool, finding: Finding, n_trials: int, seconds: float
    ) -> Row:
        from econ_theory.audit.claims import CLAIMS

        known = [c for c in CLAIMS if listed and claim == StatedClaim.of(c)]
        return cls(known[0] if known else claim, finding, n_trials, seconds)

    def __reduce_ex__(self, protocol: Any) -> Any:
        # A claim of the list is the same object again wherever the row is unpickled.
        fields = self._record_fields()
        if fields["listed"]:
            return self._from_record, tuple(fields.values())
        return super().__reduce_ex__(protocol)

    def record(self) -> dict[str, Any]:
        """Return the row as plain JSON values; a number that is not finite becomes None."""
        finding = self.finding
        return {
            "id": self.id,
            "verdict": finding.verdict,
            "number": _plain(finding.number),
            "interval": [_plain(end) for end in finding.interval],
            "seconds": round(self.seconds, 3),
            "statement": self.claim.statement,
            "source": self.claim.source,
            "hypotheses": list(self.claim.hypotheses),
            "quantity": finding.quantity,
            "explanation": finding.explanation,
            "counterexample": finding.counterexample,
            "trials": self.n_trials,
        }


@dataclass(frozen=True)
class Ledger(Record):
    """The rows of an audit, in the order of its claims.

    Attributes
    ----------
    rows : tuple of Row
    quick : whether the short experiments were run
    entropy : the seed that draws the same ledger again
    """

    rows: tuple[Row, ...]
    quick: bool
    entropy: int

    def __getitem__(self, id: str) -> Row:
        for row in self.rows:
            if row.id == id:
                return row
        raise KeyError(f"no claim {id!r} in this ledger; it has {[row.id for row in self.rows]}")

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def records(self) -> list[dict[str, Any]]:
        """Return each row as plain values: ``{id, verdict, number, interval, seconds, ...}``."""
        return [row.record() for row in self.rows]

    def __str__(self) -> str:
        width = max((len(row.id) for row in self.rows), default=0)
        return "\n".join(
            f"{row.id:<{width}}  {row.finding.verdict:<9}  {row.finding.number:.4g} "
            f"{row.finding.quantity}"
            for row in self.rows
        )

    def _repr_html_(self) -> str:
        return table_html(
            f"Claims ledger ({'quick' if self.quick else 'full'}, seed {self.entropy})",
            ["claim", "verdict", "number", "95 % interval", "why", "seconds"],
            [
                [
                    f"{row.id}: {row.claim.statement}",
                    row.finding.verdict,
                    f"{row.finding.number:.4g} ({row.finding.quantity})",
                    "[{:.4g}, {:.4g}]".format(*row.finding.interval),
                    row.finding.explanation,
                    f"{row.seconds:.1f}",
                ]
                for row in self.rows
            ],
        )


def run_audit(
    claims: Sequence[Claim] | None = None,
    *,
    only: str | Sequence[str] | None = None,
    quick: bool = False,
    executor: Executor | None = None,
    rng: Seed = 0,
    progress: Progress | None = None,
) -> Ledger:
    """Return the ledger of `claims` (default: all of `econ_theory.audit.CLAIMS`).

    Every trial has a generator of its own, grown from the seed, the claim's id and the trial's
    place: the ledger is the same on any executor, with any number of workers, and whichever other
    claims are run beside it.

    Parameters
    ----------
    only : one id or several; the others are not run
    quick : run the short experiments
    executor : any `concurrent.futures.Executor` (process pool, Dask's ``client.get_executor()``,
        ...); None runs the trials here, one after the other. It is not shut down.
    progress : called as ``progress(trials done, trials in all)`` after each trial

    Raises
    ------
    SettingError
        If an id in `only` is no claim's, or two claims share an id.
    AuditError
        If a trial raised or its worker died. Its ``ledger`` holds every claim that was completed.

    Examples
    --------
    >>> ledger = run_audit(only="ECON-R±", quick=True)
    >>> print(ledger)
    ECON-R±  fails      -2 payoff units a player and round, the smallest regret
    """
    if claims is None:
        from econ_theory.audit.claims import CLAIMS

        claims = CLAIMS
    chosen = _chosen(claims, only)
    generator = as_rng(rng)
    entropy = rng if isinstance(rng, int) else int(generator.integers(2**63))
    tasks = [
        (k, seed)
        for k, claim in enumerate(chosen)
        for seed in _seeds(entropy, claim.id, claim.n_trials(quick))
    ]
    outcomes, problems = run_tasks(
        _attempt,
        [(chosen[k], seed, quick) for k, seed in tasks],
        executor=executor,
        progress=progress,
    )
    rows = []
    for k, claim in enumerate(chosen):
        places = [place for place, task in enumerate(tasks) if task[0] == k]
        if any(place in problems for place in places):
            continue
        begun = process_time()
        finding = claim.judge([outcomes[place][0] for place in places])
        seconds = sum(outcomes[place][1] for place in places) + process_time() - begun
        rows.append(Row(claim, finding, len(places), seconds))
    ledger = Ledger(tuple(rows), quick, entropy)
    if problems:
        problem = next(iter(problems.values()))
        broken = list(dict.fromkeys(chosen[tasks[p][0]].id for p in problems))
        raise AuditError(
            f"{len(problems)} trials of {', '.join(broken)} did not end, the first with "
            f"{type(problem).__name__}: {problem}; the other {len(rows)} claims are in this "
            f"error's ledger, and run_audit(only={broken}, rng={entropy}) runs the rest.",
            ledger,
        ) from problem
    return ledger


def _chosen(claims: Sequence[Claim], only: str | Sequence[str] | None) -> list[Claim]:
    ids = [claim.id for claim in claims]
    if len(set(ids)) < len(ids):
        raise SettingError(f"claims have ids {ids}, want each id once; rename one of the two.")
    wanted = ids if only is None else [only] if isinstance(only, str) else list(only)
    unknown = [id for id in wanted if id not in ids]
    if unknown:
        raise SettingError(f"only names {unknown}, want ids among {ids}.")
    return [claim for claim in claims if claim.id in wanted]


def _seeds(entropy: int, id: str, n: int) -> list[np.random.SeedSequence]:
    return np.random.SeedSequence([entropy, crc32(id.encode())]).spawn(n)


def _attempt(claim: Claim, seed: np.random.SeedSequence, quick: bool) -> tuple[Any, float]:
    """Return a trial's result and its processor seconds; runs on the executor."""
    begun = process_time()
    result = claim.trial(np.random.default_rng(seed), quick)
    return result, process_time() - begun


def _plain(number: float) -> float | None:
    return float(number) if isfinite(number) else None
