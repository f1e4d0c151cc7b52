"""Gauss's rule on the pieces of a grid, and grids that are finer at both ends.

Distribution functions of types may have infinite slopes at the ends of the support: there the
outermost pieces are halved again and again, so that the rule on each piece is exact up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from econ_theory.arrays import Array

__all__ = [
    "cosine_shares",
    "even_shares",
    "integrals",
    "nodes_of",
    "placed",
    "running",
    "unit_rule",
]


def unit_rule(n_nodes: int) -> tuple[Array, Array]:
    """Return Gauss's nodes in (0, 1) and their weights, which add up to 1: exact to degree 2n - 1.

    >>> x, weights = unit_rule(2)
    >>> round(float(weights @ x**3), 12)
    0.25
    """
    nodes, weights = np.polynomial.legendre.leggauss(n_nodes)
    return (nodes + 1) / 2, weights / 2


NODES, WEIGHTS = unit_rule(8)


def nodes_of(low: Any, high: Any) -> tuple[Array, Array]:
    """Return eight nodes and their weights between each `low` and `high`: ``(..., 8)`` both.

    >>> s, weights = nodes_of([0.0, 1.0], [1.0, 3.0])
    >>> (weights * s).sum(axis=1).round(12)
    array([0.5, 4. ])
    """
    low, width = np.asarray(low, dtype=float), np.asarray(high, dtype=float) - low
    return low[..., None] + width[..., None] * NODES, width[..., None] * WEIGHTS


def integrals(function: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Return the integral of `function` from each `low` to each `high`, by eight nodes each.

    >>> integrals(np.square, np.array([0.0, 1.0]), np.array([1.0, 2.0])).round(12)
    array([0.33333333, 2.33333333])
    """
    return function(nodes_of(low, high)[0]) @ WEIGHTS * (high - low)


def running(function: Callable[[Array], Array], points: Array) -> Array:
    """Return the integral of `function` from the first of `points` to each of them.

    >>> running(np.square, np.array([0.0, 1.0, 2.0])).round(12)
    array([0.        , 0.33333333, 2.66666667])
    """
    return np.concatenate([[0.0], np.cumsum(integrals(function, points[:-1], points[1:]))])


def even_shares(n_pieces: int, halvings: int = 0) -> Array:
    """Return shares from 0 to 1 in equal pieces, the outermost halved `halvings` times.

    >>> even_shares(2, 1)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    return _halved(np.linspace(0, 1, n_pieces + 1), halvings)


def cosine_shares(n_pieces: int, halvings: int = 0) -> Array:
    """Return shares from 0 to 1 that crowd at both ends like cosines, the outermost halved.

    >>> cosine_shares(3).round(12)
    array([0.  , 0.25, 0.75, 1.  ])
    """
    return _halved((1 - np.cos(np.linspace(0, np.pi, n_pieces + 1))) / 2, halvings)


def placed(shares: Array, low: float, high: float, more: Any = ()) -> Array:
    """Return the points at `shares` of the way from `low` to `high`, and those `more` in between.

    The last is `high` itself; no two are equal.

    >>> placed(even_shares(2), 1.0, 3.0, [1.5, 7.0])
    array([1. , 1.5, 2. , 3. ])
    """
    points, more = low + (high - low) * shares, np.asarray(more, dtype=float)
    points[-1] = high
    return np.unique(np.concatenate([points, more[(more > low) & (more < high)]]))


def _halved(shares: Array, halvings: int) -> Array:
    ends = shares[1] * 0.5 ** np.arange(1, halvings + 1)
    return np.unique(np.concatenate([shares, ends, 1 - ends]))
