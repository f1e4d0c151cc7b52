"""Types and joint prior from observed joint types: counted, smoothed, cut into quantile bins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import GameError, SettingError
from econ_theory.games.finite.bayesian import MOST_PLAYERS

__all__ = ["Bin", "SampledPrior", "prior_from_samples"]

MOST_CELLS = 4_000_000


class Bin(float):
    """A type made of a range of values: the mean of its samples, which prints as their range.

    >>> print(Bin(0.2, 0.1, 0.4)), Bin(0.2, 0.1, 0.4) * 10
    0.1 to 0.4
    (None, 2.0)
    """

    low: float
    high: float
    digits: int

    def __new__(cls, mean: float, low: float, high: float, digits: int = 4) -> Bin:
        """Return the bin of values from `low` to `high`, shown with `digits` digits."""
        self = super().__new__(cls, mean)
        self.low, self.high, self.digits = low, high, digits
        return self

    def __getnewargs__(self) -> tuple[float, float, float, int]:
        return float(self), self.low, self.high, self.digits

    def __str__(self) -> str:
        return f"{self.low:.{self.digits}g} to {self.high:.{self.digits}g}"


@dataclass(frozen=True, eq=False)
class SampledPrior:
    """What `prior_from_samples` found.

    `types` holds one tuple of values a player and `prior` is ``(T_1, ..., T_n)``; both are what
    `BayesianGame` and `BayesianGame.from_function` take. `counts` are the observations of each
    joint type, and `cuts[i]` the largest value of each bin but the last of player i (None where
    values were not binned): a new value x is of type ``np.searchsorted(cuts[i], x)``.
    """

    types: tuple[tuple[Any, ...], ...]
    prior: Array
    players: tuple[str, ...] | None
    counts: Array
    cuts: tuple[Array | None, ...]

    @property
    def n_samples(self) -> int:
        """Number of joint types observed."""
        return int(self.counts.sum())


def prior_from_samples(
    samples: Any,
    *,
    types: Sequence[Sequence[Any] | None] | None = None,
    bins: int | Sequence[int | None] | None = None,
    pseudocount: Any = 0,
    exact: bool = False,
) -> SampledPrior:
    """Return the types and the joint prior ``(T_1, ..., T_n)`` of observed joint types.

    ::

        prior[t] = (count[t] + pseudocount) / (N + pseudocount * T_1 * ... * T_n)

    Parameters
    ----------
    samples : (N, n) array, list of N tuples, or DataFrame with a column a player
        One observed joint type a row: labels or numbers.
    types : one list of values a player (or None), optional
        The types in their order, also those never seen. By default the values seen, sorted.
    bins : int, or one int (or None) a player, optional
        Cut a player's numbers at their quantiles into so many types; equal numbers stay together,
        so ties may leave fewer. A type is then a `Bin`: the mean of its samples.
    pseudocount : number >= 0
        Added to the count of every joint type: 0 is the frequency, 1/2 and 1 the posterior means
        of Jeffreys' and of the uniform prior.
    exact : bool
        Return Fractions.

    Raises
    ------
    GameError
        Naming the row, counted from 1, that is no joint type.
    SettingError
        If `bins` or `pseudocount` makes no sense.

    Examples
    --------
    >>> found = prior_from_samples([("low", 3), ("low", 5), ("high", 3)], exact=True)
    >>> found.types
    (('high', 'low'), (3, 5))
    >>> found.prior
    array([[Fraction(1, 3), Fraction(0, 1)],
           [Fraction(1, 3), Fraction(1, 3)]], dtype=object)
    >>> rng = np.random.default_rng(0)
    >>> cut = prior_from_samples(rng.normal(size=(1000, 2)), bins=2)
    >>> [str(t) for t in cut.types[0]], cut.prior.sum(axis=1)
    (['...'], array([0.5, 0.5]))
    """
    columns, players = _columns(samples)
    n = len(columns)
    smoothing = _pseudocount(pseudocount)
    wanted = [None] * n if types is None else list(types)
    cuts_wanted = [bins] * n if bins is None or isinstance(bins, int) else list(bins)
    for what, given in (("types", wanted), ("bins", cuts_wanted)):
        if len(given) != n:
            raise SettingError(f"{what} has {len(given)} entries, want {n}: one a player.")
    codes, values, cuts = [], [], []
    for i, column in enumerate(columns):
        who = players[i] if players else f"player {i + 1}"
        if cuts_wanted[i] is None:
            found, code = _listed(column, wanted[i], who)
            cut = None
        elif wanted[i] is not None:
            raise SettingError(f"both types and bins are given for {who}, want one of them.")
        else:
            found, code, cut = _binned(column, cuts_wanted[i], who)
        values.append(tuple(found))
        codes.append(code)
        cuts.append(cut)
    shape = tuple(map(len, values))
    cells = math.prod(shape)
    if cells > MOST_CELLS:
        raise GameError(
            f"the samples have {shape} types, so {cells:,} joint types, want at most "
            f"{MOST_CELLS:,}; pass fewer bins=."
        )
    counts = np.bincount(np.ravel_multi_index(codes, shape), minlength=cells).reshape(shape)
    total = len(codes[0]) + smoothing * cells
    prior = np.array([(int(k) + smoothing) / total for k in counts.ravel()], dtype=object)
    prior = prior.reshape(shape)
    return SampledPrior(
        types=tuple(values),
        prior=frozen(prior if exact else prior.astype(float)),
        players=players,
        counts=frozen(counts),
        cuts=tuple(cuts),
    )


def _columns(samples: Any) -> tuple[list[list[Any]], tuple[str, ...] | None]:
    """Return one list of observations a player, and the players' names if a frame has them."""
    if hasattr(samples, "columns") and hasattr(samples, "iloc"):
        players = tuple(map(str, samples.columns))
        columns = [samples.iloc[:, k].tolist() for k in range(len(players))]
    else:
        players = None
        rows = samples.tolist() if isinstance(samples, np.ndarray) else list(samples)
        n = len(rows[0]) if rows and isinstance(rows[0], list | tuple | np.ndarray) else 0
        for k, row in enumerate(rows):
            if not isinstance(row, list | tuple | np.ndarray) or len(row) != n:
                raise GameError(
                    f"row {k + 1} of the samples is {row!r:.60}, want {max(n, 1)} entries: one a "
                    "player (for one player pass shape (N, 1))."
                )
        columns = [[row[i] for row in rows] for i in range(n)]
    if not 1 <= len(columns) <= MOST_PLAYERS or not columns[0]:
        raise GameError(
            f"the samples have {len(columns)} columns and {len(columns[0]) if columns else 0} "
            f"rows, want at least one row and 1 to {MOST_PLAYERS} columns: one a player."
        )
    for column in columns:
        for k, value in enumerate(column):
            if value is None or value != value:
                raise GameError(
                    f"row {k + 1} of the samples has {value!r}, want an observed type in each."
                )
    return columns, players


