"""Results as tidy tables: one row an observation, labels of the game, in `pandas`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, count
from typing import TYPE_CHECKING, Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError, RefusedError, require
from econ_theory.games.finite.labels import Labels
from econ_theory.interop.labelled import game_frame
from econ_theory.interop.text import MOST_CELLS
from econ_theory.records.kinds import kind_of

if TYPE_CHECKING:
    import pandas

__all__ = ["to_pandas"]

Columns = dict[str, Any]

_TEXTS = ("player", "state", "type", "action")


def to_pandas(result: Any) -> pandas.DataFrame:
    """Return `result` as a tidy frame, one row an observation.

    What is a row, by what is given:

    * a `BayesianGame`: a player, joint type and joint action; see `from_pandas`
    * a `StrategyProfile`, `MarkovProfile`: an action of a type, with its ``probability``
    * a `BidProfile`: a knot of a bid function; `AffineProfile`, `StepProfile`: a slope, a piece
    * a `Certificate`: a type (or interval of types), with its ``gain`` and the action that gains it
    * a `Solution` or `MarkovSolution`: as its profile; a list of them, or `Equilibria`: the same of
      each, numbered from 1 in the column ``equilibrium``, and ``epsilon``
    * a `RegretTrace`: a step of a player in a run; a `PlayTrace` or `PlaySummary`: an action in it
    * a `Rate` or a list of them: a rate; a `Ledger`: a claim; a `Branch`: an action at a point

    Players, types and actions are categories in the order of the game; `attrs` holds what is said
    of the whole.

    Raises
    ------
    MissingExtra
        If pandas is not installed.
    RefusedError
        If there is no table for what is given; says of what there is.
    GameError
        If the frame of a game, of play or of regret would have more than 4 million rows.

    Examples
    --------
    >>> from econ_theory import StrategyProfile
    >>> print(to_pandas(StrategyProfile([[[0.25, 0.75]], [[1.0]]])).to_string(index=False))
      player type action  probability
    player 1   t1     a1         0.25
    player 1   t1     a2         0.75
    player 2   t1     a1         1.00
    """
    pandas = require("pandas", "interop")
    kind = kind_of(type(result))
    if kind == "game":
        return game_frame(result)
    if kind is None and isinstance(result, (list, tuple)) and result:
        kinds = {kind_of(type(part)) for part in result}
        if kinds == {"rate"}:
            kind = "rates"
        elif kinds <= {"solution", "markov-solution", "continuous-solution"}:
            kind = "equilibria"
    if kind not in _COLUMNS:
        raise RefusedError(
            f"the object is a {type(result).__name__}, want one of {', '.join(_COLUMNS)}, or a "
            "list of solutions or rates; there is no table for others."
        )
    columns = _COLUMNS[kind](result)
    frame = pandas.DataFrame(columns)
    for name in frame.columns:
        if name in _TEXTS and len(frame) and isinstance(columns[name][0], str):
            order = list(dict.fromkeys(columns[name]))
            frame[name] = pandas.Categorical(frame[name], order)
    for name in ("solver", "status", "reason", "complete", "entropy", "kind", "basis"):
        if hasattr(result, name):
            value = getattr(result, name)
            frame.attrs[name] = getattr(value, "name", value)
    return frame


def _rows(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Columns:
    """Return columns from rows; text stays objects, numbers become arrays."""
    table = list(rows)
    columns = list(zip(*table, strict=True)) if table else [()] * len(names)
    return {
        name: _objects(column) if column and isinstance(column[0], str) else list(column)
        for name, column in zip(names, columns, strict=True)
    }


def _objects(values: Sequence[Any]) -> Array:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _labels(result: Any, shapes: Sequence[tuple[int, int]], n_states: int = 0) -> Labels:
    return result.labels or Labels.counted(shapes, n_states)


def _profile(profile: Any) -> Columns:
    labels = _labels(profile, [row.shape for row in profile.rows])
    return _rows(
        ("player", "type", "action", "probability"),
        (
            (player, labels.types[i][t], labels.actions[i][a], p)
            for i, player in enumerate(labels.players)
            for (t, a), p in np.ndenumerate(profile.rows[i])
        ),
    )


def _markov_profile(profile: Any) -> Columns:
    labels = _labels(profile, [row.shape[1:] for row in profile.rows], profile.n_states)
    return _rows(
        ("player", "state", "type", "action", "probability"),
        (
            (player, labels.states[s], labels.types[i][t], labels.actions[i][a], p)
            for i, player in enumerate(labels.players)
            for (s, t, a), p in np.ndenumerate(profile.rows[i])
        ),
    )


def _bids(profile: Any) -> Columns:
    schedules = [getattr(strategy, "functions", (strategy,)) for strategy in profile.functions]
    return _rows(
        ("player", "unit", "type", "bid"),
        (
            (f"player {i + 1}", k + 1, float(v), float(b))
            for i, functions in enumerate(schedules)
            for k, f in enumerate(functions)
            for v, b in zip(f.types, f.bids, strict=True)
        ),
    )


def _affine(profile: Any) -> Columns:
    return _rows(
        ("player", "component", "constant", "signal", "slope"),
        (
            (f"player {i + 1}", k + 1, float(rule.constant[k]), m + 1, float(slope))
            for i, rule in enumerate(profile.rules)
            for (k, m), slope in np.ndenumerate(rule.slopes)
        ),
    )


def _steps(profile: Any) -> Columns:
    return _rows(
        ("player", "low", "high", "probability"),
        (
            (f"player {i + 1}", float(low), float(high), float(share))
            for i, f in enumerate(profile.functions)
            for low, high, share in zip(
                (-np.inf, *f.cuts), (*f.cuts, np.inf), f.shares, strict=True
            )
        ),
    )


def _certificate(certificate: Any) -> Columns:
    labels = certificate._names
    return _rows(
        ("player", "type", "probability", "gain", "action"),
        (
            (
                labels.players[i],
                labels.types[i][t],
                certificate.weights[i][t],
                gain,
                labels.actions[i][int(certificate.actions[i][t])],
            )
            for i, gains in enumerate(certificate.gains)
            for t, gain in enumerate(gains)
        ),
    )


def _markov_certificate(certificate: Any) -> Columns:
    labels = certificate._names
    return _rows(
        ("player", "state", "type", "probability", "gain", "one_shot", "action"),
        (
            (
                labels.players[i],
                labels.states[k // len(labels.types[i])],
                labels.types[i][k % len(labels.types[i])],
                certificate.weights[i][k],
                gain,
                certificate.one_shot[i][k],
                labels.actions[i][int(certificate.actions[i][k])],
            )
            for i, gains in enumerate(certificate.gains)
            for k, gain in enumerate(gains)
        ),
    )


def _continuous_certificate(certificate: Any) -> Columns:
    parts = ("weights", "gains", "estimates", "actions")
    return _rows(
        ("player", "low", "high", "probability", "gain", "found", "action"),
        (
            (
                f"player {i + 1}",
                *map(float, ends),
                *(float(getattr(certificate, p)[i][c]) for p in parts),
            )
            for i, types in enumerate(certificate.types)
            for c, ends in enumerate(types)
        ),
    )


def _solution(solution: Any) -> Columns:
    return _COLUMNS[kind_of(type(solution.profile)) or ""](solution.profile)


def _equilibria(solutions: Iterable[Any]) -> Columns:
    each = [(k, s.certificate.epsilon, _solution(s)) for k, s in zip(count(1), solutions)]
    whole: Columns = {"equilibrium": [], "epsilon": []}
    for k, epsilon, columns in each:
        size = len(next(iter(columns.values())))
        parts = {"equilibrium": [k] * size, **columns, "epsilon": [epsilon] * size}
        for name, column in parts.items():
            whole.setdefault(name, []).extend(column)
    order = list(each[0][2]) if each else []
    return {
        name: _objects(whole[name]) if name in _TEXTS else whole[name]
        for name in ("equilibrium", *order, "epsilon")
    }


def _check_rows(what: str, rows: int) -> None:
    if rows > MOST_CELLS:
        raise GameError(
            f"the frame of {what} has {rows:,} rows, want at most {MOST_CELLS:,}; take fewer steps "
            "or runs, or read its arrays."
        )


def _runs(batch: tuple[int, ...], shape: tuple[int, ...]) -> Columns:
    """Return the numbers, from 1, of run (and game before it) of every entry of `shape`."""
    names = {1: ["run"], 2: ["game", "run"]}.get(len(batch))
    names = names or [f"axis {k + 1}" for k in range(len(batch))]
    return {name: np.indices(shape)[k].ravel() + 1 for k, name in enumerate(names)}


def _regret(trace: Any) -> Columns:
    shape, batch = trace.cumulative.shape, trace.batch
    _check_rows("regret", trace.cumulative.size)
    places = np.indices(shape)
    players = [f"player {i + 1}" for i in range(shape[-1])]
    if trace.kind == "welfare":
        players = ["everybody"]
    return {
        **_runs(batch, shape),
        "step": trace.steps[places[-2].ravel()],
        "player": _objects([players[i] for i in places[-1].ravel()]),
        "regret": trace.cumulative.ravel(),
        "average": trace.average.ravel(),
    }


def _play(play: Any) -> Columns:
    parts: list[Columns] = []
    _check_rows("play", sum(play.played(i).size for i in range(play.n_players)))
    for i in range(play.n_players):
        played = play.played(i)
        places = np.indices(played.shape)
        parts.append(
            {
                **_runs(play.batch, played.shape),
                "step": play.steps[places[-3].ravel()],
                "player": [f"player {i + 1}"] * played.size,
                "type": [f"t{t + 1}" for t in places[-2].ravel()],
                "action": [f"a{a + 1}" for a in places[-1].ravel()],
                "probability": played.ravel(),
                "average": play.average(i).ravel(),
            }
        )
    joined = {name: list(chain.from_iterable(part[name] for part in parts)) for name in parts[0]}
    return {name: _objects(part) if name in _TEXTS else part for name, part in joined.items()}


def _rates(rates: Sequence[Any]) -> Columns:
    names = ("exponent", "low", "high", "p_value", "burn_in", "n_runs", "method")
    return _rows(
        names,
        (
            (
                r.exponent,
                *r.interval,
                np.nan if r.linear_test is None else r.linear_test.p_value,
                r.burn_in,
                r.n_runs,
                r.method,
            )
            for r in rates
        ),
    )


def _ledger(ledger: Any) -> Columns:
    return _rows(
        ("claim", "verdict", "number", "low", "high", "quantity", "trials", "seconds", "statement"),
        (
            (
                row.id,
                row.finding.verdict,
                float(row.finding.number),
                *map(float, row.finding.interval),
                row.finding.quantity,
                row.n_trials,
                row.seconds,
                row.claim.statement,
            )
            for row in ledger
        ),
    )


def _branch(branch: Any) -> Columns:
    whole: Columns = {}
    heats = zip(branch.rates, branch.temperatures, branch.relative, strict=True)
    for k, ((rate, heat, relative), profile) in enumerate(zip(heats, branch.profiles, strict=True)):
        columns = _profile(profile)
        size = len(columns["player"])
        point = {"point": k + 1, "rate": rate, "temperature": heat, "relative": relative}
        parts = {**{name: [value] * size for name, value in point.items()}, **columns}
        for name, column in parts.items():
            whole.setdefault(name, []).extend(column)
    return {name: _objects(part) if name in _TEXTS else part for name, part in whole.items()}


_COLUMNS: dict[str, Callable[[Any], Columns]] = {
    "strategy-profile": _profile,
    "markov-profile": _markov_profile,
    "bid-profile": _bids,
    "affine-profile": _affine,
    "step-profile": _steps,
    "certificate": _certificate,
    "markov-certificate": _markov_certificate,
    "continuous-certificate": _continuous_certificate,
    "solution": _solution,
    "markov-solution": _solution,
    "continuous-solution": _solution,
    "equilibria": _equilibria,
    "regret-trace": _regret,
    "play-trace": _play,
    "play-summary": _play,
    "rate": lambda rate: _rates([rate]),
    "rates": _rates,
    "ledger": _ledger,
    "branch": _branch,
}
