from .base import Claim, Curve, Finding, Picture
from .claims import CLAIMS
from .ledger import Ledger, Row, run_audit

__all__ = [
    "CLAIMS",
    "Claim",
    "Curve",
    "Finding",
    "Ledger",
    "Picture",
    "Row",
    "run_audit",
]
