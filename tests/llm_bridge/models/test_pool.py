from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from llm_bridge.errors import ModelError
from llm_bridge.messages import Completion, Message, Request, Usage
from llm_bridge.models.pool import ask_batch

REQUESTS = [Request("m", (Message("user", str(k)),)) for k in range(12)]


def answer(request: Request) -> Completion:
    number = int(request.messages[0].content)
    time.sleep(0.01 * (number % 3))
    return Completion(str(number), Usage())


def test_order_is_kept_whatever_the_order_of_asking() -> None:
    with ThreadPoolExecutor(3) as pool:
        replies = ask_batch(pool.submit, answer, REQUESTS, order=list(reversed(range(12))))
    assert [r.text for r in replies] == [str(k) for k in range(12)]


def test_ctrl_c_hands_on_what_is_under_way_and_starts_no_more() -> None:
    kept: list[int] = []
    started: list[str] = []

    def slow(request: Request) -> Completion:
        started.append(request.messages[0].content)
        time.sleep(0.05 if len(started) == 1 else 0.2)
        return answer(request)

    def interrupted(index: int, completion: Completion) -> None:
        kept.append(index)
        if len(kept) == 1:
            raise KeyboardInterrupt

    stop = Event()
    with ThreadPoolExecutor(2) as pool, pytest.raises(KeyboardInterrupt):
        ask_batch(pool.submit, slow, REQUESTS, on_completion=interrupted, stop=stop)
    assert stop.is_set()
    assert len(kept) == len(started) < len(REQUESTS)


def test_a_model_error_goes_up_after_the_others_under_way() -> None:
    kept: list[str] = []

    def failing(request: Request) -> Completion:
        if request.messages[0].content == "1":
            raise ModelError("the line is cut")
        time.sleep(0.1)
        return answer(request)

    with ThreadPoolExecutor(2) as pool, pytest.raises(ModelError, match="line is cut"):
        ask_batch(pool.submit, failing, REQUESTS, on_completion=lambda k, c: kept.append(c.text))
    assert "0" in kept
    assert len(kept) < 6


def test_a_failing_receiver_stops_the_batch() -> None:
    def full(index: int, completion: Completion) -> None:
        raise OSError("disk full")

    with ThreadPoolExecutor(2) as pool, pytest.raises(OSError, match="disk full"):
        ask_batch(pool.submit, answer, REQUESTS, on_completion=full)
