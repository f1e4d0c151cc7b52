"""Many seeds: the same runs on every executor, and nothing lost when a worker dies."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from llm_bridge.errors import ConfigError, SweepError
from llm_bridge.settings.config import preset
from llm_bridge.studies.sweep import train_seeds

SHORT = preset("simulated", training__episodes=16, task__n_train=10, task__n_probe=1)
SEEDS = [0, 3, 4, 7]


def test_runs_come_in_the_order_of_seeds_and_differ():
    runs = train_seeds(SHORT, [4, 3])
    assert [run.config.seed for run in runs] == [4, 3]
    assert runs[0].curve[-1]["profile"] != runs[1].curve[-1]["profile"]
    assert runs[1].curve == train_seeds(SHORT, [3])[0].curve


def test_stores_are_kept_where_asked(tmp_path: Path):
    runs = train_seeds(SHORT, [5], root=tmp_path / "sweep")
    assert (tmp_path / "sweep" / "simulated-seed-5.sqlite").is_file()
    assert train_seeds(SHORT, [5], root=tmp_path / "sweep") == runs


def test_a_failing_seed_loses_no_other(tmp_path: Path):
    (tmp_path / "simulated-seed-3.sqlite").write_text("no store")
    with pytest.raises(SweepError, match=r"seeds \[3\].*StoreError.*1 of 2") as caught:
        train_seeds(SHORT, [3, 4], root=tmp_path)
    assert list(caught.value.runs) == [4]


@pytest.mark.parametrize("seeds", [[], [1, 1]])
def test_seeds_are_distinct_and_some(seeds):
    with pytest.raises(ConfigError, match="at least one and none twice"):
        train_seeds(SHORT, seeds)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # a dying worker makes the cluster's own code warn
def test_processes_and_a_cluster_that_loses_a_worker_agree(local_cluster):
    from distributed import Client

    expected = train_seeds(SHORT, SEEDS)
    # Forking a process that holds torch's threads can hang.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert train_seeds(SHORT, SEEDS, executor=pool) == expected
    with local_cluster(2) as cluster, Client(cluster) as client:
        pids = list(client.run(os.getpid).values())

        def kill_one(done: int, total: int) -> None:
            if done == 1:
                os.kill(pids[0], signal.SIGKILL)

        runs = train_seeds(SHORT, SEEDS, executor=client.get_executor(), progress=kill_one)
        assert pids[0] not in client.run(os.getpid).values()
    assert runs == expected
