"""The command line as a person and a program use it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from econ_theory import BayesianGame, catalog
from econ_theory.interop import write_efg, write_json, write_nfg
from llm_bridge.cli import app
from llm_bridge.settings.config import preset, save_config

runner = CliRunner()


@pytest.fixture
def game_file(tmp_path: Path) -> Path:
    path = tmp_path / "game.efg"
    write_efg(catalog.battle_of_the_sexes_one_sided().game, path)
    return path


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    config = preset(
        "simulated",
        name="tiny",
        task__n_train=8,
        task__n_test=8,
        verify__n_questions=8,
        training__episodes=16,
        bank__m_verify=4,
    )
    path = tmp_path / "tiny.toml"
    save_config(config, path)
    return path


def test_solve_json_is_a_certified_equilibrium(game_file: Path) -> None:
    result = runner.invoke(app, ["solve", str(game_file), "--json", "--exact"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["relative"] < 1e-9
    assert found["epsilon"] >= 0
    assert found["solver"] == "Lemke"
    assert [np.shape(rows) for rows in found["strategies"]] == [(1, 2), (2, 2)]
    assert all(abs(sum(row) - 1) < 1e-9 for rows in found["strategies"] for row in rows)
    assert "exact_epsilon" in found


@pytest.mark.parametrize(("write", "suffix"), [(write_nfg, "nfg"), (write_json, "json")])
def test_solve_reads_the_other_formats(write, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"game.{suffix}"
    write(catalog.chicken().game, path)
    result = runner.invoke(
        app, ["solve", str(path), "--all", "--json", "--solver", "PureEnumeration"]
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["equilibria"]
    assert [solution["epsilon"] for solution in found] == [0.0, 0.0]


def test_solve_shows_labels_to_a_person(game_file: Path) -> None:
    result = runner.invoke(app, ["solve", str(game_file)])
    assert result.exit_code == 0
    game = catalog.battle_of_the_sexes_one_sided().game
    assert game.actions[0][0] in result.stdout
    assert "epsilon" in result.stdout


def test_bad_files_are_one_clear_line(tmp_path: Path, game_file: Path) -> None:
    broken = tmp_path / "broken.efg"
    broken.write_text('EFG 2 R "x" { "a" "b" }\nc "" 1')
    cases = {
        ("solve", str(broken)): "line 2",
        ("solve", str(tmp_path / "none.efg")): "is not a file",
        ("solve", str(tmp_path / "game.txt")): "want one of .efg, .nfg, .json",
        ("solve", str(game_file), "--solver", "Magic"): "want one of",
        ("train", "--preset", "nothing"): "nothing",
        ("train",): "want one of them",
        ("verify", str(tmp_path)): "holds no run",
    }
    for arguments, words in cases.items():
        result = runner.invoke(app, list(arguments))
        assert result.exit_code == 2, arguments
        assert words in result.stderr
        assert "Traceback" not in result.stderr
        assert result.stdout == ""


def test_solve_says_by_its_status_when_it_did_not_converge(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    path = tmp_path / "hard.json"
    payoffs = [rng.random((1, 1, 5, 5)) for _ in range(2)]
    write_json(BayesianGame([[1.0]], payoffs), path)
    result = runner.invoke(
        app, ["solve", str(path), "--solver", "SelfPlay", "--tol", "0", "--max-seconds", "0",
              "--json"]
    )  # fmt: skip
    assert result.exit_code == 1
    assert json.loads(result.stdout)["status"] == "time"


def test_train_compare_verify_report(tiny: Path, tmp_path: Path) -> None:
    root = tmp_path / "runs"
    result = runner.invoke(app, ["train", "--config", str(tiny), "--root", str(root)])
    assert result.exit_code == 0, result.output
    assert "parameters:" in result.stdout
    folder = str(root / "tiny")
    compared = runner.invoke(app, ["compare", folder, "--json"])
    assert json.loads(compared.stdout)["differences"][0]["n_questions"] == 8
    verified = runner.invoke(app, ["verify", folder, "--json"])
    found = json.loads(verified.stdout)
    assert found["lower"] <= found["epsilon"] <= found["upper"]
    reported = runner.invoke(app, ["report", folder])
    assert "report.html" in reported.stdout
    assert (root / "tiny" / "report.html").stat().st_size > 20_000


def test_train_shows_a_configuration_that_can_be_read_back(tmp_path: Path) -> None:
    from llm_bridge.settings.config import load_config

    result = runner.invoke(app, ["train", "--preset", "demo", "--show"])
    assert result.exit_code == 0
    path = tmp_path / "demo.toml"
    path.write_text(result.stdout)
    assert load_config(path) == preset("demo")


def test_a_wrong_key_in_a_configuration_is_named(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('name = "x"\n[trainning]\nepisodes = 3\n')
    result = runner.invoke(app, ["train", "--config", str(path)])
    assert result.exit_code == 2
    assert "trainning" in result.stderr


def test_doctor_is_read_by_programs_and_hides_keys(monkeypatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-very-secret-key")
    result = runner.invoke(app, ["doctor", "--json"])
    found = {item["what"]: item for item in json.loads(result.stdout)["findings"]}
    assert found["numpy"]["state"] == "ok"
    assert found["remote endpoint"]["state"] == "ok"
    assert "a-very-secret-key" not in result.output
    text = runner.invoke(app, ["doctor"]).stdout
    assert "a-very-secret-key" not in text
    assert "Python" in text


@pytest.mark.slow
def test_ctrl_c_leaves_a_run_that_goes_on(tmp_path: Path) -> None:
    config = preset("simulated", name="cut", training__episodes=4000)
    path = tmp_path / "cut.json"
    save_config(config, path)
    command = [sys.executable, "-m", "llm_bridge.cli", "train", "--config", str(path)]
    command += ["--root", str(tmp_path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ.copy())
    store = tmp_path / "cut" / "store.sqlite-wal"
    deadline = time.monotonic() + 60
    while not store.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run the same command to go on" in words
    assert "Traceback" not in words
    shorter = runner.invoke(app, ["train", "--resume", str(tmp_path / "cut"), "--seed", "3"])
    assert "want it alone" in shorter.stderr
