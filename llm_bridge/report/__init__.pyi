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
    "verdict",
    "verification_view",
]
