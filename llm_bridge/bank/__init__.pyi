from .rewards import RewardWeights
from .sampled import Bank
from .signals import SignalBins
from .table import BankTable

__all__ = [
    "Bank",
    "BankTable",
    "RewardWeights",
    "SignalBins",
]
