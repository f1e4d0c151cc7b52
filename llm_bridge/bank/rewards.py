"""Rule aggregators and the three-part reward of an executor, vectorized over joint draws.

Answers are integer ids into a question's table of distinct answers; `INVALID` (-1) is a reply
that could not be read. Every array has the executors on its last axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from llm_bridge.errors import ConfigError

__all__ = ["INVALID", "Aggregator", "RewardWeights", "Rewards", "aggregate", "rewards"]

INVALID = -1
Aggregator = Literal["vote", "weighted_vote", "verifier_best"]


@dataclass(frozen=True, slots=True)
class RewardWeights:
    """The weights of alignment, task score and contribution: non-negative, summing to one.

    >>> RewardWeights()
    RewardWeights(alignment=0.4, task=0.4, contribution=0.2)

    Raises `ConfigError` off the simplex. Source: Yi et al. 2025 (ECON), section 4.
    """

    alignment: float = 0.4
    task: float = 0.4
    contribution: float = 0.2

    def __post_init__(self) -> None:
        values = self.array
        if not (np.isfinite(values).all() and (values >= 0).all() and abs(values.sum() - 1) < 1e-9):
            raise ConfigError(
                f"reward weights are {tuple(map(float, values))}, want three non-negative numbers "
                f"summing to 1; divide them by their sum."
            )

    @property
    def array(self) -> np.ndarray:
        """The weights in the order of the components, shape (3,)."""
        return np.array([self.alignment, self.task, self.contribution], dtype=float)


@dataclass(frozen=True, slots=True, eq=False)
class Rewards:
    """Rewards of joint draws of shape ``lead``.

    Attributes
    ----------
    reward : (*lead, n) in [0, 1]
    components : (*lead, n, 3) in [0, 1]: alignment, task score, contribution; zero for INVALID
    commitment : (*lead,) answer id of the team, INVALID where no executor has a valid answer
    team : (*lead,) the verifier's score of the commitment
    """

    reward: np.ndarray
    components: np.ndarray
    commitment: np.ndarray
    team: np.ndarray


def aggregate(
    kind: Aggregator,
    answers: np.ndarray,
    weights: np.ndarray | None = None,
    scores: np.ndarray | None = None,
) -> np.ndarray:
    """Return the team's answer id of each joint draw, shape (*lead,), from ids (*lead, n).

    "vote" takes the answer that most executors gave, "weighted_vote" the one of largest summed
    `weights` (n,) or (*lead, n), "verifier_best" the one of highest score by the table `scores`,
    (V,) or (Q, V) with Q the first axis of `answers`. Ties go to the earliest executor; INVALID
    only wins where every answer is.

    >>> ids = np.array([[2, 5, 5], [2, 5, -1], [-1, -1, -1]])
    >>> aggregate("vote", ids)
    array([ 5,  2, -1])
    >>> aggregate("weighted_vote", ids, weights=np.array([3.0, 1.0, 1.0]))
    array([ 2,  2, -1])

    Raises `ConfigError` for an unknown kind, or weights or scores that are missing or negative.
    """
    answers = np.asarray(answers)
    votes = _votes(kind, answers, weights, scores)
    first, _ = _winner(_support(kind, answers, votes))
    return np.take_along_axis(answers, first, axis=-1)[..., 0]


def rewards(
    answers: np.ndarray,
    scores: np.ndarray,
    similarity: np.ndarray,
    *,
    weights: RewardWeights | None = None,
    aggregator: Aggregator = "vote",
    votes: np.ndarray | None = None,
) -> Rewards:
    """Return what each executor earns in each joint draw.

    With u_i the answer of executor i, C the commitment and C_-i that of the team without i::

        alignment    = (1 + similarity[u_i, C]) / 2
        task         = scores[u_i]
        contribution = (1 + score(C) - score(C_-i)) / 2
        r_i          = weights . components,   0 where u_i is INVALID

    A team without a valid answer scores 0, so alone on a team contributes its own score.

    Parameters
    ----------
    answers : (*lead, n) ids, INVALID = -1
    scores : (V,), or (Q, V) with Q the first axis of `answers`; in [0, 1]
    similarity : (V, V) or (Q, V, V) cosines
    weights : of the three components; default 0.4, 0.4, 0.2
    aggregator : how C follows from the answers
    votes : (n,) or (*lead, n) weights of "weighted_vote"

    Examples
    --------
    >>> earned = rewards(np.array([0, 0, 1]), np.array([1.0, 0.0]), np.eye(2))
    >>> earned.reward, int(earned.commitment), float(earned.team)
    (array([0.9, 0.9, 0.3]), 0, 1.0)
    """
    answers = np.asarray(answers)
    scores, similarity = np.asarray(scores, dtype=float), np.asarray(similarity, dtype=float)
    valid = answers != INVALID
    own = _look_up(scores, answers)
    table = _votes(aggregator, answers, votes, scores)
    first, found = _winner(_support(aggregator, answers, table))
    chosen = np.take_along_axis(answers, first, axis=-1)
    team = np.where(found, np.take_along_axis(own, first, axis=-1), 0.0)
    without = np.empty(answers.shape, dtype=float)
    for i in range(answers.shape[-1]):
        other, left = _winner(_support(aggregator, answers, table, without=i))
        without[..., i : i + 1] = np.where(left, np.take_along_axis(own, other, axis=-1), 0.0)
    # With a valid u_i the commitment is valid too; other entries are zeroed below.
    alignment = (1.0 + _look_up_pairs(similarity, answers, chosen)) / 2.0
    components = np.stack(
        [np.clip(alignment, 0.0, 1.0), own, (1.0 + team - without) / 2.0], axis=-1
    )
    components = np.where(valid[..., None], components, 0.0)
    reward = components @ (weights or RewardWeights()).array
    return Rewards(np.clip(reward, 0.0, 1.0), components, chosen[..., 0], team[..., 0])


def _votes(
    kind: Aggregator,
    answers: np.ndarray,
    weights: np.ndarray | None,
    scores: np.ndarray | None,
) -> np.ndarray:
    """Return what each executor's voice counts, (*lead, n): one, its weight, or its score."""
    if kind == "vote":
        return np.broadcast_to(np.int16(1), answers.shape)
    if kind == "weighted_vote":
        if weights is None:
            raise ConfigError(
                "weights of a weighted vote are None, want one number an executor; pass them, or "
                "use aggregator='vote'."
            )
        voices = np.asarray(weights, dtype=float)
        if not (np.isfinite(voices).all() and (voices >= 0).all()):
            raise ConfigError(
                f"weights of a weighted vote are {voices.tolist()}, want finite numbers >= 0."
            )
        return np.broadcast_to(voices, answers.shape)
    if kind == "verifier_best":
        if scores is None:
            raise ConfigError(
                "scores of verifier_best are None, want the verifier's score of each answer."
            )
        return _look_up(np.asarray(scores, dtype=float), answers)
    raise ConfigError(
        f"aggregator is {kind!r}, want one of {', '.join(get_args(Aggregator))}; pick one of these."
    )


