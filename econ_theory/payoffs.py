"""The one kernel: what each action is worth to each type when the others' strategies are fixed.

For player ``i``, with prior ``p``, strategies ``s_j`` and payoff ``u_i``::

    v_i[t_i, a_i] = sum over t_-i, a_-i of  p(t) * prod_{j != i} s_j(a_j | t_j) * u_i(t, a)

Values are weighted by the prior, so that no type of probability zero is ever divided by. Solvers,
learners and certificates call nothing else; `Kernel` runs alike on float64, on `Fraction` objects
and on batches of profiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from econ_theory.arrays import Array, is_exact

__all__ = ["Kernel", "best_actions", "logit_rows"]

FOLD_LIMIT = 64_000_000
"""Largest number of entries of a folded two-player matrix (512 MB of float64)."""

FOLD_ALWAYS = 65_536
"""Entries up to which folding pays even where the payoff has axes of length 1."""

OPTIMAL_LIMIT = 5
"""Most operands whose best contraction order is searched for; the search grows factorially."""


class Kernel:
    """The action values of every player of one finite Bayesian game.

    An axis of length 1 in a payoff means "does not depend on this" and is never expanded. One
    einsum serves any number of players, its contraction order found once a player. With two
    players the prior is folded into one ``(T_1 A_1, T_2 A_2)`` matrix a player, on first use: a
    step is then one matrix-vector product. Large payoffs with axes of length 1 are not folded.

    Parameters
    ----------
    prior : (T_1, ..., T_n) array
    payoffs : n arrays broadcastable to (T_1, ..., T_n, A_1, ..., A_n)
    n_actions : (A_1, ..., A_n)

    Examples
    --------
    >>> match = np.eye(2).reshape(1, 1, 2, 2)
    >>> kernel = Kernel(np.ones((1, 1)), (match, -match), (2, 2))
    >>> kernel.values([np.array([[0.25, 0.75]])] * 2, 0)
    array([[0.25, 0.75]])
    """

    def __init__(self, prior: Array, payoffs: Sequence[Array], n_actions: Sequence[int]) -> None:
        n = prior.ndim
        self.n_players = n
        self.shapes = tuple(zip(prior.shape, (int(a) for a in n_actions), strict=True))
        self._prior = prior
        self._payoffs = tuple(payoffs)
        self._exact = is_exact(prior)
        self._plans = [self._plan(i) for i in range(n)]
        self._paths: dict[tuple[int, bool], list] = {}
        self._folded: list[Array | None] = [None] * n
        entries = int(np.prod(self.shapes, dtype=float)) if n == 2 and not self._exact else None
        self._folds = [entries is not None and _worth_folding(entries, u.size) for u in payoffs]

    def _plan(self, i: int) -> tuple[Array, list[int], list[tuple[int, list[int]]], list[int]]:
        """Squeeze player i's payoff; name the axes of every operand and of the result.

        Axis j is player j's type, axis n + j player j's action.
        """
        n = self.n_players
        payoff = self._payoffs[i]
        kept = [axis for axis in range(2 * n) if payoff.shape[axis] > 1]
        squeezed = payoff.reshape([payoff.shape[axis] for axis in kept])
        # An opponent whose action the payoff ignores integrates out to one.
        opponents = [(j, [j, n + j]) for j in range(n) if j != i and n + j in kept]
        result = [i] + ([n + i] if n + i in kept else [])
        return squeezed, kept, opponents, result

    def values(self, rows: Sequence[Array], i: int) -> Array:
        """Return player `i`'s prior-weighted action values, shape ``(T_i, A_i)``.

        `rows` holds one ``(T_j, A_j)`` strategy a player; ``rows[i]`` is not read. Any leading
        axes, broadcast against each other, are a batch.
        """
        if self._folds[i] and rows[1 - i].ndim == 2:
            return (self.folded(i) @ rows[1 - i].ravel()).reshape(self.shapes[i])
        return self._contract(rows, i)

    def _contract(self, rows: Sequence[Array], i: int) -> Array:
        payoff, kept, opponents, result = self._plans[i]
        n = self.n_players
        others = [rows[j].shape[:-2] for j in range(n) if j != i]
        batch = np.broadcast_shapes(*others) if any(others) else ()
        batched = any(rows[j].ndim > 2 for j, _ in opponents)
        dots: list[Any] = [Ellipsis] if batched else []
        operands: list = [self._prior, list(range(n)), payoff, kept]
        for j, axes in opponents:
            operands += [rows[j], dots + axes]
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
        return np.broadcast_to(values, (*batch, *self.shapes[i]))

    def folded(self, i: int) -> Array:
        """Return the two-player matrix W_i, shape ``(T_i A_i, T_j A_j)``: values are ``W_i @ s_j``.

        Entry ``[(t_i, a_i), (t_j, a_j)]`` is ``p(t) u_i(t, a)``.
        """
        matrix = self._folded[i]
        if matrix is None:
            j = 1 - i
            weighted = self._prior[:, :, None, None] * self._payoffs[i]
            full = np.broadcast_to(
                weighted, (*self._prior.shape, self.shapes[0][1], self.shapes[1][1])
            )
            order = full.transpose(i, 2 + i, j, 2 + j)
            matrix = np.ascontiguousarray(
                order.reshape(int(np.prod(self.shapes[i])), int(np.prod(self.shapes[j])))
            )
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
