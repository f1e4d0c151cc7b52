"""The same training from many seeds, on any executor: what a curve with a band is made of."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from econ_theory.parallel import Progress, run_tasks
from llm_bridge.errors import ConfigError, SweepError
from llm_bridge.models.store import Store
from llm_bridge.settings.config import RunConfig

__all__ = ["TrainedRun", "train_seeds"]


@dataclass(frozen=True)
class TrainedRun:
    """What one seed's training left: its configuration, learning curve, and why it ended."""

    config: RunConfig
    curve: tuple[dict[str, Any], ...] = field(repr=False)
    stopped: str


def train_seeds(
    config: RunConfig,
    seeds: Iterable[int],
    *,
    executor: Executor | None = None,
    root: str | Path | None = None,
    progress: Progress | None = None,
) -> tuple[TrainedRun, ...]:
    """Train `config` once a seed and return the runs in the order of `seeds`.

    Parameters
    ----------
    executor : any `concurrent.futures.Executor`; None trains here, one after the other. A run is
        a pure function of configuration and seed: the result is the same on every executor.
    root : keep each run's store in ``root/<name>-seed-<seed>.sqlite``; after an interruption call
        again, and stored replies are replayed. None keeps nothing, which suits simulated models.
    progress : called as ``progress(runs done, runs in all)``

    Raises
    ------
    ConfigError
        If a seed comes twice.
    SweepError
        If a run failed or its worker died; its ``runs`` holds those that ended, by seed.

    Examples
    --------
    >>> from llm_bridge.settings.config import preset
    >>> short = preset("simulated", training__episodes=8, task__n_train=4, task__n_probe=1)
    >>> [run.config.seed for run in train_seeds(short, [3, 5])]
    [3, 5]
    """
    wanted = list(seeds)
    if not wanted or len(set(wanted)) < len(wanted):
        raise ConfigError(f"seeds are {wanted}, want at least one and none twice.")
    configs = [config.replace(seed=seed) for seed in wanted]
    folder = None if root is None else Path(root)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    outcomes, problems = run_tasks(
        _train, [(one, folder) for one in configs], executor=executor, progress=progress
    )
    if problems:
        place, problem = next(iter(problems.items()))
        runs = {wanted[k]: run for k, run in outcomes.items()}
        raise SweepError(
            f"training did not end from seeds {[wanted[k] for k in sorted(problems)]}, from "
            f"{wanted[place]} with {type(problem).__name__}: {problem}; the other {len(runs)} of "
            f"{len(wanted)} runs are in this error's runs, call again with those seeds.",
            runs,
        ) from problem
    return tuple(outcomes[k] for k in range(len(wanted)))


def _train(config: RunConfig, folder: Path | None) -> TrainedRun:
    """Train one seed; runs on the executor."""
    from llm_bridge.econ import train

    file = ":memory:" if folder is None else folder / f"{config.name}-seed-{config.seed}.sqlite"
    with Store(file) as store:
        system = train(config, store=store)
    return TrainedRun(config, system.curve, system.stopped)
