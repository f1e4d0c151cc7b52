"""One run of whatever proposes: its proposals judged, the best kept, and when and why it ends."""

from __future__ import annotations

import time
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

__all__ = ["Status", "Trial"]


class Status(Enum):
    """How a run ended; the value is the message, and the message says what to do next."""

    CONVERGED = "the certificate is within tol"
    STEPS = "max_steps proposals were judged; raise max_steps, or start from solution.profile"
    TIME = "max_seconds passed; raise max_seconds, or start from solution.profile"
    EXHAUSTED = "the solver has no more to propose; see solution.reason, or try another solver"


class _Verdict(Protocol):
    @property
    def relative(self) -> Any: ...


P = TypeVar("P")
C = TypeVar("C", bound=_Verdict)


class Trial(Generic[P, C]):
    """The bookkeeping of a run: history, the best proposal so far, the clock and the limits.

    Parameters
    ----------
    tol : float
        Relative epsilon that is good enough.
    max_steps : int
        Most proposals judged.
    max_seconds : float or None

    Attributes
    ----------
    goal : float
        Relative epsilon at which to stop looking; `tol`, unless set to less.

    Examples
    --------
    >>> from types import SimpleNamespace as Verdict
    >>> trial = Trial(tol=1e-3, max_steps=10)
    >>> [trial.judged(name, Verdict(relative=r)) for name, r in [("a", 0.2), ("b", 1e-4)]]
    [False, True]
    >>> trial.best[0], trial.status.name
    ('b', 'CONVERGED')
    """

    def __init__(self, tol: float, max_steps: int, max_seconds: float | None = None) -> None:
        self.tol, self.goal = tol, tol
        self.max_steps, self.max_seconds = max_steps, max_seconds
        self.began = time.perf_counter()
        self.best: tuple[P, C] | None = None
        self.history: list[tuple[int, float, float]] = []
        self.status = Status.EXHAUSTED

    @property
    def seconds(self) -> float:
        """Wall time since the run began."""
        return time.perf_counter() - self.began

    def judged(self, proposal: P, certificate: C) -> bool:
        """Take a judged proposal down; return whether the run is over."""
        seconds, relative = self.seconds, certificate.relative
        self.history.append((len(self.history) + 1, seconds, relative))
        self.keep(proposal, certificate)
        if relative <= self.goal:
            return True
        if len(self.history) >= self.max_steps:
            self._stop(Status.STEPS)
            return True
        return self.late(seconds)

    def keep(self, proposal: P, certificate: C) -> None:
        """Keep a proposal if it is the best so far; it counts as no step."""
        if self.best is None or certificate.relative < self.best[1].relative:
            self.best = proposal, certificate
        if self.best[1].relative <= self.tol:
            self.status = Status.CONVERGED

    def late(self, seconds: float | None = None) -> bool:
        """Return whether time is up."""
        seconds = self.seconds if seconds is None else seconds
        over = self.max_seconds is not None and seconds >= self.max_seconds
        if over:
            self._stop(Status.TIME)
        return over

    def shortfall(self, proposer: str = "") -> str:
        """Return in words by how much the best proposal misses `tol`, and what to do."""
        assert self.best is not None
        of = f" of {proposer}" if proposer else ""
        return (
            f"relative epsilon is {self.best[1].relative:.3g} after {len(self.history)} "
            f"proposals{of}, want {self.tol:g}; {self.status.value}."
        )

    def _stop(self, status: Status) -> None:
        if self.status is not Status.CONVERGED:
            self.status = status
