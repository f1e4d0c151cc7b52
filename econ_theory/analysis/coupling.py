"""How strongly the players' payoffs pull them together: when noisy equilibrium is unique."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.games.finite.derivatives import ValueDerivatives
from econ_theory.records import Record
from econ_theory.seeding import Seed, as_rng
from econ_theory.solvers.finite.quantal_response import Temperature, type_temperatures
from econ_theory.strategies import StrategyProfile

__all__ = ["Coupling", "coupling_constant"]

MOST_PLANS = 512
"""Pure profiles up to which the eigenvalue bound of three or more players is taken over all."""

SAME = 1e-9
"""Relative gap at which the two bounds count as one number."""

ASCENT_STEPS = 60


@dataclass(frozen=True)
class Coupling(Record):
    """A game's coupling constant L_c, between two bounds, and how fast its payoffs move.

    Attributes
    ----------
    lower : reached at the profile `at`; payoff units
    upper : proven; payoff units
    lipschitz : upper bound on how much values move with strategies, payoff units
    at : where `lower` is reached
    """

    lower: float
    upper: float
    lipschitz: float
    at: StrategyProfile

    @property
    def exact(self) -> bool:
        """Whether the bounds agree, so that L_c is known."""
        return self.upper - self.lower <= SAME * self.upper

    def margin(self, game: BayesianGame, temperature: Temperature) -> float:
        """Return mu, the least temperature of any live type less `upper`; payoff units.

        Above zero the quantal response equilibrium at `temperature` is unique.
        """
        least = min(
            float(heat[game.type_weights(i) > 0].min())
            for i, heat in enumerate(type_temperatures(game, temperature))
        )
        return least - self.upper

    def largest_step(self, game: BayesianGame, temperature: Temperature) -> float:
        """Return the largest step, one over payoff units, at which mirror descent is proven.

        That is ``mu / lipschitz^2``; see `coupling_constant`. Zero where `margin` is not positive.
        """
        margin = max(self.margin(game, temperature), 0.0)
        return margin / self.lipschitz**2 if self.lipschitz > 0 else np.inf

    def __str__(self) -> str:
        if self.exact:
            return f"coupling constant {self.upper:.6g}"
        return f"coupling constant between {self.lower:.6g} and {self.upper:.6g}"


def coupling_constant(game: BayesianGame, *, n_starts: int = 8, rng: Seed = 0) -> Coupling:
    """Return the `Coupling` of `game`: noise above L_c leaves one quantal response equilibrium.

    With v the prior-weighted values, J their Jacobian (blocks between different players only) and
    d a direction in which every type's probabilities sum to zero, L_c is the least number with ::

        d.J(s) d  <=  L_c * sum_i sum_t p_i(t) sum_a d_i[t, a]^2 / s_i(a | t)     for all s and d

    Only the symmetric part of J counts, so L_c is zero in every zero-sum game, and in a game of
    common interest only if payoffs add up over players. On the right is the second derivative of
    the negative entropy, weighted by type probabilities so that temperatures of types compare.

    **Uniqueness.** At temperatures alpha_i(t) the equilibria ``s ~ exp(v / (p alpha))`` are where
    ``G = p alpha (log s + 1) - v`` is constant over each type's actions. Along the segment between
    two profiles the definition integrates to ::

        <G(s) - G(z), s - z>  >=  (alpha_min - L_c) * sum p_i(t) [KL(s|z) + KL(z|s)]

    so two equilibria are one if ``mu = alpha_min - L_c > 0``. This is sufficient, not necessary.

    **Contraction.** With ``D(s) = sum p_i(t) KL(s* | s)``, from the same inequality and Pinsker's,
    each step ``s <- (s exp(eta v / p))^(1 / (1 + eta alpha))``, rows normalized, all at once, with
    ``eta <= mu / lipschitz^2`` divides D by at least ``1 + eta mu``.

    **Bounds.** A row's entropy term is at least the square of ``|d|_1``, and the sum-zero d with
    ``|d|_1 = 1`` are mixtures of the ``(e_a - e_b) / 2``. So second differences of payoffs bound
    the coupling of any two types, and the largest eigenvalue of that table of bounds, types by
    types, bounds L_c. So does half the largest Euclidean eigenvalue of the symmetric part on
    directions d, as ``|d|_1^2 >= 2 |d|_2^2``; beyond two players, where J moves with s, it is
    taken over all pure profiles if there are at most 512. `upper` is the lesser of the two, `lower`
    the quotient at a profile found by ascent. With two players they agree if there are no types,
    or two actions each.

    Parameters
    ----------
    n_starts : random profiles that the ascent starts from, beside uniform play

    Examples
    --------
    >>> meet = np.array([[1.0, 0.0], [0.0, 0.7]]).reshape(1, 1, 2, 2)
    >>> together = coupling_constant(BayesianGame([[1]], [meet, meet]))
    >>> print(together, together.exact)
    coupling constant 0.425 True
    >>> coupling_constant(BayesianGame([[1]], [meet, -meet])).upper
    0.0

    Source: Xie et al. 2026, arXiv 2606.08068 (DICE), for the condition; Sokota et al. 2023 for the
    update. The entropy metric, the bounds and the proofs sketched here are ours.
    """
    slopes = _Slopes(game)
    upper = min(_table_bound(game, True), _eigenvalue_bound(game, slopes))
    starts = [StrategyProfile.uniform(game)]
    generator = as_rng(rng)
    starts += [StrategyProfile.random(game, rng=generator) for _ in range(n_starts)]
    found = [_ascend(slopes, [*start.rows]) for start in starts]
    lower, rows = max(found, key=lambda pair: pair[0])
    # Rounding may carry what is reached past what is proven.
    return Coupling(
        lower=min(lower, upper),
        upper=upper,
        lipschitz=_table_bound(game, False),
        at=StrategyProfile(rows),
    )


class _Slopes:
    """The symmetric part of the Jacobian over live types, divided by roots of type weights."""

    def __init__(self, game: BayesianGame) -> None:
        self.shapes = game.kernel.shapes
        self.n_players = game.n_players
        self.alive = [game.type_weights(i) > 0 for i in range(game.n_players)]
        self._derivatives = ValueDerivatives(game)
        self._roots = [
            np.repeat(np.sqrt(game.type_weights(i)[keep]), self.shapes[i][1])
            for i, keep in enumerate(self.alive)
        ]
        sizes = [len(root) for root in self._roots]
        ends = np.cumsum([0, *sizes])
        self.slices = [slice(a, b) for a, b in pairwise(ends)]
        self.size = int(ends[-1])
        self._constant: Array | None = None

    def at(self, rows: list[Array]) -> Array:
        """Return the matrix at `rows`, n arrays (T_i, A_i); the same one where it is constant."""
        if self._constant is not None:
            return self._constant
        matrix = np.zeros((self.size, self.size))
        kept = [np.repeat(keep, a) for keep, (_, a) in zip(self.alive, self.shapes, strict=True)]
        for (i, j), block in self._derivatives.at(rows).blocks.items():
            block = block[np.ix_(kept[i], kept[j])]
            matrix[self.slices[i], self.slices[j]] = block / np.outer(
                self._roots[i], self._roots[j]
            )
        matrix = (matrix + matrix.T) / 2
        if self.n_players <= 2:
            self._constant = matrix
        return matrix

    def leading(self, rows: list[Array]) -> tuple[float, list[Array]]:
        """Return L_c's quotient at `rows`, largest over directions, and that direction's rows.

        Directions are d = sqrt(s) z with z orthogonal to sqrt(s) in each row, null types left out.
        """
        roots = [np.sqrt(row[keep]) for row, keep in zip(rows, self.alive, strict=True)]
        flat = np.concatenate([root.ravel() for root in roots])
        matrix = flat[:, None] * self.at(rows) * flat
        matrix = _projected(_projected(matrix, roots, self.slices).T, roots, self.slices)
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        z = vectors[:, -1] * flat
        parts = [z[cut].reshape(root.shape) for cut, root in zip(self.slices, roots, strict=True)]
        return float(max(values[-1], 0.0)), parts


def _projected(matrix: Array, units: list[Array], slices: list[slice]) -> Array:
    """Return the columns of `matrix` less their parts along each type's unit row."""
    matrix = matrix.copy()
    for unit, cut in zip(units, slices, strict=True):
        block = matrix[cut].reshape(*unit.shape, -1)
        along = np.einsum("ta,tak->tk", unit, block)
        matrix[cut] = (block - unit[:, :, None] * along[:, None, :]).reshape(-1, matrix.shape[1])
    return matrix


