from .beliefs import interim, posterior
from .certificates import Certificate, certify
from .driver import Solution, solve
from .games import AuctionGame, BayesianGame, Game
from .records import load_json
from .search import Equilibria, solve_all
from .strategies import BidFunction, BidProfile, StrategyProfile
from .trial import Status

__all__ = [
    "AuctionGame",
    "BayesianGame",
    "BidFunction",
    "BidProfile",
    "Certificate",
    "Equilibria",
    "Game",
    "Solution",
    "Status",
    "StrategyProfile",
    "certify",
    "interim",
    "load_json",
    "posterior",
    "solve",
    "solve_all",
]
