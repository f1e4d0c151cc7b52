"""All pure equilibria of a Bayesian game with any number of players."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.solvers.base import Proposals, check_numbers
from econ_theory.strategies import StrategyProfile

__all__ = ["PureEnumeration"]

MOST_ENTRIES = 50_000_000
"""Largest difference tensor (T_1 .. T_n, A_i, A_1 .. A_n) that is built."""


@dataclass(frozen=True)
class PureEnumeration:
    """Depth-first search over type-agents, pruned by best replies; plans are never enumerated.

    A node holds, for each (player, type), the set of actions still possible. Action a of type t
    survives only if, for every rival action b, some choice of the others' surviving actions makes
    ``v_i[t, a] >= v_i[t, b]``; the choice is made for each joint type apart, which is exact for
    two players and a valid relaxation for more. Nodes are pruned and split in batches. The list is
    complete; null types play their first action.

    Parameters
    ----------
    tol : float
        Share of the payoff range by which a reply may fall short and still count as best; ties
        survive rounding.
    batch : int
        Entries of the largest temporary array.

    Examples
    --------
    >>> from econ_theory import BayesianGame, solve_all
    >>> meet = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [meet, meet])
    >>> [s.profile.rows[0].tolist() for s in solve_all(game, PureEnumeration())]
    [[[1.0, 0.0]], [[0.0, 1.0]]]
    """

    tol: float = 1e-12
    batch: int = 4_000_000

    source = "backtracking with best-reply propagation over type-agents"
    exact = True
    continuous = False

    def __post_init__(self) -> None:
        check_numbers(self, tol=0, batch=1)

    def refuses(self, game: BayesianGame) -> str | None:
        """Return why the search does not apply: a difference tensor would not fit in memory."""
        size = max(_tensor_size(game, i) for i in range(game.n_players))
        if size > MOST_ENTRIES:
            other = "Lemke" if game.n_players == 2 else "SelfPlay"
            return (
                f"the search needs a tensor of {size:.3g} entries, want at most {MOST_ENTRIES:,}; "
                f"use {other}."
            )
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield every pure equilibrium once, and None after each pass over a batch of nodes.

        `start` and `rng` are not used.
        """
        players = range(game.n_players)
        search = [_Replies(game, i, self.tol) for i in players]
        first = [0, *accumulate(game.n_types)]
        owners = np.repeat(np.arange(game.n_players), game.n_types)
        width = max(game.n_actions)
        root = np.arange(width)[None, None, :] < np.array(game.n_actions)[owners][None, :, None]
        for i in players:
            null = np.flatnonzero(game.type_weights(i) <= 0) + first[i]
            root[:, null, 1:] = False
        largest = max(_tensor_size(game, i) for i in players)
        chunk = int(np.clip(self.batch // largest, 1, 4096))
        stack, searched = [root], 0
        while stack:
            nodes = stack.pop()
            if len(nodes) > chunk:
                stack.append(nodes[chunk:])
                nodes = nodes[:chunk]
            searched += len(nodes)
            nodes = yield from _propagate(nodes, search, first)
            counts = nodes.sum(axis=2)
            done = counts.max(axis=1) == 1
            for node in nodes[done]:
                plans = node.argmax(axis=1)
                yield StrategyProfile.pure(
                    game, [plans[first[i] : first[i + 1]].tolist() for i in players]
                )
            if not np.all(done):
                stack.append(_split(nodes[~done], counts[~done]))
        return f"all pure profiles were searched ({searched} nodes)"


class _Replies:
    """Which actions of player i can still be best replies, for a batch of nodes."""

    def __init__(self, game: BayesianGame, i: int, tol: float) -> None:
        n = game.n_players
        full = np.broadcast_to(game.payoffs[i], (*game.n_types, *game.n_actions))
        weighted = np.moveaxis(full, (i, n + i), (0, n)) * np.moveaxis(game.prior, i, 0).reshape(
            game.n_types[i], *(t for j, t in enumerate(game.n_types) if j != i), *(1,) * n
        )
        others = [j for j in range(n) if j != i]
        shape_t = [game.n_types[j] for j in others]
        shape_a = [game.n_actions[j] for j in others]
        flat = weighted.reshape(
            game.n_types[i], int(np.prod(shape_t)), game.n_actions[i], int(np.prod(shape_a))
        )
        # One player's rivals to an action are one: the best.
        rivals = flat if others else flat.max(axis=2, keepdims=True)
        # gap[t_i, t_-i, a, b, a_-i]: what a gains over b, prior-weighted.
        self.gap = flat[:, :, :, None, :] - rivals[:, :, None, :, :]
        self.others, self.shape_t, self.shape_a = others, shape_t, shape_a
        self.slack = tol * game.payoff_range(i) * game.type_weights(i)

    def possible(self, nodes: Array, first: list[int], n_actions: int) -> Array:
        """Return ``(B, T_i, A_i)`` booleans: some surviving play makes the action a best reply."""
        batch = len(nodes)
        allowed = np.ones((batch, 1, 1), dtype=bool)
        for j, n_types, n_own in zip(self.others, self.shape_t, self.shape_a, strict=True):
            mask = nodes[:, first[j] : first[j + 1], :n_own]
            allowed = (allowed[:, :, None, :, None] & mask[:, None, :, None, :]).reshape(
                batch, allowed.shape[1] * n_types, allowed.shape[2] * n_own
            )
        best = np.where(allowed[:, None, :, None, None, :], self.gap, -np.inf).max(axis=-1)
        return (best.sum(axis=2) >= -self.slack[:, None, None]).all(axis=-1)


def _propagate(
    nodes: Array, search: list[_Replies], first: list[int]
) -> Generator[None, None, Array]:
    """Prune every node's actions to a fixed point; drop nodes in which a type has none left."""
    while len(nodes):
        before = nodes.sum()
        for i, replies in enumerate(search):
            n_actions = replies.gap.shape[2]
            part = nodes[:, first[i] : first[i + 1], :n_actions]
            part &= replies.possible(nodes, first, n_actions)
            yield None
            nodes = nodes[np.asarray(nodes.any(axis=2)).all(axis=1)]
            if not len(nodes):
                return nodes
        if nodes.sum() == before:
            break
    return nodes


def _split(nodes: Array, counts: Array) -> Array:
    """Return the children: each node's most constrained open type takes each of its actions."""
    agent = np.where(counts > 1, counts, counts.max() + 1).argmin(axis=1)
    parent, action = np.nonzero(nodes[np.arange(len(nodes)), agent])
    children = nodes[parent]
    chosen = children[np.arange(len(children)), agent[parent]]
    chosen[:] = False
    chosen[np.arange(len(children)), action] = True
    children[np.arange(len(children)), agent[parent]] = chosen
    return children


def _tensor_size(game: BayesianGame, i: int) -> float:
    rivals = game.n_actions[i] if game.n_players > 1 else 1
    return float(np.prod(game.n_types)) * float(np.prod(game.n_actions)) * rivals
