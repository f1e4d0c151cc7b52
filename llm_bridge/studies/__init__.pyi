from .claims import TRAINING_CLAIMS
from .probe import ProbeRow, probe_config, probe_tasks
from .regret import TrainingRegret, training_regret, true_game
from .sweep import TrainedRun, train_seeds
from .training_play import training_bound, training_path

__all__ = [
    "TRAINING_CLAIMS",
    "ProbeRow",
    "TrainedRun",
    "TrainingRegret",
    "probe_config",
    "probe_tasks",
    "train_seeds",
    "training_bound",
    "training_path",
    "training_regret",
    "true_game",
]
