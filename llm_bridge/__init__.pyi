from .bank import Bank, RewardWeights, SignalBins
from .baselines import Results, run_self_consistency, run_single
from .baselines.comparison import Difference, FrontierPoint, compare, frontier
from .messages import Completion, Message, Question, Request, Usage
from .models import ChatModel
from .models.controls import Control, ControlMenu
from .models.ledger import Budget, Ledger
from .models.store import Recorded, Store
from .runs import Run
from .settings import RunConfig, load_config, preset, save_config
from .studies import training_path
from .tasks import Answer, Task, extract_answer
from .verification import (
    DeviationGain,
    EmpiricalGame,
    Verification,
    empirical_game,
    exact_game,
    verify,
)

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
    "extract_answer",
    "frontier",
    "load_config",
    "preset",
    "run_self_consistency",
    "run_single",
    "save_config",
    "training_path",
    "verify",
]
