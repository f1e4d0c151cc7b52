"""ECON-lambda: whether the consistency term lambda_m (Q_i - Q_tot)^2 preserves credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal, NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.intervals import mean_interval
from econ_theory.errors import SettingError

__all__ = ["ConsistencyKeepsCredit", "shapley", "trained_credit"]

GRID = np.geomspace(1e-3, 1e3, 37)


class Team(NamedTuple):
    """One additive game and how far training moves its credit.

    ``credit`` (n,) are the Shapley values; ``presence`` (2,) * n is how often each coalition is
    seen; ``learned`` (n,) the local credit at lambda_m; ``moved`` and ``moved_total`` the distance
    of local credit and of the mixer's, as a share of all credit, over `GRID` (G,); ``distance``
    that of local credit at lambda_m, ``distance_total`` that of the mixer's.
    """

    credit: Array
    presence: Array
    learned: Array
    distance: float
    distance_total: float
    moved: Array
    moved_total: Array


@dataclass(frozen=True)
class ConsistencyKeepsCredit:
    """Train local values and a linear mixer on additive games; compare credit with Shapley values.

    Agent i takes part (1) or not (0); the team earns the sum of what those who take part
    contribute, and each its own contribution, so credit is known: the Shapley value of i is its
    contribution. Local values are tables Q_i(0), Q_i(1) and the mixer is Q_tot = sum_i w_i Q_i + b,
    rich enough to be exact. All loss terms are quadratic in (Q_i, w_i Q_i, b), and their minimum
    is solved for, not approximated.

    Parameters
    ----------
    lambda_m : float
        Weight of the term, 0.1 as published; zero leaves it out.
    lambda_e : float
        Weight of the local losses, > 0.
    gradients : ``"joint"`` or ``"local"``
        Whether the term also trains the Q_i, or only the mixer.
    n_agents : int
    tolerance : float
        Share of all credit up to which a move does not count.
    """

    lambda_m: float = 0.1
    lambda_e: float = 1.0
    gradients: Literal["joint", "local"] = "joint"
    n_agents: int = 3
    tolerance: float = 0.01

    id = "ECON-lambda"
    statement = "the consistency term lambda_m sum_i (Q_i - Q_tot)^2 preserves each agent's credit"
    source = "Yi et al. 2025, ICML, arXiv 2506.08292, mixing loss L_mix"
    hypotheses = (
        "additive team reward, so that contribution, marginal value and Shapley value agree",
        "every agent is also trained on its own contribution (L_TD^i)",
        "the term's gradient reaches the Q_i",
        "one step, exact expectations, random correlated participation",
    )

    def __post_init__(self) -> None:
        if not (self.lambda_m >= 0 and self.lambda_e > 0 and self.n_agents >= 2):
            raise SettingError(
                f"lambda_m is {self.lambda_m}, lambda_e {self.lambda_e} and n_agents "
                f"{self.n_agents}, want >= 0, > 0 and >= 2; without local losses the split of "
                "Q_tot among the Q_i is arbitrary."
            )
        if self.gradients not in ("joint", "local"):
            raise SettingError(f'gradients is {self.gradients!r}, want "joint" or "local".')

    def n_trials(self, quick: bool) -> int:
        """Return the number of random additive games."""
        return 40 if quick else 1_000

    def trial(self, rng: np.random.Generator, quick: bool) -> Team:
        """Return how far credit moves in one game."""
        n = self.n_agents
        contributions = rng.dirichlet(np.ones(n))
        presence = rng.dirichlet(np.ones(2**n)).reshape((2,) * n)
        members = np.indices((2,) * n)
        credit = shapley(np.tensordot(contributions, members, axes=1))
        covariance = np.cov(members.reshape(n, -1), aweights=presence.ravel(), ddof=0)

        def moved(weight: float) -> tuple[Array, float, float]:
            local, mixed = trained_credit(credit, covariance, weight, self.lambda_e, self.gradients)
            total = np.abs(credit).sum()
            return (
                local,
                float(np.abs(local - credit).sum() / total),
                float(np.abs(mixed - credit).sum() / total),
            )

        curves = np.array([moved(weight)[1:] for weight in GRID])
        return Team(credit, presence, *moved(self.lambda_m), curves[:, 0], curves[:, 1])

    def judge(self, results: Sequence[Team]) -> Finding:
        """Return "fails" if credit moves by more than the tolerance, on average over games."""
        distances = [team.distance for team in results]
        low, high = mean_interval(distances)
        verdict = (
            "fails" if low > self.tolerance else "holds" if high <= self.tolerance else "undecided"
        )
        n, weight = self.n_agents, self.lambda_m
        total = float(np.mean([team.distance_total for team in results]))
        rising = np.array([team.moved for team in results])
        counterexample = ""
        if verdict == "fails":
            team = max(results, key=lambda team: team.distance)
            counterexample = (
                f"contributions {team.credit.tolist()}, P(who takes part) "
                f"{team.presence.ravel().tolist()} (agent 1 first, absent before present): the "
                f"Q_i learn the credit {team.learned.tolist()}"
            )
        return Finding(
            verdict=verdict,
            number=float(np.mean(distances)),
            quantity=f"of all credit moved by lambda_m = {weight:g} (mean of games)",
            interval=(low, high),
            explanation=(
                f"with {n} agents, lambda_m = {weight:g} moves {np.mean(distances):.1%} of the "
                f"credit in the Q_i off the Shapley values (tolerance {self.tolerance:.0%}) and "
                f"{total:.1%} of that in Q_tot; lambda_m = 1 would move "
                f"{rising[:, len(GRID) // 2].mean():.0%} of the former, {GRID[-1]:g} "
                f"{rising[:, -1].mean():.1%}: every Q_i is drawn to Q_tot, and what is equal for "
                "all assigns no credit."
                if self.gradients == "joint"
                else f"where only the mixer descends the term the Q_i keep their credit; Q_tot is "
                f"drawn from their sum to their mean instead, which moves {total:.1%} of its."
            ),
            counterexample=counterexample,
            picture=_picture(results, weight),
        )


def trained_credit(
    credit: Array,
    covariance: Array,
    lambda_m: float,
    lambda_e: float = 1.0,
    gradients: Literal["joint", "local"] = "joint",
) -> tuple[Array, Array]:
    """Return the credit x (n,) in the Q_i and y (n,) in Q_tot at the minimum of the losses.

    With participation a of covariance S, D its diagonal and c the contributions, what depends on
    x_i = Q_i(1) - Q_i(0) and y_i = w_i x_i is::

        (c - y)' S (c - y) + lambda_e (c - x)' D (c - x)
            + lambda_m (x' D x - 2 x' S y + n y' S y)

    Where the term does not reach the Q_i, x = c.

    >>> x, y = trained_credit(np.array([1.0, 2.0]), np.eye(2), 0.0)
    >>> x, y
    (array([1., 2.]), array([1., 2.]))
    >>> trained_credit(np.array([1.0, 2.0]), np.eye(2), 1.0)[0]
    array([0.8, 1.6])
    """
    n = len(credit)
    eye = np.eye(n)
    to_mixed = eye * (1 + n * lambda_m)
    if gradients == "local":
        return credit, np.linalg.solve(to_mixed, (1 + lambda_m) * credit)
    seen = covariance / np.diag(covariance)[:, None]
    system = np.block(
        [[eye * (lambda_e + lambda_m), -lambda_m * seen], [-lambda_m * eye, to_mixed]]
    )
    solved = np.linalg.solve(system, np.concatenate([lambda_e * credit, credit]))
    return solved[:n], solved[n:]


def shapley(worth: Array) -> Array:
    """Return the Shapley values (n,) of the coalitional game `worth`, shape (2,) * n.

    ``worth[1, 0, 1]`` is what agents 0 and 2 earn together.

    >>> shapley(np.array([[0.0, 1.0], [2.0, 5.0]]))
    array([3., 2.])

    Source: Shapley 1953, A value for n-person games.
    """
    n = worth.ndim
    values = np.zeros(n)
    for i in range(n):
        others = [j for j in range(n) if j != i]
        for size in range(n):
            for members in combinations(others, size):
                without = tuple(int(j in members) for j in range(n))
                joined = tuple(int(j in members or j == i) for j in range(n))
                values[i] += (worth[joined] - worth[without]) / (n * comb(n - 1, size))
    return values


def _picture(results: Sequence[Team], weight: float) -> Picture:
    curves = []
    for name in ("moved", "moved_total"):
        rows = np.array([getattr(team, name) for team in results])
        low, high = np.quantile(rows, [0.025, 0.975], axis=0)
        where = "the Q_i" if name == "moved" else "Q_tot"
        curves.append(
            Curve(f"credit in {where}, mean and 95 % of games", GRID, rows.mean(axis=0), low, high)
        )
    return Picture(
        "lambda_m",
        "distance from the Shapley values (share of all credit)",
        tuple(curves),
        x_log=True,
        marks={"tested": weight} if weight > 0 else {},
    )
