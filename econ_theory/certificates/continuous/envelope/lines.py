"""The upper envelope of lines: at every point, the best of many lines and which it is."""

from __future__ import annotations

import numpy as np

from econ_theory.arrays import Array

__all__ = ["best_lines"]


def best_lines(slopes: Array, heights: Array, at: Array) -> tuple[Array, Array]:
    """Return ``max_k heights[k] + slopes[k] * at`` and which k, for sorted `at`.

    The upper envelope of lines sorted by slope, by one stack; then one merge.

    >>> values, which = best_lines(np.array([0.0, 1.0]), np.array([1.0, 0.0]), np.array([0.5, 3.0]))
    >>> values, which
    (array([1., 3.]), array([0, 1]))
    """
    order = np.lexsort((heights, slopes))
    rate, base = slopes[order].tolist(), heights[order].tolist()
    stack: list[int] = []
    for k, (m, c) in enumerate(zip(rate, base, strict=True)):
        while stack:
            top = stack[-1]
            if rate[top] == m:
                stack.pop()
                continue
            if len(stack) == 1:
                break
            under = stack[-2]
            # The top line is nowhere above both its neighbours.
            if (c - base[under]) * (rate[top] - rate[under]) < (base[top] - base[under]) * (
                m - rate[under]
            ):
                break
            stack.pop()
        stack.append(k)
    hull = order[stack]
    m, c = slopes[hull], heights[hull]
    with np.errstate(divide="ignore", invalid="ignore"):
        turns = (c[:-1] - c[1:]) / (m[1:] - m[:-1])
    k = np.searchsorted(np.maximum.accumulate(turns), at) if len(turns) else np.zeros(len(at), int)
    values = c[k] + m[k] * at
    for step in (-1, 1):
        near = np.clip(k + step, 0, len(hull) - 1)
        values, k = (
            np.maximum(values, c[near] + m[near] * at),
            np.where(c[near] + m[near] * at > values, near, k),
        )
    return values, hull[k]
