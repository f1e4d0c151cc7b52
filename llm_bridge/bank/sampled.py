"""Banks of completions: sampled once, combined into the payoffs of any profile.

Executors do not see each other, so executor i's answer to a question under a control does not
depend on the others' controls: m completions for each (question, pool, control) price every joint
choice. Executors of one model share a *pool*; a joint draw never hands two of them the same
completion, so their answers stay independent given the question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from econ_theory.seeding import Seed, as_rng
from llm_bridge.bank.rewards import INVALID
from llm_bridge.bank.signals import SignalBins
from llm_bridge.bank.table import MISSING, BankTable
from llm_bridge.errors import ConfigError, ModelError
from llm_bridge.messages import Question, Request, Usage
from llm_bridge.models.base import ChatModel
from llm_bridge.models.codecs import answer_messages, max_tokens, stop_strings
from llm_bridge.models.controls import ControlMenu
from llm_bridge.models.embeddings import Embedder
from llm_bridge.models.ledger import Ledger
from llm_bridge.tasks.answers import read_reply
from llm_bridge.tasks.base import Task
from llm_bridge.tasks.comparison import answer_key

__all__ = ["MISSING", "Bank", "BankTable", "SignalBins"]

PROBE_TOKENS = 12

SILENT = -100.0
"""Signal of a probe that came back without a token, in nats."""


class Bank:
    """A bank that grows on demand: asks the models only for what it does not hold.

    Executors whose models have one name share a pool. Every request is a function of the bank's
    seed, the question, the pool and the control, so a bank over `Recorded` models that was
    stopped at any moment is rebuilt from the store: the same calls replay what was paid for.

    Parameters
    ----------
    task : scores the answers
    questions : the bank's questions, addressed by index
    executors : (model, name) pairs; names distinct
    menu : the controls, the game's actions
    embedder : similarity of answers
    strategies : the Coordinator's message for each question; default none
    m : completions that `draw` sees to in a cell
    seed : of every request

    Raises `ConfigError` for duplicate names, a wrong number of strategies, or an m smaller than
    the largest number of executors that share a pool.

    >>> from llm_bridge.models.embeddings import ExactEmbedder
    >>> from llm_bridge.models.simulated import SimulatedModel, SimulatedWorld, Skill
    >>> from llm_bridge.tasks.simulated import SimulatedTask
    >>> world = SimulatedWorld((1.0,))
    >>> task, model = SimulatedTask(world), SimulatedModel(world, Skill((0.9,), (0.4,), (0.2,)))
    >>> menu = ControlMenu.grid([0.2, 1.0])
    >>> team = [(model, "ann"), (model, "bob")]
    >>> bank = Bank(task, task.draw("test", 5), team, menu, ExactEmbedder(), m=2)
    >>> bank.ensure(), bank.ensure()
    (20, 0)
    >>> bank.draw_joint(np.array([0, 3]), np.array([[0, 0], [0, 1]]), rng=0).shape
    (2, 2)
    """

    def __init__(
        self,
        task: Task,
        questions: Sequence[Question],
        executors: Sequence[tuple[ChatModel, str]],
        menu: ControlMenu,
        embedder: Embedder,
        *,
        strategies: Sequence[str] | None = None,
        m: int = 4,
        seed: int = 0,
    ) -> None:
        self.task = task
        self.questions = tuple(questions)
        self.models = tuple(model for model, _ in executors)
        self.executors = tuple(name for _, name in executors)
        self.menu = menu
        self.embedder = embedder
        self.strategies = tuple(strategies) if strategies is not None else ("",) * len(questions)
        self.m = m
        self.seed = seed
        names = list(dict.fromkeys(model.name for model in self.models))
        self.pools = np.array([names.index(model.name) for model in self.models], dtype=int)
        self._pool_models = [
            self.models[int(np.argmax(self.pools == p))] for p in range(len(names))
        ]
        if not self.executors or len(set(self.executors)) != len(self.executors):
            raise ConfigError(
                f"executors are {list(self.executors)}, want at least one, with distinct names."
            )
        if len(self.strategies) != len(self.questions):
            raise ConfigError(
                f"strategies have {len(self.strategies)} entries, want {len(self.questions)}: one "
                f"a question."
            )
        sharing = int(np.bincount(self.pools).max())
        if m < sharing:
            raise ConfigError(
                f"m is {m}, want at least {sharing}: that many executors share one model, and no "
                f"completion serves two of them."
            )
        shape = (len(self.questions), len(names), len(menu))
        self._answers = np.full((*shape, 0), MISSING, dtype=np.int32)
        self._counts = np.zeros(shape, dtype=np.int64)
        self._usage = np.zeros((*shape, 3), dtype=np.int64)
        self._values: list[list[str]] = [[] for _ in self.questions]
        self._keys: list[dict[Hashable, int]] = [{} for _ in self.questions]
        self._scores: list[list[float]] = [[] for _ in self.questions]
        self._rows: dict[str, np.ndarray] = {}
        self._signals = np.full((len(self.questions), len(self.executors)), np.nan)
        self._table: BankTable | None = None
        self.n_invalid = 0

    @property
    def counts(self) -> np.ndarray:
        """How many completions each cell has, (Q, P, K)."""
        return self._counts.copy()

    @property
    def usage(self) -> np.ndarray:
        """Prompt, cached and completion tokens of each cell's completions, (Q, P, K, 3)."""
        return self._usage.copy()

    def value(self, q: int, answer: int) -> str:
        """Return the text of answer id `answer` to question `q`; "" for INVALID."""
        return "" if answer == INVALID else self._values[q][answer]

    def ensure(
        self,
        questions: Sequence[int] | np.ndarray | None = None,
        controls: Sequence[int] | np.ndarray | None = None,
        m: int | None = None,
        *,
        pools: Sequence[int] | None = None,
    ) -> int:
        """See to it that every cell named has `m` completions; return how many were asked for.

        Default: all questions, all controls, all pools, the bank's own m.
        """
        m = self.m if m is None else m
        rows = range(len(self.questions)) if questions is None else questions
        columns = range(len(self.menu)) if controls is None else controls
        chosen = range(len(self._pool_models)) if pools is None else pools
        counts = self._counts
        asked = 0
        for p in chosen:
            slots = [
                (int(q), int(p), int(k), s)
                for q in dict.fromkeys(rows)
                for k in dict.fromkeys(columns)
                for s in range(int(counts[q, p, k]), m)
            ]
            if slots:
                self._fill(slots)
            asked += len(slots)
        return asked

    def ensure_signals(self, questions: Sequence[int] | np.ndarray | None = None) -> np.ndarray:
        """See to it that every executor has a signal on `questions`; return those rows, (N, n).

        The signal of executor i is the mean log-probability of one short sampled probe with i's
        own seed; a probe without a token gives the least signal, -100.

        Raises `ModelError` where a model fails or gives no log-probabilities.
        """
        rows = list(range(len(self.questions)) if questions is None else map(int, questions))
        for i, model in enumerate(self.models):
            missing = [q for q in dict.fromkeys(rows) if np.isnan(self._signals[q, i])]
            if not missing:
                continue
            replies = model.complete([self._probe(q, i) for q in missing])
            self._table = None
            for q, reply in zip(missing, replies, strict=True):
                if not reply.error and not reply.usage.completion:
                    # A probe that ends before its first token is as unsure as can be.
                    self._signals[q, i] = SILENT
                    continue
                if reply.error or reply.mean_logprob is None:
                    raise ModelError(
                        f"the probe of executor {self.executors[i]!r} on question "
                        f"{self.questions[q].id!r} has no mean_logprob "
                        f"({reply.error or 'the model gave none'}), want a number; use a model "
                        f"that gives log-probabilities."
                    )
                self._signals[q, i] = reply.mean_logprob
        return self._signals[rows]

    def draw(self, q: int, i: int, k: int, rng: Seed = None) -> int:
        """Return one answer id of executor `i` to question `q` under control `k`.

        Executors of one pool draw from separate completions of a cell, so that single draws of
        several executors make up a joint draw. The cell is filled up to m if it is short.
        """
        p = int(self.pools[i])
        if self._counts[q, p, k] < self.m:
            self.ensure([q], [k], pools=[p])
        mates = np.flatnonzero(self.pools == p)
        rank = int(np.searchsorted(mates, i))
        cell = self._answers[q, p, k]
        own = cell[cell != MISSING][rank :: len(mates)]
        return int(own[as_rng(rng).integers(len(own))])

    def draw_joint(
        self, questions: np.ndarray, controls: np.ndarray, *, rng: Seed = None
    ) -> np.ndarray:
        """Return one joint draw of answer ids (B, n) for B `questions` and (B, n) `controls`.

        Cells that are short are filled first, in one batch a pool and control.
        """
        questions, controls = np.asarray(questions, dtype=int), np.asarray(controls, dtype=int)
        short = self._counts[questions[:, None], self.pools[None, :], controls] < self.m
        for p in range(len(self._pool_models)):
            for k in range(len(self.menu)):
                wanted = (short & (self.pools == p)[None, :] & (controls == k)).any(axis=1)
                if wanted.any():
                    self.ensure(questions[wanted], [k], pools=[p])
        return self.table.draw(questions, controls, rng=rng)

    @property
    def table(self) -> BankTable:
        """Everything the bank holds now, as plain arrays; a signal not asked for is nan."""
        if self._table is None:
            scores, similarity = self._tables()
            self._table = BankTable(
                self._answers.copy(),
                self.pools,
                scores,
                similarity,
                self._signals.copy(),
                self.menu,
                self.executors,
            )
        return self._table

    def rows(self) -> list[dict[str, Any]]:
        """Return every completion as one plain row, ready for a data frame or a CSV file.

        Keys: question, model, control, sample, answer ("" if unreadable), valid, score.
        """
        return [
            {
                "question": self.questions[q].id,
                "model": self._pool_models[p].name,
                "control": self.menu[k].label,
                "sample": s,
                "answer": self.value(q, answer),
                "valid": answer != INVALID,
                "score": 0.0 if answer == INVALID else self._scores[q][answer],
            }
            for q, p, k, s in np.ndindex(*self._answers.shape)
            if (answer := int(self._answers[q, p, k, s])) != MISSING
        ]

    def _fill(self, slots: list[tuple[int, int, int, int]]) -> None:
        model = self._pool_models[slots[0][1]]
        replies = model.complete([self._request(*slot) for slot in slots])
        deepest = max(s for *_, s in slots) + 1
        room = deepest - self._answers.shape[-1]
        if room > 0:
            pad = ((0, 0), (0, 0), (0, 0), (0, room))
            self._answers = np.pad(self._answers, pad, constant_values=MISSING)
        unreadable = 0
        for (q, p, k, s), reply in zip(slots, replies, strict=True):
            usage: Usage = reply.usage
            self._usage[q, p, k] += (usage.prompt, usage.cached, usage.completion)
            answer = read_reply(reply, form=self.questions[q].form)
            self.n_invalid += not answer.valid
            unreadable += not answer.valid and not reply.error
            self._answers[q, p, k, s] = self._id(q, answer.value) if answer.valid else INVALID
            self._counts[q, p, k] += 1
        self._table = None
        ledger = getattr(model, "ledger", None)
        if isinstance(ledger, Ledger) and unreadable:
            ledger.record_invalid("bank", model.name, unreadable)

    def _id(self, q: int, value: str) -> int:
        """Return the id of `value`; answers that say the same share the first one's."""
        question, values, keys = self.questions[q], self._values[q], self._keys[q]
        key = answer_key(value, question.form)
        if key not in keys:
            keys[key] = len(values)
            values.append(value)
            self._scores[q].append(float(self.task.score(question, value)))
        return keys[key]

    def question_tables(self, q: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the scores (V,) and cosines (V, V) of the distinct answers to question `q`."""
        self._embed(self._values[q])
        return np.array(self._scores[q]), self._cosines(q)

    def _embed(self, values: Sequence[str]) -> None:
        new = list(dict.fromkeys(value for value in values if value not in self._rows))
        if new:
            self._rows.update(zip(new, self.embedder.embed(new), strict=True))

    def _cosines(self, q: int) -> np.ndarray:
        rows = np.array([self._rows[value] for value in self._values[q]])
        return np.clip(rows @ rows.T, -1.0, 1.0) if len(rows) else np.zeros((0, 0))

    def _tables(self) -> tuple[np.ndarray, np.ndarray]:
        """Return scores and cosines, padded to the longest list of answers."""
        width = max(1, max((len(values) for values in self._values), default=1))
        scores = np.zeros((len(self.questions), width))
        similarity = np.zeros((len(self.questions), width, width))
        self._embed([value for values in self._values for value in values])
        for q, values in enumerate(self._values):
            scores[q, : len(values)] = self._scores[q]
            similarity[q, : len(values), : len(values)] = self._cosines(q)
        return scores, similarity

    def _request(self, q: int, p: int, k: int, s: int) -> Request:
        control, question = self.menu[k], self.questions[q]
        return Request(
            self._pool_models[p].name,
            answer_messages(question, strategy=self.strategies[q], style=control.style),
            temperature=control.temperature,
            top_p=control.top_p,
            repeat_penalty=control.repeat_penalty,
            max_tokens=max_tokens(control.style, question.form),
            seed=_seed(self.seed, "bank", question.id, control.label, s),
            stop=stop_strings(control.style, question.form),
            purpose="bank",
        )

    def _probe(self, q: int, i: int) -> Request:
        question = self.questions[q]
        return Request(
            self.models[i].name,
            answer_messages(question, strategy=self.strategies[q], style="direct"),
            temperature=1.0,
            max_tokens=PROBE_TOKENS,
            seed=_seed(self.seed, "probe", question.id, i),
            logprobs=True,
            purpose="probe",
        )


def _seed(*parts: Any) -> int:
    """Return a 31-bit seed that is a pure function of `parts`."""
    text = "/".join(map(str, parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
