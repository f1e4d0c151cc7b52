from .finite.existence import Existence, prove_existence
from .judgement import certify
from .recovery import Recovery, recover_exactly
from .verdicts import (
    Arithmetic,
    BidDeviation,
    Certificate,
    ContinuousCertificate,
    Deviation,
    PlayerGains,
)

__all__ = [
    "Arithmetic",
    "BidDeviation",
    "Certificate",
    "ContinuousCertificate",
    "Deviation",
    "Existence",
    "PlayerGains",
    "Recovery",
    "certify",
    "prove_existence",
    "recover_exactly",
]
