from .affine import AffineProfile
from .bids import BidFunction, BidProfile, BidSchedule
from .profiles import StrategyProfile, as_profile, check_profile
from .steps import StepProfile

__all__ = [
    "AffineProfile",
    "BidFunction",
    "BidProfile",
    "BidSchedule",
    "StepProfile",
    "StrategyProfile",
    "as_profile",
    "check_profile",
]
