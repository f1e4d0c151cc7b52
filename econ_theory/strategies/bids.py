"""Strategies of continuous games: piecewise-linear monotone bids, one function a bid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array, as_numbers, frozen
from econ_theory.errors import ProfileError
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.priors import Prior
from econ_theory.records import Record
from econ_theory.strategies.interpolation import interpolated, smoothed
from econ_theory.strategies.wording import curve, who_does
from econ_theory.tables import table_html

__all__ = ["BidFunction", "BidProfile", "BidSchedule", "as_bids", "as_schedules", "check_bids"]


@dataclass(frozen=True, eq=False, init=False)
class BidFunction(Record):
    """A monotone piecewise-linear bid function: a number for every type that bids.

    Parameters
    ----------
    types : (K,) array
        Not decreasing; a repeated type is a jump. Types outside place no bid: of none at all,
        nobody. A single one is the strategy of a type that everyone knows.
    bids : (K,) array
        Monotone: not decreasing, or (effort in its cost) not increasing.

    Raises
    ------
    ProfileError
        Naming what is not monotone, finite or of one length.

    Examples
    --------
    >>> shade = BidFunction([0.4, 1.0], [0.4, 0.7])
    >>> shade([0.2, 0.4, 1.0])
    array([nan, 0.4, 0.7])
    >>> shade.inverse([0.55])
    array([0.7])
    """

    types: Array
    bids: Array

    def __init__(self, types: Any, bids: Any) -> None:
        v, b = (as_numbers(x, ProfileError, n) for x, n in ((types, "types"), (bids, "bids")))
        if v.ndim != 1 or v.shape != b.shape:
            raise ProfileError(
                f"types and bids have shapes {v.shape} and {b.shape}, want one length K."
            )
        steps = np.diff(b)
        if (np.diff(v) < 0).any() or (len(v) > 1 and v[0] == v[-1]):
            raise ProfileError("types decrease somewhere, want them sorted.")
        if (steps < 0).any() and (steps > 0).any():
            k = int(np.flatnonzero(steps < 0)[0])
            raise ProfileError(
                f"bids fall from {b[k]:g} to {b[k + 1]:g} at type {v[k]:g} and rise elsewhere, "
                "want a monotone function; of observed bids, BidFunction.from_observed is the "
                "closest one."
            )
        object.__setattr__(self, "types", frozen(v))
        object.__setattr__(self, "bids", frozen(b))

    @classmethod
    def from_callable(
        cls, function: Callable[[Array], Any], low: float, high: float, *, tol: float = 1e-8
    ) -> BidFunction:
        """Return the interpolation of `function` on [low, high], knots added until it is close.

        Close is within `tol` times the range of bids at the middle of every piece (or where pieces
        are 1e-11 of it wide, or 50,000 in number). A bid that is infinite (0/0) at an end is
        extrapolated from 1e-12 (1e-6) of the width inside. NaN on a whole interval at an end is
        no bid: the types that bid are found to the last bit.

        >>> BidFunction.from_callable(lambda v: v / 2, 0, 1).types.shape
        (2,)
        >>> BidFunction.from_callable(lambda v: np.where(v < 0.4, np.nan, v / 2), 0, 1)([0.3, 0.4])
        array([nan, 0.2])
        """
        return cls(*interpolated(function, low, high, tol))

    @classmethod
    def from_observed(
        cls,
        types: Any,
        bids: Any,
        low: float | None = None,
        high: float | None = None,
        *,
        rising: bool = True,
    ) -> BidFunction:
        """Return the monotone function closest to observed bids of known types (least squares).

        Isotonic regression; bids pooled by it stand at their mean type and straight lines join
        them. Only the ends may be flat: from the outermost to the types `low` and `high`, those of
        the prior (default: those observed). Source: Oron and Flournoy 2017, "Centered isotonic
        regression".

        >>> BidFunction.from_observed([0.0, 0.4, 0.6, 1.0], [0.0, 0.3, 0.1, 0.5], high=1.2).bids
        array([0. , 0.2, 0.5, 0.5])
        """
        return cls(*smoothed(types, bids, low, high, rising))

    @classmethod
    def from_sympy(
        cls, expression: Any, symbol: Any, low: float, high: float, *, tol: float = 1e-8
    ) -> BidFunction:
        """Return the interpolation of a sympy `expression` in `symbol` on [low, high].

        >>> import sympy
        >>> v = sympy.Symbol("v")
        >>> BidFunction.from_sympy(2 * v / 3, v, 0, 1)([0.75]).round(9)
        array([0.5])
        """
        import sympy

        function = sympy.lambdify(symbol, expression, modules=["numpy", "scipy"])
        return cls.from_callable(function, float(low), float(high), tol=tol)

    @property
    def rising(self) -> bool:
        """Whether bids do not decrease in the type."""
        return self.silent or bool(self.bids[-1] >= self.bids[0])

    @property
    def silent(self) -> bool:
        """Whether no type places a bid."""
        return not len(self.types)

    def __call__(self, types: Any) -> Array:
        """Return the bids of `types`; NaN where no bid is placed, the upper one at a jump."""
        v = np.asarray(types, dtype=float)
        if self.silent:
            return np.full(v.shape, np.nan)
        bids = np.interp(v, self.types, self.bids)
        return np.where((v < self.types[0]) | (v > self.types[-1]), np.nan, bids)

    def inverse(self, bids: Any, *, upper: bool = False) -> Array:
        """Return the lowest type that bids at least this or, if `upper`, the highest at most.

        For rising functions; clipped to the types that bid.
        """
        b = np.asarray(bids, dtype=float)
        k = np.searchsorted(self.bids, b, side="right" if upper else "left")
        last = len(self.bids) - 1
        inner = np.clip(k, 1, last)
        b0, b1 = self.bids[inner - 1], self.bids[inner]
        v0, v1 = self.types[inner - 1], self.types[inner]
        with np.errstate(divide="ignore", invalid="ignore"):
            v = v0 + (b - b0) / (b1 - b0) * (v1 - v0)
        v = np.where(b == b1, v1, np.where(b == b0, v0, v))
        # On a flat piece at an end the interpolation has no slope to go by.
        return np.where(k <= 0, self.types[0], np.where(k > last, self.types[-1], v))

    def distribution(self, prior: Prior, bids: Any) -> Array:
        """Return the probability, under `prior`, of bidding at most each of `bids`, or not at all.

        >>> from econ_theory.games import Uniform
        >>> BidFunction([0.4, 1.0], [0.4, 0.7]).distribution(Uniform(), [0.1, 0.55, 0.9])
        array([0.4, 0.7, 1. ])
        """
        if self.silent:
            return np.ones(np.shape(bids))
        return prior.cdf(self.inverse(bids, upper=True))

    def scaled(self, factor: float) -> BidFunction:
        """Return the function whose bids are `factor` times these."""
        return BidFunction(self.types, factor * self.bids)

    def turned(self, *, negate: bool) -> BidFunction:
        """Return the function of minus the type; bids change sign if `negate`."""
        return BidFunction(-self.types[::-1], (-1.0 if negate else 1.0) * self.bids[::-1])

    def __str__(self) -> str:
        return curve(self, self.types, self.bids)

    def __repr__(self) -> str:
        v, b = self.types, self.bids
        if self.silent:
            return "BidFunction(no type bids)"
        ends = f"[{v[0]:g}, {v[-1]:g}] -> [{b.min():g}, {b.max():g}]"
        return f"BidFunction({ends}, {len(v)} knots)"


@dataclass(frozen=True, eq=False, init=False)
class BidSchedule(Record):
    """Several bids of one player: a bid function for each unit, or each award, it bids on.

    >>> reduced = BidSchedule([BidFunction([0, 1], [0, 1]), BidFunction([0, 1], [0, 0])])
    >>> reduced([[0.75, 0.5]])
    array([[0.75, 0.  ]])
    """

    functions: tuple[BidFunction, ...]

    def __init__(self, functions: Sequence[BidFunction]) -> None:
        given = tuple(functions)
        if not given or not all(isinstance(f, BidFunction) for f in given):
            kinds = [type(f).__name__ for f in given]
            raise ProfileError(f"functions is {kinds}, want a BidFunction for each bid.")
        object.__setattr__(self, "functions", given)

    def __call__(self, types: Any) -> Array:
        """Return the bids ``(..., M)`` of `types` ``(..., M)``, the type of each bid."""
        v = np.asarray(types, dtype=float)
        return np.stack([f(v[..., k]) for k, f in enumerate(self.functions)], axis=-1)

    def scaled(self, factor: float) -> BidSchedule:
        """Return the schedule whose bids are `factor` times these."""
        new = {id(f): f.scaled(factor) for f in self.functions}
        return BidSchedule([new[id(f)] for f in self.functions])

    def __str__(self) -> str:
        return "; ".join(map(str, self.functions))

    def __repr__(self) -> str:
        return f"BidSchedule({', '.join(map(repr, self.functions))})"


@dataclass(frozen=True, eq=False, init=False)
class BidProfile(Record):
    """One bid function a player; give the same object to players who bid alike.

    Where a player places several bids, a `BidSchedule` takes the place of its bid function.
    """

    functions: tuple[Any, ...]

    def __init__(self, functions: Sequence[BidFunction | BidSchedule] | BidProfile) -> None:
        given = functions.functions if isinstance(functions, BidProfile) else tuple(functions)
        for i, function in enumerate(given):
            if not isinstance(function, (BidFunction, BidSchedule)):
                raise ProfileError(
                    f"strategy of player {i + 1} is {type(function).__name__}, want a BidFunction; "
                    "see BidFunction.from_callable."
                )
        object.__setattr__(self, "functions", given)

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.functions)

    def scaled(self, factor: float) -> BidProfile:
        """Return the profile in which every bid is `factor` times as high."""
        new = {id(function): function.scaled(factor) for function in self.functions}
        return BidProfile([new[id(function)] for function in self.functions])

    def __str__(self) -> str:
        return who_does(self.functions, "bids")

    def __repr__(self) -> str:
        return f"BidProfile({', '.join(map(repr, self.functions))})"

    def _repr_html_(self) -> str:
        shares = np.linspace(0, 1, 6)
        rows = []
        for i, strategy in enumerate(self.functions):
            several = isinstance(strategy, BidSchedule)
            for k, f in enumerate(strategy.functions if several else [strategy]):
                if f.silent:
                    rows.append([f"player {i + 1}", *["no bid"] * len(shares)])
                    continue
                types = f.types[0] + shares * (f.types[-1] - f.types[0])
                cells = (f"{v:.4g}: {b:.4g}" for v, b in zip(types, f(types), strict=True))
                rows.append([f"player {i + 1}" + (f", bid {k + 1}" if several else ""), *cells])
        return table_html("type: bid", ["", *(f"{s:.0%}" for s in shares)], rows)


def as_bids(profile: Any, game: ContinuousGame) -> BidProfile:
    """Return `profile` as a `BidProfile` of `game`, checked.

    A strategy may be a `BidFunction`, a pair of arrays ``(types, bids)``, or a callable of the
    type, which is interpolated on the support of the player's prior.

    >>> from econ_theory.games import AuctionGame, Uniform
    >>> game = AuctionGame("first_price", [Uniform(), Uniform()])
    >>> as_bids([lambda v: v / 2, ([0, 1], [0, 0.5])], game).functions[0]
    BidFunction([0, 1] -> [0, 0.5], 2 knots)
    """
    profile = _read(profile, game, _as_function)
    check_bids(profile, game)
    return profile


def as_schedules(profile: Any, game: ContinuousGame, n_bids: int) -> BidProfile:
    """Return `profile` as a `BidProfile` of schedules of `n_bids` functions each, checked.

    A strategy may be a `BidSchedule` or a sequence of what `as_bids` takes, one a bid.
    """
    profile = _read(profile, game, lambda given, prior, i: _as_schedule(given, prior, i, n_bids))
    if profile.n_players != game.n_players:
        raise ProfileError(
            f"profile has {profile.n_players} schedules, want {game.n_players}: one a player."
        )
    for i, schedule in enumerate(profile.functions):
        count = len(schedule.functions) if isinstance(schedule, BidSchedule) else 1
        if count != n_bids or not isinstance(schedule, BidSchedule):
            raise ProfileError(
                f"strategy of player {i + 1} has {count} bid functions, want a BidSchedule of "
                f"{n_bids}."
            )
        for f in schedule.functions:
            _check_function(f, game, i)
    return profile


def _read(profile: Any, game: ContinuousGame, make: Callable[[Any, Prior, int], Any]) -> BidProfile:
    """Return what `make` makes of each player's strategy, one object where it is given one."""
    if isinstance(profile, BidProfile):
        return profile
    made: dict[tuple[int, int], Any] = {}
    strategies, given = [], list(profile)
    for i, strategy in enumerate(given):
        prior = game.priors[min(i, game.n_players - 1)]
        key = id(strategy), id(prior)
        if key not in made:
            made[key] = make(strategy, prior, i)
        strategies.append(made[key])
    return BidProfile(strategies)


