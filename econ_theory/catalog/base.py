"""What a catalog entry is, and the few helpers that its games share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.strategies import StrategyProfile

__all__ = ["Entry", "Number", "exact_profile", "independent", "root", "tabulate"]

Number = Fraction | int | float | str
"""A parameter: turned into the Fraction equal to it; write 0.1 as "0.1" or Fraction(1, 10)."""


@dataclass(frozen=True)
class Entry:
    """A named `game` with `equilibria` known from its `source`; the list need not be complete.

    Attributes
    ----------
    name : str
        Distinct among `catalog.entries()`.
    game : BayesianGame
    equilibria : tuple of StrategyProfile
        In Fractions, or floats where they are irrational.
    source, note : str
        Where game and equilibria come from, and what is worth knowing about them.
    """

    name: str
    game: BayesianGame
    equilibria: tuple[StrategyProfile, ...]
    source: str
    note: str = ""


def tabulate(shape: Sequence[int], entry: Callable[..., Any]) -> Array:
    """Return the tensor of Fractions ``entry(*index)``; the index holds types, then actions.

    >>> tabulate((2,), lambda t: t)
    array([Fraction(0, 1), Fraction(1, 1)], dtype=object)
    """
    flat = np.empty(prod(shape), dtype=object)
    flat[:] = [Fraction(entry(*index)) for index in product(*map(range, shape))]
    return flat.reshape(shape)


def independent(*marginals: Sequence[Fraction]) -> Array:
    """Return the prior under which types are independent with these marginals.

    >>> independent([Fraction(1, 2), Fraction(1, 2)], [Fraction(1)]).ravel()
    array([Fraction(1, 2), Fraction(1, 2)], dtype=object)
    """
    return tabulate(
        [len(marginal) for marginal in marginals],
        lambda *t: prod(marginal[k] for marginal, k in zip(marginals, t, strict=True)),
    )


def exact_profile(*rows: Sequence[Sequence[Fraction | int | float]]) -> StrategyProfile:
    """Return the profile in Fractions, or in floats if any probability is a float."""
    numbers = [p for player in rows for row in player for p in row]
    kind = float if any(isinstance(p, float) for p in numbers) else Fraction
    return StrategyProfile([[[kind(p) for p in row] for row in player] for player in rows])


def root(value: Fraction, k: int) -> Fraction | float:
    """Return the k-th root of ``value >= 0``: a Fraction where it is rational, else a float.

    >>> root(Fraction(4, 9), 2), root(Fraction(2), 2)
    (Fraction(2, 3), 1.4142135623730951)
    """
    approximate = float(value) ** (1 / k)
    top, bottom = (round(float(part) ** (1 / k)) for part in value.as_integer_ratio())
    exact = Fraction(top, bottom) if bottom else None
    return exact if exact is not None and exact**k == value else approximate
