"""The box "What was played": every setting that a reader meets, in words."""

from __future__ import annotations

import pytest

from llm_bridge.errors import ConfigError
from llm_bridge.report import ReportData
from llm_bridge.report.played import headline, what_was_played
from llm_bridge.settings.config import PRESETS, preset

OPENAI = {"kind": "openai", "model": "some-model"}


def box(name: str = "simulated", **changes) -> dict[str, str]:
    config = preset(name, **changes).model_dump(mode="json")
    return dict(what_was_played(ReportData("x", config=config)))


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_six_lines_of_every_preset(name: str) -> None:
    lines = box(name)
    assert len(lines) == 6
    assert all(words.endswith((".", "5.")) and "  " not in words for words in lines.values())
    for executor in preset(name).executors:
        assert executor.name in lines["Executors"]


@pytest.mark.parametrize(
    ("line", "changes", "words"),
    [
        ("Signal", {"signals__bins": 1}, "none in this run"),
        ("Signal", {"signals__bins": 3}, "“unsure”, “in between” or “sure”"),
        ("Signal", {"signals__bins": 4}, "“sureness 1 of 4”"),
        ("Control", {"controls__kind": "box"}, "any temperature from 0.1 to 1.3"),
        ("Control", {"controls__styles": ["direct", "steps"]}, "one of 6 ways"),
        ("Control", {"controls__top_ps": [0.5, 1.0]}, "top-p 0.5 or 1"),
        ("Coordinator, commitment", {"coordinator__strategy": "none"}, "gives no strategy"),
        (
            "Coordinator, commitment",
            {"coordinator__aggregator": "llm"},
            "after reading all answers",
        ),
        (
            "Coordinator, commitment",
            {"coordinator__strategy_for": "family"},
            "each kind of question",
        ),
        ("Coordinator, commitment", {"coordinator__model": OPENAI}, "the model some-model, which"),
        ("Reward, ε", {"rewards__random": True}, "noise in this run"),
        ("Reward, ε", {"rewards__off": ["alignment"]}, "earns 0.667 task score"),
        (
            "Executors",
            {"executors__1__model": OPENAI},
            "broad: some-model (asked over the network)",
        ),
    ],
)
def test_settings_are_told(line: str, changes: dict, words: str) -> None:
    assert words not in box()[line]
    assert words in box(**changes)[line]


def test_headline_names_models_once_and_one_executor_alone() -> None:
    one = preset("demo", executors=[{"name": "solo", "model": OPENAI}]).model_dump(mode="json")
    assert headline(ReportData("r", config=one)) == (
        "One language model (some-model), trained with ECON: run “r”"
    )


def test_a_configuration_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ConfigError, match="task is missing"):
        what_was_played(ReportData("x", config={"name": "x"}))


def test_long_questions_are_cut() -> None:
    config = preset("simulated").model_dump(mode="json")
    line = what_was_played(ReportData("x", config=config, example=("why " * 900, "5")))[0]
    assert "…” The right answer: 5." in line.words
    assert len(line.words) < 500
