"""The run store: every reply paid for is on disk before it is used.

SQLite in WAL mode with `synchronous=FULL`: a commit survives `kill -9` and a power cut. `NORMAL`
would lose the last replies in a power cut and saves about a millisecond a reply, where a reply
costs a tenth of a second or money.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llm_bridge.errors import StoreError
from llm_bridge.messages import Completion, Request, Usage
from llm_bridge.models.ledger import Ledger

if TYPE_CHECKING:
    from llm_bridge.models.base import ChatModel, OnCompletion

__all__ = ["SCHEMA_VERSION", "Recorded", "Store"]

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE schema_version (version INTEGER NOT NULL);
CREATE TABLE completions (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, completion TEXT NOT NULL, written REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE documents (
    kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID;
"""


class Store:
    """Completions by request key, and documents by (kind, key), in one SQLite file.

    Documents are JSON values (episodes, metrics) or bytes (checkpoints). Every write is its own
    transaction unless it stands in `with store.transaction():`. Safe to use from several threads.

    Raises `StoreError` if the file is no store, comes from a newer version, is read-only, or the
    disk is full; what was written before stays readable.

    >>> with Store(":memory:") as store:
    ...     store.put_document("metrics", "0001", {"reward": 0.5})
    ...     store.document("metrics", "0001"), store.document_keys("metrics")
    ({'reward': 0.5}, ('0001',))
    """

    def __init__(self, path: str | Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        with self._explained("opened"):
            if str(path) != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            # Manual transactions: a statement outside of one commits by itself.
            self._db = sqlite3.connect(
                str(path), timeout=30.0, isolation_level=None, check_same_thread=False
            )
            try:
                self._open()
            except BaseException:
                self._db.close()
                raise

    def _open(self) -> None:
        found = self._db.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'"
        ).fetchone()[0]
        if not found:
            tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if tables:
                raise StoreError(
                    f"the file {self.path} is another program's database, want a run store; "
                    f"choose another path."
                )
        else:
            version = self._db.execute("SELECT version FROM schema_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise StoreError(
                    f"the schema of {self.path} is version {version}, want at most "
                    f"{SCHEMA_VERSION}; it was written by a newer econ-theory: upgrade, or start "
                    f"a new run directory."
                )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        if not found:
            with self.transaction():
                # Two processes may open a new store at once: the second finds the tables made.
                made = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
                if not made:
                    for statement in _SCHEMA.split(";\n"):
                        self._db.execute(statement)
                    self._db.execute("INSERT INTO schema_version VALUES (?)", (SCHEMA_VERSION,))

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything inside the block, or nothing."""
        with self._lock:
            if self._depth:
                yield
                return
            with self._explained("written"):
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                with self._explained("written"):
                    self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"the store {self.path} could not be {what} ({error}), want a writable SQLite "
                f"file on a disk with space; free space or fix permissions and run again: "
                f"replies written before are kept."
            ) from error

    # Completions -----------------------------------------------------------------------------

    def completion(self, key: str) -> Completion | None:
        """Return the reply stored under a request's key, or None."""
        with self._lock, self._explained("read"):
            row = self._db.execute(
                "SELECT completion FROM completions WHERE key = ?", (key,)
            ).fetchone()
        return None if row is None else _completion(row[0])

    def put_completion(self, request: Request, completion: Completion) -> None:
        """Write a reply under its request's key; the first one written stays."""
        row = (
            request.key(),
            json.dumps(asdict(request)),
            json.dumps(asdict(completion)),
            time.time(),
        )
        with self._lock, self._explained("written"):
            self._db.execute("INSERT OR IGNORE INTO completions VALUES (?, ?, ?, ?)", row)

    def n_completions(self) -> int:
        """Return how many replies are stored."""
        with self._lock, self._explained("read"):
            return int(self._db.execute("SELECT count(*) FROM completions").fetchone()[0])

    def ledger(self) -> Ledger:
        """Return what all stored replies cost, whichever session asked for them.

        >>> with Store(":memory:") as store:
        ...     reply = Completion("4", Usage(9, 0, 1))
        ...     store.put_completion(Request("m", (), purpose="bank"), reply)
        ...     store.ledger().totals().tokens
        10
        """
        with self._lock, self._explained("read"):
            rows = self._db.execute("SELECT request, completion FROM completions").fetchall()
        ledger = Ledger()
        for request, completion in rows:
            asked = json.loads(request)
            ledger.record(
                Request(asked["model"], (), purpose=asked.get("purpose", "")),
                _completion(completion),
            )
        return ledger

    # Documents -------------------------------------------------------------------------------

    def document(self, kind: str, key: str) -> Any:
        """Return the JSON value or bytes stored under (kind, key), or None."""
        with self._lock, self._explained("read"):
            row = self._db.execute(
                "SELECT body FROM documents WHERE kind = ? AND key = ?", (kind, key)
            ).fetchone()
        if row is None:
            return None
        return row[0] if isinstance(row[0], bytes) else json.loads(row[0])

    def put_document(self, kind: str, key: str, value: Any) -> None:
        """Write a JSON value or bytes under (kind, key), over what was there."""
        body = value if isinstance(value, bytes) else json.dumps(value, allow_nan=True)
        with self._lock, self._explained("written"):
            self._db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (kind, key, body))

    def document_keys(self, kind: str) -> tuple[str, ...]:
        """Return the keys of a kind in ascending order of their text."""
        with self._lock, self._explained("read"):
            rows = self._db.execute(
                "SELECT key FROM documents WHERE kind = ? ORDER BY key", (kind,)
            ).fetchall()
        return tuple(row[0] for row in rows)


