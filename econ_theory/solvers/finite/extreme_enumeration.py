"""All extreme equilibria of a two-player Bayesian game, and the components they span."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.records import Record
from econ_theory.solvers.base import Ending, Proposals, check_numbers, two_players_wanted
from econ_theory.solvers.finite.algebra.vertices import MOST_LABELS, best_response_vertices, drained
from econ_theory.strategies import StrategyProfile

__all__ = ["Component", "ExtremeEnumeration", "NashSubset"]

Matched = tuple[dict[int, Array], dict[int, Array], list[tuple[int, int]]]
"""Both players' strategies that occur, and the pairs of them in equilibrium."""

MATCHED = 500
"""Vertices matched between two looks at the clock."""

MOST_ACTIONS = 160
"""Actions of all types up to which dominance is looked for before a game is refused."""


@dataclass(frozen=True, eq=False)
class NashSubset(Record):
    """A maximal convex set of equilibria: any mixture of `first` against any mixture of `second`.

    Attributes
    ----------
    first, second : tuples of arrays (T_1, A_1) and (T_2, A_2)
        The extreme strategies of either player; one each where the equilibrium is isolated.
    """

    first: tuple[Array, ...]
    second: tuple[Array, ...]

    @property
    def profiles(self) -> tuple[StrategyProfile, ...]:
        """The extreme equilibria of this set, ``len(first) * len(second)`` of them."""
        return tuple(StrategyProfile([x, y]) for x in self.first for y in self.second)

    @property
    def centre(self) -> StrategyProfile:
        """The equilibrium that mixes the extreme ones evenly: it lies inside the set."""
        return StrategyProfile([sum(rows) / len(rows) for rows in (self.first, self.second)])


@dataclass(frozen=True, eq=False)
class Component(Record):
    """A connected component of the set of equilibria: the union of its Nash subsets.

    Attributes
    ----------
    subsets : tuple of NashSubset
        Overlapping where there is more than one.
    extremes : tuple of StrategyProfile
        Each extreme equilibrium once.
    """

    subsets: tuple[NashSubset, ...]
    extremes: tuple[StrategyProfile, ...]

    @property
    def isolated(self) -> bool:
        """Whether the component is one single equilibrium."""
        return len(self.extremes) == 1


