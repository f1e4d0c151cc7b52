from __future__ import annotations

import pytest

from llm_bridge.errors import ModelError
from llm_bridge.messages import Message, Request, Usage
from llm_bridge.models.base import ChatModel
from llm_bridge.models.scripted import Scripted


def ask(text: str, **more) -> Request:
    return Request("scripted", (Message("system", "Be brief."), Message("user", text)), **more)


def test_replies_come_in_order_and_are_counted() -> None:
    model = Scripted(lambda r: f"Answer: {r.messages[-1].content} {r.seed}")
    assert isinstance(model, ChatModel)
    seen: list[int] = []
    replies = model.complete(
        [ask("a", seed=2), ask("b")], on_completion=lambda k, reply: seen.append(k)
    )
    assert [r.text for r in replies] == ["Answer: a 2", "Answer: b 0"]
    assert seen == [0, 1]
    assert replies[0].usage == Usage(3, 0, 3)


def test_long_replies_are_cut_and_log_probabilities_given_on_demand() -> None:
    model = Scripted({"a": "one two three"}, logprob=lambda r: -float(r.seed))
    cut, whole = model.complete([ask("a", max_tokens=2, seed=3, logprobs=True), ask("a")])
    assert (cut.text, cut.finish, cut.mean_logprob) == ("one two", "length", -3.0)
    assert (whole.text, whole.finish, whole.mean_logprob) == ("one two three", "stop", None)


def test_an_unforeseen_request_is_an_error() -> None:
    with pytest.raises(ModelError, match="script of 'scripted' has no reply to 'b'"):
        Scripted({"a": "x"}).complete([ask("b")])
