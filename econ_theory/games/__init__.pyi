from .base import Game, Profile
from .continuous.aggregate_payoffs import Contest, MarginalBounds, SmoothPayoff
from .continuous.aggregative_game import AggregativeGame
from .continuous.auction import AuctionGame
from .continuous.base import ContinuousGame, ex_post_payoffs
from .continuous.double_auction import DoubleAuction
from .continuous.gaussian_game import GaussianGame
from .continuous.interdependent_auction import InterdependentAuction, SignalSum
from .continuous.joint_priors import FgmPair, GaussianPair, IndependentSignals, JointPrior
from .continuous.local_global_auction import LocalGlobalAuction
from .continuous.multi_unit_auction import MultiUnitAuction
from .continuous.participation_game import ParticipationGame
from .continuous.payment_rules import (
    AllPay,
    CustomPayoff,
    Effort,
    KthPrice,
    PaymentRule,
    WinnerPays,
)
from .continuous.priors import Known, Power, Prior, ScipyPrior, Uniform, truncated
from .continuous.quadratic_payoffs import Bertrand, Cournot, LinearQuadratic, PublicGood
from .continuous.sample_priors import Empirical, Mixture
from .continuous.shared_signals import CommonValue, LinearShares
from .continuous.split_award import SplitAward
from .continuous.utilities import (
    Cara,
    Charity,
    Crra,
    ReturnOnInvestment,
    RiskNeutral,
    Spite,
    Utility,
)
from .finite.bayesian import BayesianGame
from .finite.markov import MarkovBayesianGame
from .finite.sampled_prior import SampledPrior, prior_from_samples

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
    "SampledPrior",
    "ScipyPrior",
    "SignalSum",
    "SmoothPayoff",
    "Spite",
    "SplitAward",
    "Uniform",
    "Utility",
    "WinnerPays",
    "ex_post_payoffs",
    "prior_from_samples",
    "truncated",
]
