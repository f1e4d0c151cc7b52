"""Iterated elimination of dominated actions, type by type, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import ProfileError, RefusedError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.records import Record
from econ_theory.strategies import StrategyProfile, as_profile

__all__ = ["Reduction", "undominated"]

MOST_ENTRIES = 20_000_000
"""Largest payoff with every axis written out that is searched."""


@dataclass(frozen=True, eq=False)
class Reduction(Record):
    """A game without its dominated actions.

    Attributes
    ----------
    original, game : BayesianGame
        `game` lacks the actions that no live type has left; actions that only some types have
        lost are still there, see `kept`.
    kept : n boolean arrays (T_i, A_i)
        Which actions of the original each type has left; a null type those of all live ones.
    rounds : int
        Rounds in which something was struck off.
    """

    original: BayesianGame
    game: BayesianGame
    kept: tuple[Array, ...]
    rounds: int

    @property
    def solved(self) -> bool:
        """Whether every live type has one action left: the game is dominance solvable."""
        weights = [self.original.type_weights(i) for i in range(self.original.n_players)]
        return all(
            (mask[weight > 0].sum(axis=1) == 1).all()
            for mask, weight in zip(self.kept, weights, strict=True)
        )

    def lift(self, profile: StrategyProfile | Sequence[Any]) -> StrategyProfile:
        """Return a profile of `game` as one of `original`: dropped actions are not played."""
        profile = as_profile(profile, self.game)
        rows = []
        for row, mask in zip(profile.rows, self.kept, strict=True):
            whole = np.zeros(mask.shape, dtype=row.dtype)
            whole[:, mask.any(axis=0)] = row
            rows.append(whole)
        return StrategyProfile(rows, self.original.labels)

    def restrict(self, profile: StrategyProfile | Sequence[Any]) -> StrategyProfile:
        """Return a profile of `original` as one of `game`; refuse one that plays what is gone."""
        profile = as_profile(profile, self.original)
        rows = []
        for i, (row, mask) in enumerate(zip(profile.rows, self.kept, strict=True)):
            left = row[:, mask.any(axis=0)]
            if (left.sum(axis=1) != row.sum(axis=1)).any():
                raise ProfileError(
                    f"strategy of {self.original.players[i]} plays an action that was struck off, "
                    "want only actions that are kept."
                )
            rows.append(left)
        return StrategyProfile(rows, self.game.labels)


def undominated(
    game: BayesianGame, *, weak: bool = False, mixed: bool = True, tol: float = 1e-9
) -> Reduction:
    """Return the `Reduction` left by iterated elimination of dominated actions, type by type.

    Action a of type t is strictly dominated if some mixture of its other actions is better in
    expectation over the others' types, whatever the others' remaining actions. As types reply
    apart, the worst case is a sum of worst cases, and one small linear program decides::

        max_x  sum_{t_-i} p(t_-i | t) min_{a_-i} [sum_b x[b] u_i(t, b, a_-i) - u_i(t, a, a_-i)]  > 0

    This is exact for two players. With more, the worst case here may coordinate on the joint type,
    so that nothing is struck off wrongly but something may be left.

    Strict elimination keeps every equilibrium, in any order. Weak elimination (never worse and
    better against something) keeps at least one and may lose others, by an amount that depends on
    the order; here each round strikes off all at once.

    Parameters
    ----------
    weak : strike off weakly dominated actions, too
    mixed : look for dominating mixtures, not only for single actions
    tol : share of the payoff range that counts as better

    Raises
    ------
    RefusedError
        If a payoff has more than 20 million entries when every axis is written out.

    Examples
    --------
    >>> u = np.array([[3, 0], [0, 3], [1, 1]])
    >>> game = BayesianGame([[1]], [u.reshape(1, 1, 3, 2), np.zeros((1, 1, 3, 2))])
    >>> undominated(game).kept[0], undominated(game, mixed=False).kept[0]
    (array([[ True,  True, False]]), array([[ True,  True,  True]]))

    Source: Pearce 1984; Bayesian games: Battigalli and Siniscalchi 2003 (interim elimination).
    """
    entries = float(np.prod(game.n_types)) * float(np.prod(game.n_actions))
    if entries > MOST_ENTRIES:
        raise RefusedError(
            f"a payoff has {entries:.3g} entries, want at most {MOST_ENTRIES:,}; merge types or "
            "actions first."
        )
    stakes = [_stakes(game, i) for i in range(game.n_players)]
    kept = [np.ones(shape, dtype=bool) for shape in game.kernel.shapes]
    rounds, changed = 0, True
    while changed:
        changed, following = False, [mask.copy() for mask in kept]
        for i, mask in enumerate(kept):
            open_to = _others(kept, i)
            for t in np.flatnonzero(game.type_weights(i) > 0):
                for a in np.flatnonzero(mask[t]):
                    rivals = np.flatnonzero(mask[t] & (np.arange(mask.shape[1]) != a))
                    gains = stakes[i][t][:, rivals] - stakes[i][t][:, [a]]
                    if len(rivals) and _dominated(gains, open_to, weak, mixed, tol):
                        following[i][t, a] = False
                        changed = True
        rounds += changed
        kept = following
    for i, mask in enumerate(kept):
        live = game.type_weights(i) > 0
        mask[~live] = mask[live].any(axis=0)
    return Reduction(game, _without(game, kept), tuple(frozen(mask) for mask in kept), rounds)


def _stakes(game: BayesianGame, i: int) -> Array:
    """Return ``(T_i, S, A_i, C)``: belief times payoff in payoff ranges, others' axes flattened."""
    n = game.n_players
    order = [i, *(j for j in range(n) if j != i)]
    shape = (*game.n_types, *game.n_actions)
    payoff = np.broadcast_to(game.payoffs[i], shape).transpose([*order, *(n + j for j in order)])
    n_others = int(np.prod(game.n_types)) // game.n_types[i]
    flat = payoff.reshape(game.n_types[i], n_others, game.n_actions[i], -1)
    weights = game.type_weights(i)
    unit = np.where(weights > 0, weights, 1.0) * (game.payoff_range(i) or 1.0)
    prior = game.prior.transpose(order).reshape(game.n_types[i], n_others) / unit[:, None]
    # Differences are all that counts: moving payoffs to begin at zero keeps digits.
    return prior[:, :, None, None] * (flat - game.payoff_bounds(i)[0])


