"""One way to ask a batch side by side: replies are handed on as they come, none is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, as_completed
from threading import Event
from typing import Any

from llm_bridge.errors import ModelError
from llm_bridge.messages import Completion, Request
from llm_bridge.models.base import OnCompletion

__all__ = ["ask_batch"]


def ask_batch(
    submit: Callable[..., Future[Any]],
    answer: Callable[..., Completion | None],
    requests: Sequence[Request],
    *,
    on_completion: OnCompletion | None = None,
    stop: Event | None = None,
    order: Sequence[int] | None = None,
) -> list[Completion]:
    """Return the completions of `requests`, asked by `submit` in `order`, in their own order.

    When an answer raises `ModelError` or Ctrl-C comes, no further request is started and `stop` is
    set; what is under way is waited for and handed on, since it is paid for; then the error goes
    up. An answer of None says that it gave up because of `stop`.

    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from llm_bridge.messages import Message, Usage
    >>> with ThreadPoolExecutor(2) as pool:
    ...     replies = ask_batch(
    ...         pool.submit,
    ...         lambda request: Completion(request.messages[0].content, Usage()),
    ...         [Request("m", (Message("user", text),)) for text in "abc"],
    ...     )
    >>> [reply.text for reply in replies]
    ['a', 'b', 'c']
    """
    stop = Event() if stop is None else stop
    order = range(len(requests)) if order is None else order
    waiting = {submit(answer, requests[k]): k for k in order}
    done: list[Completion | None] = [None] * len(requests)
    failure: ModelError | None = None

    def halt() -> None:
        stop.set()
        for future in [future for future in waiting if future.cancel()]:
            del waiting[future]

    def take(future: Future[Completion | None]) -> None:
        nonlocal failure
        index = waiting.pop(future)
        try:
            completion = future.result()
        except ModelError as error:
            failure = failure or error
            halt()
            return
        if completion is not None:
            done[index] = completion
            if on_completion is not None:
                on_completion(index, completion)

    def take_all() -> None:
        for future in as_completed(list(waiting)):
            if future in waiting:
                take(future)

    try:
        take_all()
    except KeyboardInterrupt:
        halt()
        take_all()
        raise
    except BaseException:
        halt()
        raise
    if failure is not None:
        raise failure
    return [completion for completion in done if completion is not None]
