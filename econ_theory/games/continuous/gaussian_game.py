"""Linear-quadratic-Gaussian games: a normal state, linear signals, quadratic payoffs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from econ_theory.arrays import Array, as_numbers, frozen
from econ_theory.errors import GameError
from econ_theory.games.continuous.base import ContinuousGame

__all__ = ["GaussianGame"]

ROUNDING = 1e-9
"""How far from quadratic, symmetric or positive a number may be that only rounding moved."""


@dataclass(frozen=True, init=False, eq=False, repr=False)
class GaussianGame(ContinuousGame):
    """Players see linear functions of a normal state (and of earlier actions); quadratic payoffs.

    The state w ~ N(mean, covariance) is a vector of D numbers: what payoffs depend on, and every
    noise. Player i sees ``signals[i] @ w + sees[i] @ a`` and chooses ``n_actions[i]`` real
    numbers, its block of the vector a of all A actions. Its payoff is a quadratic function of w
    and a, concave in its own actions, where those who see them respond.

    Parameters
    ----------
    payoffs : one a player
        Functions ``f(w, a)`` that return a number, or symmetric (1 + D + A, 1 + D + A) arrays of
        the quadratic form in (1, w, a). A function is evaluated at (1 + D + A)^2 points, once.
    signals : (M_i, D) array a player
        What the player sees of the state; one row may be given as a vector. No row: nothing.
    covariance : (D, D) array
        Of the state; it may be singular.
    mean : (D,) array, optional
        Of the state; default zero.
    sees : (M_i, A) array or None a player, optional
        What the player sees of the actions, in the same signals. Nobody may see what depends on
        its own.
    n_actions : int a player, optional
        Default one each.
    stakes : float or None a player, optional
        What a relative gain is a share of, payoff units. Default: what it would be worth to the
        player to know the state rather than nothing, if all others knew it. It must be given where
        nothing is worth knowing, or knowing it leaves no equilibrium.

    Raises
    ------
    GameError
        If shapes disagree, a payoff is not quadratic or not concave in the actions of a player
        whom nobody sees, actions are seen in a circle, or stakes must be given.

    Examples
    --------
    Two players guess a state and each other, each with a noisy signal of its own:

    >>> from econ_theory import solve
    >>> guess = [lambda w, a, i=i: -(a[i] - w[0]) ** 2 - (a[i] - a[1 - i]) ** 2 for i in (0, 1)]
    >>> game = GaussianGame(guess, [[1, 1, 0], [1, 0, 1]], np.diag([1, 0.5, 0.5]))
    >>> solution = solve(game)
    >>> solution.profile.rules[0]([1.0]).round(6), solution.certificate.relative < 1e-12
    (array([0.5]), True)
    """

    forms: tuple[Array, ...]
    signals: tuple[Array, ...]
    covariance: Array
    mean: Array
    sees: tuple[Array, ...]
    n_actions: tuple[int, ...]
    stakes: tuple[float, ...]

    def __init__(
        self,
        payoffs: Sequence[Callable[[Array, Array], float] | Any],
        signals: Sequence[Any],
        covariance: Any,
        mean: Any = None,
        *,
        sees: Sequence[Any] | None = None,
        n_actions: Sequence[int] | None = None,
        stakes: Sequence[float | None] | None = None,
    ) -> None:
        n = len(payoffs)
        spread = as_numbers(covariance, GameError, "covariance").astype(float)
        n_states = len(spread) if spread.ndim else 0
        counts = (1,) * n if n_actions is None else tuple(int(k) for k in n_actions)
        for what, given in (("signals", signals), ("sees", sees), ("n_actions", n_actions)):
            if given is not None and len(given) != n:
                raise GameError(f"{what} has {len(given)} entries, want {n}: one a player.")
        if n < 1 or min(counts) < 1:
            raise GameError(f"n_actions is {counts}, want at least one player, each with one.")
        seen = [None] * n if sees is None else list(sees)
        for name, value in (
            ("covariance", _covariance(spread)),
            ("mean", _vector(mean, n_states)),
            ("n_actions", counts),
            ("signals", tuple(_rows(h, n_states, f"signals[{i}]") for i, h in enumerate(signals))),
        ):
            object.__setattr__(self, name, value)
        shown = [
            np.zeros((len(h), sum(counts))) if g is None else _rows(g, sum(counts), f"sees[{i}]")
            for i, (g, h) in enumerate(zip(seen, self.signals, strict=True))
        ]
        for i, (g, h) in enumerate(zip(shown, self.signals, strict=True)):
            if len(g) != len(h):
                raise GameError(f"sees[{i}] has {len(g)} rows, want {len(h)}: one a signal.")
        object.__setattr__(self, "sees", tuple(frozen(g) for g in shown))
        forms = tuple(_form(f, i, n_states, sum(counts)) for i, f in enumerate(payoffs))
        object.__setattr__(self, "forms", forms)
        _check_order(self)
        object.__setattr__(self, "stakes", _stakes(self, stakes))

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.forms)

    @property
    def n_states(self) -> int:
        """Number D of the state's coordinates."""
        return len(self.mean)

    @property
    def summary(self) -> tuple[str, str]:
        """The rules and the players, a few words each."""
        rules = f"quadratic payoffs, {self.n_states} normal variables"
        watched = [
            f"player {i + 1} sees "
            + ", ".join(str(j + 1) for j in range(self.n_players) if self.observes(i, j))
            for i in range(self.n_players)
            if self.sees[i].any()
        ]
        return rules, "; ".join([f"{self.n_players} players", *watched])

    def block(self, i: int) -> slice:
        """Return which of all actions are player `i`'s."""
        start = sum(self.n_actions[:i])
        return slice(start, start + self.n_actions[i])

    def observes(self, i: int, j: int) -> bool:
        """Return whether a signal of player `i` depends on an action of player `j` directly."""
        return bool(self.sees[i][:, self.block(j)].any())

    def payoff_range(self, i: int) -> float:
        """Return player `i`'s stakes, payoff units."""
        return self.stakes[i]

    def slope(self, i: int) -> Literal[-1, 0, 1]:
        """Return 0: an affine rule may rise or fall."""
        return 0


