from .bounds import Bound, BoundCheck
from .comparators import Comparator, comparator_regret, comparator_values, welfare_regret
from .curves import RegretTrace
from .joint import coarse_epsilon, correlated_epsilon, joint_gains, joint_play
from .literature import log_log_test, trend_test
from .measures import (
    clairvoyant_regret,
    dynamic_regret,
    external_regret,
    pseudo_regret,
    swap_regret,
)
from .play import play_learners
from .plays import Draws, Play
from .rates import LinearTest, Rate, linear_test, pooled_rate
from .summaries import PlaySummary
from .theorems import bandit_bound, econ_bound, learner_bound, swap_bound
from .traces import PlayTrace

__all__ = [
    "Bound",
    "BoundCheck",
    "Comparator",
    "Draws",
    "LinearTest",
    "Play",
    "PlaySummary",
    "PlayTrace",
    "Rate",
    "RegretTrace",
    "bandit_bound",
    "clairvoyant_regret",
    "coarse_epsilon",
    "comparator_regret",
    "comparator_values",
    "correlated_epsilon",
    "dynamic_regret",
    "econ_bound",
    "external_regret",
    "joint_gains",
    "joint_play",
    "learner_bound",
    "linear_test",
    "log_log_test",
    "play_learners",
    "pooled_rate",
    "pseudo_regret",
    "swap_bound",
    "swap_regret",
    "trend_test",
    "welfare_regret",
]
