"""What was played and what it cost: play traces and cumulative regret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import ProfileError, SettingError
from econ_theory.learners.base import RegretMinimizer, utility_scales
from econ_theory.seeding import Seed

if TYPE_CHECKING:
    from econ_theory.games.bayesian import BayesianGame
    from econ_theory.regret.rates import Rate

__all__ = ["PlayTrace", "RegretTrace", "play_learners"]


@dataclass(frozen=True, eq=False)
class PlayTrace:
    """K steps of play: who played what, and what every action would have been worth.

    Parameters
    ----------
    strategies : strategies[k][i] is the (T_i, A_i) strategy of player i at step k
    values : values[k][i] is the (T_i, A_i) array of player i's action values at step k, weighted
        by the type's prior probability, as the kernel returns them (payoff units)

    Raises
    ------
    ProfileError
        If steps or shapes do not agree, or there is no step.

    Examples
    --------
    >>> trace = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> trace.n_steps, trace.n_players, trace.played(0).shape
    (2, 1, (2, 1, 2))
    >>> trace.strategies[1][0]
    array([[1., 0.]])
    """

    strategies: tuple[tuple[Array, ...], ...]
    values: tuple[tuple[Array, ...], ...]

    def __init__(self, strategies: Sequence[Sequence[Any]], values: Sequence[Sequence[Any]]):
        if not len(strategies) == len(values) > 0:
            raise ProfileError(
                f"play has {len(strategies)} steps of strategies and {len(values)} of values, want "
                "the same number, at least one."
            )
        played, worth = _stack(strategies, "strategies"), _stack(values, "values")
        shapes = [[stack.shape for stack in stacks] for stacks in (played, worth)]
        if shapes[0] != shapes[1]:
            raise ProfileError(
                f"strategies have shapes {shapes[0]} and values {shapes[1]}, want equal shapes "
                "(K, T_i, A_i) for every player."
            )
        object.__setattr__(self, "_played", played)
        object.__setattr__(self, "_worth", worth)
        for name, stacks in (("strategies", played), ("values", worth)):
            object.__setattr__(self, name, tuple(zip(*stacks, strict=True)))

    @property
    def n_steps(self) -> int:
        """Number of steps K."""
        return len(self.strategies)

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.strategies[0])

    def played(self, i: int) -> Array:
        """Return player `i`'s strategies, shape ``(K, T_i, A_i)``."""
        return self._played[i]  # type: ignore[attr-defined]

    def worth(self, i: int) -> Array:
        """Return player `i`'s weighted action values, shape ``(K, T_i, A_i)``."""
        return self._worth[i]  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"PlayTrace({self.n_steps} steps, {self.n_players} players)"


@dataclass(frozen=True, eq=False)
class RegretTrace:
    """Cumulative regret of one kind, by step and player.

    Attributes
    ----------
    cumulative : (K, n) regret summed over steps 1..k and, prior-weighted, over types; payoff units
    kind : which regret: ``"external"``, ``"swap"``, ``"dynamic"``, ...
    by_type : n arrays (K, T_i), the same before the sum over types; empty where not recorded
    """

    cumulative: Array
    kind: str
    by_type: tuple[Array, ...] = ()

    def __post_init__(self) -> None:
        cumulative = np.asarray(self.cumulative, dtype=float)
        if cumulative.ndim != 2 or not np.isfinite(cumulative).all():
            raise ProfileError(
                f"cumulative regret has shape {cumulative.shape} or entries that are not finite, "
                "want finite numbers of shape (K, n): one row a step, one column a player."
            )
        object.__setattr__(self, "cumulative", frozen(cumulative))

    @property
    def average(self) -> Array:
        """Regret per step, shape ``(K, n)``, payoff units."""
        return self.cumulative / np.arange(1, len(self.cumulative) + 1)[:, None]

    @property
    def total(self) -> Array:
        """Cumulative regret summed over players, shape ``(K,)``."""
        return self.cumulative.sum(axis=1)

    def rate(
        self, player: int | None = None, *, burn_in: int | None = None, rng: Seed = None
    ) -> Rate:
        """Return how fast regret grows, of one player or (default) of all together.

        One run has no linear-component test; see `econ_theory.regret.pooled_rate` for many.

        >>> steps = np.arange(1, 401)
        >>> rate = RegretTrace(np.sqrt(steps)[:, None], "external").rate(rng=0)
        >>> round(rate.exponent, 6)
        0.5
        """
        from econ_theory.regret.rates import run_rate

        curve = self.total if player is None else self.cumulative[:, player]
        return run_rate(curve, burn_in=burn_in, rng=rng)

    def __repr__(self) -> str:
        steps, n = self.cumulative.shape
        final = ", ".join(f"{regret:.4g}" for regret in self.cumulative[-1])
        return f"RegretTrace({self.kind}, {steps} steps, {n} players, final {final})"


def play_learners(
    game: BayesianGame,
    learners: RegretMinimizer[Any] | Sequence[RegretMinimizer[Any]],
    n_steps: int,
    *,
    alternating: bool = False,
) -> PlayTrace:
    """Return the `PlayTrace` of `n_steps` in which every player of `game` runs a learner.

    Utilities reach the learners divided by type probability and payoff range, as their bounds want
    them; the trace holds the undivided values. When `alternating`, players move in turn and each
    sees the newest strategies of those before it.

    >>> from econ_theory import BayesianGame
    >>> from econ_theory.learners import Hedge
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> play_learners(BayesianGame([[1]], [pennies, -pennies]), Hedge(), 10)
    PlayTrace(10 steps, 2 players)
    """
    n = game.n_players
    each = list(learners) if isinstance(learners, Sequence) else [learners] * n
    if len(each) != n or n_steps < 1:
        raise SettingError(
            f"there are {len(each)} learners and {n_steps} steps, want {n} learners (one a player) "
            "and at least one step."
        )
    kernel, scales = game.kernel, utility_scales(game)
    states = [learner.init(*shape) for learner, shape in zip(each, kernel.shapes, strict=True)]
    rows = [learner.strategy(state) for learner, state in zip(each, states, strict=True)]
    strategies, values = [], []
    for _ in range(n_steps):
        strategies.append(list(rows))
        against = rows if alternating else list(rows)
        seen = []
        for i, learner in enumerate(each):
            seen.append(kernel.values(against, i))
            states[i] = learner.observe(states[i], seen[i] * scales[i])
            rows[i] = learner.strategy(states[i])
        values.append(seen)
    return PlayTrace(strategies, values)


def _stack(steps: Sequence[Sequence[Any]], what: str) -> list[Array]:
    try:
        stacks = [np.array(list(column), dtype=float) for column in zip(*steps, strict=True)]
    except ValueError as problem:
        raise ProfileError(
            f"{what} are ragged ({problem}), want one (T_i, A_i) array a step and player."
        ) from None
    for i, stack in enumerate(stacks):
        if stack.ndim != 3 or not np.isfinite(stack).all():
            raise ProfileError(
                f"{what} of player {i} have shape {stack.shape} or entries that are not finite, "
                "want finite numbers of shape (K, T_i, A_i)."
            )
    return [frozen(stack) for stack in stacks]
