from __future__ import annotations

import numpy as np
import pytest

from llm_bridge.bank.rewards import INVALID
from llm_bridge.bank.sampled import MISSING, Bank, SignalBins
from llm_bridge.errors import BudgetError, ConfigError, ModelError
from llm_bridge.models.controls import ControlMenu
from llm_bridge.models.embeddings import ExactEmbedder
from llm_bridge.models.ledger import Budget, Ledger
from llm_bridge.models.scripted import Scripted
from llm_bridge.models.simulated import SimulatedModel, SimulatedWorld, Skill
from llm_bridge.models.store import Recorded, Store
from llm_bridge.tasks.simulated import SimulatedTask

WORLD = SimulatedWorld((0.4, 0.6))
ABLE = Skill((0.9, 0.6), (0.3, 0.2), (0.2, 1.0), signals=((0.8, 0.2), (0.2, 0.8)), invalid=0.5)
OTHER = Skill((0.7, 0.8), (0.3, 0.2), (1.0, 0.2), signals=((0.7, 0.3), (0.4, 0.6)))
TASK = SimulatedTask(WORLD)
MENU = ControlMenu.grid([0.2, 1.0])


def team(wrap=lambda model: model):
    able = wrap(SimulatedModel(WORLD, ABLE, name="able"))
    return [(able, "ann"), (able, "bob"), (wrap(SimulatedModel(WORLD, OTHER, name="other")), "cy")]


def new_bank(executors=None, n=20, **options) -> Bank:
    questions = TASK.draw("test", n)
    return Bank(TASK, questions, executors or team(), MENU, ExactEmbedder(), **options)


def test_executors_of_one_model_share_a_pool() -> None:
    bank = new_bank(m=3)
    assert bank.pools.tolist() == [0, 0, 1]
    assert bank.ensure() == 20 * 2 * 2 * 3
    assert bank.table.answers.shape == (20, 2, 2, 3)
    assert bank.ensure() == 0


def test_growth_asks_only_for_what_is_missing() -> None:
    bank = new_bank(m=2)
    assert bank.ensure([3, 3, 5], [1]) == 2 * 2 * 2
    assert bank.counts.sum() == 8
    before = bank.table.answers[3, :, 1].copy()
    assert bank.ensure([3], [0, 1], 4) == 2 * (4 + 2)
    after = bank.table.answers
    np.testing.assert_array_equal(after[3, :, 1, :2], before)
    assert (after[5, :, 1, 2:] == MISSING).all()


def test_completions_do_not_depend_on_the_order_of_growth() -> None:
    one, other = new_bank(m=3), new_bank(m=3)
    one.ensure()
    for q in reversed(range(20)):
        other.ensure([q], [1])
        other.ensure([q], [0], 1)
    other.ensure()
    for q in range(20):
        for p, k, s in np.ndindex(2, 2, 3):
            texts = [b.value(q, int(b.table.answers[q, p, k, s])) for b in (one, other)]
            assert texts[0] == texts[1]


def test_ids_scores_and_cosines_belong_together() -> None:
    bank = new_bank(m=4)
    bank.ensure()
    table = bank.table
    assert bank.n_invalid == (table.answers == INVALID).sum() > 0
    for q, question in enumerate(bank.questions):
        scores, cosines = bank.question_tables(q)
        texts = [bank.value(q, a) for a in range(len(scores))]
        assert len(set(texts)) == len(texts)
        np.testing.assert_array_equal(scores, [float(t == question.answer) for t in texts])
        np.testing.assert_allclose(np.diag(cosines), 1.0)
        np.testing.assert_array_equal(table.scores[q, : len(scores)], scores)
        np.testing.assert_array_equal(table.similarity[q, : len(scores), : len(scores)], cosines)
    assert bank.value(0, INVALID) == ""
    assert bank.usage.sum(axis=(0, 1, 2))[2] > 0


def test_joint_draws_never_reuse_a_completion_and_are_uniform() -> None:
    bank = new_bank(n=2, m=3)
    bank.ensure()
    table = bank.table
    # Completions made distinguishable: the draw's own bookkeeping shows in the ids.
    answers = np.broadcast_to(np.arange(3), table.answers.shape).copy()
    marked = type(table)(
        answers,
        table.pools,
        np.zeros((2, 3)),
        np.zeros((2, 3, 3)),
        table.signals,
        table.menu,
        table.executors,
    )
    drawn = marked.draw(np.zeros(6000, dtype=int), np.zeros((6000, 3), dtype=int), rng=0)
    assert (drawn[:, 0] != drawn[:, 1]).all()
    for i in range(3):
        np.testing.assert_allclose(np.bincount(drawn[:, i]) / 6000, 1 / 3, atol=0.03)
    apart = marked.draw(np.zeros(6000, dtype=int), np.tile([0, 1, 0], (6000, 1)), rng=0)
    assert (apart[:, 0] == apart[:, 1]).mean() == pytest.approx(1 / 3, abs=0.03)


