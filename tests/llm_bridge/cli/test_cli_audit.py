"""`econ audit` as a person and a program use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from llm_bridge.cli import app

runner = CliRunner()
ONE = ["audit", "--quick", "--only", "ECON-R±"]


def test_json_is_a_list_of_verdicts() -> None:
    result = runner.invoke(app, [*ONE, "--json", "--workers", "1"])
    assert result.exit_code == 0, result.output
    (record,) = json.loads(result.stdout)
    assert (record["id"], record["verdict"], record["number"]) == ("ECON-R±", "fails", -2.0)
    assert record["interval"] == [-2.0, -2.0]
    assert record["seconds"] >= 0


def test_table_and_page(tmp_path: Path) -> None:
    page = tmp_path / "ledger.html"
    result = runner.invoke(app, [*ONE, "--workers", "1", "--html", str(page)])
    assert result.exit_code == 0, result.output
    assert "fails" in result.stdout
    assert "Claims ledger" in page.read_text(encoding="utf-8")


def test_unknown_claim_and_missing_folder_are_refused(tmp_path: Path) -> None:
    result = runner.invoke(app, ["audit", "--only", "NONE"])
    assert result.exit_code == 2
    assert "NONE" in result.stderr
    result = runner.invoke(app, [*ONE, "--html", str(tmp_path / "no" / "x.html")])
    assert result.exit_code == 2
    assert "is not a folder" in result.stderr


@pytest.mark.slow
def test_processes_and_a_cluster_agree(local_cluster) -> None:
    found = []
    with local_cluster(1) as cluster:
        for where in (["--workers", "2"], ["--scheduler", cluster.scheduler_address]):
            result = runner.invoke(app, [*ONE, "--json", *where])
            assert result.exit_code == 0, result.output
            found.append([{**row, "seconds": 0} for row in json.loads(result.stdout)])
    assert found[0] == found[1]
