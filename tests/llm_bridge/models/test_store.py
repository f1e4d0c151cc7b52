from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from llm_bridge.errors import BudgetError, ModelError, StoreError
from llm_bridge.messages import Completion, Message, Request, Usage
from llm_bridge.models.ledger import Budget, Ledger
from llm_bridge.models.scripted import Scripted
from llm_bridge.models.store import SCHEMA_VERSION, Recorded, Store


def ask(text: str, seed: int = 0) -> Request:
    return Request("scripted", (Message("user", text),), temperature=0.7, seed=seed, purpose="t")


REPLY = Completion("Answer: 4", Usage(9, 2, 3), "length", -0.25, 1.5)


def test_what_is_written_is_read_back_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "run" / "store.sqlite"
    with Store(path) as store:
        store.put_completion(ask("é \x00 \U0001f600"), REPLY)
        store.put_document("metrics", "2", {"reward": 0.1 + 0.2, "inf": float("inf")})
        store.put_document("metrics", "1", [1, None, "x"])
        store.put_document("checkpoints", "1", b"\x00\xff")
    with Store(path) as store:
        assert store.completion(ask("é \x00 \U0001f600").key()) == REPLY
        assert store.completion(ask("other").key()) is None
        assert store.n_completions() == 1
        assert store.document_keys("metrics") == ("1", "2")
        assert store.document("metrics", "2") == {"reward": 0.1 + 0.2, "inf": float("inf")}
        assert store.document("checkpoints", "1") == b"\x00\xff"
        assert store.document("checkpoints", "2") is None


