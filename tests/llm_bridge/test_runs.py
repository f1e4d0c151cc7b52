"""A run from its configuration to its report, interrupted and resumed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from llm_bridge.errors import ConfigError
from llm_bridge.models.ledger import Ledger
from llm_bridge.runs import Run
from llm_bridge.settings.config import RunConfig, preset
from llm_bridge.studies.training_play import training_path


def small(**changes) -> RunConfig:
    settings = {
        "task__n_train": 12,
        "task__n_test": 12,
        "verify__n_questions": 12,
        "training__episodes": 24,
        "bank__m_verify": 4,
    }
    return preset("simulated", **(settings | changes))


def run_all(config: RunConfig, root: Path) -> Path:
    with Run.create(config, root) as run:
        run.train()
        run.compare()
        run.verify()
        run.report()
        return run.folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all stages done; tests that write take a copy."""
    return run_all(small(), tmp_path_factory.mktemp("finished"))


@pytest.mark.slow
def test_all_stages_leave_a_certificate_and_a_report(finished: Path) -> None:
    folder = finished
    with Run.open(folder) as run:
        data = run.report_data()
        assert run.stages == ("train", "compare", "verify")
    found = data.verification
    assert found is not None
    assert 0 <= found.lower <= found.epsilon <= found.upper <= 1
    assert {curve.kind for curve in data.regret} == {
        "external",
        "dynamic",
        "equilibrium-comparator",
    }
    assert all(curve.steps[-1] == 24 for curve in data.regret)
    comparison = data.comparison
    assert comparison is not None
    assert comparison.differences[0].n_questions == 12
    assert sum(row.calls for row in data.ledger) > 100
    page = (folder / "report.html").read_text()
    assert "<svg" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


@pytest.mark.slow
def test_dynamic_regret_dominates_external_on_the_training_path(finished: Path) -> None:
    with Run.open(finished) as run:
        curves = {curve.kind: np.array(curve.cumulative) for curve in run.report_data().regret}
    assert (curves["dynamic"] >= curves["external"] - 1e-12).all()
    assert (np.diff(curves["dynamic"], axis=0) >= -1e-12).all()


@pytest.mark.slow
def test_running_a_stage_again_asks_nothing_and_finds_the_same(
    finished: Path, tmp_path: Path
) -> None:
    config = small()
    shutil.copytree(finished, tmp_path / config.name)
    with Run.open(finished) as run:
        before = run.report_data()
    ledger = Ledger()
    with Run.create(config, tmp_path, ledger=ledger) as run:
        run.train()
        run.compare()
        run.verify()
        after = run.report_data()
    assert ledger.totals().calls == 0
    assert ledger.totals().replays > 0
    assert after.verification == before.verification
    assert after.comparison == before.comparison
    assert after.regret == before.regret
    assert after.curve == before.curve


class Stop:
    """Interrupts training, as Ctrl-C does, at one of its updates."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self, record) -> None:
        if record["episodes"] >= self.at:
            raise KeyboardInterrupt


@pytest.mark.slow
def test_an_interrupted_run_goes_on_to_the_same_end(tmp_path: Path) -> None:
    config = small()
    with Run.create(config, tmp_path / "whole") as run:
        whole = run.train()
    with Run.create(config, tmp_path / "cut") as run:
        with pytest.raises(KeyboardInterrupt):
            run.train(progress=Stop(16))
        assert run.stages == ()
        paid = run.store.n_completions()
    ledger = Ledger()
    with Run.open(tmp_path / "cut" / config.name, ledger=ledger) as run:
        resumed = run.train()
        assert ledger.totals().calls == run.store.n_completions() - paid
    assert resumed.curve == whole.curve
    for name, weights in whole.network.state_dict().items():
        assert np.array_equal(weights.numpy(), resumed.network.state_dict()[name].numpy()), name


def test_a_folder_keeps_its_settings(tmp_path: Path) -> None:
    Run.create(small(), tmp_path).close()
    with pytest.raises(ConfigError, match=r"holds a run with other settings.*--name"):
        Run.create(small(seed=1), tmp_path)
    with pytest.raises(ConfigError, match=r"holds no run \(no config.json\)"):
        Run.open(tmp_path / "nothing")


def test_stages_come_in_order(tmp_path: Path) -> None:
    with Run.create(small(), tmp_path) as run:
        with pytest.raises(ConfigError, match=r"has no trained system, want one to verify"):
            run.verify()
        with pytest.raises(ConfigError, match=r"econ train\s+--resume"):
            run.compare()


@pytest.mark.slow
def test_a_report_may_be_written_before_everything_is_done(tmp_path: Path) -> None:
    with Run.create(small(), tmp_path) as run:
        run.train()
        page = run.report().read_text()
    assert "econ verify" in page


def test_training_path_refuses_a_game_of_another_shape(tmp_path: Path) -> None:
    from econ_theory import catalog

    game = catalog.chicken().game
    record = {"episodes": 2, "profile": [[[1.0, 0.0]], [[0.0, 0.5, 0.5]]]}
    with pytest.raises(ConfigError, match=r"profile after 2 episodes has shapes .* want"):
        training_path([record], game)


def test_a_run_says_what_it_is_in_plain_json(finished: Path) -> None:
    assert json.loads((finished / "config.json").read_text())["name"] == "simulated"
