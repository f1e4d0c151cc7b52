from .base import Ending, Proposals, Solver
from .chain import Chain
from .continuous.asymmetric_all_pay import AsymmetricAllPay
from .continuous.asymmetric_first_price import AsymmetricFirstPrice
from .continuous.best_response_bids import BidResponse
from .continuous.core_bidding import CoreBidding
from .continuous.cutoffs import Cutoffs
from .continuous.double_auction import BilateralTrade
from .continuous.dual_averaging import DualAveraging
from .continuous.linear_gaussian import LinearGaussian
from .continuous.milgrom_weber import MilgromWeber
from .continuous.multi_unit import MultiUnit
from .continuous.policy_gradient import PolicyGradient
from .continuous.reserve_bidding import ReserveBidding
from .continuous.split_awards import SplitAwards
from .continuous.symmetric_auction import SymmetricAuction
from .continuous.truthful_bidding import TruthfulBidding
from .finite.algebra.obedience import disobedience, outcome
from .finite.best_response_dynamics import BestResponseDynamics
from .finite.correlated_lp import CorrelatedEquilibrium, CorrelatedLp
from .finite.extreme_enumeration import Component, ExtremeEnumeration, NashSubset
from .finite.fictitious_play import FictitiousPlay
from .finite.global_newton import GlobalNewton
from .finite.indifference_newton import IndifferenceNewton
from .finite.lemke import Lemke
from .finite.mirror_descent import MirrorDescent
from .finite.pure_enumeration import PureEnumeration
from .finite.quantal_response import Branch, QuantalResponse
from .finite.replicator import Replicator
from .finite.self_play import SelfPlay
from .finite.support_enumeration import SupportEnumeration
from .finite.zero_sum_lp import ZeroSumLp

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
    "ReserveBidding",
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
