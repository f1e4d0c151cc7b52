"""`econ doctor`: what works on this machine, what is missing, and how to get it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from econ_theory.errors import EconError
from llm_bridge.cli.console import EXIT_NOT_CONVERGED, complain, emit, guarded, out, say, shown
from llm_bridge.cli.extras import CORE, EXTRAS, Extra, found_version

__all__ = ["Finding", "doctor", "findings"]

COLOURS = {"ok": "green", "missing": "red", "note": "yellow"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `state` is "ok", "missing" (with the remedy) or "note"."""

    what: str
    state: Literal["ok", "missing", "note"]
    detail: str
    remedy: str = ""


@guarded
def doctor(
    probe: Annotated[
        bool, typer.Option(help="Also measure how often the local model is right, by task.")
    ] = False,
    questions: Annotated[
        int, typer.Option("-n", min=1, max=10_000, help="Questions a task for --probe.")
    ] = 20,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Say what works on this machine, what is missing for what, and how to get it."""
    found = list(findings())
    rows = _probe(questions) if probe else []
    if json_:
        emit({"findings": [asdict(finding) for finding in found], "probe": rows})
    else:
        for finding in found:
            remedy = f" — {finding.remedy}" if finding.remedy else ""
            out.print(shown(f"{finding.state:>7}", COLOURS[finding.state]), end="  ")
            say(f"{finding.what}: {finding.detail}{remedy}")
        if rows:
            _show_probe(rows)
    if any(finding.state == "missing" for finding in found):
        raise typer.Exit(EXIT_NOT_CONVERGED)


def findings() -> Iterator[Finding]:
    """Yield what was found, from the interpreter up to the language model."""
    version = platform.python_version()
    enough = sys.version_info >= (3, 11)
    remedy = "" if enough else "install Python 3.11 or newer"
    yield Finding("Python", "ok" if enough else "missing", version, remedy)
    yield Finding("processor cores", "ok", str(os.cpu_count()))
    for name in CORE:
        yield _package(name)
    for extra in EXTRAS.values():
        yield _extra(extra)
    if found_version("platformdirs"):
        yield from _weights()
    if found_version("wordllama"):
        yield _embedder()
    yield _endpoint()
    yield _folder(Path("runs"))


def _package(name: str) -> Finding:
    found = found_version(name)
    if found is None:
        return Finding(name, "missing", "not installed", 'pip install "econ-theory"')
    return Finding(name, "ok", found)


def _extra(extra: Extra) -> Finding:
    """Say what an extra is for, and what it has or lacks; to lack one is no fault."""
    versions = {name: found_version(name) for name in extra.packages.values()}
    missing = [name for name, found in versions.items() if found is None]
    what = f"extra {extra.name} ({extra.purpose})"
    if missing:
        words = f"not installed: {', '.join(missing)}"
        return Finding(what, "note", words, extra.remedy)
    return Finding(what, "ok", ", ".join(f"{name} {found}" for name, found in versions.items()))


def _weights() -> Iterator[Finding]:
    from llm_bridge.models.weights import WEIGHTS, models_folder

    for name, weights in WEIGHTS.items():
        file = models_folder() / weights.file
        if file.is_file():
            size = file.stat().st_size / 1e6
            yield Finding(f"model {name}", "ok", f"{size:.0f} MB, {weights.licence}")
        else:
            terms = " after accepting its terms" if weights.terms else ""
            yield Finding(
                f"model {name}",
                "note",
                f"not on this machine ({weights.size / 1e6:.0f} MB, {weights.licence})",
                f"fetched on first use{terms}",
            )


def _embedder() -> Finding:
    from llm_bridge.models.embeddings import WordLlamaEmbedder

    try:
        embedder = WordLlamaEmbedder()
        embedder.embed(["four"])
    except EconError as error:
        return Finding("embeddings", "missing", str(error), EXTRAS["llm"].remedy)
    return Finding("embeddings", "ok", f"{embedder.name}, {embedder.dimension} dimensions, offline")


def _endpoint() -> Finding:
    if os.environ.get("OPENAI_API_KEY"):
        return Finding("remote endpoint", "ok", "a key is set in OPENAI_API_KEY (not shown)")
    return Finding(
        "remote endpoint",
        "note",
        "no key in OPENAI_API_KEY",
        "only needed for a model of kind 'openai'; local models need none",
    )


def _folder(folder: Path) -> Finding:
    place = folder if folder.exists() else folder.absolute().parent
    free = shutil.disk_usage(place).free / 1e9
    writable = os.access(place, os.W_OK)
    return Finding(
        f"run folder {folder}/",
        "ok" if writable else "missing",
        f"{free:.0f} GB free" if writable else "not writable",
        "" if writable else "start econ in a folder you may write to",
    )


def _probe(n: int) -> list[dict[str, object]]:
    from llm_bridge.settings.config import preset
    from llm_bridge.studies.probe import probe_config

    complain(
        f"asking the local model {n} questions in each style and at each temperature ...", style=""
    )
    return [asdict(row) for row in probe_config(preset("demo"), n=n)]


def _show_probe(rows: list[dict[str, object]]) -> None:
    from rich.table import Table

    table = Table(*[str(key).replace("_", " ") for key in rows[0]])
    for row in rows:
        table.add_row(*(shown(f"{v:.2f}" if isinstance(v, float) else v) for v in row.values()))
    out.print(table)
