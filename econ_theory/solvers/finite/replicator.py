"""Replicator dynamics: actions grow at the rate at which they beat the average."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.learners.base import utility_scales
from econ_theory.solvers.base import Proposals, check_numbers
from econ_theory.strategies import StrategyProfile

__all__ = ["Replicator"]


@dataclass(frozen=True)
class Replicator:
    """The flow ``ds_i(a|t)/dt = s_i(a|t) (v_i[t, a] - average)``, in every type's own payoff.

    Values are interim payoffs as a share of the player's payoff range, so time has no unit. The
    flow is integrated in log-odds, ``s = softmax(y)`` with ``dy/dt = v``, so no probability is
    ever negative, and a zero of `start` is lifted by `tremble`. The state and its time average
    are proposed in turn. Stable rest points are equilibria; in two-player zero-sum games the
    state orbits and the average converges, with gains at most ``ln(A) / t``.

    Parameters
    ----------
    method : "adaptive" integrates to relative accuracy `accuracy` (Dormand-Prince 8(5,3)); "euler"
        takes exponential Euler steps ``s <- s exp(step v)``, normalized, all players at once: the
        discrete-time replicator, also known as Hedge
    step : length of a Euler step, in time
    longest : most time between proposals; they begin one unit apart
    accuracy : relative accuracy of the adaptive method
    tremble : weight of uniform play mixed into `start`
    time : stop here; None leaves that to the driver

    Examples
    --------
    >>> from econ_theory import BayesianGame, solve
    >>> dilemma = np.array([[3, 0], [5, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [dilemma, dilemma.swapaxes(2, 3)])
    >>> solve(game, Replicator()).profile.rows[0].round(2)
    array([[0., 1.]])

    Source: Taylor and Jonker 1978; two populations: Hofbauer and Sigmund 1998, chapter 11; time
    averages: Hofbauer, Sorin and Viossat 2009.
    """

    method: Literal["adaptive", "euler"] = "adaptive"
    step: float = 0.1
    longest: float = 64.0
    accuracy: float = 1e-6
    tremble: float = 1e-6
    time: float | None = None

    source = "Taylor and Jonker (1978), Mathematical Biosciences 40, 145-156"
    exact = False
    continuous = False

    def __post_init__(self) -> None:
        if self.method not in ("adaptive", "euler"):
            raise SettingError(f"method is {self.method!r}, want 'adaptive' or 'euler'.")
        check_numbers(self, above=True, step=0, longest=0, accuracy=0, tremble=0, time=0)

    def refuses(self, game: BayesianGame) -> str | None:
        """Return None: the flow is defined in every finite game."""
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield the state and the average of all states so far, in turn."""
        flow = _Flow(game)
        uniform = StrategyProfile.uniform(game)
        begin = uniform if start is None else start.floating.mixed_with(uniform, self.tremble)
        log_odds = np.concatenate([np.log(row).ravel() for row in begin.rows])
        total, now = np.zeros_like(log_odds), 0.0
        while self.time is None or now < self.time:
            span = min(max(1.0, now / 8), self.longest, (self.time or np.inf) - now)
            log_odds, area = self._advance(flow, log_odds, span)
            # Log-odds drift without bound; only their differences within a type count.
            log_odds = flow.centred(log_odds)
            total, now = total + area, now + span
            yield StrategyProfile(flow.rows(log_odds))
            yield StrategyProfile(flow.normalized(total))
        return f"the flow was followed to time {self.time:g}"

    def _advance(self, flow: _Flow, log_odds: Array, span: float) -> tuple[Array, Array]:
        """Return log-odds after `span`, and the integral of the strategies over it."""
        if self.method == "adaptive":
            from scipy.integrate import solve_ivp

            def field(_time: float, both: Array) -> Array:
                strategy = flow.flat(both[: log_odds.size])
                return np.concatenate([flow.speeds(strategy), strategy])

            both = np.concatenate([log_odds, np.zeros_like(log_odds)])
            tight = self.accuracy
            path = solve_ivp(field, (0.0, span), both, method="DOP853", rtol=tight, atol=tight)
            return path.y[: log_odds.size, -1], path.y[log_odds.size :, -1]
        area = np.zeros_like(log_odds)
        count = max(round(span / self.step), 1)
        for _ in range(count):
            strategy = flow.flat(log_odds)
            area += strategy * (span / count)
            log_odds = log_odds + flow.speeds(strategy) * (span / count)
        return log_odds, area


class _Flow:
    """The vector field on flat log-odds: all players' (T_i, A_i) arrays end to end."""

    def __init__(self, game: BayesianGame) -> None:
        self.kernel, self.scales = game.kernel, utility_scales(game)
        self.ends = np.cumsum([t * a for t, a in self.kernel.shapes])[:-1]

    def parts(self, flat: Array) -> list[Array]:
        pieces = np.split(flat, self.ends)
        return [p.reshape(s) for p, s in zip(pieces, self.kernel.shapes, strict=True)]

    def centred(self, log_odds: Array) -> Array:
        return np.concatenate(
            [(part - part.max(axis=1, keepdims=True)).ravel() for part in self.parts(log_odds)]
        )

    def rows(self, log_odds: Array) -> list[Array]:
        return self.normalized(np.exp(self.centred(log_odds)))

    def normalized(self, weights: Array) -> list[Array]:
        return [part / part.sum(axis=1, keepdims=True) for part in self.parts(weights)]

    def flat(self, log_odds: Array) -> Array:
        return np.concatenate([row.ravel() for row in self.rows(log_odds)])

    def speeds(self, strategy: Array) -> Array:
        rows = self.parts(strategy)
        return np.concatenate(
            [(self.kernel.values(rows, i) * s).ravel() for i, s in enumerate(self.scales)]
        )
