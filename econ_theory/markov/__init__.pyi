from .best_response import BestResponse, Decision, best_response, induced_decision
from .certificates import (
    MarkovCertificate,
    MarkovDeviation,
    certify_markov,
    markov_exploitability,
)
from .occupancy import PerformanceDifference, occupancy, performance_difference
from .perfect import MarkovSolution, markov_perfect
from .profiles import MarkovProfile
from .q_learning import ErrorExponent, QLearningTrace, optimal_action_values, q_learning
from .regret import markov_dynamic_regret, markov_regret
from .schedules import EpsilonGreedy, Softmax, StepSize
from .soft import SoftEquilibrium, soft_equilibrium, soft_reply
from .value_iteration import Sweep, value_iteration
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
    "EpsilonGreedy",
    "ErrorExponent",
    "MarkovCertificate",
    "MarkovDeviation",
    "MarkovProfile",
    "MarkovSolution",
    "PerformanceDifference",
    "QLearningTrace",
    "SoftEquilibrium",
    "Softmax",
    "StepSize",
    "Sweep",
    "action_values",
    "best_response",
    "certify_markov",
    "ex_ante_values",
    "induced_chain",
    "induced_decision",
    "joint_action_values",
    "markov_dynamic_regret",
    "markov_exploitability",
    "markov_perfect",
    "markov_regret",
    "occupancy",
    "optimal_action_values",
    "performance_difference",
    "q_learning",
    "soft_equilibrium",
    "soft_reply",
    "state_values",
    "value_iteration",
]
