from .coordinator import Commitment, Coordinator, Strategy, leaks_answer
from .dynamic_weights import DynamicWeights
from .inference import answer
from .learner import Learner
from .losses import Batch, Losses, LossSettings
from .network import SIZES, EconNetwork, Sizes, count_parameters
from .policy import PolicyProfile, policy, policy_to_profile
from .replay import History, ReplayBuffer
from .seating import prepare_bank
from .stopping import Stopping, StoppingRule
from .system import TrainedSystem, load_system, save_system
from .team import Team, build_team
from .trainer import train

__all__ = [
    "SIZES",
    "Batch",
    "Commitment",
    "Coordinator",
    "DynamicWeights",
    "EconNetwork",
    "History",
    "Learner",
    "LossSettings",
    "Losses",
    "PolicyProfile",
    "ReplayBuffer",
    "Sizes",
    "Stopping",
    "StoppingRule",
    "Strategy",
    "Team",
    "TrainedSystem",
    "answer",
    "build_team",
    "count_parameters",
    "leaks_answer",
    "load_system",
    "policy",
    "policy_to_profile",
    "prepare_bank",
    "save_system",
    "train",
]
