"""No argument, no file and no damage to a run ends a command in a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.main import get_command
from typer.testing import CliRunner

from econ_theory import catalog, load_json
from econ_theory.interop import dumps_efg, dumps_json, dumps_nfg
from llm_bridge.cli import app
from llm_bridge.cli.solving import solver_names
from llm_bridge.settings.config import preset, save_config

runner = CliRunner()
COMMANDS: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
STATUS = {0, 1, 2}
EXAMPLES = int(os.environ.get("ECON_FUZZ_EXAMPLES", "60"))

# Games of one, two and three players, of several types, with symmetric and asymmetric payoffs.
GAMES = [
    catalog.battle_of_the_sexes_one_sided().game,
    catalog.chicken().game,
    catalog.jury_majority().game,
    catalog.beer_quiche().game,
]
TEXTS = {
    ".efg": [dumps_efg(game).encode() for game in GAMES],
    ".nfg": [dumps_nfg(catalog.chicken().game).encode()],
    ".json": [dumps_json(game).encode() for game in GAMES],
}
NASTY = st.one_of(
    st.sampled_from(
        ["", " ", "-1", "nan", "inf", "-inf", "1e400", "9" * 5000, str(2**63), "1e-400", "0x10",
         "1", "[/x]", "[red]", "{0}", "%s", "..", ".", "/", "/dev/null", "~", "\x1b[31m", "\udcff",
         "--", "-", "--json", "\u202e", "None", "true", "Lemke", "ECON-R±", "a/b.html", "game.json"]
    ),
    st.text(st.characters(exclude_characters="\0"), max_size=12),
)  # fmt: skip

# What would start real work, download a model, open connections or start processes by the dozen.
LEFT_OUT = {"--probe", "--scheduler", "--workers", "-n"}


def invoke(arguments: list[str]) -> Any:
    """Run a command, where what nobody foresaw is raised, and check what holds of every end."""
    result = runner.invoke(app, arguments, catch_exceptions=False, env={"ECON_TRACEBACK": "1"})
    assert result.exit_code in STATUS, (arguments, result.output)
    assert "Traceback" not in result.output
    assert not set("\x1b\a\b\u202e") & set(result.stdout), arguments
    if result.exit_code == 2:
        assert result.stderr.strip(), "a refusal says why"
    return result


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """Draw a command, any of its options with any values, and any arguments."""
    name = draw(st.sampled_from(sorted(COMMANDS)))
    options = [
        option
        for option in COMMANDS[name].params
        if option.param_type_name == "option" and not LEFT_OUT & set(option.opts)
    ]
    line = [name]
    if name == "demo":
        line += ["--preset", draw(NASTY)]
    if name == "audit":
        line += ["--quick", "--workers", "1", "--only", draw(NASTY)]
    if name == "solve":
        line += ["--max-seconds", "0.2"]
    for option in draw(st.lists(st.sampled_from(options), max_size=4)) if options else ():
        line.append(option.opts[0])
        if not option.is_flag:
            line.append(draw(NASTY))
    return line + draw(st.lists(NASTY, max_size=2))


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=command_lines())
def test_any_command_line(line: list[str], tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke(line)
    if "--json" in line and line[0] not in ("show", "demo") and result.exit_code == 2:
        assert list(json.loads(result.stdout)) == ["error"], line


FILLERS = [
    b"", b"1e999", b"-1", b"nan", b"0", b"9" * 400, b'"', b"{", b"}", b"[", b"null", b"1/0", b"\\",
    b"\xff\xfe", b"\x00", b"\xf0\x9f\x90\x88",
]  # fmt: skip
CUTS = st.tuples(
    st.floats(0, 1),
    st.sampled_from([0, 1, 1, 2, 8, 64]),
    st.one_of(st.sampled_from(FILLERS), st.binary(max_size=8)),
)


def damaged(text: bytes, cuts: list[tuple[float, int, bytes]]) -> bytes:
    """Return `text` with a few stretches replaced, enlarged or left out."""
    for place, length, filler in cuts:
        start = int(place * len(text))
        text = text[:start] + filler + text[start + length :]
    return text


DAMAGE = st.lists(CUTS, min_size=1, max_size=4)


@st.composite
def game_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """Draw a suffix, and a damaged game, pure noise, or a sound game of another format."""
    suffix = draw(st.sampled_from(sorted(TEXTS)))
    anything = draw(st.sampled_from([text for texts in TEXTS.values() for text in texts]))
    ours = draw(st.sampled_from(TEXTS[suffix]))
    return suffix, draw(
        st.one_of(DAMAGE.map(partial(damaged, ours)), st.just(anything), st.binary(max_size=200))
    )


@settings(max_examples=EXAMPLES)
@given(
    file=game_files(),
    options=st.lists(
        st.one_of(
            st.sampled_from([["--all"], ["--exact"], ["--json"], ["--seed", "3"], ["--tol", "0"]]),
            st.sampled_from(solver_names()).map(lambda name: ["--solver", name]),
        ),
        max_size=3,
    ),
    show=st.booleans(),
)
def test_any_game_file(file: tuple[str, bytes], options: list[list[str]], show: bool) -> None:
    suffix, text = file
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"game{suffix}"
        path.write_bytes(text)
        if show:
            invoke(["show", str(path)])
            invoke(["show", str(path), "--html", str(Path(folder) / "page.html")])
            return
        line = ["solve", str(path), "--max-seconds", "0.2", *(word for o in options for word in o)]
        result = invoke(line)
        if "--json" in line:
            assert isinstance(json.loads(result.stdout), dict)


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    config = preset(
        "simulated", name="tiny", task__n_train=4, task__n_test=4, verify__n_questions=4,
        training__episodes=8, bank__m_verify=4,
    )  # fmt: skip
    save_config(config, root / "tiny.toml")
    invoke(["train", "--config", str(root / "tiny.toml"), "--root", str(root)])
    return root / "tiny"


@pytest.mark.parametrize("file", ["config.json", "store.sqlite"])
@settings(max_examples=EXAMPLES // 2)
@given(cuts=DAMAGE, as_json=st.booleans())
def test_any_damage_to_a_run(file: str, run_folder: Path, cuts: list, as_json: bool) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place) / "run"
        shutil.copytree(run_folder, folder)
        whole = (folder / file).read_bytes()
        (folder / file).write_bytes(damaged(whole, cuts))
        invoke(["report", str(folder)])
        if as_json:
            result = invoke(["report", str(folder), "--json"])
            assert isinstance(json.loads(result.stdout), dict)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["train", "compare", "verify"])
@settings(max_examples=EXAMPLES // 4)
@given(cuts=DAMAGE)
def test_a_stage_on_a_damaged_store(command: str, run_folder: Path, cuts: list) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place) / "run"
        shutil.copytree(run_folder, folder)
        store = folder / "store.sqlite"
        store.write_bytes(damaged(store.read_bytes(), cuts))
        invoke([command, *(["--resume"] if command == "train" else []), str(folder), "--json"])


@pytest.mark.parametrize("command", ["compare", "verify", "report", "train"])
@pytest.mark.parametrize("what", ["missing", "file", "empty", "binary", "folder"])
def test_a_folder_that_holds_no_run(command: str, what: str, tmp_path: Path) -> None:
    place = tmp_path / "run\udcff"
    match what:
        case "file":
            place.write_text("{}")
        case "empty":
            place.mkdir()
        case "binary":
            place.mkdir()
            (place / "config.json").write_bytes(bytes(range(256)))
        case "folder":
            (place / "config.json").mkdir(parents=True)
    line = [command, "--resume", str(place)] if command == "train" else [command, str(place)]
    result = invoke([*line, "--json"])
    assert result.exit_code == 2
    assert list(json.loads(result.stdout)) == ["error"]


def test_too_many_processes_and_no_scheduler_are_refused() -> None:
    pytest.importorskip("distributed")
    one = ["audit", "--quick", "--only", "ECON-R±"]
    assert "a core" in invoke([*one, "--workers", "1000000"]).stderr
    assert "Dask scheduler" in invoke([*one, "--scheduler", "nonsense://x"]).stderr


# Real processes -----------------------------------------------------------------------------------

Econ = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def econ(tmp_path: Path) -> Econ:
    def run(*arguments: str | bytes, shell: str = "", **variables: str):
        command = [sys.executable, "-m", "llm_bridge.cli", *arguments]
        if shell:
            command = ["sh", "-c", f'"$@" {shell}; echo "status $?" >&2', "sh", *command]
        environment = {**os.environ, "ECON_TRACEBACK": "1", **variables}
        return subprocess.run(command, capture_output=True, env=environment, cwd=tmp_path)

    (tmp_path / "game.json").write_text(dumps_json(GAMES[0]), encoding="utf-8")
    return run


@pytest.mark.slow
@pytest.mark.parametrize("words", [["--json"], [], ["--all"]])
def test_a_closed_pipe_ends_quietly(words: list[str], econ: Econ) -> None:
    result = econ("solve", "game.json", *words, shell="| true")
    assert b"Traceback" not in result.stderr
    assert b"Exception ignored" not in result.stderr
    assert b"BrokenPipe" not in result.stderr


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", [["--json"], []])
def test_a_full_disk_behind_standard_output_is_named(words: list[str], econ: Econ) -> None:
    result = econ("solve", "game.json", *words, shell="> /dev/full")
    assert b"No space left" in result.stderr
    assert b"status 2" in result.stderr
    assert b"Traceback" not in result.stderr
    assert b"Exception ignored" not in result.stderr


@pytest.mark.slow
def test_closed_standard_output_and_narrow_encodings(econ: Econ) -> None:
    assert b"Traceback" not in econ("solve", "game.json", "--json", shell=">&-").stderr
    for command in (["show", "game.json"], ["doctor"], ["solve", "game.json"]):
        result = econ(*command, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
        assert result.returncode in STATUS
        assert b"Traceback" not in result.stderr
        assert result.stdout.isascii()


@pytest.mark.slow
def test_names_that_are_no_text_and_files_that_are_no_files(econ: Econ, tmp_path: Path) -> None:
    strange = tmp_path / os.fsdecode(b"caf\xe9.json")
    strange.write_text(dumps_json(GAMES[0]), encoding="utf-8")
    answer = os.fsdecode(b"ant\xffwort.json")
    result = econ("solve", strange.name, "--out", answer)
    assert result.returncode == 0, result.stderr
    assert load_json(tmp_path / answer).status.name == "CONVERGED"
    (tmp_path / "folder.efg").mkdir()
    for name in ("folder.efg", os.fsdecode(b"no\xff.efg"), "/dev/null", "/dev/zero"):
        result = econ("solve", name, "--json")
        assert result.returncode == 2, name
        assert b"Traceback" not in result.stderr
        assert json.loads(result.stdout)["error"]
