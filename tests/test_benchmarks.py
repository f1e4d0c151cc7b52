"""The comparison with peers runs, judges by our certificate, and stops what does not end."""

from __future__ import annotations

import importlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from econ_theory import StrategyProfile
from econ_theory.catalog import random_game

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "peers.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_one_tiny_task_beside_gambit(tmp_path):
    pytest.importorskip("pygambit")
    file = tmp_path / "rows.json"
    done = run("--only", "one BNE", "--size", "2x2", "--seeds", "1", "--json", str(file))
    assert done.returncode == 0, done.stderr
    report = json.loads(file.read_text())
    rows = {row["peer"]: row for row in report["rows"]}
    assert rows[""]["ours_proved"] == "1/1"
    assert rows["Gambit lcp float"]["peer_epsilon"] <= 1e-9
    assert rows["Gambit lcp float"]["ratio"] > 0
    assert "Gambit lcp rational" in done.stdout
    named = {row["peer"].split()[0] for row in report["rows"] if row["peer"]}
    skipped = " ".join(report["skipped"])
    assert "QuantEcon" in named or "quantecon is not importable" in skipped


def test_unknown_task_is_refused_with_the_known_ones():
    done = run("--only", "chess")
    assert done.returncode == 2
    assert "--only is 'chess', want part of one of: one BNE;" in done.stderr


@pytest.fixture
def parts(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    return importlib.import_module("peers_parts.measure")


def test_what_does_not_end_is_stopped(parts):
    def endless(game):
        def call():
            while True:
                pass

        return call, lambda found: found

    begun = time.monotonic()
    found = parts.measure(parts.Contender("endless", endless), random_game(2, 2, rng=0), 0.1)
    assert (found.status, found.seconds) == ("did not finish", 0.1)
    assert time.monotonic() - begun < 30


def test_a_crash_takes_no_more_than_the_call_with_it(parts):
    def crashes(game):
        return lambda: signal.raise_signal(signal.SIGTERM), lambda found: found

    found = parts.measure(parts.Contender("crashes", crashes), random_game(2, 2, rng=0), 5)
    assert found.status == f"died by signal {int(signal.SIGTERM)}"


def test_answers_are_judged_and_errors_reported(parts):
    game = random_game(2, 2, rng=0)

    def wrong(game):
        return lambda: StrategyProfile.uniform(game), lambda found: parts.Answer([found])

    def fails(game):
        raise ValueError("no such game")

    judged = parts.measure(parts.Contender("wrong", wrong), game, 5)
    assert judged.status == "done"
    assert judged.epsilon > 0.01
    refused = parts.measure(parts.Contender("fails", fails), game, 5)
    assert refused.status == "refused: ValueError: no such game"
    absent = parts.Contender("absent", wrong, module="no_such_library")
    assert "no_such_library is not importable" in parts.missing(absent)


def test_targets_speak_of_rows_that_exist(parts):
    script = importlib.import_module("peers")
    cases = {(case.task, case.size): case for case in script.CASES}
    for task, size, peer in script.TARGETS:
        if (task, size) in cases and peer:
            assert peer in {contender.name for contender in cases[task, size].peers}
        elif task not in ("cost growth", "import time"):
            assert (task, size) in cases
    report = importlib.import_module("peers_parts.report")
    row = report.Row("one BNE", "8x8", 1, values={"ratio": 3.0}, at_least=True)
    assert report.Target("ratio", ">=", 2).verdict(row) == "met, peer did not finish: >= 3"
    assert report.Target("ratio", ">=", 5).verdict(row).startswith("undecided, peer did not finish")
    assert report.Target("seconds", "<=", 1).verdict(row) == "not measured"


def test_what_is_printed_of_targets_and_numbers(parts):
    screen = importlib.import_module("peers_parts.screen")
    assert screen.tally(["met: 3", "missed: 1", "met, peer did not finish: >= 9"], "left") == (
        "3 targets: 2 met, 1 missed, 0 left"
    )
    assert [screen.short(x) for x in (0.0123456, 0, None)] == ["0.0123", "0", "-"]
    told = screen.remarks([("ratio >= 2", "met: 3"), ("seconds <= 1", "missed: 4")], "a note")
    assert told.plain == "ratio >= 2: met: 3\nseconds <= 1: missed: 4\na note"
    assert [str(span.style) for span in told.spans] == ["green", "bold red"]
