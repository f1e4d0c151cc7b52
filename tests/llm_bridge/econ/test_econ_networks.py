"""Networks: sizes, who gets which gradient, monotone mixing, symmetry, box candidates."""

from __future__ import annotations

import copy

import pytest
import torch

from llm_bridge.econ.losses import Batch, LossSettings, backward, losses
from llm_bridge.econ.network import SIZES, EconNetwork, Sizes, count_parameters
from llm_bridge.errors import ConfigError

TINY = Sizes(entity=8, belief=8, heads=2, mlp=8, blocks=1, feed_forward=16, dropout=0.0, mixing=4)
MENU = torch.tensor([[0.0, 0.1, 0.3], [0.5, 0.9, 0.3], [1.0, 0.4, 0.3]])


def tiny(seed: int = 0, **settings) -> EconNetwork:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return EconNetwork(3, 11, 5, MENU, TINY, **settings)


def batch(steps: int = 2, seed: int = 0) -> Batch:
    draw = torch.Generator().manual_seed(seed)
    terminal = torch.zeros(steps)
    terminal[-1] = 1.0
    return Batch(
        torch.randn(6, steps, 3, 11, generator=draw),
        MENU[torch.randint(3, (6, steps, 3), generator=draw)],
        torch.rand(6, steps, 3, generator=draw),
        torch.rand(6, steps, generator=draw),
        torch.randn(6, steps, 5, generator=draw),
        torch.ones(6, steps),
        terminal,
    )


def test_parameter_counts_are_the_published_order_and_the_small_limit():
    menu = torch.zeros(6, 6)
    paper = count_parameters(EconNetwork(3, 3 * 64 + 10, 64, menu, SIZES["paper"]))
    assert 1.5e6 < paper["total"] < 1.9e6
    for n in (3, 4):
        network = EconNetwork(n, 3 * 256 + 10, 256, menu, SIZES["small"])
        assert count_parameters(network)["total"] <= 200_000


def test_groups_hold_every_parameter_once():
    for box in (False, True):
        network = tiny(box=box)
        grouped = [id(p) for group in network.groups().values() for p in group]
        assert sorted(grouped) == sorted(id(p) for p in network.parameters())
        assert len(set(grouped)) == len(grouped)


@pytest.mark.parametrize("gradients", ["local", "joint"])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"box": True},
        {"mixer": "qmix"},
        {"mixer": "vdn"},
        {"mixer": "none"},
        {"mixer": "attention"},
        {"encoder": False},
        {"concatenate": False},
        {"encoder": False, "mixer": "qmix"},
    ],
    ids=str,
)
def test_no_parameter_is_dead(settings, gradients):
    network = tiny(**settings)
    target = copy.deepcopy(network)
    chosen = LossSettings(gradients=gradients)
    backward(network, losses(network, target, batch(), chosen), chosen)
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        # softmax ignores what is added to every key, so only that part of the bias may rest.
        assert parameter.grad.abs().sum() > 0, name
    assert all(p.grad is None for p in target.parameters())


def test_local_gradients_stay_in_their_executor():
    network = tiny()
    chosen = LossSettings(gradients="local")
    terms = losses(network, copy.deepcopy(network), batch(), chosen)
    others = [p for i in (1, 2) for p in network.executors[i].parameters()]
    grads = torch.autograd.grad(terms.local[0], others, retain_graph=True, allow_unused=True)
    assert all(g is None or not g.any() for g in grads)
    backward(network, terms, chosen)
    own = list(network.executors[0].belief.parameters())
    expected = torch.autograd.grad(
        losses(network, copy.deepcopy(network), batch(), chosen).local[0], own
    )
    for parameter, grad in zip(own, expected, strict=True):
        torch.testing.assert_close(parameter.grad, grad)


def team_slopes(network: EconNetwork, seed: int) -> torch.Tensor:
    draw = torch.Generator().manual_seed(seed)
    beliefs = torch.randn(50, 2, 3, 8, generator=draw) * 3
    controls = MENU[torch.randint(3, (50, 2, 3), generator=draw)]
    values = (torch.randn(50, 2, 3, generator=draw) * 5).requires_grad_()
    total = network.mix(values, controls, beliefs).total
    assert total is not None
    return torch.autograd.grad(total.sum(), values)[0]


@pytest.mark.parametrize("mixer", ["econ", "qmix", "vdn"])
def test_team_value_is_monotone_in_every_local_value(mixer):
    for seed in range(5):
        slopes = team_slopes(tiny(seed, mixer=mixer), seed)
        assert (slopes >= 0).all()
        assert (slopes > 0).any(dim=1).all()


def test_mixer_as_drawn_is_not_claimed_monotone():
    slopes = torch.cat([team_slopes(tiny(s, mixer="attention"), s) for s in range(5)])
    assert (slopes < 0).any()


def test_group_representation_ignores_the_order_of_executors():
    network = tiny().eval()
    beliefs = torch.randn(4, 2, 3, 8, generator=torch.Generator().manual_seed(0))
    order = [2, 0, 1]
    torch.testing.assert_close(network.encoder(beliefs), network.encoder(beliefs[:, :, order]))


def test_beliefs_carry_over_steps():
    network = tiny().eval()
    seen = batch(3).observations
    whole, _ = network.beliefs(seen)
    memory, parts = None, []
    for step in range(3):
        belief, memory = network.beliefs(seen[:, step : step + 1], memory)
        parts.append(belief)
    torch.testing.assert_close(whole, torch.cat(parts, dim=1))
    fresh, _ = network.beliefs(seen[:, 2:])
    assert not torch.allclose(whole[:, 2:], fresh)


def test_box_candidates_lie_in_the_box_and_start_at_the_head():
    network = tiny(box=True, n_candidates=7)
    beliefs, _ = network.beliefs(batch().observations)
    values, controls = network.candidate_values(beliefs)
    assert controls.shape == (6, 2, 3, 8, 3)
    assert values.shape == (6, 2, 3, 8)
    assert ((controls >= 0) & (controls <= 1)).all()
    assert (controls[..., 2] == MENU[0, 2]).all()
    torch.testing.assert_close(network.head_values(beliefs), values[..., 0])


def test_head_climbs_its_local_value():
    network = tiny(box=True)
    with torch.no_grad():
        for net in network.executors:
            net.value.layers[0].weight.zero_()
            net.value.layers[0].weight[:, 8] = 1.0  # hidden units rise with the first feature
            net.value.layers[0].bias.fill_(0.1)
            net.value.layers[2].weight.fill_(-1.0)  # and the value falls with them
    heads = [p for name, g in network.groups().items() if "head" in name for p in g]
    optimizer = torch.optim.Adam(heads, lr=0.05)
    beliefs, _ = network.beliefs(batch().observations)
    for _ in range(100):
        optimizer.zero_grad()
        (-network.head_values(beliefs).mean()).backward()
        optimizer.step()
    _, controls = network.candidate_values(beliefs)
    assert (controls[..., 0, 0] < 0.1).all()


def test_unknown_mixer_is_named():
    with pytest.raises(ConfigError, match="mixer is 'transformer', want one of econ"):
        tiny(mixer="transformer")
