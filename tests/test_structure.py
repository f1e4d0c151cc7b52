"""The house rules that a reader relies on: cheap imports, documented names, true stubs."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import econ_theory
import llm_bridge

ROOT = Path(econ_theory.__file__).parent.parent
PACKAGES = {"econ_theory": 0.060, "llm_bridge": 0.150}
HEAVY = {"torch", "scipy", "sympy", "nashpy", "matplotlib", "openai", "xllamacpp", "pygambit"}


def cost_of(statement: str) -> tuple[float, list[str]]:
    """CPU seconds of `statement` over `import numpy`, and the modules it loaded."""
    code = (
        "import json, sys, time, numpy\n"
        "before = set(sys.modules)\n"
        "start = time.process_time()\n"
        f"{statement}\n"
        "cost = time.process_time() - start\n"
        "print(json.dumps([cost, sorted(set(sys.modules) - before)]))"
    )
    runs = [
        json.loads(
            subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        )
        for _ in range(5)
    ]
    return min(seconds for seconds, _ in runs), runs[0][1]


@pytest.mark.parametrize("package", PACKAGES)
def test_import_is_cheap(package: str) -> None:
    seconds, loaded = cost_of(f"import {package}")
    assert not HEAVY & set(loaded), "heavy libraries load inside the functions that need them"
    assert seconds <= PACKAGES[package]


def test_solving_a_finite_game_loads_what_it_needs() -> None:
    """No heavy library, no family of continuous games, no judge or solver of theirs."""
    statement = (
        "from econ_theory import BayesianGame, solve, certify\n"
        "game = BayesianGame([[1]], [[[[[2, 0], [0, 1]]]]] * 2)\n"
        "solve(game)"
    )
    seconds, loaded = cost_of(statement)
    assert not HEAVY & set(loaded)
    light = {"econ_theory.games.continuous", "econ_theory.games.continuous.base"}
    assert not {name for name in loaded if ".continuous" in name} - light
    solvers = {name for name in loaded if name.startswith("econ_theory.solvers.finite.")}
    assert solvers <= {
        f"econ_theory.solvers.finite.{name}"
        for name in ("lemke", "zero_sum_lp", "algebra", "algebra.tableau")
    }
    assert seconds <= 0.150


def modules() -> list[str]:
    return [
        info.name
        for package in (econ_theory, llm_bridge)
        for info in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    ]


@pytest.mark.parametrize("name", modules())
def test_module_says_what_lives_in_it(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, "a module begins with what lives there"
    if not hasattr(module, "__path__"):
        assert len(inspect.getsource(module).splitlines()) <= 400, "a module has at most 400 lines"
    for public in getattr(module, "__all__", ()):
        thing = getattr(module, public)
        if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__ == name:
            assert thing.__doc__, f"{name}.{public} has no docstring"
            for method, function in vars(thing).items() if inspect.isclass(thing) else ():
                if not method.startswith("_") and inspect.isfunction(function):
                    assert inspect.getdoc(getattr(thing, method)), f"{public}.{method}"


STUBS = [stub for package in PACKAGES for stub in sorted(ROOT.glob(f"{package}/**/__init__.pyi"))]


@pytest.mark.parametrize("stub", STUBS, ids=lambda p: p.parent.name)
def test_stub_hands_out_what_it_lists(stub: Path) -> None:
    package = importlib.import_module(".".join(stub.parent.relative_to(ROOT).parts))
    tree = ast.parse(stub.read_text())
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == set(package.__all__)
    for name in package.__all__:
        assert getattr(package, name) is not None


def test_the_readme_example_runs_and_proves_what_it_says() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    example = text.split("```python\n")[1].split("```")[0]
    result = subprocess.run(
        [sys.executable, "-c", example], capture_output=True, text=True, check=True
    )
    first, *played, how, summary, equilibrium, proof = result.stdout.splitlines()
    assert first.startswith("Lemke: epsilon = ")
    assert played[0] == "entrant"
    assert played[2].startswith("  weak: enter 0.857")
    assert how == "two players, small: complementary pivoting"
    assert summary.startswith("1 equilibrium (complete): all vertices were matched")
    assert "weak: enter 6/7, out 1/7" in equilibrium
    assert proof.startswith("epsilon = 0 "), "the certificate is exact"
    assert proof.endswith("nobody gains by deviating")


def test_nothing_names_the_workplace() -> None:
    """No file speaks of a machine path or of a key."""
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    needles = ["/" + "work/", "../" + "shared", "sk-" + "proj-"]
    for file in filter(None, files):
        path = ROOT / file
        if path.suffix in {".png", ".gz"} or not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        assert not [needle for needle in needles if needle in text], file
