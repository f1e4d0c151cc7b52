from .base import Game, Profile
from .bayesian import BayesianGame
from .markov import MarkovBayesianGame

__all__ = ["BayesianGame", "Game", "MarkovBayesianGame", "Profile"]
