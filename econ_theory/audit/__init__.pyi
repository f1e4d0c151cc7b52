from .base import VERDICTS, Claim, Curve, Finding, Picture
from .claims import CLAIMS
from .ledger import Ledger, Row, StatedClaim, run_audit

__all__ = [
    "CLAIMS",
    "VERDICTS",
    "Claim",
    "Curve",
    "Finding",
    "Ledger",
    "Picture",
    "Row",
    "StatedClaim",
    "run_audit",
]
