from .bounds import PlayerBound, player_bound
from .sampling import SampledGain, sampled_gain

__all__ = ["PlayerBound", "SampledGain", "player_bound", "sampled_gain"]
