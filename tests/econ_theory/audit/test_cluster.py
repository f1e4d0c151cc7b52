"""The audit on a real Dask cluster, one of whose workers is killed while it works."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass

import numpy as np
import pytest

from econ_theory.audit import Finding, run_audit


@dataclass(frozen=True)
class Slow:
    """Sums of normal draws that take their time, so that a worker can die among them."""

    seconds: float = 0.0

    id = "SLOW"
    statement = "a sum of draws is the same wherever it is drawn"
    source = "these tests"
    hypotheses = ()

    def n_trials(self, quick: bool) -> int:
        return 40

    def trial(self, rng: np.random.Generator, quick: bool) -> float:
        time.sleep(self.seconds)
        return float(rng.normal(size=10).sum())

    def judge(self, results) -> Finding:
        number = float(np.sum(results))
        return Finding("holds", number, "sum", (number, number), repr(list(results)))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # a dying worker makes the cluster's own code warn
def test_a_killed_worker_changes_nothing(local_cluster):
    from distributed import Client

    expected = run_audit([Slow()], rng=5)["SLOW"].finding
    with local_cluster(2) as cluster, Client(cluster) as client:
        pids = list(client.run(os.getpid).values())
        done: list[int] = []

        def kill_one(finished: int, total: int) -> None:
            done.append(finished)
            if finished == 8:
                os.kill(pids[0], signal.SIGKILL)

        ledger = run_audit(
            [Slow(seconds=0.1)], rng=5, executor=client.get_executor(), progress=kill_one
        )
        assert pids[0] not in client.run(os.getpid).values()
    assert done == list(range(1, 41))
    assert ledger["SLOW"].finding == expected
