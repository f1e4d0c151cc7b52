"""The table of kinds: what a record is called in a file, and the class that it is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from typing import Any

__all__ = [
    "ALIKE",
    "ENUMS",
    "KINDS",
    "RAW",
    "SCHEMA",
    "VERSION",
    "class_of",
    "fields_of",
    "kind_of",
]

SCHEMA = "econ-theory/"
"""What the name of a kind begins with in a file."""

VERSION = 1
"""Version of every kind's fields. A field that was added has a default, so old files are read."""

KINDS: Mapping[str, str] = {
    "game": "econ_theory.games.finite.bayesian:BayesianGame",
    "markov-game": "econ_theory.games.finite.markov:MarkovBayesianGame",
    "labels": "econ_theory.games.finite.labels:Labels",
    # strategies
    "strategy-profile": "econ_theory.strategies.profiles:StrategyProfile",
    "bid-function": "econ_theory.strategies.bids:BidFunction",
    "bid-schedule": "econ_theory.strategies.bids:BidSchedule",
    "bid-profile": "econ_theory.strategies.bids:BidProfile",
    "affine-rule": "econ_theory.strategies.affine:AffineRule",
    "affine-profile": "econ_theory.strategies.affine:AffineProfile",
    "step-function": "econ_theory.strategies.steps:StepFunction",
    "step-profile": "econ_theory.strategies.steps:StepProfile",
    "markov-profile": "econ_theory.markov.profiles:MarkovProfile",
    # certificates
    "certificate": "econ_theory.certificates.verdicts:Certificate",
    "continuous-certificate": "econ_theory.certificates.verdicts:ContinuousCertificate",
    "markov-certificate": "econ_theory.markov.certificates:MarkovCertificate",
    "player-gains": "econ_theory.certificates.verdicts:PlayerGains",
    "deviation": "econ_theory.certificates.verdicts:Deviation",
    "bid-deviation": "econ_theory.certificates.verdicts:BidDeviation",
    "markov-deviation": "econ_theory.markov.certificates:MarkovDeviation",
    "existence": "econ_theory.certificates.finite.existence:Existence",
    "recovery": "econ_theory.certificates.recovery:Recovery",
    # solutions
    "solution": "econ_theory.driver:Solution",
    "continuous-solution": "econ_theory.driver:ContinuousSolution",
    "equilibria": "econ_theory.search:Equilibria",
    "markov-solution": "econ_theory.markov.perfect:MarkovSolution",
    "soft-equilibrium": "econ_theory.markov.soft:SoftEquilibrium",
    "correlated-equilibrium": "econ_theory.solvers.finite.correlated_lp:CorrelatedEquilibrium",
    "branch": "econ_theory.solvers.finite.quantal_response:Branch",
    "component": "econ_theory.solvers.finite.extreme_enumeration:Component",
    "nash-subset": "econ_theory.solvers.finite.extreme_enumeration:NashSubset",
    # Markov games
    "best-response": "econ_theory.markov.best_response:BestResponse",
    "decision": "econ_theory.markov.best_response:Decision",
    "markov-chain": "econ_theory.markov.values:Chain",
    "sweep": "econ_theory.markov.value_iteration:Sweep",
    "performance-difference": "econ_theory.markov.occupancy:PerformanceDifference",
    "q-learning-trace": "econ_theory.markov.q_learning:QLearningTrace",
    "error-exponent": "econ_theory.markov.q_learning:ErrorExponent",
    "step-size": "econ_theory.markov.schedules:StepSize",
    "epsilon-greedy": "econ_theory.markov.schedules:EpsilonGreedy",
    "softmax": "econ_theory.markov.schedules:Softmax",
    # play and regret
    "play-trace": "econ_theory.regret.traces:PlayTrace",
    "play-summary": "econ_theory.regret.summaries:PlaySummary",
    "player-sums": "econ_theory.regret.sums:PlayerSums",
    "draws": "econ_theory.regret.plays:Draws",
    "regret-trace": "econ_theory.regret.curves:RegretTrace",
    "comparator": "econ_theory.regret.comparators:Comparator",
    "rate": "econ_theory.regret.rates:Rate",
    "linear-test": "econ_theory.regret.rates:LinearTest",
    "bound": "econ_theory.regret.bounds:Bound",
    "bound-check": "econ_theory.regret.bounds:BoundCheck",
    "promise": "econ_theory.regret.theorems:Promise",
    "power": "econ_theory.regret.theorems:Power",
    # learners, which a bound is a bound of
    "exp3": "econ_theory.learners.bandit:Exp3",
    "exp3-ix": "econ_theory.learners.bandit:Exp3IX",
    "dual-averaging": "econ_theory.learners.euclidean:DualAveraging",
    "gradient-ascent": "econ_theory.learners.euclidean:GradientAscent",
    "follow-the-leader": "econ_theory.learners.fictitious:FollowTheLeader",
    "smooth-fictitious-play": "econ_theory.learners.fictitious:SmoothFictitiousPlay",
    "hedge": "econ_theory.learners.hedge:Hedge",
    "optimistic-hedge": "econ_theory.learners.hedge:OptimisticHedge",
    "magnetic-mirror-descent": "econ_theory.learners.magnetic:MagneticMirrorDescent",
    "regret-matching": "econ_theory.learners.regret_matching:RegretMatching",
    "regret-matching-plus": "econ_theory.learners.regret_matching:RegretMatchingPlus",
    "predictive-regret-matching-plus": (
        "econ_theory.learners.regret_matching:PredictiveRegretMatchingPlus"
    ),
    "swap-regret": "econ_theory.learners.swap_regret:SwapRegret",
    "internal-regret-matching": "econ_theory.learners.swap_regret:InternalRegretMatching",
    # analysis
    "allocation-welfare": "econ_theory.analysis.auctions:AllocationWelfare",
    "gains-from-trade": "econ_theory.analysis.bilateral_trade:GainsFromTrade",
    "coupling": "econ_theory.analysis.coupling:Coupling",
    "reduction": "econ_theory.analysis.dominance:Reduction",
    "information-value": "econ_theory.analysis.information:InformationValue",
    "cournot-outcome": "econ_theory.analysis.markets:CournotOutcome",
    "auction-draws": "econ_theory.analysis.auction_draws:AuctionDraws",
    "observed-bids": "econ_theory.analysis.value_estimate:ObservedBids",
    "value-estimate": "econ_theory.analysis.value_estimate:ValueEstimate",
    "value-band": "econ_theory.analysis.value_estimate:Band",
    "multiplicity": "econ_theory.analysis.multiplicity:Multiplicity",
    "quantal-count": "econ_theory.analysis.quantal_count:QuantalCount",
    "sensitivity": "econ_theory.analysis.sensitivity:Sensitivity",
    "efficiency": "econ_theory.analysis.welfare:Efficiency",
    # the audit
    "ledger": "econ_theory.audit.ledger:Ledger",
    "row": "econ_theory.audit.ledger:Row",
    "stated-claim": "econ_theory.audit.ledger:StatedClaim",
    "finding": "econ_theory.audit.base:Finding",
    "picture": "econ_theory.audit.base:Picture",
    "curve": "econ_theory.audit.base:Curve",
}

