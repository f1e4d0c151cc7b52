from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from llm_bridge.errors import AuthError, ConfigError, ModelError
from llm_bridge.messages import Completion, Message, Request, Usage
from llm_bridge.models.base import ChatModel
from llm_bridge.models.openai_compatible import OpenAICompatible

KEY = "sk-secret-123456"


def reply_body(text: str, **more: Any) -> dict[str, Any]:
    choice = {
        "index": 0,
        "finish_reason": more.pop("finish", "stop"),
        "message": {"role": "assistant", "content": text},
    }
    if "logprobs" in more:
        content = [{"token": "x", "logprob": v, "top_logprobs": []} for v in more.pop("logprobs")]
        choice["logprobs"] = {"content": content}
    usage = {
        "prompt_tokens": 11,
        "completion_tokens": 3,
        "total_tokens": 14,
        "prompt_tokens_details": {"cached_tokens": 8},
    }
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "tiny",
            "choices": [choice], "usage": usage, **more}  # fmt: skip


class Endpoint:
    """A real HTTP server on the loopback interface with a scripted handler."""

    def __init__(self, handle: Callable[[BaseHTTPRequestHandler, dict[str, Any], int], None]):
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        lock = threading.Lock()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with lock:
                    number = len(endpoint.bodies)
                    endpoint.bodies.append(body)
                    endpoint.keys.append(self.headers.get("authorization", ""))
                handle(self, body, number)

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *args: object) -> None:
                pass  # the client hung up on purpose

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def send(handler: BaseHTTPRequestHandler, status: int, body: Any, **headers: str) -> None:
    data = json.dumps(body).encode() if not isinstance(body, bytes) else body
    handler.send_response(status)
    handler.send_header("content-type", "application/json")
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("content-length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Endpoint]]:
    monkeypatch.setenv("TEST_KEY", KEY)
    opened: list[Endpoint] = []

    def start(handle: Any) -> Endpoint:
        opened.append(Endpoint(handle))
        return opened[-1]

    yield start
    for endpoint in opened:
        endpoint.close()


def model_at(url: str, **more: Any) -> OpenAICompatible:
    settings = {"key_variable": "TEST_KEY", "wait": 0.01, "timeout": 5.0, **more}
    return OpenAICompatible("tiny", base_url=url, **settings)


def ask(text: str = "2 + 2?", **more: Any) -> Request:
    return Request("tiny", (Message("system", "Be brief."), Message("user", text)), **more)


def error_body(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "x", "code": None}}


def test_a_request_and_its_reply_are_translated(serve) -> None:
    endpoint = serve(lambda h, b, k: send(h, 200, reply_body("Answer: 4", logprobs=[-1.0, -0.5])))
    model = model_at(endpoint.url, repeat_penalty=True)
    assert isinstance(model, ChatModel)
    request = ask(
        temperature=0.7, top_p=0.9, repeat_penalty=1.2, max_tokens=9, seed=5, stop=("\n",),
        logprobs=True,
    )  # fmt: skip
    (reply,) = model.complete([request])
    assert reply.text == "Answer: 4"
    assert reply.usage == Usage(11, 8, 3)
    assert reply.mean_logprob == -0.75
    assert reply.seconds > 0
    assert endpoint.keys == [f"Bearer {KEY}"]
    body = endpoint.bodies[0]
    assert body["messages"][1] == {"role": "user", "content": "2 + 2?"}
    wanted = {"model": "tiny", "temperature": 0.7, "top_p": 0.9, "repeat_penalty": 1.2,
              "max_tokens": 9, "seed": 5, "stop": ["\n"], "logprobs": True}  # fmt: skip
    assert {name: body[name] for name in wanted} == wanted


def test_requests_run_side_by_side_and_keep_their_order(serve) -> None:
    at_work: list[int] = []
    most_at_work = 0

    def handle(h: Any, body: Any, k: int) -> None:
        nonlocal most_at_work
        number = int(body["messages"][1]["content"])
        at_work.append(number)
        most_at_work = max(most_at_work, len(at_work))
        time.sleep(0.05 if number % 2 else 0.15)
        at_work.remove(number)  # before the reply leaves: with it in hand the client asks again
        send(h, 200, reply_body(f"Answer: {number}"))

    endpoint = serve(handle)
    seen: list[tuple[int, str, str]] = []
    replies = model_at(endpoint.url, n_parallel=3).complete(
        [ask(str(k)) for k in range(6)],
        on_completion=lambda k, c: seen.append((k, c.text, threading.current_thread().name)),
    )
    assert [r.text for r in replies] == [f"Answer: {k}" for k in range(6)]
    assert 2 <= most_at_work <= 3
    assert sorted(k for k, _, _ in seen) == list(range(6))
    assert all(text == f"Answer: {k}" and name == "MainThread" for k, text, name in seen)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_an_error_that_never_shows_the_key(serve, status: int) -> None:
    endpoint = serve(lambda h, b, k: send(h, status, error_body(f"bad key {KEY}")))
    model = model_at(endpoint.url)
    with pytest.raises(AuthError, match=rf"answered {status} to the key in TEST_KEY") as caught:
        model.complete([ask()])
    assert len(endpoint.bodies) == 1
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert KEY not in repr(model) + str(vars(model))


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    model = OpenAICompatible("m", base_url="https://example.invalid/v1", key_variable="NO_SUCH_KEY")
    with pytest.raises(AuthError, match="environment variable NO_SUCH_KEY is not set"):
        model.complete([ask()])


