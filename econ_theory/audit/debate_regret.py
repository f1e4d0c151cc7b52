"""ECON-C.4: whether debate, a zero-sum game without pure equilibrium, has linear regret."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.intervals import mean_interval
from econ_theory.catalog import matching_pennies
from econ_theory.catalog.base import Entry
from econ_theory.certificates import certify
from econ_theory.learners import Hedge, RegretMinimizer
from econ_theory.regret import (
    Rate,
    clairvoyant_regret,
    external_regret,
    play_learners,
    pooled_rate,
)
from econ_theory.strategies import StrategyProfile

__all__ = ["DebateRegretIsLinear", "any_pennies", "clairvoyant_at", "least_clairvoyant"]

POINTS = 100
RUNS = 5
LEVEL = 0.05

HALFWAY = 0.75
"""Exponent between those of square-root and linear growth."""


def any_pennies(rng: np.random.Generator) -> Entry:
    """Return matching pennies in which heads are worth 1 to 5, in quarters, drawn from `rng`."""
    return matching_pennies(Fraction(int(rng.integers(4, 21)), 4))


class Debate(NamedTuple):
    """Regret of both players together in one game, payoff units, the mean of `RUNS` runs.

    ``name`` holds the first player's payoffs. ``external`` and ``clairvoyant`` are cumulative
    at `steps`, (G,), both of the play as it was drawn. ``at_equilibrium`` is the clairvoyant regret
    a step of the known equilibrium, whose exact epsilon is ``epsilon``; ``least`` is that of the
    pure profile that has least: no play at all has less.
    """

    name: str
    steps: Array
    external: Array
    clairvoyant: Array
    epsilon: Fraction
    at_equilibrium: float
    least: float


@dataclass(frozen=True)
class DebateRegretIsLinear:
    """Let no-regret learners play zero-sum games; measure two regrets of the same realized play.

    The argument for linear regret is that at every pure profile some player could have done better
    by a fixed amount, had it known what the other does: it bounds *clairvoyant* regret. External
    regret, against the best fixed action, is what no-regret learners keep sublinear. The claim

    * holds, if external regret has a linear component;
    * is vacuous, if only clairvoyant regret is linear and an exact equilibrium has it too: it is
      then true of equilibrium play, so it says nothing against debate;
    * fails, if neither is linear.

    Parameters
    ----------
    learner : RegretMinimizer
        Both players'; it sees what each action would have paid against the action drawn.
    game : callable
        From a generator to the catalog entry to play.
    """

    learner: RegretMinimizer[Any] = field(default_factory=Hedge)
    game: Callable[[np.random.Generator], Entry] = any_pennies

    id = "ECON-C.4"
    statement = "debate among no-regret learners has linear regret"
    source = "Yi et al. 2025, ICML, arXiv 2506.08292, appendix C.4"
    hypotheses = (
        "debate is a repeated two-player zero-sum game without pure equilibrium",
        "both players run a no-external-regret learner",
        "which regret is meant is not said; the proof bounds clairvoyant regret",
    )

    def n_trials(self, quick: bool) -> int:
        """Return the number of games, each played in several runs."""
        return 12 if quick else 60

    def trial(self, rng: np.random.Generator, quick: bool) -> Debate:
        """Return the regrets of one game's runs."""
        n_steps = 500 if quick else 4_000
        entry = self.game(rng)
        play = play_learners(
            entry.game, self.learner, n_steps, feedback="realized", n_runs=RUNS, rng=rng
        ).realized
        steps = np.arange(1, POINTS + 1) * (n_steps // POINTS)
        equilibrium = entry.equilibria[0]
        return Debate(
            name=f"{entry.game.title} {np.squeeze(entry.game.payoffs[0]).tolist()}",
            steps=steps,
            external=external_regret(play).total[:, steps - 1].mean(axis=0),
            clairvoyant=clairvoyant_regret(play).total[:, steps - 1].mean(axis=0),
            epsilon=certify(entry.game, equilibrium, arithmetic="exact").epsilon,
            at_equilibrium=float(clairvoyant_at(entry, equilibrium)),
            least=float(least_clairvoyant(entry)),
        )

    def judge(self, results: Sequence[Debate]) -> Finding:
        """Return which regret grows linearly, and whether exact equilibrium play has it as well."""
        steps = results[0].steps
        external = np.stack([debate.external for debate in results])
        clairvoyant = np.stack([debate.clairvoyant for debate in results])
        rate, other = (pooled_rate(curves, steps=steps) for curves in (external, clairvoyant))
        a_step = float(clairvoyant[:, -1].mean() / steps[-1])
        resting = float(np.mean([debate.at_equilibrium for debate in results]))
        exact = all(debate.epsilon == 0 for debate in results)
        always = min(debate.at_equilibrium for debate in results) > 0
        if _is_linear(rate):
            verdict, why = "holds", "external regret has a linear component"
        elif not _is_sublinear(rate):
            verdict, why = "undecided", "external regret is neither clearly linear nor sublinear"
        elif _is_linear(other) and exact and always:
            least = min(debate.least for debate in results)
            verdict = "vacuous"
            why = (
                f"only clairvoyant regret is linear, {a_step:.3g} a step; the exact equilibrium "
                f"(epsilon 0) has {resting:.3g} and no play at all less than {least:.3g}"
            )
        elif _is_sublinear(other):
            verdict, why = "fails", "clairvoyant regret is sublinear too"
        else:
            verdict, why = "undecided", "of clairvoyant regret it cannot be told"
        number, (low, high) = rate.exponent, rate.interval
        if not np.isfinite([number, low, high]).all():
            # Regret that is not positive has no exponent; its level says what there is to say.
            number, low, high = 0.0, 0.0, 0.0
        return Finding(
            verdict=verdict,
            number=number,
            quantity="growth exponent of external regret (1 is linear)",
            interval=(low, high),
            explanation=(
                f"over {len(external)} games, {RUNS} runs each of {self.learner} for {steps[-1]} "
                f"steps, external regret grows like k^{number:.2f} [{low:.2f}, {high:.2f}], linear "
                f"component p = {_p_value(rate):.2g}; {why}."
            ),
            counterexample=(
                f"{results[0].name}, its equilibrium played throughout: epsilon "
                f"{results[0].epsilon}, clairvoyant regret {results[0].at_equilibrium:g} a step"
                if verdict in ("vacuous", "fails")
                else ""
            ),
            picture=_picture(steps, external, clairvoyant, resting),
        )


def clairvoyant_at(entry: Entry, profile: StrategyProfile) -> Fraction:
    """Return the players' clairvoyant regret a step while they play `profile`, exactly.

    ``sum_i E[max_b u_i(b, a_-i) - u_i(a)]``, one type a player.

    >>> clairvoyant_at(matching_pennies(1), matching_pennies(1).equilibria[0])
    Fraction(2, 1)
    """
    chance: Any = Fraction(1)
    for row in profile.exact.rows:
        chance = np.multiply.outer(chance, row[0])
    return (chance * _missed(entry)).sum()


def least_clairvoyant(entry: Entry) -> Fraction:
    """Return the least clairvoyant regret a step of any play, which a pure profile has.

    >>> least_clairvoyant(matching_pennies(1)), least_clairvoyant(matching_pennies(4))
    (Fraction(2, 1), Fraction(2, 1))
    """
    return _missed(entry).min()


def _missed(entry: Entry) -> Array:
    """Return what the players together could have gained at every pure profile, in Fractions."""
    game = entry.game
    total: Any = 0
    for i, payoff in enumerate(game.exact.payoffs):
        table = np.broadcast_to(payoff.reshape(payoff.shape[game.n_players :]), game.n_actions)
        total = total + (table.max(axis=i, keepdims=True) - table)
    return total


def _is_linear(rate: Rate) -> bool:
    return _p_value(rate) < LEVEL and rate.interval[1] > HALFWAY


def _is_sublinear(rate: Rate) -> bool:
    # Regret that never grows has no positive part to fit an exponent to.
    if rate.linear_test is not None and abs(rate.linear_test.slope) < 1e-12:
        return True
    high = rate.interval[1]
    return high < HALFWAY or (_p_value(rate) >= LEVEL and high < 1)


def _p_value(rate: Rate) -> float:
    return float("nan") if rate.linear_test is None else rate.linear_test.p_value


def _picture(steps: Array, external: Array, clairvoyant: Array, resting: float) -> Picture:
    curves = []
    for name, rows in (("external regret", external), ("clairvoyant regret", clairvoyant)):
        bands = np.array([mean_interval(column) for column in rows.T.tolist()])
        curves.append(Curve(name, steps, rows.mean(axis=0), bands[:, 0], bands[:, 1]))
    curves.append(Curve("clairvoyant regret of the exact equilibrium", steps, resting * steps))
    return Picture("step", "cumulative regret of both players (payoff units)", tuple(curves))
