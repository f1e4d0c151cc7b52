"""Games of continuous types: our seconds and certified epsilon beside what peers were measured at.

    python benchmarks/auctions.py [--only NAME] [--repeats N] [--json FILE]

Ours is measured in this run: CPU seconds of one thread for `solve`, proof included, the median of
the repeats after a first run that is not counted; epsilon is the certificate's upper bound over all
types and bids, as a share of the payoff range; L2 is the root mean square distance of bids from the
closed form, of the player farthest off. The peers do not install beside this package: their
figures are data, recorded in November 2026 with one thread on a two-core machine. Their epsilons
are the true ones of what they return (best deviation in the continuous game), not what they report.
Where a range was recorded, its better end counts for the peer.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

# One thread for all, said before numpy is imported.
from peers_parts.screen import consoles, remarks, short, table, tally, write

from econ_theory import catalog, solve
from econ_theory.errors import RefusedError
from econ_theory.strategies.bids import BidProfile

PATIENCE = 60.0
"""Wall seconds given to one `solve`."""

SLOW = 2.0
"""Seconds from which a game is run once only."""

RECORDED = "recorded November 2026, two-core machine, one thread"


@dataclass(frozen=True)
class Peer:
    """What another tool was measured at on one game; None where nothing was recorded."""

    name: str
    seconds: float | None
    epsilon: float | None
    distance: float | None = None
    note: str = ""
    source: str = RECORDED


PEERS: dict[str, tuple[Peer, ...]] = {
    "first_price_2": (
        Peer("SODA 2.0", 0.07, 0.024, note="64x64; 0.07 to 2.6 s; reports 1e-4"),
        Peer("bnelearn 1.0", 165.0, 0.0056, 0.010, "batch 2^14"),
    ),
    "first_price_3": (
        Peer("SODA 2.0", None, 0.03, note="64x64; 3 to 6 % by tie rule; reports 1e-4"),
        Peer("bnelearn 1.0", 515.0, 0.0085, 0.032, "batch 2^14"),
    ),
    "first_price_10": (
        Peer("SODA 2.0", None, 0.09, note="64x64; 9 to 17 % by tie rule; reports 1e-4"),
    ),
    "first_price_unequal": (
        Peer("SODA 2.0, 64", 1.6, 0.07, note="7 % and 4.6 %; not converged"),
        Peer("SODA 2.0, 128", 17.0, 0.048, note="4.8 % and 2.3 %; not converged"),
    ),
    "package_nearest_zero": (Peer("SODA 2.0", 75.0, None, 0.017, "75 to 108 s"),),
    "package_nearest_vcg": (Peer("CA-BNE", 12.4, 3.8e-6, note="reports 5.9e-4"),),
}

FASTER, SMALLER, EPSILON, SECONDS = 100.0, 100.0, 1e-6, 1.0


@dataclass(frozen=True)
class Row:
    """One game, ours beside one peer or alone; `targets` says of each whether it is met."""

    name: str
    rules: str
    solver: str
    seconds: float
    epsilon: float
    distance: float | None
    peer: Peer | None = None
    faster: float | None = None
    smaller: float | None = None
    targets: dict[str, str] = field(default_factory=dict)


def measured(entry: Any, repeats: int) -> Row:
    """Return our row of a catalog entry; raises `RefusedError` where no solver applies."""
    spent: list[float] = []
    while True:
        begun = time.process_time()
        solution = solve(entry.game, max_seconds=PATIENCE, rng=0)
        spent.append(time.process_time() - begun)
        if len(spent) > repeats or spent[-1] > SLOW:
            break
    # The first run imports and fills caches.
    seconds = median(spent[1:] or spent)
    epsilon = float(solution.certificate.relative)
    targets = {
        f"relative <= {EPSILON:g}": verdict(EPSILON / max(epsilon, 1e-300), 1.0),
        f"under {SECONDS:g} s": verdict(SECONDS / seconds, 1.0),
    }
    rules = ", ".join(entry.game.summary)
    found = distance(entry, solution.profile)
    return Row(entry.name, rules, solution.solver, seconds, epsilon, found, targets=targets)


def beside(row: Row, peer: Peer) -> Row:
    """Return the row with a peer's recorded figures, the ratios and their verdicts."""
    faster = None if peer.seconds is None else peer.seconds / row.seconds
    smaller = None if peer.epsilon is None else peer.epsilon / max(row.epsilon, 1e-300)
    targets = {
        f">= {FASTER:g} times faster": verdict(faster, FASTER),
        f">= {SMALLER:g} times smaller epsilon": verdict(smaller, SMALLER),
    }
    own = (row.name, row.rules, row.solver, row.seconds, row.epsilon, row.distance)
    return Row(*own, peer, faster, smaller, row.targets | targets)


