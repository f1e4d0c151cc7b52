from .aggregate_payoffs import Contest, MarginalBounds, SmoothPayoff
from .aggregative_game import AggregativeGame
from .auction import AuctionGame
from .base import Game, Profile
from .bayesian import BayesianGame
from .continuous import ContinuousGame
from .double_auction import DoubleAuction
from .ex_post import ex_post_payoffs
from .gaussian_game import GaussianGame
from .interdependent_auction import InterdependentAuction, SignalSum
from .joint_priors import FgmPair, GaussianPair, IndependentSignals, JointPrior
from .local_global_auction import LocalGlobalAuction
from .markov import MarkovBayesianGame
from .multi_unit_auction import MultiUnitAuction
from .participation_game import ParticipationGame
from .payment_rules import AllPay, CustomPayoff, Effort, KthPrice, PaymentRule, WinnerPays
from .priors import Known, Power, Prior, ScipyPrior, Uniform, truncated
from .quadratic_payoffs import Bertrand, Cournot, LinearQuadratic, PublicGood
from .sample_priors import Empirical, Mixture
from .shared_signals import CommonValue, LinearShares
from .split_award import SplitAward
from .utilities import Cara, Charity, Crra, ReturnOnInvestment, RiskNeutral, Spite, Utility

__all__ = [
    "AggregativeGame",
    "AllPay",
    "AuctionGame",
    "BayesianGame",
    "Bertrand",
    "Cara",
    "Charity",
    "CommonValue",
    "Contest",
    "ContinuousGame",
    "Cournot",
    "Crra",
    "CustomPayoff",
    "DoubleAuction",
    "Effort",
    "Empirical",
    "FgmPair",
    "Game",
    "GaussianGame",
    "GaussianPair",
    "IndependentSignals",
    "InterdependentAuction",
    "JointPrior",
    "Known",
    "KthPrice",
    "LinearQuadratic",
    "LinearShares",
    "LocalGlobalAuction",
    "MarginalBounds",
    "MarkovBayesianGame",
    "Mixture",
    "MultiUnitAuction",
    "ParticipationGame",
    "PaymentRule",
    "Power",
    "Prior",
    "Profile",
    "PublicGood",
    "ReturnOnInvestment",
    "RiskNeutral",
    "ScipyPrior",
    "SignalSum",
    "SmoothPayoff",
    "Spite",
    "SplitAward",
    "Uniform",
    "Utility",
    "WinnerPays",
    "ex_post_payoffs",
    "truncated",
]
