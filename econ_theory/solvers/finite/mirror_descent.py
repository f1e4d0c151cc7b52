"""Magnetic mirror descent: entropy-regularized play, to quantal response or Nash equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.learners.base import utility_scales
from econ_theory.solvers.base import Proposals, check_numbers
from econ_theory.strategies import StrategyProfile

__all__ = ["MirrorDescent", "Temperature"]

Temperature = float | Sequence[float | Sequence[float]]
"""Payoff units: one number, one a player, or for some players one a type."""

SHARE = 0.05
"""Temperature of a proximal step toward a Nash equilibrium, as a share of the payoff range."""

LEAST_PROBABILITY = 1e-300


@dataclass(frozen=True)
class MirrorDescent:
    """Every type moves its log-probabilities toward its payoffs and, weakly, toward a magnet m.

    A step with step size eta and temperature alpha, on interim payoffs v::

        s <- (s * m^(eta alpha) * exp(eta v))^(1 / (1 + eta alpha)),  rows normalized

    **With a `temperature`** the magnet is uniform play and the rest point is the logit quantal
    response equilibrium ``s ~ exp(v / alpha)``, heterogeneous where temperatures differ by player
    and type. In monotone games (zero-sum ones, and all games at high enough temperature) it is
    approached linearly once ``eta <= alpha / L^2``. With `anneal` the temperature is multiplied by
    that factor each time the equilibrium at hand is reached, which follows the branch to Nash.

    **Without one** (the default) the temperature is a twentieth of the payoff range and the magnet
    moves to the iterate every `renew` steps: a proximal-point method whose rest points are Nash.

    Parameters
    ----------
    temperature : payoff units, see `Temperature`; None seeks a Nash equilibrium
    anneal : factor in (0, 1), or None for a constant temperature
    step : eta as a share of one over the payoff range; None begins with 4 and, at a given
        temperature, halves it whenever `every` steps bring the rest point no nearer
    renew : steps between two moves of the magnet
    alternating : players move in turn, each seeing the newest strategies, or all at once
    every : steps between proposals
    accuracy : distance of a strategy from the logit reply to it, in probability, that counts as
        none
    steps : stop after this many; None leaves that to the driver

    Examples
    --------
    >>> from econ_theory import BayesianGame, solve
    >>> skewed = np.array([[2, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [skewed, -skewed])
    >>> solve(game, MirrorDescent()).profile.rows[0].round(2)
    array([[0.4, 0.6]])
    >>> quantal = solve(game, MirrorDescent(temperature=1.0), throw=False)
    >>> quantal.profile.rows[0].round(6), quantal.reason[:38]
    (array([[0.488674, 0.511326]]), 'the quantal response equilibrium is re')

    Source: Sokota, D'Orazio, Kolter, Loizou, Lanctot, Mitliagkas, Brown and Kroer 2023, ICLR;
    moving magnet: Perolat et al. 2021, Abe et al. 2024.
    """

    temperature: Temperature | None = None
    anneal: float | None = None
    step: float | None = None
    renew: int = 20
    alternating: bool = True
    every: int = 64
    accuracy: float = 1e-12
    steps: int | None = None

    source = "Sokota et al. (2023), A unified approach to reinforcement learning, QRE and games"
    exact = False
    continuous = False

    def __post_init__(self) -> None:
        if isinstance(self.temperature, Sequence):
            # Settings are hashable values, so lists become tuples.
            each = (tuple(t) if isinstance(t, Sequence) else t for t in self.temperature)
            object.__setattr__(self, "temperature", tuple(each))
        if self.anneal is not None and not 0 < self.anneal < 1:
            raise SettingError(
                f"anneal is {self.anneal}, want a factor in (0, 1); None keeps the temperature."
            )
        if self.anneal is not None and self.temperature is None:
            raise SettingError(
                "anneal is given without a temperature, want both; pass the one to begin at."
            )
        check_numbers(self, renew=1, every=1, steps=1)
        check_numbers(self, above=True, step=0)

    def refuses(self, game: BayesianGame) -> str | None:
        """Return None: the dynamic is defined in every finite game."""
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield iterates; temperatures that do not fit the game are refused here."""
        alphas = _shares(game, self.temperature)
        quantal = self.temperature is not None
        scales, eta = utility_scales(game), self.step or 4.0
        uniform = StrategyProfile.uniform(game)
        rows = [*(uniform if start is None else start.floating).rows]
        logs = [np.log(np.maximum(row, LEAST_PROBABILITY)) for row in rows]
        magnet = [np.log(row) for row in uniform.rows] if quantal else list(logs)
        taken, nearest, worst = 0, np.inf, 0.0
        while True:
            taken += 1
            away = 0.0
            against = rows if self.alternating else list(rows)
            for i, alpha in enumerate(alphas):
                utility = game.kernel.values(against, i) * scales[i]
                target = _log_softmax(magnet[i] + utility / alpha)
                away = max(away, float(np.abs(np.exp(target) - rows[i]).max()))
                logs[i] = _log_softmax((logs[i] + eta * alpha * target) / (1.0 + eta * alpha))
                rows[i] = np.exp(logs[i])
            worst = max(worst, away)
            if not quantal and taken % self.renew == 0:
                magnet = list(logs)
            reached = quantal and away <= self.accuracy
            if reached or taken % self.every == 0 or taken == self.steps:
                yield StrategyProfile([row / row.sum(axis=1, keepdims=True) for row in rows])
                if quantal and self.step is None and not worst < nearest:
                    eta /= 2
                nearest, worst = worst, 0.0
            if reached and self.anneal is None:
                return f"the quantal response equilibrium is reached after {taken} steps"
            if reached and self.anneal is not None:
                alphas = [alpha * self.anneal for alpha in alphas]
                nearest = np.inf
                if max(alpha.min() for alpha in alphas) < self.accuracy:
                    return f"the temperature has fallen to nothing after {taken} steps"
            if taken == self.steps:
                return f"{taken} steps of mirror descent taken"


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _shares(game: BayesianGame, temperature: Temperature | None) -> list[Array]:
    """Return each player's temperatures as shares of its payoff range, n arrays (T_i, 1)."""
    n, result = game.n_players, []
    if temperature is None:
        return [np.full((t, 1), SHARE) for t in game.n_types]
    each = temperature if isinstance(temperature, tuple) else (temperature,) * n
    if len(each) != n:
        raise SettingError(f"temperature has {len(each)} entries, want {n}: one a player.")
    for i, given in enumerate(each):
        given = np.asarray(given, dtype=float)
        if given.shape not in ((), (game.n_types[i],)) or not (given > 0).all():
            raise SettingError(
                f"temperature of {game.players[i]} is {given.tolist()}, want one number > 0, or "
                f"{game.n_types[i]}: one a type."
            )
        scale = game.payoff_range(i) or 1.0
        result.append(np.broadcast_to(given, (game.n_types[i],))[:, None] / scale)
    return result
