from .base import Proposals, Solver
from .chain import Chain
from .lemke import Lemke
from .pure_enumeration import PureEnumeration
from .self_play import SelfPlay
from .zero_sum_lp import ZeroSumLp

__all__ = [
    "Chain",
    "Lemke",
    "Proposals",
    "PureEnumeration",
    "SelfPlay",
    "Solver",
    "ZeroSumLp",
]
