"""Games and equilibria as LaTeX tables, laid out as a paper prints them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError, RefusedError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.games.finite.labels import Labels
from econ_theory.interop.latex_text import latex_label, latex_number
from econ_theory.records.kinds import kind_of

__all__ = ["to_latex"]

MOST_TABLES, MOST_ROWS, MOST_COLUMNS = 32, 60, 20

Row = Sequence[str]


def to_latex(result: Any) -> str:
    r"""Return a game, a strategy profile, a solution or equilibria as LaTeX.

    A game is one table for each joint type of positive probability (and each action of third and
    further players): the first player's actions down, the second's across, in each cell what
    everyone gets. A payoff is underlined where the action is a best reply to the others' at these
    types. A strategy reads ``6/7 enter + 1/7 stay out``, a row a type. Needs the packages booktabs
    and amsmath, and text in UTF-8.

    Raises
    ------
    GameError
        If the game or profile is larger than a page: 32 tables, 60 rows or 20 columns.
    RefusedError
        If there is no table for what is given; `to_pandas` has more.

    Examples
    --------
    >>> u = np.array([[3, 0], [5, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [u, u.swapaxes(2, 3)], title="Prisoner's dilemma",
    ...                     players=["Ann", "Bob"], actions=[["keep", "tell"]] * 2)
    >>> print(to_latex(game))
    \begin{table}[htbp]
      \centering
      \caption{Prisoner's dilemma}
      \begin{tabular}{lcc}
        \toprule
        & \multicolumn{2}{c}{Bob} \\
        \cmidrule(lr){2-3}
        Ann & keep & tell \\
        \midrule
        keep & $3,\, 3$ & $0,\, \underline{5}$ \\
        tell & $\underline{5},\, 0$ & $\underline{1},\, \underline{1}$ \\
        \bottomrule
      \end{tabular}
    \end{table}
    """
    kind = kind_of(type(result))
    if kind == "game":
        return "\n\n".join(_game_tables(result))
    if kind in ("strategy-profile", "markov-profile"):
        return _strategies([result], "")
    if kind in ("solution", "markov-solution"):
        return _strategies([result.profile], _found(result))
    if kind == "equilibria":
        found = list(result)
        count = f"{len(found)} {'equilibrium' if len(found) == 1 else 'equilibria'}"
        whole = "all there are" if result.complete else "there may be more"
        return _strategies([s.profile for s in found], f"{count}; {whole}")
    raise RefusedError(
        f"the object is a {type(result).__name__}, want a BayesianGame, a StrategyProfile, a "
        "MarkovProfile, a Solution of one of them or Equilibria; other results have "
        "to_pandas(result).to_latex()."
    )


def _game_tables(game: BayesianGame) -> Iterator[str]:
    n = game.n_players
    prior, payoffs = game.given
    rows, columns = game.n_actions[0], game.n_actions[1] if n > 1 else 1
    types = [t for t in np.ndindex(game.n_types) if prior[t] > 0]
    others = list(product(*map(range, game.n_actions[2:])))
    if len(types) * len(others) > MOST_TABLES or rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise GameError(
            f"{game!r} takes {len(types) * len(others)} tables of {rows} rows and {columns} "
            f"columns, want at most {MOST_TABLES}, {MOST_ROWS} and {MOST_COLUMNS}; print a part "
            "of it, or use to_pandas."
        )
    shape = (*game.n_types, *game.n_actions)
    whole = [np.broadcast_to(u, shape) for u in payoffs]
    for t in types:
        tables = [u[t] for u in whole]
        best = [table == table.max(axis=i, keepdims=True) for i, table in enumerate(tables)]
        for rest in others:
            words = [latex_label(game.title)] if game.title else []
            if prior.size > 1:
                who = ", ".join(
                    f"{latex_label(player)} is {latex_label(game.types[i][t[i]])}"
                    for i, player in enumerate(game.players)
                    if game.n_types[i] > 1
                )
                words.append(f"{who} (probability ${latex_number(prior[t])}$)")
            words += [
                f"{latex_label(game.players[j])} plays {latex_label(game.actions[j][a])}"
                for j, a in enumerate(rest, start=2)
            ]
            cells = [
                [_cell(tables, best, (*((a, b) if n > 1 else (a,)), *rest)) for b in range(columns)]
                for a in range(rows)
            ]
            yield _bimatrix(game, cells, "; ".join(words))


def _cell(tables: Sequence[Array], best: Sequence[Array], actions: tuple[int, ...]) -> str:
    numbers = []
    for table, reply in zip(tables, best, strict=True):
        text = latex_number(table[actions])
        numbers.append(rf"\underline{{{text}}}" if reply[actions] else text)
    return "$" + r",\, ".join(numbers) + "$"


def _bimatrix(game: BayesianGame, cells: list[list[str]], caption: str) -> str:
    first, down = latex_label(game.players[0]), map(latex_label, game.actions[0])
    body = [[action, *row] for action, row in zip(down, cells, strict=True)]
    if game.n_players == 1:
        return _table("lc", [], [first, "payoff"], [body], caption)
    across = [latex_label(action) for action in game.actions[1]]
    m = len(across)
    second = latex_label(game.players[1])
    above = [rf"& \multicolumn{{{m}}}{{c}}{{{second}}} \\", rf"\cmidrule(lr){{2-{m + 1}}}"]
    return _table("l" + "c" * m, above, [first, *across], [body], caption)


def _strategies(profiles: Sequence[Any], caption: str) -> str:
    markov = any(kind_of(type(profile)) == "markov-profile" for profile in profiles)
    several = len(profiles) > 1
    header = ["Player", *(["State"] if markov else []), "Type", "Strategy"]
    groups = [
        [[str(k + 1) if several and j == 0 else "", *row] if several else row
         for j, row in enumerate(_profile_rows(profile, markov))]
        for k, profile in enumerate(profiles)
    ]  # fmt: skip
    if sum(map(len, groups)) > MOST_ROWS:
        raise GameError(
            f"the strategies take {sum(map(len, groups))} rows, want at most {MOST_ROWS}; print "
            "some of them, or use to_pandas."
        )
    header = ["", *header] if several else header
    return _table("l" * len(header), [], header, groups, caption)


def _profile_rows(profile: Any, markov: bool) -> Iterator[Row]:
    shapes = [row.shape[-2:] for row in profile.rows]
    n_states = len(profile.rows[0]) if markov else 0
    labels: Labels = profile.labels or Labels.counted(shapes, n_states)
    for i, player in enumerate(labels.players):
        name = latex_label(player)
        for place in np.ndindex(profile.rows[i].shape[:-1]):
            states = [latex_label(labels.states[place[0]])] if markov else []
            kind = latex_label(labels.types[i][place[-1]])
            yield [name, *states, kind, _mixture(profile.rows[i][place], labels.actions[i])]
            name = ""


def _mixture(row: Array, actions: Sequence[str]) -> str:
    terms = [
        rf"\text{{{latex_label(action)}}}"
        if p == 1
        else rf"{latex_number(p)}\,\text{{{latex_label(action)}}}"
        for p, action in zip(row, actions, strict=True)
        if p > 0
    ]
    return f"${' + '.join(terms)}$"


def _found(solution: Any) -> str:
    epsilon = latex_number(solution.certificate.epsilon, 2)
    by = getattr(solution, "solver", "") or solution.reason
    return rf"Found by {latex_label(by)}; $\varepsilon = {epsilon}$"


def _table(
    layout: str, above: Sequence[str], header: Row, groups: Sequence[Sequence[Row]], caption: str
) -> str:
    """Return a floating table; a rule between `groups` of rows."""
    lines = [r"\toprule", *above, " & ".join(header) + r" \\"]
    for group in groups:
        lines += [r"\midrule", *(" & ".join(row) + r" \\" for row in group)]
    lines.append(r"\bottomrule")
    return "\n".join(
        [
            r"\begin{table}[htbp]",
            r"  \centering",
            *([rf"  \caption{{{caption}}}"] if caption else []),
            rf"  \begin{{tabular}}{{{layout}}}",
            *(f"    {line}".rstrip() for line in lines),
            r"  \end{tabular}",
            r"\end{table}",
        ]
    )