def test_durability_settings(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        assert store._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert store._db.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_the_first_reply_stays_and_documents_are_replaced(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        store.put_completion(ask("a"), REPLY)
        store.put_completion(ask("a"), Completion("other", Usage()))
        assert store.completion(ask("a").key()) == REPLY
        store.put_document("k", "1", 1)
        store.put_document("k", "1", 2)
        assert store.document("k", "1") == 2


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:

        def half_done() -> None:
            with store.transaction():
                store.put_document("episodes", "1", {"x": 1})
                with store.transaction():
                    store.put_document("checkpoints", "1", b"weights")
                raise FileNotFoundError("a file of the caller's")

        with pytest.raises(FileNotFoundError, match="of the caller"):
            half_done()
        assert store.document_keys("episodes") == store.document_keys("checkpoints") == ()
        with store.transaction():
            store.put_document("episodes", "1", {"x": 1})
        assert store.document_keys("episodes") == ("1",)


def test_threads_share_a_store(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:

        def write(k: int) -> None:
            for j in range(20):
                store.put_document("k", f"{k}-{j}", j)

        threads = [threading.Thread(target=write, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.document_keys("k")) == 80


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE schema_version SET version = ?", (SCHEMA_VERSION + 1,))
    db.close()
    with pytest.raises(StoreError, match=r"schema of .* is version 2, want at most 1; .*newer"):
        Store(path)


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database, and long enough to be looked at as one" * 20)
    with pytest.raises(StoreError, match=r"could not be opened .*not a database"):
        Store(text)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()
    with pytest.raises(StoreError, match="another program's database, want a run store"):
        Store(other)
    with pytest.raises(StoreError, match="could not be opened"):
        Store(text / "below" / "s.sqlite")


def test_a_full_disk_is_a_clear_error_and_loses_nothing(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        store.put_completion(ask("kept"), REPLY)
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(StoreError, match=r"could not be written \(.*full.*free space"):
            store.put_document("checkpoints", "1", bytes(1_000_000))
        store._db.execute("PRAGMA max_page_count = 100000")
        assert store.completion(ask("kept").key()) == REPLY
        store.put_document("checkpoints", "1", bytes(1_000_000))
        assert len(store.document("checkpoints", "1")) == 1_000_000


def test_a_read_only_store_is_a_clear_error(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        store.put_completion(ask("kept"), REPLY)
        store._db.execute("PRAGMA query_only = 1")
        with pytest.raises(StoreError, match=r"could not be written \(.*readonly.*permissions"):
            store.put_completion(ask("new"), REPLY)
        assert store.completion(ask("kept").key()) == REPLY


def test_recorded_asks_once_and_replays_afterwards(tmp_path: Path) -> None:
    asked: list[str] = []

    def reply(request: Request) -> str:
        asked.append(request.messages[0].content)
        return f"Answer: {request.messages[0].content}"

    seen: list[int] = []
    batch = [ask("a"), ask("b"), ask("a"), ask("a", seed=1)]
    path = tmp_path / "s.sqlite"
    with Store(path) as store:
        model = Recorded(Scripted(reply), store, Ledger(), chunk=2)
        first = model.complete(batch, on_completion=lambda k, _: seen.append(k))
        assert [c.text for c in first] == ["Answer: a", "Answer: b", "Answer: a", "Answer: a"]
        assert asked == ["a", "b", "a"]
        assert sorted(seen) == [0, 1, 2, 3]
        assert (model.ledger.totals().calls, model.ledger.totals().replays) == (3, 1)
        assert model.name == "scripted"
    with Store(path) as store:
        model = Recorded(Scripted({}), store)
        assert model.complete(batch) == first
        assert (model.ledger.totals().calls, model.ledger.totals().replays) == (0, 4)
        assert model.complete([]) == []


def test_a_reply_is_on_disk_before_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with Store(path) as store, Store(path) as reader:

        def used(index: int, completion: Completion) -> None:
            assert reader.completion(batch[index].key()) == completion

        batch = [ask("a"), ask("b")]
        Recorded(Scripted(lambda r: "Answer: 1"), store).complete(batch, on_completion=used)


def test_replies_before_a_crash_are_kept(tmp_path: Path) -> None:
    def reply(request: Request) -> str:
        if request.messages[0].content == "c":
            raise ModelError("the line is cut")
        return "Answer: 1"

    with Store(tmp_path / "s.sqlite") as store:
        with pytest.raises(ModelError):
            Recorded(Scripted(reply), store).complete([ask("a"), ask("b"), ask("c")])
        assert store.n_completions() == 2


def test_error_replies_are_handed_on_and_asked_again(tmp_path: Path) -> None:
    class Flaky:
        name = "scripted"
        calls = 0

        def complete(self, requests, *, on_completion=None):
            self.calls += 1
            bad = Completion("", Usage(), "error", error="time-out")
            good = Completion("Answer: 1", Usage(1, 0, 1))
            for k, _ in enumerate(requests):
                on_completion(k, bad if self.calls == 1 else good)
            return [bad if self.calls == 1 else good] * len(requests)

    with Store(tmp_path / "s.sqlite") as store:
        model = Recorded(Flaky(), store)
        assert model.complete([ask("a")])[0].error == "time-out"
        assert model.ledger.totals().invalid == 1
        assert model.complete([ask("a")])[0].text == "Answer: 1"


def test_the_budget_stops_before_it_is_overspent(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        model = Recorded(Scripted(lambda r: "Answer: 1"), store, Ledger(Budget(calls=5)), chunk=4)
        with pytest.raises(BudgetError, match="calls spent are 5"):
            model.complete([ask("q", seed=k) for k in range(9)])
        assert store.n_completions() == 5
        assert len(model.complete([ask("q", seed=k) for k in range(5)])) == 5


WRITER = """
import sys
from llm_bridge.messages import Completion, Message, Request, Usage
from llm_bridge.models.store import Store
store = Store(sys.argv[1])
k = 0
while True:
    with store.transaction():
        request = Request("m", (Message("user", str(k)),))
        store.put_completion(request, Completion("x" * 3000, Usage()))
        store.put_document("episodes", f"{k:06d}", {"k": k, "pad": "y" * 3000})
    print(k, flush=True)
    k += 1
"""


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 37, 150])
def test_kill_9_in_mid_write_loses_nothing_reported(tmp_path: Path, after: int) -> None:
    path = tmp_path / "s.sqlite"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    last = -1
    for line in writer.stdout:
        last = int(line)
        if last >= after:
            os.kill(writer.pid, signal.SIGKILL)
            break
    rest = writer.stdout.read().split()
    writer.stdout.close()
    writer.wait()
    last = max([last, *map(int, rest)])
    with Store(path) as store:
        keys = store.document_keys("episodes")
        assert len(keys) in (last + 1, last + 2)
        assert store.n_completions() == len(keys)
        assert [store.document("episodes", key)["k"] for key in keys] == list(range(len(keys)))
        store.put_document("episodes", "more", {})
        assert store._db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


@pytest.mark.slow
def test_writing_a_reply_takes_milliseconds(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        began = time.perf_counter()
        for k in range(100):
            store.put_completion(ask(str(k)), REPLY)
        assert (time.perf_counter() - began) / 100 < 0.1
