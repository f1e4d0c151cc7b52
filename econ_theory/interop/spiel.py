"""To OpenSpiel, by way of Gambit's extensive form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from econ_theory.errors import require
from econ_theory.interop.efg_write import dumps_efg
from econ_theory.interop.text import distinct

if TYPE_CHECKING:
    from econ_theory.games import BayesianGame

__all__ = ["to_pyspiel"]


def to_pyspiel(game: BayesianGame) -> Any:
    """Return `game` as a `pyspiel.Game`, OpenSpiel's ``efg_game``: an information set an own type.

    OpenSpiel numbers actions by their labels, in the order in which it meets them, whichever
    player's they are: match them by ``state.action_to_string``. Its reader knows no quotes inside
    a label, so double ones become single ones, and commas semicolons. Numbers are floats there.

    Raises
    ------
    MissingExtra
        If open_spiel is not installed.
    GameError
        If the tree would have more than 4 million payoffs.
    """

    # A joint type is named by its types with commas between, and the names must differ.
    spoken = str.maketrans({'"': "'", "\\": "/", ",": ";"})

    def plain(labels: Sequence[str], stem: str) -> tuple[str, ...]:
        return distinct([label.translate(spoken) for label in labels], stem)

    tame = game.relabelled(
        players=plain(game.players, "player "),
        types=[plain(labels, "t") for labels in game.types],
        actions=[plain(labels, "a") for labels in game.actions],
        title=game.title.translate(spoken),
    )
    return require("pyspiel", "interop").load_efg_game(dumps_efg(tame))
