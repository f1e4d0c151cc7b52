"""What every online learner is: a value of settings that carries a state from step to step."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from econ_theory.errors import SettingError

if TYPE_CHECKING:
    from econ_theory.games.finite.bayesian import BayesianGame

__all__ = [
    "Array",
    "BanditMinimizer",
    "RegretMinimizer",
    "check_step",
    "normalize_rows",
    "utility_scales",
]

Array = NDArray[np.float64]
S = TypeVar("S")


@runtime_checkable
class RegretMinimizer(Protocol[S]):
    """An online learner over `n_types` independent rows of `n_actions` actions each.

    At every step it plays ``strategy(state)``, is told the utility of every action, and answers
    with a new state. Rows never mix; states are values, so a state may be kept, copied or
    resumed. Utilities ``(..., T, A)`` with leading batch axes run that many copies at once.

    ``bound(K, A)`` is a true upper bound on the external regret of one row after `K` steps,

        max_a sum_k u_k[a] - sum_k sum_a strategy_k[a] u_k[a] <= bound(K, A),

    whatever the utilities, as long as within each row and step they spread over at most one:
    ``max_a u_k[a] - min_a u_k[a] <= 1``. Utilities that spread over `c` are fed as ``u / c``;
    their regret is then at most ``c * bound(K, A)``.

    A learner may say ``second_order = True``: its bound is concave in K, and holds with the sum of
    squared spreads over steps in place of K (`econ_theory.learners.SwapRegret` then promises more).

    A complete learner, the reply to the last utility (its regret can grow like K: it promises no
    less):

    >>> import numpy as np
    >>> from dataclasses import dataclass
    >>> from econ_theory.learners import RegretMinimizer
    >>> @dataclass(frozen=True)
    ... class BestReply:
    ...     source = "Cournot 1838"
    ...     def init(self, n_types, n_actions):
    ...         return np.full((n_types, n_actions), 1 / n_actions)
    ...     def strategy(self, state):
    ...         return state
    ...     def observe(self, state, utility):
    ...         return np.eye(utility.shape[-1])[utility.argmax(-1)]
    ...     def bound(self, n_steps, n_actions):
    ...         return float(n_steps)
    >>> learner = BestReply()
    >>> isinstance(learner, RegretMinimizer)
    True
    >>> state = learner.observe(learner.init(1, 2), np.array([[0.0, 1.0]]))
    >>> learner.strategy(state)
    array([[0., 1.]])
    """

    source: str
    """The paper the algorithm and its bound come from."""

    def init(self, n_types: int, n_actions: int) -> S:
        """Return the state before the first step."""
        ...

    def strategy(self, state: S) -> Array:
        """Return what to play now, shape ``(..., T, A)``, rows summing to one."""
        ...

    def observe(self, state: S, utility: Array) -> S:
        """Return the state after `utility`, shape ``(..., T, A)``, has been seen."""
        ...

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return the largest external regret a row can have after `n_steps` steps."""
        ...


@runtime_checkable
class BanditMinimizer(Protocol[S]):
    """An online learner that is told only what the action it played has paid.

    Rows and states are as in `RegretMinimizer`, but the caller draws an action for each row from
    ``strategy(state)`` and reports it: `played`, shape ``(..., T, A)``, is one-hot, and `payoff`,
    shape ``(..., T)``, is what that action paid, scaled by the caller into [0, 1]. A row of
    `played` that is all zero was not drawn (another type was): it is left as it is, its payoff is
    ignored, and its step does not count.

    ``bound(K, A)`` is a true upper bound on the expected regret of one row over the `K` steps in
    which it was drawn, against payoffs in [0, 1] that were fixed beforehand,

        max_a E[sum_k payoff_k[a] - payoff_k[played_k]] <= bound(K, A).

    A learner whose bound holds with high probability takes ``delta`` as a third argument.
    ``feedback = "bandit"`` is what tells such a learner from a `RegretMinimizer`.

    >>> import numpy as np
    >>> from econ_theory.learners import BanditMinimizer, Exp3, Hedge
    >>> isinstance(Exp3(), BanditMinimizer), isinstance(Hedge(), BanditMinimizer)
    (True, False)
    >>> learner = Exp3(step=0.5)
    >>> played = np.array([[0.0, 1.0], [0.0, 0.0]])
    >>> state = learner.observe(learner.init(2, 2), played, np.array([0.0, 0.0]))
    >>> learner.strategy(state).round(3)
    array([[0.731, 0.269],
           [0.5  , 0.5  ]])
    """

    source: str
    """The paper the algorithm and its bound come from."""

    feedback: str
    """``"bandit"``."""

    def init(self, n_types: int, n_actions: int) -> S:
        """Return the state before the first step."""
        ...

    def strategy(self, state: S) -> Array:
        """Return what to draw from now, shape ``(..., T, A)``, rows summing to one."""
        ...

    def observe(self, state: S, played: Array, payoff: Array) -> S:
        """Return the state after the one-hot (or zero) rows `played` earned `payoff`."""
        ...

    def bound(self, n_steps: int, n_actions: int) -> float:
        """Return the largest expected regret of a row drawn `n_steps` times."""
        ...


def check_step(step: float | str, schedules: tuple[str, ...]) -> None:
    """Raise `SettingError` unless `step` is one of `schedules` or a positive number.

    >>> check_step("fast", ("adaptive", "sqrt"))
    Traceback (most recent call last):
    econ_theory.errors.SettingError: step is 'fast', want 'adaptive', 'sqrt' or a number > 0; \
leave it out for the default.
    """
    if step in schedules if isinstance(step, str) else isfinite(step) and step > 0:
        return
    wanted = ", ".join(map(repr, schedules)) + " or a number > 0"
    raise SettingError(f"step is {step!r}, want {wanted}; leave it out for the default.")


def normalize_rows(weights: Any) -> Array:
    """Return rows of non-negative `weights` divided by their sums; an all-zero row is uniform.

    >>> normalize_rows(np.array([[1.0, 3.0], [0.0, 0.0]]))
    array([[0.25, 0.75],
           [0.5 , 0.5 ]])
    """
    total = np.add.reduce(weights, axis=-1, keepdims=True)
    if np.count_nonzero(total) == total.size:
        return weights / total
    empty = total == 0
    return np.where(empty, 1.0 / weights.shape[-1], weights / np.where(empty, 1.0, total))


def utility_scales(game: BayesianGame) -> list[Array]:
    """Return what makes each type's weighted values spread over at most one, n arrays (T_i, 1).

    The inverse of type probability times payoff range; zero where nothing is at stake.
    """
    scales = []
    for i in range(game.n_players):
        stake = (game.type_weights(i) * game.payoff_range(i))[:, None]
        scales.append(np.divide(1.0, stake, out=np.zeros_like(stake), where=stake > 0))
    return scales
