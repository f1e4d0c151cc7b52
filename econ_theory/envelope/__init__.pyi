from .bounds import player_bound
from .sampling import sampled_gain

__all__ = ["player_bound", "sampled_gain"]
