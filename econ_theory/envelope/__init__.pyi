from .bounds import bidder_bound, in_costs, player_bound
from .curve import Bidder
from .sampling import sampled_gain
from .trade import Trading

__all__ = [
    "Bidder",
    "Trading",
    "bidder_bound",
    "in_costs",
    "player_bound",
    "sampled_gain",
]
