"""Self-consistency: several sampled answers of one model, the commonest one wins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from llm_bridge.baselines.base import Results, results_of
from llm_bridge.baselines.single import answer_request
from llm_bridge.errors import ConfigError
from llm_bridge.messages import AnswerForm, Completion, Question
from llm_bridge.models.base import ChatModel
from llm_bridge.tasks.answers import read_reply
from llm_bridge.tasks.base import Task
from llm_bridge.tasks.comparison import unified

__all__ = ["majority", "run_self_consistency"]


def majority(answers: Sequence[str], form: AnswerForm = "value") -> str:
    """Return the commonest of the non-empty `answers`, the earliest at a tie, "" without any.

    Answers that say the same count as one.

    >>> majority(["", "5", "4", "4.0", ""]), majority(["5", "4"]), majority([""])
    ('4', '5', '')
    """
    votes = Counter(answer for answer in unified(answers, form) if answer)
    return max(votes, key=votes.__getitem__) if votes else ""


def run_self_consistency(
    model: ChatModel,
    task: Task,
    questions: Sequence[Question],
    *,
    k: int | None = None,
    tokens_per_question: int | None = None,
    temperature: float = 0.8,
    seed: int,
    style: str = "direct",
    strategy: str = "",
) -> Results:
    """Return the results of voting over `k` samples, or over what a token budget buys.

    With `tokens_per_question` (prompt + completion) a question is sampled once, then for as long
    as another call of its own mean cost still fits; so each budget buys at least one sample.

    Source: Wang et al. 2023, "Self-consistency improves chain of thought reasoning" (ICLR).

    >>> from llm_bridge.models.scripted import Scripted
    >>> from llm_bridge.tasks.reasoning_gym import ReasoningGym
    >>> task = ReasoningGym({"products": {"max_digits": 1}})
    >>> questions = task.draw("test", 3)
    >>> right = {question.text: question.answer for question in questions}
    >>> model = Scripted(lambda r: f"Answer: {right[r.messages[-1].content] if r.seed % 3 else 0}")
    >>> run_self_consistency(model, task, questions, k=3, seed=0).accuracy
    1.0
    """
    if (k is None) == (tokens_per_question is None):
        raise ConfigError(
            f"k is {k} and tokens_per_question is {tokens_per_question}, want exactly one of "
            f"them; leave one out."
        )
    for what, count in (("k", k), ("tokens_per_question", tokens_per_question)):
        if count is not None and count < 1:
            raise ConfigError(f"{what} is {count}, want at least 1; pass a positive number.")
    replies: list[list[Completion]] = [[] for _ in questions]
    asks = [
        answer_request(model, q, seed=0, style=style, strategy=strategy, temperature=temperature)
        for q in questions
    ]

    def sample(indices: Sequence[int], n_samples: int) -> None:
        # Seeds go on from the samples a question has, so a larger k extends a smaller one.
        wanted = [(q, len(replies[q]) + nth) for nth in range(n_samples) for q in indices]
        batch = [replace(asks[q], seed=seed + nth) for q, nth in wanted]
        for (q, _), reply in zip(wanted, model.complete(batch), strict=True):
            replies[q].append(reply)

    everyone = range(len(questions))
    if k is not None:
        sample(everyone, k)
        name = f"self-consistency @{k}"
    else:
        assert tokens_per_question is not None
        sample(everyone, 1)
        while open_ := [q for q in everyone if _fits(replies[q], tokens_per_question)]:
            sample(open_, 1)
        name = f"self-consistency {tokens_per_question} tokens"
    answers = [
        majority([read_reply(r, form=question.form).value for r in row], question.form)
        for question, row in zip(questions, replies, strict=True)
    ]
    return results_of(name, task, questions, answers, replies)


def _fits(row: Sequence[Completion], budget: int) -> bool:
    spent = sum(reply.usage.prompt + reply.usage.completion for reply in row)
    return 0 < spent <= budget * len(row) / (len(row) + 1)
