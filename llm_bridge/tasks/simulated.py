"""The questions of a simulated world; see `llm_bridge.models.simulated`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from llm_bridge.errors import TaskError
from llm_bridge.messages import Question
from llm_bridge.models.simulated import SimulatedWorld

__all__ = ["SimulatedTask"]

SPLITS = ("train", "test", "probe")


class SimulatedTask:
    """Independent draws of questions from a world; `meta["class"]` holds the hidden class.

    >>> task = SimulatedTask(SimulatedWorld((0.5, 0.5)))
    >>> question = task.draw("test", 3)[2]
    >>> task.score(question, question.answer), task.score(question, "no")
    (1.0, 0.0)
    """

    name = "simulated"

    def __init__(self, world: SimulatedWorld, seed: int = 0) -> None:
        self.world = world
        self.seed = seed

    def draw(self, split: str, n: int) -> Sequence[Question]:
        """Return the first `n` questions of `split` ("train", "test" or "probe")."""
        if split not in SPLITS:
            raise TaskError(f"split is {split!r}, want one of {', '.join(SPLITS)}.")
        return [self._question(split, k) for k in range(n)]

    def score(self, question: Question, answer: str) -> float:
        """Return 1 for the right answer, 0 for any other text."""
        return float(answer.strip() == question.answer)

    def _question(self, split: str, k: int) -> Question:
        label = f"{self.world.seed}/{self.seed}/{split}/{k}"
        code = hashlib.sha256(label.encode()).hexdigest()[:12]
        kind, answer = self.world.look_up(code)
        return Question(
            f"{split}-{k}",
            f"Name the number of problem {code}.",
            "simulated",
            str(answer),
            {"class": kind},
        )
