"""Executors whose answer distribution is known in closed form: the ground truth of the pipeline.

Nature draws a question's hidden class. A model's probe reveals a noisy signal of the class, and how
often its answer is right depends on class and controls by a formula, so the exact Bayesian
game of any team is known (`llm_bridge.verification.ground_truth`).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from llm_bridge.errors import ConfigError, ModelError
from llm_bridge.messages import Completion, Request, Usage
from llm_bridge.models.base import OnCompletion
from llm_bridge.models.controls import Control

__all__ = ["SimulatedModel", "SimulatedWorld", "Skill"]

_PROBLEM = re.compile(r"problem ([0-9a-f]{12})")
_SOLVER = re.compile(r"^Solver \d+: (.+)$", re.MULTILINE)
_UNREADABLE = "I am not sure about this one."


@dataclass(frozen=True, slots=True)
class SimulatedWorld:
    """Questions with hidden classes: `class_weights` (C,), `n_wrong` wrong answers a question.

    A question is known by a code of twelve hexadecimal digits; class and right answer (a number of
    six digits) follow from the code and `seed`, and the text gives neither away.

    >>> world = SimulatedWorld((0.5, 0.5))
    >>> world.look_up("0123456789ab") == world.look_up("0123456789ab")
    True
    """

    class_weights: tuple[float, ...]
    n_wrong: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "class_weights", tuple(self.class_weights))
        weights = np.array(self.class_weights, dtype=float)
        if not (weights.size and (weights >= 0).all() and abs(weights.sum() - 1) < 1e-9):
            raise ConfigError(
                f"class_weights are {self.class_weights}, want non-negative numbers summing to 1."
            )
        if self.n_wrong < 1:
            raise ConfigError(f"n_wrong is {self.n_wrong}, want at least 1; pass e.g. 3.")

    @property
    def n_classes(self) -> int:
        """C, the number of question classes."""
        return len(self.class_weights)

    def look_up(self, code: str) -> tuple[int, int]:
        """Return the class and the right answer of the question with `code`."""
        first, second = _uniforms(f"{self.seed}/question/{code}")
        return _pick(self.class_weights, first), 100_000 + int(second * 899_000)


@dataclass(frozen=True, slots=True)
class Skill:
    """How good a simulated model is, class by class.

    With effective temperature E = temperature * top_p and bonus the style's entry in `styles`::

        P(INVALID | e)    = invalid * min(E / 2, 1)
        skill(c, e)       = floor[c] + (top[c] - floor[c]) * exp(-((E - best[c]) / width)^2)
        P(right | c, e)   = (1 - P(INVALID | e)) * clip(skill(c, e) + bonus, 0, 1)
        P(each wrong one) = the rest, in equal parts
        P(signal l | c)   = signals[c][l], seen as the mean log-probability levels[l]

    Attributes
    ----------
    top, floor, best : (C,) accuracy at the best effective temperature and far from it; where it is
    width : how fast accuracy falls around `best`
    signals : (C, L) rows summing to one; levels : (L,) increasing mean log-probabilities
    invalid : probability of an unreadable reply at effective temperature 2
    styles : pairs (style, bonus); a style not named has bonus 0
    """

    top: tuple[float, ...]
    floor: tuple[float, ...]
    best: tuple[float, ...]
    width: float = 0.5
    signals: tuple[tuple[float, ...], ...] = ()
    levels: tuple[float, ...] = (-2.0, -0.5)
    invalid: float = 0.0
    styles: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        n = len(self.top)
        if not self.signals:
            even = tuple(1.0 / len(self.levels) for _ in self.levels)
            object.__setattr__(self, "signals", (even,) * n)
        if not (len(self.floor) == len(self.best) == len(self.signals) == n > 0):
            raise ConfigError(
                f"top, floor, best and signals have {n}, {len(self.floor)}, {len(self.best)} and "
                f"{len(self.signals)} entries, want one a class each."
            )
        table = np.array(self.signals, dtype=float)
        if (
            table.shape != (n, len(self.levels))
            or (table < 0).any()
            or (abs(table.sum(1) - 1) > 1e-9).any()
        ):
            raise ConfigError(
                f"signals are {self.signals}, want one distribution over the "
                f"{len(self.levels)} levels a class."
            )
        rates = np.array([*self.top, *self.floor, self.invalid])
        if not ((rates >= 0) & (rates <= 1)).all() or not self.width > 0:
            raise ConfigError("a rate of a skill is outside [0, 1], or its width is not positive.")

    @property
    def n_classes(self) -> int:
        """C, the number of question classes."""
        return len(self.top)

    def outcomes(self, controls: Iterable[Control], n_wrong: int) -> np.ndarray:
        """Return P(outcome | class, control), shape (C, K, n_wrong + 2).

        Outcome 0 is the right answer, 1 to n_wrong the wrong ones, the last INVALID, so that an
        answer id, INVALID = -1 included, indexes the last axis.

        >>> Skill((0.9,), (0.3,), (0.2,)).outcomes([Control(0.2)], 2).round(3)
        array([[[0.9 , 0.05, 0.05, 0.  ]]])
        """
        controls = tuple(controls)
        heat = np.array([c.temperature * c.top_p for c in controls])
        bonus = np.array([dict(self.styles).get(c.style, 0.0) for c in controls])
        top, floor, best = (
            np.array(row, dtype=float)[:, None] for row in (self.top, self.floor, self.best)
        )
        fit = np.exp(-(((heat - best) / self.width) ** 2))
        invalid = np.broadcast_to(
            self.invalid * np.minimum(heat / 2.0, 1.0), (self.n_classes, len(controls))
        )
        right = (1.0 - invalid) * np.clip(floor + (top - floor) * fit + bonus, 0.0, 1.0)
        wrong = (1.0 - invalid - right) / n_wrong
        columns = [right, *[wrong] * n_wrong, invalid]
        return np.maximum(np.stack(columns, axis=-1), 0.0)


class SimulatedModel:
    """A chat model of known skill in a `SimulatedWorld`, deterministic in the request.

    Executor prompts get ``Answer: <number>`` or an unreadable line, drawn by the request's key;
    requests with `logprobs` also get a signal as their mean log-probability. Asked to commit on
    solvers' answers it takes the most frequent; asked for a strategy it gives a fixed one. Tokens
    are counted as words.

    >>> from llm_bridge.messages import Message
    >>> world = SimulatedWorld((1.0,))
    >>> model = SimulatedModel(world, Skill((1.0,), (1.0,), (0.2,)), name="sure")
    >>> ask = Message("user", "Name the number of problem 0123456789ab.")
    >>> reply = model.complete([Request("sure", (ask,))])[0]
    >>> reply.text == f"Answer: {world.look_up('0123456789ab')[1]}"
    True
    """

    def __init__(self, world: SimulatedWorld, skill: Skill, *, name: str = "simulated") -> None:
        if skill.n_classes != world.n_classes:
            raise ConfigError(
                f"skill of {name!r} has {skill.n_classes} classes, want the world's "
                f"{world.n_classes}."
            )
        self.world = world
        self.skill = skill
        self.name = name
        self._outcomes: dict[Control, np.ndarray] = {}

    def complete(
        self, requests: Sequence[Request], *, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        """Return one completion a request, in the order of `requests`."""
        completions = []
        for index, request in enumerate(requests):
            completion = self._reply(request)
            if on_completion is not None:
                on_completion(index, completion)
            completions.append(completion)
        return completions

    def _reply(self, request: Request) -> Completion:
        asked = request.messages[-1].content if request.messages else ""
        found = _PROBLEM.search(asked)
        if found is None:
            raise ModelError(
                f"simulated model {self.name!r} was asked {asked[:60]!r}, want a problem with a "
                f"code of its world; draw questions from SimulatedTask."
            )
        kind, answer = self.world.look_up(found[1])
        first, second = _uniforms(f"{self.world.seed}/{request.key()}")
        heard = _SOLVER.findall(asked)
        system = request.messages[0].content if request.messages[0].role == "system" else ""
        if heard:
            votes = Counter(text.strip() for text in heard if text.strip() != "no answer")
            text = f"Answer: {votes.most_common(1)[0][0]}" if votes else _UNREADABLE
        elif system and "Answer:" not in system:
            text = "Work in small steps, check the result, reply with one number."
        else:
            text = self._answer(request, kind, answer, first)
        logprob = None
        if request.logprobs:
            logprob = self.skill.levels[_pick(self.skill.signals[kind], second)]
        prompt = sum(len(message.content.split()) for message in request.messages)
        return Completion(text, Usage(prompt, 0, len(text.split())), "stop", logprob)

    def _answer(self, request: Request, kind: int, answer: int, draw: float) -> str:
        # A request carries no style: the codec's instruction is what a model sees of it.
        control = Control(
            request.temperature, request.top_p, request.repeat_penalty, _style_of(request)
        )
        if control not in self._outcomes:
            self._outcomes[control] = self.skill.outcomes([control], self.world.n_wrong)[:, 0]
        outcome = _pick(self._outcomes[control][kind], draw)
        return _UNREADABLE if outcome > self.world.n_wrong else f"Answer: {answer + outcome}"


def _style_of(request: Request) -> str:
    from llm_bridge.models.codecs import STYLES

    system = request.messages[0].content
    shots = len(request.messages) > 2
    for name, style in STYLES.items():
        if style.instruction == system and bool(style.shots) == shots:
            return name
    return "direct"


def _uniforms(text: str) -> tuple[float, float]:
    digest = hashlib.sha256(text.encode()).digest()
    return tuple(int.from_bytes(part, "big") / 2**64 for part in (digest[:8], digest[8:16]))  # type: ignore[return-value]


def _pick(weights: Sequence[float] | np.ndarray, draw: float) -> int:
    edges = np.cumsum(np.asarray(weights, dtype=float))
    return min(int(np.searchsorted(edges, draw * edges[-1], side="right")), len(edges) - 1)
