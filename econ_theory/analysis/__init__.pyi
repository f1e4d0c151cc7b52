from .dominance import Reduction, undominated
from .information import InformationValue, value_of_information, without_types
from .multiplicity import Multiplicity, multiplicity
from .sensitivity import Sensitivity, prior_sensitivity
from .welfare import Efficiency, efficiency, expected_payoffs, first_best, team_optimum, welfare

__all__ = [
    "Efficiency",
    "InformationValue",
    "Multiplicity",
    "Reduction",
    "Sensitivity",
    "efficiency",
    "expected_payoffs",
    "first_best",
    "multiplicity",
    "prior_sensitivity",
    "team_optimum",
    "undominated",
    "value_of_information",
    "welfare",
    "without_types",
]
