from .best_response import BestResponse, Decision, best_response, induced_decision
from .certificates import (
    MarkovCertificate,
    MarkovDeviation,
    certify_markov,
    markov_exploitability,
)
from .equilibrium import MarkovSolution, Sweep, markov_perfect, value_iteration
from .occupancy import PerformanceDifference, occupancy, performance_difference
from .profiles import MarkovProfile
from .values import (
    Chain,
    action_values,
    ex_ante_values,
    induced_chain,
    joint_action_values,
    state_values,
)

__all__ = [
    "BestResponse",
    "Chain",
    "Decision",
    "MarkovCertificate",
    "MarkovDeviation",
    "MarkovProfile",
    "MarkovSolution",
    "PerformanceDifference",
    "Sweep",
    "action_values",
    "best_response",
    "certify_markov",
    "ex_ante_values",
    "induced_chain",
    "induced_decision",
    "joint_action_values",
    "markov_exploitability",
    "markov_perfect",
    "occupancy",
    "performance_difference",
    "state_values",
    "value_iteration",
]
