from .bandit import Exp3, Exp3IX
from .base import BanditMinimizer, RegretMinimizer
from .euclidean import DualAveraging, GradientAscent
from .fictitious import FollowTheLeader, SmoothFictitiousPlay
from .hedge import Hedge, OptimisticHedge
from .magnetic import MagneticMirrorDescent
from .regret_matching import PredictiveRegretMatchingPlus, RegretMatching, RegretMatchingPlus
from .swap_regret import InternalRegretMatching, SwapRegret

__all__ = [
    "BanditMinimizer",
    "DualAveraging",
    "Exp3",
    "Exp3IX",
    "FollowTheLeader",
    "GradientAscent",
    "Hedge",
    "InternalRegretMatching",
    "MagneticMirrorDescent",
    "OptimisticHedge",
    "PredictiveRegretMatchingPlus",
    "RegretMatching",
    "RegretMatchingPlus",
    "RegretMinimizer",
    "SmoothFictitiousPlay",
    "SwapRegret",
]
