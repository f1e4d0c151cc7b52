"""Any endpoint that speaks the OpenAI chat protocol: hosted services, vLLM, llama.cpp, Ollama."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from econ_theory.errors import require
from llm_bridge.errors import AuthError, ConfigError, ModelError
from llm_bridge.messages import Completion, Request, Usage
from llm_bridge.models.base import OnCompletion
from llm_bridge.models.pool import ask_batch

__all__ = ["OpenAICompatible"]


class OpenAICompatible:
    """A model behind an OpenAI-compatible endpoint, asked by the official client.

    `model` is the endpoint's name for it; `base_url` its address (None: the client's own default).
    The key is read from the environment variable `key_variable` at each connection and kept
    nowhere else; an endpoint on this machine needs none. `n_parallel` requests are open at a time.

    A request that fails for a passing reason (rate limit, time-out, server error, cut connection,
    empty reply) is asked again up to `max_retries` times after `wait`, `2 wait`, `4 wait` ...
    seconds, or after what the endpoint asks for; then its completion carries the `error`. A request
    that is itself refused (400, 413, 422) is not repeated. `requests_per_minute` and
    `tokens_per_minute` hold requests back; tokens are those of the replies of the last minute.
    `repeat_penalty=True` sends the repetition penalty, which not every endpoint knows.

    Raises `AuthError` if the key is missing or refused, and `ModelError` if the endpoint cannot be
    reached at all or does not know the model; replies under way are handed on before.

    >>> model = OpenAICompatible("tiny", base_url="http://127.0.0.1:8080/v1", n_parallel=2)
    >>> model.name
    'tiny'
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        key_variable: str = "OPENAI_API_KEY",
        n_parallel: int = 4,
        timeout: float = 60.0,
        max_retries: int = 3,
        wait: float = 1.0,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        repeat_penalty: bool = False,
        name: str = "",
    ) -> None:
        if n_parallel < 1:
            raise ConfigError(f"n_parallel is {n_parallel}, want at least 1; pass e.g. 4.")
        if not 0 <= max_retries <= 3:
            raise ConfigError(f"max_retries is {max_retries}, want 0 to 3; pass e.g. 3.")
        self.model = model
        self.name = name or model
        self.base_url = base_url
        self.key_variable = key_variable
        self.n_parallel = n_parallel
        self.timeout = timeout
        self.max_retries = max_retries
        self.wait = wait
        self.repeat_penalty = repeat_penalty
        self._pace = _Pace(requests_per_minute, tokens_per_minute)

    def complete(
        self, requests: Sequence[Request], *, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        """Return one completion a request, in the order of `requests`."""
        if not requests:
            return []
        stop = threading.Event()
        with self._client() as client, ThreadPoolExecutor(self.n_parallel) as pool:
            return ask_batch(
                pool.submit,
                lambda request: self._ask(client, request, stop),
                requests,
                on_completion=on_completion,
                stop=stop,
            )

    def _client(self) -> Any:
        openai = require("openai", "llm")
        key = os.environ.get(self.key_variable, "")
        if not key and not _is_local(self.base_url):
            raise AuthError(
                f"the environment variable {self.key_variable} is not set, want the endpoint's "
                f"key; set it, or name another variable with key_variable."
            )
        return openai.OpenAI(
            api_key=key or "none", base_url=self.base_url, timeout=self.timeout, max_retries=0
        )

    def _ask(self, client: Any, request: Request, stop: threading.Event) -> Completion | None:
        """Return the reply or an error completion; None if the batch was stopped before."""
        openai = require("openai", "llm")
        began = time.perf_counter()
        trouble = ""
        for attempt in range(self.max_retries + 1):
            if stop.is_set() or self._pace.enter(stop):
                return None
            pause = self.wait * 2**attempt
            try:
                reply = self._call(client, request)
                completion = _read(reply, time.perf_counter() - began)
                self._pace.spent(completion.usage)
                if not completion.error:
                    return completion
                trouble = completion.error
            except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
                # Without the cause: the client's own error holds the request with its key.
                raise AuthError(
                    f"the endpoint answered {error.status_code} to the key in "
                    f"{self.key_variable}, want a key it accepts; check the variable."
                ) from None
            except (openai.APITimeoutError, TimeoutError):
                trouble = f"no reply within {self.timeout:g} s"
            except openai.APIConnectionError as error:
                trouble = f"the connection failed ({_cause(error)})"
                if _refused(error):
                    raise ModelError(
                        f"the endpoint {self.base_url or 'of the client'} cannot be reached "
                        f"({_cause(error)}), want a server there; start it or correct base_url."
                    ) from None
            except openai.APIStatusError as error:
                trouble = f"status {error.status_code}: {_said(error)}"
                if error.status_code == 404:
                    raise ModelError(
                        f"the endpoint {self.base_url or 'of the client'} answered 404 to the "
                        f"model {self.model!r} ({_said(error)}), want a model it serves; correct "
                        f"the model or base_url."
                    ) from None
                if error.status_code in (400, 413, 422):
                    break
                pause = max(pause, _retry_after(error))
            except (openai.OpenAIError, ValueError, OSError) as error:
                trouble = f"half a reply ({type(error).__name__})"
            if attempt < self.max_retries and stop.wait(pause):
                return None
        return Completion("", Usage(), "error", None, time.perf_counter() - began, trouble)

    def _call(self, client: Any, request: Request) -> Any:
        more: dict[str, Any] = {}
        if request.stop:
            more["stop"] = list(request.stop)
        if request.logprobs:
            more["logprobs"] = True
        if self.repeat_penalty:
            more["extra_body"] = {"repeat_penalty": request.repeat_penalty}
        return client.chat.completions.create(
            model=self.model,
            messages=[{"role": m.role, "content": m.content} for m in request.messages],
            temperature=request.temperature,
            top_p=request.top_p,
            max_tokens=request.max_tokens,
            seed=request.seed % 2**31,
            **more,
        )


class _Pace:
    """Holds requests back so that the last minute stays within its requests and tokens."""

    def __init__(self, requests: int | None, tokens: int | None) -> None:
        for what, limit in (("requests_per_minute", requests), ("tokens_per_minute", tokens)):
            if limit is not None and limit < 1:
                raise ConfigError(f"{what} is {limit}, want at least 1 or None; leave it out.")
        self.requests, self.tokens = requests, tokens
        self.window = 60.0
        self._lock = threading.Lock()
        self._asked: deque[float] = deque()
        self._used: deque[tuple[float, int]] = deque()

    def enter(self, stop: threading.Event) -> bool:
        """Wait for a free place and take it; return whether `stop` came first."""
        while True:
            with self._lock:
                pause = self._pause(time.monotonic())
                if pause <= 0:
                    self._asked.append(time.monotonic())
                    return False
            if stop.wait(pause):
                return True

    def spent(self, usage: Usage) -> None:
        if self.tokens is not None:
            with self._lock:
                self._used.append((time.monotonic(), usage.prompt + usage.completion))

    def _pause(self, now: float) -> float:
        while self._asked and self._asked[0] <= now - self.window:
            self._asked.popleft()
        while self._used and self._used[0][0] <= now - self.window:
            self._used.popleft()
        if self.requests is not None and len(self._asked) >= self.requests:
            return self._asked[0] + self.window - now
        if self.tokens is not None and sum(n for _, n in self._used) >= self.tokens:
            return self._used[0][0] + self.window - now
        return 0.0


def _read(reply: Any, seconds: float) -> Completion:
    choices = getattr(reply, "choices", None)
    if not choices or choices[0].message is None:
        return Completion("", Usage(), "error", None, seconds, "the reply holds no choice")
    choice, used = choices[0], reply.usage
    details = getattr(used, "prompt_tokens_details", None)
    usage = Usage(
        getattr(used, "prompt_tokens", 0) or 0,
        getattr(details, "cached_tokens", 0) or 0,
        getattr(used, "completion_tokens", 0) or 0,
    )
    text = choice.message.content or ""
    if not text.strip():
        return Completion("", usage, "error", None, seconds, "the reply is empty")
    tokens = (choice.logprobs and choice.logprobs.content) or []
    logprob = sum(token.logprob for token in tokens) / len(tokens) if tokens else None
    finish = "length" if choice.finish_reason == "length" else "stop"
    return Completion(text, usage, finish, logprob, seconds)


def _is_local(base_url: str | None) -> bool:
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    host = urlsplit(base_url or "").hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(error: BaseException) -> bool:
    """Whether nobody listens there (as against a connection cut half-way)."""
    import socket

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, (ConnectionRefusedError, socket.gaierror)):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}"[:200]


def _said(error: Any) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message", "") or error.message)[:200]


def _retry_after(error: Any) -> float:
    try:
        return min(60.0, float(error.response.headers.get("retry-after", 0)))
    except ValueError:
        return 0.0
