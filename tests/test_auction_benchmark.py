"""The benchmark of continuous games runs, and its recorded figures speak of games that exist."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from econ_theory import catalog

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "auctions.py"


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    return importlib.import_module("auctions")


@pytest.mark.slow
def test_one_game_beside_its_peer(tmp_path):
    file = tmp_path / "rows.json"
    options = ("--only", "package_nearest_vcg", "--repeats", "1", "--json", str(file))
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "not measured in this run" in " ".join(done.stdout.split())
    row = json.loads(file.read_text())["rows"][0]
    assert row["peer"]["name"] == "CA-BNE"
    assert row["epsilon"] < 1e-6
    assert row["targets"][">= 100 times smaller epsilon"] == "met"
    assert row["faster"] == pytest.approx(12.4 / row["seconds"])


def test_figures_are_of_entries_of_the_catalog(script):
    names = {entry.name for entry in catalog.auctions()}
    assert set(script.PEERS) <= names
    for peers in script.PEERS.values():
        assert all(peer.seconds or peer.epsilon for peer in peers)


def test_verdicts(script):
    assert script.verdict(None, 100) == "not recorded"
    assert script.verdict(99, 100) == "missed"
    row = script.Row("g", "rules", "S", 0.5, 1e-8, None)
    beside = script.beside(row, script.Peer("other", 100.0, 1e-3))
    assert (beside.faster, beside.smaller) == (200.0, pytest.approx(1e5))
    assert set(beside.targets.values()) == {"met"}
