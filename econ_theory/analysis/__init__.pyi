from .coupling import Coupling, coupling_constant
from .dominance import Reduction, undominated
from .information import InformationValue, value_of_information, without_types
from .multiplicity import Multiplicity, multiplicity
from .quantal_count import QuantalCount, count_quantal_responses, phase_change
from .sensitivity import Sensitivity, prior_sensitivity
from .welfare import Efficiency, efficiency, expected_payoffs, first_best, team_optimum, welfare

__all__ = [
    "Coupling",
    "Efficiency",
    "InformationValue",
    "Multiplicity",
    "QuantalCount",
    "Reduction",
    "Sensitivity",
    "count_quantal_responses",
    "coupling_constant",
    "efficiency",
    "expected_payoffs",
    "first_best",
    "multiplicity",
    "phase_change",
    "prior_sensitivity",
    "team_optimum",
    "undominated",
    "value_of_information",
    "welfare",
    "without_types",
]
