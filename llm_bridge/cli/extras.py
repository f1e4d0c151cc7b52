"""What each optional installation brings: its packages, and what they make possible."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from econ_theory.errors import MissingExtra

__all__ = ["CORE", "EXTRAS", "Extra", "check_installed", "extra_of", "found_version"]

CORE = (
    "numpy",
    "scipy",
    "nashpy",
    "sympy",
    "matplotlib",
    "lazy_loader",
    "tqdm",
    "typer",
    "rich",
)


@dataclass(frozen=True)
class Extra:
    """An extra of the distribution: what it is for, and its packages by import name."""

    name: str
    purpose: str
    packages: dict[str, str]

    @property
    def remedy(self) -> str:
        """The line that installs it."""
        return f'pip install "econ-theory[{self.name}]"'


EXTRAS = {
    extra.name: extra
    for extra in (
        Extra(
            "llm",
            "teams of language models: econ train, compare, verify, report, demo",
            {
                "torch": "torch",
                "openai": "openai",
                "pydantic": "pydantic",
                "jinja2": "jinja2",
                "platformdirs": "platformdirs",
                "reasoning_gym": "reasoning-gym",
                "xllamacpp": "xllamacpp",
                "wordllama": "wordllama",
            },
        ),
        Extra("neural", "the solver PolicyGradient", {"torch": "torch"}),
        Extra("exact", "faster exact arithmetic on large supports", {"flint": "python-flint"}),
        Extra("cluster", "econ audit --scheduler", {"distributed": "distributed"}),
        Extra(
            "interop",
            "games and results of other libraries",
            {
                "pandas": "pandas",
                "xarray": "xarray",
                "pygambit": "pygambit",
                "quantecon": "quantecon",
                "pyspiel": "open_spiel",
            },
        ),
        Extra(
            "dev",
            "the tests: make test",
            {
                "flint": "python-flint",
                "distributed": "distributed",
                "pytest": "pytest",
                "xdist": "pytest-xdist",
                "pytest_benchmark": "pytest-benchmark",
                "hypothesis": "hypothesis",
                "nbmake": "nbmake",
                "ipykernel": "ipykernel",
                "ipywidgets": "ipywidgets",
                "nbformat": "nbformat",
                "ruff": "ruff",
                "pyright": "pyright",
                "importlinter": "import-linter",
                "pygambit": "pygambit",
                "pandas": "pandas",
                "xarray": "xarray",
            },
        ),
    )
}


def found_version(package: str) -> str | None:
    """Return the version of an installed `package`, None if it is not installed.

    >>> found_version("no-such-package") is None
    True
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def extra_of(module: str) -> Extra | None:
    """Return the first extra that brings `module`, None if none does.

    >>> extra_of("jinja2").name, extra_of("torch.nn").name, extra_of("json")
    ('llm', 'llm', None)
    """
    top = module.partition(".")[0]
    return next((extra for extra in EXTRAS.values() if top in extra.packages), None)


def check_installed(module: str) -> None:
    """Raise `MissingExtra` if `module` cannot be imported; nothing is imported to find out.

    Called before a command does anything, so that it does not stop half way.

    >>> check_installed("jinja2")
    """
    try:
        found = find_spec(module)
    except ImportError:
        found = None
    if found is None and (extra := extra_of(module)):
        raise MissingExtra(
            f"{module} is not installed, want it for this command; run: {extra.remedy}"
        )
