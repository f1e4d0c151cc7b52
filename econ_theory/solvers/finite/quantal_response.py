"""The branch of logit quantal response equilibria from uniform play to its limit."""

from __future__ import annotations

import numbers
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import NotConverged, SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.records import Record
from econ_theory.solvers.base import Proposals, check_numbers
from econ_theory.solvers.finite.algebra.interim import InterimSystem
from econ_theory.solvers.finite.algebra.logit_path import BRISK, CAREFUL, Ending, LogitPath, Point
from econ_theory.strategies import StrategyProfile

__all__ = ["Branch", "QuantalResponse", "Temperature", "type_temperatures"]

Temperature = float | Sequence[float | Sequence[float]]


@dataclass(frozen=True, eq=False)
class Branch(Record):
    """Logit quantal response equilibria along the branch that starts at uniform play.

    Attributes
    ----------
    rates : (K,) one over the temperature (per payoff unit); 0 at the start, not always increasing
    profiles : K strategy profiles
    relative : (K,) largest interim gain as a share of the payoff range
    reason : str
        Why the branch ends here.
    """

    rates: Array
    profiles: tuple[StrategyProfile, ...]
    relative: Array
    reason: str

    @property
    def temperatures(self) -> Array:
        """The temperatures in payoff units, ``(K,)``; infinite at the start."""
        with np.errstate(divide="ignore"):
            return np.where(self.rates > 0, 1.0 / self.rates, np.inf)

    @property
    def end(self) -> StrategyProfile:
        """The last profile: the equilibrium at the temperature asked for, or the limit."""
        return self.profiles[-1]

    def __len__(self) -> int:
        return len(self.profiles)

    def __str__(self) -> str:
        return (
            f"{len(self)} quantal response equilibria, to temperature "
            f"{self.temperatures[-1]:.3g} with epsilon {self.relative[-1]:.2g} of the payoff "
            f"range; {self.reason}"
        )

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(str(self))}</p>" + self.end._repr_html_()


