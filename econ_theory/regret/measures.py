"""Regret notions: the same play against different yardsticks.

All are in payoff units, by type and weighted by the type's probability (`RegretTrace.by_type`,
whose `interim` undoes the weight), and summed over types, which is the ex-ante regret
(`cumulative`). The others' types and play are averaged over at every step; of play in which
something was drawn, ``play.observed`` and ``play.realized`` take them as drawn instead, and
`RegretTrace.basis` says so.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import ProfileError
from econ_theory.regret.curves import RegretTrace
from econ_theory.regret.plays import Play

__all__ = [
    "clairvoyant_regret",
    "dynamic_regret",
    "external_regret",
    "pseudo_regret",
    "swap_regret",
]


def external_regret(play: Play) -> RegretTrace:
    """Return regret against the best fixed plan in hindsight, cumulative (*batch, K, n).

    ``R_k = sum_t max_a sum_{l <= k} (v_l[t, a] - <s_l[t], v_l[t]>)``: the comparator plays one
    action a type throughout. Can be negative.

    >>> from econ_theory.regret import PlayTrace
    >>> trace = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> external_regret(trace).cumulative.ravel()
    array([0.5, 0.5])

    Source: Hannan 1957; Cesa-Bianchi & Lugosi 2006, section 4.2.
    """
    return _regret(play, "external", lambda i: play.gains(i).max(axis=-1))


def swap_regret(play: Play) -> RegretTrace:
    """Return regret against the best action-to-action map of every type, cumulative (*batch, K, n).

    ``R_k = sum_t sum_a max_b sum_{l <= k} s_l[t, a] (v_l[t, b] - v_l[t, a])``. Never below
    external regret and never negative; where it is sublinear for every player, average joint play
    approaches the agent-form correlated equilibria (each type swaps for itself; swaps of whole
    plans, or of reported types, are other notions and not measured here).

    >>> from econ_theory.regret import PlayTrace
    >>> trace = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> swap_regret(trace).cumulative.ravel()
    array([0.5, 1. ])

    Source: Blum & Mansour 2007; Cesa-Bianchi & Lugosi 2006, section 4.4.
    """

    def measure(i: int) -> Array:
        return sum(
            play.swap_gains(i, a).max(axis=-1)  # type: ignore[misc]
            for a in range(play.played(i).shape[-1])
        )

    return _regret(play, "swap", measure)


def dynamic_regret(play: Play) -> RegretTrace:
    """Return regret against the best reply at every step, cumulative (*batch, K, n).

    ``R_k = sum_{l <= k} sum_t (max_a v_l[t, a] - <s_l[t], v_l[t]>)``: the running sum of
    exploitability against the others' *expected* play. Zero exactly while play is in equilibrium.
    On ``play.observed`` and ``play.realized`` it is what `clairvoyant_regret` is in expectation.

    >>> from econ_theory.regret import PlayTrace
    >>> trace = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> dynamic_regret(trace).cumulative.ravel()
    array([0.5, 1.5])

    Source: Zinkevich 2003, section 2.2 (with the sequence of best replies as comparator).
    """
    return _regret(play, "dynamic", play.best_gains)


def clairvoyant_regret(play: Play) -> RegretTrace:
    """Return regret against acting after seeing everyone's type and action, (*batch, K, n).

    ``R_k = sum_{l <= k} E[max_b u_i(t, b, a_-i) - u_i(t, a)]``, expected over types and play (or,
    on ``play.realized``, as drawn). It grows linearly even at an exact mixed equilibrium: in
    matching pennies with payoffs of 1 and -1 it is one a step. No learner can make it small; it is
    here to be told apart from the others.

    >>> from econ_theory import BayesianGame
    >>> from econ_theory.learners import Hedge
    >>> from econ_theory.regret import play_learners
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> play = play_learners(BayesianGame([[1]], [pennies, -pennies]), Hedge(), 3)
    >>> clairvoyant_regret(play).cumulative[:, 0], dynamic_regret(play).cumulative[:, 0]
    (array([1., 2., 3.]), array([0., 0., 0.]))

    Raises
    ------
    ProfileError
        If the play holds no payoffs of such a player; that of `play_learners` does.
    """
    return _regret(play, "clairvoyant", play.ideal_gains)


def pseudo_regret(play: Play) -> RegretTrace:
    """Return each run's regret against the plan that is best on average over runs, (*batch, K, n).

    Its mean over runs, the last batch axis, estimates ``max_plan E[sum of gains]``, which bounds
    in expectation speak of. The mean of `external_regret` is larger: there every run has a best
    plan of its own.

    >>> from econ_theory.regret import PlayTrace
    >>> worth = np.array([[[[1.0, 0.0]]], [[[0.0, 2.0]]]])
    >>> play = PlayTrace.of([np.full((2, 1, 1, 2), 0.5)], [worth])
    >>> pseudo_regret(play).cumulative.ravel(), external_regret(play).cumulative.ravel()
    (array([-0.5,  1. ]), array([0.5, 1. ]))

    Raises
    ------
    ProfileError
        If there is a single run, without a batch axis to average over.

    Source: Bubeck & Cesa-Bianchi 2012, section 1.1.
    """
    if not play.batch:
        raise ProfileError(
            "play has no batch axis, want several runs to average over; pass n_runs= to "
            "play_learners."
        )

    def measure(i: int) -> Array:
        gains = play.gains(i)
        best = gains.mean(axis=-4, keepdims=True).argmax(axis=-1, keepdims=True)
        return np.take_along_axis(gains, np.broadcast_to(best, (*gains.shape[:-1], 1)), -1)[..., 0]

    return _regret(play, "pseudo", measure)


def _regret(play: Play, kind: str, measure: Callable[[int], Array]) -> RegretTrace:
    by_type = tuple(frozen(measure(i)) for i in range(play.n_players))
    cumulative = np.stack([rows.sum(axis=-1) for rows in by_type], axis=-1)
    return RegretTrace(cumulative, kind, by_type, play.steps, play.basis)
