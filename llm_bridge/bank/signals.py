"""From private signals to types: quantile bins fitted on training questions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from llm_bridge.errors import ConfigError

__all__ = ["SignalBins"]

_WORDS = {1: ("any",), 2: ("unsure", "sure"), 3: ("unsure", "in between", "sure")}


@dataclass(frozen=True, slots=True, eq=False)
class SignalBins:
    """Cuts of each executor's signal: `edges[i]` (T_i - 1,) increasing; type t counts edges below.

    >>> bins = SignalBins.fit(np.array([[-2.0, -1.0], [-2.0, -1.0], [-0.5, -1.0]]), 2)
    >>> bins.edges[0], bins.n_types, bins.notes
    (array([-1.25]), (2, 1), ('the signal of executor 2 is constant: it has one type.',))
    >>> bins.types(np.array([[-0.4, -9.0], [-3.0, 0.0]]))
    array([[1, 0],
           [0, 0]])
    """

    edges: tuple[np.ndarray, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    def fit(cls, signals: np.ndarray, n_bins: int) -> SignalBins:
        """Return at most `n_bins` bins an executor, from its signals on training questions (Q, n).

        Edges stand half-way between two neighbouring distinct values, at the places nearest to
        the quantiles, so that ties are never split; with no more distinct values than bins every
        value has its own bin.
        """
        signals = np.asarray(signals, dtype=float)
        if n_bins < 1:
            raise ConfigError(f"n_bins is {n_bins}, want at least 1; pass e.g. 2.")
        if signals.ndim != 2 or not signals.size or not np.isfinite(signals).all():
            raise ConfigError(
                f"signals have shape {signals.shape}, want finite numbers (questions, executors)."
            )
        edges = [_edges(column, n_bins) for column in signals.T]
        notes = []
        for i, cuts in enumerate(edges):
            if not len(cuts) and n_bins > 1:
                notes.append(f"the signal of executor {i + 1} is constant: it has one type.")
            elif len(cuts) + 1 < n_bins:
                notes.append(
                    f"the signal of executor {i + 1} has {len(cuts) + 1} bins instead of {n_bins}, "
                    "for ties."
                )
        return cls(tuple(edges), tuple(notes))

    @property
    def n_types(self) -> tuple[int, ...]:
        """Number of types of each executor."""
        return tuple(len(cuts) + 1 for cuts in self.edges)

    @property
    def labels(self) -> tuple[tuple[str, ...], ...]:
        """The types in words, lowest signal first."""
        return tuple(
            _WORDS.get(t) or tuple(f"sureness {k} of {t}" for k in range(1, t + 1))
            for t in self.n_types
        )

    def types(self, signals: np.ndarray) -> np.ndarray:
        """Return the types of signals (Q, n), integers of the same shape."""
        signals = np.asarray(signals, dtype=float)
        if signals.ndim != 2 or signals.shape[1] != len(self.edges):
            raise ConfigError(
                f"signals have shape {signals.shape}, want (questions, {len(self.edges)})."
            )
        columns = [
            np.searchsorted(cuts, column, side="left")
            for cuts, column in zip(self.edges, signals.T, strict=True)
        ]
        return np.stack(columns, axis=1)


def _edges(values: np.ndarray, n_bins: int) -> np.ndarray:
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) < 2 or n_bins < 2:
        return np.empty(0)
    gaps = (distinct[:-1] + distinct[1:]) / 2
    if len(distinct) <= n_bins:
        return gaps
    # Share of the values below each gap; each quantile takes the gap nearest to it.
    below = np.cumsum(counts)[:-1] / len(values)
    wanted = np.arange(1, n_bins) / n_bins
    return gaps[np.unique(np.abs(below[None, :] - wanted[:, None]).argmin(axis=1))]
