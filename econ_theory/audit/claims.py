"""The claims of the ledger, in the order in which it prints them."""

from __future__ import annotations

from collections.abc import Mapping

from econ_theory.audit.base import Claim
from econ_theory.audit.bounded_regret import RegretIsBounded
from econ_theory.audit.consistency_credit import ConsistencyKeepsCredit
from econ_theory.audit.coupling_sign import ZeroMeansCooperative
from econ_theory.audit.debate_regret import DebateRegretIsLinear
from econ_theory.audit.equilibrium_exists import EquilibriumExists
from econ_theory.audit.joint_play import JointPlayIsCorrelated
from econ_theory.audit.last_iterate import LastIterateInherits
from econ_theory.audit.learner_bounds import LearnerBounds
from econ_theory.audit.local_to_global import LocalComposes
from econ_theory.audit.mirror_contraction import MirrorContracts
from econ_theory.audit.mis_selection import MisSelectionIsLinear
from econ_theory.audit.mixer_monotone import MixerIsMonotone
from econ_theory.audit.performance_difference import PerformanceDifferenceLemma
from econ_theory.audit.price_of_uniqueness import UniquenessIsFree
from econ_theory.audit.quantal_uniqueness import UniqueAboveCoupling
from econ_theory.audit.regret_bound import RegretBound
from econ_theory.audit.regret_sign import RegretIsDistance
from econ_theory.audit.reward_weights import WeightsStayOnSimplex
from econ_theory.audit.step_size import StepSizeRate
from econ_theory.audit.zero_sum_averages import ZeroSumAverages

__all__ = ["CLAIMS", "SOURCES"]

SOURCES: Mapping[str, str] = {
    "ECON": "Yi et al. 2025 (ICML, arXiv 2506.08292), teams of language models that learn an "
    "equilibrium. What follows is the number of the theorem, lemma (L) or appendix, or our word "
    "for what is claimed",
    "DICE": "Xie et al. 2026 (arXiv 2606.08068), quantal responses and conventions. What follows "
    "is the number of the theorem, or our word for what is claimed",
    "NR": "what is known of learning without regret (NR), on which both lean: the external regret "
    "of each learner (ext), coarse correlated equilibrium (cce), zero-sum games (zs)",
}
"""Where claims come from, by the letters that their ids begin with."""

CLAIMS: tuple[Claim, ...] = (
    EquilibriumExists(),
    PerformanceDifferenceLemma(),
    PerformanceDifferenceLemma("pointwise"),
    StepSizeRate(),
    LastIterateInherits(),
    RegretBound(),
    RegretIsDistance(),
    DebateRegretIsLinear(),
    MixerIsMonotone(),
    WeightsStayOnSimplex(),
    ConsistencyKeepsCredit(),
    LocalComposes(),
    UniqueAboveCoupling(),
    MirrorContracts(),
    ZeroMeansCooperative(),
    UniquenessIsFree(),
    MisSelectionIsLinear(),
    RegretIsBounded(),
    LearnerBounds(),
    JointPlayIsCorrelated(),
    ZeroSumAverages(),
)