def _support(
    kind: Aggregator, answers: np.ndarray, votes: np.ndarray, without: int | None = None
) -> np.ndarray:
    """Return what speaks for each executor's answer, (*lead, n); negative where nothing can.

    That is for INVALID, and for executor `without`, who is taken off the team.
    """
    n = answers.shape[-1]
    if kind == "verifier_best":
        support = votes.copy()
    else:
        support = np.zeros(answers.shape, dtype=votes.dtype)
        for j in range(n):
            if j != without:
                same = answers == answers[..., j : j + 1]
                support += np.multiply(same, votes[..., j : j + 1], dtype=votes.dtype)
    support[answers == INVALID] = -1
    if without is not None:
        support[..., without] = -1
    return support


def _winner(support: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the executor of most support, the earliest of equals, and whether it has any."""
    first = support.argmax(axis=-1)[..., None]
    return first, np.take_along_axis(support, first, axis=-1) >= 0


def _rows(ids: np.ndarray) -> np.ndarray:
    return np.arange(ids.shape[0]).reshape(-1, *(1,) * (ids.ndim - 1))


def _look_up(scores: np.ndarray, ids: np.ndarray) -> np.ndarray:
    values = scores[ids] if scores.ndim == 1 else scores[_rows(ids), ids]
    return np.where(ids == INVALID, 0.0, values)


def _look_up_pairs(similarity: np.ndarray, ids: np.ndarray, others: np.ndarray) -> np.ndarray:
    ids, others = np.broadcast_arrays(ids, others)
    if similarity.ndim == 2:
        return similarity[ids, others]
    return similarity[_rows(ids), ids, others]
