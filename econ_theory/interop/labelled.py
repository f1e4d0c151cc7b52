"""To and from labelled tables: an `xarray.Dataset`, and a tidy `pandas.DataFrame` of payoffs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError, require
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.interop.text import MOST_CELLS

if TYPE_CHECKING:
    import pandas
    import xarray

__all__ = ["from_pandas", "from_xarray", "to_pandas", "to_xarray"]


def to_xarray(game: BayesianGame) -> xarray.Dataset:
    """Return `game` as a Dataset: ``prior``, and ``payoff[Ann]`` for each player Ann.

    Dimensions are ``type[Ann]`` and ``action[Ann]``, with the labels as coordinates. A payoff that
    does not depend on one lacks that dimension: xarray broadcasts as the game does. Fractions stay
    Fractions.

    Examples
    --------
    >>> import numpy as np
    >>> meet = np.array([[2.0, 0.0], [0.0, 1.0]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame(
    ...     [[0.5], [0.5]], [meet, meet], players=["Ann", "Bob"], types=[["keen", "shy"], None]
    ... )
    >>> data = to_xarray(game)
    >>> dict(data["prior"].sizes), dict(data["payoff[Bob]"].sizes)
    ({'type[Ann]': 2, 'type[Bob]': 1}, {'action[Ann]': 2, 'action[Bob]': 2})
    >>> data["payoff[Bob]"].sel({"action[Ann]": "a2", "action[Bob]": "a2"}).item()
    1.0

    Raises
    ------
    MissingExtra
        If xarray is not installed.
    """
    types, actions = _names("type", game.players), _names("action", game.players)
    labels = dict(zip((*types, *actions), (*game.types, *game.actions), strict=True))
    prior, payoffs = game.given
    variables: dict[str, Any] = {"prior": (types, prior)}
    for name, payoff in zip(_names("payoff", game.players), payoffs, strict=True):
        kept = [d for d, size in zip((*types, *actions), payoff.shape, strict=True) if size > 1]
        variables[name] = (kept, payoff.reshape([size for size in payoff.shape if size > 1]))
    return require("xarray", "interop").Dataset(
        variables,
        coords={dim: list(of) for dim, of in labels.items()},
        attrs={"title": game.title, "players": list(game.players)},
    )


def from_xarray(data: Any) -> BayesianGame:
    """Return the game in a Dataset as `to_xarray` lays it out; dimensions in any order.

    Players are those of ``attrs["players"]``, or in the order of the prior's dimensions. Missing
    coordinates become the usual labels.

    Raises
    ------
    GameError
        Naming the variable or dimension that is missing or too many.

    Examples
    --------
    >>> game = BayesianGame([0.25, 0.75], [[[0.0, 1.0], [1.0, 0.0]]])
    >>> from_xarray(to_xarray(game))
    BayesianGame(1 players, types (2,), actions (2,))
    """
    if not hasattr(data, "data_vars") or "prior" not in data:
        raise GameError(
            f"the object is a {type(data).__name__} without a variable 'prior', want a Dataset "
            "as to_xarray makes it."
        )
    dims = [str(dim) for dim in data["prior"].dims]
    players = list(data.attrs.get("players") or (dim[5:-1] for dim in dims))
    types, actions = _names("type", players), _names("action", players)
    if sorted(dims) != sorted(types):
        raise GameError(f"prior has the dimensions {sorted(dims)}, want {sorted(types)}.")
    payoffs = []
    for name in _names("payoff", players):
        if name not in data:
            raise GameError(f"the variable {name!r} is missing, want the payoff of each player.")
        table, every = data[name], (*types, *actions)
        strange = sorted(set(map(str, table.dims)) - set(every))
        if strange:
            raise GameError(f"{name} has the dimensions {strange}, want some of {list(every)}.")
        kept = [dim for dim in every if dim in table.dims]
        shape = [table.sizes[dim] if dim in kept else 1 for dim in every]
        payoffs.append(table.transpose(*kept).values.reshape(shape))

    def labels(dims: Sequence[str]) -> list[list[str] | None]:
        return [list(map(str, data[dim].values)) if dim in data.coords else None for dim in dims]

    return BayesianGame(
        data["prior"].transpose(*types).values,
        payoffs,
        players=players,
        types=labels(types),
        actions=labels(actions),
        title=str(data.attrs.get("title", "")),
    )


def to_pandas(game: BayesianGame) -> pandas.DataFrame:
    """Return all payoffs of `game` as a tidy frame: one row a player, joint type and joint action.

    The columns are ``player``, ``type[Ann]`` and ``action[Ann]`` for each player Ann (categories,
    in the game's order), ``prior`` and ``payoff``. Axes of length 1 are written out.

    Examples
    --------
    >>> frame = to_pandas(BayesianGame([0.25, 0.75], [[[0.0, 1.0], [1.0, 0.0]]]))
    >>> print(frame.to_string(index=False))
      player type[player 1] action[player 1]  prior  payoff
    player 1             t1               a1   0.25     0.0
    player 1             t1               a2   0.25     1.0
    player 1             t2               a1   0.75     1.0
    player 1             t2               a2   0.75     0.0

    Raises
    ------
    MissingExtra
        If pandas is not installed.
    GameError
        If the frame would have more than 4 million rows.
    """
    shape, n = (*game.n_types, *game.n_actions), game.n_players
    rows = math.prod(shape) * n
    if rows > MOST_CELLS:
        raise GameError(
            f"the frame of {game!r} has {rows:,} rows, want at most {MOST_CELLS:,}; "
            "use to_xarray, which does not expand the game."
        )
    pandas = require("pandas", "interop")
    cells = np.indices((n, *shape)).reshape(2 * n + 1, -1)
    names = ["player", *_names("type", game.players), *_names("action", game.players)]
    columns: dict[str, Any] = {
        name: pandas.Categorical.from_codes(codes, list(labels))
        for name, codes, labels in zip(
            names, cells, (game.players, *game.types, *game.actions), strict=True
        )
    }
    prior, payoffs = game.given
    columns["prior"] = prior[tuple(cells[1 : n + 1])]
    columns["payoff"] = np.concatenate([np.broadcast_to(u, shape).ravel() for u in payoffs])
    frame = pandas.DataFrame(columns)
    frame.attrs["title"] = game.title
    return frame


def from_pandas(frame: Any) -> BayesianGame:
    """Return the game in a frame as `to_pandas` lays it out; rows and columns in any order.

    Labels come in the order of their categories, or of their first row. A frame without ``prior``
    and without any type is a game without types. For wide tables, whose rows and columns are
    actions, see `BayesianGame.bimatrix`.

    Raises
    ------
    GameError
        Naming the column that is missing, or how many rows are missing or there twice.

    Examples
    --------
    >>> frame = to_pandas(BayesianGame([0.25, 0.75], [[[0.0, 1.0], [1.0, 0.0]]]))
    >>> from_pandas(frame.sample(frac=1.0, random_state=0))
    BayesianGame(1 players, types (2,), actions (2,))
    """
    if "player" not in getattr(frame, "columns", ()):
        raise GameError(
            f"the object is a {type(frame).__name__} without a column 'player', want a DataFrame "
            "as to_pandas makes it."
        )
    numbers, players = _codes(frame["player"])
    n, rows = len(players), len(frame)
    types, actions = _names("type", players), _names("action", players)
    if not {*types, "prior"} & set(frame.columns):
        frame = frame.assign(prior=1.0, **dict.fromkeys(types, "t1"))
    names = [*types, *actions]
    missing = [name for name in (*names, "prior", "payoff") if name not in frame.columns]
    if missing:
        raise GameError(f"the frame lacks the columns {missing}, want those of to_pandas.")
    codes, labels = zip(*(_codes(frame[name]) for name in names), strict=True)
    shape = (n, *map(len, labels))
    flat = np.ravel_multi_index((numbers, *codes), shape)
    if rows != math.prod(shape) or len(np.unique(flat)) != rows:
        raise GameError(
            f"the frame has {rows} rows, {len(np.unique(flat))} of them distinct, want "
            f"{math.prod(shape)}: one for each player, joint type and joint action."
        )
    order = np.argsort(flat)
    # By way of lists, an object column of floats becomes an array of floats.
    payoffs = np.array(frame["payoff"].tolist())[order].reshape(shape)
    chances = np.array(frame["prior"].tolist())[order].reshape(n, *shape[1 : n + 1], -1)
    prior = chances[0, ..., 0]
    if (chances != prior[..., None]).any():
        raise GameError("prior differs between rows of one joint type, want one number for each.")
    return BayesianGame(
        prior,
        [np.array(payoff.tolist()) for payoff in payoffs],
        players=players,
        types=labels[:n],
        actions=labels[n:],
        title=str(frame.attrs.get("title", "")),
    )


def _names(what: str, players: Sequence[str]) -> list[str]:
    return [f"{what}[{player}]" for player in players]


def _codes(column: Any) -> tuple[Array, list[str]]:
    """Return each row's label as a number, and the labels."""
    if hasattr(column, "cat"):
        codes, labels = column.cat.codes.to_numpy(), column.cat.categories
    else:
        codes, labels = column.factorize()
    if (codes < 0).any():
        raise GameError(f"the column {column.name!r} has rows without a label, want one in each.")
    return codes.astype(np.int64), [str(label) for label in labels]
