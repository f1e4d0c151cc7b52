from .dynamic_weights import DynamicWeights
from .losses import Batch, Losses, LossSettings
from .network import SIZES, EconNetwork, Sizes, count_parameters
from .replay import History, ReplayBuffer
from .stopping import Stopping, StoppingRule

__all__ = [
    "SIZES",
    "Batch",
    "DynamicWeights",
    "EconNetwork",
    "History",
    "LossSettings",
    "Losses",
    "ReplayBuffer",
    "Sizes",
    "Stopping",
    "StoppingRule",
    "count_parameters",
]
