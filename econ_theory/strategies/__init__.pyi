from .affine import AffineProfile
from .bids import BidFunction, BidProfile, BidSchedule
from .profiles import StrategyProfile, check_profile
from .steps import StepProfile

__all__ = [
    "AffineProfile",
    "BidFunction",
    "BidProfile",
    "BidSchedule",
    "StepProfile",
    "StrategyProfile",
    "check_profile",
]
