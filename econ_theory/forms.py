"""Two classical views of a Bayesian game as a game without types, and the way back.

Harsanyi's normal form: one player a player, who picks a whole plan ``t -> a`` before types are
drawn (``A_i ** T_i`` plans). The agent form: one player a (player, type), who picks one action;
null types become players whose payoff is always zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np

from econ_theory.arrays import Array, is_exact
from econ_theory.errors import RefusedError
from econ_theory.games.finite.bayesian import MOST_PLAYERS, BayesianGame
from econ_theory.strategies import StrategyProfile

__all__ = ["Form", "agent_form", "harsanyi_form"]

MOST_ENTRIES = 20_000_000


@dataclass(frozen=True)
class Form:
    """A `game` without types, and `lift`: its profiles as behavioural profiles of the original."""

    game: BayesianGame
    lift: Callable[[StrategyProfile], StrategyProfile]


def harsanyi_form(game: BayesianGame) -> Form:
    """Return the normal form of `game`: a player's actions are its plans, in lexicographic order.

    A mixed strategy over plans lifts to the behavioural strategy with the same marginals,
    ``s_i(a | t) = sum of the weights of plans with plan[t] = a`` (Kuhn 1953: payoffs agree).

    Raises
    ------
    RefusedError
        If a tensor would hold more than 20 million entries.

    Examples
    --------
    >>> game = BayesianGame([[0.5], [0.5]], [np.ones((2, 1, 2, 1)), np.ones((2, 1, 2, 1))])
    >>> harsanyi_form(game).game.actions[0]
    ('a1 a1', 'a1 a2', 'a2 a1', 'a2 a2')
    """
    n = game.n_players
    _refuse_size(
        "normal form",
        [float(a) ** t for t, a in zip(game.n_types, game.n_actions, strict=True)],
        n,
    )
    plans = [
        np.array(list(product(range(a), repeat=t)))
        for t, a in zip(game.n_types, game.n_actions, strict=True)
    ]
    sizes = [len(plan) for plan in plans]
    prior, full = _expanded(game)
    payoffs = [np.zeros(sizes, dtype=prior.dtype) for _ in range(n)]
    for t in map(tuple, np.argwhere(prior > 0)):
        choice = np.ix_(*(plans[i][:, t[i]] for i in range(n)))
        for i in range(n):
            payoffs[i] += prior[t] * full[i][t][choice]
    one = (1,) * n
    form = BayesianGame(
        np.ones(one),
        [u.reshape(one + u.shape) for u in payoffs],
        players=game.players,
        actions=[
            [" ".join(game.actions[i][a] for a in plan) for plan in plans[i]] for i in range(n)
        ],
        title=f"{game.title} (normal form)".strip(),
    )

    def lift(profile: StrategyProfile) -> StrategyProfile:
        rows = []
        for i, row in enumerate(profile.rows):
            played = np.zeros((game.n_types[i], game.n_actions[i]), dtype=row.dtype)
            for weight, plan in zip(row[0], plans[i], strict=True):
                played[np.arange(game.n_types[i]), plan] += weight
            rows.append(played)
        return StrategyProfile(rows, game.labels)

    return Form(form, lift)


def agent_form(game: BayesianGame) -> Form:
    """Return the agent form of `game`: one player a (player, type), in that order.

    Agent (i, t)'s payoff is its interim expected payoff given t, so interim gains agree.

    Raises
    ------
    RefusedError
        If a tensor would hold more than 20 million entries.

    Examples
    --------
    >>> game = BayesianGame([[0.5], [0.5]], [np.ones((2, 1, 2, 1)), np.ones((2, 1, 2, 1))])
    >>> agent_form(game).game.players
    ('player 1: t1', 'player 1: t2', 'player 2: t1')
    """
    n = game.n_players
    agents = [(i, t) for i in range(n) for t in range(game.n_types[i])]
    counts = [game.n_actions[i] for i, _ in agents]
    _refuse_size("agent form", [float(a) for a in counts], len(agents))
    position = {agent: k for k, agent in enumerate(agents)}
    if len(agents) > MOST_PLAYERS:
        raise RefusedError(
            f"the agent form would have {len(agents)} players, want at most {MOST_PLAYERS}; "
            "the solvers here work on the Bayesian game itself and do not need it."
        )
    prior, full = _expanded(game)
    payoffs: list[Array] = [np.zeros(counts, dtype=prior.dtype) for _ in agents]
    weights = [prior.sum(axis=tuple(j for j in range(n) if j != i)) for i in range(n)]
    for t in map(tuple, np.argwhere(prior > 0)):
        active = [position[i, t[i]] for i in range(n)]
        for i in range(n):
            table = full[i][t] * (prior[t] / weights[i][t[i]])
            payoffs[active[i]] += _spread(table, active, len(agents))
    one = (1,) * len(agents)
    form = BayesianGame(
        np.ones(one),
        [u.reshape(one + u.shape) for u in payoffs],
        players=[f"{game.players[i]}: {game.types[i][t]}" for i, t in agents],
        actions=[game.actions[i] for i, _ in agents],
        title=f"{game.title} (agent form)".strip(),
    )

    def lift(profile: StrategyProfile) -> StrategyProfile:
        rows = iter(row[0] for row in profile.rows)
        played = [np.stack([next(rows) for _ in range(t)]) for t in game.n_types]
        return StrategyProfile(played, game.labels)

    return Form(form, lift)


def _expanded(game: BayesianGame) -> tuple[Array, list[Array]]:
    """Return prior and payoffs over all axes, in Fractions if any was given in Fractions."""
    prior, payoffs = game.given
    source = game.exact if any(is_exact(array) for array in (prior, *payoffs)) else game
    shape = (*game.n_types, *game.n_actions)
    return source.prior, [np.broadcast_to(u, shape) for u in source.payoffs]


def _spread(table: Array, active: list[int], n: int) -> Array:
    """Return `table` (one axis for each active agent, in increasing order) with n axes."""
    shape = [1] * n
    for axis, agent in enumerate(active):
        shape[agent] = table.shape[axis]
    return table.reshape(shape)


def _refuse_size(what: str, counts: list[float], n: int) -> None:
    entries = float(np.prod(counts)) * n
    if entries > MOST_ENTRIES:
        raise RefusedError(
            f"the {what} would hold {entries:.3g} payoffs, want at most {MOST_ENTRIES:,}; "
            "the solvers here work on the Bayesian game itself and do not need it."
        )
