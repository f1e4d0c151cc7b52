from .base import RegretMinimizer
from .hedge import Hedge, OptimisticHedge
from .regret_matching import PredictiveRegretMatchingPlus, RegretMatching, RegretMatchingPlus

__all__ = [
    "Hedge",
    "OptimisticHedge",
    "PredictiveRegretMatchingPlus",
    "RegretMatching",
    "RegretMatchingPlus",
    "RegretMinimizer",
]