@dataclass(frozen=True)
class QuantalResponse:
    """Agent logit quantal response equilibria, traced from uniform play, for any number of players.

    In a quantal response equilibrium with temperature alpha every type plays
    ``s(a|t) ~ exp(u[t, a](s) / (alpha * relative[t]))``, u its interim payoffs. These profiles
    form a curve from uniform play (infinite temperature); its limit is the logit selection, a
    sequential, hence Nash, equilibrium. The curve is followed by predictor and corrector in
    log-probabilities x and pseudo-arclength, so it may turn back. With ``r`` the logit reply to
    ``exp(x)``, each corrector step solves

        (I - rate * (G - r.G) diag(e^x)) dx - (u - r.u) d rate = log r - x

    restricted to actions whose probability matters; all others follow by substitution.

    Parameters
    ----------
    temperature : where to end, payoff units; None goes on to the limit. One number, or one for
        each player, or one for each player and type (these end at 1 times what is given).
    relative : temperature of each player, or player and type, as a multiple of `temperature`
    limit : relative gain at which the limit counts as reached; rounding allows about 1e-8
    max_points : points of the branch at most
    brisk : take longer steps, a third as many, which once in a hundred games pass to another
        branch close by: where any equilibrium will do

    `propose` starts at uniform play whatever `start` is. Types of probability zero play uniformly
    throughout.

    Examples
    --------
    >>> from econ_theory import BayesianGame
    >>> u = np.array([[2.0, 0.0], [0.0, 1.0]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [u, u])
    >>> QuantalResponse(temperature=0.5).trace(game).end.rows[0].round(4)
    array([[0.9797, 0.0203]])
    >>> QuantalResponse().trace(game).end.rows[0].round(4)
    array([[1., 0.]])

    Source: McKelvey & Palfrey 1998 for agent quantal response; Turocy 2005 (Games Econ. Behav. 51)
    and 2010 (Econ. Theory 42) for tracing it. Ours differs: predictor of second order, steps in
    the logarithm of the rate, error measured in probabilities.
    """

    temperature: Temperature | None = None
    relative: Sequence[float | Sequence[float]] | None = None
    limit: float = 1e-7
    max_points: int = 50_000
    brisk: bool = False

    source = "McKelvey and Palfrey (1998); Turocy (2005), Games and Economic Behavior 51, 243-263"
    exact = False
    continuous = False

    def __post_init__(self) -> None:
        temperature, relative = self.temperature, self.relative
        if temperature is not None and not isinstance(temperature, numbers.Real):
            if relative is not None:
                raise SettingError(
                    "temperature is one for each player and relative is given too, want one of "
                    "them; pass temperature as one number, or leave relative out."
                )
            temperature, relative = 1.0, temperature
        if temperature is not None and not 0 < float(temperature) < np.inf:  # type: ignore[arg-type]
            raise SettingError(
                f"temperature is {temperature}, want a positive number of payoff units; leave it "
                "out for the limit of the branch."
            )
        if not 0 < self.limit < 1:
            raise SettingError(
                f"limit is {self.limit}, want a share of the payoff range in (0, 1)."
            )
        check_numbers(self, max_points=1)
        object.__setattr__(self, "temperature", temperature)
        object.__setattr__(self, "relative", None if relative is None else _frozen(relative))

    def refuses(self, game: BayesianGame) -> str | None:
        """Return None: quantal response equilibria exist in every finite game."""
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield the points whose gain is a tenth below all before, None for others, and the end.

        `start` and `rng` are not used.
        """
        path, unit = self._path(game)
        points = self._points(path, unit)
        lowest, hidden = np.inf, None
        while True:
            try:
                point = next(points)
            except StopIteration as stop:
                if hidden is not None:
                    yield path.system.profile(np.exp(hidden.x))
                return stop.value.reason
            if point.gain <= 0.9 * lowest:
                lowest, hidden = point.gain, None
                yield path.system.profile(np.exp(point.x))
            else:
                hidden = point
                yield None

    def trace(self, game: BayesianGame) -> Branch:
        """Return the whole `Branch` of `game`.

        Raises
        ------
        NotConverged
            If the branch was lost or `max_points` passed; its `solution` is the branch so far.
        """
        path, unit = self._path(game)
        found: list[Point] = []
        points = self._points(path, unit)
        while True:
            try:
                found.append(next(points))
            except StopIteration as stop:
                ending = stop.value
                break
        branch = Branch(
            rates=frozen(np.array([point.rate for point in found]) / unit),
            profiles=tuple(path.system.profile(np.exp(point.x)) for point in found),
            relative=frozen(np.array([point.gain for point in found])),
            reason=ending.reason,
        )
        if not ending.arrived:
            raise NotConverged(
                f"the branch is {branch}, want its end; see its solution for what there is.",
                branch,
            )
        return branch

    def _path(self, game: BayesianGame) -> tuple[LogitPath, float]:
        """Return the path and its unit: the same for all players, as temperatures compare them."""
        ranges = np.array([game.payoff_range(i) for i in range(game.n_players)])
        unit = float(ranges.max()) or 1.0
        system = InterimSystem(game, [unit] * game.n_players)
        shares = np.divide(unit, ranges, out=np.zeros_like(ranges), where=ranges > 0)
        of_types = [np.full(int(k.sum()), s) for k, s in zip(system.alive, shares, strict=True)]
        heats = type_temperatures(game, 1.0 if self.relative is None else self.relative)
        live = [heat[keep] for heat, keep in zip(heats, system.alive, strict=True)]
        pace = BRISK if self.brisk else CAREFUL
        return LogitPath(system, np.concatenate(live), np.concatenate(of_types), pace), unit

    def _points(self, path: LogitPath, unit: float) -> Generator[Point, None, Ending]:
        goal = np.inf
        if self.temperature is not None:
            goal = unit / float(self.temperature)  # type: ignore[arg-type]
        return path.points(goal, self.limit, self.max_points)


def _frozen(relative: Any) -> tuple[Any, ...]:
    return tuple(
        float(entry) if np.ndim(entry) == 0 else tuple(float(t) for t in entry)
        for entry in relative
    )


def type_temperatures(game: BayesianGame, temperature: Temperature) -> list[Array]:
    """Return the temperature of every type, n arrays ``(T_i,)``.

    Parameters
    ----------
    temperature : one number, or one for each player, or for some players one for each type

    Raises
    ------
    SettingError
        If the counts do not fit the game, or a temperature is not a positive number.

    >>> from econ_theory import BayesianGame
    >>> game = BayesianGame([[0.5, 0.5]], [np.eye(2).reshape(1, 1, 2, 2)] * 2)
    >>> type_temperatures(game, (0.5, (1, 2)))
    [array([0.5]), array([1., 2.])]
    """
    n = game.n_players
    each = (temperature,) * n if isinstance(temperature, numbers.Real) else temperature
    each = cast("Sequence[Any]", each)
    if len(each) != n:
        raise SettingError(f"temperature has {len(each)} entries, want {n}: one a player.")
    heats = []
    for i, (entry, n_types) in enumerate(zip(each, game.n_types, strict=True)):
        if np.ndim(entry) and len(entry) != n_types:
            raise SettingError(
                f"temperature of {game.players[i]} has {len(entry)} entries, want 1 or {n_types}: "
                "one a type."
            )
        heat = np.broadcast_to(np.asarray(entry, dtype=float), (n_types,))
        if not ((heat > 0) & np.isfinite(heat)).all():
            raise SettingError(
                f"temperature of {game.players[i]} is {entry}, want positive numbers."
            )
        heats.append(heat)
    return heats
