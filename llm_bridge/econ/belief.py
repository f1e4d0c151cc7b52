"""What one executor carries: its belief network, its local Q and, in box mode, its control head."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["BeliefNetwork", "ControlHead", "Executor", "LocalValue"]

BLOCK_SCALE = 0.5
CONTROL_SCALE = 1.0


class BeliefNetwork(nn.Module):
    """Observations to beliefs: MLP, then a GRU over the steps of a history, then an MLP.

    Maps observations (B, S, observation) and a memory (1, B, belief) to beliefs (B, S, belief)
    and the memory after the last step.
    """

    def __init__(self, observation: int, entity: int, belief: int) -> None:
        super().__init__()
        self.read = nn.Sequential(nn.Linear(observation, entity), nn.ReLU())
        self.memory = nn.GRU(entity, belief, batch_first=True)
        self.write = nn.Sequential(nn.Linear(belief, belief), nn.ReLU(), nn.Linear(belief, belief))

    def forward(self, observation: Tensor, memory: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return beliefs (B, S, belief) and the new memory (1, B, belief)."""
        hidden, kept = self.memory(self.read(observation), memory)
        return self.write(hidden), kept


class LocalValue(nn.Module):
    """Q_i(b_i, e): the reward an executor expects of control features `e` at belief `b_i`."""

    def __init__(self, belief: int, control: int, mlp: int) -> None:
        super().__init__()
        self.n_features = control
        self.layers = nn.Sequential(nn.Linear(belief + control, mlp), nn.ReLU(), nn.Linear(mlp, 1))

    def forward(self, belief: Tensor, controls: Tensor) -> Tensor:
        """Return values (..., M) of candidates (..., M, control), or (M, control) for all."""
        controls = controls.expand(*belief.shape[:-1], *controls.shape[-2:])
        repeated = belief.unsqueeze(-2).expand(*controls.shape[:-1], belief.shape[-1])
        return self.layers(torch.cat([repeated, controls], dim=-1)).squeeze(-1)


class ControlHead(nn.Module):
    """The paper's continuous control: low + (high - low) sigmoid(W b + c) for each coordinate.

    Works in the menu's feature scale, where the box of temperature and top-p is the unit square;
    the other features (penalty, style) stay at the box's `rest`.
    """

    rest: Tensor

    def __init__(self, belief: int, rest: Tensor, n_free: int = 2) -> None:
        super().__init__()
        self.n_free = n_free
        self.aim = nn.Linear(belief, n_free)
        self.register_buffer("rest", rest[n_free:].clone())

    def forward(self, belief: Tensor) -> Tensor:
        """Return control features (..., control) at beliefs (..., belief)."""
        free = torch.sigmoid(self.aim(belief))
        return torch.cat([free, self.rest.expand(*belief.shape[:-1], -1)], dim=-1)

    def around(self, belief: Tensor, noise: Tensor) -> Tensor:
        """Return candidates (..., 1 + M, control): the head's own control, then noisy copies.

        `noise` has shape (M, n_free); candidates outside the unit box are clipped onto it.
        """
        own = self(belief).unsqueeze(-2)
        shift = torch.nn.functional.pad(noise, (0, own.shape[-1] - self.n_free))
        shift = torch.cat([torch.zeros_like(shift[:1]), shift])
        return (own + shift).clamp(0.0, 1.0)


class Executor(nn.Module):
    """Executor i's own networks: nothing in here is shared with another executor."""

    def __init__(
        self,
        observation: int,
        control: int,
        *,
        entity: int,
        belief: int,
        mlp: int,
        box_rest: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.belief = BeliefNetwork(observation, entity, belief)
        self.value = LocalValue(belief, control, mlp)
        self.head = None if box_rest is None else ControlHead(belief, box_rest)
        self._draw_weights()

    def _draw_weights(self) -> None:
        """Draw weights that keep a signal's size from layer to layer.

        An observation is a few blocks of length about one, however wide: the usual scale of one
        over the root of the width would hand on a hundredth of each, and a type of two entries
        would be lost among hundreds.
        """
        for layer in (self.belief.write[0], self.belief.write[2], self.value.layers[0]):
            assert isinstance(layer, nn.Linear)
            nn.init.orthogonal_(layer.weight, 2.0**0.5)
            nn.init.zeros_(layer.bias)
        # Kinks across [0, 1] in every control, so that a best value in the middle can be told.
        entry = self.value.layers[0]
        assert isinstance(entry, nn.Linear)
        nn.init.normal_(entry.weight[:, -self.value.n_features :], std=CONTROL_SCALE)
        nn.init.uniform_(entry.bias, -CONTROL_SCALE, CONTROL_SCALE)
        first = self.belief.read[0]
        assert isinstance(first, nn.Linear)
        nn.init.normal_(first.weight, std=BLOCK_SCALE)
        nn.init.zeros_(first.bias)
        gates = self.belief.memory.get_parameter("weight_ih_l0")
        for part in gates.chunk(3):
            nn.init.orthogonal_(part)