def _ascend(slopes: _Slopes, rows: list[Array]) -> tuple[float, list[Array]]:
    """Return the largest quotient found from `rows`, and where.

    Two moves, the better one is made: for a given direction d the entropy term is least at
    ``s = |d| / |d|_1``; and with two players the best rows put a half on each of two actions,
    between which the payoff for moving along d differs most.
    """
    best, direction = slopes.leading(rows)
    for _ in range(ASCENT_STEPS):
        flat = np.concatenate([part.ravel() for part in direction])
        pull = slopes.at(rows) @ flat
        moves = ([*rows], [*rows])
        for i, (keep, cut) in enumerate(zip(slopes.alive, slopes.slices, strict=True)):
            part = np.abs(direction[i])
            gain = pull[cut].reshape(part.shape)
            size = part.sum(axis=1, keepdims=True)
            ends = (
                np.eye(part.shape[1])[gain.argmax(1)] + np.eye(part.shape[1])[gain.argmin(1)]
            ) / 2
            shares = np.divide(part, size, out=rows[i][keep].copy(), where=size > 1e-12)
            for move, moved in zip(moves, (shares, ends), strict=True):
                move[i] = rows[i].copy()
                move[i][keep] = moved
        tried = [slopes.leading(move) for move in moves]
        k = int(tried[1][0] > tried[0][0])
        if tried[k][0] <= best * (1 + SAME):
            break
        (best, direction), rows = tried[k], moves[k]
    return best, rows


