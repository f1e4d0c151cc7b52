"""Split awards with equilibria in closed form."""

from __future__ import annotations

from econ_theory.catalog.auction_entry import AuctionEntry
from econ_theory.catalog.schedule_entry import ScheduleEntry
from econ_theory.games.continuous.priors import Uniform
from econ_theory.games.continuous.split_award import SplitAward

__all__ = ["split_awards"]


def split_awards() -> list[AuctionEntry]:
    """Return split awards; expressions are the asks for the whole contract and for a half."""
    from sympy import Min, Rational, Symbol

    v, low, high, c = Symbol("v"), Rational(1), Rational(7, 5), Rational(3, 10)
    game = SplitAward(Uniform(float(low), float(high)), float(c))
    below = (v - low) / (high - low)
    # The highest half that the lowest cost does not undercut; singles that keep it from rising.
    half = (1 - c) * low
    deterring = half + (half - c * high * below) / (1 - below)
    source = "Anton and Yao 1992"
    return [
        ScheduleEntry(
            "split_award_pooling",
            game,
            (Min(deterring, 3), half),
            source,
            (0.34,),
        ),
        ScheduleEntry(
            "split_award_pooling_at_cost",
            game,
            (2 * c * high, c * high),
            source,
            (0.06,),
            # The lowest of a continuum of halves: at less, high costs lose.
            off=0.95,
        ),
        ScheduleEntry(
            "split_award_winner_takes_all",
            game,
            ((v + high) / 2, (v + high) / 2 - c * low),
            source,
            (1 / 15,),
        ),
    ]
