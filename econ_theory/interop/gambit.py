"""To and from `pygambit` games, by way of Gambit's own files, so that nothing is rounded."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from econ_theory.errors import GameError, require
from econ_theory.interop.efg_read import loads_efg
from econ_theory.interop.efg_write import dumps_efg
from econ_theory.interop.nfg import loads_nfg
from econ_theory.strategies import StrategyProfile

if TYPE_CHECKING:
    from econ_theory.games import BayesianGame

__all__ = ["from_pygambit", "profile_from_pygambit", "to_pygambit"]

_LABEL = re.compile(r"[!-~]+(?: [!-~]+)*")
_MISREAD = re.compile(r'\\(?=[\\"]|\Z)')
_WANTED = (
    "printable ASCII with single spaces between words, no backslash at its end, before a quote or "
    "beside another, which is what Gambit takes"
)


def to_pygambit(game: BayesianGame) -> Any:
    """Return `game` as a `pygambit.Game` in extensive form: one information set an own type.

    Raises
    ------
    MissingExtra
        If pygambit is not installed.
    GameError
        If the tree would have more than 4 million payoffs, or naming a label that Gambit refuses or
        would change: it wants printable ASCII, single spaces within, no player "Chance".

    Examples
    --------
    >>> from econ_theory.games import BayesianGame
    >>> tree = to_pygambit(BayesianGame([0.25, 0.75], [[[0.0, 1.0], [1.0, 0.0]]]))
    >>> len(tree.infosets)
    2
    """
    gambit = require("pygambit", "interop")
    _check_labels(game)
    return gambit.read_efg(io.BytesIO(dumps_efg(game).encode()))


def _check_labels(game: BayesianGame) -> None:
    """Raise `GameError` naming the first label that does not reach Gambit as it is."""
    players = {f"player {i + 1}": label for i, label in enumerate(game.players)}
    types = {f"type of {p}": labels for p, labels in zip(game.players, game.types, strict=True)}
    actions = {
        f"action of {p}": labels for p, labels in zip(game.players, game.actions, strict=True)
    }
    several = (
        (what, label) for lists in (types, actions) for what in lists for label in lists[what]
    )
    for what, label in (*players.items(), *several):
        reserved = label == "Chance" and what in players
        if reserved or not _LABEL.fullmatch(label) or _MISREAD.search(label):
            want = "another name: Gambit calls nature so" if reserved else _WANTED
            raise GameError(
                f"the label of {what} is {label!r}, want {want}; pass game.relabelled(...)."
            )
    if _MISREAD.search(game.title):
        raise GameError(
            f"the title is {game.title!r}, want no backslash at its end, before a quote or beside "
            "another: Gambit misreads it; pass game.relabelled(title=...)."
        )


def from_pygambit(game: Any) -> BayesianGame:
    """Return a `pygambit.Game` as a Bayesian game: a tree by its types, a table without types.

    Raises
    ------
    FormatError
        If the tree is no Bayesian game; lines are those of ``game.to_efg()``.

    Examples
    --------
    >>> import pygambit
    >>> from_pygambit(pygambit.Game.from_arrays([[1, 0]], [[2, 3]]))
    BayesianGame('Untitled strategic game', 2 players, types (1, 1), actions (1, 2))
    """
    if game.is_tree:
        return loads_efg(game.to_efg(), source="pygambit game")
    return loads_nfg(game.to_nfg(), source="pygambit game")


def profile_from_pygambit(behavior: Any) -> StrategyProfile:
    """Return a pygambit mixed-behaviour profile as a `StrategyProfile`, exact where it is rational.

    Rows follow the order of the players' information sets, which is the order of types in a game
    that `to_pygambit` made.

    >>> from econ_theory.games import BayesianGame
    >>> tree = to_pygambit(BayesianGame([0.25, 0.75], [[[0.0, 1.0], [1.0, 0.0]]]))
    >>> profile_from_pygambit(tree.mixed_behavior_profile()).rows[0]
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    from fractions import Fraction

    def plain(number: Any) -> Fraction | float:
        return number if isinstance(number, float) else Fraction(str(number))

    return StrategyProfile(
        [
            [
                [plain(behavior[action]) for action in information.actions]
                for information in player.infosets
            ]
            for player in behavior.game.players
        ]
    )
