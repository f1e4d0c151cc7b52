"""Expectations in a Markov game: any quantity, averaged over types and play in every state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from econ_theory.arrays import Array

__all__ = ["MarkovKernel"]


class MarkovKernel:
    """The contraction of `payoffs.Kernel` with states as a batch and any quantity at the end.

    With quantity ``f(s, t, a, k)`` (a payoff; the chance of next state k), `expect` returns::

        e[s, k]           = sum_t,a p(t | s) prod_j s_j(a_j | s, t_j) f(s, t, a, k)
        e_i[s, t_i, a_i, k] = the same without the sum over t_i, a_i and the factor s_i

    Both are weighted by the prior, so that no type of probability zero is divided by.

    Parameters
    ----------
    prior : (S, T_1, ..., T_n) array
    n_actions : (A_1, ..., A_n)

    Examples
    --------
    >>> kernel = MarkovKernel(np.ones((1, 1, 1)), (2, 2))
    >>> match = np.eye(2).reshape(1, 1, 1, 2, 2, 1)
    >>> rows = [np.array([[[0.25, 0.75]]])] * 2
    >>> kernel.expect(match, rows, 0)[0, 0, :, 0], kernel.expect(match, rows).item()
    (array([0.25, 0.75]), 0.625)
    """

    def __init__(self, prior: Array, n_actions: Sequence[int]) -> None:
        self.n_players = prior.ndim - 1
        self.n_states = prior.shape[0]
        self.shapes = tuple(zip(prior.shape[1:], n_actions, strict=True))
        self._prior = prior
        self._paths: dict[Any, list] = {}

    def expect(self, quantity: Array, rows: Sequence[Array], i: int | None = None) -> Array:
        """Return the expectation of `quantity` over types and all play but player `i`'s.

        Parameters
        ----------
        quantity : array broadcastable to (S, T_1, .., T_n, A_1, .., A_n, K)
        rows : n arrays (S, T_j, A_j)
        i : player whose type and action stay, or None

        Returns
        -------
        ``(S, K)``, or ``(S, T_i, A_i, K)`` weighted by the type's probability
        """
        n = self.n_players
        last = 2 * n + 1
        # Axis 0 is the state, 1 + j player j's type, 1 + n + j its action, the last one k.
        kept = [axis for axis in range(last) if quantity.shape[axis] > 1] + [last]
        operands: list[Any] = [self._prior, list(range(n + 1))]
        operands += [quantity.reshape([quantity.shape[axis] for axis in kept]), kept]
        for j in range(n):
            # A player whose action the quantity ignores integrates out to one.
            if j != i and 1 + n + j in kept:
                operands += [rows[j], [0, 1 + j, 1 + n + j]]
        own = [] if i is None else [1 + i] + ([1 + n + i] if 1 + n + i in kept else [])
        result = [0, *own, last]
        key = i, quantity.shape
        if key not in self._paths:
            self._paths[key] = np.einsum_path(*operands, result, optimize="greedy")[0]
        values = np.einsum(*operands, result, optimize=self._paths[key])
        if i is None:
            return values
        if len(own) == 1:
            values = values[:, :, None]
        return np.broadcast_to(values, (self.n_states, *self.shapes[i], quantity.shape[last]))
