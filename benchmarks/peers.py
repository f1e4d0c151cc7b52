"""Ours beside Gambit, OpenSpiel, QuantEcon and nashpy: the same games, in one run of one process.

    python benchmarks/peers.py [--quick] [--only TASK] [--seeds N] [--json FILE]

Nothing is installed; a peer that is not importable is left out, and the run says so. Every answer,
ours and theirs, is judged by our certificate on the same game. Peers are not charged for turning
the game into a tree or a normal form (of A ** T plans); ours pays for its proof. Times are CPU
seconds of one thread on whatever else the machine is doing: only ratios within one run count. Each
call gets `--limit` CPU seconds in a child process, and each contender `--budget` seconds a row: the
games that fit count, and a peer that failed to finish twice is not asked again. Ours gets three
budgets, and where a target allows 60 seconds it gets those.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from peers_parts.cases import CASES, Case
from peers_parts.costs import growth_rows, import_rows
from peers_parts.measure import Contender, Measurement, measure, missing
from peers_parts.report import UNFINISHED, Row, Target, compared, judged, rich_table
from peers_parts.screen import consoles, tally, write

PEERS = ("pygambit", "pyspiel", "quantecon", "nashpy")


def at_least(bound: float, of: str = "ratio") -> Target:
    """Return the target ``of >= bound``."""
    return Target(of, ">=", bound)  # type: ignore[arg-type]


def at_most(bound: float, of: str = "median seconds") -> Target:
    """Return the target ``of <= bound``."""
    return Target(of, "<=", bound)  # type: ignore[arg-type]


FASTER_THAN_GAMBIT = {
    (size, f"Gambit {name}"): [at_least(1)]
    for size in ("3p 2x4", "3p 4x2", "3p 3x3", "3p 4x4", "4p 3x3")
    for name in ("gnm", "gnm, normal form", "ipa, normal form", "simpdiv", "logit")
}

TARGETS: dict[tuple[str, str, str], list[Target]] = {
    # (task, size, peer; "" for what is asked of us alone)
    ("one BNE", "8x8", "Gambit lcp float"): [at_least(5)],
    ("one BNE", "8x8", "Gambit lcp rational"): [at_least(200)],
    ("one BNE", "8x8", ""): [at_least(1, "proved")],
    ("one BNE", "16x16", ""): [at_least(0.95, "proved"), at_most(2)],
    ("one BNE", "24x24", ""): [at_least(0.5, "proved"), at_most(1e-3, "epsilon")],
    ("one BNE", "32x32", ""): [at_least(0.5, "proved"), at_most(1e-3, "epsilon")],
    ("zero-sum", "32x32", ""): [at_least(1, "proved")],
    # At most 1.3 times the seconds of HiGHS alone.
    ("zero-sum", "32x32", "HiGHS alone"): [at_least(1 / 1.3)],
    ("all pure BNE", "4x4", "Gambit enumpure"): [at_least(1000)],
    ("all pure BNE", "5x5", ""): [at_most(1)],
    ("all pure BNE", "6x6", ""): [at_most(10)],
    ("QRE branch", "5x5", "Gambit logit"): [at_least(50)],
    ("QRE branch", "8x8", ""): [at_most(1)],
    ("QRE branch", "16x16", ""): [at_most(20)],
    ("self-play step", "8x8", "OpenSpiel CFR"): [at_least(20)],
    ("self-play step", "16x16", "OpenSpiel CFR"): [at_least(300)],
    ("self-play step", "32x32", "OpenSpiel CFR"): [at_least(300)],
    # At most 1.5 times the bare products; at 8x8 a call costs more than its sums.
    ("self-play step", "16x16", "bare products"): [at_least(1 / 1.5)],
    ("self-play step", "32x32", "bare products"): [at_least(1 / 1.5)],
    ("exploitability 1e-4", "16x16", "OpenSpiel CFR+"): [at_least(100)],
    **{("n >= 3", *key): targets for key, targets in FASTER_THAN_GAMBIT.items()},
    **{("n >= 3", size, ""): [at_least(1, "proved")] for size, _ in FASTER_THAN_GAMBIT},
    ("cost growth", "step ~ (T A)^x, 2 players", ""): [at_most(2.2, "exponent")],
    ("cost growth", "private values, 3 players, ~ (T A^3)^x", ""): [at_most(1.1, "exponent")],
    ("import time", "over numpy", ""): [at_most(0.06, "seconds")],
    ("import time", "and a small solve", ""): [at_most(0.15, "seconds")],
}


class Runner:
    """Measures contenders within their limits, and remembers who had to be left out."""

    def __init__(self, limit: float, budget: float, seeds: int) -> None:
        self.limit, self.budget, self.seeds = limit, budget, seeds
        self.skipped: list[str] = []
        self.absent: dict[str, str] = {}
        self.warm: set[tuple[str, str]] = set()

    def rows(self, case: Case) -> list[Row]:
        """Return the case's rows: ours alone, then beside each peer."""
        ours = self.run(case, case.ours, len_at_most=self.seeds, patient=True)
        rows = [compared(case, ours)]
        for peer in case.peers:
            reason = self.reason(peer)
            if reason:
                self.skipped.append(f"{case.task} {case.size}, {peer.name}: {reason}")
                continue
            theirs = self.run(case, peer, len_at_most=len(ours))
            rows.append(compared(case, ours, peer, theirs))
        return rows

    def run(
        self, case: Case, contender: Contender, *, len_at_most: int, patient: bool = False
    ) -> list[Measurement]:
        """Measure game after game until the budget is spent, or two in a row do not finish."""
        self.warm_up(case, contender)
        found: list[Measurement] = []
        spent, failures = 0.0, 0
        limit = max(self.limit, case.limit) if patient else self.limit
        for seed in range(len_at_most):
            begun = time.process_time() + os.times().children_user + os.times().children_system
            found.append(measure(contender, case.draw(seed), limit))
            now = time.process_time() + os.times().children_user + os.times().children_system
            spent += now - begun
            failures = failures + 1 if found[-1].status in UNFINISHED else 0
            if spent > self.budget * (3 if patient else 1) or (failures == 2 and not patient):
                break
        return found

    def warm_up(self, case: Case, contender: Contender) -> None:
        """Import and compile in this process what all children then inherit."""
        if (case.task, contender.name) in self.warm:
            return
        self.warm.add((case.task, contender.name))
        # In a child first: a library that crashes must not take the run with it.
        if measure(contender, case.small, self.limit).status in ("done", "no answer"):
            call, read = contender.prepare(case.small)
            read(call())

    def reason(self, contender: Contender) -> str | None:
        """Return why `contender` cannot be run here, or None."""
        if contender.module not in self.absent:
            self.absent[contender.module] = missing(contender) or ""
        return self.absent[contender.module] or None


