from __future__ import annotations

import math

import numpy as np
import pytest

from llm_bridge.messages import Question, Request
from llm_bridge.models.scripted import Scripted
from llm_bridge.studies.probe import probe_tasks
from llm_bridge.tasks import extract_answer


class Sums:
    name = "sums"

    def draw(self, split: str, n: int) -> list[Question]:
        return [
            Question(f"{split}{k}", f"{k} + 1?", "odd" if k % 2 else "even", str(k + 1))
            for k in range(n)
        ]

    def score(self, question: Question, answer: str) -> float:
        return float(answer == question.answer)


def right_when_cold_and_even(request: Request) -> str:
    k = int(request.messages[-1].content.split()[0])
    if request.temperature > 0.5 and k % 4 == 0:
        return "no label"
    return f"Answer: {k + 1}" if k % 2 == 0 else "Answer: 7"


def test_rows_say_accuracy_guessing_and_information() -> None:
    model = Scripted(
        right_when_cold_and_even,
        logprob=lambda r: -1.0 if extract_answer(right_when_cold_and_even(r)).valid else -2.0,
    )
    rows = probe_tasks(model, [Sums()], n=16, styles=["direct"], temperatures=[0.0, 1.0])
    cold_even, cold_odd, hot_even, _ = rows
    assert (cold_even.family, cold_even.accuracy, cold_even.n) == ("even", 1.0, 8)
    assert math.isnan(cold_even.auc)
    assert not cold_even.usable
    assert (cold_odd.accuracy, cold_odd.commonest) == (0.0, 1.0)
    assert cold_odd.best_constant == pytest.approx(1 / 8)
    assert (hot_even.accuracy, hot_even.valid, hot_even.auc) == (0.5, 0.5, 1.0)
    assert hot_even.usable
    assert hot_even.error == pytest.approx(np.sqrt(0.25 / 8))
    assert [row.temperature for row in rows] == [0.0, 0.0, 1.0, 1.0]
