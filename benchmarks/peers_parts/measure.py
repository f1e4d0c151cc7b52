"""The stopwatch: one contender on one game, in a forked child that is stopped in time.

A library written in C++ does not look at Python's signals, so the parent watches the child's CPU
time and kills it. (The kernel could do that itself, but on some systems a CPU timer makes the clock
that is read here tick in hundredths of a second.) The parent has every library imported and
compiled before it forks: no contender pays for its imports, and all inherit the same process.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from typing import Any, NamedTuple

from econ_theory import BayesianGame, StrategyProfile, certify

__all__ = ["Answer", "Contender", "Measurement", "measure", "missing"]

MEMORY = 12 * 2**30
"""Bytes of address space a child may take, all it inherits included."""

WALL = 15
"""Seconds of wall time allowed for each second of CPU time, on a busy machine."""

SHORT = 0.05
"""CPU seconds below which a call is made `REPEATS` more times, and the median counts."""

REPEATS = 4

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Answer:
    """What a contender found: `profiles` to be judged by our certificate, whoever found them.

    `proved` says that ours carries an exact or an interval proof. `seconds` replaces the time of
    the whole call where only a part of it counts; `steps` divides it. `found` is the part of it
    before the proof. `words` go into the table.
    """

    profiles: Sequence[StrategyProfile]
    proved: bool = False
    seconds: float | None = None
    found: float | None = None
    steps: int = 1
    words: str = ""


class Told(NamedTuple):
    """What a child says as it goes: a state, and its CPU time then."""

    state: str
    cpu: float


Prepared = tuple[Callable[[], Any], Callable[[Any], Answer]]
"""The call that is timed, and how to read what it returns, which is not."""


@dataclass(frozen=True)
class Contender:
    """One algorithm of one library; `prepare` turns our game into the library's own, untimed.

    What is timed is repeated if it is short, unless it counts its own `steps`. `proves` is false
    for one that sets a limit to finding alone: ours beside it is without the proof.
    """

    name: str
    prepare: Callable[[BayesianGame], Prepared]
    module: str = "econ_theory"
    repeatable: bool = True
    proves: bool = True


@dataclass(frozen=True)
class Measurement:
    """How a call went: seconds of CPU time and, by our certificate, the worst relative epsilon.

    `status` is "done", "no answer", or why there is none: "did not load", "did not finish",
    "out of memory", "died", "refused: ...". `ex_ante` is epsilon averaged over own types.
    """

    status: str
    seconds: float | None = None
    epsilon: float | None = None
    ex_ante: float | None = None
    count: int = 0
    proved: bool = False
    found: float | None = None
    words: str = ""


def missing(contender: Contender) -> str | None:
    """Return why `contender` cannot be run here, or None."""
    from importlib import import_module

    try:
        import_module(contender.module)
    except ImportError as error:
        return f"{contender.module} is not importable ({error})"
    return None


def measure(contender: Contender, game: BayesianGame, limit: float) -> Measurement:
    """Return the `Measurement` of one call; it and its preparation get `limit` CPU seconds each."""
    receiver, sender = Pipe(duplex=False)
    child = os.fork()
    if child == 0:
        receiver.close()
        _in_child(contender, game, limit, sender)
    sender.close()
    last: Told | Measurement = Told("did not load", 0.0)
    deadline = time.monotonic() + 2 * WALL * limit + 60
    try:
        while not isinstance(last, Measurement) and time.monotonic() < deadline:
            if receiver.poll(0.02):
                last = pickle.loads(receiver.recv_bytes())
            elif _cpu_of(child) - last.cpu > limit and last.state != "reading":
                break
        os.kill(child, signal.SIGKILL)
    except EOFError:
        # The child has gone without an answer; how, its exit status tells.
        pass
    except BaseException:
        # Whoever interrupts this program stops the child too.
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    finally:
        receiver.close()
    _, code = os.waitpid(child, 0)
    if isinstance(last, Measurement):
        return last
    if os.WIFSIGNALED(code) and os.WTERMSIG(code) != signal.SIGKILL:
        return Measurement(f"died by signal {os.WTERMSIG(code)}")
    return Measurement(last.state, seconds=limit)


def _cpu_of(child: int) -> float:
    """Return the CPU seconds a child has used so far; 0 where the system does not tell."""
    try:
        with open(f"/proc/{child}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def _in_child(contender: Contender, game: BayesianGame, limit: float, sender: Connection) -> None:
    """Run, report and leave without the parent's exit handlers."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # Libraries warn of degenerate games; here the certificate speaks.
    warnings.simplefilter("ignore")

    def tell(what: Told | Measurement) -> None:
        sender.send_bytes(pickle.dumps(what))

    try:
        tell(Told("did not load", time.process_time()))
        call, read = contender.prepare(game)
        tell(Told("did not finish", time.process_time()))
        found, seconds = _timed(call)
        first = seconds
        if contender.repeatable and first < SHORT:
            # A fresh game each time: nothing that was worked out about it is left over.
            fresh = (BayesianGame(*game.given) for _ in range(REPEATS))
            again = [_timed(contender.prepare(copy)[0])[1] for copy in fresh]
            seconds = sorted([first, *again])[REPEATS // 2]
        tell(Told("reading", time.process_time()))
        tell(_judged(game, read(found), seconds, seconds / max(first, 1e-9)))
    except MemoryError:
        tell(Measurement("out of memory", seconds=limit))
    except Exception as error:
        words = f"{type(error).__name__}: {error}".replace("\n", " ")[:80]
        tell(Measurement(f"refused: {words}"))
    finally:
        os._exit(0)


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.process_time()
    found = call()
    return found, time.process_time() - begun


def _judged(game: BayesianGame, answer: Answer, seconds: float, share: float) -> Measurement:
    """Judge an answer; `share` is what the median call took of the first, which said `found`."""
    certificates = [certify(game, profile.floating) for profile in answer.profiles]
    ranges = [game.payoff_range(i) or 1.0 for i in range(game.n_players)]
    ex_ante = [
        max(gain / size for gain, size in zip(c.ex_ante_gains, ranges, strict=True))
        for c in certificates
    ]
    seconds = seconds if answer.seconds is None else answer.seconds
    return Measurement(
        status="done" if certificates else "no answer",
        seconds=seconds / answer.steps,
        epsilon=max((float(c.relative) for c in certificates), default=None),
        ex_ante=max(map(float, ex_ante), default=None),
        count=len(certificates),
        proved=answer.proved,
        found=None if answer.found is None else answer.found * share,
        words=answer.words,
    )
