"""The exact Bayesian game of a simulated team, and bank tables drawn without going through text.

What the whole pipeline is tested against: nothing here is estimated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.seeding import Seed, as_rng
from llm_bridge.bank.rewards import INVALID, Aggregator, RewardWeights, rewards
from llm_bridge.bank.signals import SignalBins
from llm_bridge.bank.table import BankTable
from llm_bridge.errors import ConfigError
from llm_bridge.models.controls import ControlMenu
from llm_bridge.models.simulated import SimulatedWorld, Skill

__all__ = ["draw_table", "exact_bins", "exact_game"]

MOST_OUTCOMES = 1_000_000


def exact_game(
    world: SimulatedWorld,
    skills: Sequence[Skill],
    menu: ControlMenu,
    *,
    weights: RewardWeights | None = None,
    aggregator: Aggregator = "vote",
    votes: np.ndarray | None = None,
    cosine: float = 0.0,
    executors: Sequence[str] | None = None,
) -> BayesianGame:
    """Return the game that executors of known `skills` play: types are signal levels.

    By enumeration of the joint outcomes o (which answer each executor gives)::

        p(t)      = sum over classes c of  P(c) prod_j P(t_j | c)
        u_i(t, e) = sum over c of  P(c | t) sum over o of  prod_j P(o_j | c, e_j) r_i(o)

    Parameters
    ----------
    skills : one an executor; executors of one model have equal skills
    weights, aggregator, votes : as of `llm_bridge.bank.rewards.rewards`
    cosine : mean cosine of two different answers; 0 for `ExactEmbedder`

    Examples
    --------
    >>> world = SimulatedWorld((0.5, 0.5))
    >>> skill = Skill((0.9, 0.6), (0.3, 0.3), (0.2, 1.0), signals=((0.8, 0.2), (0.2, 0.8)))
    >>> exact_game(world, [skill, skill], ControlMenu.grid([0.2, 1.0])).prior
    array([[0.34, 0.16],
           [0.16, 0.34]])
    """
    n, o = len(skills), world.n_wrong + 2
    if o**n > MOST_OUTCOMES:
        raise ConfigError(
            f"the team has {o**n} joint outcomes, want at most {MOST_OUTCOMES}; use fewer "
            f"executors or wrong answers."
        )
    ids = np.stack(np.meshgrid(*[np.arange(o)] * n, indexing="ij"), axis=-1)
    ids = np.where(ids == world.n_wrong + 1, INVALID, ids)
    scores, similarity = _tables(world, cosine)
    earned = rewards(
        ids, scores, similarity, weights=weights, aggregator=aggregator, votes=votes
    ).reward
    joint = _joint(world, skills)
    prior = joint.sum(axis=0)
    posterior = joint / np.where(prior > 0, prior, 1.0)
    # Axes: outcome j is j, control j is n + j, the class 2n.
    chances: list = []
    for j, skill in enumerate(skills):
        chances += [skill.outcomes(menu, world.n_wrong), [2 * n, n + j, j]]
    payoffs = []
    for i in range(n):
        by_class = np.einsum(
            earned[..., i], list(range(n)), *chances, [2 * n, *range(n, 2 * n)], optimize="greedy"
        )
        payoffs.append(np.tensordot(np.moveaxis(posterior, 0, -1), by_class, axes=1))
    return BayesianGame(
        prior,
        payoffs,
        players=executors,
        types=exact_bins(skills).labels,
        actions=[menu.labels] * n,
        title="simulated team, exact",
    )


def exact_bins(skills: Sequence[Skill]) -> SignalBins:
    """Return the bins that tell the signal levels of `skills` apart."""
    levels = [np.array(skill.levels) for skill in skills]
    return SignalBins(tuple((level[:-1] + level[1:]) / 2 for level in levels))


def draw_table(
    world: SimulatedWorld,
    skills: Sequence[Skill],
    menu: ControlMenu,
    n_questions: int,
    m: int,
    *,
    pools: Sequence[int] | None = None,
    cosine: float = 0.0,
    rng: Seed = None,
) -> BankTable:
    """Return a bank table of `n_questions` fresh questions, drawn straight from the distributions.

    Answer id 0 is the right one. Executors on one of the `pools` (default: one each) must have
    equal skills.
    """
    rng = as_rng(rng)
    n = len(skills)
    shared = np.arange(n) if pools is None else np.asarray(pools, dtype=int)
    owners = [int(np.argmax(shared == p)) for p in range(shared.max() + 1)]
    if any(skills[i] != skills[owners[p]] for i, p in enumerate(shared)):
        raise ConfigError("executors of one pool have different skills, want equal ones.")
    classes = rng.choice(world.n_classes, size=n_questions, p=world.class_weights)
    chances = np.stack([skills[i].outcomes(menu, world.n_wrong) for i in owners])
    edges = np.cumsum(chances[:, classes], axis=-1).transpose(1, 0, 2, 3)
    draws = rng.random((*edges.shape[:3], m))
    outcomes = (draws[..., None] > edges[..., None, :-1]).sum(axis=-1)
    answers = np.where(outcomes == world.n_wrong + 1, INVALID, outcomes)
    signals = np.empty((n_questions, n))
    for i, skill in enumerate(skills):
        cuts = np.cumsum(np.array(skill.signals)[classes], axis=1)[:, :-1]
        signals[:, i] = np.array(skill.levels)[(rng.random((n_questions, 1)) > cuts).sum(axis=1)]
    scores, similarity = _tables(world, cosine)
    v = len(scores)
    return BankTable(
        answers,
        shared,
        np.broadcast_to(scores, (n_questions, v)),
        np.broadcast_to(similarity, (n_questions, v, v)),
        signals,
        menu,
        tuple(f"executor {i + 1}" for i in range(n)),
    )


def _tables(world: SimulatedWorld, cosine: float) -> tuple[np.ndarray, np.ndarray]:
    v = world.n_wrong + 1
    return np.eye(v)[0], np.where(np.eye(v, dtype=bool), 1.0, cosine)


def _joint(world: SimulatedWorld, skills: Sequence[Skill]) -> np.ndarray:
    """Return P(class, joint type), shape (C, T_1, ..., T_n)."""
    n = len(skills)
    joint = np.array(world.class_weights).reshape(-1, *[1] * n)
    for j, skill in enumerate(skills):
        table = np.array(skill.signals)
        joint = joint * table.reshape(len(table), *[1] * j, -1, *[1] * (n - 1 - j))
    return joint / joint.sum()
