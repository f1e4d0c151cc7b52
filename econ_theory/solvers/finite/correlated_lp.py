"""Correlated equilibria of Bayesian games by linear programming, four kinds of mediator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games.finite.bayesian import MOST_PLAYERS, BayesianGame
from econ_theory.records import Record
from econ_theory.solvers.finite.algebra.correlated_program import best_rule
from econ_theory.solvers.finite.algebra.mediation import (
    Mediation,
    agent_mediation,
    plain_mediation,
    strategic_mediation,
)
from econ_theory.solvers.finite.algebra.obedience import disobedience

__all__ = ["CorrelatedEquilibrium", "CorrelatedLp"]

Kind = Literal["bayes", "communication", "agent", "strategic"]
Objective = Literal["welfare", "egalitarian"] | int | tuple[float, ...]

MEDIATIONS: dict[str, Callable[[BayesianGame], Mediation]] = {
    "bayes": plain_mediation,
    "communication": plain_mediation,
    "agent": agent_mediation,
    "strategic": strategic_mediation,
}

MOST_NONZEROS = 20_000_000
"""Largest number of coefficients of a program that is built."""


@dataclass(frozen=True, eq=False)
class CorrelatedEquilibrium(Record):
    """What a mediator draws, and what disobeying it would gain.

    Attributes
    ----------
    game : BayesianGame
    kind : "bayes", "communication", "agent" or "strategic", see `CorrelatedLp`
    distribution : array
        What the mediator draws from. For the first two kinds ``(T_1..T_n, A_1..A_n)``, the actions
        given the types; for "agent" one axis an agent (player, type) and its actions; for
        "strategic" one axis a player and its plans ``t -> a`` in lexicographic order.
    rule : (T_1, ..., T_n, A_1, ..., A_n) array
        The probability of the actions given the types that results; one summed over actions.
    value : float
        The objective reached.
    payoffs : (n,) array
        Ex-ante payoffs.
    gains : tuple of arrays
        The certificate, from `disobedience`: the interim gain of each type's best way to disobey,
        payoff units, n arrays (T_i,); ex ante and of shape (1,) for "strategic".
    """

    game: BayesianGame
    kind: Kind
    distribution: Array
    rule: Array
    value: float
    payoffs: Array
    gains: tuple[Array, ...]

    @property
    def epsilon(self) -> float:
        """The largest incentive to disobey of any type of any player, payoff units."""
        return max(float(gain.max()) for gain in self.gains)

    @property
    def relative(self) -> float:
        """The largest incentive to disobey as a share of its player's payoff range."""
        ranges = [self.game.payoff_range(i) or 1.0 for i in range(self.game.n_players)]
        return max(float(g.max()) / size for g, size in zip(self.gains, ranges, strict=True))

    def __str__(self) -> str:
        return (
            f"{self.kind} correlated equilibrium of value {self.value:.6g}, "
            f"epsilon = {self.epsilon:.3g} ({self.relative:.2g} of the payoff range)"
        )