def _others(kept: list[Array], i: int) -> Array:
    """Return ``(S, C)``: which joint actions each joint type of the others has left."""
    result = np.ones((1, 1), dtype=bool)
    for j, mask in enumerate(kept):
        if j != i:
            both = result[:, None, :, None] & mask[None, :, None, :]
            result = both.reshape(both.shape[0] * both.shape[1], -1)
    return result


def _dominated(gains: Array, open_to: Array, weak: bool, mixed: bool, tol: float) -> bool:
    """Whether some rival, or mixture of rivals, dominates; `gains` is ``(S, rivals, C)``."""
    worst = np.where(open_to[:, None, :], gains, np.inf).min(axis=2).sum(axis=0)
    even = (np.where(open_to[:, None, :], gains, 0.0).sum(axis=2)) / open_to.sum(axis=1)[:, None]
    average = even.sum(axis=0)
    if (worst > tol).any() or (weak and ((worst >= -tol * 1e-3) & (average > tol)).any()):
        return True
    # A best reply to even play is no worse, on average, than any mixture.
    if not mixed or gains.shape[1] == 1 or (average <= tol).all():
        return False
    return _best_mixture(gains, open_to, average if weak else None) > tol


def _best_mixture(gains: Array, open_to: Array, average: Array | None) -> float:
    """Return the largest worst case of a mixture, or its largest average if never worse."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack, vstack

    where, joint = np.nonzero(open_to)
    n_rivals, n_states = gains.shape[1], len(open_to)
    # Variables: the mixture x, and each state's worst case m[s] <= (gains x)[s, c].
    bounded = hstack(
        [
            csr_array(-gains[where, :, joint]),
            csr_array(np.eye(n_states)[where]),
        ]
    )
    inequalities, right = bounded, np.zeros(len(where))
    cost = np.concatenate([np.zeros(n_rivals), -np.ones(n_states)])
    if average is not None:
        total = csr_array(np.concatenate([np.zeros(n_rivals), -np.ones(n_states)])[None])
        inequalities, right = vstack([bounded, total]), np.append(right, 0.0)
        cost = np.concatenate([-average, np.zeros(n_states)])
    result = linprog(
        cost,
        A_ub=inequalities.tocsr(),
        b_ub=right,
        A_eq=csr_array(np.concatenate([np.ones(n_rivals), np.zeros(n_states)])[None]),
        b_eq=np.ones(1),
        bounds=[(0, None)] * n_rivals + [(None, None)] * n_states,
        method="highs",
        options={"dual_feasibility_tolerance": 1e-10, "primal_feasibility_tolerance": 1e-10},
    )
    # No mixture that is never worse: not weakly dominated.
    return -float(result.fun) if result.status == 0 else -np.inf


def _without(game: BayesianGame, kept: list[Array]) -> BayesianGame:
    """Return the game without the actions that no type has left, in the numbers it was given."""
    prior, payoffs = game.given
    n = game.n_players
    columns = [np.flatnonzero(mask.any(axis=0)) for mask in kept]
    reduced = []
    for payoff in payoffs:
        for j, chosen in enumerate(columns):
            if payoff.shape[n + j] > 1:
                payoff = np.take(payoff, chosen, axis=n + j)
        reduced.append(payoff)
    return BayesianGame(
        prior,
        reduced,
        players=game.players,
        types=[list(labels) for labels in game.types],
        actions=[[game.actions[j][a] for a in chosen] for j, chosen in enumerate(columns)],
        title=game.title,
    )
