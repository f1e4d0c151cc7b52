from .bandit import Exp3, Exp3IX
from .base import BanditMinimizer, RegretMinimizer
from .hedge import Hedge, OptimisticHedge
from .regret_matching import PredictiveRegretMatchingPlus, RegretMatching, RegretMatchingPlus

__all__ = [
    "BanditMinimizer",
    "Exp3",
    "Exp3IX",
    "Hedge",
    "OptimisticHedge",
    "PredictiveRegretMatchingPlus",
    "RegretMatching",
    "RegretMatchingPlus",
    "RegretMinimizer",
]
