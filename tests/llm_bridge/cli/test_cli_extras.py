"""The command without extras: an interpreter that has only what an installation brings."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from econ_theory import BayesianGame
from econ_theory.interop import write_json
from llm_bridge.cli.extras import CORE, EXTRAS
from llm_bridge.settings.config import preset, save_config

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAME = re.compile(r"[\w.\-]+")

Run = Callable[..., subprocess.CompletedProcess[str]]


def named(requirements: list[str]) -> list[str]:
    return [NAME.match(line).group() for line in requirements]  # type: ignore[union-attr]


def closure(names: list[str]) -> Iterator[str]:
    """Yield the distributions that installing `names` brings, those that are here."""
    waiting, seen = list(names), set()
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            requirements = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        yield name
        waiting.extend(named([line for line in requirements if "extra ==" not in line]))


def installation(site: Path, requirements: list[str]) -> Run:
    """Return what runs the command where `requirements` and what they bring are installed."""
    for name in closure(named(requirements)):
        found = distribution(name)
        for top in {file.parts[0] for file in found.files or () if file.parts[0] != ".."}:
            if not (site / top).exists():
                (site / top).symlink_to(found.locate_file(top))
    for package in ("econ_theory", "llm_bridge"):
        (site / package).symlink_to(ROOT / package)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-S", "-m", "llm_bridge.cli", *arguments],
            env={**os.environ, "PYTHONPATH": str(site), "ECON_TRACEBACK": "1"},
            cwd=site, capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    return run


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return installation(tmp_path_factory.mktemp("site"), PROJECT["dependencies"])


def test_the_table_of_extras_is_that_of_the_project() -> None:
    assert list(CORE) == named(PROJECT["dependencies"])
    extras = PROJECT["optional-dependencies"]
    assert set(EXTRAS) == set(extras)
    for name, extra in EXTRAS.items():
        wanted = [package.partition("[")[0] for package in named(extras[name])]
        assert list(extra.packages.values()) == wanted, name


def test_a_game_is_solved_and_shown_without_extras(bare: Run, tmp_path: Path) -> None:
    file = tmp_path / "game.json"
    write_json(BayesianGame([[1.0]], [[[[[3, 1], [0, 2]]]], [[[[1, 0], [0, 5]]]]]), file)
    solved = bare("solve", str(file), "--exact", "--json")
    assert json.loads(solved.stdout)["exact_epsilon"] == "0"
    assert bare("show", str(file)).returncode == 0
    assert bare("solve", str(file), "--all").stdout.endswith("complete\n")


def test_doctor_names_what_is_missing_for_what(bare: Run) -> None:
    result = bare("doctor", "--json")
    assert result.returncode == 0, "to lack an extra is no fault"
    found = {item["what"]: item for item in json.loads(result.stdout)["findings"]}
    assert found["typer"]["state"] == "ok"
    llm = next(item for what, item in found.items() if what.startswith("extra llm"))
    assert llm["state"] == "note"
    assert "torch" in llm["detail"]
    assert llm["remedy"] == 'pip install "econ-theory[llm]"'
    assert "econ train" in llm["what"]
    assert not any(what.startswith("model ") for what in found)


def test_the_audit_of_theory_runs_and_says_what_it_left_out(bare: Run, tmp_path: Path) -> None:
    one = ["audit", "--quick", "--workers", "1", "--json", "--only"]
    result = bare(*one, "ECON-R±")
    assert json.loads(result.stdout)[0]["verdict"] == "fails", result.stderr
    training = bare(*one, "ECON-R-training")
    assert training.returncode == 2
    assert 'pip install "econ-theory[llm]"' in json.loads(training.stdout)["error"]
    page = bare(*one, "ECON-R±", "--html", str(tmp_path / "page.html"))
    assert "jinja2 is not installed" in json.loads(page.stdout)["error"]


@pytest.mark.parametrize(
    "arguments",
    [["train", "--preset", "simulated"], ["demo"], ["verify", "."], ["compare", "."],
     ["report", "."], ["train", "--resume", "."], ["doctor", "--probe"],
     ["audit", "--quick", "--only", "ECON-R±", "--scheduler", "tcp://127.0.0.1:1"]],
)  # fmt: skip
def test_what_needs_an_extra_names_it_in_a_sentence(arguments: list[str], bare: Run) -> None:
    result = bare(*arguments)
    assert result.returncode == 2, result
    assert "Traceback" not in result.stderr
    assert re.search(r'is not installed, .*run: pip install "econ-theory\[\w+\]"', result.stderr)
    assert result.stdout == ""


@pytest.mark.slow
def test_the_demo_needs_no_more_than_its_extra(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    run = installation(site, [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["llm"]])
    assert not (site / "pytest").exists()
    found = json.loads(run("doctor", "--json").stdout)["findings"]
    states = {item["what"].partition(" (")[0]: item["state"] for item in found}
    assert (states["extra llm"], states["embeddings"], states["extra dev"]) == ("ok", "ok", "note")
    # The demo's stages, with simulated models in place of the local one, and its task's package.
    config = preset(
        "simulated", name="tiny", task__n_train=4, task__n_test=4, verify__n_questions=4,
        training__episodes=8, bank__m_verify=4,
    )  # fmt: skip
    save_config(config, tmp_path / "tiny.toml")
    for line in (
        ["train", "--config", str(tmp_path / "tiny.toml")], ["compare", "runs/tiny"],
        ["verify", "runs/tiny"], ["report", "runs/tiny"],
    ):  # fmt: skip
        result = run(*line)
        assert result.returncode == 0, result.stderr
    code = "from llm_bridge.tasks import ReasoningGym; import xllamacpp; "
    code += "print(len(ReasoningGym({'chain_sum': {}}).draw('train', 3)))"
    drawn = subprocess.run(
        [sys.executable, "-S", "-c", code], env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert drawn.stdout.strip() == "3"
