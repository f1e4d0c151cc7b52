from .asymmetric_all_pay import AsymmetricAllPay
from .asymmetric_first_price import AsymmetricFirstPrice
from .base import Ending, Proposals, Solver
from .best_response_bids import BidResponse
from .best_response_dynamics import BestResponseDynamics
from .chain import Chain
from .core_bidding import CoreBidding
from .correlated_lp import CorrelatedEquilibrium, CorrelatedLp
from .cutoffs import Cutoffs
from .dual_averaging import DualAveraging
from .double_auction import BilateralTrade
from .extreme_enumeration import Component, ExtremeEnumeration, NashSubset
from .fictitious_play import FictitiousPlay
from .global_newton import GlobalNewton
from .indifference_newton import IndifferenceNewton
from .lemke import Lemke
from .linear_gaussian import LinearGaussian
from .milgrom_weber import MilgromWeber
from .mirror_descent import MirrorDescent
from .multi_unit import MultiUnit
from .obedience import disobedience, outcome
from .policy_gradient import PolicyGradient
from .pure_enumeration import PureEnumeration
from .quantal_response import Branch, QuantalResponse
from .replicator import Replicator
from .self_play import SelfPlay
from .split_awards import SplitAwards
from .support_enumeration import SupportEnumeration
from .symmetric_auction import SymmetricAuction
from .truthful_bidding import TruthfulBidding
from .zero_sum_lp import ZeroSumLp

__all__ = [
    "AsymmetricAllPay",
    "AsymmetricFirstPrice",
    "BestResponseDynamics",
    "BidResponse",
    "BilateralTrade",
    "Branch",
    "Chain",
    "Component",
    "CoreBidding",
    "CorrelatedEquilibrium",
    "CorrelatedLp",
    "Cutoffs",
    "DualAveraging",
    "Ending",
    "ExtremeEnumeration",
    "FictitiousPlay",
    "GlobalNewton",
    "IndifferenceNewton",
    "Lemke",
    "LinearGaussian",
    "MilgromWeber",
    "MirrorDescent",
    "MultiUnit",
    "NashSubset",
    "PolicyGradient",
    "Proposals",
    "PureEnumeration",
    "QuantalResponse",
    "Replicator",
    "SelfPlay",
    "Solver",
    "SplitAwards",
    "SupportEnumeration",
    "SymmetricAuction",
    "TruthfulBidding",
    "ZeroSumLp",
    "disobedience",
    "outcome",
]
