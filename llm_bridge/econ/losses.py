"""The losses, in the paper's letters, and which parameters each of them trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from llm_bridge.econ.network import EconNetwork

__all__ = [
    "Batch",
    "LossSettings",
    "Losses",
    "agreement_loss",
    "backward",
    "consistency_loss",
    "local_td_loss",
    "losses",
    "soft_update",
    "total_td_loss",
]


class Batch(NamedTuple):
    """B stored histories of S steps.

    observations (B, S, n, observation), controls (B, S, n, control), rewards (B, S, n), totals
    (B, S), commitments (B, S, embedding), readable (B, S) 1.0 where the commitment can be read,
    terminal (S,) 1.0 at the last round of a question.
    """

    observations: Tensor
    controls: Tensor
    rewards: Tensor
    totals: Tensor
    commitments: Tensor
    readable: Tensor
    terminal: Tensor


@dataclass(frozen=True, slots=True)
class LossSettings:
    """Discount g and the weights lambda_e, lambda_b, lambda_m.

    `gradients="local"` is the paper's assignment: every executor descends its own L_TD^i, the
    encoder L_e, the mixer L_mix, so Q_i stays the value of i's own reward. "joint" descends the
    sum of all terms in all parameters; only there lambda_e and the pull of lambda_m on Q_i matter.
    """

    discount: float = 0.99
    lambda_e: float = 1.0
    lambda_b: float = 0.1
    lambda_m: float = 0.1
    gradients: str = "local"


class Losses(NamedTuple):
    """The terms: L_TD^i (n,), L_TD, weighted L_SD and lambda_m's term, L_head (n,) in box mode.

    `encoder` is L_e, `mixer` is L_mix; `values` are the Q_i (B, S, n) they come from, detached.
    """

    local: Tensor
    total: Tensor
    consistency: Tensor
    agreement: Tensor
    head: Tensor
    encoder: Tensor
    mixer: Tensor
    values: Tensor

    @property
    def sum(self) -> Tensor:
        """L_e + L_SD + lambda_m's term: every weighted term once, without L_head."""
        return self.encoder + self.consistency + self.agreement


def local_td_loss(
    values: Tensor, rewards: Tensor, next_best: Tensor, terminal: Tensor, discount: float
) -> Tensor:
    """Return L_TD^i = E[(r_i + g max_e' Q_i' - Q_i)^2], shape (n,), of (B, S, n) inputs."""
    target = rewards + discount * (1.0 - terminal)[:, None] * next_best
    return ((target.detach() - values) ** 2).mean(dim=(0, 1))


def total_td_loss(
    total: Tensor, reward: Tensor, next_total: Tensor, terminal: Tensor, discount: float
) -> Tensor:
    """Return L_TD = E[(r_tot + g max Q_tot' - Q_tot)^2] of (B, S) inputs."""
    target = reward + discount * (1.0 - terminal) * next_total
    return ((target.detach() - total) ** 2).mean()


def consistency_loss(features: Tensor, commitments: Tensor, readable: Tensor) -> Tensor:
    """Return sum_i E[(1 - cos(F_i, embed(C)))^2] over the steps whose commitment is readable."""
    cosine = functional.cosine_similarity(features, commitments.unsqueeze(-2), dim=-1)
    kept = readable.sum().clamp(min=1.0)
    return (((1.0 - cosine) ** 2).sum(dim=-1) * readable).sum() / kept


def agreement_loss(values: Tensor, total: Tensor) -> Tensor:
    """Return sum_i E[(Q_i - Q_tot)^2] of values (B, S, n) and Q_tot (B, S)."""
    return ((values - total.unsqueeze(-1)) ** 2).mean(dim=(0, 1)).sum()


def losses(
    network: EconNetwork, target: EconNetwork, batch: Batch, settings: LossSettings
) -> Losses:
    """Return all loss terms of `batch`; the bootstraps come from `target`.

    The maximum of Q_tot' is taken at each executor's own greedy control: exact for a monotone mixer
    whose weights do not depend on the controls, a lower bound of it otherwise.
    """
    beliefs, _ = network.beliefs(batch.observations)
    values = network.values(beliefs, batch.controls)
    total, features = network.mix(values, batch.controls, beliefs)
    with torch.no_grad():
        next_best, next_total = _bootstraps(target, batch)
    local = local_td_loss(values, batch.rewards, next_best, batch.terminal, settings.discount)
    zero = local.new_zeros(())
    team, agreement, consistency = zero, zero, zero
    if total is not None:
        team = total_td_loss(total, batch.totals, next_total, batch.terminal, settings.discount)
        agreement = settings.lambda_m * agreement_loss(values, total)
    if features is not None:
        consistency = settings.lambda_b * consistency_loss(
            features, batch.commitments, batch.readable
        )
    head = (
        -network.head_values(beliefs).mean(dim=(0, 1)) if network.box else torch.zeros_like(local)
    )
    return Losses(
        local=local,
        total=team,
        consistency=consistency,
        agreement=agreement,
        head=head,
        encoder=team + settings.lambda_e * local.sum(),
        mixer=team + consistency + agreement,
        values=values.detach(),
    )


def _bootstraps(target: EconNetwork, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return max Q_i' (B, S, n) and Q_tot' (B, S) at the step after each; zero after the last."""
    shape = batch.rewards.shape
    if bool(batch.terminal.all()):
        return batch.rewards.new_zeros(shape), batch.totals.new_zeros(shape[:2])
    beliefs, _ = target.beliefs(batch.observations)
    values, controls = target.candidate_values(beliefs)
    best, where = values.max(dim=-1)
    index = where[..., None, None].expand(*where.shape, 1, controls.shape[-1])
    greedy = controls.gather(-2, index).squeeze(-2)
    total = target.mix(best, greedy, beliefs).total
    total = batch.totals.new_zeros(shape[:2]) if total is None else total
    after = functional.pad(best[:, 1:], (0, 0, 0, 1))
    return after, functional.pad(total[:, 1:], (0, 1))


def backward(network: EconNetwork, terms: Losses, settings: LossSettings) -> None:
    """Write to every parameter's `.grad` the gradient of the loss that trains its group."""
    if settings.gradients == "joint":
        (terms.sum + terms.head.sum()).backward()
        return
    groups = network.groups()
    encoder, mixer = groups.pop("encoder", []), groups.pop("mixer", [])
    own = [parameter for group in groups.values() for parameter in group]
    # No executor's parameter is in another's loss: the gradient of the sum is each one's own.
    for loss, parameters in (
        (terms.local.sum() + terms.head.sum(), own),
        (terms.encoder, encoder),
        (terms.mixer, mixer),
    ):
        if not parameters:
            continue
        grads = torch.autograd.grad(loss, parameters, retain_graph=True, materialize_grads=True)
        for parameter, grad in zip(parameters, grads, strict=True):
            parameter.grad = grad


@torch.no_grad()
def soft_update(target: EconNetwork, network: EconNetwork, tau: float) -> None:
    """Move every target parameter: phi' <- tau phi + (1 - tau) phi'."""
    for old, new in zip(target.parameters(), network.parameters(), strict=True):
        old.lerp_(new, tau)
