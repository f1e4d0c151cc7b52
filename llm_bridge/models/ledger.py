"""What the models were asked and what it cost, by purpose and model, against a budget."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

from llm_bridge.errors import BudgetError, ConfigError
from llm_bridge.messages import Completion, Request, Usage

__all__ = ["Budget", "Ledger", "LedgerRow"]


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that may be spent: calls, tokens (prompt + completion), seconds of waiting.

    Replays from the store are free. None means no limit.

    >>> Budget(calls=100)
    Budget(calls=100, tokens=None, seconds=None)
    """

    calls: int | None = None
    tokens: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        for item in fields(self):
            limit = getattr(self, item.name)
            if limit is not None and not (math.isfinite(limit) and limit > 0):
                raise ConfigError(
                    f"budget {item.name} is {limit}, want a positive number or None; "
                    f"leave it out for no limit."
                )


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """The sums of one purpose and model.

    `calls` were asked of the model; `replays` came from the store and cost nothing; `seconds` adds
    up the calls' own wall times, so with concurrent calls it exceeds the clock.
    """

    purpose: str
    model: str
    calls: int = 0
    replays: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    invalid: int = 0

    @property
    def tokens(self) -> int:
        """Prompt plus completion tokens."""
        return self.prompt_tokens + self.completion_tokens


class Ledger:
    """Running sums of calls, replays, tokens, seconds and invalid replies.

    >>> ledger = Ledger(Budget(calls=1))
    >>> ledger.check()
    >>> ledger.record(Request("tiny", (), purpose="bank"), Completion("Answer: 4", Usage(9, 0, 3)))
    >>> ledger.rows()[0].tokens
    12
    >>> ledger.check()
    Traceback (most recent call last):
    llm_bridge.errors.BudgetError: calls spent are 1, want fewer than the budget of 1; \
raise the budget and run again: replies so far are kept.
    """

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget
        self.waited = 0.0
        self._rows: dict[tuple[str, str], LedgerRow] = {}

    def record(self, request: Request, completion: Completion, *, replay: bool = False) -> None:
        """Add one reply; a `replay` from the store counts no tokens and no seconds."""
        row = self._row(request.purpose, request.model)
        if replay:
            row = replace(row, replays=row.replays + 1)
        else:
            usage: Usage = completion.usage
            row = replace(
                row,
                calls=row.calls + 1,
                prompt_tokens=row.prompt_tokens + usage.prompt,
                cached_tokens=row.cached_tokens + usage.cached,
                completion_tokens=row.completion_tokens + usage.completion,
                seconds=row.seconds + completion.seconds,
                invalid=row.invalid + bool(completion.error),
            )
        self._rows[row.purpose, row.model] = row

    def record_invalid(self, purpose: str, model: str, count: int = 1) -> None:
        """Add `count` replies that came but could not be read."""
        row = self._row(purpose, model)
        self._rows[purpose, model] = replace(row, invalid=row.invalid + count)

    def wait(self, seconds: float) -> None:
        """Add clock time spent waiting for models: what the budget's `seconds` limits."""
        self.waited += seconds

    def left(self) -> int | None:
        """Return how many calls the budget still allows, or None without such a limit."""
        if self.budget is None or self.budget.calls is None:
            return None
        return max(0, self.budget.calls - self.totals().calls)

    def check(self) -> None:
        """Raise `BudgetError` if any limit of the budget is reached."""
        if self.budget is None:
            return
        total = self.totals()
        spent = {"calls": total.calls, "tokens": total.tokens, "seconds": self.waited}
        for what, amount in spent.items():
            limit = getattr(self.budget, what)
            if limit is not None and amount >= limit:
                raise BudgetError(
                    f"{what} spent are {amount:.6g}, want fewer than the budget of {limit:.6g}; "
                    f"raise the budget and run again: replies so far are kept."
                )

    def rows(self) -> tuple[LedgerRow, ...]:
        """Return one row for each purpose and model, in the order they were first asked."""
        return tuple(self._rows.values())

    def totals(self) -> LedgerRow:
        """Return the sums over all rows."""
        sums = {
            item.name: sum(getattr(row, item.name) for row in self._rows.values())
            for item in fields(LedgerRow)
            if item.name not in ("purpose", "model")
        }
        return LedgerRow("total", "", **sums)

    def _row(self, purpose: str, model: str) -> LedgerRow:
        return self._rows.get((purpose, model), LedgerRow(purpose, model))
