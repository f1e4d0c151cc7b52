from .best_responses import plot_best_responses
from .bid_functions import plot_bids
from .branch import plot_branch
from .exploitability import plot_exploitability
from .findings import plot_finding, plot_ledger
from .heat_maps import plot_best_replies, plot_strategy
from .payoff_sets import plot_payoff_set
from .regret_curves import plot_regret, plot_regret_by_type
from .simplex import plot_simplex

__all__ = [
    "plot_best_replies",
    "plot_best_responses",
    "plot_bids",
    "plot_branch",
    "plot_exploitability",
    "plot_finding",
    "plot_ledger",
    "plot_payoff_set",
    "plot_regret",
    "plot_regret_by_type",
    "plot_simplex",
    "plot_strategy",
]
