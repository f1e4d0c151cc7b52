from .bounds import Bound, BoundCheck, econ_bound, learner_bound
from .measures import comparator_regret, dynamic_regret, external_regret, swap_regret
from .rates import LinearTest, Rate, linear_test, log_log_test, pooled_rate, trend_test
from .traces import PlayTrace, RegretTrace, play_learners

__all__ = [
    "Bound",
    "BoundCheck",
    "LinearTest",
    "PlayTrace",
    "Rate",
    "RegretTrace",
    "comparator_regret",
    "dynamic_regret",
    "econ_bound",
    "external_regret",
    "learner_bound",
    "linear_test",
    "log_log_test",
    "play_learners",
    "pooled_rate",
    "swap_regret",
    "trend_test",
]
