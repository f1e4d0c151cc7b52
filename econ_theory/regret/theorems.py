"""The theorems: what learners promise of the games they play, and what the ECON paper does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.regret.bounds import Bound

if TYPE_CHECKING:
    from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["Power", "Promise", "bandit_bound", "econ_bound", "learner_bound", "swap_bound"]


@dataclass(frozen=True)
class Promise:
    """What learners promise: ``stakes[i] * learners[i].bound(k, n_actions[i])`` at each step k.

    ``method`` names the promise; one that holds with high probability gets ``deltas[i]`` too.
    """

    stakes: tuple[float, ...]
    learners: tuple[Any, ...]
    n_actions: tuple[int, ...]
    method: Literal["bound", "swap_bound"] = "bound"
    deltas: tuple[float, ...] = ()

    def __call__(self, steps: Array, i: int) -> Array:
        """Return the bound on player `i`'s regret at `steps`, (K,)."""
        promise, delta = getattr(self.learners[i], self.method), self.deltas[i : i + 1]
        return self.stakes[i] * np.array(
            [promise(int(k), self.n_actions[i], *delta) for k in np.ravel(steps)]
        )


@dataclass(frozen=True)
class Power:
    """``factors[i] * k ** exponent``; one factor is everybody's.

    >>> Power((2.0,), 0.5)(np.array([1, 4]), 1)
    array([2., 4.])
    """

    factors: tuple[float, ...]
    exponent: float

    def __call__(self, steps: Array, i: int) -> Array:
        """Return the value for player `i` at `steps`, (K,)."""
        growth = np.asarray(steps, dtype=float) ** self.exponent
        return self.factors[min(i, len(self.factors) - 1)] * growth


def learner_bound(
    game: BayesianGame | Sequence[BayesianGame],
    learners: Any,
    *,
    feedback: str = "expected",
) -> Bound:
    """Return the bound on external regret of players who run `learners` in `game`.

    Each type's regret is at most its stake times ``learner.bound(k, A_i)``. With expected feedback
    the stake is its probability times the payoff range, and probabilities sum to one. With
    realized feedback each type sees the whole range when it is drawn, so the bound is T_i times
    larger; it holds surely of ``play.observed``. The trivial bound is the range times k. Of several
    games the largest range counts.

    >>> from econ_theory import BayesianGame
    >>> from econ_theory.learners import RegretMatching
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> bound = learner_bound(BayesianGame([[1]], [pennies, -pennies]), RegretMatching())
    >>> bound.value(np.array([1, 4]), 0)
    array([2., 4.])

    Raises
    ------
    SettingError
        If there is not one learner a player, or it learns from other feedback.
    """
    if feedback not in ("expected", "realized"):
        raise SettingError(
            f"feedback is {feedback!r}, want 'expected' or 'realized'; see bandit_bound for "
            "learners that see one payoff only."
        )
    each, ranges, n_types, n_actions = _players(game, learners, bandit=False)
    if feedback == "expected":
        stakes, basis = ranges, "expected"
        hypothesis = "each type's utilities reach its learner divided by probability and range"
    else:
        stakes, basis = [r * t for r, t in zip(ranges, n_types, strict=True)], "observed"
        hypothesis = "each type's utilities reach its learner divided by the range, zero if undrawn"
    return Bound(
        name=_name("external", each),
        value=Promise(tuple(stakes), tuple(each), n_actions),
        trivial=Power(tuple(ranges), 1.0),
        hypotheses=(hypothesis,),
        constants={f"range_{i}": r for i, r in enumerate(ranges)},
        source=_sources(each),
        bases=(basis,),
    )


def swap_bound(game: BayesianGame | Sequence[BayesianGame], learners: Any) -> Bound:
    """Return the bound on swap regret of players whose learners promise one by ``swap_bound``.

    As in `learner_bound`, with expected feedback.

    Raises
    ------
    SettingError
        If there is not one learner a player, or one of them promises nothing about swap regret.
    """
    each, ranges, _, n_actions = _players(game, learners, bandit=False)
    for learner in each:
        if not hasattr(learner, "swap_bound"):
            raise SettingError(
                f"{type(learner).__name__} has no swap_bound, want a learner that minimizes swap "
                "regret; learner_bound speaks of external regret."
            )
    return Bound(
        name=_name("swap", each),
        value=Promise(tuple(ranges), tuple(each), n_actions, "swap_bound"),
        trivial=Power(tuple(ranges), 1.0),
        kinds=("swap",),
        hypotheses=("each type's utilities reach its learner divided by probability and range",),
        constants={f"range_{i}": r for i, r in enumerate(ranges)},
        source=_sources(each),
    )


