from .base import Results, results_of

__all__ = ["Results", "results_of"]
