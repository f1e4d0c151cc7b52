"""What an update moves: networks, targets, optimizer, buffer and reward weights."""

from __future__ import annotations

import copy

import numpy as np
import torch

from llm_bridge.econ.dynamic_weights import DynamicWeights
from llm_bridge.econ.losses import Batch, Losses, LossSettings, backward, losses, soft_update
from llm_bridge.econ.network import EconNetwork
from llm_bridge.econ.replay import History, ReplayBuffer
from llm_bridge.settings.config import RunConfig

__all__ = ["Learner"]


class Learner:
    """Networks, their targets, optimizer, buffer and reward weights: all that an update moves."""

    def __init__(self, config: RunConfig, network: EconNetwork) -> None:
        self.settings = config.training
        self.network = network
        self.target = copy.deepcopy(network).requires_grad_(False)
        self.loss_settings = LossSettings(
            discount=config.training.discount,
            lambda_e=config.network.lambda_e,
            lambda_b=config.network.lambda_b,
            lambda_m=config.network.lambda_m,
            gradients=config.network.gradients,
        )
        groups = network.groups()
        team_side = ("encoder", "mixer")
        own = [p for name, group in groups.items() if name not in team_side for p in group]
        shared = [p for name in team_side for p in groups.get(name, [])]
        rates = ((own, self.settings.learning_rate),
                 (shared, self.settings.coordinator_learning_rate))  # fmt: skip
        self.optimizer = torch.optim.Adam(
            [{"params": group, "lr": rate} for group, rate in rates if group], foreach=True
        )
        self.buffer = ReplayBuffer(self.settings.buffer)
        self.weights = DynamicWeights.start(
            config.rewards.active_weights, rate=config.rewards.dynamic_rate
        )
        steps = self.settings.questions * self.settings.rounds
        ends = np.arange(1, steps + 1) % self.settings.rounds == 0
        self.terminal = torch.tensor(ends, dtype=torch.float32)

    def update(self, rng: np.random.Generator) -> Losses:
        """Take `gradient_steps` steps on batches from the buffer; return the last one's losses."""
        terms: Losses | None = None
        for _ in range(self.settings.gradient_steps):
            history = self.buffer.sample(self.settings.batch, rng)
            terms = self.step(history)
        assert terms is not None
        return terms

    def step(self, history: History) -> Losses:
        """Take one gradient step on the histories; move targets and reward weights."""
        rewards = history.components.astype(np.float64) @ self.weights.values
        batch = Batch(
            observations=_tensor(history.observations),
            controls=_tensor(history.controls),
            rewards=_tensor(rewards),
            totals=_tensor(history.totals),
            commitments=_tensor(history.commitments),
            readable=_tensor(history.readable),
            terminal=self.terminal,
        )
        self.network.train()
        self.optimizer.zero_grad()
        terms = losses(self.network, self.target, batch, self.loss_settings)
        backward(self.network, terms, self.loss_settings)
        self.optimizer.step()
        soft_update(self.target, self.network, self.settings.tau)
        self.weights = self.weights.step(
            history.components.astype(np.float64), terms.values.numpy().astype(np.float64)
        )
        return Losses(*(term.detach() for term in terms))


def _tensor(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
