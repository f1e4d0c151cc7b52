from .base import MEANINGS, VERDICTS, Claim, Curve, Finding, Picture
from .claims import CLAIMS, SOURCES
from .ledger import Ledger, Row, run_audit

__all__ = [
    "CLAIMS",
    "MEANINGS",
    "SOURCES",
    "VERDICTS",
    "Claim",
    "Curve",
    "Finding",
    "Ledger",
    "Picture",
    "Row",
    "run_audit",
]