def _pseudocount(given: Any) -> Fraction:
    try:
        value = Fraction(given)
    except (TypeError, ValueError, OverflowError):
        value = Fraction(-1)
    if value < 0:
        raise SettingError(f"pseudocount is {given!r}, want a finite number >= 0.")
    return value


def _listed(column: list[Any], wanted: Sequence[Any] | None, who: str) -> tuple[list[Any], Array]:
    if wanted is None:
        values = list(dict.fromkeys(column))
        with suppress(TypeError):  # Values of several kinds keep the order they were seen in.
            values = sorted(values)
    else:
        values = list(wanted)
    place = {value: k for k, value in enumerate(values)}
    for k, value in enumerate(column):
        if value not in place:
            raise GameError(
                f"row {k + 1} of the samples has {value!r:.60} for {who}, want one of its types "
                f"{values!r:.200}."
            )
    return values, np.array([place[value] for value in column])


def _binned(column: list[Any], n_bins: Any, who: str) -> tuple[list[Bin], Array, Array]:
    if isinstance(n_bins, bool) or not isinstance(n_bins, int) or n_bins < 1:
        raise SettingError(f"bins is {n_bins!r} for {who}, want an integer >= 1.")
    try:
        numbers = np.array(column, dtype=float)
    except (TypeError, ValueError):
        raise GameError(f"the samples of {who} are no numbers, want numbers for bins=.") from None
    if not np.isfinite(numbers).all():
        raise GameError(f"the samples of {who} are not all finite, want finite numbers for bins=.")
    inner = np.quantile(numbers, np.arange(1, n_bins) / n_bins)
    _, codes = np.unique(np.searchsorted(inner, numbers), return_inverse=True)
    held = [numbers[codes == k] for k in range(codes.max() + 1)]
    ends = [(float(part.min()), float(part.max())) for part in held]
    for digits in range(4, 18):
        texts = {f"{low:.{digits}g} to {high:.{digits}g}" for low, high in ends}
        if len(texts) == len(ends):
            break
    bins = [Bin(float(p.mean()), *end, digits) for p, end in zip(held, ends, strict=True)]
    return bins, codes, frozen(np.array([high for _, high in ends[:-1]]))
