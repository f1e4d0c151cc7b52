"""Every game of the catalog, in one tuple."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache

from econ_theory.catalog.base import Entry
from econ_theory.catalog.bimatrix import (
    battle_of_the_sexes,
    chicken,
    hawk_dove,
    matching_pennies,
    prisoners_dilemma,
    stag_hunt,
)
from econ_theory.catalog.coordination import (
    battle_of_the_sexes_one_sided,
    battle_of_the_sexes_two_sided,
    global_game,
)
from econ_theory.catalog.jury import jury_majority, jury_unanimity
from econ_theory.catalog.markets import cournot, market_for_lemons
from econ_theory.catalog.mixing import one_card_poker, purified_pennies
from econ_theory.catalog.public_good import public_good
from econ_theory.catalog.signaling import beer_quiche

__all__ = ["entries"]


@cache
def entries() -> tuple[Entry, ...]:
    """Return the catalog's games with known equilibria; names are distinct.

    >>> sorted(entry.name for entry in entries())[:2]
    ['battle_of_the_sexes', 'battle_of_the_sexes_one_sided']
    """
    return (
        prisoners_dilemma(),
        matching_pennies(1),
        matching_pennies(),
        battle_of_the_sexes(),
        chicken(),
        hawk_dove(),
        stag_hunt(),
        battle_of_the_sexes_one_sided(),
        battle_of_the_sexes_two_sided(),
        global_game(),
        market_for_lemons(),
        cournot(),
        jury_majority(),
        jury_unanimity(),
        one_card_poker(),
        purified_pennies(),
        public_good(),
        replace(public_good(3, low=Fraction(4, 9)), name="public_good_low_mixes"),
        replace(
            public_good(2, Fraction(1, 8), Fraction(3, 8), Fraction(1, 4)),
            name="public_good_high_mixes",
        ),
        beer_quiche(),
    )
