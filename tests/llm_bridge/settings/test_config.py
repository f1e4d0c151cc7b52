"""Run configurations: presets, files, and messages that name the field."""

from __future__ import annotations

import json

import pytest

from llm_bridge.errors import ConfigError
from llm_bridge.settings.config import (
    PRESETS,
    RunConfig,
    TrainingConfig,
    load_config,
    preset,
    save_config,
)


@pytest.mark.parametrize("name", sorted(PRESETS))
@pytest.mark.parametrize("ending", ["json", "toml"])
def test_presets_survive_a_file(tmp_path, name, ending):
    config = preset(name, training__episodes=17)
    save_config(config, tmp_path / f"run.{ending}")
    assert load_config(tmp_path / f"run.{ending}") == config


def test_defaults_are_the_papers():
    config = preset("simulated")
    assert config.rewards.weights == (0.4, 0.4, 0.2)
    assert (config.training.learning_rate, config.training.coordinator_learning_rate) == (
        1e-3,
        5e-4,
    )
    assert (config.training.discount, config.training.tau) == (0.99, 0.01)
    assert config.training.stopping.patience == 5
    plain = TrainingConfig()
    assert (plain.update_interval, plain.buffer, plain.batch) == (8, 32, 16)
    assert config.coordinator.max_tokens == 70


def test_switched_off_terms_leave_the_rest_on_the_simplex():
    rewards = preset("simulated", rewards__off=["alignment"]).rewards
    assert rewards.active_weights == pytest.approx((0, 2 / 3, 1 / 3))


FAULTS = [
    ({"training": {"episods": 3}}, r"^training.episods is an unknown key, want one of episodes, "),
    ({"training": {"episodes": 0}}, r"^training.episodes is 0, want greater than or equal to 1"),
    ({"training": {"tau": float("nan")}}, r"^training.tau is nan, want a finite number"),
    ({"training": {"stopping": {"x": 1}}}, r"^training.stopping.x is an unknown key.* patience;"),
    ({"executors": []}, r"^executors is \[\], want "),
    ({"executors": [{"name": "a"}]}, r"^executors.0.model is missing, want a value; add it"),
    (
        {"executors": [{"name": "a", "model": {"kind": "magic"}}]},
        r"^executors.0.model.kind is 'magic', want one of 'llama_cpp', 'openai', 'simulated'",
    ),
    (
        {"executors": [{"name": "a", "model": {"kind": "openai", "modle": "x"}}]},
        r"executors.0.model.modle is an unknown key, want one of kind, name, model, base_url, ",
    ),
    ({"task": {"kind": "simulated", "mix": {}}}, r"^task.mix is an unknown key.*class_weights"),
    ({"rewards": {"weights": [0.5, 0.5, 0.5]}}, r"^rewards: weights sum to 1.5, want 1"),
    ({"rewards": {"off": ["task", "alignment", "contribution"]}}, r"want at least one on"),
    ({"controls": {"temperatures": []}}, r"^controls.temperatures: want at least one entry"),
    ({"bank": {"m": 0}}, r"^bank.m is 0, want"),
    *(
        ({"name": name}, r"^name is .*, want letters, digits.* for a folder; change it")
        for name in ("", ".", "..", "...", "../x", "a/b", "a\\b", "a\x1b", "a\n", "a b", "x" * 101)
    ),
    ({"seed": -1}, r"^seed is -1, want"),
    (
        {"coordinator": {"aggregator": "weighted_vote"}, "network": {"mixer": "none"}},
        r"set network.mixer to econ, qmix or vdn",
    ),
]


@pytest.mark.parametrize(("change", "message"), FAULTS, ids=lambda x: str(x)[:40])
def test_faults_name_their_field(change, message):
    data = preset("simulated").model_dump(mode="json") | change
    with pytest.raises(ConfigError, match=message):
        RunConfig.parse(data)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"trainning__episodes": 8}, r"^trainning is an unknown key.*; write training\.$"),
        ({"training__episods": 8}, r"^training.episods is an unknown key.*; write episodes\.$"),
        ({"training__stopping__q": 1}, r"^training.stopping.q is an unknown key.*; leave it out"),
        ({"seed__x": 1}, r"^seed is 0, want a section to set x in; set seed itself"),
        ({"bank__m__x": 1}, r"^bank.m is 4, want a section to set x in"),
        ({"executors__name": "a"}, r"^executors has entries 0 to 2, .* not 'name'; set executors"),
        ({"executors__3__name": "a"}, r"^executors has entries 0 to 2, .* not '3'"),
        ({"executors__0__nmae": "a"}, r"^executors.0.nmae is an unknown key.*; write name"),
        ({"controls__temperatures__0__x": 1}, r"^controls.temperatures.0 is 0.1, want a section"),
        ({"": 1}, r"^the configuration is an unknown key|^ is an unknown key"),
    ],
    ids=str,
)
def test_changes_name_their_field(changes, message):
    with pytest.raises(ConfigError, match=message):
        preset("simulated").replace(**changes)


