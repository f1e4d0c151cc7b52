from __future__ import annotations

import pytest

from llm_bridge.errors import BudgetError, ConfigError
from llm_bridge.messages import Completion, Request, Usage
from llm_bridge.models.ledger import Budget, Ledger


def ask(purpose: str, model: str = "tiny") -> Request:
    return Request(model, (), purpose=purpose)


def test_rows_are_by_purpose_and_model_and_sum_to_the_totals() -> None:
    ledger = Ledger()
    reply = Completion("Answer: 4", Usage(10, 6, 3), seconds=0.5)
    ledger.record(ask("bank"), reply)
    ledger.record(ask("bank"), reply)
    ledger.record(ask("bank", "other"), reply, replay=True)
    ledger.record(ask("probe"), Completion("", Usage(), "error", error="time-out"))
    ledger.record_invalid("probe", "tiny")
    bank, other, probe = ledger.rows()
    assert (bank.calls, bank.replays, bank.prompt_tokens, bank.cached_tokens) == (2, 0, 20, 12)
    assert (bank.completion_tokens, bank.tokens, bank.seconds) == (6, 26, 1.0)
    assert (other.calls, other.replays, other.tokens, other.seconds) == (0, 1, 0, 0.0)
    assert (probe.calls, probe.invalid) == (1, 2)
    total = ledger.totals()
    assert (total.calls, total.replays, total.tokens, total.invalid) == (3, 1, 26, 2)


@pytest.mark.parametrize(
    ("budget", "match"),
    [
        (Budget(calls=2), r"calls spent are 2, want fewer than the budget of 2; raise the budget"),
        (Budget(tokens=20), r"tokens spent are 26, want fewer than the budget of 20"),
        (Budget(seconds=1.5), r"seconds spent are 2, want fewer than the budget of 1.5"),
    ],
)
def test_a_spent_budget_is_an_error(budget: Budget, match: str) -> None:
    ledger = Ledger(budget)
    for _ in range(2):
        ledger.check()
        ledger.record(ask("bank"), Completion("a", Usage(10, 0, 3)))
        ledger.wait(1.0)
    ledger.record(ask("bank"), Completion("a", Usage(10, 0, 3)), replay=True)
    with pytest.raises(BudgetError, match=match):
        ledger.check()


def test_calls_left() -> None:
    assert Ledger().left() is None
    ledger = Ledger(Budget(calls=3))
    ledger.record(ask("bank"), Completion("a", Usage()))
    assert ledger.left() == 2


@pytest.mark.parametrize("limit", [0, -1, float("nan"), float("inf")])
def test_senseless_budgets_are_refused(limit: float) -> None:
    with pytest.raises(ConfigError, match=r"budget seconds is .*, want a positive number or None"):
        Budget(seconds=limit)
