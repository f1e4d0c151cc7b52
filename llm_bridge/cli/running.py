"""`econ train`, `compare`, `verify`, `report` and `demo`: a run, stage by stage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from econ_theory.errors import EconError
from llm_bridge.cli.console import emit, guarded, say
from llm_bridge.cli.extras import check_installed
from llm_bridge.cli.progress import stage_progress
from llm_bridge.errors import ConfigError

if TYPE_CHECKING:
    from llm_bridge.report import ReportData
    from llm_bridge.runs import Run
    from llm_bridge.settings.config import RunConfig

__all__ = ["compare", "demo", "report", "train", "verify"]

Folder = Annotated[Path, typer.Argument(help="The run's folder, e.g. runs/demo.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Root = Annotated[Path, typer.Option(help="Where run folders are kept.")]


@guarded
def train(
    config: Annotated[
        Path | None, typer.Option(help="A .toml or .json configuration; or use --preset.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="A shipped configuration by name.")] = None,
    resume: Annotated[Path | None, typer.Option(help="Go on with the run in this folder.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run and its folder.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed in place of the configuration's.")] = None,
    root: Root = Path("runs"),
    show: Annotated[bool, typer.Option("--show", help="Print the configuration and stop.")] = False,
    json_: Json = False,
) -> None:
    """Train a team of language models with ECON; a run that was interrupted goes on."""
    if not show:
        check_installed("torch")
    from llm_bridge.runs import Run
    from llm_bridge.settings.config_text import to_toml

    if resume is not None:
        if config or preset or name or seed is not None:
            raise ConfigError(
                "--resume came with other settings, want it alone: the folder has them all."
            )
        with stage_progress("train") as live, Run.open(resume, ledger=live.ledger) as run:
            _train(run, live, json_)
        return
    settings = _settings(config, preset, name, seed)
    if show:
        say(to_toml(settings.model_dump(mode="json", exclude_none=True)))
        return
    with stage_progress("train") as live, Run.create(settings, root, ledger=live.ledger) as run:
        _train(run, live, json_)


@guarded
def compare(run: Folder, json_: Json = False) -> None:
    """Answer held-out questions with the team and with baselines at equal tokens."""
    with _opened(run, "compare") as opened:
        opened.compare()
    _tell(run, "compare", json_)


@guarded
def verify(run: Folder, json_: Json = False) -> None:
    """Build the empirical game and certify the trained policy: epsilon with an interval."""
    with _opened(run, "verify") as opened:
        opened.verify()
    _tell(run, "verify", json_)


@guarded
def report(run: Folder, json_: Json = False) -> None:
    """Write the run's report.html from what its stages found."""
    check_installed("jinja2")
    from llm_bridge.runs import Run

    with _whole(run):
        opened = Run.open(run)
    with opened:
        with _whole(run):
            data = opened.report_data()
        file = opened.report()
        if json_:
            emit(data.to_dict())
        else:
            say(f"report: {file}")


@guarded
def demo(
    root: Root = Path("runs"),
    preset: Annotated[str, typer.Option(help="A shipped configuration by name.")] = "demo",
) -> None:
    """Do the main job: train on real local models, compare, verify, write the report."""
    for module in ("torch", "jinja2"):
        check_installed(module)
    from llm_bridge.runs import Run

    settings = _settings(None, preset, None, None)
    with stage_progress("train") as live, Run.create(settings, root, ledger=live.ledger) as run:
        live.total = settings.training.episodes
        run.train(progress=live.advance)
        folder = run.folder
    with _opened(folder, "compare") as run:
        run.compare()
    with _opened(folder, "verify") as run:
        run.verify()
    with Run.open(folder) as run:
        file = run.report()
        _show(run.report_data())
    say(f"\nreport: {file}")


def _settings(
    config: Path | None, preset: str | None, name: str | None, seed: int | None
) -> RunConfig:
    from llm_bridge.settings.config import load_config
    from llm_bridge.settings.config import preset as shipped

    if config is not None and preset is None:
        settings = load_config(config)
    elif preset is not None and config is None:
        settings = shipped(preset)
    else:
        raise ConfigError(
            "train got both or neither of --config and --preset, want one of them; "
            "try: econ train --preset simulated"
        )
    changes: dict[str, Any] = {"name": name, "seed": seed}
    changes = {key: value for key, value in changes.items() if value is not None}
    return settings.replace(**changes) if changes else settings


def _train(run: Run, live: Any, json_: bool) -> None:
    live.total = run.config.training.episodes
    system = run.train(progress=live.advance)
    if json_:
        emit({"folder": str(run.folder), "stopped": system.stopped, "curve": list(system.curve)})
        return
    last = system.curve[-1]
    groups = ", ".join(f"{name} {count:,}" for name, count in system.n_parameters.items())
    live.finish()
    say(f"parameters: {groups}")
    say(
        f"{last['episodes']} episodes, mean reward {last['reward']:.3f} at the end "
        f"({system.stopped}); next: econ compare {run.folder}"
    )


@contextmanager
def _opened(folder: Path, stage: str) -> Iterator[Run]:
    check_installed("torch")
    from llm_bridge.runs import Run

    with stage_progress(stage) as live:
        with _whole(folder):
            run = Run.open(folder, ledger=live.ledger)
        with run:
            yield run


@contextmanager
def _whole(folder: Path) -> Iterator[None]:
    """Say in a sentence that the files of a run, read inside the block, are damaged."""
    try:
        yield
    except EconError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ConfigError(
            f"the run in {folder} is damaged ({type(error).__name__}: {error}), want the files "
            "that econ train wrote; restore them from a copy, or start a new run."
        ) from error


def _tell(folder: Path, stage: str, json_: bool) -> None:
    from llm_bridge.runs import Run

    with Run.open(folder) as run:
        data = run.report_data()
    if json_:
        emit(data.to_dict()["comparison" if stage == "compare" else "verification"])
    else:
        _show(data)


def _show(data: ReportData) -> None:
    from llm_bridge.report import verdict

    for line in verdict(data):
        say(line)