def test_changes_reach_lists_and_sections_that_were_left_out():
    config = preset("simulated").replace(
        executors__1__name="wide", coordinator__model__kind="simulated", task__n_test=7
    )
    assert [executor.name for executor in config.executors] == ["sharp", "wide", "steady"]
    assert config.coordinator.model is not None
    assert config.coordinator.model.kind == "simulated"
    assert config.task.n_test == 7


def test_executors_that_share_a_model_need_enough_completions():
    data = preset("demo").model_dump(mode="json") | {"bank": {"m": 2}}
    with pytest.raises(ConfigError, match=r"bank.m is 2, want at least 3"):
        RunConfig.parse(data)


def test_names_of_executors_differ():
    data = preset("simulated").model_dump(mode="json")
    data["executors"][0]["name"] = "broad"
    with pytest.raises(ConfigError, match="want distinct names"):
        RunConfig.parse(data)


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none.json cannot be read"):
        load_config(tmp_path / "none.json")
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(ConfigError, match=r"x.json is not JSON .*line 1"):
        load_config(tmp_path / "x.json")
    (tmp_path / "x.yaml").write_text("")
    with pytest.raises(ConfigError, match=r"ends in '.yaml', want .json or .toml"):
        load_config(tmp_path / "x.yaml")
    (tmp_path / "y.json").write_text(json.dumps({"name": "y"}))
    with pytest.raises(ConfigError, match=r"in .*y.json: task is missing"):
        load_config(tmp_path / "y.json")
    with pytest.raises(ConfigError, match=r"preset is 'full', want one of demo, simulated"):
        preset("full")


@pytest.mark.parametrize("depth", [33, 300, 900, 50_000])
@pytest.mark.parametrize("ending", ["json", "toml"])
def test_deep_nesting_is_refused(tmp_path, ending, depth):
    deep = "[" * depth + "]" * depth
    texts = {"json": [f'{{"name": {deep}}}', '{"a":' * depth + "1" + "}" * depth]}
    texts["toml"] = [f"name = {deep}", "a" + ".a" * depth + " = 1", f"[a{'.a' * depth}]"]
    path = tmp_path / f"deep.{ending}"
    for text in texts[ending]:
        path.write_text(text)
        with pytest.raises(ConfigError, match=r"deep\.\w+ is nested more than 32 deep, want"):
            load_config(path)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    (tmp_path / "x.toml").write_text("#" * 1_000_001)
    with pytest.raises(ConfigError, match=r"x\.toml is 1,000,001 bytes, want at most 1,000,000"):
        load_config(tmp_path / "x.toml")


HUGE = 10**12


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"task__n_train": HUGE},
            "task.n_train is 1000000000000, want less than or",
        ),
        ({"task__n_wrong": HUGE}, "task.n_wrong is .*, want less than or equal to 1024"),
        ({"task__world_seed": 2**63}, "task.world_seed is .*, want less than 9223372036854775808"),
        (
            {"training__episodes": HUGE},
            "training.episodes is .*, want less than or equal to 100",
        ),
        ({"training__buffer": HUGE}, "training.buffer is .*, want less than or equal to 1000000"),
        ({"bank__m": HUGE}, "bank.m is .*, want less than or equal to 1024"),
        ({"signals__bins": HUGE}, "signals.bins is .*, want less than or equal to 1024"),
        ({"controls__n_candidates": HUGE}, "controls.n_candidates is .*, want less than or equal"),
        (
            {"controls__temperatures": [k / 100 for k in range(2000)]},
            "controls: the lists make 2,000 controls, want at most 1,024",
        ),
    ],
)
def test_huge_numbers_are_refused_by_field_with_their_bound(changes, complaint):
    with pytest.raises(ConfigError, match=complaint):
        preset("simulated", **changes)


def test_huge_numbers_of_a_model_are_refused():
    data = preset("demo").model_dump(mode="json")
    for field in ("n_slots", "n_threads", "n_ctx"):
        data["executors"][0]["model"] = {"kind": "llama_cpp", field: HUGE}
        with pytest.raises(ConfigError, match=rf"executors\.0\.model\.{field} is .*, want less"):
            RunConfig.parse(data)
