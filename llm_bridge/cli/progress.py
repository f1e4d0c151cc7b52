"""One live line a stage: how far, how many replies, how long; on standard error only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from llm_bridge.cli.console import err
from llm_bridge.messages import Completion, Request
from llm_bridge.models.ledger import Ledger

__all__ = ["Live", "stage_progress"]


class Live:
    """The line of one stage: `ledger` counts its replies, `advance` its episodes."""

    def __init__(self, progress: Progress, stage: str) -> None:
        self._progress = progress
        self._stage = stage
        self._task = progress.add_task(stage, total=None, found="")
        self.ledger = _Counting(self)
        self.total: int | None = None

    def advance(self, record: dict[str, Any]) -> None:
        """Show an update's episodes and mean reward."""
        self._progress.update(
            self._task,
            total=self.total,
            completed=record["episodes"],
            description=f"{self._stage}: reward {record['reward']:.3f}",
        )

    def counted(self, calls: int, replays: int) -> None:
        """Show how many replies were asked for and how many came from the store."""
        self._progress.update(self._task, found=f"{calls} replies, {replays} from the store")

    def finish(self) -> None:
        """Stop the line, so that what is printed next stands below it."""
        self._progress.stop()


class _Counting(Ledger):
    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live

    def record(self, request: Request, completion: Completion, *, replay: bool = False) -> None:
        super().record(request, completion, replay=replay)
        totals = self.totals()
        self._live.counted(totals.calls, totals.replays)


@contextmanager
def stage_progress(stage: str) -> Iterator[Live]:
    """Show a `Live` line for as long as the block runs."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[found]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=False) as progress:
        yield Live(progress, stage)
