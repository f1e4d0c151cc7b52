from .base import Proposals, Solver
from .best_response_dynamics import BestResponseDynamics
from .chain import Chain
from .fictitious_play import FictitiousPlay
from .lemke import Lemke
from .mirror_descent import MirrorDescent
from .pure_enumeration import PureEnumeration
from .replicator import Replicator
from .self_play import SelfPlay
from .zero_sum_lp import ZeroSumLp

__all__ = [
    "BestResponseDynamics",
    "Chain",
    "FictitiousPlay",
    "Lemke",
    "MirrorDescent",
    "Proposals",
    "PureEnumeration",
    "Replicator",
    "SelfPlay",
    "Solver",
    "ZeroSumLp",
]
