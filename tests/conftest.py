"""What tests of both packages share: how Hypothesis draws, and a cluster of real processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The same examples in every run, so that a failure is the change's; "explore" looks for new ones.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture
def local_cluster(tmp_path: Path) -> Callable[[int], AbstractContextManager[Any]]:
    """Return a context manager that runs a Dask cluster of so many workers on loopback."""
    distributed = pytest.importorskip("distributed")

    @contextmanager
    def started(n_workers: int) -> Iterator[Any]:
        with distributed.LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            local_directory=tmp_path,
        ) as cluster:
            yield cluster

    return started
