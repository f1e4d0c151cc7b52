"""All equilibria of a nondegenerate two-player Bayesian game, support by support."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations, islice

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.learners.base import utility_scales
from econ_theory.solvers.base import Ending, Proposals, check_numbers, two_players_wanted
from econ_theory.strategies import StrategyProfile

__all__ = ["SupportEnumeration"]

MOST_ENTRIES = 20_000_000
"""Largest difference tensor (T_1, T_2, A_i, A_i, A_j) that is built."""

SINGULAR = 1e-11
"""Ratio of extreme singular values below which a support's equations count as dependent."""

ROUNDING = 16 * np.finfo(float).eps
"""What solving costs in digits, over the condition number and the number of unknowns."""

BLOCK = 1024
"""Supports of one type that are tried at a time."""


@dataclass(frozen=True)
class SupportEnumeration:
    """Guess which actions each type mixes over, smallest supports first, and solve for the weights.

    A type that mixes over k actions is indifferent k - 1 times, and those equations determine the
    *other* player: supports are searched in which both players have equally many indifferences,
    ``sum_t (|S_1t| - 1) = sum_t (|S_2t| - 1) = 0, 1, 2, ..``. Supports are chosen type by type; a
    branch is left as soon as, for some action of a chosen support and some rival, no play over the
    actions still possible makes the first as good as the second (conditional dominance, exact for
    pure rivals; actions of undecided types are struck off by the same test). Branches are pruned
    and split in batches; A ** T plans are never listed.

    **Completeness.** If the reason at the end says that no tie was met, the list holds every
    equilibrium once: an extreme equilibrium that is not listed has a balanced support whose
    equations are dependent and consistent, and that would have been met. A support that is turned
    down within `tol` and the rounding of its own equations counts as a tie, so that closeness to
    degeneracy withdraws the claim; so does an even number of equilibria, for nondegenerate games
    have an odd one. Otherwise the game is degenerate or nearly so: at least one equilibrium is
    listed, `ExtremeEnumeration` lists them all. Null types play their first action.

    Parameters
    ----------
    most_mixing : largest number of indifferences of a player that is searched; None searches all
    tol : share of the payoff range, and probability, that counts as zero
    batch : entries of the largest temporary array

    Examples
    --------
    >>> from econ_theory import BayesianGame, solve_all
    >>> u1, u2 = np.array([[2, 0], [0, 1]]), np.array([[1, 0], [0, 2]])
    >>> game = BayesianGame([[1]], [u1.reshape(1, 1, 2, 2), u2.reshape(1, 1, 2, 2)])
    >>> [s.profile.rows[0].round(3).tolist() for s in solve_all(game, SupportEnumeration())]
    [[[1.0, 0.0]], [[0.0, 1.0]], [[0.667, 0.333]]]

    Source: Dickhaut and Kaplan 1991; pruning: Porter, Nudelman and Shoham 2008. Type-wise supports
    and the completeness argument are this module's; odd numbers: Wilson 1971.
    """

    most_mixing: int | None = None
    tol: float = 1e-9
    batch: int = 4_000_000

    source = "Porter, Nudelman and Shoham (2008), Games and Economic Behavior 63, 642-662"
    exact = True
    continuous = False

    def __post_init__(self) -> None:
        check_numbers(self, most_mixing=0, tol=0, batch=1)

    def refuses(self, game: BayesianGame) -> str | None:
        """Return why the search does not apply: not two players, or a tensor that does not fit."""
        fault = two_players_wanted(game)
        if fault:
            return fault
        size = float(np.prod(game.n_types)) * float(np.prod(game.n_actions)) * max(game.n_actions)
        if size > MOST_ENTRIES:
            return (
                f"the search needs a tensor of {size:.3g} entries, want at most {MOST_ENTRIES:,}; "
                "use Lemke."
            )
        return None

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield every equilibrium found, by increasing mixing, and None after each batch.

        `start` and `rng` are not used.
        """
        search = _Search(game, self.tol, self.batch)
        most = search.most_mixing
        highest = most if self.most_mixing is None else min(most, self.most_mixing)
        seen: set[bytes] = set()
        for mixing in range(highest + 1):
            for nodes in search.supports(mixing):
                yield None
                for rows in search.equilibria(nodes):
                    # The support tells apart what lies within 1e-7; it repeats only where tied.
                    key = b"".join(
                        (row > self.tol).tobytes() + (np.round(row, 7) + 0.0).tobytes()
                        for row in rows
                    )
                    if key not in seen:
                        seen.add(key)
                        yield StrategyProfile(rows)
        count = f"{search.solved} supports were solved"
        if highest < most:
            return f"{count}; those with more than {highest} indifferences were not searched"
        if search.ties:
            return (
                f"{count}; ties were met: the game is degenerate, or nearly so; "
                "see ExtremeEnumeration"
            )
        if len(seen) % 2 == 0:
            return (
                f"{count}; {len(seen)} equilibria, an even number, though no tie was met: rounding "
                "has hidden one; see ExtremeEnumeration"
            )
        return Ending(f"{count}; no tie was met: the list is complete", complete=True)


class _Search:
    """Branch on type-wise supports, prune, and solve the leaves; counts what it did."""

    def __init__(self, game: BayesianGame, tol: float, batch: int) -> None:
        self.shapes, self.tol = game.kernel.shapes, tol
        self.owner = np.repeat([0, 1], game.n_types)
        self.width = max(game.n_actions)
        self.values = [_interim(game, i) for i in range(2)]
        self.gaps = [
            (v[:, :, None, :, :] - v[:, None, :, :, :]).transpose(0, 3, 1, 2, 4)
            for v in self.values
        ]
        allowed = np.arange(self.width) < np.array(game.n_actions)[self.owner][:, None]
        null = np.concatenate([game.type_weights(i) <= 0 for i in range(2)])
        allowed[null, 1:] = False
        self.root = allowed
        spare = allowed.sum(axis=1) - 1
        self.most_mixing = int(min(spare[self.owner == i].sum() for i in range(2)))
        self.chunk = int(np.clip(batch // max(gap.size for gap in self.gaps), 1, 4096))
        self.solved, self.ties = 0, False

    def agents(self, nodes: Array, i: int) -> Array:
        """Return the part of ``(B, agents, width)`` nodes that is player i's, ``(B, T_i, A_i)``."""
        return nodes[:, self.owner == i, : self.shapes[i][1]]

    def supports(self, mixing: int) -> Iterator[Array]:
        """Yield batches ``(B, agents, width)`` of supports with `mixing` indifferences each.

        Batches may be empty: they come at a steady pace.
        """
        root = self.root[None], np.zeros((1, len(self.owner)), dtype=bool)
        # Depth first, and lazily: at each depth one batch at a time is held.
        stack = [iter([root])]
        while stack:
            batch = next(stack[-1], None)
            if batch is None:
                stack.pop()
                continue
            nodes, decided = self._propagate(*batch, mixing)
            done = decided.all(axis=1)
            yield nodes[done]
            if not done.all():
                stack.append(self._children(nodes[~done], decided[~done], mixing))

    def _propagate(self, nodes: Array, decided: Array, mixing: int) -> tuple[Array, Array]:
        """Strike off dominated actions to a fixed point; drop nodes that cannot be completed."""
        while len(nodes):
            before = nodes.sum()
            for i in range(2):
                possible = self._possible(nodes, i)
                mine = np.flatnonzero(self.owner == i)
                own = self.agents(nodes, i)
                broken = (own & ~possible).any(axis=2) & decided[:, mine]
                own = own & possible
                nodes = nodes.copy()
                nodes[:, mine, : own.shape[2]] = own
                alive = np.all(own.any(axis=2), axis=1) & ~broken.any(axis=1)
                nodes, decided = nodes[alive], decided[alive]
            decided = decided | (nodes.sum(axis=2) == 1)
            extra = nodes.sum(axis=2) - 1
            fits = np.ones(len(nodes), dtype=bool)
            for i in range(2):
                own, fixed = extra[:, self.owner == i], decided[:, self.owner == i]
                fits &= (own * fixed).sum(axis=1) <= mixing
                fits &= own.sum(axis=1) >= mixing
            nodes, decided = nodes[fits], decided[fits]
            if nodes.sum() == before:
                break
        return nodes, decided

    def _possible(self, nodes: Array, i: int) -> Array:
        """Return ``(B, T_i, A_i)``: some surviving play makes the action as good as each rival."""
        theirs = self.agents(nodes, 1 - i)
        best = np.where(theirs[:, None, :, None, None, :], self.gaps[i], -np.inf).max(axis=-1)
        return (best.sum(axis=2) >= -self.tol).all(axis=-1)

    def _children(self, nodes: Array, decided: Array, mixing: int) -> Iterator[tuple[Array, Array]]:
        """Yield the children: the most constrained open type takes each support it still can."""
        counts = nodes.sum(axis=2)
        agent = np.where(decided, self.width + 1, counts).argmin(axis=1)
        used = np.where(decided, counts - 1, 0) * (self.owner == self.owner[agent][:, None])
        left = mixing - used.sum(axis=1)
        allowed = nodes[np.arange(len(nodes)), agent]
        actions = np.flatnonzero(allowed.any(axis=0)).tolist()
        sizes = range(1, min(int(left.max()) + 1, len(actions)) + 1)
        subsets = chain.from_iterable(combinations(actions, size) for size in sizes)
        while block := list(islice(subsets, BLOCK)):
            counted = np.array(list(map(len, block)))
            choices = np.zeros((len(block), self.width), dtype=bool)
            choices[np.repeat(np.arange(len(block)), counted), list(chain(*block))] = True
            misses = (~allowed).astype(float) @ choices.T.astype(float)
            parents, chosen = np.nonzero((misses == 0) & (counted - 1 <= left[:, None]))
            # An empty batch, where no parent fits, still keeps the pace.
            for k in range(0, max(len(parents), 1), self.chunk):
                parent, taken = parents[k : k + self.chunk], chosen[k : k + self.chunk]
                children, fixed = nodes[parent], decided[parent]
                children[np.arange(len(parent)), agent[parent]] = choices[taken]
                fixed[np.arange(len(parent)), agent[parent]] = True
                yield children, fixed

    def equilibria(self, nodes: Array) -> Iterator[list[Array]]:
        """Yield the rows of the equilibrium on each support that has one."""
        if not len(nodes):
            return
        self.solved += len(nodes)
        masks = [self.agents(nodes, i).reshape(len(nodes), -1) for i in range(2)]
        # Player i's equations determine the opponent's weights.
        first, second = (self._solve(1 - j, masks[1 - j], masks[j]) for j in range(2))
        weights = [first[0], second[0]]
        singular, solved = first[1] | second[1], first[2] & second[2]
        self.ties |= bool((singular & solved).any())
        # A support is turned down for certain where it fails by more than what rounding explains.
        good, certain, margin = solved, ~solved, self.tol + np.maximum(first[3], second[3])
        dependent = singular
        for i in range(2):
            j = 1 - i
            lowest = weights[i].min(axis=1)
            flat = self.values[i].reshape(masks[i].shape[1], -1)
            values = (weights[j] @ flat.T).reshape(len(nodes), *self.shapes[i])
            regret = values.max(axis=2, keepdims=True) - values
            own = masks[i].reshape(regret.shape)
            highest = np.where(own, regret, 0.0).max(axis=(1, 2))
            good = good & (lowest >= -self.tol) & (highest <= self.tol)
            certain = certain | (lowest < -margin) | (highest > margin)
            weak = (weights[i] < margin[:, None]) & masks[i]
            live = (self.root[self.owner == i].sum(axis=1) > 1)[:, None]
            tied = (regret <= margin[:, None, None]) & ~own & live
            dependent = dependent | weak.any(axis=1) | tied.any(axis=(1, 2))
        self.ties |= bool((~certain & (dependent | ~good)).any())
        for k in np.flatnonzero(good):
            rows = [np.maximum(weights[i][k], 0.0).reshape(self.shapes[i]) for i in range(2)]
            yield [row / row.sum(axis=1, keepdims=True) for row in rows]

    def _solve(self, i: int, tight: Array, support: Array) -> tuple[Array, Array, Array, Array]:
        """Return weights on `support` that make i's `tight` actions equal within each type.

        Also which systems are singular, which are solved (a singular one may not be), and by how
        much rounding may have moved the weights.
        """
        j, n_nodes = 1 - i, len(tight)
        own = np.nonzero(tight)[1].reshape(n_nodes, -1)
        other = np.nonzero(support)[1].reshape(n_nodes, -1)
        (n_types, n_actions), (m_types, m_actions) = self.shapes[i], self.shapes[j]
        flat = self.values[i].reshape(n_types * n_actions, m_types * m_actions)
        n_own, n_other = own.shape[1], other.shape[1]
        matrix = np.zeros((n_nodes, n_own + m_types, n_other + n_types))
        matrix[:, :n_own, :n_other] = flat[own[:, :, None], other[:, None, :]]
        matrix[:, :n_own, n_other:] = -np.eye(n_types)[own // n_actions]
        matrix[:, n_own:, :n_other] = np.eye(m_types)[other // m_actions].swapaxes(1, 2)
        right = np.zeros(n_own + m_types)
        right[n_own:] = 1.0
        spectrum = np.linalg.svd(matrix, compute_uv=False)
        singular = spectrum[:, -1] < SINGULAR * spectrum[:, 0]
        found = np.zeros((n_nodes, matrix.shape[2]))
        if not singular.all():
            found[~singular] = np.linalg.solve(matrix[~singular], right)
        for k in np.flatnonzero(singular):
            found[k] = np.linalg.lstsq(matrix[k], right, rcond=SINGULAR)[0]
        size = np.abs(found).max(axis=1)
        condition = spectrum[:, 0] / np.maximum(spectrum[:, -1], SINGULAR * spectrum[:, 0])
        blur = ROUNDING * matrix.shape[2] * condition * size
        residual = np.abs(np.matvec(matrix, found) - right).max(axis=1)
        solved = residual <= self.tol * np.where(singular, 1.0, np.maximum(size, 1.0))
        weights = np.zeros(support.shape)
        weights[np.arange(n_nodes)[:, None], other] = found[:, :n_other]
        return weights, singular, solved, blur


def _interim(game: BayesianGame, i: int) -> Array:
    """Return ``(T_i, A_i, T_j, A_j)`` interim payoffs, shifted and scaled to sum within [0, 1]."""
    low = game.payoff_bounds(i)[0]
    shifted = [u - low if k == i else u for k, u in enumerate(game.payoffs)]
    flat = BayesianGame(game.prior, shifted).kernel.folded(i)
    shape = (*game.kernel.shapes[i], *game.kernel.shapes[1 - i])
    return flat.reshape(shape) * utility_scales(game)[i][:, :, None, None]
