from .bounds import bidder_bound, in_costs, player_bound
from .curve import Bidder
from .sampling import sampled_gains

__all__ = [
    "Bidder",
    "bidder_bound",
    "in_costs",
    "player_bound",
    "sampled_gains",
]
