"""Play: a batch of histories side by side, with frozen networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from econ_theory.seeding import draw_indices
from llm_bridge.econ.executor import Executors, Heard, control_at
from llm_bridge.econ.network import EconNetwork
from llm_bridge.econ.observation import Last, Scene
from llm_bridge.econ.outcomes import Outcome, Referee
from llm_bridge.econ.replay import History

__all__ = ["Play", "Players", "vote_weights"]


@dataclass(frozen=True, slots=True)
class Play:
    """How controls are chosen: softmax(Q / alpha) with a share `epsilon` uniform, or greedily."""

    alpha: float | None = None
    epsilon: float = 0.0

    def probabilities(self, values: np.ndarray) -> np.ndarray:
        """Return the distribution over candidates (..., M) of values (..., M); ties to the first.

        >>> Play().probabilities(np.array([0.1, 0.3, 0.3]))
        array([0., 1., 0.])
        """
        if self.alpha is None:
            share = np.eye(values.shape[-1])[values.argmax(axis=-1)]
        else:
            share = np.exp((values - values.max(axis=-1, keepdims=True)) / self.alpha)
            share /= share.sum(axis=-1, keepdims=True)
        return (1.0 - self.epsilon) * share + self.epsilon / values.shape[-1]


def vote_weights(
    network: EconNetwork, values: torch.Tensor, controls: torch.Tensor, beliefs: torch.Tensor
) -> np.ndarray:
    """Return dQ_tot/dQ_i (B, S, n) of a monotone mixer: how E weighs the executors' voices."""
    with torch.enable_grad():
        leaf = values.detach().clone().requires_grad_()
        total = network.mix(leaf, controls, beliefs).total
        assert total is not None
        slopes = torch.autograd.grad(total.sum(), leaf)[0]
    return slopes.numpy().astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """A finished batch: what the buffer keeps, and what people want to read.

    choices (B, S, n) are menu indices, -1 in box mode; controls as labels, answers, commitments
    and team scores by [b][s]; calls and unreadable replies by b.
    """

    history: History
    rows: np.ndarray
    choices: np.ndarray
    labels: list[list[list[str]]]
    answers: list[list[list[str]]]
    commitments: list[list[str]]
    heard: list[list[list[Heard]]]
    outcomes: list[Outcome]


@dataclass(frozen=True, slots=True, eq=False)
class Players:
    """Networks, scene, executors and referee of one list of questions."""

    network: EconNetwork
    scene: Scene
    executors: Executors
    referee: Referee
    rounds: int = 1

    def play(
        self,
        rows: np.ndarray,
        how: Play,
        weights: np.ndarray,
        *,
        rng: np.random.Generator,
        draws: np.random.Generator,
        tags: Sequence[str],
    ) -> Played:
        """Play histories over questions `rows` (B, L), `rounds` each.

        `rng` explores and `draws` picks completions from the bank; `tags` (B) name the histories'
        own asks of the models.
        """
        batch, steps = len(rows), rows.shape[1] * self.rounds
        menu = self.network.menu.numpy()
        last = Last.none(
            batch, self.network.n_executors, menu.shape[1], self.scene.questions.shape[1]
        )
        memory, previous = None, [""] * batch
        kept: list[tuple[np.ndarray, ...]] = []
        log: dict[str, list] = {"labels": [], "choices": [], "heard": [], "outcomes": []}
        self.network.eval()
        for step in range(steps):
            now, turn = rows[:, step // self.rounds], step % self.rounds
            if turn == 0:
                previous = [""] * batch
            seen = self.scene.observe(now, last)
            with torch.no_grad():
                beliefs, memory = self.network.beliefs(torch.from_numpy(seen)[:, None], memory)
                values, candidates = self.network.candidate_values(beliefs)
            shares = how.probabilities(values[:, 0].numpy().astype(np.float64))
            picked = draw_indices(shares, rng)
            features = np.take_along_axis(
                candidates[:, 0].numpy(), picked[..., None, None], axis=2
            )[:, :, 0]
            controls = [
                [
                    control_at(features[b, i], self.executors.team.menu)
                    if self.network.box
                    else self.executors.team.menu[int(picked[b, i])]
                    for i in range(picked.shape[1])
                ]
                for b in range(batch)
            ]
            if turn == 0 and self.executors.bank is not None and not self.network.box:
                heard = self.executors.draw(now, picked, draws)
            else:
                asked = [f"{tag}/{step}" for tag in tags]
                heard = self.executors.ask(now, controls, previous, asked)
            votes = None
            if self.referee.coordinator.settings.aggregator == "weighted_vote":
                played = values.gather(-1, torch.from_numpy(picked)[:, None, :, None]).squeeze(-1)
                votes = vote_weights(
                    self.network, played, torch.from_numpy(features)[:, None], beliefs
                )[:, 0]
            outcome = self.referee.settle(
                [self.executors.questions[int(q)] for q in now],
                [self.executors.strategies[int(q)] for q in now],
                [[h.value for h in row] for row in heard],
                votes,
            )
            previous = list(outcome.commitments)
            last = Last(features, outcome.components @ weights, outcome.embeddings)
            kept.append(
                (seen, features, outcome.components, outcome.team, outcome.embeddings,
                 outcome.readable)
            )  # fmt: skip
            log["labels"].append([[c.label for c in row] for row in controls])
            log["choices"].append(np.full_like(picked, -1) if self.network.box else picked)
            log["heard"].append(heard)
            log["outcomes"].append(outcome)
        stacked = [np.stack(parts, axis=1) for parts in zip(*kept, strict=True)]
        heard = _by_history(log["heard"])
        return Played(
            history=History(*stacked),
            rows=rows,
            choices=np.stack(log["choices"], axis=1),
            labels=_by_history(log["labels"]),
            answers=[[[h.value for h in joint] for joint in steps_] for steps_ in heard],
            commitments=_by_history([o.commitments for o in log["outcomes"]]),
            heard=heard,
            outcomes=log["outcomes"],
        )


def _by_history(by_step: Sequence[Sequence]) -> list[list]:
    """Return [b][s] from [s][b]."""
    return [list(parts) for parts in zip(*by_step, strict=True)]
