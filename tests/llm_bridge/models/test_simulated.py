from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from llm_bridge.errors import ConfigError, ModelError, TaskError
from llm_bridge.messages import Message, Request
from llm_bridge.models.base import ChatModel
from llm_bridge.models.codecs import (
    answer_messages,
    commitment_messages,
    strategy_messages,
)
from llm_bridge.models.controls import Control, ControlMenu
from llm_bridge.models.simulated import SimulatedModel, SimulatedWorld, Skill
from llm_bridge.tasks import extract_answer
from llm_bridge.tasks.base import Task
from llm_bridge.tasks.simulated import SimulatedTask

WORLD = SimulatedWorld((0.4, 0.6), n_wrong=2)
SKILL = Skill(
    (0.9, 0.6),
    (0.3, 0.2),
    (0.2, 1.0),
    signals=((0.8, 0.2), (0.25, 0.75)),
    invalid=0.4,
    styles=(("steps", 0.1),),
)
TASK = SimulatedTask(WORLD)
HOT = Control(1.0)
MODEL = SimulatedModel(WORLD, SKILL, name="m")


def ask(question, seed=0, control=HOT, **fields) -> Request:
    messages = answer_messages(question, style=control.style)
    return Request("m", messages, temperature=control.temperature, seed=seed, **fields)


def test_model_and_task_fit_their_protocols() -> None:
    assert isinstance(MODEL, ChatModel)
    assert isinstance(TASK, Task)


def test_outcome_probabilities_are_distributions_with_the_stated_formula() -> None:
    menu = ControlMenu.grid([0.2, 1.0, 2.0], (0.5, 1.0), ("direct", "steps"))
    table = SKILL.outcomes(menu, 2)
    assert table.shape == (2, 12, 4)
    np.testing.assert_allclose(table.sum(axis=-1), 1.0)
    k = menu.labels.index("T=1 steps")
    invalid = 0.4 * 0.5
    assert table[0, k, 3] == pytest.approx(invalid)
    fit = np.exp(-((1.0 - 0.2) ** 2) / 0.25)
    assert table[0, k, 0] == pytest.approx((1 - invalid) * (0.3 + 0.6 * fit + 0.1))


@pytest.mark.parametrize("style", ["direct", "steps"])
def test_answers_as_text_have_the_stated_frequencies(style: str) -> None:
    question = TASK.draw("train", 1)[0]
    kind = question.meta["class"]
    control = Control(0.6, style=style)
    requests = [ask(question, seed, control, logprobs=True) for seed in range(4000)]
    replies = MODEL.complete(requests)
    wanted = SKILL.outcomes([control], 2)[kind, 0]
    seen = Counter(extract_answer(reply.text).value for reply in replies)
    right = int(question.answer)
    shares = [seen[str(right + k)] / 4000 for k in range(3)] + [seen[""] / 4000]
    np.testing.assert_allclose(shares, wanted, atol=0.03)
    sure = np.mean([reply.mean_logprob == -0.5 for reply in replies])
    assert sure == pytest.approx(SKILL.signals[kind][1], abs=0.03)


def test_signal_and_answer_are_independent_given_the_class() -> None:
    question = TASK.draw("train", 1)[0]
    replies = MODEL.complete([ask(question, seed, logprobs=True) for seed in range(4000)])
    right = np.array(
        [extract_answer(r.text).value == question.answer for r in replies], dtype=float
    )
    sure = np.array([r.mean_logprob == -0.5 for r in replies], dtype=float)
    assert abs(np.corrcoef(right, sure)[0, 1]) < 0.06


def test_replies_are_a_function_of_the_request() -> None:
    requests = [ask(q, seed=s) for q in TASK.draw("test", 5) for s in range(3)]
    seen: list[tuple[int, str]] = []
    replies = MODEL.complete(requests, on_completion=lambda k, c: seen.append((k, c.text)))
    assert seen == list(enumerate(reply.text for reply in replies))
    assert [r.text for r in MODEL.complete(requests[::-1])][::-1] == [r.text for r in replies]
    assert replies[0].mean_logprob is None


def test_splits_are_disjoint_stable_and_of_the_stated_classes() -> None:
    texts = {split: [q.text for q in TASK.draw(split, 500)] for split in ("train", "test", "probe")}
    assert len({text for part in texts.values() for text in part}) == 1500
    assert texts["test"][:10] == [q.text for q in TASK.draw("test", 10)]
    classes = [q.meta["class"] for q in TASK.draw("train", 3000)]
    assert np.mean(classes) == pytest.approx(0.6, abs=0.03)


def test_the_coordinator_plans_without_the_answer_and_commits_by_vote() -> None:
    question = TASK.draw("test", 1)[0]
    plan = MODEL.complete([Request("m", strategy_messages(question))])[0].text
    assert question.answer not in plan
    asked = Request("m", commitment_messages(question, plan, ["12", "7", "7", ""]))
    assert extract_answer(MODEL.complete([asked])[0].text).value == "7"
    empty = Request("m", commitment_messages(question, "", ["", ""]))
    assert not extract_answer(MODEL.complete([empty])[0].text).valid


def test_bad_worlds_skills_and_requests_are_named() -> None:
    with pytest.raises(ConfigError, match="class_weights are"):
        SimulatedWorld((0.5, 0.6))
    with pytest.raises(ConfigError, match="n_wrong is 0"):
        SimulatedWorld((1.0,), n_wrong=0)
    with pytest.raises(ConfigError, match="one distribution over the 2 levels a class"):
        replace(SKILL, signals=((0.5, 0.6), (0.5, 0.5)))
    with pytest.raises(ConfigError, match="want one a class each"):
        replace(SKILL, floor=(0.1,))
    with pytest.raises(ConfigError, match="outside"):
        replace(SKILL, invalid=1.5)
    with pytest.raises(ConfigError, match="has 1 classes, want the world's 2"):
        SimulatedModel(WORLD, Skill((1.0,), (1.0,), (0.2,)))
    with pytest.raises(ModelError, match="draw questions from SimulatedTask"):
        MODEL.complete([Request("m", (Message("user", "hi"),))])
    with pytest.raises(TaskError, match="split is 'dev'"):
        TASK.draw("dev", 1)
