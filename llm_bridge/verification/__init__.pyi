from .deviations import DeviationGain
from .empirical import EmpiricalGame, empirical_game
from .ground_truth import exact_game
from .verdict import Verification, verify

__all__ = [
    "DeviationGain",
    "EmpiricalGame",
    "Verification",
    "empirical_game",
    "exact_game",
    "verify",
]
