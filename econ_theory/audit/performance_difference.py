"""ECON-L2.2: the performance difference lemma, with the occupancy it needs and without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.catalog import random_markov_game
from econ_theory.markov import MarkovProfile, performance_difference

__all__ = ["PerformanceDifferenceLemma"]

TOLERANCE = 1e-10
"""How far rounding takes the two sides apart, as a share of the range of values."""


class Instance(NamedTuple):
    """Both sides of the identity on one random game; payoff units."""

    left: float
    right: float
    scale: float
    size: int
    name: str


@dataclass(frozen=True)
class PerformanceDifferenceLemma:
    """Compare both sides of the identity on random Markov games, types, discounts and policies.

    ``form="occupancy"`` weighs the one-step gains by the new policy's discounted occupancy, as the
    lemma does; ``"pointwise"`` takes them at the initial state alone, as the proof goes on.
    """

    form: Literal["occupancy", "pointwise"] = "occupancy"
    n_states: tuple[int, int] = (1, 6)

    source = "Yi et al. 2025, ICML, arXiv 2506.08292, Lemma 2.2 and its use in the appendix"

    @property
    def id(self) -> str:
        """Its own for each form."""
        return "ECON-L2.2" if self.form == "occupancy" else "ECON-L2.2-pointwise"

    @property
    def statement(self) -> str:
        """The identity in the form that is tested."""
        where = "under d_new" if self.form == "occupancy" else "at the initial state alone"
        return f"V_new - V_old = 1/(1 - discount) E[E_new Q_old - E_old Q_old], {where}"

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """What the identity assumes."""
        return ("finite Markov game with private types", "stationary Markov policies")

    def n_trials(self, quick: bool) -> int:
        """Return the number of random games."""
        return 100 if quick else 2000

    def trial(self, rng: np.random.Generator, quick: bool) -> Instance:
        """Return both sides for one game, two random profiles and one player."""
        low, high = self.n_states
        states, n = int(rng.integers(low, high + 1)), int(rng.integers(1, 4))
        types, actions = rng.integers(1, 4, size=n).tolist(), rng.integers(1, 4, size=n).tolist()
        discount = float(rng.uniform(0.0, 0.99))
        game = random_markov_game(
            states, types, actions, n_players=n, discount=discount, rng=rng, types_move=True
        )
        old, new = (
            MarkovProfile(
                [
                    rng.dirichlet(np.ones(a), (states, t))
                    for t, a in zip(types, actions, strict=True)
                ]
            )
            for _ in range(2)
        )
        i = int(rng.integers(n))
        found = performance_difference(game, old, new, i)
        right = found.by_occupancy if self.form == "occupancy" else found.pointwise
        name = (
            f"{states} states, types {types}, actions {actions}, discount {discount:.3f}, "
            f"player {i + 1}: {found.gap:.4g} against {right:.4g}"
        )
        size = states * int(np.prod(types)) * int(np.prod(actions))
        return Instance(found.gap, right, game.payoff_range(i), size, name)

    def judge(self, results: Sequence[Instance]) -> Finding:
        """Return "fails" if any game's two sides differ by more than rounding."""
        errors = np.array([abs(r.left - r.right) / (r.scale or 1.0) for r in results])
        broken = [r for r, error in zip(results, errors, strict=True) if error > TOLERANCE]
        worst = float(errors.max())
        shown = min(broken, key=lambda r: r.size, default=None)
        flipped = sum(r.left * r.right < 0 for r in broken)
        lefts = np.array([r.left for r in results])
        return Finding(
            verdict="fails" if broken else "holds",
            number=worst,
            quantity="largest difference of the two sides, as a share of the range of values",
            interval=(worst, worst),
            explanation=(
                f"the two sides differ in {len(broken)} of {len(results)} random games, in "
                f"{flipped} of them even in sign: where the new policy goes cannot be left out."
                if broken
                else f"the two sides agree to rounding in all {len(results)} random games."
            ),
            counterexample="" if shown is None else shown.name,
            picture=Picture(
                "V_new - V_old (payoff units)",
                "right-hand side (payoff units)",
                (
                    Curve("equal", np.sort(lefts), np.sort(lefts)),
                    Curve(self.form, lefts, np.array([r.right for r in results]), joined=False),
                ),
            ),
        )
