"""llama.cpp inside this process: the embedded default, offline and repeatable.

A slot is a server of its own with one sequence. Slots that share a batch would change each other's
rounding and so, now and then, a sampled token; alone, a request's text depends on nothing but the
request: not on order, company, prompt cache or threads (measured on x86-64 with the default model).
On a CPU separate slots are also the faster way: two slots of one thread answered twice as many
requests as one slot, four sequences in one batch no more than one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from econ_theory.errors import require
from llm_bridge.errors import ConfigError, ModelError
from llm_bridge.messages import Completion, Message, Request, Usage
from llm_bridge.models.base import OnCompletion
from llm_bridge.models.pool import ask_batch
from llm_bridge.models.weights import WEIGHTS, Weights, weights_path

__all__ = ["LlamaCpp"]


class LlamaCpp:
    """A GGUF model run by llama.cpp in this process, answering `n_slots` requests at a time.

    `model` is a name of `llm_bridge.models.weights.WEIGHTS` (fetched if it is not there), an entry
    of your own, or the path of a GGUF file. `n_slots` defaults to the number of cores, at most 2;
    `n_threads` are the threads of one slot: leave it at 1 where cores are shared. `n_ctx` is the
    longest prompt plus reply in tokens; `n_gpu_layers` layers run on a GPU that the runtime knows.
    `chat=False` tells a base model without a chat template, which gets the turns as plain text.

    Temperature 0 is greedy; top-k and min-p cuts are off, so that `temperature` and `top_p` act
    alone. `mean_logprob` is of the model's own distribution, before temperature and cuts.

    The weights are read at the first request; `close` (or `with`) frees them. Raises
    `WeightsError` for a model that cannot be found, `ModelError` for one that cannot be loaded.
    A prompt that is too long is a completion with an `error`.

    Source: llama.cpp (Gerganov and contributors), through the xllamacpp bindings.

    >>> with LlamaCpp("smollm2-135m-instruct") as model:             # doctest: +SKIP
    ...     ask = Request(model.name, (Message("user", "What is 2 + 2?"),), max_tokens=8)
    ...     model.complete([ask])[0].text
    """

    def __init__(
        self,
        model: str | Path | Weights = "smollm2-135m-instruct",
        *,
        n_threads: int = 1,
        n_slots: int | None = None,
        n_ctx: int = 2048,
        n_gpu_layers: int = 0,
        chat: bool | None = None,
        name: str = "",
        accept_terms: bool = False,
    ) -> None:
        n_slots = min(2, os.cpu_count() or 1) if n_slots is None else n_slots
        for what, count in (("n_threads", n_threads), ("n_slots", n_slots), ("n_ctx", n_ctx)):
            if count < 1:
                raise ConfigError(f"{what} is {count}, want at least 1; pass a positive number.")
        entry = model if isinstance(model, Weights) else WEIGHTS.get(str(model))
        self.path = weights_path(model, accept_terms=accept_terms)
        self.name = name or (entry.name if entry else self.path.stem)
        self.chat = chat if chat is not None else (entry.chat if entry else True)
        self.n_threads, self.n_slots, self.n_ctx = n_threads, n_slots, n_ctx
        self.n_gpu_layers = n_gpu_layers
        self._slots: list[_Slot] = []

    def __enter__(self) -> LlamaCpp:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the slots and free the weights; a later request starts them again."""
        for slot in self._slots:
            slot.worker.shutdown(wait=True, cancel_futures=True)
        # A server ends when its last reference goes.
        self._slots = []

    def complete(
        self, requests: Sequence[Request], *, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        """Return one completion a request, in the order of `requests`."""
        if not requests:
            return []
        # Neighbours that share the start of their prompts share a slot's prompt cache.
        order = sorted(range(len(requests)), key=lambda k: _turns(requests[k]))
        lanes = _Lanes(self._start(), [requests[k].messages for k in order])
        return ask_batch(
            lanes.submit, self._answer, requests, on_completion=on_completion, order=order
        )

    def _start(self) -> list[_Slot]:
        while len(self._slots) < self.n_slots:
            self._slots.append(_Slot(self._server(), ThreadPoolExecutor(1, "llama")))
        return self._slots

    def _server(self) -> Any:
        runtime = require("xllamacpp", "llm")
        params = runtime.CommonParams()
        params.model.path = str(self.path)
        params.n_parallel = 1
        params.n_ctx = self.n_ctx
        params.n_gpu_layers = self.n_gpu_layers
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = self.n_threads
        params.cache_ram_mib = 0
        params.verbosity = -1
        try:
            return runtime.Server(params)
        except Exception as error:
            raise ModelError(
                f"the model {self.path} could not be loaded ({error}), want a whole GGUF file that "
                f"this llama.cpp knows and {self.n_ctx} tokens of memory; check the file or lower "
                f"n_ctx."
            ) from error

    def _answer(self, server: Any, request: Request) -> Completion:
        began = time.perf_counter()
        if self.chat:
            turns = [{"role": m.role, "content": m.content} for m in request.messages]
            reply = _call(server.handle_chat_completions, request, messages=turns)
        else:
            prompt = _plain_text(request.messages)
            reply = _call(server.handle_completions, request, prompt=prompt)
        return _read(reply, time.perf_counter() - began)


class _Slot(NamedTuple):
    """A server of one sequence, and the one thread that speaks to it."""

    server: Any
    worker: ThreadPoolExecutor


class _Lanes:
    """Sends each request to a slot; equal prompts to the same, so that one reads it once."""

    def __init__(self, slots: Sequence[_Slot], prompts: Sequence[tuple[Message, ...]]) -> None:
        self.slots = slots
        distinct = list(dict.fromkeys(prompts))
        # Few prompts would leave slots idle: then requests just take turns.
        scarce = len(distinct) < 2 * len(slots)
        self.lane = {} if scarce else {prompt: k for k, prompt in enumerate(distinct)}
        self.turn = 0

    def submit(
        self, answer: Callable[[Any, Request], Completion], request: Request
    ) -> Future[Completion]:
        """Start `answer` on the request's slot."""
        self.turn += 1
        slot = self.slots[self.lane.get(request.messages, self.turn) % len(self.slots)]
        return slot.worker.submit(answer, slot.server, request)


def _call(handle: Callable[[dict[str, Any]], Any], request: Request, **prompt: Any) -> Any:
    body = {
        **prompt,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "repeat_penalty": request.repeat_penalty,
        "top_k": 0,
        "min_p": 0.0,
        "seed": request.seed % (2**32 - 1),  # the last value would mean a random seed
        "stop": list(request.stop),
        "cache_prompt": True,
    }
    if request.logprobs:
        body["logprobs"] = True if "messages" in prompt else 1
    try:
        return handle(body)
    except Exception as error:
        return {"error": {"message": f"{type(error).__name__}: {error}"}}


def _turns(request: Request) -> list[str]:
    return [message.content for message in request.messages]


def _plain_text(messages: Sequence[Message]) -> str:
    """Return the turns as a text to go on with, for a model that knows no chat."""
    shown = {"system": "{}\n\n", "user": "Question: {}\n", "assistant": "{}\n\n"}
    return "".join(shown[message.role].format(message.content) for message in messages)


def _read(reply: Any, seconds: float) -> Completion:
    if not isinstance(reply, dict) or not reply.get("choices"):
        trouble = reply.get("error", {}) if isinstance(reply, dict) else {}
        why = str(trouble.get("message", "")) or f"the runtime answered {str(reply)[:200]}"
        return Completion("", Usage(), "error", None, seconds, why)
    choice = reply["choices"][0]
    text = choice["message"]["content"] if "message" in choice else choice["text"]
    used = reply.get("usage", {})
    cached = (used.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    tokens = (choice.get("logprobs") or {}).get("content") or []
    values = [token["logprob"] for token in tokens if token.get("logprob") is not None]
    return Completion(
        text or "",
        Usage(used.get("prompt_tokens", 0), cached, used.get("completion_tokens", 0)),
        "length" if choice.get("finish_reason") == "length" else "stop",
        sum(values) / len(values) if values else None,
        seconds,
    )
