"""Shipped configurations: "demo" (a real small model) and "simulated" (a known world)."""

from __future__ import annotations

from typing import Any

__all__ = ["PRESETS"]

_SMOLLM = {"kind": "llama_cpp", "weights": "smollm2-135m-instruct"}

_TWO_TERMS = {"min_terms": 2, "max_terms": 2, "min_digits": 1}

PRESETS: dict[str, dict[str, Any]] = {
    "demo": {
        "task": {
            "kind": "reasoning_gym",
            # Families on which this model is right between a sixth and two thirds of the time.
            "mix": {
                "chain_sum": {**_TWO_TERMS, "max_digits": 1},
                "products:short": {**_TWO_TERMS, "max_digits": 1},
                "products:long": {**_TWO_TERMS, "max_digits": 2},
            },
            "n_train": 30,
            "n_test": 48,
        },
        "executors": [{"name": f"solver {k}", "model": _SMOLLM} for k in (1, 2, 3)],
        "coordinator": {"strategy_for": "family"},
        "controls": {"temperatures": [0.1, 1.0], "styles": ["direct", "examples"]},
        "training": {"episodes": 240, "gradient_steps": 8, "buffer": 256},
        "bank": {"prefill": True, "m": 3, "m_verify": 3},
        "verify": {"n_questions": 48},
    },
    "simulated": {
        "task": {"kind": "simulated", "n_train": 200, "n_test": 200},
        "executors": [
            {"name": "sharp", "model": {"kind": "simulated", "name": "sharp",
                "top": [0.9, 0.6], "floor": [0.2, 0.1], "best": [0.1, 1.3],
                "signals": [[0.1, 0.9], [0.9, 0.1]]}},
            {"name": "broad", "model": {"kind": "simulated", "name": "broad",
                "top": [0.7, 0.8], "floor": [0.2, 0.2], "best": [0.7, 1.3],
                "signals": [[0.3, 0.7], [0.8, 0.2]], "invalid": 0.1}},
            {"name": "steady", "model": {"kind": "simulated", "name": "steady",
                "top": [0.6, 0.5], "floor": [0.3, 0.1], "best": [0.1, 0.1],
                "signals": [[0.4, 0.6], [0.6, 0.4]]}},
        ],
        "rewards": {"embedder": "exact"},
        # A buffer of the last 32 forgets faster than 0/1 scores average out.
        "training": {"episodes": 1200, "gradient_steps": 8, "buffer": 512, "batch": 32,
                     "stopping": {"enabled": False}},
    },
}  # fmt: skip
