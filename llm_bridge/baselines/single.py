"""One model, one call a question: the baseline every team has to beat."""

from __future__ import annotations

from collections.abc import Sequence

from llm_bridge.baselines.base import Results, results_of
from llm_bridge.messages import Question, Request
from llm_bridge.models.base import ChatModel
from llm_bridge.models.codecs import answer_messages, max_tokens, stop_strings
from llm_bridge.tasks.answers import read_reply
from llm_bridge.tasks.base import Task

__all__ = ["answer_request", "run_single"]


def answer_request(
    model: ChatModel,
    question: Question,
    *,
    seed: int,
    style: str = "direct",
    strategy: str = "",
    temperature: float = 0.0,
    purpose: str = "baseline",
) -> Request:
    """Return the request for one answer to `question` in `style`."""
    return Request(
        model.name,
        answer_messages(question, strategy=strategy, style=style),
        temperature=temperature,
        max_tokens=max_tokens(style, question.form),
        seed=seed,
        stop=stop_strings(style, question.form),
        purpose=purpose,
    )


def run_single(
    model: ChatModel,
    task: Task,
    questions: Sequence[Question],
    *,
    seed: int,
    style: str = "direct",
    strategy: str = "",
    temperature: float = 0.0,
) -> Results:
    """Return the results of asking `model` each question once, greedily by default.

    >>> from llm_bridge.models.scripted import Scripted
    >>> from llm_bridge.tasks.reasoning_gym import ReasoningGym
    >>> task = ReasoningGym({"chain_sum": {"max_terms": 2, "max_digits": 1, "min_digits": 1}})
    >>> questions = task.draw("test", 2)
    >>> script = {question.text: f"Answer: {question.answer}" for question in questions}
    >>> run_single(Scripted(script), task, questions, seed=0).accuracy
    1.0
    """
    requests = [
        answer_request(model, q, seed=seed, style=style, strategy=strategy, temperature=temperature)
        for q in questions
    ]
    replies = model.complete(requests)
    answers = [
        read_reply(reply, form=question.form).value
        for question, reply in zip(questions, replies, strict=True)
    ]
    return results_of(f"single ({style})", task, questions, answers, [[r] for r in replies])
