"""`econ audit`: hold published claims to experiment and print the ledger."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from econ_theory.errors import AuditError, SettingError, require
from econ_theory.records.files import write_text
from llm_bridge.cli.console import EXIT_ERROR, complain, emit, err, guarded, out
from llm_bridge.cli.extras import EXTRAS, check_installed, found_version
from llm_bridge.cli.files import check_target

if TYPE_CHECKING:
    from econ_theory.audit import Claim, Ledger

__all__ = ["audit"]

COLOURS = {"holds": "green", "fails": "red", "vacuous": "yellow", "undefined": "magenta"}

MOST_WORKERS = 4
"""Processes a core; each holds a whole interpreter with its libraries."""

PATIENCE = 10
"""Seconds to wait for a scheduler."""


@guarded
def audit(
    only: Annotated[
        list[str] | None, typer.Option(help="A claim's id; repeat it for several.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Short experiments.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of anything random.")] = 0,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; default: one a core, 1 uses none.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler to run on instead.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with pictures here.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Run one experiment a published claim and print the verdicts."""
    from econ_theory.audit import run_audit

    check_target(html, ".html")
    if html is not None:
        check_installed("jinja2")
    claims = _claims(only or [])
    try:
        with _executor(workers, scheduler) as executor, _progress() as progress:
            ledger = run_audit(
                claims,
                only=only or None,
                quick=quick,
                executor=executor,
                rng=seed,
                progress=progress,
            )
    except AuditError as error:
        # What was completed is not lost; JSON is one document that holds the error as well.
        complain(error)
        _tell(error.ledger, html)
        if json_:
            emit({"error": str(error), "claims": error.ledger.records()})
        else:
            _show(error.ledger)
        raise typer.Exit(EXIT_ERROR) from None
    _tell(ledger, html)
    if json_:
        emit(ledger.records())
    else:
        _show(ledger)


def _claims(only: list[str]) -> tuple[Claim, ...]:
    """Return the claims of theory, and those of training where what trains is installed."""
    from econ_theory.audit import CLAIMS

    extra = EXTRAS["llm"]
    missing = [name for name in extra.packages.values() if found_version(name) is None]
    if not missing:
        from llm_bridge.studies.claims import TRAINING_CLAIMS

        return (*CLAIMS, *TRAINING_CLAIMS)
    words = f"claims about training need {', '.join(missing)}; run: {extra.remedy}"
    known = {claim.id for claim in CLAIMS}
    if not known.issuperset(only):
        unknown = ", ".join(id for id in only if id not in known)
        raise SettingError(f"only is {unknown}, want one of {', '.join(sorted(known))}; {words}")
    if not only:
        complain(f"left out: {words}", style="yellow")
    return CLAIMS


def _tell(ledger: Ledger, html: Path | None) -> None:
    if html is not None:
        from llm_bridge.report import render_audit

        write_text(html, render_audit(ledger))
        complain(f"wrote {html}", style="")


def _show(ledger: Ledger) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Claims ledger", title_justify="left", show_lines=True)
    for column in ("claim", "verdict", "number", "why"):
        table.add_column(column, overflow="fold")
    for row in ledger:
        finding = row.finding
        low, high = finding.interval
        spread = "" if low == high else f"\n[{low:.3g}, {high:.3g}]"
        words = finding.explanation
        if finding.counterexample:
            words += f"\nCounterexample: {finding.counterexample}"
        table.add_row(
            Text(f"{row.id}\n{row.claim.statement}"),
            Text(finding.verdict, style=COLOURS.get(finding.verdict, "")),
            Text(f"{finding.number:.4g}{spread}\n{finding.quantity}"),
            Text(words),
        )
    out.print(table, soft_wrap=False)


@contextmanager
def _executor(workers: int | None, scheduler: str | None) -> Iterator[Executor | None]:
    if scheduler is not None:
        client = _client(scheduler)
        try:
            yield client.get_executor()
        finally:
            client.close()
        return
    cores = os.cpu_count() or 1
    if (workers or 1) > MOST_WORKERS * cores:
        raise SettingError(
            f"workers is {workers}, want at most {MOST_WORKERS} a core, {MOST_WORKERS * cores} "
            "here; leave it out for one a core."
        )
    workers = workers or cores
    if workers == 1:
        yield None
        return
    # Forking a process that holds the threads of numpy's BLAS can hang.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield pool


def _client(scheduler: str) -> Any:
    distributed = require("distributed", "cluster")
    try:
        return distributed.Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        raise SettingError(
            f"scheduler is {scheduler!r}, which gave no answer in {PATIENCE} seconds ({error}), "
            "want the address of a Dask scheduler, e.g. tcp://127.0.0.1:8786."
        ) from error


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    from rich.progress import Progress

    with Progress(console=err, transient=True) as bar:
        task = bar.add_task("trials", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
