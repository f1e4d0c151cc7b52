from .auction_draws import AuctionDraws
from .auctions import AllocationWelfare, allocation_welfare
from .bilateral_trade import GainsFromTrade, gains_from_trade
from .coupling import Coupling, coupling_constant
from .dominance import Reduction, undominated
from .information import InformationValue, value_of_information, without_types
from .markets import CournotOutcome, cournot_outcome, expected_total
from .multiplicity import Multiplicity, multiplicity
from .observed_bids import values_from_bids
from .optimal_auctions import optimal_reserve, optimal_revenue, virtual_value
from .quantal_count import QuantalCount, count_quantal_responses, phase_change
from .revenue import revenue
from .sensitivity import Sensitivity, prior_sensitivity
from .simulation import simulate
from .value_estimate import Band, ValueEstimate
from .welfare import Efficiency, efficiency, expected_payoffs, first_best, team_optimum, welfare

__all__ = [
    "AllocationWelfare",
    "AuctionDraws",
    "Band",
    "Coupling",
    "CournotOutcome",
    "Efficiency",
    "GainsFromTrade",
    "InformationValue",
    "Multiplicity",
    "QuantalCount",
    "Reduction",
    "Sensitivity",
    "ValueEstimate",
    "allocation_welfare",
    "count_quantal_responses",
    "coupling_constant",
    "cournot_outcome",
    "efficiency",
    "expected_payoffs",
    "expected_total",
    "first_best",
    "gains_from_trade",
    "multiplicity",
    "optimal_reserve",
    "optimal_revenue",
    "phase_change",
    "prior_sensitivity",
    "revenue",
    "simulate",
    "team_optimum",
    "undominated",
    "value_of_information",
    "values_from_bids",
    "virtual_value",
    "welfare",
    "without_types",
]
