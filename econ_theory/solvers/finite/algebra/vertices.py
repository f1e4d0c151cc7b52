"""Vertices of best-response polyhedra by the double description method, in exact integers."""

from __future__ import annotations

from collections.abc import Generator
from itertools import product
from typing import Any, TypeVar

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import RefusedError

__all__ = ["MOST_LABELS", "best_response_vertices", "drained"]

Result = TypeVar("Result")

Vertices = tuple[Array, Array]
"""Points and labels."""

MOST_LABELS = 64
"""Facets are kept as the bits of one machine word."""

MOST_PAIRS = 2_500_000
"""Entries of the largest temporary table of pairs."""

BLOCK = 2_000
"""New rays that are computed at a time."""

FLOAT_TOLERANCE = 1e-9


def drained(search: Generator[Any, None, Result]) -> Result:
    """Run `search` to its end, whatever it yields, and return what it returns.

    >>> def search():
    ...     yield None
    ...     return 3
    >>> drained(search())
    3
    """
    while True:
        try:
            next(search)
        except StopIteration as stop:
            return stop.value


def best_response_vertices(
    worth: Array, own: Array, other: Array, most: int
) -> Generator[None, None, Vertices]:
    """Return, by ``yield from``, the vertices of a best-response polyhedron.

    That is ``{(y, p): y a strategy, p[own[k]] >= (worth y)[k] for all k}``. On the way, None is
    yielded at a steady pace.

    Parameters
    ----------
    worth : (N_i, N_j) array
        What each action of player i is worth against y: Python integers (then everything is
        exact), or floats of size one.
    own, other : (N_i,) and (N_j,) arrays
        The type of each row and of each column, in increasing order from 0 on.
    most : largest number of vertices, also in between; more is refused

    Returns
    -------
    points : (V, 1 + N_j) array
        Positive multiples of ``(1, y)``.
    labels : (V,) array of uint64
        Bit k < N_i: row k is a best reply to y. Bit ``N_i + k``: y leaves column k unplayed.

    Raises
    ------
    RefusedError
        If there are more than `most` vertices, or more than 64 labels.

    Examples
    --------
    >>> worth, one_type = np.array([[2, 0], [0, 1]], dtype=object), np.array([0, 0])
    >>> search = best_response_vertices(worth, one_type, one_type, 100)
    >>> points, labels = drained(search)
    >>> points.tolist(), labels.tolist()
    ([[1, 1, 0], [3, 1, 2], [1, 0, 1]], [9, 3, 6])

    Source: Motzkin, Raiffa, Thompson and Thrall 1953; adjacency: Fukuda and Prodon 1996.
    """
    n_own, n_other = worth.shape
    if n_own + n_other > MOST_LABELS:
        raise RefusedError(
            f"a polyhedron has {n_own + n_other} facets, want at most {MOST_LABELS}; "
            "use SupportEnumeration."
        )
    rays, zeros, bounding = _first_description(worth, own, other, most)
    # Homogeneous dimension: scale, free weights of y, and one p a type.
    dimension = 1 + n_other - (other[-1] + 1) + (own[-1] + 1)
    for row in np.setdiff1d(np.arange(n_own), bounding):
        slack = rays[:, 1 + n_other + own[row]] - rays[:, 1 : 1 + n_other] @ worth[row]
        bit = np.uint64(1) << np.uint64(row)
        sign = _signs(slack)
        zeros[sign == 0] |= bit
        above, below = np.flatnonzero(sign > 0), np.flatnonzero(sign < 0)
        if not len(below):
            continue
        high, low = yield from _adjacent(zeros, above, below, dimension)
        keep = sign >= 0
        _limit(int(keep.sum()) + len(high), most)
        cuts = [rays[keep]]
        for k in range(0, len(high), BLOCK):
            up, down = high[k : k + BLOCK], low[k : k + BLOCK]
            cuts.append(_reduced(slack[up][:, None] * rays[down] - slack[down][:, None] * rays[up]))
            yield None
        zeros = np.concatenate([zeros[keep], (zeros[high] & zeros[low]) | bit])
        rays = np.concatenate(cuts)
    vertex = rays[:, 0] > 0
    return rays[vertex, : 1 + n_other], zeros[vertex]