def bandit_bound(
    game: BayesianGame | Sequence[BayesianGame],
    learners: Any,
    *,
    delta: float | None = None,
) -> Bound:
    """Return the bound on regret of players who run bandit `learners` in `game`.

    A type is drawn at most k times, and each time the whole payoff range is at stake, so the bound
    is the range times ``T_i bound(k, A_i)``. Without `delta` it holds in expectation of
    `pseudo_regret`. With `delta` it holds of the external regret of ``play.realized`` with
    probability ``1 - delta``, for learners whose ``bound`` takes a third argument; every type gets
    its share ``delta / T_i``.

    >>> from econ_theory import BayesianGame
    >>> from econ_theory.learners import Exp3
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> bound = bandit_bound(BayesianGame([[1]], [pennies, -pennies]), Exp3())
    >>> bound.holds, bound.informative_from()
    ('in expectation', 6)

    Raises
    ------
    SettingError
        If there is not one bandit learner a player, or `delta` is given although one promises
        something in expectation only, or is missing for one that does so with high probability.
    """
    each, ranges, n_types, n_actions = _players(game, learners, bandit=True)
    stakes = [r * t for r, t in zip(ranges, n_types, strict=True)]
    for learner in each:
        probable = "delta" in signature(learner.bound).parameters
        if probable != (delta is not None):
            wanted = "a probability such as 0.05" if probable else "None"
            raise SettingError(
                f"delta is {delta}, want {wanted} for {type(learner).__name__}, whose bound holds "
                f"{'with high probability' if probable else 'in expectation only'}."
            )
    shares = () if delta is None else tuple(delta / t for t in n_types)
    constants = {f"range_{i}": r for i, r in enumerate(ranges)}
    return Bound(
        name=_name("pseudo" if delta is None else "realized", each),
        value=Promise(tuple(stakes), tuple(each), n_actions, deltas=shares),
        trivial=Power(tuple(ranges), 1.0),
        kinds=("pseudo",) if delta is None else ("external",),
        hypotheses=(
            "payoffs reach the learners scaled to [0, 1]",
            "payoffs of a step do not depend on the action drawn in it",
        ),
        constants=constants if delta is None else {**constants, "delta": delta},
        source=_sources(each),
        bases=("expected", "observed", "realized") if delta is None else ("realized",),
        holds="in expectation" if delta is None else "in probability",
    )


def econ_bound(
    *, n_agents: int, discount: float, constant: float = 1.0, max_reward: float = 1.0
) -> Bound:
    """Return the ECON paper's bound ``2 N C sqrt(k) / (1 - discount)`` beside the trivial one.

    The trivial bound is ``2 R_max k / (1 - discount)``: no two values differ by more. The paper's
    constant C bounds an error of action values, which are themselves of size
    ``R_max / (1 - discount)``; pass it as `constant` with that factor in it.

    >>> bound = econ_bound(n_agents=2, discount=0.99, constant=1 / (1 - 0.99))
    >>> bound.informative_from()
    40001

    Source: Yi et al. 2025, arXiv 2506.08292 (regret bound of the coordination theorem).
    """
    if n_agents < 1 or not 0 <= discount < 1 or constant <= 0 or max_reward <= 0:
        raise SettingError(
            f"econ_bound got n_agents={n_agents}, discount={discount}, constant={constant}, "
            f"max_reward={max_reward}, want n_agents >= 1, 0 <= discount < 1 and the others > 0."
        )
    horizon = 1 / (1 - discount)
    return Bound(
        name="regret of ECON",
        value=Power((2 * n_agents * constant * horizon,), 0.5),
        trivial=Power((2 * max_reward * horizon,), 1.0),
        kinds=("equilibrium-comparator",),
        hypotheses=(
            "action-value errors are at most C / sqrt(k) at every step k",
            "policies are best responses to those values up to the same error",
            "the comparator is one named Bayesian Nash equilibrium",
        ),
        constants={
            "n_agents": n_agents,
            "discount": discount,
            "constant": constant,
            "max_reward": max_reward,
        },
        source="Yi et al. 2025, arXiv 2506.08292",
    )


def _players(
    game: BayesianGame | Sequence[BayesianGame], learners: Any, *, bandit: bool
) -> tuple[list[Any], list[float], tuple[int, ...], tuple[int, ...]]:
    """Return learners, largest payoff ranges, numbers of types and of actions, one a player."""
    games = list(game) if isinstance(game, Sequence) else [game]
    n = games[0].n_players
    each = list(learners) if isinstance(learners, Sequence) else [learners] * n
    if len(each) != n:
        raise SettingError(f"there are {len(each)} learners, want {n}: one a player.")
    for learner in each:
        if (getattr(learner, "feedback", None) == "bandit") != bandit:
            wanted = "a bandit learner" if bandit else "one that sees every action's utility"
            raise SettingError(
                f"{type(learner).__name__} is no learner for this bound, want {wanted}; see "
                f"{'learner_bound' if bandit else 'bandit_bound'}."
            )
    ranges = [max(g.payoff_range(i) for g in games) for i in range(n)]
    return each, ranges, games[0].n_types, games[0].n_actions


def _name(kind: str, each: Sequence[Any]) -> str:
    return f"{kind} regret of " + ", ".join(dict.fromkeys(type(l).__name__ for l in each))


def _sources(each: Sequence[Any]) -> str:
    return "; ".join(dict.fromkeys(learner.source for learner in each))