def _completion(text: str) -> Completion:
    fields = json.loads(text)
    return Completion(**{**fields, "usage": Usage(**fields["usage"])})


class Recorded:
    """A chat model that answers from the store where it can, and writes what it asks.

    Each reply is on disk before it is handed on. Equal requests in one batch are asked once. A
    reply with an `error` is handed on but not stored, so it is asked again next time. Requests go
    to the model in chunks, between which the ledger's budget is checked (`BudgetError`).

    >>> from llm_bridge.messages import Message
    >>> from llm_bridge.models.scripted import Scripted
    >>> ask = Request("scripted", (Message("user", "hi"),), purpose="greeting")
    >>> with Store(":memory:") as store:
    ...     model = Recorded(Scripted({"hi": "Answer: hello"}), store, Ledger())
    ...     _ = model.complete([ask, ask]), model.complete([ask])
    ...     row = model.ledger.totals()
    >>> row.calls, row.replays
    (1, 2)
    """

    def __init__(
        self, model: ChatModel, store: Store, ledger: Ledger | None = None, *, chunk: int = 64
    ) -> None:
        self.model = model
        self.store = store
        self.ledger = Ledger() if ledger is None else ledger
        self.chunk = chunk

    @property
    def name(self) -> str:
        """The name that requests for this model carry."""
        return self.model.name

    def complete(
        self, requests: Sequence[Request], *, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        """Return one completion a request, in the order of `requests`."""
        done: list[Completion | None] = [None] * len(requests)
        askers: dict[str, list[int]] = {}
        for index, request in enumerate(requests):
            askers.setdefault(request.key(), []).append(index)

        def hand_on(key: str, completion: Completion, *, replay: bool) -> None:
            for nth, index in enumerate(askers[key]):
                self.ledger.record(requests[index], completion, replay=replay or nth > 0)
                done[index] = completion
                if on_completion is not None:
                    on_completion(index, completion)

        missing = []
        for key in askers:
            stored = self.store.completion(key)
            if stored is None:
                missing.append(key)
            else:
                hand_on(key, stored, replay=True)
        start = 0
        while start < len(missing):
            self.ledger.check()
            left = self.ledger.left()
            stop = start + (self.chunk if left is None else min(self.chunk, left))
            self._ask(
                missing[start:stop], [requests[askers[k][0]] for k in missing[start:stop]], hand_on
            )
            start = stop
        return [completion for completion in done if completion is not None]

    def _ask(self, keys: Sequence[str], requests: Sequence[Request], hand_on: Any) -> None:
        def keep(index: int, completion: Completion) -> None:
            if not completion.error:
                self.store.put_completion(requests[index], completion)
            hand_on(keys[index], completion, replay=False)

        began = time.perf_counter()
        try:
            self.model.complete(requests, on_completion=keep)
        finally:
            self.ledger.wait(time.perf_counter() - began)
