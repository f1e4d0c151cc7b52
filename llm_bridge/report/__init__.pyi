from .audit_page import render_audit
from .collect import comparison_view, learning_curve, regret_curve, verification_view
from .data import (
    BoundCurve,
    ComparisonView,
    EquilibriumView,
    ExecutorView,
    LearningCurve,
    ModelCard,
    RegretCurve,
    ReportData,
    SensitivityView,
    VerificationView,
)
from .page import render
from .wording import verdict

__all__ = [
    "BoundCurve",
    "ComparisonView",
    "EquilibriumView",
    "ExecutorView",
    "LearningCurve",
    "ModelCard",
    "RegretCurve",
    "ReportData",
    "SensitivityView",
    "VerificationView",
    "comparison_view",
    "learning_curve",
    "regret_curve",
    "render",
    "render_audit",
    "verdict",
    "verification_view",
]
