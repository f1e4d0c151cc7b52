"""Tasks made by procedure, with verifiers: the data sets of the reasoning-gym package."""

from __future__ import annotations

import hashlib
import random
import warnings
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import islice
from typing import Any, get_args

from econ_theory.errors import require
from llm_bridge.errors import TaskError
from llm_bridge.messages import AnswerForm, Question
from llm_bridge.tasks.answers import extract_answer

__all__ = ["SPLITS", "ReasoningGym"]

# Hundredths of all possible question texts: a text's hash decides its split, so they are disjoint.
SPLITS = {"train": range(50), "test": range(50, 80), "probe": range(80, 95)}
_EXAMPLES = range(95, 100)
SAYINGS = (
    "Answer: {}",
    "**Answer:** {}",
    "Let me see.\n\nAnswer:\n{}",
    "<answer>{}</answer>",
    "<think>Answer: no</think>\n\n**Final answer:**\n{}",
)
"""How models say an answer."""

MOST_ITEMS = 2**17
"""Items of a data set: a few keep a list of them all, which must fit into memory."""

_TRIALS = 3  # answers of a family by which its form is found
_PATIENCE = 2000  # items in a row without a new question before a family counts as used up


class ReasoningGym:
    """Questions of several families in turn, scored by each data set's own verifier.

    `mix` maps a family to its data set's parameters; a family is named by its data set, with a
    label after a colon where one data set gives several families: ``{"chain_sum:short":
    {"max_terms": 2}, "products": {}}``. A question's text is in exactly one split, and occurs
    there once; up to `n_examples` worked examples a family come from no split. A score is 1.0 for
    an answer that the verifier takes as right, else 0.0; with `partial=True` the verifier's own
    share (some give part of a point for a right answer within a longer text).

    How an answer is written (`Question.form`) is found by trial: a few answers of the family's
    own are said as models say them, and the first form in which the verifier takes them all is the
    family's. A family without one is refused: some have questions of many right answers and state
    none of their own.

    Raises `TaskError` for an unknown data set, parameter or split, for a family whose own answers
    cannot be read, and when a family has no more distinct questions.

    Source: reasoning-gym (Stojanovski et al. 2025, arXiv 2505.24760).

    >>> task = ReasoningGym({"chain_sum": {"max_terms": 2, "max_digits": 1, "min_digits": 1}})
    >>> question = task.draw("train", 3)[0]
    >>> question.family, task.score(question, question.answer), task.score(question, "many")
    ('chain_sum', 1.0, 0.0)
    """

    name = "reasoning_gym"

    def __init__(
        self,
        mix: Mapping[str, Mapping[str, Any]],
        *,
        seed: int = 0,
        partial: bool = False,
        n_examples: int = 4,
    ) -> None:
        if not mix:
            raise TaskError("the mix is empty, want at least one data set; name one.")
        self.mix = {family: dict(params) for family, params in mix.items()}
        self.seed = seed
        self.partial = partial
        self.n_examples = n_examples
        self._datasets = {
            family: _dataset(family, params, _number(seed, family) % 2**31)
            for family, params in self.mix.items()
        }
        self.forms: dict[str, AnswerForm] = {
            family: _form(family, dataset) for family, dataset in self._datasets.items()
        }
        self._examples: dict[str, tuple[tuple[str, str], ...]] = {}
        self._drawn: dict[tuple[str, str], list[Question]] = {}
        self._sources: dict[tuple[str, str], Iterator[Question]] = {}

    def draw(self, split: str, n: int) -> tuple[Question, ...]:
        """Return the first `n` questions of `split`, the families taking turns."""
        if split not in SPLITS:
            raise TaskError(f"the split is {split!r}, want one of {', '.join(SPLITS)}; pick one.")
        families = list(self.mix)
        return tuple(
            self._question(split, families[k % len(families)], k // len(families)) for k in range(n)
        )

    def score(self, question: Question, answer: str) -> float:
        """Return the verifier's score of `answer` in [0, 1]; what it cannot read scores 0."""
        dataset = self._datasets.get(question.family)
        if dataset is None or "entry" not in question.meta:
            raise TaskError(
                f"the question {question.id!r} is not from this task's families "
                f"({', '.join(self.mix)}), want one of its own; score it by the task that drew it."
            )
        score = _score(dataset, answer, question.meta["entry"])
        return score if self.partial else float(score >= 1.0)

    def _question(self, split: str, family: str, nth: int) -> Question:
        key = (split, family)
        if key not in self._sources:
            self._drawn[key] = []
            self._sources[key] = self._new_questions(split, family)
        drawn = self._drawn[key]
        while len(drawn) <= nth:
            question = next(self._sources[key], None)
            if question is None:
                raise TaskError(
                    f"the family {family!r} has {len(drawn)} distinct questions in the split "
                    f"{split!r}, want more; draw fewer or widen its parameters {self.mix[family]}."
                )
            drawn.append(question)
        return drawn[nth]

    def _new_questions(self, split: str, family: str) -> Iterator[Question]:
        if family not in self._examples:
            shown = islice(self._entries(family, _EXAMPLES), self.n_examples)
            self._examples[family] = tuple((text, entry["answer"]) for _, text, entry in shown)
        for number, text, entry in self._entries(family, SPLITS[split]):
            yield Question(
                id=f"{family}-{number:016x}",
                text=text,
                family=family,
                answer=entry["answer"],
                meta={"entry": entry},
                examples=self._examples[family],
                form=self.forms[family],
            )

    def _entries(self, family: str, hundredths: range) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """Yield hash, text and entry of distinct questions; end where no more turn up."""
        dataset = self._datasets[family]
        seen: set[str] = set()
        latest = 0
        for index in range(MOST_ITEMS):
            if index - latest > _PATIENCE:
                return
            entry = _entry(dataset, index)
            text = str(entry["question"]).strip()
            number = _number(self.seed, text)
            if number % 100 in hundredths and text not in seen:
                seen.add(text)
                latest = index
                yield number, text, {**entry, "answer": str(entry["answer"])}


def _score(dataset: Any, answer: str, entry: Mapping[str, Any]) -> float:
    try:
        score = float(dataset.score_answer(answer, entry))
    except Exception:
        # Several verifiers parse the answer and raise on text that is no number or list.
        return 0.0
    return score if 0.0 <= score <= 1.0 else 0.0


def _form(family: str, dataset: Any) -> AnswerForm:
    """Return the first form in which the verifier takes the family's own answers, as said."""
    entries = [_entry(dataset, index) for index in range(_TRIALS)]
    for form in get_args(AnswerForm):
        replies = [
            (saying.format(entry["answer"]), entry) for entry in entries for saying in SAYINGS
        ]
        if all(
            _score(dataset, extract_answer(reply, form=form).value, entry) >= 1.0
            for reply, entry in replies
        ):
            return form
    raise TaskError(
        f"the answers of the family {family!r} cannot be read (its own answer to the first "
        f"question, {str(entries[0]['answer'])!r:.60}, scores below 1), want a family whose own "
        "answers score 1; leave it out of the mix."
    )


def _number(seed: int, text: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}\n{text}".encode()).digest()[:8], "big")


def _entry(dataset: Any, index: int) -> dict[str, Any]:
    # A few data sets draw from the global generator: seed it by the item, then give it back.
    state = random.getstate()
    try:
        random.seed(dataset.seed + index)
        return dict(dataset[index])
    finally:
        random.setstate(state)


def _dataset(family: str, params: Mapping[str, Any], seed: int) -> Any:
    with warnings.catch_warnings():
        # A package that it brings along has doubtful syntax, said when it is first compiled.
        warnings.simplefilter("ignore", SyntaxWarning)
        gym = require("reasoning_gym", "llm")
        known = require("reasoning_gym.factory", "llm").DATASETS
    name = family.partition(":")[0]
    if name not in known:
        close = get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(close)}?" if close else "see reasoning_gym's list."
        raise TaskError(
            f"the data set is {name!r}, want one of reasoning-gym's {len(known)}; {hint}"
        )
    try:
        return gym.create_dataset(name, seed=seed, size=MOST_ITEMS, **params)
    except (TypeError, AssertionError, ValueError) as error:
        raise TaskError(
            f"the parameters of {family!r} are {dict(params)}, want those of reasoning-gym's "
            f"{name} ({error}); correct them."
        ) from error
