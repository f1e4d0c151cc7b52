"""What a run played, in plain words: generated from its configuration, for a reader who is new."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from llm_bridge.bank.signals import SignalBins
from llm_bridge.models.controls import ControlMenu
from llm_bridge.report.data import ReportData
from llm_bridge.report.wording import listed
from llm_bridge.settings.config import (
    LlamaCppConfig,
    OpenAIConfig,
    ReasoningGymConfig,
    RunConfig,
)

__all__ = ["Line", "headline", "what_was_played"]

STYLES = {
    "direct": "“direct” asks for one line with the answer",
    "examples": "“examples” shows questions of the same kind with their answers first",
    "steps": "“steps” asks for a few lines of reasoning first",
}
RULES = {
    "vote": "the answer that most executors gave",
    "weighted_vote": "the answer with most weight, each executor's weight learned in training",
    "verifier_best": "the answer that the task's verifier scores highest",
    "llm": "what the coordinator writes after reading all answers",
}
TERMS = (
    "alignment (its answer is like the commitment)",
    "task score (its own answer is right)",
    "contribution (the commitment scores better with it than without)",
)
MOST_SHOWN = 300
"""Letters of a question or an answer."""


class Line(NamedTuple):
    """One entry of the box: a word of the report and what it means in this run."""

    term: str
    words: str


def headline(data: ReportData) -> str:
    """Return the title of a report: who played, and which run it was.

    >>> from llm_bridge.settings.config import preset
    >>> headline(ReportData("demo", config=preset("demo").model_dump(mode="json")))
    'A team of 3 language models (smollm2-135m-instruct), trained with ECON: run “demo”'
    >>> headline(ReportData("demo"))
    'Run “demo”'
    """
    config = _config(data)
    if config is None:
        return f"Run “{data.name}”"
    names = Counter(_model(executor.model)[0] for executor in config.executors)
    kinds = {executor.model.kind for executor in config.executors}
    n = len(config.executors)
    what = "simulated model" if kinds == {"simulated"} else "language model"
    who = f"A team of {n} {what}s" if n > 1 else f"One {what}"
    return f"{who} ({', '.join(names)}), trained with ECON: run “{data.name}”"


def what_was_played(data: ReportData) -> tuple[Line, ...]:
    """Return what the report's words mean in this run, six lines; none without a configuration.

    >>> from llm_bridge.settings.config import preset
    >>> lines = what_was_played(ReportData("x", config=preset("simulated").model_dump(mode="json")))
    >>> [line.term for line in lines]
    ['Task', 'Executors', 'Signal', 'Control', 'Coordinator, commitment', 'Reward, ε']
    >>> lines[3].words
    'what an executor chooses, by its type: one of 3 ways of asking its model: temperature 0.1, \
0.7 or 1.3 (low: nearly always the likeliest words; high: varied); “direct” asks for one line with \
the answer. ECON (Yi et al. 2025) trains a small network for each executor to choose well; the \
models stay as they are.'
    """
    config = _config(data)
    if config is None:
        return ()
    return (
        Line("Task", _task(config, data.example)),
        Line("Executors", _executors(config)),
        Line("Signal", _signal(config)),
        Line("Control", _control(config)),
        Line("Coordinator, commitment", _coordinator(config)),
        Line("Reward, ε", _reward(config)),
    )


def _config(data: ReportData) -> RunConfig | None:
    known = {key: data.config[key] for key in RunConfig.model_fields if key in data.config}
    return RunConfig.parse(known) if known else None


def _task(config: RunConfig, example: tuple[str, str] | None) -> str:
    task = config.task
    if isinstance(task, ReasoningGymConfig):
        what = (
            f"questions made by procedure and scored by a verifier ({listed(list(task.mix))}), "
            f"{task.n_train} to train on and {task.n_test} others to test on"
        )
    else:
        what = (
            "questions of a simulated world in which the chance of every answer is known, "
            f"{task.n_train} to train on and {task.n_test} others to test on"
        )
    if example is None:
        return f"{what}."
    question, answer = map(_shown, example)
    return f"{what}. One of them: “{question}” The right answer: {answer}."


def _executors(config: RunConfig) -> str:
    models: dict[str, list[str]] = {}
    where = dict(_model(executor.model) for executor in config.executors)
    for executor in config.executors:
        models.setdefault(_model(executor.model)[0], []).append(executor.name)
    if len(models) == 1:
        ((model, names),) = models.items()
        who = f"{listed(names)}, {'each ' * (len(names) > 1)}the model {model} ({where[model]})"
    elif all(names == [model] for model, names in models.items()):
        who = f"{listed(list(models))}, models of their own ({listed(sorted(set(where.values())))})"
    else:
        who = "; ".join(
            f"{listed(names)}: {model} ({where[model]})" for model, names in models.items()
        )
    return (
        f"the players: {who}. Each answers every question by itself and sees neither the others' "
        "answers nor their signals."
    )


def _signal(config: RunConfig) -> str:
    n = config.signals.bins
    if n == 1:
        return "none in this run: every executor has one type and always chooses in the same way."
    # Where signals are cut is not known here, only how many pieces there are.
    labels = [f"“{label}”" for label in SignalBins((np.zeros(n - 1),)).labels[0]]
    return (
        "how sure its model is of its words in a short first try (their mean log-probability), cut "
        f"into {n} parts on training questions: the executor is {_either(labels)}. That is its "
        "type, and its own secret."
    )


def _control(config: RunConfig) -> str:
    chosen = config.controls
    temperatures = [f"{t:g}" for t in chosen.temperatures]
    meaning = " (low: nearly always the likeliest words; high: varied)"
    if chosen.kind == "box":
        low, high = temperatures[0], temperatures[-1]
        ways = f"how its model is asked: any temperature from {low} to {high}{meaning}"
    else:
        menu = ControlMenu.grid(
            chosen.temperatures, chosen.top_ps, chosen.styles, chosen.repeat_penalties
        )
        ways = (
            f"one of {len(menu)} ways of asking its model: temperature "
            f"{_either(temperatures)}{meaning}"
        )
    if len(chosen.top_ps) > 1:
        ways += f"; top-p {_either([f'{p:g}' for p in chosen.top_ps])}"
    if len(chosen.repeat_penalties) > 1:
        ways += f"; repetition penalty {_either([f'{p:g}' for p in chosen.repeat_penalties])}"
    styles = "; ".join(STYLES.get(style, f"“{style}”") for style in chosen.styles)
    return (
        f"what an executor chooses, by its type: {ways}; {styles}. ECON (Yi et al. 2025) trains a "
        "small network for each executor to choose well; the models stay as they are."
    )


def _coordinator(config: RunConfig) -> str:
    chosen = config.coordinator
    model = chosen.model or config.executors[0].model
    told = "" if chosen.model is not None else ", the first executor's"
    rule = RULES[chosen.aggregator]
    if chosen.strategy == "none":
        before = "no player; it gives no strategy in this run"
    else:
        each = "each question" if chosen.strategy_for == "question" else "each kind of question"
        before = (
            f"no player; the model {_model(model)[0]}{told}, which writes a {chosen.strategy} "
            f"strategy for {each} that all executors read and that must not give the answer away"
        )
    return f"{before}. The commitment is the team's one answer: {rule}."


def _reward(config: RunConfig) -> str:
    if config.rewards.random:
        earned = "noise in this run, as a control"
    else:
        terms = [
            f"{weight:.3g} {term}"
            for weight, term in zip(config.rewards.active_weights, TERMS, strict=True)
            if weight
        ]
        earned = f"{listed(terms)}, a number between 0 and 1"
    return (
        f"an executor earns {earned}. ε (epsilon) is the most that any executor, of any type, "
        "would earn on top on average by always using one other control while the others play on: "
        "at 0 the team plays a Bayesian Nash equilibrium, at 0.05 someone gains five hundredths of "
        "the largest reward."
    )


def _model(model: Any) -> tuple[str, str]:
    """Return a model's name and where it runs."""
    if isinstance(model, LlamaCppConfig):
        return model.name or model.path or model.weights, "run on this machine"
    if isinstance(model, OpenAIConfig):
        return model.name or model.model, "asked over the network"
    return model.name, "simulated, with known chances of every answer"


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
