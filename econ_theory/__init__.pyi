from .beliefs import interim, posterior
from .certificates import Certificate, certify
from .games import BayesianGame, Game
from .solve import Solution, Status, solve, solve_all
from .strategies import StrategyProfile

__all__ = [
    "BayesianGame",
    "Certificate",
    "Game",
    "Solution",
    "Status",
    "StrategyProfile",
    "certify",
    "interim",
    "posterior",
    "solve",
    "solve_all",
]