def test_rate_limits_are_waited_out(serve) -> None:
    def handle(h: Any, body: Any, k: int) -> None:
        if k < 2:
            send(h, 429, error_body("slow down"), retry_after="0.1")
        else:
            send(h, 200, reply_body("Answer: 4"))

    endpoint = serve(handle)
    began = time.perf_counter()
    (reply,) = model_at(endpoint.url).complete([ask()])
    assert reply.text == "Answer: 4"
    assert time.perf_counter() - began >= 0.2
    assert len(endpoint.bodies) == 3


def cut_off(h: BaseHTTPRequestHandler, body: Any, k: int) -> None:
    data = json.dumps(reply_body("Answer: 4")).encode()
    h.send_response(200)
    h.send_header("content-type", "application/json")
    h.send_header("content-length", str(len(data)))
    h.end_headers()
    h.wfile.write(data[: len(data) // 2])
    h.wfile.flush()
    h.connection.shutdown(socket.SHUT_RDWR)


FAILURES: dict[str, tuple[Callable[..., None], str]] = {
    "rate limit": (lambda h, b, k: send(h, 429, error_body("slow down")), "status 429: .*slow"),
    "server error": (lambda h, b, k: send(h, 500, error_body("on fire")), "status 500: .*fire"),
    "half a reply": (cut_off, "half a reply|connection failed"),
    "no JSON": (lambda h, b, k: send(h, 200, b'{"choices": [{"mess'), "half a reply"),
    "no choice": (lambda h, b, k: send(h, 200, {"choices": []}), "holds no choice"),
    "empty": (lambda h, b, k: send(h, 200, reply_body("  \n")), "reply is empty"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_passing_failures_end_as_counted_errors_after_retries(serve, case: str) -> None:
    handle, why = FAILURES[case]
    endpoint = serve(handle)
    (reply,) = model_at(endpoint.url, max_retries=2).complete([ask()])
    assert len(endpoint.bodies) == 3
    assert (reply.text, reply.finish) == ("", "error")
    import re

    assert re.search(why, reply.error), reply.error
    assert KEY not in reply.error


def test_a_time_out_is_an_error_reply(serve) -> None:
    endpoint = serve(lambda h, b, k: time.sleep(0.5))
    (reply,) = model_at(endpoint.url, timeout=0.1, max_retries=1).complete([ask()])
    assert "no reply within 0.1 s" in reply.error
    assert len(endpoint.bodies) == 2


def test_a_refused_request_is_not_repeated(serve) -> None:
    endpoint = serve(lambda h, b, k: send(h, 400, error_body("prompt too long")))
    (reply,) = model_at(endpoint.url).complete([ask()])
    assert "status 400" in reply.error
    assert "prompt too long" in reply.error
    assert len(endpoint.bodies) == 1


def test_an_unknown_model_is_an_error(serve) -> None:
    endpoint = serve(lambda h, b, k: send(h, 404, error_body("no such model")))
    with pytest.raises(ModelError, match=r"404 to the model 'tiny' \(no such model\), want a"):
        model_at(endpoint.url).complete([ask()])


def test_nobody_there_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        model = OpenAICompatible("tiny", base_url=url, wait=0.01)
        with pytest.raises(ModelError, match=r"cannot be reached .*start it or correct base_url"):
            model.complete([ask(), ask("3 + 3?")])


def test_replies_under_way_are_handed_on_before_the_error(serve) -> None:
    def handle(h: Any, body: Any, k: int) -> None:
        if body["messages"][1]["content"] == "bad":
            send(h, 401, error_body("no"))
        else:
            time.sleep(0.2)
            send(h, 200, reply_body("Answer: 4"))

    endpoint = serve(handle)
    kept: list[Completion] = []
    with pytest.raises(AuthError):
        model_at(endpoint.url, n_parallel=2).complete(
            [ask("slow"), ask("bad"), *[ask(str(k)) for k in range(20)]],
            on_completion=lambda k, c: kept.append(c),
        )
    assert "Answer: 4" in [c.text for c in kept]
    assert len(endpoint.bodies) < 10


@pytest.mark.parametrize(
    ("limits", "calls"), [({"requests_per_minute": 2}, 2), ({"tokens_per_minute": 20}, 2)]
)
def test_limits_per_minute_hold_requests_back(serve, limits: dict[str, int], calls: int) -> None:
    endpoint = serve(lambda h, b, k: send(h, 200, reply_body("Answer: 4")))
    model = model_at(endpoint.url, n_parallel=1, **limits)
    model._pace.window = 0.4
    began = time.perf_counter()
    assert len(model.complete([ask(str(k)) for k in range(5)])) == 5
    assert time.perf_counter() - began >= 0.4 * ((5 - 1) // calls) * 0.9


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"n_parallel": 0}, "n_parallel is 0, want at least 1"),
        ({"max_retries": 9}, "max_retries is 9, want 0 to 3"),
        ({"requests_per_minute": 0}, "requests_per_minute is 0, want at least 1"),
    ],
)
def test_senseless_settings_are_refused(settings: dict[str, int], match: str) -> None:
    with pytest.raises(ConfigError, match=match):
        OpenAICompatible("m", **settings)  # type: ignore[arg-type]
