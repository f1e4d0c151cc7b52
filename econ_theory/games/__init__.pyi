from .auction import AuctionGame
from .base import Game, Profile
from .bayesian import BayesianGame
from .continuous import ContinuousGame
from .ex_post import ex_post_payoffs
from .double_auction import DoubleAuction
from .gaussian_game import GaussianGame
from .markov import MarkovBayesianGame
from .multi_unit_auction import MultiUnitAuction
from .payment_rules import AllPay, CustomPayoff, Effort, KthPrice, PaymentRule, WinnerPays
from .priors import Power, Prior, ScipyPrior, Uniform, truncated
from .utilities import Cara, Charity, Crra, ReturnOnInvestment, RiskNeutral, Spite, Utility

__all__ = [
    "AllPay",
    "AuctionGame",
    "BayesianGame",
    "Cara",
    "Charity",
    "ContinuousGame",
    "Crra",
    "CustomPayoff",
    "DoubleAuction",
    "Effort",
    "Game",
    "GaussianGame",
    "KthPrice",
    "MarkovBayesianGame",
    "MultiUnitAuction",
    "PaymentRule",
    "Power",
    "Prior",
    "Profile",
    "ReturnOnInvestment",
    "RiskNeutral",
    "ScipyPrior",
    "Spite",
    "Uniform",
    "Utility",
    "WinnerPays",
    "ex_post_payoffs",
    "truncated",
]