def main() -> None:
    """Measure, print the table, and write it where asked."""
    tasks = [*dict.fromkeys(case.task for case in CASES), "cost growth", "import time"]
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, three games, 3 s a call")
    parser.add_argument(
        "--only", metavar="TASK", help="tasks whose name contains this: " + "; ".join(tasks)
    )
    parser.add_argument("--size", metavar="SIZE", help="sizes that contain this, as 8x8")
    parser.add_argument("--seeds", type=int, metavar="N", help="games a row (20)")
    parser.add_argument("--limit", type=float, metavar="S", help="CPU seconds a call (20)")
    parser.add_argument("--budget", type=float, metavar="S", help="CPU seconds a peer and row (20)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write rows and run as JSON")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not hasattr(os, "fork"):
        parser.error("this system cannot fork a process; run on Linux or macOS")
    progress, console = consoles(parser)
    if options.only and not any(options.only in task for task in tasks):
        parser.error(f"--only is {options.only!r}, want part of one of: {'; '.join(tasks)}")
    quick = options.quick
    limit = options.limit or (3.0 if quick else 20.0)
    budget = options.budget or (3.0 if quick else 20.0)
    runner = Runner(limit, budget, options.seeds or (3 if quick else 20))
    began, rows = time.process_time(), []
    for case in CASES:
        wanted = (options.only or "") in case.task and (options.size or "") in case.size
        if wanted and (case.quick or not quick):
            progress.print(f"[dim]{case.task} {case.size} ...[/dim]")
            rows.extend(runner.rows(case))
    if (options.only or "") in "cost growth" and not options.size:
        rows.extend(growth_rows(quick=quick))
    if (options.only or "") in "import time" and not options.size:
        found, skipped = import_rows(PEERS)
        rows.extend(found)
        runner.skipped.extend(skipped)
    rows = [judged(row, TARGETS.get((row.task, row.size, row.peer), ())) for row in rows]
    console.print(rich_table(rows))
    for line in runner.skipped:
        console.print(f"skipped: {line}", highlight=False)
    times = os.times()
    spent = time.process_time() - began + times.children_user + times.children_system
    verdicts = [verdict for row in rows for _, verdict in row.targets]
    console.print(
        f"{tally(verdicts, 'undecided')}; {spent:.0f} CPU seconds; at most {limit:g} s a "
        f"call, {runner.seeds} games a row as far as {budget:g} s a peer go"
    )
    write(
        options.json,
        limit=limit,
        budget=budget,
        seeds=runner.seeds,
        quick=quick,
        cpu_seconds=spent,
        skipped=runner.skipped,
        rows=[row.as_json() for row in rows],
    )


if __name__ == "__main__":
    main()
