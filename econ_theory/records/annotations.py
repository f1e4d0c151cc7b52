"""Whether the fields of a record are of the types its class declares."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from fractions import Fraction
from functools import cache
from inspect import Parameter, signature
from typing import Any, Literal, get_args, get_origin

import numpy as np

__all__ = ["fields_fault"]


def fields_fault(cls: type, given: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return which of the fields `given` is missing, unknown or of a wrong type for `cls`, and how.

    >>> from econ_theory import StrategyProfile
    >>> fields_fault(StrategyProfile, {"rows": 3})
    ('rows', 'is 3, want tuple[Array, ...].')
    >>> fields_fault(StrategyProfile, {})
    ('rows', 'is missing, want it.')
    """
    declared, needed = _declared(cls)
    for name in given:
        if name not in declared:
            return name, f"is unknown, want only {', '.join(declared)}."
    for name in needed:
        if name not in given:
            return name, "is missing, want it."
    for name, value in given.items():
        annotation, module = declared[name]
        if not _fits(value, _tree(annotation), module):
            return name, f"is {value!r:.60}, want {annotation}."
    return None


@cache
def _declared(cls: type) -> tuple[dict[str, tuple[str, str]], tuple[str, ...]]:
    """Return each field's annotation and the module that speaks, and the fields that are needed."""
    own = getattr(cls, "_from_record", None)
    if own is not None or not (is_dataclass(cls) or hasattr(cls, "_fields")):
        parameters = signature(own or cls).parameters.values()
        module = getattr(own, "__module__", cls.__module__)
        return (
            {p.name: (str(p.annotation), module) for p in parameters},
            tuple(p.name for p in parameters if p.default is Parameter.empty),
        )
    declared: dict[str, tuple[str, str]] = {}
    for base in reversed(cls.__mro__):
        for name, annotation in vars(base).get("__annotations__", {}).items():
            text = getattr(annotation, "__forward_arg__", annotation)
            declared[name] = str(text), base.__module__
    if is_dataclass(cls):
        public = [f for f in fields(cls) if not f.name.startswith("_")]
        names = [f.name for f in public]
        needed = [f.name for f in public if f.default is MISSING and f.default_factory is MISSING]
    else:
        names = list(cls._fields)  # type: ignore[attr-defined]
        defaults = cls._field_defaults  # type: ignore[attr-defined]
        needed = [name for name in names if name not in defaults]
    return {name: declared[name] for name in names}, tuple(needed)


@cache
def _tree(annotation: str) -> ast.expr:
    return ast.parse(annotation, mode="eval").body


def _fits(value: Any, tree: ast.expr, module: str) -> bool:
    """Return whether `value` is of the type that an annotation in `module` spells out."""
    if isinstance(tree, ast.BinOp):
        return _fits(value, tree.left, module) or _fits(value, tree.right, module)
    if isinstance(tree, ast.Constant):
        return value is None if tree.value is None else True
    if isinstance(tree, ast.Subscript) and isinstance(tree.value, ast.Name):
        parts = tree.slice.elts if isinstance(tree.slice, ast.Tuple) else [tree.slice]
        return _fits_generic(value, tree.value.id, parts, module)
    return not isinstance(tree, ast.Name) or _fits_name(value, tree.id, module)


def _fits_generic(value: Any, name: str, parts: list[ast.expr], module: str) -> bool:
    if name == "Literal":
        return any(isinstance(value, str) and value == ast.literal_eval(part) for part in parts)
    if name == "tuple":
        if not isinstance(value, tuple):
            return False
        if isinstance(parts[-1], ast.Constant) and parts[-1].value is Ellipsis:
            parts = [parts[0]] * len(value)
        return len(parts) == len(value) and all(
            _fits(part, tree, module) for part, tree in zip(value, parts, strict=True)
        )
    if name in ("list", "Sequence", "Iterable"):
        kinds = list if name == "list" else (list, tuple)
        return isinstance(value, kinds) and all(_fits(part, parts[0], module) for part in value)
    if name in ("Mapping", "dict"):
        return isinstance(value, Mapping) and all(
            _fits(part, parts[1], module) for part in value.values()
        )
    return callable(value) if name == "Callable" else True


def _fits_name(value: Any, name: str, module: str) -> bool:
    if name in ("int", "float", "bool", "str"):
        return type(value) in {"float": (float, int, Fraction)}.get(name, (vars(builtins)[name],))
    if name == "Array":
        return isinstance(value, np.ndarray)
    known = vars(sys.modules[module]).get(name)
    if get_origin(known) is Literal:
        return any(type(value) is type(choice) and value == choice for choice in get_args(known))
    if known is Any:
        return True
    if isinstance(known, type) and not getattr(known, "_is_protocol", False):
        return isinstance(value, known)
    if known is not None:
        return True
    # A name for type checkers alone: a class of this library, which goes by its name.
    return name in {base.__name__ for base in type(value).__mro__}