def _first_description(
    worth: Array, own: Array, other: Array, most: int
) -> tuple[Array, Array, Array]:
    """Return the rays ``(scale, y, p)`` and labels while one action a type bounds p from below."""
    n_own, n_other = worth.shape
    bounding = np.unique(own, return_index=True)[1]
    n_types = len(bounding)
    choices = [np.flatnonzero(other == t) for t in range(other[-1] + 1)]
    _limit(int(np.prod([len(c) for c in choices], dtype=float)), most)
    plans = np.array(list(product(*choices)))
    played = np.zeros((len(plans), n_other), dtype=bool)
    np.put_along_axis(played, plans, True, axis=1)
    rays = np.zeros((len(plans) + n_types, 1 + n_other + n_types), dtype=worth.dtype)
    rays[: len(plans), 0] = 1
    rays[: len(plans), 1 : 1 + n_other] = played.astype(int)
    rays[: len(plans), 1 + n_other :] = played.astype(int).astype(worth.dtype) @ worth[bounding].T
    rays[len(plans) :, 1 + n_other :] = np.eye(n_types, dtype=int)
    bits = np.uint64(1) << np.arange(n_own + n_other, dtype=np.uint64)
    tight, unplayed = bits[bounding], bits[n_own:]
    total = tight.sum(dtype=np.uint64)
    vertices = np.where(played, np.uint64(0), unplayed).sum(axis=1, dtype=np.uint64) | total
    upward = unplayed.sum(dtype=np.uint64) | (total ^ tight)
    return rays, np.concatenate([vertices, upward]), bounding


def _adjacent(
    zeros: Array, above: Array, below: Array, dimension: int
) -> Generator[None, None, tuple[Array, Array]]:
    """Return the pairs of rays, one on each side, that span an edge."""
    highs, lows = [], []
    chunk = max(1, MOST_PAIRS // max(len(below), 1))
    for start in range(0, len(above), chunk):
        part = above[start : start + chunk]
        common = zeros[part][:, None] & zeros[below][None, :]
        first, second = np.nonzero(np.bitwise_count(common) >= dimension - 2)
        shared = common[first, second]
        # An edge lies on no other ray's facets: only its two ends hold all that they share.
        step = max(1, MOST_PAIRS // max(len(zeros), 1))
        edge = np.zeros(len(shared), dtype=bool)
        for k in range(0, len(shared), step):
            block = shared[k : k + step, None]
            edge[k : k + step] = ((zeros[None, :] & block) == block).sum(axis=1) == 2
            yield None
        highs.append(part[first[edge]])
        lows.append(below[second[edge]])
    return np.concatenate(highs), np.concatenate(lows)


def _signs(slack: Array) -> Array:
    if slack.dtype == object:
        return np.array([(s > 0) - (s < 0) for s in slack], dtype=int)
    return np.where(np.abs(slack) <= FLOAT_TOLERANCE, 0, np.sign(slack)).astype(int)


def _reduced(rays: Array) -> Array:
    """Divide each ray by a positive number: the greatest common divisor, or its scale."""
    if rays.dtype == object:
        divisor: Any = np.gcd.reduce(rays, axis=1)
        return rays // divisor[:, None]
    return rays / np.where(rays[:, :1] > FLOAT_TOLERANCE, rays[:, :1], 1.0)


def _limit(count: int, most: int) -> None:
    if count > most:
        raise RefusedError(
            f"a best-response polyhedron has at least {count} vertices, want at most {most}; "
            "use SupportEnumeration, or raise most_vertices."
        )