def _second_differences(game: BayesianGame, payoff: Array, i: int, j: int) -> Array:
    """Return ``(T_i, T_j)``: expected largest second difference over i's and j's actions, by 4."""
    n = game.n_players
    shape = list(payoff.shape)
    shape[n + i], shape[n + j] = game.n_actions[i], game.n_actions[j]
    spread = np.moveaxis(np.broadcast_to(payoff, shape), [n + i, n + j], [-2, -1])
    largest = np.zeros(spread.shape[:-2])
    for a in range(game.n_actions[i] - 1):
        steps = spread[..., a + 1 :, :] - spread[..., a : a + 1, :]
        largest = np.maximum(largest, np.ptp(steps, axis=-1).max(axis=-1))
    largest = largest.max(axis=tuple(range(n, largest.ndim)))
    others = tuple(k for k in range(n) if k not in (i, j))
    return (game.prior * largest).sum(axis=others) / 4


def _table_bound(game: BayesianGame, symmetric: bool) -> float:
    """Return the largest singular value of the table of couplings' bounds, types by types.

    Entries that are not negative, and bound those of any table of couplings, bound its values.
    """
    weights = [game.type_weights(i) for i in range(game.n_players)]
    ends = np.cumsum([0, *(len(w) for w in weights)])
    table = np.zeros((ends[-1], ends[-1]))
    for i, j in combinations(range(game.n_players), 2):
        if symmetric:
            both = _second_differences(game, game.payoffs[i] + game.payoffs[j], i, j) / 2
            mine, theirs = both, both
        else:
            mine, theirs = (_second_differences(game, game.payoffs[k], i, j) for k in (i, j))
        scale = np.sqrt(np.outer(weights[i], weights[j]))
        rows, columns = (slice(ends[k], ends[k + 1]) for k in (i, j))
        # A null type is never met: its entries are zero before the division, too.
        for part, where in ((mine, (rows, columns)), (theirs, (columns, rows))):
            shares = np.divide(part, scale, out=np.zeros_like(part), where=scale > 0)
            table[where] = shares if where[0] is rows else shares.T
    return float(np.linalg.norm(table, 2))


def _eigenvalue_bound(game: BayesianGame, slopes: _Slopes) -> float:
    """Return half the largest Euclidean eigenvalue, over pure profiles if there are few enough."""
    shapes = game.kernel.shapes
    units = [
        np.full((int(keep.sum()), a), a**-0.5)
        for keep, (_, a) in zip(slopes.alive, shapes, strict=True)
    ]
    uniform = [np.full(shape, 1.0 / shape[1]) for shape in shapes]
    points: Iterable[list[Array]] = [uniform]
    if game.n_players > 2:
        if np.prod([float(a) ** t for t, a in shapes]) > MOST_PLANS:
            return np.inf
        points = _pure_rows(shapes)
    largest = 0.0
    for rows in points:
        matrix = _projected(slopes.at(rows), units, slopes.slices)
        matrix = _projected(matrix.T, units, slopes.slices)
        largest = max(largest, float(np.linalg.eigvalsh((matrix + matrix.T) / 2)[-1]))
    return largest / 2


def _pure_rows(shapes: Sequence[tuple[int, int]]) -> Iterator[list[Array]]:
    plans = [product(range(a), repeat=t) for t, a in shapes]
    for joint in product(*plans):
        yield [np.eye(a)[list(plan)] for plan, (_, a) in zip(joint, shapes, strict=True)]
