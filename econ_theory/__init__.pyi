from .beliefs import interim, posterior
from .certificates import Certificate, certify
from .driver import Solution, Status, solve
from .games import BayesianGame, Game
from .search import Equilibria, solve_all
from .strategies import StrategyProfile

__all__ = [
    "BayesianGame",
    "Certificate",
    "Equilibria",
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