def verdict(ratio: float | None, wanted: float) -> str:
    """Return "met", "missed", or that the peer's figure is not known."""
    if ratio is None:
        return "not recorded"
    return "met" if ratio >= wanted else "missed"


def distance(entry: Any, profile: Any) -> float | None:
    """Return the L2 distance from the closed form, the player's whose is largest.

    None where strategies are not one bid function of the type.
    """
    import numpy as np

    known = entry.equilibrium
    if not (isinstance(profile, BidProfile) and isinstance(known, BidProfile)):
        return None
    shares = (np.arange(20_000) + 0.5) / 20_000
    largest = 0.0
    pairs = zip(profile.functions, known.functions, strict=True)
    for prior, (ours, true) in zip(entry.game.priors, pairs, strict=True):
        types = prior.ppf(shares)
        largest = max(largest, float(np.sqrt(np.nanmean((ours(types) - true(types)) ** 2))))
    return largest


def rich_table(rows: list[Row]) -> Any:
    """Return the rows as a rich table."""
    columns = (
        "game", "solver", "ours s", "eps", "L2", "peer (recorded)", "s", "eps", "L2",
        "x faster", "x eps", "targets and remarks",
    )  # fmt: skip
    title = "Ours: CPU seconds, certified relative epsilon; beside them what peers took"
    made = table(title, columns, words=(0, 1, 5, 11))
    for row in rows:
        peer = row.peer or Peer("-", None, None)
        told = [(target, word) for target, word in row.targets.items() if word != "met" or row.peer]
        made.add_row(
            row.name,
            row.solver,
            short(row.seconds),
            short(row.epsilon, "{:.0e}"),
            short(row.distance, "{:.0e}"),
            peer.name,
            short(peer.seconds),
            short(peer.epsilon, "{:.0e}"),
            short(peer.distance, "{:.0e}"),
            short(row.faster),
            short(row.smaller),
            remarks(told, peer.note),
        )
    return made


def main() -> None:
    """Measure, print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", metavar="NAME", default="", help="games whose name contains this")
    parser.add_argument("--repeats", type=int, metavar="N", default=5, help="runs that count (5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write rows and run as JSON")
    options = parser.parse_args()
    progress, console = consoles(parser)
    if options.repeats < 1:
        parser.error(f"--repeats is {options.repeats}, want at least 1")
    entries = {e.name: e for e in catalog.auctions() if options.only in e.name}
    if not entries:
        parser.error(f"--only is {options.only!r}, want part of a name of catalog.auctions()")
    order = [*(name for name in PEERS if name in entries), *(n for n in entries if n not in PEERS)]
    rows: list[Row] = []
    unsolved: dict[str, str] = {}
    for name in order:
        progress.print(f"[dim]{name} ...[/dim]")
        try:
            row = measured(entries[name], options.repeats)
        except RefusedError as refusal:
            unsolved[name] = str(refusal)
            continue
        rows += [beside(row, peer) for peer in PEERS.get(name, ())] or [row]
    console.print(rich_table(rows))
    console.print(
        f"Peers' figures are data ({RECORDED}), not measured in this run: these tools do not "
        "install beside this package. Ratios therefore compare two machines of one kind.",
        highlight=False,
    )
    if unsolved:
        console.print(f"no solver, certified only: {', '.join(unsolved)}", highlight=False)
    console.print(tally([word for row in rows for word in row.targets.values()], "not recorded"))
    write(
        options.json,
        repeats=options.repeats,
        peers=RECORDED,
        unsolved=unsolved,
        rows=[asdict(row) for row in rows],
    )


if __name__ == "__main__":
    main()
