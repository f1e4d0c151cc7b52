from .base import Game, Profile
from .bayesian import BayesianGame

__all__ = ["BayesianGame", "Game", "Profile"]
