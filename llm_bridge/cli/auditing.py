"""`econ audit`: hold published claims to experiment and print the ledger."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer

from econ_theory.audit import CLAIMS, Ledger, run_audit
from econ_theory.errors import AuditError, SettingError, require
from llm_bridge.cli.console import emit, err, guarded, out
from llm_bridge.studies.claims import TRAINING_CLAIMS

__all__ = ["audit"]

COLOURS = {"holds": "green", "fails": "red", "vacuous": "yellow", "undefined": "magenta"}


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
    if html is not None and not html.parent.is_dir():
        raise SettingError(f"{html.parent} is not a folder, want one to write {html.name} in.")
    try:
        with _executor(workers, scheduler) as executor, _progress() as progress:
            ledger = run_audit(
                (*CLAIMS, *TRAINING_CLAIMS),
                only=only or None,
                quick=quick,
                executor=executor,
                rng=seed,
                progress=progress,
            )
    except AuditError as error:
        _tell(error.ledger, html, json_)
        raise
    _tell(ledger, html, json_)


def _tell(ledger: Ledger, html: Path | None, json_: bool) -> None:
    if html is not None:
        from llm_bridge.report import render_audit

        html.write_text(render_audit(ledger), encoding="utf-8")
        err.print(f"wrote {html}", markup=False)
    if json_:
        emit(ledger.records())
    else:
        _show(ledger)


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
        client = require("distributed", "cluster").Client(scheduler)
        try:
            yield client.get_executor()
        finally:
            client.close()
        return
    workers = workers or os.cpu_count() or 1
    if workers == 1:
        yield None
        return
    # Forking a process that holds the threads of numpy's BLAS can hang.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield pool


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    from rich.progress import Progress

    with Progress(console=err, transient=True) as bar:
        task = bar.add_task("trials", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
