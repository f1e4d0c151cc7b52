"""The values that travel between tasks, models and the store: pure, frozen, hashable."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

__all__ = ["AnswerForm", "Completion", "Message", "Question", "Request", "Usage"]

AnswerForm = Literal["value", "text", "block"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: an id unique in its split, the text shown, its family, the expected answer.

    `meta` carries what the verifier needs and no model ever sees; `examples` are (question,
    answer) pairs of the family from no split, for prompts that show worked examples. `form` says
    how an answer is written: a plain value, a line of text that counts as it stands, or a block of
    several lines.
    """

    id: str
    text: str
    family: str
    answer: str
    meta: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    examples: tuple[tuple[str, str], ...] = field(default=(), compare=False, repr=False)
    form: AnswerForm = field(default="value", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One chat turn: a role and its text."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """One completion asked of a model: messages, sampling controls, seed.

    Two requests with equal fields are the same request: `key` is their identity in the store, so
    independent samples differ in `seed`. `purpose` only labels the ledger and is not part of it.

    >>> ask = Request("tiny", (Message("user", "2 + 2?"),), temperature=0.8, seed=1)
    >>> ask.key() == Request("tiny", (Message("user", "2 + 2?"),), temperature=0.8, seed=1).key()
    True
    """

    model: str
    messages: tuple[Message, ...]
    temperature: float = 0.0
    top_p: float = 1.0
    repeat_penalty: float = 1.0
    max_tokens: int = 64
    seed: int = 0
    stop: tuple[str, ...] = ()
    logprobs: bool = False
    purpose: str = field(default="", compare=False)

    def key(self) -> str:
        """Return the SHA-256 of the canonical JSON of every field but `purpose`."""
        fields = asdict(self)
        fields.pop("purpose")
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one completion: prompt (of which `cached` came from a cache) and generated.

    >>> Usage(10, 4, 3) + Usage(1, 0, 2)
    Usage(prompt=11, cached=4, completion=5)
    """

    prompt: int = 0
    cached: int = 0
    completion: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt + other.prompt,
            self.cached + other.cached,
            self.completion + other.completion,
        )


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's reply to one `Request`.

    `finish` is "stop", "length" or "error"; `mean_logprob` is the mean natural-log probability of
    the generated tokens where the request asked for it; `seconds` is the wall time of the call;
    `error` says why a reply is missing (then `text` is empty and it counts as INVALID).
    """

    text: str
    usage: Usage
    finish: str = "stop"
    mean_logprob: float | None = None
    seconds: float = 0.0
    error: str = ""
