"""NR-ext: the regret bound of every learner, against adversaries that are searched for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from econ_theory import learners as shipped
from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.learners import BanditMinimizer
from econ_theory.seeding import draw_indices

__all__ = ["LearnerBounds", "shipped_learners"]

STEPS = 100
POPULATION = 48
"""Sequences of utilities that a search keeps; the best third are bred from."""

BANDIT_RUNS = 400
SHOWN = 4


class Attack(NamedTuple):
    """The worst sequence found against one learner: its regret by step, and the bound there.

    ``regret`` of a bandit learner is a mean over runs, less three standard errors.
    """

    name: str
    n_actions: int
    regret: Array
    bound: Array

    @property
    def share(self) -> float:
        """Largest share of the bound that was reached."""
        return float((self.regret / self.bound).max())


def shipped_learners() -> tuple[Any, ...]:
    """Return every exported learner with its default settings.

    >>> len(shipped_learners()) > 8
    True
    """
    found = [getattr(shipped, name) for name in shipped.__all__]
    return tuple(
        kind() for kind in found if isinstance(kind, type) and not getattr(kind, "_is_protocol", 0)
    )


@dataclass(frozen=True)
class LearnerBounds:
    """Breed sequences of utilities against each learner; hold its regret to its own theorem.

    A sequence begins as play against the learner (the action it likes least pays) or as noise, and
    is improved by mutation. A learner with bandit feedback faces many runs of each sequence; its
    bound is on the mean.
    """

    learners: tuple[Any, ...] = field(default_factory=shipped_learners)

    id = "NR-ext"
    statement = "the external regret of each learner is at most its theorem's bound, at every step"
    hypotheses = (
        "utilities spread over at most one in each step",
        "bandit learners: expected regret, sequences fixed beforehand",
    )

    @property
    def source(self) -> str:
        """The learners' own sources."""
        return "; ".join(dict.fromkeys(learner.source for learner in self.learners))

    def n_trials(self, quick: bool) -> int:
        """Return the number of independent searches."""
        return 2 if quick else 12

    def trial(self, rng: np.random.Generator, quick: bool) -> list[Attack]:
        """Return the worst attack of one search on every learner, two to four actions."""
        rounds = 6 if quick else 30
        return [
            _bandit_attack(learner, int(rng.integers(2, 5)), rng)
            if isinstance(learner, BanditMinimizer)
            else _attack(learner, int(rng.integers(2, 5)), rounds, rng)
            for learner in self.learners
        ]

    def judge(self, results: Sequence[list[Attack]]) -> Finding:
        """Return "fails" if any learner was driven over its bound."""
        worst: dict[str, Attack] = {}
        for attack in (attack for trial in results for attack in trial):
            if attack.name not in worst or attack.share > worst[attack.name].share:
                worst[attack.name] = attack
        ranked = sorted(worst.values(), key=lambda attack: -attack.share)
        top = ranked[0]
        broken = [attack for attack in ranked if attack.share > 1 + 1e-9]
        over = int(np.argmax(top.regret > top.bound * (1 + 1e-9))) + 1
        steps = np.arange(1, STEPS + 1)
        return Finding(
            verdict="fails" if broken else "holds",
            number=top.share,
            quantity=f"largest share of a bound that regret reached ({top.name})",
            interval=(top.share, top.share),
            explanation=(
                f"{', '.join(attack.name for attack in broken)} exceeded the bound."
                if broken
                else f"{len(ranked)} learners kept their bounds under {len(results)} searches of "
                f"{POPULATION} sequences; the nearest was {top.name}. The picture shows the "
                f"{min(SHOWN, len(ranked))} nearest of the {len(ranked)}."
            ),
            counterexample=(
                f"{top.name} with {top.n_actions} actions: regret {top.regret[over - 1]:.4g} at "
                f"step {over}, bound {top.bound[over - 1]:.4g}"
                if broken
                else ""
            ),
            picture=Picture(
                "step",
                "regret of the worst sequence, share of the bound",
                tuple(Curve(a.name, steps, a.regret / a.bound) for a in ranked[:SHOWN]),
            ),
        )