@dataclass(frozen=True)
class ExtremeEnumeration:
    """Match the vertices of the two best-response polyhedra that complement each other.

    In *behavioural* strategies, with W_1 the prior-weighted payoffs of player 1, ::

        P_2 = {(y, p): y a strategy of player 2, p[t] >= (W_1 y)[t, a] for all types t, actions a}

    and P_1 likewise. A pair of vertices is an equilibrium if every action of every type is unplayed
    or a best reply; these extreme equilibria span all others, as the polytopes of bimatrix games do
    (Mangasarian 1964), but in ``sum T_i A_i`` instead of ``sum A_i ** T_i`` dimensions. Vertices
    that complement each other form a bipartite graph: its maximal bicliques are the maximal Nash
    subsets, its connected components the components of the set of equilibria (Avis et al. 2010).

    Everything is decided in exact integers: the list is complete, ties or not, and proposals are
    Fractions of certified epsilon zero. In "float" arithmetic the same is true up to rounding, and
    completeness is not claimed. Actions that are dominated
    by another are struck off beforehand; null types play their first action that is left.

    Parameters
    ----------
    arithmetic : "exact" or "float"
    most_vertices : size of a polyhedron that is refused, at the latest when it is met

    Examples
    --------
    >>> from econ_theory import BayesianGame, certify
    >>> u1, u2 = np.array([[1, 1], [1, 0]]), np.array([[2, 2], [3, 0]])
    >>> game = BayesianGame([[1]], [u1.reshape(1, 1, 2, 2), u2.reshape(1, 1, 2, 2)])
    >>> (component,) = ExtremeEnumeration().components(game)
    >>> [[row[0].astype(float).tolist() for row in e.rows] for e in component.extremes]
    [[[1.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]]
    >>> len(component.subsets)
    2
    >>> certify(game, component.subsets[0].centre, arithmetic="exact").epsilon
    Fraction(0, 1)

    Source: Mangasarian 1964; components: Avis, Rosenberg, Savani and von Stengel 2010, Economic
    Theory 42, 9-37. The polyhedra in behavioural strategies are this module's.
    """

    arithmetic: Literal["exact", "float"] = "exact"
    most_vertices: int = 20_000

    source = "Avis, Rosenberg, Savani and von Stengel (2010), Economic Theory 42, 9-37"
    exact = True
    continuous = False

    def __post_init__(self) -> None:
        if self.arithmetic not in ("exact", "float"):
            raise SettingError(f'arithmetic is {self.arithmetic!r}, want "exact" or "float".')
        check_numbers(self, most_vertices=1)

    def refuses(self, game: BayesianGame) -> str | None:
        """Return why enumeration does not apply: not two players, or too many vertices."""
        fault = two_players_wanted(game)
        if fault:
            return fault
        actions = sum(t * a for t, a in game.kernel.shapes)
        if actions > MOST_ACTIONS:
            return (
                f"the types have {actions} actions in all, want at most {MOST_ACTIONS}; use Lemke."
            )
        kept = _undominated(game)
        plans = max(float(np.prod(mask.sum(axis=1), dtype=float)) for mask in kept)
        if plans > self.most_vertices:
            return (
                f"a player has {plans:.3g} plans, each a vertex, want at most "
                f"{self.most_vertices}; use SupportEnumeration."
            )
        labels = sum(int(mask.sum()) for mask in kept)
        if labels > MOST_LABELS:
            return (
                f"the types have {labels} undominated actions in all, want at most {MOST_LABELS}; "
                "use SupportEnumeration."
            )
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield None while vertices are found and matched, then every extreme equilibrium once.

        `start` and `rng` are not used.
        """
        first, second, pairs = yield from self._extremes(game)
        for k, l in pairs:
            yield StrategyProfile([first[k], second[l]])
        words = (
            f"all vertices were matched: the list of {len(pairs)} extreme equilibria is complete"
        )
        if self.arithmetic == "float":
            return Ending(f"{words} up to rounding")
        return Ending(words, complete=True)

    def components(self, game: BayesianGame) -> tuple[Component, ...]:
        """Return all components of the set of equilibria, each with its maximal Nash subsets.

        Raises
        ------
        RefusedError
            If `refuses` says so, or a polyhedron turns out to have too many vertices.
        """
        refusal = self.refuses(game)
        if refusal:
            raise RefusedError(f"ExtremeEnumeration refuses: {refusal}")
        first, second, pairs = drained(self._extremes(game))
        result = []
        for group in _connected(pairs):
            subsets = tuple(
                NashSubset(tuple(first[k] for k in left), tuple(second[l] for l in right))
                for left, right in _bicliques(group)
            )
            extremes = tuple(StrategyProfile([first[k], second[l]]) for k, l in group)
            result.append(Component(subsets, extremes))
        return tuple(result)

    def _extremes(self, game: BayesianGame) -> Generator[None, None, Matched]:
        """Return, by ``yield from``, the strategies that occur and their pairs in equilibrium."""
        parts = [_Part(game, i, mask) for i, mask in enumerate(_undominated(game))]
        found, labels = [], []
        for j, part in enumerate(parts):
            rival = parts[1 - j]
            worth = rival.integers[:, part.columns]
            if self.arithmetic == "float":
                worth = rival.scaled(worth)
            points, bits = yield from best_response_vertices(
                worth, rival.types, part.types, self.most_vertices
            )
            found.append(points)
            labels.append(bits)
        # Player 2's vertices carry (player 1's replies, player 2's unplayed); player 1's the
        # same two fields the other way round, so they are turned to match.
        n_1, n_2 = (np.uint64(len(part.types)) for part in parts)
        replies_2, unplayed_1 = labels[0] & ((np.uint64(1) << n_2) - np.uint64(1)), labels[0] >> n_2
        turned = unplayed_1 | (replies_2 << n_1)
        whole = np.bitwise_or.reduce(np.uint64(1) << np.arange(n_1 + n_2, dtype=np.uint64))
        pairs = []
        for k, bits in enumerate(turned):
            pairs += [(k, int(l)) for l in np.flatnonzero((labels[1] | bits) == whole)]
            if k % MATCHED == 0:
                yield None
        strategies = [
            {k: part.strategy(found[i][k]) for k in sorted({pair[i] for pair in pairs})}
            for i, part in enumerate(parts)
        ]
        return strategies[0], strategies[1], pairs


class _Part:
    """One player's undominated actions of live types, end to end, and what they are worth."""

    def __init__(self, game: BayesianGame, i: int, mask: Array) -> None:
        alive = game.type_weights(i) > 0
        self.mask, self.shape = mask, mask.shape
        live = mask & alive[:, None]
        self.columns = np.flatnonzero(live)
        self.types = np.unique(np.nonzero(live)[0], return_inverse=True)[1]
        self.integers = _integers(game, i)[self.columns]

    def scaled(self, worth: Array) -> Array:
        """Return `worth` in floats, each type's spread over one."""
        result = np.zeros(worth.shape)
        for t in range(self.types[-1] + 1):
            block = worth[self.types == t]
            size = abs(block).max() or 1
            result[self.types == t] = (block / size).astype(float)
        return result

    def strategy(self, point: Array) -> Array:
        """Return the (T_i, A_i) strategy of one vertex ``scale * (1, y)``."""
        exact = point.dtype == object
        rows = np.full(self.shape, Fraction(0), dtype=object) if exact else np.zeros(self.shape)
        weights = [Fraction(y, point[0]) for y in point[1:]] if exact else np.abs(point[1:])
        rows.ravel()[self.columns] = weights
        idle = np.setdiff1d(np.arange(self.shape[0]), self.columns // self.shape[1])
        rows[idle, self.mask[idle].argmax(axis=1)] = Fraction(1) if exact else 1.0
        return rows if exact else rows / rows.sum(axis=1, keepdims=True)


def _integers(game: BayesianGame, i: int) -> Array:
    """Return what player i's actions are worth, ``(T_i A_i, T_j A_j)``, in coprime integers a type.

    Each type's payoffs are multiplied by a positive number and moved by one that does not depend
    on its own action: neither changes a best reply.
    """
    exact = game.exact.kernel.folded(i)
    n_types, n_actions = game.kernel.shapes[i]
    blocks = exact.reshape(n_types, n_actions, -1)
    blocks = blocks - blocks.min(axis=1, keepdims=True)
    result = np.zeros(blocks.shape, dtype=object)
    for t, block in enumerate(blocks):
        scale = lcm(*(value.denominator for value in block.flat))
        whole = np.array([int(value * scale) for value in block.flat], dtype=object)
        result[t] = (whole // max(np.gcd.reduce(whole), 1)).reshape(block.shape)
    return result.reshape(exact.shape)


def _undominated(game: BayesianGame) -> list[Array]:
    """Return which actions survive iterated strict dominance by single actions, type by type.

    Null types keep their first action only.
    """
    kept = [np.ones(shape, dtype=bool) for shape in game.kernel.shapes]
    for i, mask in enumerate(kept):
        mask[game.type_weights(i) <= 0, 1:] = False
    worth = [_integers(game, i) for i in range(2)]
    changed = True
    while changed:
        changed = False
        for i, mask in enumerate(kept):
            rivals = kept[1 - i]
            starts = np.concatenate([[0], np.cumsum(rivals.sum(axis=1))[:-1]])
            columns = np.flatnonzero(rivals)
            for t in np.flatnonzero(mask.sum(axis=1) > 1):
                actions = np.flatnonzero(mask[t])
                block = worth[i][t * mask.shape[1] + actions][:, columns]
                gaps = block[:, None, :] - block[None, :, :]
                # The rival's types reply apart, so the best case is a sum of best cases.
                best = np.maximum.reduceat(gaps, starts, axis=2).sum(axis=2)
                lost = actions[(best < 0).any(axis=1)]
                mask[t, lost] = False
                changed = changed or len(lost) > 0
    return kept


def _connected(pairs: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Return the connected components of the bipartite graph, as lists of its edges."""
    groups: list[tuple[set[int], set[int], list[tuple[int, int]]]] = []
    for k, l in pairs:
        touched = [group for group in groups if k in group[0] or l in group[1]]
        groups = [group for group in groups if group not in touched]
        merged = ({k}, {l}, [])
        for left, right, edges in touched:
            merged = (merged[0] | left, merged[1] | right, merged[2] + edges)
        groups.append((merged[0], merged[1], [*merged[2], (k, l)]))
    return [edges for _, _, edges in groups]


def _bicliques(edges: list[tuple[int, int]]) -> list[tuple[list[int], list[int]]]:
    """Return the maximal bicliques: every intersection of neighbourhoods is the side of one."""
    neighbours: dict[int, frozenset[int]] = {}
    for k, l in edges:
        neighbours[k] = neighbours.get(k, frozenset()) | {l}
    closed: set[frozenset[int]] = set()
    for side in neighbours.values():
        closed |= {side} | {side & other for other in closed}
    sides = sorted((sorted(side) for side in closed if side), key=lambda s: (-len(s), s))
    return [
        ([k for k, around in neighbours.items() if around.issuperset(right)], right)
        for right in sides
    ]
