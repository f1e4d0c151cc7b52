"""Convex sets in the plane: hulls, sums, and what linear programs in directions say of a set."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from econ_theory.arrays import Array

__all__ = ["hull", "minkowski_sum", "support_polygon"]

TOL = 1e-9
"""Share of a set's size by which a point has to stick out to be a corner."""


def hull(points: Array) -> Array:
    """Return the corners (V, 2) of the convex hull of `points` (P, 2), counterclockwise.

    Two corners of a segment, one of a point.

    >>> hull(np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 0.0], [1.0, 1.0]])).tolist()
    [[0.0, 0.0], [2.0, 0.0], [1.0, 1.0]]
    """
    size = float(np.ptp(points, axis=0).max()) or 1.0
    order = np.lexsort(points.T[::-1])
    lower, upper = _chain(points[order], size), _chain(points[order[::-1]], size)
    corners = np.array([*lower[:-1], *upper[:-1]] or [points[0]])
    far = np.abs(corners - np.roll(corners, 1, axis=0)).max(axis=1) > TOL * size
    return corners[far] if far.any() else corners[:1]


def minkowski_sum(parts: Sequence[Array]) -> Array:
    """Return the corners of the sum of convex sets, each given by points (P, 2) that span it.

    >>> segments = [np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 0.0], [0.0, 2.0]])]
    >>> minkowski_sum(segments).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 2.0], [0.0, 2.0]]
    """
    total = np.zeros((1, 2))
    for part in parts:
        corners = hull(part)
        total = hull((total[:, None] + corners).reshape(-1, 2))
    return total


def support_polygon(support: Callable[[Array], Array]) -> Array:
    """Return the corners of a convex polygon, known by `support`: its farthest point a direction.

    Directions are asked for until no edge can be pushed out: about two a corner.

    >>> square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    >>> support_polygon(lambda towards: square[(square @ towards).argmax()]).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    """
    compass = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    first = [support(towards) for towards in compass]
    found = list(first)
    size = float(np.ptp(first, axis=0).max()) or 1.0
    open_edges = list(zip(first, [*first[1:], first[0]], strict=True))
    while open_edges:
        start, end = open_edges.pop()
        step = end - start
        if np.abs(step).max() <= TOL * size:
            continue
        outward = np.array([step[1], -step[0]]) / np.linalg.norm(step)
        corner = support(outward)
        if outward @ (corner - start) > 1e-7 * size:
            found.append(corner)
            open_edges += [(start, corner), (corner, end)]
    return hull(np.array(found))


def _chain(points: Array, size: float) -> list[Array]:
    """Return the lower chain of sorted `points`: corners that turn left."""
    chain: list[Array] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= TOL * size**2:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Array, b: Array, c: Array) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
