"""The one thing a language model has to do here: answer a batch of requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from llm_bridge.messages import Completion, Request

__all__ = ["ChatModel", "OnCompletion"]

OnCompletion = Callable[[int, Completion], None]


@runtime_checkable
class ChatModel(Protocol):
    """A batch of requests in, their completions out, in the same order.

    Concurrency is the model's business: threads, slots or a GPU batch stay behind this call.
    `on_completion(index, completion)` is called once for every request as soon as its reply is
    there (in any order, from the calling thread), so that a reply is on disk before the batch ends.

    A complete plug-in:

    >>> from llm_bridge.messages import Completion, Message, Request, Usage
    >>> class Echo:
    ...     name = "echo"
    ...     def complete(self, requests, *, on_completion=None):
    ...         replies = [Completion(r.messages[-1].content, Usage(1, 0, 1)) for r in requests]
    ...         for index, reply in enumerate(replies):
    ...             if on_completion is not None:
    ...                 on_completion(index, reply)
    ...         return replies
    >>> isinstance(Echo(), ChatModel)
    True
    >>> Echo().complete([Request("echo", (Message("user", "hi"),))])[0].text
    'hi'
    """

    @property
    def name(self) -> str:
        """The name that requests for this model carry."""
        ...

    def complete(
        self, requests: Sequence[Request], *, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        """Return one completion a request, in the order of `requests`."""
        ...
