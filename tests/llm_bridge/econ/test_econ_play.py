"""Coordinator, executors, outcomes, frozen inference and the policy as a profile."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import StrategyProfile, certify
from llm_bridge.econ.coordinator import Coordinator, leaks_answer
from llm_bridge.econ.executor import Executors
from llm_bridge.econ.inference import answer
from llm_bridge.econ.observation import Last, Scene
from llm_bridge.econ.outcomes import Referee
from llm_bridge.econ.policy import policy_to_profile
from llm_bridge.econ.seating import prepare_bank
from llm_bridge.econ.system import TrainedSystem
from llm_bridge.econ.team import Team, build_team
from llm_bridge.econ.trainer import train
from llm_bridge.errors import ConfigError
from llm_bridge.messages import Completion, Request, Usage
from llm_bridge.models.controls import Control, ControlMenu
from llm_bridge.models.embeddings import ExactEmbedder
from llm_bridge.models.ledger import Ledger
from llm_bridge.models.scripted import Scripted
from llm_bridge.models.store import Store
from llm_bridge.settings.config import CoordinatorConfig, RunConfig, preset
from llm_bridge.tasks.base import Question
from llm_bridge.verification.ground_truth import exact_game


class Sums:
    name = "sums"

    def draw(self, split, n):
        return [Question(f"{split} {k}", f"What is {k} + 20?", "sums", f"{k + 20}")
                for k in range(n)]  # fmt: skip

    def score(self, question, answer):
        return float(answer.strip() == question.answer)


QUESTIONS = Sums().draw("test", 4)
MENU = ControlMenu.grid([0.1, 1.0])


def team(replies, n: int = 3) -> Team:
    models = [Scripted(replies, name=f"model {i}") for i in range(n)]
    pairs = tuple((model, f"solver {i}") for i, model in enumerate(models))
    return Team(Sums(), pairs, models[0], ExactEmbedder(), MENU)


def coordinator(replies, **settings) -> Coordinator:
    return Coordinator(team(replies), CoordinatorConfig(**settings), seed=0)


# Strategy ---------------------------------------------------------------------------------------


def test_strategies_are_bounded_and_asked_once():
    asked: list[Request] = []

    def reply(request: Request) -> str:
        asked.append(request)
        return "Add the tens, then the ones. Reply with one number."

    found = coordinator(reply).strategies(QUESTIONS)
    assert len(asked) == len(QUESTIONS)
    assert {request.max_tokens for request in asked} == {70}
    assert "at most 50 tokens" in asked[0].messages[0].content
    assert found[0].text.startswith("Add the tens")
    assert (found[0].attempts, found[0].leaked, found[0].too_long) == (1, 0, 0)


def test_a_leak_is_regenerated_counted_and_in_the_end_dropped():
    stubborn = coordinator(lambda request: "Easy: it is 21.").strategies(QUESTIONS[1:2])[0]
    assert (stubborn.text, stubborn.attempts, stubborn.leaked) == ("", 3, 3)
    seeds: list[int] = []

    def reply(request: Request) -> str:
        seeds.append(request.seed)
        return "It is 21." if request.temperature == 0 else "Count on from 20."

    once = coordinator(reply).strategies(QUESTIONS[1:2])[0]
    assert (once.text, once.attempts, once.leaked) == ("Count on from 20.", 2, 1)
    assert len(set(seeds)) == 2


def test_a_long_strategy_is_regenerated_and_then_stays_cut():
    found = coordinator(lambda request: "word " * 200).strategies(QUESTIONS[:1])[0]
    assert (found.attempts, found.too_long) == (3, 3)
    assert len(found.text.split()) == 70


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("Add 1 and 20.", False),  # both stand in the question
        ("The result is 21", True),
        ("Answer: 21", True),
        ("answer = 21.", True),
        ("Beware of 210.", False),
        ("", False),
    ],
)
def test_leaks(text, leaks):
    assert leaks_answer(Sums(), QUESTIONS[1], text) is leaks


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("Add 0 and 20 digit by digit.", False),
        ("Start from 20, then count on.", False),
        ("0 + 20 = 20", True),
        ("The final answer is 20.", True),
        ("This equals: 20, no more.", True),
        ("20.", True),
    ],
)
def test_stating_what_the_question_shows_as_its_result_is_a_leak(text, leaks):
    assert leaks_answer(Sums(), QUESTIONS[0], text) is leaks


def test_detailed_and_no_strategy():
    asked: list[Request] = []

    def reply(request: Request) -> str:
        asked.append(request)
        return "1. Read. 2. Add."

    coordinator(reply, strategy="detailed").strategies(QUESTIONS[:1])
    assert "numbered steps" in asked[0].messages[0].content
    assert asked[0].max_tokens == 256
    none = coordinator(reply, strategy="none").strategies(QUESTIONS)
    assert [s.text for s in none] == [""] * 4
    assert len(asked) == 1


# Commitment and rewards -------------------------------------------------------------------------


def settled(answers, *, replies="", votes=None, cc="counterfactual", **settings):
    parts = team(lambda request: replies if isinstance(replies, str) else replies(request))
    referee = Referee(parts, Coordinator(parts, CoordinatorConfig(**settings), seed=0), cc=cc)
    return referee.settle(QUESTIONS[: len(answers)], [""] * len(answers), answers, votes)


def test_vote_and_its_rewards_by_hand():
    outcome = settled([["20", "20", "7"], ["", "", ""], ["22", "", "9"]])
    assert outcome.commitments == ("20", "", "22")
    assert outcome.team.tolist() == [1, 0, 1]
    assert outcome.readable.tolist() == [1, 0, 1]
    assert not outcome.embeddings[1].any()
    # Without one of the two right answers the tie goes to the earlier executor: still right.
    np.testing.assert_allclose(outcome.components[0, :, 1], [1, 1, 0])
    np.testing.assert_allclose(outcome.components[0, :, 2], [0.5, 0.5, 0.5])
    np.testing.assert_allclose(outcome.components[2, 0], [1, 1, 1])
    assert not outcome.components[1].any()
    assert not outcome.components[2, 1].any()


def test_weighted_vote_and_verifier_best():
    row = [["9", "9", "20"]]
    assert settled(row, aggregator="verifier_best").commitments == ("20",)
    votes = np.array([[0.2, 0.2, 0.5]])
    assert settled(row, aggregator="weighted_vote", votes=votes).commitments == ("20",)


def test_the_coordinator_commits_and_each_ones_contribution_is_counterfactual():
    def reply(request: Request) -> str:
        heard = request.messages[-1].content
        return "Answer: 20" if ": 20" in heard else "Answer: 5"

    outcome = settled([["20", "5", ""]], replies=reply, aggregator="llm")
    assert outcome.commitments == ("20",)
    np.testing.assert_allclose(outcome.components[0, :, 2], [1.0, 0.5, 0.0])
    assert outcome.components[0, 0, 0] == pytest.approx(1.0)
    assert len(outcome.calls[0]) == 1
    unread = settled([["20", "5", "5"]], replies="Well, who knows?", aggregator="llm")
    assert unread.commitments == ("",)
    assert unread.invalid.tolist() == [1]
    assert not unread.components[0, :, 0].any()


def test_the_judge_scores_contribution_as_published():
    def reply(request: Request) -> str:
        said = request.messages[-1].content
        return "0.8" if "Solver: 20" in said else "no idea" if "Solver: 5" in said else "1"

    outcome = settled([["20", "5", "7"]], replies=reply, cc="judge")
    np.testing.assert_allclose(outcome.components[0, :, 2], [0.8, 0.0, 1.0])
    assert outcome.invalid.tolist() == [1]


# Executors and observations ---------------------------------------------------------------------


def test_executors_are_asked_apart_with_their_controls():
    asked: list[Request] = []

    def reply(request: Request) -> str:
        asked.append(request)
        return f"Answer: {len(asked)}"

    parts = team(reply)
    players = Executors(parts, QUESTIONS, ["Add."] * 4, bank=None, seed=0)
    controls = [[Control(0.1), Control(0.2), Control(0.3, top_p=0.5)]] * 2
    heard = players.ask(np.array([2, 0]), controls, ["", "9"], ["a", "b"])
    assert [[h.value for h in row] for row in heard] == [["1", "3", "5"], ["2", "4", "6"]]
    assert [(r.temperature, r.top_p) for r in asked[::2]] == [(0.1, 1), (0.2, 1), (0.3, 0.5)]
    assert "What is 2 + 20?" in asked[0].messages[-1].content
    assert "last answer was 9" in asked[1].messages[-1].content
    assert "Answer: 1" not in str(asked[2].messages)
    assert len({r.seed for r in asked}) == 6


def test_an_observation_holds_its_parts_and_only_the_own_type():
    types = np.array([[0, 1, 1], [1, 0, 0]])
    scene = Scene.of(QUESTIONS[:2], ["", "Add."], types, 2, ExactEmbedder(8))
    last = Last(np.full((2, 3, 4), 0.5), np.full((2, 3), 0.7), np.full((2, 8), 0.1))
    seen = scene.observe(np.array([1, 0]), last)
    assert seen.shape == (2, 3, Scene.width(8, 2, 4))
    np.testing.assert_allclose(seen[0, 0, :8], scene.questions[1], rtol=1e-6)
    assert not seen[1, :, 8:16].any()
    np.testing.assert_array_equal(seen[:, :, 16:18].argmax(-1), types[[1, 0]])
    np.testing.assert_allclose(seen[..., 18:22], 0.5)
    np.testing.assert_allclose(seen[..., 22], 0.7)
    np.testing.assert_allclose(seen[..., 23:], 0.1)


# Frozen system ----------------------------------------------------------------------------------


def system_of(config: RunConfig) -> tuple[TrainedSystem, Ledger, Store]:
    store, ledger = Store(":memory:"), Ledger()
    return train(config, store=store, ledger=ledger), ledger, store


SHORT = preset("simulated", training__episodes=24, task__n_train=10, training__gradient_steps=1)


def test_answers_are_scored_priced_and_leave_the_weights_alone():
    system, ledger, _ = system_of(SHORT)
    before = {k: v.clone() for k, v in system.network.state_dict().items()}
    spent, calls = ledger.totals().tokens, ledger.totals().calls
    questions = system.team.task.draw("test", 12)
    results = answer(system, questions)
    assert results.name == "econ (greedy)"
    assert results.tokens == ledger.totals().tokens - spent
    assert results.calls.sum() == ledger.totals().calls - calls
    assert set(results.calls) == {1 + 3 + 3}  # strategy, probes, executors
    assert all((v == before[k]).all() for k, v in system.network.state_dict().items())
    again = answer(system, questions)
    assert again.answers == results.answers
    right = [float(a == q.answer) for a, q in zip(results.answers, questions, strict=True)]
    assert results.scores.tolist() == right
    assert answer(system, questions, play="soft").name == "econ (soft)"
    with pytest.raises(ConfigError, match="play is 'best', want 'greedy' or 'soft'"):
        answer(system, questions, play="best")  # type: ignore[arg-type]


def test_invalid_replies_are_counted():
    data = SHORT.model_dump(mode="json")
    for executor in data["executors"]:
        executor["model"]["invalid"] = 1.0
        executor["model"]["top"] = executor["model"]["floor"] = [0, 0]
    data["controls"]["temperatures"] = [2.0, 1.99]
    system, ledger, _ = system_of(RunConfig.parse(data))
    results = answer(system, system.team.task.draw("test", 6))
    asked = sum(row.invalid for row in ledger.rows() if row.purpose == "executor")
    assert asked == results.invalid.sum()
    assert results.invalid.sum() >= 15
    assert results.accuracy == 0
    assert system.curve[0]["invalid"] > 0.9


def test_controls_coordinator_alone_and_random_answers():
    system, _, _ = system_of(SHORT.replace(coordinator__aggregator="llm"))
    questions = system.team.task.draw("test", 8)
    alone = answer(system, questions, control="alone")
    assert (alone.name, set(alone.calls)) == ("coordinator alone", {1})
    noise = answer(system, questions, control="random answers")
    assert (noise.name, noise.accuracy) == ("random answers", 0.0)
    assert set(noise.calls) == {2}
    others = {q.answer for q in questions}
    assert set(noise.answers) <= others
    with pytest.raises(ConfigError, match="at least 2"):
        answer(system, questions[:1], control="random answers")


def test_policy_is_the_share_of_questions_by_type():
    system, _, _ = system_of(SHORT)
    bank = prepare_bank(
        system.config, system.team, system.coordinator(), system.team.task.draw("test", 20), m=1
    )
    types = system.bins.types(bank.ensure_signals())
    read = policy_to_profile(system, bank)
    assert read.play == "greedy"
    assert set(np.unique(read.shares)) <= {0.0, 1.0}
    for i, rows in enumerate(read.profile.rows):
        for t, row in enumerate(rows):
            np.testing.assert_allclose(row, read.shares[types[:, i] == t, i].mean(axis=0))
    soft = policy_to_profile(system, bank, play="soft")
    assert (soft.shares > 0).all()
    assert (soft.shares.argmax(-1) == read.shares.argmax(-1)).all()
    assert read.votes is not None
    assert read.votes.sum() == pytest.approx(1)


def test_a_type_no_question_has_is_read_by_putting_it_in():
    system, _, _ = system_of(SHORT)
    bank = prepare_bank(
        system.config, system.team, system.coordinator(), system.team.task.draw("test", 30), m=1
    )
    types = system.bins.types(bank.ensure_signals())
    kept = [q for q, t in zip(bank.questions, types, strict=True) if t[0] == 0]
    few = prepare_bank(system.config, system.team, system.coordinator(), kept, m=1)
    read = policy_to_profile(system, few, play="soft")
    assert (0, 1) in read.unseen
    assert read.profile.rows[0].shape == (2, len(system.team.menu))
    assert not np.allclose(read.profile.rows[0][0], read.profile.rows[0][1])


def test_box_policy_is_read_on_the_nearest_controls():
    system, _, _ = system_of(SHORT.replace(controls__kind="box"))
    questions = system.team.task.draw("test", 10)
    bank = prepare_bank(system.config, system.team, system.coordinator(), questions, m=1)
    read = policy_to_profile(system, bank, play="soft")
    assert [row.shape for row in read.profile.rows] == [(2, 3)] * 3
    other = build_team(SHORT.replace(controls__temperatures=[0.1, 0.2]))
    wrong = prepare_bank(system.config, other, system.coordinator(), questions, m=1)
    with pytest.raises(ConfigError, match="build it from the same team"):
        policy_to_profile(system, wrong)


def test_soft_play_needs_its_alpha_and_a_second_round_works_frozen():
    system, _, _ = system_of(SHORT.replace(training__rounds=2, training__questions=2))
    results = answer(system, system.team.task.draw("test", 5))
    assert set(results.calls) == {1 + 3 + 2 * 3}
    assert system.alpha == pytest.approx(system.config.training.alpha_end)


@pytest.mark.slow
def test_true_epsilon_of_the_trained_policy_falls():
    system, _, _ = system_of(preset("simulated", training__episodes=640, training__alpha_end=0.03))
    skills = [model.model.skill for model, _ in system.team.executors]  # type: ignore[attr-defined]
    game = exact_game(
        system.team.task.world,  # type: ignore[attr-defined]
        skills,
        system.team.menu,
        weights=system.reward_weights,
    )
    questions = system.team.task.draw("test", 100)
    bank = prepare_bank(system.config, system.team, system.coordinator(), questions, m=1)
    start = certify(game, StrategyProfile.uniform(game))
    assert start.epsilon > 0.15
    for play in ("greedy", "soft"):
        learned = certify(game, policy_to_profile(system, bank, play=play).profile)
        assert learned.epsilon < 0.8 * start.epsilon
        assert learned.ex_ante < 0.7 * start.ex_ante


def test_reply_with_an_error_is_invalid_and_not_an_answer():
    class Broken:
        name = "broken"

        def complete(self, requests, *, on_completion=None):
            return [Completion("Answer: 20", Usage(), "error", error="gone") for _ in requests]

    parts = Team(Sums(), ((Broken(), "a"),), Broken(), ExactEmbedder(), MENU)
    players = Executors(parts, QUESTIONS, [""] * 4, bank=None, seed=0)
    heard = players.ask(np.array([0]), [[Control(0.1)]], [""], ["x"])
    assert heard[0][0].value == ""
    made = Coordinator(parts, CoordinatorConfig(), seed=0)
    assert made.strategies(QUESTIONS[:1])[0].text == ""
    assert not made.commit(QUESTIONS[:1], [""], [["20"]])[0].answer.valid