def _attack(learner: Any, n_actions: int, rounds: int, rng: np.random.Generator) -> Attack:
    utilities = _first(learner, n_actions, rng)
    bound = _bound(learner, n_actions)
    regret = _regret(learner, utilities)
    for _ in range(rounds):
        order = np.argsort(-(regret / bound[:, None]).max(axis=0))
        parents = order[: POPULATION // 3]
        chosen = utilities[:, rng.choice(parents, POPULATION)].copy()
        # From a random step on, a share of entries is drawn anew; the best sequence is kept.
        late = np.arange(STEPS)[:, None] >= rng.integers(STEPS, size=POPULATION)
        redrawn = late & (rng.random((STEPS, POPULATION)) < rng.choice([0.03, 0.3], POPULATION))
        fresh = (rng.random(chosen.shape) < 0.5).astype(float)
        chosen = np.where(redrawn[..., None], fresh, chosen)
        chosen[:, 0] = utilities[:, order[0]]
        utilities, regret = chosen, _regret(learner, chosen)
    best = int(np.argmax((regret / bound[:, None]).max(axis=0)))
    return Attack(type(learner).__name__, n_actions, regret[:, best], bound)


def _first(learner: Any, n_actions: int, rng: np.random.Generator) -> Array:
    """Return utilities (K, B, A) that punish what the learner likes, more or less strictly."""
    state = learner.init(1, n_actions)
    strictness = rng.random((POPULATION, 1, 1))
    utilities = np.empty((STEPS, POPULATION, n_actions))
    for k in range(STEPS):
        strategy = np.broadcast_to(learner.strategy(state), (POPULATION, 1, n_actions))
        noise = rng.random(strategy.shape)
        hostile = strategy + 1e-9 * noise <= strategy.min(axis=-1, keepdims=True) + 1e-9
        strict = rng.random((POPULATION, 1, 1)) < strictness
        utility = np.where(strict, hostile, noise < 0.5).astype(float)
        utilities[k] = utility[:, 0]
        state = learner.observe(state, utility)
    return utilities


def _regret(learner: Any, utilities: Array) -> Array:
    """Return external regret by step and sequence, (K, B)."""
    _, population, n_actions = utilities.shape
    state = learner.init(1, n_actions)
    gains = np.empty_like(utilities)
    for k, utility in enumerate(utilities):
        strategy = np.broadcast_to(learner.strategy(state), (population, 1, n_actions))[:, 0]
        gains[k] = utility - np.vecdot(strategy, utility)[:, None]
        state = learner.observe(state, utility[:, None])
    return gains.cumsum(axis=0).max(axis=-1)


def _bandit_attack(learner: Any, n_actions: int, rng: np.random.Generator) -> Attack:
    """Return many runs against one sequence in which the paying action changes now and then."""
    change = rng.random(STEPS) < 0.05
    paying = np.where(change, rng.integers(n_actions, size=STEPS), -1)
    paying[0] = rng.integers(n_actions)
    for k in range(1, STEPS):
        paying[k] = paying[k - 1] if paying[k] < 0 else paying[k]
    utilities = np.eye(n_actions)[paying]
    state = learner.init(1, n_actions)
    earned = np.empty((STEPS, BANDIT_RUNS))
    for k, utility in enumerate(utilities):
        strategy = np.broadcast_to(learner.strategy(state), (BANDIT_RUNS, 1, n_actions))
        played = np.eye(n_actions)[draw_indices(strategy, rng)]
        earned[k] = (played @ utility)[:, 0]
        state = learner.observe(state, played, earned[k][:, None])
    best = utilities.cumsum(axis=0).max(axis=-1)
    total = earned.cumsum(axis=0)
    error = total.std(axis=1, ddof=1) / np.sqrt(BANDIT_RUNS)
    regret = best - total.mean(axis=1) - 3 * error
    return Attack(type(learner).__name__, n_actions, regret, _bound(learner, n_actions))


def _bound(learner: Any, n_actions: int) -> Array:
    return np.array([learner.bound(k, n_actions) for k in range(1, STEPS + 1)])
