"""Exceptions: one root, each a built-in too, missing extras name their install line."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from econ_theory import errors
from econ_theory.errors import (
    EconError,
    MissingExtra,
    NotConverged,
    SettingError,
    check_number,
    require,
)

BUILT_INS = {
    "GameError": ValueError,
    "FormatError": ValueError,
    "ProfileError": ValueError,
    "SettingError": ValueError,
    "RefusedError": ValueError,
    "NotConverged": RuntimeError,
    "AuditError": RuntimeError,
    "MissingExtra": ImportError,
}


@pytest.mark.parametrize(("name", "built_in"), BUILT_INS.items())
def test_every_exception_is_ours_and_a_built_in(name, built_in):
    exception = getattr(errors, name)
    assert issubclass(exception, EconError)
    assert issubclass(exception, built_in)
    assert name in (errors.__doc__ or "")


def test_every_exported_exception_is_listed_here():
    ours = {name for name in errors.__all__ if name not in ("EconError", "check_number", "require")}
    assert ours == set(BUILT_INS)


def test_not_converged_carries_the_solution():
    assert NotConverged("stopped", solution=42).solution == 42


def test_require_imports_or_names_the_install_line():
    assert require("json", "llm").loads("1") == 1
    with pytest.raises(
        MissingExtra, match=r'no_such is not installed.*"econ-theory\[dev\]"'
    ) as info:
        require("no_such", "dev")
    assert isinstance(info.value.__cause__, ImportError)


@pytest.mark.parametrize(
    ("value", "bounds", "fits"),
    [
        (0, {}, True),
        (0, {"above": True}, False),
        (1e-9, {"above": True}, True),
        (-1e-9, {}, False),
        (2, {"least": 3}, False),
        (3, {"least": 3}, True),
        (math.inf, {}, True),
        (math.inf, {"finite": True}, False),
        (-math.inf, {}, False),
        (math.nan, {}, False),
        (Fraction(1, 3), {"above": True}, True),
        (True, {}, False),
        ("1", {}, False),
        (None, {}, False),
    ],
)
def test_a_setting_is_a_number_within_its_bounds(value, bounds, fits):
    if fits:
        check_number("step", value, **bounds)
        return
    sign, least = ">" if bounds.get("above") else ">=", bounds.get("least", 0)
    with pytest.raises(SettingError) as refusal:
        check_number("step", value, **bounds)
    assert str(refusal.value) == (
        f"step is {value!r}, want a number {sign} {least}; leave it out for the default."
    )
