from .banks import Bank
from .baselines import Results, run_self_consistency, run_single
from .codecs import Answer, parse_answer
from .compare import Difference, FrontierPoint, compare, frontier
from .config import RunConfig, load_config, preset, save_config
from .controls import Control, ControlMenu
from .empirical import EmpiricalGame, empirical_game
from .ground_truth import exact_game
from .ledger import Budget, Ledger
from .messages import Completion, Message, Question, Request, Usage
from .models import ChatModel
from .rewards import RewardWeights
from .runs import Run
from .signals import SignalBins
from .store import Recorded, Store
from .tasks import Task
from .training_path import training_path
from .verify import DeviationGain, Verification, verify

__all__ = [
    "Answer",
    "Bank",
    "Budget",
    "ChatModel",
    "Completion",
    "Control",
    "ControlMenu",
    "DeviationGain",
    "Difference",
    "EmpiricalGame",
    "FrontierPoint",
    "Ledger",
    "Message",
    "Question",
    "Recorded",
    "Request",
    "Results",
    "RewardWeights",
    "Run",
    "RunConfig",
    "SignalBins",
    "Store",
    "Task",
    "Usage",
    "Verification",
    "compare",
    "empirical_game",
    "exact_game",
    "frontier",
    "load_config",
    "parse_answer",
    "preset",
    "run_self_consistency",
    "run_single",
    "save_config",
    "training_path",
    "verify",
]
