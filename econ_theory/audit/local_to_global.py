"""ECON-H: whether equilibria of clusters compose to an equilibrium of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array, as_fractions
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.intervals import mean_interval
from econ_theory.certificates import certify
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.search import solve_all
from econ_theory.strategies import StrategyProfile

__all__ = ["LocalComposes", "cluster_game"]

CLUSTERS = ((0, 1), (2, 3))
N_PLAYERS = 4
ROUNDING = 1e-9


class Joined(NamedTuple):
    """The best union of two clusters' equilibria: its relative epsilon, and the game in full."""

    relative: float
    n_unions: int
    in_full: str


@dataclass(frozen=True)
class LocalComposes:
    """Solve each of two clusters for itself; certify their equilibria together in the whole game.

    Four players with two actions each, in clusters of two. A cluster's game is the whole game with
    the other cluster held to reference play, here uniform: what a local coordinator that does not
    hear the other clusters can know. Every equilibrium of each cluster's game is found and every
    union of two is certified; the best of them counts, so nothing hangs on which local equilibria
    are chosen. Games with ties within a cluster, which could have more equilibria than a list
    holds, are drawn again.

    Parameters
    ----------
    coupling : float in [0, 1]
        Weight of a payoff that depends on everyone, beside one that depends on the own cluster
        only; payoffs of both kinds are integers from 0 to 9. Zero makes the clusters separate
        games.
    """

    coupling: float = 0.5

    id = "ECON-H"
    statement = "equilibria of the clusters compose to an equilibrium of the whole"
    source = "Yi et al. 2025, ICML, arXiv 2506.08292, Algorithm 2 (local to global)"
    hypotheses = (
        "each cluster is in exact equilibrium of its own game",
        "there the other cluster plays uniformly: local play does not answer to it",
        "one type a player (the smallest Bayesian games), no ties within a cluster",
    )

    def __post_init__(self) -> None:
        if not 0 <= self.coupling <= 1:
            raise SettingError(f"coupling is {self.coupling}, want a weight in [0, 1].")

    def n_trials(self, quick: bool) -> int:
        """Return the number of games."""
        return 40 if quick else 600

    def trial(self, rng: np.random.Generator, quick: bool) -> Joined:
        """Return the best union of local equilibria in one random game."""
        reference = StrategyProfile([[[Fraction(1, 2)] * 2]] * N_PLAYERS)
        while True:
            payoffs = self._payoffs(rng)
            game = _game(payoffs)
            inner = [cluster_game(game, cluster, reference) for cluster in CLUSTERS]
            if not any(_tied(part) for part in inner):
                break
        local = [[found.profile for found in solve_all(part)] for part in inner]
        relatives = [
            certify(game, StrategyProfile([*first.rows, *second.rows]), arithmetic="exact").relative
            for first, second in product(*local)
        ]
        tables = "; ".join(
            f"player {i + 1}: {' '.join(str(u) for u in payoff.ravel())}"
            for i, payoff in enumerate(payoffs)
        )
        return Joined(float(min(relatives)), len(relatives), tables)

    def _payoffs(self, rng: np.random.Generator) -> list[Array]:
        """Return each player's payoffs in Fractions, shape (2, 2, 2, 2)."""
        weight = Fraction(self.coupling)
        payoffs = []
        for i in range(N_PLAYERS):
            own = next(cluster for cluster in CLUSTERS if i in cluster)
            local = rng.integers(0, 10, size=[2 if j in own else 1 for j in range(N_PLAYERS)])
            everyone = rng.integers(0, 10, size=(2,) * N_PLAYERS)
            payoffs.append((1 - weight) * as_fractions(local) + weight * as_fractions(everyone))
        return payoffs

    def judge(self, results: Sequence[Joined]) -> Finding:
        """Return "fails" if in some game no union of local equilibria is an equilibrium."""
        relatives = np.array([joined.relative for joined in results])
        failing = [joined for joined in results if joined.relative > ROUNDING]
        ordered = np.sort(relatives)
        facts = (
            f"in {len(failing)} of {len(results)} games no union of local equilibria is a global "
            f"one; the best union is {relatives.mean():.2g} of the payoff range from it on average "
            f"and {relatives.max():.2g} at most"
        )
        counterexample = ""
        if failing:
            worst = max(failing, key=lambda joined: (joined.relative, -len(joined.in_full)))
            counterexample = (
                f"clusters {CLUSTERS}, payoffs in the order of actions 0000, 0001, ..., 1111: "
                f"{worst.in_full}. Clusters that take the other for uniform have {worst.n_unions} "
                f"unions of equilibria; the best has relative epsilon {worst.relative:.4g} in the "
                "whole game"
            )
        return Finding(
            verdict="fails" if failing else "holds",
            number=float(relatives.mean()),
            quantity="relative epsilon of the best union of local equilibria (mean of games)",
            interval=mean_interval(relatives.tolist()),
            explanation=facts + ("." if failing else ": no counterexample among them."),
            counterexample=counterexample,
            picture=Picture(
                "relative epsilon of the best union (share of the payoff range)",
                "share of games at most this far from equilibrium",
                (
                    Curve(
                        f"coupling {float(self.coupling):g}",
                        ordered,
                        np.arange(1, len(ordered) + 1) / len(ordered),
                    ),
                ),
            ),
        )


def _tied(game: BayesianGame) -> bool:
    """Return whether a player is indifferent against some action; else equilibria are isolated."""
    first, second = (payoff[0, 0] for payoff in game.exact.payoffs)
    return bool((first[0] == first[1]).any() or (second[:, 0] == second[:, 1]).any())


def cluster_game(
    game: BayesianGame, cluster: Sequence[int], reference: StrategyProfile
) -> BayesianGame:
    """Return the game among the players in `cluster` when all others play `reference`, exactly.

    For games with one type a player.

    >>> match = np.eye(2).reshape(1, 1, 1, 2, 2, 1)
    >>> game = BayesianGame(np.ones((1, 1, 1)), [match, match, np.zeros((1,) * 5 + (2,))])
    >>> others = StrategyProfile([[[0.5, 0.5]], [[0.25, 0.75]], [[0.5, 0.5]]])
    >>> cluster_game(game, [0], others).payoffs[0].ravel()
    array([0.25, 0.75])
    """
    n = game.n_players
    rows = reference.exact.rows
    payoffs = []
    for i in cluster:
        payoff: Array = game.exact.payoffs[i].reshape(game.exact.payoffs[i].shape[n:])
        payoff = np.broadcast_to(payoff, game.n_actions)
        for j in reversed([j for j in range(n) if j not in cluster]):
            payoff = np.tensordot(payoff, rows[j][0], axes=(j, 0))
        payoffs.append(payoff)
    return _game(payoffs)


def _game(payoffs: Sequence[Array]) -> BayesianGame:
    n = len(payoffs)
    prior = as_fractions(np.ones((1,) * n))
    return BayesianGame(prior, [payoff.reshape((1,) * n + payoff.shape) for payoff in payoffs])
