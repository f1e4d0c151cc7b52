"""Independent tasks on any executor: every outcome kept, whatever happens to the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, as_completed
from typing import Any, TypeVar

__all__ = ["Progress", "run_tasks"]

Outcome = TypeVar("Outcome")
Progress = Callable[[int, int], None]
"""Called as ``progress(tasks ended, tasks in all)``."""


def run_tasks(
    function: Callable[..., Outcome],
    tasks: Sequence[tuple[Any, ...]],
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> tuple[dict[int, Outcome], dict[int, Exception]]:
    """Return ``function(*task)`` of every task, by its place, and the exceptions of the others.

    Parameters
    ----------
    executor : any `concurrent.futures.Executor`; None runs the tasks here, in order. A task whose
        worker died counts as failed with what the executor says of it. It is not shut down.

    Examples
    --------
    >>> outcomes, problems = run_tasks(divmod, [(7, 2), (1, 0)])
    >>> outcomes, problems
    ({0: (3, 1)}, {1: ZeroDivisionError('integer division or modulo by zero')})
    """
    outcomes: dict[int, Outcome] = {}
    problems: dict[int, Exception] = {}

    def note(place: int, get: Callable[[], Outcome]) -> None:
        try:
            outcomes[place] = get()
        except Exception as problem:
            problems[place] = problem
        if progress is not None:
            progress(len(outcomes) + len(problems), len(tasks))

    if executor is None:
        for place, task in enumerate(tasks):
            note(place, lambda task=task: function(*task))
        return outcomes, problems
    pending: dict[Future[Outcome], int] = {}
    for place, task in enumerate(tasks):
        try:
            pending[executor.submit(function, *task)] = place
        except RuntimeError as problem:  # a pool that broke while it was being filled
            problems[place] = problem
    for future in as_completed(pending):
        note(pending[future], future.result)
    return outcomes, problems
