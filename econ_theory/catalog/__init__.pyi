from .all import entries
from .auction_entry import AuctionEntry
from .auctions import auctions
from .base import Entry
from .bimatrix import (
    battle_of_the_sexes,
    chicken,
    hawk_dove,
    matching_pennies,
    prisoners_dilemma,
    stag_hunt,
)
from .coordination import battle_of_the_sexes_one_sided, battle_of_the_sexes_two_sided, global_game
from .families import first_price_auction, global_game_on_grid
from .jury import jury_majority, jury_unanimity
from .markets import cournot, market_for_lemons
from .markov_games import random_markov_game
from .mixing import one_card_poker, purified_pennies
from .public_good import public_good
from .random_games import covariance_game, random_game
from .signaling import beer_quiche

__all__ = [
    "AuctionEntry",
    "Entry",
    "auctions",
    "battle_of_the_sexes",
    "battle_of_the_sexes_one_sided",
    "battle_of_the_sexes_two_sided",
    "beer_quiche",
    "chicken",
    "cournot",
    "covariance_game",
    "entries",
    "first_price_auction",
    "global_game",
    "global_game_on_grid",
    "hawk_dove",
    "jury_majority",
    "jury_unanimity",
    "market_for_lemons",
    "matching_pennies",
    "one_card_poker",
    "prisoners_dilemma",
    "public_good",
    "purified_pennies",
    "random_game",
    "random_markov_game",
    "stag_hunt",
]
