"""`econ solve` and `econ show`: every solver, exact answers, files written, labels from files."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from econ_theory import BayesianGame, StrategyProfile, catalog, certify, load_json, solvers
from econ_theory.interop import read_json, write_json, write_nfg
from llm_bridge.cli import app
from llm_bridge.cli.solving import solver_names

runner = CliRunner()

ENTRANT = [[[[2, 4], [0, 0]]], [[[-2, 3], [0, 0]]]]
INCUMBENT = [[[[-1, 1], [5, 5]]], [[[2, 1], [5, 5]]]]


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    """Write the README's game of entry: one equilibrium, 6/7 and 1/7."""
    path = tmp_path / "entry.json"
    prior = [[Fraction(3, 10)], [Fraction(7, 10)]]
    game = BayesianGame(
        prior,
        [ENTRANT, INCUMBENT],
        players=["Entrant", "Incumbent"],
        types=[["strong", "weak"], ["only"]],
        actions=[["enter", "stay out"], ["fight", "yield"]],
    )
    write_json(game, path)
    return path


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Write a game whose labels are markup, escape sequences and line ends."""
    path = tmp_path / "hostile.json"
    game = BayesianGame(
        [[1.0]],
        [[[[[3, 1], [0, 2]]]], [[[[1, 0], [0, 5]]]]],
        players=["[red]hit", "[/x]"],
        types=[["\x1b[31mred"], ["a\nb"]],
        actions=[["[bold]", "back\bspace"], ["\u202eright", "bell\a"]],
        title="[/title]\x1b]0;owned\a",
    )
    write_json(game, path)
    return path


@pytest.mark.parametrize("name", solvers.__all__)
def test_a_name_of_the_solvers_works_or_is_refused_in_a_sentence(name: str, entry: Path) -> None:
    result = runner.invoke(
        app, ["solve", str(entry), "--solver", name, "--json", "--max-seconds", "2"],
        catch_exceptions=False, env={"ECON_TRACEBACK": "1"},
    )  # fmt: skip
    found = json.loads(result.stdout)
    if result.exit_code == 2:
        assert found["error"].endswith("."), found
        assert name in found["error"]
        assert any(words in found["error"] for words in ("refuses", "want one of", "no profile"))
        return
    profile = StrategyProfile(found["strategies"])
    assert certify(read_json(entry), profile).epsilon == pytest.approx(found["epsilon"], abs=1e-12)
    assert (result.exit_code == 0) == (found["status"] == "converged")


def test_only_solvers_of_finite_games_are_offered(entry: Path) -> None:
    game = catalog.prisoners_dilemma().game
    assert "Lemke" in solver_names()
    for name in solver_names():
        solver = getattr(solvers, name)()
        assert isinstance(solver, solvers.Solver)
        refusal = solver.refuses(game)
        assert refusal is None or "types are continuous" not in refusal
    words = runner.invoke(app, ["solve", str(entry), "--solver", "Ending"]).stderr
    offered = words.split("want one of ")[1].strip(" .\n").split(", ")
    assert offered == list(solver_names())


def test_exact_recovers_the_rational_equilibrium(entry: Path) -> None:
    result = runner.invoke(app, ["solve", str(entry), "--exact", "--json"])
    found = json.loads(result.stdout)
    rows = [[[Fraction(p) for p in row] for row in player] for player in found["exact_strategies"]]
    assert certify(read_json(entry), rows, arithmetic="exact").epsilon == 0
    assert found["exact_epsilon"] == "0"
    assert [["1", "0"], ["6/7", "1/7"]] in found["exact_strategies"] or [
        ["1", "0"],
        ["1/7", "6/7"],
    ] in found["exact_strategies"]
    text = runner.invoke(app, ["solve", str(entry), "--exact"]).stdout
    assert "exact epsilon = 0" in text
    assert "/" in text
    assert "strong" in text


def test_exact_says_what_stands_in_the_way_with_three_players(tmp_path: Path) -> None:
    # 1 wants to match 2, 2 to match 3, 3 to differ from 1: all mix in thirds, which no float is.
    path = tmp_path / "three.json"
    a = np.indices((2, 2, 2))
    payoffs = [
        np.where(a[0] == a[1], 2 - a[0], 0),
        np.where(a[1] == a[2], 2 - a[1], 0),
        np.where(a[2] != a[0], 2 - a[2], 0),
    ]
    game = BayesianGame([[[1]]], [u.reshape(1, 1, 1, 2, 2, 2) for u in payoffs])
    write_json(game, path)
    found = json.loads(runner.invoke(app, ["solve", str(path), "--exact", "--json"]).stdout)
    assert 0 < Fraction(found["exact_epsilon"]) < 1e-9
    assert found["exact_strategies"] is None
    assert "more than two players" in found["exact_reason"]


def test_all_is_listed_with_a_word_on_completeness(tmp_path: Path) -> None:
    path = tmp_path / "game.nfg"
    write_nfg(catalog.chicken().game, path)
    result = runner.invoke(app, ["solve", str(path), "--all", "--exact", "--json"])
    found = json.loads(result.stdout)
    assert found["complete"] is True
    assert [one["exact_epsilon"] for one in found["equilibria"]] == ["0", "0", "0"]
    text = runner.invoke(app, ["solve", str(path), "--all"]).stdout
    assert "equilibrium 3 of 3" in text
    assert text.splitlines()[-1].startswith("3 equilibria (complete)")
    late = runner.invoke(app, ["solve", str(path), "--all", "--max-seconds", "0", "--json"])
    assert json.loads(late.stdout)["complete"] is False


def test_out_keeps_the_result_whole_or_not_at_all(entry: Path, tmp_path: Path) -> None:
    target = tmp_path / "answer.json"
    target.write_text("old")
    result = runner.invoke(app, ["solve", str(entry), "--out", str(target), "--json"])
    assert result.exit_code == 0
    kept, printed = load_json(target), json.loads(result.stdout)
    assert kept.certificate.epsilon == printed["epsilon"]
    assert [row.tolist() for row in kept.profile.rows] == printed["strategies"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answer.json", "entry.json"]
    refused = runner.invoke(app, ["solve", str(entry), "--out", str(target), "--solver", "None"])
    assert refused.exit_code == 2
    assert load_json(target) == kept, "a refusal leaves the old file"


def test_out_keeps_all_equilibria_and_exact_ones(tmp_path: Path) -> None:
    path, target = tmp_path / "game.nfg", tmp_path / "all.json"
    write_nfg(catalog.chicken().game, path)
    assert runner.invoke(app, ["solve", str(path), "--all", "--out", str(target)]).exit_code == 0
    every = load_json(target)
    assert len(every) == 3
    assert every.complete
    assert runner.invoke(app, ["solve", str(path), "--exact", "--out", str(target)]).exit_code == 0
    one = load_json(target)
    assert one.certificate.arithmetic == "exact"
    assert one.certificate.epsilon == 0


def test_a_disk_that_fills_up_leaves_the_old_file(entry: Path, tmp_path: Path, monkeypatch) -> None:
    target = tmp_path / "answer.json"
    target.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = runner.invoke(app, ["solve", str(entry), "--out", str(target), "--json"])
    assert result.exit_code == 2
    assert "No space left" in json.loads(result.stdout)["error"]
    assert target.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answer.json", "entry.json"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("answer.txt", "want .json"), ("no/answer.json", "is not a folder"), ("d.json", "plain file")],
)
def test_out_refuses_before_it_solves(name: str, words: str, entry: Path, tmp_path: Path) -> None:
    (tmp_path / "d.json").mkdir()
    result = runner.invoke(app, ["solve", str(entry), "--out", str(tmp_path / name), "--json"])
    assert result.exit_code == 2
    assert words in json.loads(result.stdout)["error"]
    assert words in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [["solve", "none.efg", "--json"], ["solve", "x.efg", "--seed", "x", "--json"],
     ["verify", "nowhere", "--json"], ["train", "--json"], ["audit", "--only", "NO", "--json"],
     ["nothing", "--json"]],
)  # fmt: skip
def test_a_refusal_is_json_where_json_was_asked_for(arguments: list[str]) -> None:
    result = runner.invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 2
    assert list(json.loads(result.stdout)) == ["error"]
    assert result.stderr.strip()


@pytest.mark.parametrize("command", [["solve"], ["solve", "--all"], ["solve", "--exact"], ["show"]])
def test_labels_are_shown_as_they_are(command: list[str], hostile: Path) -> None:
    result = runner.invoke(app, [*command, str(hostile)], catch_exceptions=False)
    assert result.exit_code == 0
    assert not set("\x1b\a\b\u202e") & set(result.output)
    for label in ("[red]hit", "[/x]", "[bold]", r"\x1b[31mred", r"a\nb", r"\u202eright"):
        assert label in result.stdout, label


def test_show_prints_players_types_and_payoffs_by_label(entry: Path, tmp_path: Path) -> None:
    text = runner.invoke(app, ["show", str(entry)]).stdout
    assert "strong (3/10), weak (7/10)" in text
    assert "weak, only (probability 7/10): payoffs of Entrant, Incumbent" in text
    rows = [line for line in text.splitlines() if line.startswith("│ enter")]
    assert [line.split("│")[2:4] for line in rows] == [
        [" 2, -1 ", " 4, 1  "], [" -2, 2 ", " 3, 1  "],
    ]  # fmt: skip
    page = tmp_path / "entry.html"
    assert runner.invoke(app, ["show", str(entry), "--html", str(page)]).exit_code == 0
    assert "stay out" in page.read_text(encoding="utf-8")


def test_show_lists_three_players_and_leaves_out_what_is_too_large(tmp_path: Path) -> None:
    small, large = tmp_path / "small.json", tmp_path / "large.json"
    payoffs = [[[[[[[k, 2, 3], [4, 5, 6]]]]]] for k in (7, 8, 9)]
    write_json(BayesianGame([[[1.0]]], payoffs, players=["A", "B", "C"]), small)
    text = runner.invoke(app, ["show", str(small)]).stdout
    assert "payoffs of A, B, C" in text
    assert "7, 8, 9" in text
    assert "a2, a3" in text
    write_json(BayesianGame([[1.0]], [[[[[0.5] * 20] * 20]]] * 2), large)
    assert "400 payoffs a player are not shown" in runner.invoke(app, ["show", str(large)]).stdout


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [(KeyError("x"), 70, "did not foresee (KeyError: 'x'"), (MemoryError(), 2, "memory"),
     (ModuleNotFoundError("no", name="torch.nn"), 2, "econ-theory[llm]"),
     (KeyboardInterrupt(), 130, "interrupted")],
)  # fmt: skip
def test_what_nobody_foresaw_is_a_sentence_too(error, status, words, entry, monkeypatch) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("llm_bridge.cli.solving.read_game", fails)
    result = runner.invoke(app, ["solve", str(entry), "--json"], catch_exceptions=False)
    assert result.exit_code == status
    assert words in json.loads(result.stdout)["error"]
    assert "Traceback" not in result.stderr
    if status == 70:
        with pytest.raises(KeyError):
            runner.invoke(app, ["solve", str(entry)], catch_exceptions=False,
                          env={"ECON_TRACEBACK": "1"})  # fmt: skip
