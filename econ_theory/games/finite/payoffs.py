"""The one kernel: what each action is worth to each type when the others' strategies are fixed.

For player ``i``, with prior ``p``, strategies ``s_j`` and payoff ``u_i``::

    v_i[t_i, a_i] = sum over t_-i, a_-i of  p(t) * prod_{j != i} s_j(a_j | t_j) * u_i(t, a)

Values are weighted by the prior, so that no type of probability zero is ever divided by. Solvers,
learners and certificates call nothing else; `Kernel` runs alike on float64, on `Fraction` objects,
on batches of profiles and on batches of games.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from econ_theory.arrays import Array, is_exact
from econ_theory.errors import GameError

__all__ = ["Kernel", "best_actions", "logit_rows"]

FOLD_LIMIT = 64_000_000
"""Largest number of entries of a folded two-player matrix (512 MB of float64)."""

FOLD_ALWAYS = 65_536
"""Entries up to which folding pays even where the payoff has axes of length 1."""

OPTIMAL_LIMIT = 5
"""Most operands whose best contraction order is searched for; the search grows factorially."""


class Kernel:
    """The action values of every player of one finite Bayesian game, or of a batch of them.

    An axis of length 1 in a payoff means "does not depend on this" and is never expanded. One
    einsum serves any number of players, its contraction order found once a player. With two
    players the prior is folded into one ``(T_1 A_1, T_2 A_2)`` matrix a player, on first use: a
    step is then one matrix-vector product. Large payoffs with axes of length 1 are not folded.

    Parameters
    ----------
    prior : (*games, T_1, ..., T_n) array
    payoffs : n arrays broadcastable to (*games, T_1, ..., T_n, A_1, ..., A_n), without any
        broadcasting over games
    n_actions : (A_1, ..., A_n)

    Attributes
    ----------
    games : shape of the batch of games, ``()`` for one game
    shapes : (T_i, A_i) of every player

    Examples
    --------
    >>> match = np.eye(2).reshape(1, 1, 2, 2)
    >>> kernel = Kernel(np.ones((1, 1)), (match, -match), (2, 2))
    >>> kernel.values([np.array([[0.25, 0.75]])] * 2, 0)
    array([[0.25, 0.75]])
    """

    def __init__(self, prior: Array, payoffs: Sequence[Array], n_actions: Sequence[int]) -> None:
        n = len(n_actions)
        first = prior.ndim - n
        self.n_players = n
        self.games = prior.shape[:first]
        self.shapes = tuple(zip(prior.shape[first:], (int(a) for a in n_actions), strict=True))
        self.prior = prior
        self.payoffs = tuple(payoffs)
        self._exact = is_exact(prior)
        self._plans = [self._plan(i) for i in range(n)]
        self._paths: dict[tuple[int, bool], list] = {}
        self._folded: list[Array | None] = [None] * n
        count = np.prod(self.games, dtype=float) * np.prod(self.shapes, dtype=float)
        folds = n == 2 and not self._exact
        self._folds = [folds and _worth_folding(int(count), u.size) for u in payoffs]

    @classmethod
    def stack(cls, kernels: Sequence[Kernel]) -> Kernel:
        """Return the kernel of a batch of games of equal shape, along a new first axis.

        >>> match = np.eye(2).reshape(1, 1, 2, 2)
        >>> games = [Kernel(np.ones((1, 1)), (c * match, match), (2, 2)) for c in (1, 3)]
        >>> Kernel.stack(games).values([np.array([[0.25, 0.75]])] * 2, 0).tolist()
        [[[0.25, 0.75]], [[0.75, 2.25]]]

        Raises
        ------
        GameError
            If the games differ in players, types or actions, or there is none.
        """
        shapes = {(kernel.games, kernel.shapes) for kernel in kernels}
        if len(shapes) != 1:
            raise GameError(
                f"games have shapes {sorted(shape for _, shape in shapes)}, want one shape (T_i, "
                "A_i) a player, the same in all; batch games of other shapes by themselves."
            )
        payoffs = []
        for stack in zip(*(kernel.payoffs for kernel in kernels), strict=True):
            # An axis stays short only where it is short in every game.
            shape = np.broadcast_shapes(*(u.shape for u in stack))
            payoffs.append(np.stack([np.broadcast_to(u, shape) for u in stack]))
        n_actions = [n_actions for _, n_actions in kernels[0].shapes]
        return cls(np.stack([kernel.prior for kernel in kernels]), payoffs, n_actions)

    def informed(self, i: int) -> Kernel:
        """Return the kernel in which player `i` knows all types and actions before it acts.

        Its only action is the best reply to them, so ``values(rows, i)`` is ``(T_i, 1)``: the
        expectation of ``max_a u_i(t, a, a_-i)``. Other players' values mean nothing in it.
        """
        n_actions = [1 if j == i else a for j, (_, a) in enumerate(self.shapes)]
        own = len(self.games) + self.n_players + i
        return Kernel(
            self.prior, [self.payoffs[i].max(axis=own, keepdims=True)] * len(n_actions), n_actions
        )

    def _plan(self, i: int) -> tuple[Array, list[int], list[tuple[int, list[int]]], list[int]]:
        """Squeeze player i's payoff; name the axes of every operand and of the result.

        Axis j is player j's type, axis n + j player j's action; those of games come after.
        """
        n = self.n_players
        payoff, first = self.payoffs[i], len(self.games)
        kept = [axis for axis in range(2 * n) if payoff.shape[first + axis] > 1]
        squeezed = payoff.reshape([*self.games, *(payoff.shape[first + axis] for axis in kept)])
        # An opponent whose action the payoff ignores integrates out to one.
        opponents = [(j, [j, n + j]) for j in range(n) if j != i and n + j in kept]
        result = [i] + ([n + i] if n + i in kept else [])
        return squeezed, kept, opponents, result

    def values(self, rows: Sequence[Array], i: int) -> Array:
        """Return player `i`'s prior-weighted action values, shape ``(T_i, A_i)``.

        `rows` holds one ``(T_j, A_j)`` strategy a player; ``rows[i]`` is not read. Any leading
        axes, broadcast against each other, are a batch; in a batch of games they begin with the
        axes of games (or are absent: the same strategy in every game).
        """
        if self._folds[i]:
            other = rows[1 - i]
            if other.ndim == 2:
                return (self.folded(i) @ other.ravel()).reshape(*self.games, *self.shapes[i])
            return self._fold(other, i)
        return self._contract(rows, i)

    def _fold(self, other: Array, i: int) -> Array:
        batch, games = other.shape[:-2], self.games
        if batch[: len(games)] != games:
            raise GameError(
                f"strategies have leading axes {batch}, want {games} first: the batch of games."
            )
        columns = other.reshape(*games, -1, other.shape[-2] * other.shape[-1])
        values = columns @ self.folded(i).swapaxes(-1, -2)
        return values.reshape(*batch, *self.shapes[i])

    def _contract(self, rows: Sequence[Array], i: int) -> Array:
        payoff, kept, opponents, result = self._plans[i]
        n, first = self.n_players, len(self.games)
        game_axes = list(range(2 * n, 2 * n + first))
        others = [rows[j].shape[:-2] for j in range(n) if j != i or n == 1]
        batch = np.broadcast_shapes(*others) if any(others) else ()
        batch = batch or self.games
        batched = any(rows[j].ndim > 2 + first for j, _ in opponents)
        dots: list[Any] = game_axes + ([Ellipsis] if batched else [])
        operands: list = [self.prior, game_axes + list(range(n)), payoff, game_axes + kept]
        for j, axes in opponents:
            operands += [rows[j], (dots if rows[j].ndim > 2 else []) + axes]
        if self._exact:
            values = np.einsum(*operands, dots + result, optimize=False)
        else:
            path = self._paths.get((i, batched))
            if path is None:
                search = "optimal" if len(operands) <= 2 * OPTIMAL_LIMIT else "greedy"
                path = np.einsum_path(*operands, [*dots, *result], optimize=search)[0]
                self._paths[i, batched] = path
            values = np.einsum(*operands, dots + result, optimize=path)
        if len(result) == 1:
            values = values[..., None]
        if len(batch) > first and not batched:
            # No opponent whose rows are a batch matters to this player.
            values = values.reshape(*self.games, *(1,) * (len(batch) - first), *values.shape[-2:])
        return np.broadcast_to(values, (*batch, *self.shapes[i]))

    def folded(self, i: int) -> Array:
        """Return the two-player matrix W_i, ``(*games, T_i A_i, T_j A_j)``: values ``W_i @ s_j``.

        Entry ``[(t_i, a_i), (t_j, a_j)]`` is ``p(t) u_i(t, a)``.
        """
        matrix = self._folded[i]
        if matrix is None:
            j = 1 - i
            weighted = self.prior[..., None, None] * self.payoffs[i]
            full = np.broadcast_to(
                weighted, (*self.prior.shape, self.shapes[0][1], self.shapes[1][1])
            )
            order = np.moveaxis(full, [i - 4, i - 2, j - 4, j - 2], [-4, -3, -2, -1])
            size = [int(np.prod(self.shapes[k])) for k in (i, j)]
            matrix = np.ascontiguousarray(order.reshape(*self.games, *size))
            matrix.flags.writeable = False
            self._folded[i] = matrix
        return matrix


def _worth_folding(entries: int, given: int) -> bool:
    """Whether a folded matrix beats the einsum: it is small, or not much larger than the payoff."""
    return entries <= FOLD_ALWAYS or entries <= min(4 * given, FOLD_LIMIT)


def best_actions(values: Array) -> Array:
    """Return the first best action of every type, shape ``(T_i,)``, from ``(T_i, A_i)`` values.

    >>> best_actions(np.array([[0.0, 2.0], [1.0, 1.0]]))
    array([1, 0])
    """
    return values.argmax(axis=-1)


def logit_rows(values: Array, temperature: float | Array) -> Array:
    """Return the logit reply ``s(a|t) ~ exp(v[t, a] / temperature)``, shape as `values`.

    `values` are interim (not prior-weighted) payoffs; `temperature` is positive, in payoff units,
    one number or one a type. A low temperature is a sharp reply.

    >>> logit_rows(np.array([[0.0, np.log(3.0)]]), 1.0)
    array([[0.25, 0.75]])
    """
    gaps = values - values.max(axis=-1, keepdims=True)
    weights = np.exp(gaps / np.asarray(temperature, dtype=float)[..., None])
    return weights / weights.sum(axis=-1, keepdims=True)
