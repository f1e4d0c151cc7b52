"""What a model can do here and now: accuracy, length and speed by task family, style, temperature.

A team can learn something only where its members are sometimes right; this measures it at set-up.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from llm_bridge.messages import Request
from llm_bridge.models.base import ChatModel
from llm_bridge.models.codecs import answer_messages, max_tokens, stop_strings
from llm_bridge.settings.config import RunConfig
from llm_bridge.tasks.answers import read_reply
from llm_bridge.tasks.base import Task

__all__ = ["ProbeRow", "probe_config", "probe_tasks"]


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """One family asked in one style at one temperature.

    `accuracy` has the binomial standard error `error`; `best_constant` is the accuracy that always
    giving the commonest right answer would have, and `commonest` the share of the commonest reply:
    a task on which both are high rewards guessing. `valid` is the share of readable replies,
    `tokens` the generated tokens a call, `seconds` clock time a call, and `auc` the probability
    that a right reply has a higher mean log-probability than a wrong one (nan without both).
    """

    family: str
    style: str
    temperature: float
    n: int
    accuracy: float
    error: float
    valid: float
    best_constant: float
    commonest: float
    auc: float
    tokens: float
    seconds: float

    @property
    def usable(self) -> bool:
        """Whether accuracy is between 0.2 and 0.8 and above the best constant answer."""
        return 0.2 <= self.accuracy <= 0.8 and self.accuracy > self.best_constant + self.error


def probe_tasks(
    model: ChatModel,
    tasks: Sequence[Task],
    *,
    n: int = 25,
    styles: Sequence[str] = ("direct", "examples"),
    temperatures: Sequence[float] = (0.0, 0.8),
    seed: int = 0,
    split: str = "probe",
) -> tuple[ProbeRow, ...]:
    """Return one row for each family of `tasks`, style and temperature, from `n` questions each.

    `n` is the number of questions of the task's `split`, shared out among its families.

    >>> from llm_bridge.models.scripted import Scripted
    >>> from llm_bridge.tasks.reasoning_gym import ReasoningGym
    >>> task = ReasoningGym({"chain_sum": {"max_terms": 2, "max_digits": 2}})
    >>> rows = probe_tasks(Scripted(lambda r: "Answer: 7"), [task], n=4, styles=["direct"])
    >>> [(row.family, row.temperature, row.valid, row.commonest) for row in rows]
    [('chain_sum', 0.0, 1.0, 1.0), ('chain_sum', 0.8, 1.0, 1.0)]
    """
    rows: list[ProbeRow] = []
    for task, style, temperature in product(tasks, styles, temperatures):
        questions = task.draw(split, n)
        requests = [
            Request(
                model.name,
                answer_messages(question, style=style),
                temperature=temperature,
                max_tokens=max_tokens(style, question.form),
                seed=seed + index,
                stop=stop_strings(style, question.form),
                logprobs=True,
                purpose="probe",
            )
            for index, question in enumerate(questions)
        ]
        began = time.perf_counter()
        replies = model.complete(requests)
        clock = (time.perf_counter() - began) / max(1, len(requests))
        answers = [
            read_reply(reply, form=question.form)
            for question, reply in zip(questions, replies, strict=True)
        ]
        scores = np.array(
            [
                task.score(question, answer.value) if answer.valid else 0.0
                for question, answer in zip(questions, answers, strict=True)
            ]
        )
        for family in dict.fromkeys(question.family for question in questions):
            mine = [k for k, question in enumerate(questions) if question.family == family]
            accuracy = float(scores[mine].mean())
            logprobs = np.array(
                [np.nan if (value := replies[k].mean_logprob) is None else value for k in mine]
            )
            rows.append(
                ProbeRow(
                    family=family,
                    style=style,
                    temperature=temperature,
                    n=len(mine),
                    accuracy=accuracy,
                    error=float(np.sqrt(accuracy * (1 - accuracy) / len(mine))),
                    valid=float(np.mean([answers[k].valid for k in mine])),
                    best_constant=_commonest([questions[k].answer for k in mine]),
                    commonest=_commonest([answers[k].value for k in mine]),
                    auc=_auc(logprobs, scores[mine] >= 0.5),
                    tokens=float(np.mean([replies[k].usage.completion for k in mine])),
                    seconds=clock,
                )
            )
    return tuple(rows)


def probe_config(config: RunConfig, *, n: int = 25) -> tuple[ProbeRow, ...]:
    """Return the probe of a run's own models and task, with its styles and temperatures.

    >>> from llm_bridge.settings.config import preset
    >>> {row.style for row in probe_config(preset("simulated"), n=6)}
    {'direct'}
    """
    from llm_bridge.econ import build_team

    team = build_team(config)
    models = {model.name: model for model, _ in team.executors}
    rows = [
        probe_tasks(
            model,
            [team.task],
            n=n,
            styles=config.controls.styles,
            temperatures=config.controls.temperatures,
            seed=config.seed,
        )
        for model in models.values()
    ]
    return tuple(row for part in rows for row in part)


def _commonest(values: Sequence[str]) -> float:
    return Counter(values).most_common(1)[0][1] / len(values)


def _auc(values: np.ndarray, right: np.ndarray) -> float:
    """Return P(value of a right one > value of a wrong one), ties counting one half."""
    known = ~np.isnan(values)
    high, low = values[known & right], values[known & ~right]
    if not len(high) or not len(low):
        return float("nan")
    differences = high[:, None] - low[None, :]
    return float(np.mean((differences > 0) + 0.5 * (differences == 0)))
