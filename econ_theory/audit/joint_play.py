"""NR-cce: play without regret is, on average over steps, a (coarse) correlated equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal, NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.catalog import random_game
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.learners import RegretMatching, SwapRegret
from econ_theory.regret import (
    PlayTrace,
    coarse_epsilon,
    correlated_epsilon,
    external_regret,
    joint_play,
    play_learners,
    swap_regret,
)

__all__ = ["JointPlayIsCorrelated"]

TOLERANCE = 1e-11
"""How far rounding takes the two sides apart, as a share of the payoff range."""

STEPS = 200


class Gaps(NamedTuple):
    """One game's play: both epsilons of the joint play and regret per step, payoff units."""

    coarse: float
    external: float
    correlated: float
    swap: float
    curve: Array
    name: str


@dataclass(frozen=True)
class JointPlayIsCorrelated:
    """Let swap-regret learners play random Bayesian games; compare joint play with regret.

    The claim is an identity: the largest gain from leaving the joint play, before types are drawn,
    is the largest regret divided by the number of steps; external regret for a coarse correlated
    equilibrium, swap regret for a correlated one.

    Parameters
    ----------
    average : "joint" averages the products of strategies over steps, which is the claim;
        "separate" multiplies the players' averages, which is what play looks like to who does not
        know that the players move together, and is no correlated equilibrium in general
    """

    learner: Any = field(default_factory=lambda: SwapRegret(RegretMatching()))
    average: Literal["joint", "separate"] = "joint"

    id = "NR-cce"
    statement = (
        "the epsilon of the average joint play as a coarse (fully) correlated equilibrium is the "
        "largest external (swap) regret per step"
    )
    source = "Hannan 1957; Foster & Vohra 1997, GEB 21; Cesa-Bianchi & Lugosi 2006, chapter 7"
    hypotheses = ("players move at once, each against the others' strategies of the same step",)

    def n_trials(self, quick: bool) -> int:
        """Return the number of random games."""
        return 12 if quick else 120

    def trial(self, rng: np.random.Generator, quick: bool) -> Gaps:
        """Return both sides for a random game of two or three players."""
        n = int(rng.integers(2, 4))
        types, actions = rng.integers(1, 4, size=n).tolist(), rng.integers(2, 4, size=n).tolist()
        game = random_game(types, actions, n_players=n, rng=int(rng.integers(2**31)))
        play = play_learners(game, self.learner, STEPS)
        joint = joint_play(play) if self.average == "joint" else _separate(play)
        swap = swap_regret(play)
        return Gaps(
            float(coarse_epsilon(game, joint)),
            float(external_regret(play).average[-1].max()),
            float(correlated_epsilon(game, joint)),
            float(swap.average[-1].max()),
            swap.average.max(axis=1),
            _name(game),
        )

    def judge(self, results: Sequence[Gaps]) -> Finding:
        """Return "fails" if in some game the two sides differ by more than rounding."""
        errors = [max(abs(r.coarse - r.external), abs(r.correlated - r.swap)) for r in results]
        worst = int(np.argmax(errors))
        broken = errors[worst] > TOLERANCE
        steps = np.arange(1, STEPS + 1)
        curves = np.array([found.curve for found in results])
        falls = (
            f"{curves[:, 0].mean():.3g} after one step to {curves[:, -1].mean():.3g} after {STEPS}"
        )
        found = results[worst]
        return Finding(
            verdict="fails" if broken else "holds",
            number=errors[worst],
            quantity="largest difference of epsilon and regret per step (payoffs in [0, 1])",
            interval=(errors[worst], errors[worst]),
            explanation=(
                f"in {sum(error > TOLERANCE for error in errors)} of {len(results)} random games "
                "epsilon is not the regret per step."
                if broken
                else f"both identities hold to rounding in {len(results)} random games; with these "
                f"learners epsilon falls from {falls} steps."
            ),
            counterexample=(
                f"{found.name}: correlated epsilon {found.correlated:.4g}, swap regret per step "
                f"{found.swap:.4g}"
                if broken
                else ""
            ),
            picture=Picture(
                "step",
                "swap regret per step = epsilon (payoff units)",
                (Curve.spread("mean and range over games", steps, curves),),
                x_log=True,
                y_log=True,
            ),
        )


def _separate(play: PlayTrace) -> Array:
    """Return the product of the players' average strategies, (T_1..T_n, A_1..A_n)."""
    n = play.n_players
    operands: list[Any] = []
    for i in range(n):
        operands += [play.average(i)[-1], [i, n + i]]
    return np.einsum(*operands, list(range(2 * n)))


def _name(game: BayesianGame) -> str:
    size = prod(game.n_types) * prod(game.n_actions)
    return f"{game.title}, types {game.n_types}, actions {game.n_actions} ({size} cells)"
