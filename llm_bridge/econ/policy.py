"""A trained policy read as a strategy profile: what a certificate can be computed of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch

from econ_theory.strategies import StrategyProfile
from llm_bridge.bank.sampled import Bank
from llm_bridge.econ.network import EconNetwork
from llm_bridge.econ.observation import Last, Scene
from llm_bridge.econ.rollout import Play, vote_weights
from llm_bridge.econ.seating import types_of
from llm_bridge.econ.system import TrainedSystem, quiet_torch
from llm_bridge.errors import ConfigError

__all__ = ["PolicyProfile", "Reading", "played_as", "policy", "policy_to_profile", "read"]


@dataclass(frozen=True, slots=True, eq=False)
class PolicyProfile:
    """A policy read as a profile: `profile.rows[i][t, k]`, share of type-t questions on control k.

    Attributes
    ----------
    play : "greedy" (the share of questions) or "soft" (the mean of softmax(Q / alpha))
    alpha : the temperature of soft play
    shares : (Q, n, K) what each executor plays on each question
    unseen : (executor, type) pairs no question has: there the policy is read with the type put
        in, over all questions
    votes : (n,) mean dQ_tot/dQ_i at the played controls, summing to one, for "weighted_vote"; None
        without a monotone mixer
    """

    profile: StrategyProfile
    play: str
    alpha: float
    shares: np.ndarray
    unseen: tuple[tuple[int, int], ...]
    votes: np.ndarray | None


def policy_to_profile(
    system: TrainedSystem, bank: Bank, *, play: Literal["greedy", "soft"] = "greedy"
) -> PolicyProfile:
    """Return the frozen policy on the bank's questions, first round, as a strategy profile.

    The share of questions with type t on which executor i plays control k. In box mode a control
    counts as the menu's nearest.

    Raises `ConfigError` for a bank with another menu or other executors than the system's.
    """
    if bank.menu != system.team.menu or bank.executors != system.team.names:
        raise ConfigError(
            f"the bank has executors {list(bank.executors)} and {len(bank.menu)} controls, want "
            f"the system's {list(system.team.names)} and its menu; build it from the same team."
        )
    types, n_types = types_of(system.bins, bank), system.bins.n_types
    scene = Scene.of(bank.questions, bank.strategies, types, max(n_types), system.team.embedder)
    how = played_as(system, play)
    with quiet_torch(0):
        seen = read(system.network, scene, types, n_types, how)
        votes = None
        if system.config.network.mixer in ("econ", "qmix", "vdn"):
            votes = _votes(system.network, scene, types)
    return PolicyProfile(seen.profile, play, system.alpha, seen.shares, seen.unseen, votes)


class Reading(NamedTuple):
    """How networks play a scene, and what they think each control is worth there.

    ``shares`` is (Q, n, K); ``unseen`` as of `PolicyProfile`; ``values`` n arrays (T_i, K), means
    over questions in reward units, or None in box mode, where there is no menu.
    """

    profile: StrategyProfile
    shares: np.ndarray
    unseen: tuple[tuple[int, int], ...]
    values: list[np.ndarray] | None


def read(
    network: EconNetwork, scene: Scene, types: np.ndarray, n_types: Sequence[int], how: Play
) -> Reading:
    """Return how the networks play a scene's questions, by executor and type.

    Of a type that no question has, the mean over all questions with the type put in.
    """
    seen = _judged(network, scene, types, how)
    rows, unseen = [], []
    for i, count in enumerate(n_types):
        row = np.empty((count, *seen.shape[2:]))
        for t in range(count):
            met = types[:, i] == t
            if met.any():
                row[t] = seen[met, i].mean(axis=0)
                continue
            unseen.append((i, t))
            imagined = types.copy()
            imagined[:, i] = t
            row[t] = _judged(network, scene, imagined, how)[:, i].mean(axis=0)
        rows.append(row)
    shares = [row[..., 0] for row in rows]
    return Reading(
        StrategyProfile([share / share.sum(axis=1, keepdims=True) for share in shares]),
        seen[..., 0],
        tuple(unseen),
        None if network.box else [row[..., 1] for row in rows],
    )


def policy(
    system: TrainedSystem, bank: Bank, *, play: Literal["greedy", "soft"] = "greedy"
) -> StrategyProfile:
    """Return the profile of `policy_to_profile`, greedy play unless told otherwise."""
    return policy_to_profile(system, bank, play=play).profile


def played_as(system: TrainedSystem, play: str) -> Play:
    """Return greedy play, or soft play at the alpha that training ended with."""
    if play not in ("greedy", "soft"):
        raise ConfigError(f"play is {play!r}, want 'greedy' or 'soft'; pick one of these.")
    return Play() if play == "greedy" else Play(system.alpha)


def _values(
    network: EconNetwork, scene: Scene, types: np.ndarray
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return beliefs, values (Q, 1, n, M) and candidates of every question's first round."""
    start = Last.none(len(types), types.shape[1], network.menu.shape[1], scene.questions.shape[1])
    seen = scene.observe(np.arange(len(types)), start, types)
    with torch.no_grad():
        beliefs, _ = network.beliefs(torch.from_numpy(seen)[:, None])
        return beliefs, *network.candidate_values(beliefs)


def _judged(network: EconNetwork, scene: Scene, types: np.ndarray, how: Play) -> np.ndarray:
    """Return what is played, (Q, n, K, 1), and in menu mode beside it the values, (Q, n, K, 2)."""
    _, found, candidates = _values(network, scene, types)
    values = found[:, 0].numpy().astype(np.float64)
    shares = how.probabilities(values)
    if not network.box:
        return np.stack([shares, values], axis=-1)
    menu = network.menu.numpy()
    gap = candidates[:, 0].numpy()[:, :, :, None] - menu
    nearest = (gap**2).sum(axis=-1).argmin(axis=-1)
    return (shares[..., None] * np.eye(len(menu))[nearest]).sum(axis=2)[..., None]


def _votes(network: EconNetwork, scene: Scene, types: np.ndarray) -> np.ndarray:
    """Return the mean vote weights (n,) at the greedy controls."""
    beliefs, values, candidates = _values(network, scene, types)
    best = values.argmax(dim=-1)
    index = best[..., None, None].expand(*best.shape, 1, candidates.shape[-1])
    played = candidates.gather(-2, index).squeeze(-2)
    slopes = vote_weights(network, values.amax(dim=-1), played, beliefs)[:, 0]
    return (slopes / slopes.sum(axis=1, keepdims=True)).mean(axis=0)