def _as_schedule(strategy: Any, prior: Prior, i: int, n_bids: int) -> BidSchedule:
    if isinstance(strategy, BidSchedule):
        return strategy
    if not isinstance(strategy, Sequence) or len(strategy) != n_bids:
        raise ProfileError(
            f"strategy of player {i + 1} is {type(strategy).__name__}, want a BidSchedule or a "
            f"sequence of {n_bids} bid functions."
        )
    return BidSchedule([_as_function(part, prior, i) for part in strategy])


def _as_function(strategy: Any, prior: Prior, i: int) -> BidFunction:
    if isinstance(strategy, BidFunction):
        return strategy
    if callable(strategy):
        return BidFunction.from_callable(strategy, prior.low, prior.high)
    if isinstance(strategy, Sequence) and len(strategy) == 2:
        return BidFunction(*strategy)
    raise ProfileError(
        f"strategy of player {i + 1} is {type(strategy).__name__}, want a BidFunction, a pair of "
        "arrays (types, bids) or a callable."
    )


def check_bids(profile: BidProfile, game: ContinuousGame) -> None:
    """Raise `ProfileError` unless every player of `game` has a bid function on its types."""
    if profile.n_players != game.n_players:
        raise ProfileError(
            f"profile has {profile.n_players} bid functions, want {game.n_players}: one a player."
        )
    for i, f in enumerate(profile.functions):
        if not isinstance(f, BidFunction):
            raise ProfileError(
                f"strategy of player {i + 1} is a {type(f).__name__}, want one BidFunction."
            )
        _check_function(f, game, i)


