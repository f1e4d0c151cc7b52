"""The documentation says what the code says: generated pages are current, examples run."""

from __future__ import annotations

import doctest
import importlib.util
from pathlib import Path

import pytest

import econ_theory

DOCS = Path(econ_theory.__file__).parent.parent / "docs"


def script(name: str):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = {"choose-a-solver.md": "make_choose_a_solver", "auctions.md": "make_auctions"}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_its_script_writes(name: str) -> None:
    committed = (DOCS / name).read_text(encoding="utf-8")
    assert committed == script(PAGES[name]).page(), f"run: python docs/{PAGES[name]}.py"


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PAGES, "keep-a-result.md", "write-a-game.md"])
def test_the_examples_of_a_page_run(name: str) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    path = str(DOCS / name)
    results = doctest.testfile(path, module_relative=False, encoding="utf-8", optionflags=flags)
    assert results.attempted > 5
    assert results.failed == 0