def test_draws_fill_what_they_need() -> None:
    bank = new_bank(m=4)
    first = bank.draw(0, 2, 1, rng=0)
    assert bank.counts[0].tolist() == [[0, 0], [0, 4]]
    assert first in bank.table.answers[0, 1, 1]
    joint = bank.draw_joint(np.array([1, 2]), np.array([[0, 1, 0], [0, 0, 1]]), rng=0)
    assert joint.shape == (2, 3)
    assert bank.counts[1].tolist() == [[4, 4], [4, 0]]
    assert bank.counts[2].tolist() == [[4, 0], [0, 4]]
    cells = bank.table.answers[0, 0, 0]
    bank.ensure([0], [0])
    cells = bank.table.answers[0, 0, 0]
    assert {bank.draw(0, 0, 0, rng=s) for s in range(50)} <= set(cells[0::2].tolist())
    assert {bank.draw(0, 1, 0, rng=s) for s in range(50)} <= set(cells[1::2].tolist())


def test_signals_are_the_probes_and_bins_recover_the_levels() -> None:
    bank = new_bank(n=300)
    assert np.isnan(bank.table.signals).all()
    signals = bank.ensure_signals()
    assert set(np.unique(signals)) == {-2.0, -0.5}
    # Executors of one model get signals of their own.
    assert 0.2 < (signals[:, 0] != signals[:, 1]).mean() < 0.5
    types = SignalBins.fit(signals, 2).types(signals)
    np.testing.assert_array_equal(types, (signals > -1).astype(int))
    classes = np.array([q.meta["class"] for q in bank.questions])
    for c in (0, 1):
        share = types[classes == c, 2].mean()
        assert share == pytest.approx(OTHER.signals[c][1], abs=0.12)


class Stops:
    """A model that is killed after a number of replies."""

    def __init__(self, model, left: int) -> None:
        self.model, self.left, self.name = model, left, model.name

    def complete(self, requests, *, on_completion=None):
        def guard(index, completion):
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1
            if on_completion is not None:
                on_completion(index, completion)

        return self.model.complete(requests, on_completion=guard)


def test_a_kill_in_mid_growth_loses_nothing(tmp_path) -> None:
    whole = new_bank(n=6, m=3)
    whole.ensure()
    whole.ensure_signals()
    with Store(tmp_path / "store.sqlite") as store:
        cut = new_bank(team(lambda model: Recorded(Stops(model, 20), store, Ledger())), n=6, m=3)
        with pytest.raises(KeyboardInterrupt):
            cut.ensure()
    with Store(tmp_path / "store.sqlite") as store:
        ledger = Ledger()
        again = new_bank(team(lambda model: Recorded(model, store, ledger)), n=6, m=3)
        again.ensure()
        again.ensure_signals()
        total = ledger.totals()
    assert total.replays == 20
    assert total.calls == 6 * 2 * 2 * 3 + 6 * 3 - 20
    np.testing.assert_array_equal(again.table.answers, whole.table.answers)
    np.testing.assert_array_equal(again.table.signals, whole.table.signals)
    np.testing.assert_array_equal(again.table.scores, whole.table.scores)


def test_unreadable_completions_are_counted_in_the_ledger() -> None:
    with Store(":memory:") as store:
        ledger = Ledger()
        bank = new_bank(team(lambda model: Recorded(model, store, ledger)), m=3)
        bank.ensure()
        bank.ensure_signals()
    assert bank.n_invalid > 0
    assert {row.purpose: row.invalid for row in ledger.rows() if row.model == "able"} == {
        "bank": bank.n_invalid,
        "probe": 0,
    }


def test_rows_hold_every_completion_in_words() -> None:
    bank = new_bank(n=3, m=2)
    bank.ensure([0, 2], [1])
    rows = bank.rows()
    assert len(rows) == 2 * 2 * 2
    assert {row["question"] for row in rows} == {"test-0", "test-2"}
    assert {row["control"] for row in rows} == {"T=1 direct"}
    for row in rows:
        question = next(q for q in bank.questions if q.id == row["question"])
        assert row["score"] == float(row["answer"] == question.answer)
        assert row["valid"] == (row["answer"] != "")


def test_a_spent_budget_leaves_the_bank_as_it_was() -> None:
    with Store(":memory:") as store:
        ledger = Ledger(Budget(calls=30))
        bank = new_bank(team(lambda model: Recorded(model, store, ledger)), m=2)
        with pytest.raises(BudgetError, match="want fewer than the budget of 30"):
            bank.ensure()
        assert store.n_completions() == 30
        assert bank.counts.sum() == 0


def test_a_silent_probe_reaches_the_table() -> None:
    bank = new_bank([(Scripted(lambda request: ""), "ann")])
    assert np.isnan(bank.table.signals).all()
    assert (bank.ensure_signals([0, 2]) == -100.0).all()
    assert np.isfinite(bank.table.signals[:, 0]).nonzero()[0].tolist() == [0, 2]


def test_bad_banks_are_named() -> None:
    with pytest.raises(ConfigError, match="m is 1, want at least 2: that many executors share"):
        new_bank(m=1)
    model = SimulatedModel(WORLD, ABLE)
    with pytest.raises(ConfigError, match="want at least one, with distinct names"):
        new_bank([(model, "ann"), (model, "ann")])
    with pytest.raises(ConfigError, match="strategies have 1 entries, want 20"):
        new_bank(strategies=["think"])
    silent = Scripted(lambda request: "Answer: 1")
    with pytest.raises(ModelError, match="the probe of executor 'ann' on question 'test-0' has no"):
        new_bank([(silent, "ann")]).ensure_signals()
    bank = new_bank(m=2)
    bank.ensure(m=1)
    with pytest.raises(ConfigError, match="a drawn cell of the bank has 1 completions"):
        bank.table.draw(np.array([0]), np.array([[0, 0, 0]]))
