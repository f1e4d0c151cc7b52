"""Losses against hand computation, dynamic weights, target updates, replay, stopping."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from llm_bridge.econ.dynamic_weights import DynamicWeights
from llm_bridge.econ.losses import (
    Batch,
    LossSettings,
    agreement_loss,
    consistency_loss,
    local_td_loss,
    losses,
    soft_update,
    total_td_loss,
)
from llm_bridge.econ.network import EconNetwork, Sizes
from llm_bridge.econ.replay import History, ReplayBuffer
from llm_bridge.econ.stopping import Stopping, StoppingRule
from llm_bridge.errors import ConfigError

TINY = Sizes(entity=8, belief=8, heads=2, mlp=8, blocks=1, feed_forward=16, dropout=0.0, mixing=4)
MENU = torch.tensor([[0.0, 0.1], [0.5, 0.9]])


def test_local_td_by_hand():
    values = torch.tensor([[[0.5, 0.2], [0.1, 0.0]]])
    rewards = torch.tensor([[[1.0, 0.0], [0.6, 0.5]]])
    best = torch.tensor([[[0.4, 1.0], [9.0, 9.0]]])
    loss = local_td_loss(values, rewards, best, torch.tensor([0.0, 1.0]), 0.5)
    # executor 0: (1 + 0.2 - 0.5)^2 = 0.49, (0.6 - 0.1)^2 = 0.25; executor 1: 0.09, 0.25
    torch.testing.assert_close(loss, torch.tensor([0.37, 0.17]))


def test_total_td_by_hand():
    loss = total_td_loss(
        torch.tensor([[0.5, 0.0]]), torch.tensor([[0.0, 1.0]]), torch.tensor([[2.0, 7.0]]),
        torch.tensor([0.0, 1.0]), 0.25,
    )  # fmt: skip
    torch.testing.assert_close(loss, torch.tensor(0.5))


def test_consistency_by_hand_and_without_unreadable_commitments():
    features = torch.tensor([[[[1.0, 0.0], [0.0, 2.0]]], [[[5.0, 5.0], [-1.0, 0.0]]]])
    commitments = torch.tensor([[[3.0, 0.0]], [[1.0, 0.0]]])
    # cosines 1 and 0 give 0 + 1; cosines 1/sqrt(2) and -1 give (1 - 0.7071)^2 + 4
    whole = consistency_loss(features, commitments, torch.ones(2, 1))
    torch.testing.assert_close(whole, torch.tensor((1.0 + (1 - 0.5**0.5) ** 2 + 4.0) / 2))
    first = consistency_loss(features, commitments, torch.tensor([[1.0], [0.0]]))
    torch.testing.assert_close(first, torch.tensor(1.0))


def test_agreement_by_hand():
    values = torch.tensor([[[1.0, 3.0]], [[0.0, 0.0]]])
    loss = agreement_loss(values, torch.tensor([[2.0], [1.0]]))
    torch.testing.assert_close(loss, torch.tensor(2.0))


def test_sums_of_terms():
    draw = torch.Generator().manual_seed(0)
    shape = (6, 2)
    batch = Batch(
        torch.randn(*shape, 3, 11, generator=draw),
        torch.rand(*shape, 3, 2, generator=draw),
        torch.rand(*shape, 3, generator=draw),
        torch.rand(*shape, generator=draw),
        torch.randn(*shape, 5, generator=draw),
        torch.ones(shape),
        torch.tensor([0.0, 1.0]),
    )
    network = EconNetwork(3, 11, 5, MENU, TINY)
    chosen = LossSettings(lambda_e=0.5, lambda_b=0.3, lambda_m=0.2)
    terms = losses(network, copy.deepcopy(network), batch, chosen)
    torch.testing.assert_close(terms.encoder, terms.total + 0.5 * terms.local.sum())
    torch.testing.assert_close(terms.mixer, terms.total + terms.consistency + terms.agreement)
    torch.testing.assert_close(
        terms.sum,
        terms.total + 0.5 * terms.local.sum() + terms.consistency + terms.agreement,
    )


def test_soft_update_moves_by_tau():
    target, network = EconNetwork(2, 4, 3, MENU, TINY), EconNetwork(2, 4, 3, MENU, TINY)
    before = [p.clone() for p in target.parameters()]
    soft_update(target, network, 0.01)
    for old, now, new in zip(before, target.parameters(), network.parameters(), strict=True):
        torch.testing.assert_close(now, 0.99 * old + 0.01 * new)


def test_dynamic_weights_follow_the_numerical_gradient_on_the_simplex():
    rng = np.random.default_rng(0)
    components, expected = rng.random((6, 3, 3)), rng.random((6, 3))
    weights = DynamicWeights.start((0.5, 0.2, 0.3), rate=1e-3)
    slope = np.empty(3)
    for k in range(3):
        shift = np.eye(3)[k] * 1e-6
        up = DynamicWeights(weights.logits + shift, weights.active).loss(components, expected)
        down = DynamicWeights(weights.logits - shift, weights.active).loss(components, expected)
        slope[k] = (up - down) / 2e-6
    moved = weights.step(components, expected)
    np.testing.assert_allclose(moved.logits, weights.logits - 1e-3 * slope, atol=1e-9)
    for _ in range(200):
        moved = moved.step(components, expected)
        assert moved.values.min() >= 0
        assert moved.values.sum() == pytest.approx(1)
    assert moved.loss(components, expected) < weights.loss(components, expected)


def test_frozen_weights_rest_and_a_term_switched_off_stays_off():
    components, expected = np.random.default_rng(1).random((4, 3)), np.zeros(4)
    frozen = DynamicWeights.start((0.4, 0.4, 0.2))
    assert frozen.step(components, expected) is frozen
    off = DynamicWeights.start((0.5, 0.5, 0.0), rate=0.5)
    for _ in range(10):
        off = off.step(components, expected)
    assert off.values[2] == 0
    with pytest.raises(ConfigError, match=r"reward weights are .* sum to 1; set rewards.weights"):
        DynamicWeights.start((0.5, 0.6, 0.2))


def histories(first: int, size: int) -> History:
    mark = np.arange(first, first + size, dtype=float)[:, None]
    return History(*(mark for _ in range(6)))


def test_buffer_keeps_the_last_and_draws_without_replacement():
    buffer = ReplayBuffer(32)
    for start in range(0, 40, 8):
        buffer.push(histories(start, 8))
    assert len(buffer) == 32
    drawn = buffer.sample(16, np.random.default_rng(0)).totals[:, 0]
    assert len(set(drawn)) == 16
    assert drawn.min() >= 8
    assert buffer.state()["totals"][:, 0].tolist() == list(range(8, 40))


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_stopping_needs_all_three_in_a_row(broken):
    rule = StoppingRule(patience=3)
    state = Stopping(rule)
    still, moved = np.zeros((4, 2)), np.full((4, 2), 0.02)
    for _ in range(4):
        state = state.check(still, reward=0.7, loss=0.5)
    assert state.done
    state = Stopping(rule)
    for step in range(20):
        bad = step % 2 == 1
        state = state.check(
            moved if bad and broken == 0 else still,
            reward=0.69 if bad and broken == 1 else 0.7,
            loss=0.51 if bad and broken == 2 else 0.5,
        )
        assert not state.done
