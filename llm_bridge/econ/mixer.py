"""From local values to the team's value Q_tot: the ECON mixer and its ablations.

A mixer maps local values (..., n), control features (..., n, control) and the group
representation E (..., belief) to `Mixed(total, features)`: Q_tot (...) or None, and the consistency
features F (..., n, embedding) or None where the mixer has none.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["MIXERS", "AttentionMixer", "EconMixer", "Mixed", "NoMixer", "QmixMixer", "VdnMixer"]


class Mixed(NamedTuple):
    """A mixer's output: Q_tot (...) and features F (..., n, embedding); None where it has none."""

    total: Tensor | None
    features: Tensor | None


class _ControlFeatures(nn.Module):
    """Self-attention over the control embeddings to w_i, then F_i = MLP([w_i, E])."""

    def __init__(
        self,
        control: int,
        belief: int,
        embedding: int,
        *,
        heads: int,
        mlp: int,
        concatenate: bool,
    ) -> None:
        super().__init__()
        self.concatenate = concatenate
        self.embed = nn.Linear(control, belief)
        self.attend = nn.MultiheadAttention(belief, heads, batch_first=True)
        self.layers = nn.Sequential(
            nn.Linear(2 * belief if concatenate else belief, mlp), nn.ReLU(),
            nn.Linear(mlp, embedding),
        )  # fmt: skip

    def forward(self, controls: Tensor, group: Tensor) -> Tensor:
        tokens = self.embed(controls.reshape(-1, *controls.shape[-2:]))
        tokens = tokens + self.attend(tokens, tokens, tokens, need_weights=False)[0]
        attended = tokens.reshape(*controls.shape[:-1], -1)
        if self.concatenate:
            shared = group.unsqueeze(-2).expand(*attended.shape[:-1], -1)
            attended = torch.cat([attended, shared], dim=-1)
        return self.layers(attended)


class _Hypernetwork(nn.Module):
    """Two mixing layers whose weights are the absolute values of functions of the context.

    Q_tot = w2 . elu(sum_i |w1_i| Q_i + b1) + b2 with |w2|: elu is increasing and every weight on
    the way from Q_i to Q_tot is non-negative, so Q_tot is monotone in every Q_i.
    """

    def __init__(self, private: int, shared: int, mixing: int) -> None:
        super().__init__()
        self.first = nn.Linear(private, mixing)
        self.first_bias = nn.Linear(shared, mixing)
        self.second = nn.Linear(shared, mixing)
        self.second_bias = nn.Sequential(nn.Linear(shared, mixing), nn.ReLU(), nn.Linear(mixing, 1))

    def forward(self, values: Tensor, private: Tensor, shared: Tensor) -> Tensor:
        weighted = (values.unsqueeze(-1) * self.first(private).abs()).sum(dim=-2)
        hidden = functional.elu(weighted + self.first_bias(shared))
        return (hidden * self.second(shared).abs()).sum(-1) + self.second_bias(shared).squeeze(-1)


class EconMixer(nn.Module):
    """The ECON mixer, made monotone: hypernetwork weights from (E, F_i), non-negative."""

    def __init__(
        self,
        n_executors: int,
        control: int,
        belief: int,
        embedding: int,
        *,
        heads: int,
        mlp: int,
        mixing: int,
        concatenate: bool = True,
    ) -> None:
        super().__init__()
        self.features = _ControlFeatures(
            control, belief, embedding, heads=heads, mlp=mlp, concatenate=concatenate
        )
        self.mix = _Hypernetwork(belief + embedding, belief + embedding, mixing)

    def forward(self, values: Tensor, controls: Tensor, group: Tensor) -> Mixed:
        """Return Q_tot (...) and F (..., n, embedding)."""
        features = self.features(controls, group)
        shared = group.unsqueeze(-2).expand(*features.shape[:-1], -1)
        private = torch.cat([shared, features], dim=-1)
        pooled = torch.cat([group, features.mean(dim=-2)], dim=-1)
        return Mixed(self.mix(values, private, pooled), features)


class AttentionMixer(EconMixer):
    """The mixer as the paper draws it, an ablation: attention over values and features.

    Attention weights move with the values themselves, so Q_tot is not monotone in Q_i.
    """

    def __init__(
        self,
        n_executors: int,
        control: int,
        belief: int,
        embedding: int,
        *,
        heads: int,
        mlp: int,
        mixing: int,
        concatenate: bool = True,
    ) -> None:
        super().__init__(
            n_executors, control, belief, embedding,
            heads=heads, mlp=mlp, mixing=mixing, concatenate=concatenate,
        )  # fmt: skip
        del self.mix
        self.token = nn.Linear(1 + embedding, belief)
        self.attend = nn.MultiheadAttention(belief, heads, batch_first=True)
        self.value = nn.Sequential(nn.Linear(2 * belief, mlp), nn.ReLU(), nn.Linear(mlp, 1))

    def forward(self, values: Tensor, controls: Tensor, group: Tensor) -> Mixed:
        """Return Q_tot (...) and F (..., n, embedding)."""
        features = self.features(controls, group)
        tokens = self.token(torch.cat([values.unsqueeze(-1), features], dim=-1))
        flat = tokens.reshape(-1, *tokens.shape[-2:])
        pooled = (flat + self.attend(flat, flat, flat, need_weights=False)[0]).mean(dim=1)
        pooled = torch.cat([pooled.reshape(*group.shape[:-1], -1), group], dim=-1)
        return Mixed(self.value(pooled).squeeze(-1), features)


class QmixMixer(nn.Module):
    """QMIX (Rashid et al. 2018): hypernetwork weights from E alone, one set an executor."""

    def __init__(self, n_executors: int, belief: int, *, mixing: int) -> None:
        super().__init__()
        self.n_executors = n_executors
        self.mix = _Hypernetwork(belief + n_executors, belief, mixing)

    def forward(self, values: Tensor, controls: Tensor, group: Tensor) -> Mixed:
        """Return Q_tot (...) and no features."""
        place = torch.eye(self.n_executors, dtype=group.dtype, device=group.device)
        place = place.expand(*group.shape[:-1], -1, -1)
        shared = group.unsqueeze(-2).expand(*place.shape[:-1], -1)
        return Mixed(self.mix(values, torch.cat([shared, place], dim=-1), group), None)


class VdnMixer(nn.Module):
    """Value decomposition (Sunehag et al. 2018): Q_tot is the sum of the local values."""

    def forward(self, values: Tensor, controls: Tensor, group: Tensor) -> Mixed:
        """Return the sum (...) and no features."""
        return Mixed(values.sum(dim=-1), None)


class NoMixer(nn.Module):
    """Independent learners: no Q_tot."""

    def forward(self, values: Tensor, controls: Tensor, group: Tensor) -> Mixed:
        """Return neither a total nor features."""
        return Mixed(None, None)


MIXERS = ("econ", "qmix", "vdn", "none", "attention")
