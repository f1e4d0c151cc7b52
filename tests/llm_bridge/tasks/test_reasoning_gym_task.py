from __future__ import annotations

import random

import pytest

from llm_bridge.errors import TaskError
from llm_bridge.messages import Question
from llm_bridge.tasks.base import Task
from llm_bridge.tasks.reasoning_gym import SPLITS, ReasoningGym

SMALL = {"min_terms": 2, "max_terms": 2, "min_digits": 1, "max_digits": 1}
MIX = {"chain_sum:short": SMALL, "products": SMALL, "letter_counting": {}}


@pytest.fixture(scope="module")
def task() -> ReasoningGym:
    return ReasoningGym(MIX, seed=3)


def test_splits_share_no_question(task: ReasoningGym) -> None:
    assert isinstance(task, Task)
    texts: list[str] = []
    ids: list[str] = []
    for split in SPLITS:
        questions = task.draw(split, 30)
        assert [q.family for q in questions[:3]] == list(MIX)
        texts += [q.text for q in questions]
        ids += [q.id for q in questions]
        shown = {asked for q in questions for asked, _ in q.examples}
        texts += sorted(shown) if split == "train" else []
        assert len(shown) == 4 * len(MIX)
    assert len(set(texts)) == len(texts)
    assert len(set(ids)) == len(ids)


def test_draws_are_a_pure_function_of_split_number_and_seed(task: ReasoningGym) -> None:
    random.seed(11)
    state = random.getstate()
    again = ReasoningGym(MIX, seed=3)
    assert again.draw("test", 12) == task.draw("test", 12)
    assert again.draw("test", 5) == task.draw("test", 12)[:5]
    assert ReasoningGym(MIX, seed=4).draw("test", 12) != task.draw("test", 12)
    assert random.getstate() == state


def test_the_right_answer_scores_one_and_others_nothing(task: ReasoningGym) -> None:
    for question in task.draw("train", 9):
        assert task.score(question, question.answer) == 1.0
        assert task.score(question, "no idea") == 0.0
        assert task.score(question, "") == 0.0
        # The verifier alone gives part of a point for an answer that contains the right one.
        assert task.score(question, "1" + question.answer) == 0.0


def test_partial_scores_are_the_verifier_s_own() -> None:
    task = ReasoningGym({"products": SMALL}, partial=True)
    question = task.draw("train", 1)[0]
    assert task.score(question, f"It is {question.answer}") == pytest.approx(
        len(question.answer) / len(f"It is {question.answer}")
    )


@pytest.mark.parametrize(
    ("mix", "match"),
    [
        ({}, "mix is empty"),
        ({"chain_sums": {}}, r"data set is 'chain_sums'.* did you mean chain_sum"),
        ({"zzzzzz": {}}, r"data set is 'zzzzzz'.* see reasoning_gym's list"),
        ({"products": {"digits": 1}}, r"parameters of 'products' are {'digits': 1}.*digits"),
        ({"products": {"min_terms": 5, "max_terms": 2}}, r"parameters of 'products' are .*terms"),
    ],
)
def test_wrong_mixes_say_what_is_wrong(mix: dict, match: str) -> None:
    with pytest.raises(TaskError, match=match):
        ReasoningGym(mix)


def test_wrong_draws_and_foreign_questions(task: ReasoningGym) -> None:
    with pytest.raises(TaskError, match=r"split is 'dev', want one of train, test, probe"):
        task.draw("dev", 1)
    with pytest.raises(TaskError, match=r"'x' is not from this task's families"):
        task.score(Question("x", "2 + 2?", "sums", "4"), "4")
    few = ReasoningGym({"products": SMALL})
    with pytest.raises(TaskError, match=r"'products' has \d+ distinct questions in .*'test'"):
        few.draw("test", 500)
    assert len(few.draw("test", 20)) == 20


def test_a_family_with_few_questions_shows_fewer_examples() -> None:
    tiny = ReasoningGym({"lcm": {"max_numbers": 2, "min_value": 2, "max_value": 6}}, n_examples=9)
    (question,) = tiny.draw("train", 1)
    assert len(question.examples) < 9


UNREADABLE = {"boxnet", "graph_color", "propositional_logic", "rubiks_cube", "rush_hour"}
"""Families whose questions have many right answers and state none of their own."""

FEW = {"word_ladder"}
"""Families that refuse to be a large data set."""


def test_a_family_whose_own_answers_cannot_be_read_is_refused() -> None:
    with pytest.raises(TaskError, match=r"family 'rush_hour' cannot be read .*'None', scores"):
        ReasoningGym({"rush_hour": {}})


def test_the_form_of_a_family_follows_its_verifier() -> None:
    mix = {"chain_sum": {}, "rotate_matrix": {}, "list_functions": {}}
    task = ReasoningGym(mix)
    assert task.forms == {"chain_sum": "value", "rotate_matrix": "block", "list_functions": "text"}
    assert [question.form for question in task.draw("test", 3)] == list(task.forms.values())


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_every_family_reads_its_own_answers() -> None:
    from reasoning_gym.factory import DATASETS

    refused = set()
    for name in sorted(set(DATASETS) - {"composite"}):
        try:
            # Making the task says its answers in every style, and scores what is read.
            task = ReasoningGym({name: {}}, seed=5, n_examples=0)
        except TaskError:
            refused.add(name)
            continue
        assert set(task.forms) == {name}
    assert refused == UNREADABLE | FEW
