"""All trained parts in one module, its published sizes, and its parameter groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from llm_bridge.econ.belief import ControlHead, Executor
from llm_bridge.econ.encoder import BeliefEncoder, MeanBelief
from llm_bridge.econ.mixer import (
    AttentionMixer,
    EconMixer,
    Mixed,
    NoMixer,
    QmixMixer,
    VdnMixer,
)
from llm_bridge.errors import ConfigError

__all__ = ["SIZES", "EconNetwork", "Sizes", "count_parameters"]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Widths and depths of the networks; the defaults are the paper's."""

    entity: int = 256
    belief: int = 128
    heads: int = 4
    mlp: int = 256
    blocks: int = 2
    feed_forward: int = 1024
    dropout: float = 0.1
    mixing: int = 32


SIZES: dict[str, Sizes] = {
    "paper": Sizes(),
    "small": Sizes(
        entity=24, belief=32, heads=4, mlp=48, blocks=1, feed_forward=64, dropout=0.0, mixing=16
    ),
}


class EconNetwork(nn.Module):
    """Belief networks, local values, encoder and mixer of a team of `n_executors`.

    Parameters
    ----------
    n_executors, observation, embedding
        Counts: executors, width of an observation, width of the text embedding that F is held to.
    menu : (K, control) features of the controls; in box mode its first row is the box's rest.
    mixer : "econ", "qmix", "vdn", "none" or "attention".
    encoder : False is the ablation in which E is the plain mean of the beliefs.
    concatenate : False is the ablation in which F_i does not see E.
    box : continuous controls, whose candidates are sampled around a head's output.
    """

    menu: Tensor
    noise: Tensor

    def __init__(
        self,
        n_executors: int,
        observation: int,
        embedding: int,
        menu: Tensor,
        sizes: Sizes,
        *,
        mixer: str = "econ",
        encoder: bool = True,
        concatenate: bool = True,
        box: bool = False,
        n_candidates: int = 16,
        spread: float = 0.15,
    ) -> None:
        super().__init__()
        control = menu.shape[-1]
        self.register_buffer("menu", menu)
        self.executors = nn.ModuleList(
            Executor(
                observation,
                control,
                entity=sizes.entity,
                belief=sizes.belief,
                mlp=sizes.mlp,
                box_rest=menu[0] if box else None,
            )
            for _ in range(n_executors)
        )
        self.box = box
        # Drawn once, so that greedy play is a function of the belief and not of a generator.
        noise = torch.randn(n_candidates, 2) * spread if box else torch.zeros(0, 2)
        self.register_buffer("noise", noise)
        common = {"heads": sizes.heads, "mlp": sizes.mlp, "mixing": sizes.mixing}
        kinds = {
            "econ": lambda: EconMixer(
                n_executors, control, sizes.belief, embedding, concatenate=concatenate, **common
            ),
            "attention": lambda: AttentionMixer(
                n_executors, control, sizes.belief, embedding, concatenate=concatenate, **common
            ),
            "qmix": lambda: QmixMixer(n_executors, sizes.belief, mixing=sizes.mixing),
            "vdn": VdnMixer,
            "none": NoMixer,
        }
        if mixer not in kinds:
            raise ConfigError(
                f"mixer is {mixer!r}, want one of {', '.join(kinds)}; set network.mixer to one."
            )
        self.mixer = kinds[mixer]()
        # Without a mixer that reads E nothing would ever train an encoder.
        uses_group = mixer not in ("vdn", "none")
        self.encoder = (
            BeliefEncoder(
                sizes.belief,
                heads=sizes.heads,
                blocks=sizes.blocks,
                feed_forward=sizes.feed_forward,
                dropout=sizes.dropout,
            )
            if encoder and uses_group
            else MeanBelief()
        )

    @property
    def n_executors(self) -> int:
        """How many executors the team has."""
        return len(self.executors)

    def beliefs(
        self, observation: Tensor, memory: Sequence[Tensor] | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """Return beliefs (B, S, n, belief) of observations (B, S, n, observation), and memories."""
        outputs = [
            _executor(net).belief(observation[:, :, i], None if memory is None else memory[i])
            for i, net in enumerate(self.executors)
        ]
        return torch.stack([b for b, _ in outputs], dim=2), [m for _, m in outputs]

    def values(self, beliefs: Tensor, controls: Tensor) -> Tensor:
        """Return Q_i(b_i, e_i) (B, S, n) of the controls played (B, S, n, control)."""
        each = [
            _executor(net).value(beliefs[:, :, i], controls[:, :, i].unsqueeze(-2)).squeeze(-1)
            for i, net in enumerate(self.executors)
        ]
        return torch.stack(each, dim=2)

    def candidates(self, beliefs: Tensor) -> Tensor:
        """Return the controls that a max runs over, (B, S, n, M, control): menu or box sample."""
        if not self.box:
            return self.menu.expand(*beliefs.shape[:3], -1, -1)
        each = [
            _head(net).around(beliefs[:, :, i], self.noise) for i, net in enumerate(self.executors)
        ]
        return torch.stack(each, dim=2)

    def candidate_values(self, beliefs: Tensor) -> tuple[Tensor, Tensor]:
        """Return Q_i over all candidates (B, S, n, M), and the candidates' features."""
        controls = self.candidates(beliefs)
        each = [
            _executor(net).value(beliefs[:, :, i], controls[:, :, i])
            for i, net in enumerate(self.executors)
        ]
        return torch.stack(each, dim=2), controls

    def head_values(self, beliefs: Tensor) -> Tensor:
        """Return Q_i at the heads' own controls (B, S, n), differentiable in the heads alone."""
        each = []
        for i, net in enumerate(self.executors):
            executor, here = _executor(net), beliefs[:, :, i].detach()
            frozen = {name: p.detach() for name, p in executor.value.named_parameters()}
            aimed = _head(net)(here).unsqueeze(-2)
            value = torch.func.functional_call(executor.value, frozen, (here, aimed))
            each.append(value.squeeze(-1))
        return torch.stack(each, dim=2)

    def mix(self, values: Tensor, controls: Tensor, beliefs: Tensor) -> Mixed:
        """Return Q_tot (B, S) and F (B, S, n, embedding), None where the mixer has none."""
        return self.mixer(values, controls, self.encoder(beliefs))

    def groups(self) -> dict[str, list[nn.Parameter]]:
        """Return the parameters by group; together they are all parameters, once each."""
        found: dict[str, list[nn.Parameter]] = {}
        for i, net in enumerate(self.executors):
            executor = _executor(net)
            found[f"executor {i} belief"] = list(executor.belief.parameters())
            found[f"executor {i} value"] = list(executor.value.parameters())
            if executor.head is not None:
                found[f"executor {i} head"] = list(executor.head.parameters())
        found["encoder"] = list(self.encoder.parameters())
        found["mixer"] = list(self.mixer.parameters())
        return {name: group for name, group in found.items() if group}


def _executor(module: nn.Module) -> Executor:
    assert isinstance(module, Executor)
    return module


def _head(module: nn.Module) -> ControlHead:
    head = _executor(module).head
    assert head is not None
    return head


def count_parameters(network: EconNetwork) -> dict[str, int]:
    """Return how many parameters each group has, and their sum under "total".

    >>> menu = torch.zeros(3, 4)
    >>> small = EconNetwork(3, 790, 256, menu, SIZES["small"])
    >>> counts = count_parameters(small)
    >>> counts["total"] == sum(p.numel() for p in small.parameters()) <= 200_000
    True
    """
    counts = {name: sum(p.numel() for p in group) for name, group in network.groups().items()}
    return counts | {"total": sum(counts.values())}