def _covariance(spread: Array) -> Array:
    if spread.ndim != 2 or spread.shape[0] != spread.shape[1]:
        raise GameError(f"covariance has shape {spread.shape}, want (D, D).")
    size = np.abs(spread).max(initial=0.0)
    if np.abs(spread - spread.T).max(initial=0.0) > ROUNDING * size:
        raise GameError("covariance is not symmetric, want it so.")
    spread = (spread + spread.T) / 2
    least = float(np.linalg.eigvalsh(spread).min(initial=0.0))
    if least < -ROUNDING * size:
        raise GameError(f"covariance has an eigenvalue {least:.3g}, want none below zero.")
    return frozen(spread)


def _vector(mean: Any, n_states: int) -> Array:
    if mean is None:
        return frozen(np.zeros(n_states))
    vector = as_numbers(mean, GameError, "mean").astype(float)
    if vector.shape != (n_states,):
        raise GameError(f"mean has shape {vector.shape}, want ({n_states},).")
    return frozen(vector)


def _rows(matrix: Any, width: int, what: str) -> Array:
    rows = as_numbers(matrix, GameError, what).astype(float)
    if rows.size == 0:
        rows = np.zeros((0, width))
    rows = np.atleast_2d(rows)
    if rows.ndim != 2 or rows.shape[1] != width:
        raise GameError(f"{what} has shape {rows.shape}, want (signals, {width}).")
    return frozen(rows)