def _check_function(f: BidFunction, game: ContinuousGame, i: int) -> None:
    prior = game.priors[i]
    slack = 1e-12 * (prior.high - prior.low)
    slope, idle = game.slope(i), game.idle(i)
    if f.silent:
        if idle is None or not isinstance(game, AuctionGame):
            raise ProfileError(
                f"player {i + 1} places no bid whatever its type, want some type that does; leave "
                "that player out of the game."
            )
        return
    if slope and f.rising != (slope > 0) and f.bids[0] != f.bids[-1]:
        want = "not decreasing" if slope > 0 else "not increasing"
        raise ProfileError(f"bid function of player {i + 1} has the wrong slope, want it {want}.")
    if f.types[0] < prior.low - slack or f.types[-1] > prior.high + slack:
        raise ProfileError(
            f"bid function of player {i + 1} has types [{f.types[0]:g}, {f.types[-1]:g}], want "
            f"them within the prior's [{prior.low:g}, {prior.high:g}]."
        )
    low_out, high_out = f.types[0] - prior.low > slack, prior.high - f.types[-1] > slack
    if idle is None and (low_out or high_out):
        raise ProfileError(
            f"bid function of player {i + 1} leaves types out, want an action for every type."
        )
    if low_out if idle == "high" else high_out:
        raise ProfileError(
            f"the best types of player {i + 1} place no bid, want only the worst ones out; "
            f"the prior has types [{prior.low:g}, {prior.high:g}]."
        )