@dataclass(frozen=True)
class CorrelatedLp:
    """The best correlated equilibrium of a kind, by one sparse linear program.

    No `Solver`: what a mediator draws is a joint distribution, and in general no profile of
    behavioural strategies yields it, so there is nothing to propose and `certify` could not judge
    it. `solve` returns a `CorrelatedEquilibrium`, judged by `disobedience` in the same currency,
    the interim gain of the best deviation.

    Kinds, from what the mediator knows and tells (every equilibrium in behavioural strategies is
    one of each; "strategic" is contained in "agent" and "communication", all are in "bayes"):

    ===============  ===============================================================================
    "bayes"          It knows the types. Bayes correlated equilibrium (Bergemann and Morris 2016):
                     what can happen if players may learn more than their types.
    "communication"  It is told the types, true or false. Communication equilibrium (Myerson 1982;
                     Forges 1986): players report, then obey.
    "agent"          It knows no types, draws an action for each type, and tells each type its own.
    "strategic"      It knows no types, draws a plan for each player, and tells each its whole plan.
    ===============  ===============================================================================

    Parameters
    ----------
    kind : see the table
    objective : what is maximized, ex ante: "welfare", the sum of payoffs; "egalitarian", the
        smallest payoff; i, player i's payoff; or a weight for each player. Negative weights find
        the worst equilibrium.

    Examples
    --------
    >>> chicken = np.array([[6, 2], [7, 0]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [chicken, chicken.swapaxes(2, 3)])
    >>> best = CorrelatedLp().solve(game)
    >>> best.payoffs.round(9).tolist(), bool(best.epsilon < 1e-9)
    ([5.25, 5.25], True)
    >>> best.rule[0, 0].round(9).tolist()
    [[0.5, 0.25], [0.25, 0.0]]

    Source: Aumann 1974 and 1987; Forges 1993, Five legitimate definitions of correlated equilibrium
    in games with incomplete information; Bergemann and Morris 2016, Theoretical Economics 11.
    """

    kind: Kind = "bayes"
    objective: Objective = "welfare"

    source = "Forges (1993), Theory and Decision 35; Bergemann and Morris (2016), TE 11, 487-522"

    def __post_init__(self) -> None:
        if self.kind not in MEDIATIONS:
            raise SettingError(f"kind is {self.kind!r}, want one of {', '.join(MEDIATIONS)}.")

    def refuses(self, game: BayesianGame) -> str | None:
        """Return why the program is not built, which is its size, and what to use instead."""
        n_types, n_actions = np.array(game.n_types, float), np.array(game.n_actions, float)
        with np.errstate(over="ignore"):
            if self.kind == "strategic":
                n_types, n_actions = np.ones_like(n_types), n_actions**n_types
            elif self.kind == "agent":
                n_types, n_actions = np.ones(sum(game.n_types)), np.repeat(n_actions, game.n_types)
            reports = n_types if self.kind == "communication" else np.ones_like(n_types)
            nonzeros = float(np.prod(n_types) * np.prod(n_actions) * (n_actions * reports).sum())
        if nonzeros > MOST_NONZEROS:
            fault = f"the program has {nonzeros:.3g} coefficients, want at most {MOST_NONZEROS:,}"
        elif self.kind == "agent" and sum(game.n_types) > MOST_PLAYERS:
            fault = f"the agent form has {sum(game.n_types)} agents, want at most {MOST_PLAYERS}"
        else:
            return None
        if self.kind != "bayes" and CorrelatedLp().refuses(game) is None:
            return f'{fault}; use kind="bayes".'
        return f"{fault}; use SelfPlay: every equilibrium is a correlated one."

    def solve(self, game: BayesianGame) -> CorrelatedEquilibrium:
        """Return the equilibrium of this kind at which the objective is largest.

        Raises
        ------
        RefusedError
            If the program is too large, or the linear programming code gives up.
        SettingError
            If the objective names a player that is not there.
        """
        refusal = self.refuses(game)
        if refusal:
            raise RefusedError(f"CorrelatedLp refuses: {refusal}")
        aims = _aims(self.objective, game.n_players)
        form = MEDIATIONS[self.kind](game)
        reports = self.kind == "communication"
        rule = best_rule(form, aims, reports=reports)
        induced = form.induce(rule)
        payoffs = np.array([_expected(game, induced, i) for i in range(game.n_players)])
        return CorrelatedEquilibrium(
            game,
            self.kind,
            frozen(rule if form.game is game else rule.reshape(form.game.n_actions)),
            frozen(induced),
            float(min(aim @ payoffs for aim in aims)),
            frozen(payoffs),
            form.regroup(disobedience(form.game, rule, reports=reports)),
        )


def _aims(objective: Objective, n: int) -> list[Array]:
    """Return the weight vectors over players whose smallest value is maximized."""
    if objective == "welfare":
        return [np.ones(n)]
    if objective == "egalitarian":
        return list(np.eye(n))
    if isinstance(objective, int) and not isinstance(objective, bool) and 0 <= objective < n:
        return [np.eye(n)[objective]]
    weights = np.asarray(objective if isinstance(objective, tuple) else [], dtype=float)
    if weights.shape == (n,) and np.isfinite(weights).all():
        return [weights]
    raise SettingError(
        f'objective is {objective!r}, want "welfare", "egalitarian", a player 0..{n - 1}, or '
        f"{n} weights."
    )


def _expected(game: BayesianGame, rule: Array, i: int) -> float:
    chance = game.prior.reshape(game.n_types + (1,) * game.n_players) * rule
    return float((chance * game.payoffs[i]).sum())
