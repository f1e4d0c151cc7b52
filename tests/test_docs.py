"""The documentation says what the code says: generated pages are current, examples run."""

from __future__ import annotations

import doctest
import importlib.util
from pathlib import Path

import econ_theory

DOCS = Path(econ_theory.__file__).parent.parent / "docs"


def script(name: str):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_choose_a_solver_is_what_its_script_writes() -> None:
    committed = (DOCS / "choose-a-solver.md").read_text(encoding="utf-8")
    assert committed == script("make_choose_a_solver").page(), (
        "run: python docs/make_choose_a_solver.py"
    )


def test_the_examples_of_choose_a_solver_run() -> None:
    path = str(DOCS / "choose-a-solver.md")
    results = doctest.testfile(path, module_relative=False, encoding="utf-8")
    assert results.attempted > 5
    assert results.failed == 0
