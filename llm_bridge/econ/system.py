"""A trained system: frozen networks with everything that is needed to play, kept in a store."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from llm_bridge.bank.rewards import RewardWeights
from llm_bridge.bank.signals import SignalBins
from llm_bridge.econ.coordinator import Coordinator
from llm_bridge.econ.network import SIZES, EconNetwork, count_parameters
from llm_bridge.econ.observation import Scene
from llm_bridge.econ.team import Team, build_team
from llm_bridge.errors import StoreError
from llm_bridge.models.ledger import Ledger
from llm_bridge.models.store import Store
from llm_bridge.settings.config import RunConfig

__all__ = ["TrainedSystem", "build_network", "load_system", "quiet_torch", "save_system"]


@dataclass(frozen=True, eq=False)
class TrainedSystem:
    """What training leaves behind.

    Attributes
    ----------
    config, team : the run's settings and parts; the team's models answer from the store first
    network : frozen, in evaluation mode
    bins : private signals to types, fitted on the training questions
    weights : (3,) the reward weights at the end
    curve : one record an update: episodes so far, reward, components, losses, alpha, entropy
    stopped : why training ended: "episodes" or "converged"
    """

    config: RunConfig
    team: Team
    network: EconNetwork
    bins: SignalBins
    weights: np.ndarray
    curve: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    stopped: str = "episodes"

    @property
    def reward_weights(self) -> RewardWeights:
        """The reward weights in the form that banks and empirical games take."""
        return RewardWeights(*map(float, self.weights))

    @property
    def n_parameters(self) -> dict[str, int]:
        """Parameters by group, and in "total"."""
        return count_parameters(self.network)

    @property
    def alpha(self) -> float:
        """The temperature that exploration ended with: that of soft play."""
        return float(self.curve[-1]["alpha"]) if self.curve else self.config.training.alpha_end

    def coordinator(self) -> Coordinator:
        """Return the Coordinator of the run."""
        return Coordinator(self.team, self.config.coordinator, seed=self.config.seed)


@contextmanager
def quiet_torch(seed: int) -> Iterator[None]:
    """Run a block with torch on one thread, deterministic and seeded; leave torch as it was."""
    threads = torch.get_num_threads()
    strict, warn = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
            torch.use_deterministic_algorithms(strict, warn_only=warn)


def build_network(config: RunConfig, team: Team, n_types: int) -> EconNetwork:
    """Return the untrained networks of a run, drawn from torch's current generator."""
    menu = team.menu.features()
    dimension = team.embedder.dimension
    return EconNetwork(
        len(team.executors),
        Scene.width(dimension, n_types, menu.shape[1]),
        dimension,
        torch.tensor(menu, dtype=torch.float32),
        SIZES[config.network.size],
        mixer=config.network.mixer,
        encoder=config.network.encoder,
        concatenate=config.network.concatenate,
        box=config.controls.kind == "box",
        n_candidates=config.controls.n_candidates,
        spread=config.controls.spread,
    )


def save_system(system: TrainedSystem, store: Store) -> None:
    """Write the system to the store's documents, kind "checkpoints"."""
    buffer = io.BytesIO()
    torch.save(system.network.state_dict(), buffer)
    with store.transaction():
        store.put_document("checkpoints", "network", buffer.getvalue())
        store.put_document(
            "checkpoints",
            "system",
            {
                "config": system.config.model_dump(mode="json"),
                "edges": [edges.tolist() for edges in system.bins.edges],
                "notes": list(system.bins.notes),
                "weights": system.weights.tolist(),
                "curve": list(system.curve),
                "stopped": system.stopped,
            },
        )


def load_system(
    store: Store, *, ledger: Ledger | None = None, team: Team | None = None
) -> TrainedSystem:
    """Return the system that training wrote to `store`.

    `team` stands in for the models that the configuration names.

    Raises `StoreError` where training has not ended yet.
    """
    saved, weights = store.document("checkpoints", "system"), store.document(
        "checkpoints", "network"
    )  # fmt: skip
    if saved is None or weights is None:
        raise StoreError(
            f"the store {store.path} has no trained system, want a finished training; run the "
            f"training again: it goes on from the last stored reply."
        )
    config = RunConfig.parse(saved["config"])
    team = (team or build_team(config)).recorded(store, Ledger() if ledger is None else ledger)
    bins = SignalBins(
        tuple(np.array(edges, dtype=float) for edges in saved["edges"]), tuple(saved["notes"])
    )
    with quiet_torch(0):
        network = build_network(config, team, max(bins.n_types))
    network.load_state_dict(torch.load(io.BytesIO(weights), weights_only=True))
    network.eval().requires_grad_(False)
    return TrainedSystem(
        config=config,
        team=team,
        network=network,
        bins=bins,
        weights=np.array(saved["weights"]),
        curve=tuple(saved["curve"]),
        stopped=saved["stopped"],
    )
