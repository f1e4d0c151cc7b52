"""Gambit normal-form (.nfg) files: games without types, and the normal form of those with."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError
from econ_theory.forms import harsanyi_form
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.games.finite.labels import default_labels
from econ_theory.interop.text import MOST_CELLS, distinct, number_text, quoted, read_text
from econ_theory.interop.tokens import Tokens

__all__ = ["dumps_nfg", "loads_nfg", "read_nfg", "write_nfg"]


def write_nfg(game: BayesianGame, path: str | Path) -> None:
    """Write the normal form of `game` to `path` as a Gambit strategic game; see `dumps_nfg`.

    Raises
    ------
    GameError
        If the normal form would have more than 4 million payoffs.
    """
    Path(path).write_text(dumps_nfg(game), encoding="utf-8", newline="\n")


def dumps_nfg(game: BayesianGame) -> str:
    """Return the text of a Gambit strategic game: the normal form of `game`.

    A game with types is written as its Harsanyi normal form, whose strategies are plans; lift an
    equilibrium back with ``harsanyi_form(game).lift``.

    >>> from econ_theory.games import BayesianGame
    >>> print(dumps_nfg(BayesianGame([1.0], [[[3.0, 0.5]]], title="Choice")))
    NFG 1 R "Choice" { "player 1" }
    { { "a1" "a2" } }
    ""
    <BLANKLINE>
    3
    0.5
    <BLANKLINE>

    Raises
    ------
    GameError
        If the normal form would have more than 4 million payoffs.

    Source: Gambit project, "The strategic game (.nfg) file format, payoff version".
    """
    plain = math.prod(game.n_types) == 1
    n = game.n_players
    sizes = [float(a) ** t for t, a in zip(game.n_types, game.n_actions, strict=True)]
    if math.prod(sizes) * n > MOST_CELLS:
        raise GameError(
            f"the normal form of {game!r} has {math.prod(sizes) * n:.3g} payoffs, want at most "
            f"{MOST_CELLS:,}; write the extensive form with write_efg."
        )
    form = game if plain else harsanyi_form(game).game
    cells = np.stack(
        [np.broadcast_to(u, (*form.n_types, *form.n_actions)) for u in form.given[1]]
    ).reshape(n, *form.n_actions)
    players = " ".join(quoted(label) for label in form.players)
    strategies = " ".join(
        "{ " + " ".join(quoted(label) for label in labels) + " }" for labels in form.actions
    )
    # The first player's strategy runs fastest in the file.
    table = cells.reshape(n, -1, order="F").T.tolist()
    lines = [" ".join(number_text(value) for value in row) for row in table]
    return "\n".join(
        [
            f"NFG 1 R {quoted(game.title)} {{ {players} }}",
            f"{{ {strategies} }}",
            '""',
            "",
            *lines,
            "",
        ]
    )


def read_nfg(path: str | Path) -> BayesianGame:
    """Return the game in the Gambit strategic-form file at `path`; see `loads_nfg`.

    Raises
    ------
    FormatError
        Naming the line that is malformed.
    """
    return loads_nfg(read_text(path), source=Path(path).name)


def loads_nfg(text: str, *, source: str = "text") -> BayesianGame:
    """Return the game without types that the text of a Gambit strategic game describes.

    Both versions are read, the one that lists payoffs and the one that lists outcomes. Numbers
    are kept exactly, as Fractions.

    Raises
    ------
    FormatError
        Naming the line that is malformed.

    Examples
    --------
    >>> game = loads_nfg('NFG 1 R "" { "Ann" "Bob" } { 2 1 } 1 2  1/3 4')
    >>> game.given[1][0].ravel()
    array([Fraction(1, 1), Fraction(1, 3)], dtype=object)

    Source: Gambit project, "The strategic game (.nfg) file format".
    """
    tokens = Tokens(text, source)
    tokens.take("NFG", "the first word of a strategic-form file")
    tokens.take("1", "the version of the format")
    if not tokens.at("R") and not tokens.at("D"):
        tokens.refuse(tokens.next.line, f"found {tokens.next}, want 'R' (the number type)")
    tokens.advance()
    title = tokens.string("the title")
    line = tokens.next.line
    players = tokens.players()
    n = len(players)
    strategies = _strategies(tokens, n)
    if len(strategies) != n:
        tokens.refuse(line, f"there are {n} players and {len(strategies)} lists of strategies")
    counts = [given if isinstance(given, int) else len(given) for given in strategies]
    if min(counts) == 0:
        tokens.refuse(line, "a player has no strategies, want at least one")
    if tokens.next.kind == "string":
        tokens.advance()
    cells = math.prod(counts)
    if cells * n > MOST_CELLS:
        count = f"{cells * n:,}" if cells < 1e15 else f"{cells * n:.3g}"
        tokens.refuse(line, f"the game has {count} payoffs, want at most {MOST_CELLS:,}")
    if cells > tokens.length:
        # Each cell has a number of its own, so this one is cut short: no memory is taken for it.
        tokens.refuse(
            line,
            f"the game has {cells:,} cells and the file {tokens.length:,} characters, want a "
            "payoff or an outcome for each cell",
        )
    actions = [default_labels("a", a) if isinstance(a, int) else distinct(a, "a")
               for a in strategies]  # fmt: skip
    values = _outcomes(tokens, n, cells) if tokens.at("{") else _payoffs(tokens, n, cells)
    if tokens.next.kind != "end":
        tokens.refuse(tokens.next.line, f"found {tokens.next} after the last cell, want the end")
    tables = values.T.reshape((n, *counts), order="F").reshape((n, *(1,) * n, *counts))
    one = np.full((1,) * n, Fraction(1), dtype=object)
    try:
        return BayesianGame(
            one,
            list(tables),
            players=distinct(players, "player "),
            actions=actions,
            title=title,
        )
    except GameError as error:
        tokens.refuse(line, str(error).rstrip("."))


def _strategies(tokens: Tokens, n: int) -> list[list[str] | int]:
    """Read ``{ 2 2 }`` or ``{ { "a" "b" } { "c" "d" } }``; stop after more than `n` entries."""
    tokens.take("{", "the list of strategies")
    result: list[list[str] | int] = []
    while not tokens.at("}") and len(result) <= n:
        if tokens.at("{"):
            result.append(tokens.strings("strategies"))
        else:
            result.append(tokens.integer("a number of strategies, or a list of them"))
    if len(result) <= n:
        tokens.advance()
    return result


def _payoffs(tokens: Tokens, n: int, cells: int) -> Array:
    values = np.empty((cells, n), dtype=object)
    for k in range(cells):
        for i in range(n):
            values[k, i] = tokens.number(f"payoff {k * n + i + 1} of {cells * n}")
            if tokens.at(","):
                tokens.advance()
    return values


def _outcomes(tokens: Tokens, n: int, cells: int) -> Array:
    """Read the list of outcomes, then each cell's outcome number; 0 pays nothing."""
    tokens.take("{", "the list of outcomes")
    outcomes = [[Fraction(0)] * n]
    while not tokens.at("}"):
        line = tokens.take("{", "an outcome").line
        if tokens.next.kind == "string":
            tokens.advance()
        payoffs = []
        while not tokens.at("}"):
            payoffs.append(tokens.number("a payoff"))
            if tokens.at(","):
                tokens.advance()
        tokens.advance()
        if len(payoffs) != n:
            tokens.refuse(line, f"outcome {len(outcomes)} has {len(payoffs)} payoffs, want {n}")
        outcomes.append(payoffs)
    tokens.advance()
    values = np.empty((cells, n), dtype=object)
    for k in range(cells):
        line = tokens.next.line
        number = tokens.integer(f"the outcome of cell {k + 1} of {cells}")
        if number >= len(outcomes):
            tokens.refuse(line, f"the outcome is {number}, want 0 to {len(outcomes) - 1}")
        values[k] = outcomes[number]
    return values