def _form(payoff: Any, i: int, n_states: int, n_all: int) -> Array:
    """Return the symmetric matrix Q with ``payoff = (1, w, a) Q (1, w, a)``."""
    size = 1 + n_states + n_all
    if not callable(payoff):
        matrix = as_numbers(payoff, GameError, f"payoffs[{i}]").astype(float)
        if matrix.shape != (size, size):
            raise GameError(
                f"payoffs[{i}] has shape {matrix.shape}, want {(size, size)}: a form in (1, w, a)."
            )
        if np.abs(matrix - matrix.T).max() > ROUNDING * np.abs(matrix).max():
            raise GameError(f"payoffs[{i}] is not symmetric, want (Q + Q.T) / 2.")
        return frozen((matrix + matrix.T) / 2)

    def value(point: Array) -> float:
        return float(np.asarray(payoff(point[:n_states], point[n_states:])).reshape(()))

    unit = np.eye(size - 1)
    zero = value(np.zeros(size - 1))
    plus, minus = (np.array([value(sign * e) for e in unit]) for sign in (1.0, -1.0))
    form = np.empty((size, size))
    form[0, 0] = zero
    form[0, 1:] = form[1:, 0] = (plus - minus) / 4
    form[1:, 1:] = np.diag((plus + minus) / 2 - zero)
    for j, k in zip(*np.triu_indices(size - 1, 1), strict=True):
        both = value(unit[j] + unit[k]) - plus[j] - plus[k] + zero
        form[1 + j, 1 + k] = form[1 + k, 1 + j] = both / 2
    # A form that is right at a point of no symmetry, twice as far out, is right everywhere.
    probe = 2 * np.cos(np.arange(1.0, size))
    full = np.concatenate([[1.0], probe])
    scale = float(np.abs(full) @ np.abs(form) @ np.abs(full))
    if not abs(value(probe) - full @ form @ full) <= ROUNDING * scale:
        raise GameError(f"payoff of player {i + 1} is not quadratic in (w, a), want it so.")
    return frozen(form)


def _check_order(game: GaussianGame) -> None:
    """Raise unless nobody sees what depends on its own action, and payoffs are concave."""
    n = game.n_players
    direct = np.array([[game.observes(i, j) for j in range(n)] for i in range(n)])
    reach = direct.copy()
    for _ in range(n):
        reach = reach | (reach.astype(int) @ direct.astype(int) > 0)
    circle = np.flatnonzero(reach.diagonal())
    if len(circle):
        raise GameError(
            f"what player {circle[0] + 1} sees depends on its own action, want sees[i] to hold "
            "only actions of players who move earlier."
        )
    for i in np.flatnonzero(~direct.any(axis=0)).tolist():
        own = game.forms[i][1 + game.n_states :, 1 + game.n_states :]
        own = own[game.block(i), game.block(i)]
        if np.linalg.eigvalsh(own).max() >= 0:
            raise GameError(
                f"payoff of player {i + 1} is not strictly concave in its own actions, want it so: "
                "nobody who sees them responds."
            )


def _stakes(game: GaussianGame, given: Sequence[float | None] | None) -> tuple[float, ...]:
    n = game.n_players
    stakes = [None] * n if given is None else list(given)
    if len(stakes) != n:
        raise GameError(f"stakes has {len(stakes)} entries, want {n}: one a player.")
    for i, stake in enumerate(stakes):
        if stake is not None and not 0 < stake < np.inf:
            raise GameError(f"stakes of player {i + 1} is {stake}, want a positive number.")
    worth = _worth_of_knowing(game)
    for i, stake in enumerate(stakes):
        if stake is None and not worth[i] > 0:
            raise GameError(
                f"stakes of player {i + 1} do not follow from the payoffs, want them given: "
                "stakes=[...], payoff units, one a player."
            )
    return tuple(float(worth[i] if s is None else s) for i, s in enumerate(stakes))


def _worth_of_knowing(game: GaussianGame) -> list[float]:
    """Return E[(a_i - E a_i) C_i (a_i - E a_i)] / 2, C_i the curvature, all knowing the state."""
    d = game.n_states
    players = range(game.n_players)
    rows = np.concatenate([game.forms[i][1 + d :][game.block(i)] for i in players])
    own, cross = rows[:, 1 + d :], rows[:, 1 : 1 + d]
    scale = np.abs(own).max(axis=1)
    if not scale.all() or np.linalg.cond(own / scale[:, None]) > 1e12:
        return [0.0] * game.n_players
    load = -np.linalg.solve(own, cross)
    moves = load @ game.covariance @ load.T
    blocks = [game.block(i) for i in players]
    return [-float(np.trace(own[b, b] @ moves[b, b])) for b in blocks]
