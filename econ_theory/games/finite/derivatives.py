"""How action values move with strategies: one matrix for each ordered pair of players.

Action values are multilinear, so for two different players i and j::

    D_ij[(t_i, a_i), (t_j, a_j)] = d v_i[t_i, a_i] / d s_j(a_j | t_j)        v_i = D_ij @ s_j

With two players ``D_ij`` is the kernel's folded matrix, the same everywhere. With more it is the
payoff of the polymatrix game that agrees with the game at the profile to first order (Govindan
and Wilson 2004). Newton's method, path following and existence proofs are built on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["Linearization", "ValueDerivatives", "contract", "written_out"]

MOST_FOLDED = 2_000_000
"""Largest number of entries of one player's payoff with the prior and all axes written out."""

MOST_TURNED = 100_000
"""Entries of a payoff up to which a copy a pair of players pays: beyond, memory is the limit."""


class Linearization(NamedTuple):
    """Values and derivatives at one profile, weighted by the prior as the kernel's are.

    ``values[i]`` is ``(T_i A_i,)``; ``blocks[i, j]`` is D_ij, ``(T_i A_i, T_j A_j)``.
    """

    values: list[Array]
    blocks: dict[tuple[int, int], Array]


class ValueDerivatives:
    """The values and pair matrices of one game, as a function of the profile's rows.

    With two players the kernel's folded matrices serve; with more, prior and payoffs are written
    out once, or the kernel is run on batches where that would not fit.

    Examples
    --------
    >>> from econ_theory import BayesianGame
    >>> game = BayesianGame(np.ones((1, 1, 1)), [np.arange(8.0).reshape(1, 1, 1, 2, 2, 2)] * 3)
    >>> ValueDerivatives(game).at([np.array([[0.5, 0.5]])] * 3).blocks[0, 1]
    array([[0.5, 2.5],
           [4.5, 6.5]])
    """

    def __init__(self, game: BayesianGame) -> None:
        kernel = self.kernel = game.kernel
        self.sizes = tuple(t * a for t, a in kernel.shapes)
        n = self.n_players = kernel.n_players
        self._constant: Linearization | None = None
        self._tensors: list[Array] | None = None
        self._turned: dict[tuple[int, int], Array] | None = None
        if n == 2:
            self._constant = Linearization([], {(i, 1 - i): kernel.folded(i) for i in range(2)})
        elif np.prod(self.sizes, dtype=float) <= MOST_FOLDED:
            self._tensors = [
                written_out(game.prior, payoff, game.n_actions) for payoff in game.payoffs
            ]
            if n > 2 and self._tensors[0].size <= MOST_TURNED:
                self._turned = {
                    (i, j): _turned(self._tensors[i], i, j) for i, j in permutations(range(n), 2)
                }

    def at(self, rows: Sequence[Array]) -> Linearization:
        """Return values and pair matrices at the profile `rows`, n arrays ``(T_i, A_i)``."""
        n = self.n_players
        if self._constant is not None:
            blocks = self._constant.blocks
        elif self._turned is not None:
            flat = [row.ravel() for row in rows]
            blocks = {
                (i, j): (turned @ _product([flat[k] for k in range(n) if k not in (i, j)])).reshape(
                    self.sizes[i], self.sizes[j]
                )
                for (i, j), turned in self._turned.items()
            }
        elif self._tensors is not None:
            flat = [row.ravel() for row in rows]
            blocks = {
                (i, j): contract(self._tensors[i], flat, (i, j))
                for i, j in permutations(range(n), 2)
            }
        else:
            blocks = {(i, j): self._batched(rows, i, j) for i, j in permutations(range(n), 2)}
        if n == 1:
            return Linearization([self.kernel.values(rows, 0).ravel()], {})
        values = [blocks[i, (i + 1) % n] @ rows[(i + 1) % n].ravel() for i in range(n)]
        return Linearization(values, blocks)

    def _batched(self, rows: Sequence[Array], i: int, j: int) -> Array:
        units = np.eye(self.sizes[j]).reshape(self.sizes[j], *self.kernel.shapes[j])
        inputs = [units if k == j else row for k, row in enumerate(rows)]
        return self.kernel.values(inputs, i).reshape(self.sizes[j], self.sizes[i]).T


def _turned(tensor: Array, i: int, j: int) -> Array:
    """Return ``tensor`` as a matrix: entries of players i and j down, all others' across."""
    others = [k for k in range(tensor.ndim) if k not in (i, j)]
    rows = tensor.shape[i] * tensor.shape[j]
    return np.ascontiguousarray(tensor.transpose(i, j, *others)).reshape(rows, -1)


def _product(strategies: Sequence[Array]) -> Array:
    """Return the outer product of flat strategies, flat."""
    product = strategies[0]
    for strategy in strategies[1:]:
        product = np.multiply.outer(product, strategy).ravel()
    return product


def contract(tensor: Array, flat: Sequence[Array], kept: tuple[int, ...]) -> Array:
    """Return ``tensor`` (one axis a player) summed against all strategies but those `kept`.

    The axes that stay are in the order of `kept`; any arithmetic that numpy's dot can do.
    """
    left = list(range(tensor.ndim))
    for k in reversed(range(tensor.ndim)):
        if k not in kept:
            tensor = np.moveaxis(tensor, left.index(k), -1) @ flat[k]
            left.remove(k)
    return tensor.transpose([left.index(k) for k in kept])


def written_out(prior: Array, payoff: Array, n_actions: Sequence[int]) -> Array:
    """Return ``p(t) u(t, a)`` with one axis a player, its types and actions together."""
    n = prior.ndim
    weighted = prior.reshape(prior.shape + (1,) * n) * payoff
    full = np.broadcast_to(weighted, (*prior.shape, *n_actions))
    order = [axis for j in range(n) for axis in (j, n + j)]
    sizes = [t * a for t, a in zip(prior.shape, n_actions, strict=True)]
    return np.ascontiguousarray(full.transpose(order)).reshape(sizes)
