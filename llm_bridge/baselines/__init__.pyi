from .base import Results, results_of
from .self_consistency import majority, run_self_consistency
from .single import answer_request, run_single

__all__ = [
    "Results",
    "answer_request",
    "majority",
    "results_of",
    "run_self_consistency",
    "run_single",
]
