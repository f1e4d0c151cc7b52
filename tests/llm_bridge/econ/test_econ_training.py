"""Training: known-answer bandit, purity, interruption, rounds, box mode, ablations, stopping."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from econ_theory.seeding import draw_indices
from llm_bridge.econ.learner import Learner
from llm_bridge.econ.network import EconNetwork, Sizes
from llm_bridge.econ.replay import History
from llm_bridge.econ.rollout import Play
from llm_bridge.econ.system import TrainedSystem, load_system, quiet_torch
from llm_bridge.econ.team import Team, build_team
from llm_bridge.econ.trainer import alpha_at, train
from llm_bridge.errors import ConfigError, StoreError
from llm_bridge.messages import Request
from llm_bridge.models.controls import ControlMenu
from llm_bridge.models.embeddings import ExactEmbedder
from llm_bridge.models.ledger import Ledger
from llm_bridge.models.scripted import Scripted
from llm_bridge.models.store import Store
from llm_bridge.settings.config import RunConfig, preset

SHORT = {
    "training__episodes": 24,
    "task__n_train": 10,
    "task__n_probe": 2,
    "training__gradient_steps": 1,
}


def short(**changes) -> RunConfig:
    return preset("simulated", **{**SHORT, **changes})


def trained(config: RunConfig, team: Team | None = None) -> tuple[TrainedSystem, Ledger]:
    ledger = Ledger()
    with Store(":memory:") as store:
        return train(config, store=store, ledger=ledger, team=team), ledger


def same_weights(a: TrainedSystem, b: TrainedSystem) -> bool:
    ours, theirs = a.network.state_dict(), b.network.state_dict()
    return all(torch.equal(ours[key], theirs[key]) for key in ours)


# A bandit whose expected rewards are known ------------------------------------------------------

EXPECTED = np.array([[[0.2, 0.9, 0.4], [0.7, 0.1, 0.3]], [[0.5, 0.6, 0.1], [0.3, 0.2, 0.8]]])
"""Executor, type, control."""


@pytest.mark.slow
def test_bandit_is_learned():
    sizes = Sizes(entity=32, belief=32, heads=2, mlp=64, blocks=1, feed_forward=16, dropout=0.0)
    menu = torch.tensor(ControlMenu.grid([0.1, 0.7, 1.3]).features(), dtype=torch.float32)
    config = preset(
        "simulated", training__buffer=512, training__batch=128, training__learning_rate=1e-2
    )
    rng = np.random.default_rng(0)
    with quiet_torch(0):
        learner = Learner(config, EconNetwork(2, 4, 5, menu, sizes))
        types = rng.integers(2, size=(512, 2))
        seen = np.concatenate([np.eye(2)[types], np.zeros((512, 2, 2))], axis=-1)
        picked = rng.integers(3, size=(512, 2))
        mean = EXPECTED[np.arange(2), types, picked]
        reward = mean + rng.choice([-0.1, 0.1], mean.shape)
        learner.buffer.push(
            History(
                seen[:, None],
                menu.numpy()[picked][:, None],
                np.repeat(reward[:, None, :, None], 3, axis=-1),
                reward.mean(axis=1)[:, None],
                rng.standard_normal((512, 1, 5)),
                np.ones((512, 1)),
            )
        )
        for step in range(300):
            if step == 240:
                for group in learner.optimizer.param_groups:
                    group["lr"] *= 0.1
            learner.step(learner.buffer.sample(128, rng))
        asked = np.concatenate([np.eye(2), np.zeros((2, 2))], axis=1, dtype=np.float32)
        both = torch.from_numpy(np.repeat(asked[:, None, None], 2, axis=2))
        with torch.no_grad():
            beliefs, _ = learner.network.beliefs(both)
            values = learner.network.candidate_values(beliefs)[0][:, 0].numpy()
    learned = values.transpose(1, 0, 2)
    assert (learned.argmax(-1) == EXPECTED.argmax(-1)).all()
    # A regression can only find the means of its sample: some 85 draws a cell.
    sample = np.zeros_like(EXPECTED)
    for i, t, k in np.ndindex(*EXPECTED.shape):
        sample[i, t, k] = reward[(types[:, i] == t) & (picked[:, i] == k), i].mean()
    np.testing.assert_allclose(learned, sample, atol=0.05)
    np.testing.assert_allclose(learned, EXPECTED, atol=0.08)


def test_play_is_the_logit_reply_and_draws_at_its_rates():
    values = np.array([0.2, 0.5, 0.1])
    shares = Play(alpha=0.25).probabilities(values)
    np.testing.assert_allclose(shares, np.exp(values / 0.25) / np.exp(values / 0.25).sum())
    mixed = Play(alpha=0.25, epsilon=0.3).probabilities(values)
    np.testing.assert_allclose(mixed, 0.7 * shares + 0.1)
    drawn = draw_indices(np.tile(shares, (20000, 1)), np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(drawn) / 20000, shares, atol=0.015)


def test_alpha_falls_geometrically_between_its_ends():
    settings = preset("simulated").training
    path = [alpha_at(settings, e) for e in range(0, settings.episodes, settings.update_interval)]
    assert path[0] == settings.alpha_start
    assert path[-1] == pytest.approx(settings.alpha_end)
    np.testing.assert_allclose(np.diff(np.log(path)), np.diff(np.log(path))[0])


# A pure function of configuration, seed and replies --------------------------------------------


def test_same_seed_same_weights_other_seed_others_and_torch_untouched():
    torch.manual_seed(5)
    before, threads = torch.random.get_rng_state(), torch.get_num_threads()
    first, _ = trained(short())
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()
    torch.manual_seed(6)
    second, _ = trained(short())
    assert same_weights(first, second)
    assert first.curve == second.curve
    assert not same_weights(first, trained(short(seed=1))[0])


class Unplugged:
    """A model that is interrupted after some replies, in the middle of a batch."""

    def __init__(self, model, replies_left: list[int]) -> None:
        self.model = model
        self.left = replies_left
        self.asked: list[str] = []

    @property
    def name(self):
        return self.model.name

    def complete(self, requests, *, on_completion=None):
        replies = []
        for k, request in enumerate(requests):
            if self.left[0] == 0:
                raise KeyboardInterrupt
            self.left[0] -= 1
            self.asked.append(request.key())
            replies += self.model.complete([request])
            if on_completion is not None:
                on_completion(k, replies[-1])
        return replies


def team_with(config: RunConfig, replies: int) -> tuple[Team, list[Unplugged]]:
    built, left = build_team(config), [replies]
    models = [Unplugged(model, left) for model, _ in built.executors]
    executors = tuple(zip(models, built.names, strict=True))
    return Team(built.task, executors, models[0], built.embedder, built.menu), models


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"training__rounds": 2},
        {"coordinator__aggregator": "llm", "controls__kind": "box"},
        {"training__stopping__enabled": True, "training__stopping__reward": 0.0},
    ],
    ids=str,
)
def test_interrupted_run_asks_nothing_twice_and_ends_bit_identical(tmp_path, changes):
    config = short(**changes)
    whole, ledger = trained(config)
    calls, asked = ledger.totals().calls, []
    for share in (0.1, 0.4, 0.75):
        done = len(asked)
        team, models = team_with(config, int(share * calls) - done)
        with Store(tmp_path / "store.sqlite") as store, pytest.raises(KeyboardInterrupt):
            train(config, store=store, team=team)
        asked += [key for model in models for key in model.asked]
        with Store(tmp_path / "store.sqlite") as store, pytest.raises(StoreError, match="run the"):
            load_system(store)
    team, models = team_with(config, -1)
    with Store(tmp_path / "store.sqlite") as store:
        resumed = train(config, store=store, team=team)
        asked += [key for model in models for key in model.asked]
        assert len(asked) == len(set(asked)) == calls == store.n_completions()
        assert same_weights(whole, resumed)
        assert whole.curve == resumed.curve
        again, models = team_with(config, 0)
        assert same_weights(whole, train(config, store=store, team=again))
        loaded = load_system(store)
        assert same_weights(whole, loaded)
        assert loaded.curve == whole.curve
        np.testing.assert_array_equal(loaded.weights, whole.weights)
        assert len(store.document_keys("episodes")) == config.training.episodes
        assert len(store.document_keys("strategies")) >= config.task.n_train
        assert store.document("metrics", "000000") == whole.curve[0]


# Settings ---------------------------------------------------------------------------------------

ABLATIONS = [
    {"network__encoder": False},
    {"network__concatenate": False},
    {"coordinator__strategy": "none"},
    {"rewards__off": ["alignment"]},
    {"rewards__off": ["task", "contribution"]},
    {"rewards__random": True},
    {"rewards__dynamic_rate": 0.01},
    {"rewards__cc": "judge"},
    {"signals__bins": 1},
    {"network__gradients": "joint"},
    {"network__size": "paper"},
    {"training__questions": 2, "training__rounds": 2},
    {"training__epsilon": 0.5},
    {"coordinator__aggregator": "weighted_vote"},
    {"coordinator__aggregator": "verifier_best"},
    *({"network__mixer": kind} for kind in ("qmix", "vdn", "none", "attention")),
]


@cache
def untouched() -> TrainedSystem:
    return trained(short(training__episodes=16))[0]


@pytest.mark.parametrize("changes", ABLATIONS, ids=str)
def test_ablations_train(changes):
    system, _ = trained(short(training__episodes=16, **changes))
    plain = untouched()
    assert all(np.isfinite(record["loss"]) for record in system.curve)
    assert system.weights.sum() == pytest.approx(1)
    other = system.network.state_dict().keys() != plain.network.state_dict().keys()
    assert other or system.n_parameters != plain.n_parameters or not same_weights(system, plain)


def test_reward_terms_that_are_off_have_no_weight():
    system, _ = trained(short(rewards__off=["alignment"], rewards__dynamic_rate=0.05))
    assert system.weights[0] == 0
    assert system.reward_weights.alignment == 0
    assert system.curve[0]["weights"] != system.curve[-1]["weights"]


def test_second_round_shows_the_commitment():
    prompts: list[Request] = []
    config = short(training__rounds=2, coordinator__strategy="none", signals__bins=1)
    built = build_team(config)

    def reply(request: Request) -> str:
        prompts.append(request)
        return "Answer: 12"

    models = [Scripted(reply, name=name) for name in built.names]
    team = Team(
        built.task,
        tuple(zip(models, built.names, strict=True)),
        models[0],
        ExactEmbedder(),
        built.menu,
    )
    with Store(":memory:") as store:
        train(config, store=store, team=team)
        episode = store.document("episodes", "000000")
    assert episode["commitments"] == ["12", "12"]
    later = [r for r in prompts if r.purpose == "executor"]
    assert later
    assert all("The team's last answer was 12." in r.messages[-1].content for r in later)
    assert all("last answer" not in r.messages[-1].content for r in prompts if r not in later)


def test_box_controls_stay_in_the_papers_ranges():
    seen: list[Request] = []
    config = short(controls__kind="box")
    built = build_team(config)

    class Watched:
        def __init__(self, model) -> None:
            self.model, self.name = model, model.name

        def complete(self, requests, *, on_completion=None):
            seen.extend(r for r in requests if r.purpose == "executor")
            return self.model.complete(requests, on_completion=on_completion)

    executors = tuple((Watched(model), name) for model, name in built.executors)
    trained(config, Team(built.task, executors, executors[0][0], built.embedder, built.menu))
    temperatures = np.array([r.temperature for r in seen])
    assert len(set(temperatures)) > 20
    assert temperatures.min() >= 0.1
    assert temperatures.max() <= 2.0
    assert all(0.1 <= r.top_p <= 1.0 for r in seen)


def test_run_stops_when_all_is_still():
    rule = {"reward": 0.0, "loss_change": 1.0, "commitment_change": 2.0, "patience": 2}
    still = {f"training__stopping__{key}": value for key, value in rule.items()}
    system, _ = trained(short(training__stopping__enabled=True, **still))
    assert system.stopped == "converged"
    assert system.curve[-1]["episodes"] == 24
    never, _ = trained(short(training__stopping__enabled=True, training__stopping__reward=1.0))
    assert never.stopped == "episodes"


def test_simulated_models_need_the_simulated_task():
    data = preset("simulated").model_dump(mode="json")
    data["task"] = {"kind": "reasoning_gym"}
    with pytest.raises(ConfigError, match=r"set task.kind to 'simulated'"):
        build_team(RunConfig.parse(data))


def test_different_models_of_one_name_are_refused():
    data = preset("simulated").model_dump(mode="json")
    data["executors"][0]["model"]["name"] = "broad"
    with pytest.raises(ConfigError, match="two different models are named 'broad'"):
        build_team(RunConfig.parse(data))
