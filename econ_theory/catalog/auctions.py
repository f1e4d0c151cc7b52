"""Every auction of the catalog, in one tuple."""

from __future__ import annotations

from functools import cache

from econ_theory.catalog.all_pay_auctions import all_pay, contests
from econ_theory.catalog.auction_entry import AuctionEntry
from econ_theory.catalog.double_auctions import double_auctions
from econ_theory.catalog.gaussian import gaussian_games
from econ_theory.catalog.interdependent_values import interdependent_values
from econ_theory.catalog.local_global import local_global
from econ_theory.catalog.multi_unit import multi_unit
from econ_theory.catalog.participation import participation_games
from econ_theory.catalog.price_auctions import (
    asymmetric_prices,
    other_prices,
    risk_averse,
    risk_neutral,
)
from econ_theory.catalog.smooth_games import (
    markets_of_private_costs,
    public_goods,
    tullock_contests,
)
from econ_theory.catalog.split_award import split_awards

__all__ = ["auctions"]


@cache
def auctions() -> tuple[AuctionEntry, ...]:
    """Return the auctions and contests with equilibria in closed form; names are distinct.

    >>> from econ_theory import certify
    >>> entry = auctions()[0]
    >>> entry.name, entry.expressions
    ('first_price_2', (v/2,))
    >>> certify(entry.game, entry.equilibrium).relative < 1e-6
    True
    """
    return (
        *risk_neutral(),
        *risk_averse(),
        *asymmetric_prices(),
        *other_prices(),
        *all_pay(),
        *contests(),
        *markets_of_private_costs(),
        *public_goods(),
        *tullock_contests(),
        *double_auctions(),
        *multi_unit(),
        *split_awards(),
        *gaussian_games(),
        *local_global(),
        *participation_games(),
        *interdependent_values(),
    )
