"""`econ show FILE`: the game itself, by its own labels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from econ_theory import BayesianGame
from econ_theory.records.files import write_text
from llm_bridge.cli.console import complain, guarded, out, say, shown
from llm_bridge.cli.files import check_target, read_game

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["show"]

MOST_CELLS = 256
"""Payoff cells, over all joint types, up to which the payoffs are printed."""

MOST_BITS = 64
"""Size up to which a fraction is printed as one."""

PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport "
    'content="width=device-width"><title>{title}</title><style>body{{font:16px system-ui;'
    "margin:2rem}}table{{border-collapse:collapse;margin-block:1rem}}caption{{text-align:left;"
    "font-weight:600}}th,td{{border:1px solid;padding:.3rem .6rem;text-align:left}}</style>"
    "<main>{body}</main></html>\n"
)


@guarded
def show(
    file: Annotated[Path, typer.Argument(help="A game: .efg, .nfg or .json.")],
    html: Annotated[Path | None, typer.Option(help="Write a page to this file instead.")] = None,
) -> None:
    """Print a game file: players, types with probabilities, actions, and payoffs if few."""
    check_target(html, ".html")
    game = read_game(file)
    if html is not None:
        from html import escape

        page = PAGE.format(title=escape(game.title or file.stem), body=game._repr_html_())
        write_text(html, page)
        complain(f"wrote {html}", style="")
        return
    out.print(_summary(game))
    cells = math.prod(game.n_types) * math.prod(game.n_actions)
    if cells > MOST_CELLS:
        say(f"{cells:,} payoffs a player are not shown (more than {MOST_CELLS}).")
        return
    for table in _payoffs(game):
        out.print(table)


def _table(title: str, columns: list[str]) -> Table:
    from rich.table import Table

    table = Table(title=shown(title), title_justify="left")
    for column in columns:
        table.add_column(shown(column))
    return table


def _summary(game: BayesianGame) -> Table:
    table = _table(game.title or "Bayesian game", ["player", "types (probability)", "actions"])
    prior = np.asarray(game.given[0])
    for i in range(game.n_players):
        weights = prior.sum(axis=tuple(j for j in range(game.n_players) if j != i))
        types = zip(game.types[i], weights, strict=True)
        table.add_row(
            shown(game.players[i]),
            shown(", ".join(f"{label} ({_number(weight)})" for label, weight in types)),
            shown(", ".join(game.actions[i])),
        )
    return table


def _payoffs(game: BayesianGame) -> Iterator[Table]:
    """Yield one table a joint type: rows of the first player, columns of the rest."""
    prior, payoffs = game.given
    shape = (*game.n_types, *game.n_actions)
    tensors = [np.broadcast_to(payoff, shape) for payoff in payoffs]
    others = [*product(*map(range, game.n_actions[1:]))]
    columns = [
        ", ".join(game.actions[i][a] for i, a in enumerate(plan, start=1)) for plan in others
    ]
    who = f"payoffs of {', '.join(game.players)}"
    for t in product(*map(range, game.n_types)):
        types = ", ".join(game.types[i][k] for i, k in enumerate(t))
        title = f"{types} (probability {_number(prior[t])}): {who}" if prior.size > 1 else who
        table = _table(title, ["", *columns])
        for a, label in enumerate(game.actions[0]):
            cells = [[tensor[(*t, a, *plan)] for tensor in tensors] for plan in others]
            table.add_row(shown(label), *(shown(", ".join(map(_number, cell))) for cell in cells))
        yield table


def _number(value: Any) -> str:
    if isinstance(value, Fraction):
        bits = value.numerator.bit_length() + value.denominator.bit_length()
        if bits <= MOST_BITS:
            return str(value)
    return f"{float(value):.4g}"