ENUMS: Mapping[str, str] = {"status": "econ_theory.trial:Status"}

RAW: Mapping[str, str] = {"game": "econ_theory.interop.json_file"}
"""Kinds with a layout of their own, in a module with ``fields_of(x)`` and ``from_fields``."""

ALIKE: Mapping[str, tuple[str, ...]] = {
    "certificate": ("gains", "actions", "weights", "ranges"),
    "markov-certificate": ("gains", "actions", "weights", "ranges", "one_shot"),
    "continuous-certificate": (
        "gains", "actions", "weights", "ranges", "types", "estimates", "utilities",
    ),
    "player-sums": ("swap", "best", "ideal", "paid"),
    "branch": ("rates", "profiles", "relative"),
}  # fmt: skip
"""Fields of a kind that have one entry each for the same things, which no constructor checks."""

_NAMES = {
    place: name for table in (KINDS, ENUMS) for name, place in table.items()
}  # "module:class" to the name of the kind


def kind_of(cls: type) -> str | None:
    """Return the name of the kind whose class is `cls`, or None.

    >>> from econ_theory import StrategyProfile
    >>> kind_of(StrategyProfile)
    'strategy-profile'
    """
    return _NAMES.get(f"{cls.__module__}:{cls.__qualname__}")


@cache
def class_of(name: str) -> Any:
    """Return the class of the kind `name`, which is in the table; imported when first asked for."""
    module, _, qualified = (KINDS.get(name) or ENUMS[name]).partition(":")
    return getattr(import_module(module), qualified)


def fields_of(record: Any) -> dict[str, Any]:
    """Return what of `record` travels: its fields, but for those that begin with an underscore."""
    if hasattr(record, "_record_fields"):
        return record._record_fields()
    if is_dataclass(record):
        public = (f.name for f in fields(record) if not f.name.startswith("_"))
        return {name: getattr(record, name) for name in public}
    return record._asdict()
