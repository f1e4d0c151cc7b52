"""The main job on a real language model, made small: train, compare, verify, report."""

from __future__ import annotations

from pathlib import Path

import pytest

from llm_bridge.models.ledger import Ledger
from llm_bridge.runs import Run
from llm_bridge.settings.config import preset


@pytest.mark.slow
def test_a_real_model_is_trained_verified_and_reported(tmp_path: Path) -> None:
    config = preset(
        "demo",
        task__n_train=6,
        task__n_test=6,
        task__n_probe=1,
        verify__n_questions=6,
        training__episodes=16,
    )
    with Run.create(config, tmp_path) as run:
        system = run.train()
        compared = run.compare()
        verification = run.verify()
        page = run.report().read_text(encoding="utf-8")
        asked = run.store.ledger().totals()
    assert (
        0.0 <= verification.interval[0] <= verification.epsilon <= verification.interval[1] <= 1.0
    )
    assert system.curve[-1]["episodes"] == 16
    assert {result.n_questions for result in compared} == {6}
    assert asked.calls > 100
    assert asked.completion_tokens > asked.calls
    assert "smollm2-135m-instruct" in page
    with Run.create(config, tmp_path, ledger=Ledger()) as run:
        again = run.verify()
        assert run.ledger.totals().calls == 0, "a second look replays what was paid for"
    assert again.epsilon == verification.epsilon
    assert again.interval == verification.interval
