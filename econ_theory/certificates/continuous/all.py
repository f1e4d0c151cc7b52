"""The judge of every family of games with continuous types."""

from __future__ import annotations

from econ_theory.certificates.continuous.aggregative_games.judge import AGGREGATIVE_GAMES
from econ_theory.certificates.continuous.auctions import AUCTIONS
from econ_theory.certificates.continuous.base import Judge
from econ_theory.certificates.continuous.double_auctions.judge import DOUBLE_AUCTIONS
from econ_theory.certificates.continuous.envelope import sampled_gains
from econ_theory.certificates.continuous.gaussian import GAUSSIAN
from econ_theory.certificates.continuous.interdependent.judge import INTERDEPENDENT
from econ_theory.certificates.continuous.local_global.judge import LOCAL_GLOBAL
from econ_theory.certificates.continuous.multi_unit.judge import MULTI_UNIT
from econ_theory.certificates.continuous.participation import PARTICIPATION
from econ_theory.certificates.continuous.split_award.judge import SPLIT_AWARD
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.aggregative_game import AggregativeGame
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.double_auction import DoubleAuction
from econ_theory.games.continuous.gaussian_game import GaussianGame
from econ_theory.games.continuous.interdependent_auction import InterdependentAuction
from econ_theory.games.continuous.local_global_auction import LocalGlobalAuction
from econ_theory.games.continuous.multi_unit_auction import MultiUnitAuction
from econ_theory.games.continuous.participation_game import ParticipationGame
from econ_theory.games.continuous.split_award import SplitAward

__all__ = ["JUDGES", "judge_of"]

JUDGES: dict[type[ContinuousGame], Judge] = {
    AggregativeGame: AGGREGATIVE_GAMES,
    AuctionGame: AUCTIONS,
    DoubleAuction: DOUBLE_AUCTIONS,
    GaussianGame: GAUSSIAN,
    MultiUnitAuction: MULTI_UNIT,
    SplitAward: SPLIT_AWARD,
    InterdependentAuction: INTERDEPENDENT,
    LocalGlobalAuction: LOCAL_GLOBAL,
    ParticipationGame: PARTICIPATION,
}


def judge_of(game: ContinuousGame) -> Judge:
    """Return the judge of `game`'s family; of another, one that samples what `ex_post` states.

    Raises
    ------
    RefusedError
        If there is none, and the game states no payoffs of single draws.
    """
    for family in type(game).__mro__:
        if family in JUDGES:
            return JUDGES[family]
    if game.stated_by_payoffs:
        return Judge(sampled_gains)
    raise RefusedError(
        f"{type(game).__name__} has no judge, want one of "
        f"{', '.join(family.__name__ for family in JUDGES)}; state payoffs draw by draw (ex_post, "
        "action_range) to have them sampled, or add a judge to "
        "econ_theory.certificates.continuous.all."
    )
