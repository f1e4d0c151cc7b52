"""Replies written beforehand: the model of tests, tutorials and dry runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from llm_bridge.errors import ModelError
from llm_bridge.messages import Completion, Request, Usage
from llm_bridge.models.base import OnCompletion

__all__ = ["Scripted"]


class Scripted:
    """A chat model whose replies are a mapping or a function of the request.

    A mapping is looked up by the last message's text. Tokens are counted as words; with
    `logprob`, requests that ask for log-probabilities get its value as their mean.

    Raises `ModelError` for a request that the script does not foresee.

    >>> from llm_bridge.messages import Message
    >>> model = Scripted({"2 + 2?": "Answer: 4"})
    >>> model.complete([Request("scripted", (Message("user", "2 + 2?"),))])[0]
    Completion(text='Answer: 4', usage=Usage(prompt=3, cached=0, completion=2), ...)
    """

    def __init__(
        self,
        replies: Mapping[str, str] | Callable[[Request], str],
        *,
        name: str = "scripted",
        logprob: Callable[[Request], float] | None = None,
    ) -> None:
        self.name = name
        self._replies = replies
        self._logprob = logprob

    def complete(
        self, requests: Sequence[Request], *, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        """Return one completion a request, in the order of `requests`."""
        completions = []
        for index, request in enumerate(requests):
            completion = self._answer(request)
            if on_completion is not None:
                on_completion(index, completion)
            completions.append(completion)
        return completions

    def _answer(self, request: Request) -> Completion:
        text = self._replies(request) if callable(self._replies) else self._look_up(request)
        words = text.split()
        finish = "stop"
        if len(words) > request.max_tokens:
            words, finish = words[: request.max_tokens], "length"
            text = " ".join(words)
        logprob = self._logprob(request) if request.logprobs and self._logprob else None
        prompt = sum(len(message.content.split()) for message in request.messages)
        return Completion(text, Usage(prompt, 0, len(words)), finish, logprob)

    def _look_up(self, request: Request) -> str:
        assert not callable(self._replies)
        asked = request.messages[-1].content if request.messages else ""
        try:
            return self._replies[asked]
        except KeyError:
            raise ModelError(
                f"the script of {self.name!r} has no reply to {asked[:80]!r}, want one for every "
                f"request; add it to the mapping or pass a function."
            ) from None
